"""What cargo, the cc crate and go make of their environment, against recordings of the real ones.

`tests/toolchain/*.json` hold what the tools themselves did in many situations; each becomes a
Dockerfile here, and the rows of `diag env` must say the same, or say that it cannot be known.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from diag.flow.toolchain_flags import line_of
from tests.toolchain_rows import (
    ARM,
    BASE,
    EFFECTIVE,
    GNU,
    SCRIPTS,
    SEPARATOR,
    env_of,
    rows_of_tools,
)

HERE = Path(__file__).parent / "toolchain"


def _recorded(name: str) -> list[dict[str, Any]]:
    situations: list[dict[str, Any]] = json.loads((HERE / name).read_text(encoding="utf-8"))[
        "situations"
    ]
    return situations


CARGO, CC, GO = _recorded("cargo.json"), _recorded("cc.json"), _recorded("go.json")


def dockerfile_of(
    situation: dict[str, Any], argv: list[str], cwd: str
) -> tuple[str, dict[str, str]]:
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
    cwd = situation.get("cwd", "/proj/app")
    text, base = dockerfile_of(situation, situation["argv"], cwd)
    return rows_of_tools(text, base_env=base)


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
    assert len(refused) == 14
    assert set(CARGO_DIFFERENCES) <= set(refused)
    kept = [s for s in CARGO if "refused" not in s["seen"]]
    assert all({"app", "build_script", "mac", "env"} <= set(s["seen"]) for s in kept)
    assert len({json.dumps(s["seen"]) for s in kept}) > 50


# --- the cc crate -------------------------------------------------------------------------------

JOINS = ("1.2.19", "1.2.60")  # the versions measured that join all CFLAGS


def _cc_rows(situation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    argv = ["cargo", "build", "--target", situation["target"]]
    text, base = dockerfile_of(situation, argv, "/src")
    return rows_of_tools(text, base_env=base)


@pytest.mark.parametrize("situation", CC, ids=lambda situation: str(situation["name"]))
def test_the_cc_crate_is_told_as_it_is(situation: dict[str, Any]) -> None:
    """Program and flags in each version, where the row names the version that it holds for."""
    rows = _cc_rows(situation)
    for version, seen in situation["seen"].items():
        for name in ("CC", "CXX", *(["AR"] if "AR" in seen else [])):
            default = DEFAULTS[name][situation["target"]]
            _check_program(rows.get(f"{name} (cc crate)"), seen[name], default)
        for name in ("CFLAGS", "CXXFLAGS"):
            _check_flags(rows.get(f"{name} (cc crate)"), situation["env"], version, seen[name])
        row = rows.get("CRATE_CC_NO_DEFAULTS (cc crate)")
        is_old = version.startswith("1.0.") and row is not None
        told = {"0": True, "1": False, None: None}[row["value"]] if row else True
        assert told is None or (False if is_old else told) == seen["has_defaults"]


DEFAULTS = {
    "CC": {"x86_64-unknown-linux-gnu": "cc", "aarch64-unknown-linux-gnu": "aarch64-linux-gnu-gcc"},
    "CXX": {
        "x86_64-unknown-linux-gnu": "c++",
        "aarch64-unknown-linux-gnu": "aarch64-linux-gnu-g++",
    },
    "AR": {"x86_64-unknown-linux-gnu": "ar", "aarch64-unknown-linux-gnu": "aarch64-linux-gnu-ar"},
}


def _check_program(row: dict[str, Any] | None, seen: str, default: str) -> None:
    if row and row["status"] == "unknown":
        assert "where rustc's host is not" in row["condition"]
        row = None
    words = (row["value"] or "").split() if row else []
    words = words[1:] if words[:1] == ["ccache"] else words
    assert seen == (words[0] if words else default)


def _check_flags(
    row: dict[str, Any] | None, env: dict[str, str], version: str, seen: list[str]
) -> None:
    text = (row["value"] or "") if row else ""
    alone = (row["condition"] or "").rpartition("before, ")[2].removesuffix(" alone") if row else ""
    text = env[alone] if version not in JOINS and alone in env else text
    has_shell = "CC_SHELL_ESCAPED_FLAGS" in env and not version.startswith("1.0.")
    assert (shlex.split(text) if has_shell else text.split()) == seen


def test_the_recordings_of_cc_and_go_are_wide() -> None:
    """Enough situations and versions, and versions that differ among them."""
    for name, n_situations, versions in (
        ("cc.json", 34, ["1.0.73", "1.2.6", "1.2.19", "1.2.60"]),
        ("go.json", 39, ["1.19.8", "1.22.10", "1.25.0", "1.27.3"]),
    ):
        recording = json.loads((HERE / name).read_text(encoding="utf-8"))
        assert recording["versions"] == versions
        assert len(recording["situations"]) == n_situations
        assert all(set(s["seen"]) == set(versions) for s in recording["situations"])
        answers = [{json.dumps(a) for a in s["seen"].values()} for s in recording["situations"]]
        assert sum(len(found) > 1 for found in answers) >= 5


# --- go -----------------------------------------------------------------------------------------

# Of these the answer is go's own, or the machine's, where nothing gives them.
GO_UNDECIDED = {"CGO_ENABLED", "GOARM"}


@pytest.mark.parametrize("situation", GO, ids=lambda situation: str(situation["name"]))
def test_go_is_told_as_it_is(situation: dict[str, Any]) -> None:
    """What `go env` answers in each version; unknown only where the answer hangs on the machine."""
    written = situation.get("written")
    files = {"files": {"/home/.config/go/env": written}} if written else {}
    text, base = dockerfile_of({**situation, **files}, ["go", "build"], "/src")
    rows = rows_of_tools(text, base_env=base)
    for version, seen in situation["seen"].items():
        if "GOOS" not in seen or "refused" in seen:
            continue
        for name, row in rows.items():
            variable = name.removesuffix(" (effective)")
            if row["status"] == "unknown":
                assert variable in GO_UNDECIDED
                assert situation["env"].get(variable) not in ("0", "1")
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
        "written, variable empty",
        "other system",
    ):
        text, base = dockerfile_of(names[name], ["go", "-C", "sub", "build"], "/src")
        written = names[name].get("written", "")
        text = text.replace("RUN", f"COPY <<E /home/.config/go/env\n{written}E\nRUN")
        given = {*names[name]["env"], *(line.partition("=")[0] for line in written.splitlines())}
        assert {f"{variable} (effective)" for variable in given} <= set(
            rows_of_tools(text, base_env=base)
        )
    assert not rows_of_tools("FROM a\nENV CFLAGS=-O1\nRUN go build")
    assert not rows_of_tools("FROM a\nENV CC=x\nRUN go version")
    assert "CC (effective)" not in rows_of_tools("FROM a\nENV CC=x CGO_ENABLED=0\nRUN go build")


def test_go_switches_cgo_off_for_another_machine() -> None:
    """CGO_ENABLED follows from GOARCH and the stage's platform, and for the same one from cc."""
    text = (
        "FROM a\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build; GOARCH=s390x go build; "
        "CGO_ENABLED=1 GOARCH=s390x go test"
    )
    frame = env_of(text, name="CGO_ENABLED (effective)", platforms=["linux/arm64"])
    assert list(frame["status"]) == ["unknown", "set", "set"]
    assert list(frame["value"][1:]) == ["0", "1"]
    assert "C compiler" in frame["condition"].iloc[0]


def test_go_env_w_is_read_by_later_calls() -> None:
    """What `go env -w` writes counts in later RUNs and stages on it, until `-u` takes it away."""
    text = (
        "FROM a AS b\nRUN go env -w GOARCH=s390x CC=x\nFROM b\nRUN go env -u CC && go build\n"
        "FROM a\nRUN go build"
    )
    frame = env_of(text)
    go = frame[frame["source"] == "go"]
    assert set(go["name"]) == {"GOARCH (effective)", "CGO_ENABLED (effective)"}
    assert set(go["line_no"]) == {4}
    ways = go.set_index("name")["came_through"]["GOARCH (effective)"]
    assert [way.rpartition(":")[2] for way in ways] == ["2", "4"]
    assert not set(frame["lost_by"].dropna()) & {"file-not-read"}


def test_cc_prefers_the_form_with_the_target() -> None:
    """CC_<target> before TARGET_CC before CC; flags are joined, the more special one last."""
    text = (
        "FROM a\nENV CC=c CFLAGS=-O1 CFLAGS_x86_64_unknown_linux_gnu=-O2 TARGET_CC=t\n"
        f"RUN cargo build {GNU}; cargo build {ARM}"
    )
    frame = env_of(text)
    cc = frame[frame["source"] == "cc"].set_index(["command_no", "name"])["value"]
    assert cc[1, "CC (cc crate)"] == "c"  # the target is the host
    assert cc[2, "CC (cc crate)"] == "t"
    assert cc[1, "CFLAGS (cc crate)"] == "-O1 -O2"
    assert cc[2, "CFLAGS (cc crate)"] == "-O1"
