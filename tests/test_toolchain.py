"""What cargo, the cc crate and go make of their environment, against recordings of the real ones.

`tests/toolchain/*.json` hold what the tools themselves did in many situations; each becomes a
Dockerfile here, and the rows of `diag env` must say the same, or say that it cannot be known.
"""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from diag import schema
from diag.flow import env_at
from diag.flow.toolchain_cfg import cfg_holds
from diag.flow.toolchain_flags import line_of

HERE = Path(__file__).parent / "toolchain"
SEPARATOR = "\x1f"


def _recorded(name: str) -> list[dict[str, Any]]:
    situations: list[dict[str, Any]] = json.loads((HERE / name).read_text(encoding="utf-8"))[
        "situations"
    ]
    return situations


CARGO, CC, GO = _recorded("cargo.json"), _recorded("cc.json"), _recorded("go.json")
EFFECTIVE, SCRIPTS = "rustflags (effective)", "rustflags (build scripts)"
GNU = "--target x86_64-unknown-linux-gnu"
ARM = "--target=aarch64-unknown-linux-gnu"
OF_TARGET = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"
BASE = {"PATH": "/bin", "HOME": "/home"}  # a base image whose environment is known


def _env(text: str, **options: Any) -> pd.DataFrame:
    return schema.check(env_at(text.encode(), **{"platforms": "linux/amd64", **options}), "env")


def _rows(text: str, **options: Any) -> dict[str, dict[str, Any]]:
    """The rows of the tools at the last command, by name; missing values as None."""
    frame = _env(text, **options)
    found = {}
    for row in frame[frame["source"] != "shell"].to_dict("records"):
        found[str(row["name"])] = {key: None if _is_na(v) else v for key, v in row.items()}
    return found


def _is_na(value: Any) -> bool:
    return value is pd.NA or (isinstance(value, float) and value != value)


def _dockerfile(situation: dict[str, Any], argv: list[str], cwd: str) -> tuple[str, dict[str, str]]:
    """A Dockerfile that makes the situation, and the environment of its base image."""
    lines, base = ["FROM a", f"WORKDIR {cwd}"], dict(BASE)
    for name, text in situation["env"].items():
        text = text.replace("@/", "/")
        if text.isprintable() and not set(text) & set("\"'\\$"):
            lines.append(f'ENV {name}="{text}"')
        else:
            base[name] = text
    for number, (path, text) in enumerate(situation.get("files", {}).items()):
        lines.append(f"COPY <<'EOF{number}' {path}\n{text}EOF{number}")
    words = json.dumps([word.replace("@/", "/") for word in argv])
    return "\n".join([*lines, f"RUN {words}", ""]), base


# --- cargo --------------------------------------------------------------------------------------

# What the Dockerfile cannot say is no error of ours; each is told as unknown, or here.
CARGO_DIFFERENCES = {
    "unknown target": "which targets rustc knows is not in the Dockerfile",
    "-C stable": "whether the toolchain is a nightly, which takes -C, is not in the Dockerfile",
}


def _cargo_rows(situation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    cwd = situation.get("cwd", "/work/app")
    text, base = _dockerfile(situation, situation["argv"], cwd)
    return _rows(text, base_env=base)


def _said(row: dict[str, Any] | None) -> str:
    """Flags of a row as text; none where there are none, however that came."""
    assert row is not None
    return "unknown" if row["status"] == "unknown" else row["value"] or ""


@pytest.mark.parametrize("situation", CARGO, ids=lambda situation: str(situation["name"]))
def test_cargo_is_told_as_it_is(situation: dict[str, Any]) -> None:
    """Flags of crate, build script and procedural macro, linker, and what the script sees."""
    rows, seen = _cargo_rows(situation), situation["seen"]
    if "refused" in seen:
        is_told = _said(rows[EFFECTIVE]) == "unknown"
        assert is_told is not (situation["name"] in CARGO_DIFFERENCES)
        return
    many = len(seen["app"]) > 1
    for unit in seen["app"]:
        of = f"effective for {unit['target']}" if many else "effective"
        given = rows.get("rustc arguments (after --)")
        passed = f"{given['value']} " if given else ""
        assert passed + _said(rows[f"rustflags ({of})"]) == line_of(unit["flags"])
        linker = rows.get(f"linker ({of})")
        assert (linker["value"] if linker else "") == unit["linker"]
    for unit in (*seen["build_script"], *seen["mac"]):
        told = _said(rows[SCRIPTS])
        is_unstable = "nightly option" in (rows[SCRIPTS]["condition"] or "")
        assert told == "unknown" if is_unstable else told == line_of(unit["flags"])
    _check_script_env(rows, seen["env"], many)


def _check_script_env(
    rows: dict[str, dict[str, Any]], seen: list[dict[str, str]], many: bool
) -> None:
    for env in seen:
        of = f"effective for {env['TARGET']}" if many else "effective"
        words = env["CARGO_ENCODED_RUSTFLAGS"]
        told = line_of(words.split(SEPARATOR)) if words else ""
        assert _said(rows[f"rustflags ({of})"]) == told
        for name in ("CC", "CFLAGS"):
            assert (rows.get(f"{name} (cc crate)") or {"value": None})["value"] == env.get(name)


def test_the_recording_of_cargo_is_wide() -> None:
    """Enough situations, every unit in each, and refusals among them."""
    assert len(CARGO) >= 130
    refused = [s["name"] for s in CARGO if "refused" in s["seen"]]
    assert len(refused) == 14 and set(CARGO_DIFFERENCES) <= set(refused)
    kept = [s for s in CARGO if "refused" not in s["seen"]]
    assert all({"app", "build_script", "mac", "env"} <= set(s["seen"]) for s in kept)
    assert len({json.dumps(s["seen"]) for s in kept}) > 50


# --- the cc crate -------------------------------------------------------------------------------

JOINS = ("1.2.19", "1.2.60")  # the versions measured that join all CFLAGS


def _cc_rows(situation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    argv = ["cargo", "build", "--target", situation["target"]]
    text, base = _dockerfile(situation, argv, "/src")
    return _rows(text, base_env=base)


@pytest.mark.parametrize("situation", CC, ids=lambda situation: str(situation["name"]))
def test_the_cc_crate_is_told_as_it_is(situation: dict[str, Any]) -> None:
    """Program and flags in each version, where the row names the version that it holds for."""
    rows = _cc_rows(situation)
    default = next(s for s in CC if not s["env"] and s["name"].startswith("nothing"))["seen"]
    for version, seen in situation["seen"].items():
        for name in ("CC", "CXX", *(["AR"] if "AR" in seen else [])):
            _check_program(rows.get(f"{name} (cc crate)"), seen[name])
        for name in ("CFLAGS", "CXXFLAGS"):
            _check_flags(rows.get(f"{name} (cc crate)"), situation["env"], version, seen[name])
        row = rows.get("CRATE_CC_NO_DEFAULTS (cc crate)")
        is_old = version.startswith("1.0.") and row is not None
        told = {"0": True, "1": False, None: None}[row["value"]] if row else True
        assert told is None or (False if is_old else told) == seen["has_defaults"]
        assert set(seen) >= set(default[version]) - {"AR"}


def _check_program(row: dict[str, Any] | None, seen: str) -> None:
    words = (row["value"] or "").split() if row else []
    words = words[1:] if words[:1] == ["ccache"] else words
    assert (words[:1] == [seen]) if words else seen.endswith(("-gcc", "cc", "c++", "g++", "ar"))


def _check_flags(
    row: dict[str, Any] | None, env: dict[str, str], version: str, seen: list[str]
) -> None:
    text = (row["value"] or "") if row else ""
    alone = (row["condition"] or "").rpartition("before, ")[2].removesuffix(" alone") if row else ""
    text = env[alone] if version not in JOINS and alone in env else text
    has_shell = "CC_SHELL_ESCAPED_FLAGS" in env and not version.startswith("1.0.")
    assert (shlex.split(text) if has_shell else text.split()) == seen


# --- go -----------------------------------------------------------------------------------------

GO_DEFAULTS = {"CC": "gcc", "GOFLAGS": ""}
# Of these the answer is go's own, or the machine's, where nothing gives them.
GO_UNDECIDED = {"CGO_ENABLED", "GOARM"}


@pytest.mark.parametrize("situation", GO, ids=lambda situation: str(situation["name"]))
def test_go_is_told_as_it_is(situation: dict[str, Any]) -> None:
    """What `go env` answers in each version; unknown only where the answer hangs on the machine."""
    written = situation.get("written")
    files = {"files": {"/home/.config/go/env": written}} if written else {}
    text, base = _dockerfile({**situation, **files}, ["go", "build"], "/src")
    rows = _rows(text, base_env=base)
    for version, seen in situation["seen"].items():
        if "GOOS" not in seen or "refused" in seen:
            continue
        for name, row in rows.items():
            variable = name.removesuffix(" (effective)")
            if row["status"] == "unknown":
                assert variable in GO_UNDECIDED and not situation["env"].get(variable, "") in (
                    "0",
                    "1",
                )
            else:
                assert row["value"] == seen[variable], (version, variable)


def test_go_has_a_row_for_each_variable_that_counts() -> None:
    """Nothing that go takes is left out, and what it does not take has no row."""
    names = {situation["name"]: situation for situation in GO}
    for name in (
        "cross",
        "arm 6",
        "GOAMD64",
        "CC",
        "CGO_CFLAGS",
        "GOFLAGS",
        "written",
        "other system",
    ):
        text, base = _dockerfile(names[name], ["go", "-C", "sub", "build"], "/src")
        written = names[name].get("written", "")
        text = text.replace("RUN", f"COPY <<E /home/.config/go/env\n{written}E\nRUN")
        given = {*names[name]["env"], *(line.partition("=")[0] for line in written.splitlines())}
        assert {f"{variable} (effective)" for variable in given} <= set(_rows(text, base_env=base))
    assert not _rows("FROM a\nENV CFLAGS=-O1\nRUN go build")
    assert not _rows("FROM a\nENV CC=x\nRUN go version")
    assert "CC (effective)" not in _rows("FROM a\nENV CC=x CGO_ENABLED=0\nRUN go build")
