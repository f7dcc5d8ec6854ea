"""Which variables steer a build, which commands read them, and what of their losses is sure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from diag.causes.facts import Facts
from diag.schema import each, keep

# Names by which compilers, cargo, go and make are steered: a loss of another name is the script's
# own affair. Sources: the Cargo Book (environment variables), the cc crate, `go help environment`.
_STEERING = re.compile(
    r"^(?:(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)|CARGO_\w+|RUST\w*FLAGS|(?:TARGET_|HOST_)?"
    r"(?:CC|CXX|AR|LD|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS)(?:_\w+)?|CGO_\w+|GO(?:ARCH|ARM|OS|FLAGS)"
    r"|PKG_CONFIG\w*|CROSS_COMPILE|LIBRARY_PATH)$"
)
# They have their flags on the command line, and read of these names LIBRARY_PATH alone.
COMPILERS = frozenset(["c++", "cc", "clang", "clang++", "g++", "gcc", "ld", "rustc"])
BUILDERS = COMPILERS | {
    "bazel", "cargo", "cargo-zigbuild", "cmake", "configure", "cross", "gmake", "go", "make",
    "maturin", "meson", "ninja", "npm", "pip", "python", "python3", "xx-cargo", "xx-go",
}  # fmt: skip
BY_DESIGN = "env-of-other-stage"  # what the stages of platforms differ in may be meant so
_SCRIPT = re.compile(r"\.{1,2}/\S+|[\w.-]+/\S+|/\S+\.sh")  # a program that the project brings


def steering_rows(env: pd.DataFrame) -> pd.DataFrame:
    """Rows of `env` that steer a build: such a name, at such a command."""
    is_named = env["name"].str.match(_STEERING).astype(bool)
    return env[(is_named & env["command"].isin(BUILDERS)) | (env["source"] != "shell")]


def lost_rows(facts: Facts, platform: str) -> pd.DataFrame:
    """The steering variables of a platform that are lost, at commands that need them."""
    rows = steering_rows(facts.env[facts.env["platform"] == platform])
    rows = rows[rows["lost_by"].notna()]
    return keep(rows, (not _is_told(facts, r) and _is_needed(facts, r) for r in each(rows)))


def lost_at_scripts(facts: Facts, platform: str) -> pd.DataFrame:
    """The same at programs of the project, of which nothing tells what they read; not of names that
    a command of this platform does get."""
    env = facts.env[(facts.env["platform"] == platform) & (facts.env["source"] == "shell")]
    env = env[env["name"].str.match(_STEERING).astype(bool)]
    is_script = env["argv_text"].str.fullmatch(f"(?:{_SCRIPT.pattern})(?: .*)?").astype(bool)
    own = env[is_script & ~env["command"].isin(BUILDERS)]
    got = env[env["lost_by"].isna() & env["status"].isin(["set", "empty"])]
    own = own[own["lost_by"].notna() & ~own["name"].isin(set(got["name"]))]
    return keep(own, (not _is_told(facts, row) for row in each(own)))


def is_argument(row: Any) -> bool:
    """The command is told the variable by an argument of its own: `make CC=$CC`."""
    words = str(row.argv_text).split()[1:]
    return any(word.startswith((f"{row.name}=", f"-D{row.name}=")) for word in words)


def _is_told(facts: Facts, row: Any) -> bool:
    """The command is told by an argument; not where that one is made of what was lost:
    `make CC=${CC:-gcc}` in the RUN behind the one that set CC."""
    made_of = re.compile(rf"\b{re.escape(str(row.name))}=\S*\$\{{?{re.escape(str(row.name))}\b")
    is_lost = row.lost_by != "not-exported" and any(map(made_of.search, _texts(facts, row)))
    return is_argument(row) and not is_lost


def _is_needed(facts: Facts, row: Any) -> bool:
    """Whether the command reads the variable, or its RUN writes the value into the command."""
    if row.command not in COMPILERS or row.name == "LIBRARY_PATH":
        return True
    used = re.compile(rf"\$\{{?{re.escape(str(row.name))}\b")
    return row.lost_by != "not-exported" and any(map(used.search, _texts(facts, row)))


def _texts(facts: Facts, row: Any) -> Iterable[str]:
    """The RUN of the row, and its here-documents."""
    runs = facts.instructions
    runs = runs[(runs["line_no"] <= row.line_no) & (runs["end_line_no"] >= row.line_no)]
    for run in each(runs):
        yield str(run.value_text)
        yield from (str(body) for _, body, *_ in run.heredocs)
