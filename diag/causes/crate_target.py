"""The target that a crate's build script tells, and the package that it asks for: the log of a `-sys`
crate names both where it gives up."""

from __future__ import annotations

import re
from typing import Any

from diag.causes.facts import Facts
from diag.causes.machines import fitted, target_of
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.causes.texts import Texts
from diag.causes.toolchain import toolchain_of
from diag.schema import each

# What openssl-sys prints of its environment, and what the cc and pkg-config crates do.
_LITERALS = ("$TARGET = ", "TARGET = Some(", "TARGET: Some(")
_TARGET = re.compile(
    r"(?<![A-Z_])TARGET(?: = (?:Some\()?|: Some\()\"?(?P<name>[\w.]+(?:-[\w.]+){2,3})"
)
_PACKAGE = re.compile(r"(?<![\w./-])lib[\w.+-]*-dev(?![\w-])")
MAX_LINES = 60  # behind the refusal in which a crate tells of its library


FOR_MUSL = "cargo-musl"  # the steps' name in texts/: Debian's libraries are of glibc


def crate_steps(facts: Facts, platform: str, refused: Any, texts: Texts) -> tuple[str, ...]:
    """The steps for the target and the package that the crate names: one platform has targets of two
    C libraries."""
    told = crate_target(facts, platform)
    rust = told[0] if told else ""
    steps = texts.fix_with(FOR_MUSL if "-musl" in rust else toolchain_of(facts, platform))
    if package := _package(facts, platform, refused):
        steps = tuple(step.replace("lib...-dev", package) for step in steps)
    return fitted(steps, target_of(facts, platform), rust)


@asked_once
def crate_target(facts: Facts, platform: str) -> tuple[str, Evidence] | None:
    """(Rust's name of the target, the line that tells it); None where the platform's lines tell none,
    or several."""
    rows = facts.on(facts.lines_with(_LITERALS), platform)
    found = {told["name"]: row for row in each(rows) if (told := _TARGET.search(row.text))}
    if len(found) != 1:
        return None
    ((name, row),) = found.items()
    return str(name), Evidence.of_row(row)


def _package(facts: Facts, platform: str, refused: Any) -> str:
    """Debian's package that is named behind this line; "" for none."""
    rows = facts.on(facts.lines_with(("-dev",)), platform)
    behind = rows["line_no"] - int(refused.line_no)
    rows = rows[(rows["file"] == refused.file) & (behind > 0) & (behind <= MAX_LINES)]
    found = (_PACKAGE.search(row.text) for row in each(rows))
    return next((told[0] for told in found if told), "")
