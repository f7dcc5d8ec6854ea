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
from diag.flow import env_at, env_rows
from diag.flow.toolchain_cfg import cfg_holds
from diag.flow.toolchain_flags import line_of
from diag.read.dockerfile import load_dockerfile

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


def _rows(text: str, base_env: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """The rows of the tools at the last command, by name."""
    instructions = load_dockerfile(text.encode())
    rows = env_rows(instructions, platform="linux/amd64", base_env=base_env)
    return {row["name"]: row for row in rows if row["source"] != "shell"}


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
    cwd = situation.get("cwd", "/proj/app")
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
    assert len(refused) == 14
    assert set(CARGO_DIFFERENCES) <= set(refused)
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
    text, base = _dockerfile({**situation, **files}, ["go", "build"], "/src")
    rows = _rows(text, base_env=base)
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
        text, base = _dockerfile(names[name], ["go", "-C", "sub", "build"], "/src")
        written = names[name].get("written", "")
        text = text.replace("RUN", f"COPY <<E /home/.config/go/env\n{written}E\nRUN")
        given = {*names[name]["env"], *(line.partition("=")[0] for line in written.splitlines())}
        assert {f"{variable} (effective)" for variable in given} <= set(_rows(text, base_env=base))
    assert not _rows("FROM a\nENV CFLAGS=-O1\nRUN go build")
    assert not _rows("FROM a\nENV CC=x\nRUN go version")
    assert "CC (effective)" not in _rows("FROM a\nENV CC=x CGO_ENABLED=0\nRUN go build")


def test_go_switches_cgo_off_for_another_machine() -> None:
    """CGO_ENABLED follows from GOARCH and the stage's platform, and for the same one from cc."""
    text = (
        "FROM a\nARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build; GOARCH=s390x go build; "
        "CGO_ENABLED=1 GOARCH=s390x go test"
    )
    frame = _env(text, name="CGO_ENABLED (effective)", platforms=["linux/arm64"])
    assert list(frame["status"]) == ["unknown", "set", "set"]
    assert list(frame["value"][1:]) == ["0", "1"]
    assert "C compiler" in frame["condition"].iloc[0]


def test_go_env_w_is_read_by_later_calls() -> None:
    """What `go env -w` writes counts in later RUNs and stages on it, until `-u` takes it away."""
    text = (
        "FROM a AS b\nRUN go env -w GOARCH=s390x CC=x\nFROM b\nRUN go env -u CC && go build\n"
        "FROM a\nRUN go build"
    )
    frame = _env(text)
    go = frame[frame["source"] == "go"]
    assert set(go["name"]) == {"GOARCH (effective)", "CGO_ENABLED (effective)"}
    assert set(go["line_no"]) == {4}
    ways = go.set_index("name")["came_through"]["GOARCH (effective)"]
    assert [way.rpartition(":")[2] for way in ways] == ["2", "4"]
    assert not set(frame["lost_by"].dropna()) & {"file-not-read"}


# --- Dockerfiles of cargo -----------------------------------------------------------------------

CONFIG = """\
FROM a
WORKDIR /src
RUN mkdir -p .cargo && printf '[build]\\nrustflags = ["-C", "b"]\\n[target.%s]\\nrustflags = "-C t"\\n' \\
    x86_64-unknown-linux-gnu > .cargo/config.toml
RUN {script}
"""


@pytest.mark.parametrize(
    ("script", "value", "lost_by"),
    [
        (f"cargo build {GNU}", "-C t", "outranked-in-cargo"),
        (f"cargo build {ARM}", "-C b", None),
        (f"RUSTFLAGS=-g cargo build {GNU}", "-g", "outranked-in-cargo"),
        (f"RUSTFLAGS= cargo build {GNU}", "", "outranked-in-cargo"),
        (f"RUSTFLAGS=-g CARGO_ENCODED_RUSTFLAGS= cargo test {GNU}", "", "outranked-in-cargo"),
        (f"{OF_TARGET}=-x cargo +nightly b {GNU}", "-C t -x", "outranked-in-cargo"),
        (f"CARGO_BUILD_RUSTFLAGS=-y cargo build {GNU}", "-C t", "outranked-in-cargo"),
        (f"CARGO_BUILD_RUSTFLAGS=-y cargo build {ARM}", "-C b -y", None),
        (f"cd /; cargo build {GNU}", None, None),
        ("export RUSTFLAGS=$(outside); cargo build", None, "outranked-in-cargo"),
    ],
)
def test_cargo_takes_one_source_of_flags(
    script: str, value: str | None, lost_by: str | None
) -> None:
    """CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS even if empty, target flags joined, build flags."""
    row = _rows(CONFIG.format(script=script))[EFFECTIVE]
    assert (row["value"], row["lost_by"], row["source"]) == (value, lost_by, "cargo")


def test_build_scripts_get_no_flags_with_a_target() -> None:
    """--target withholds the flags from build scripts; without it they get the same."""
    text = "FROM a\nENV RUSTFLAGS=-g\nRUN cargo build {}"
    with_target = _rows(text.format(GNU))[SCRIPTS]
    assert with_target["status"] == "unset"
    assert with_target["lost_by"] == "withheld-from-build-scripts"
    assert _rows(text.format(""))[SCRIPTS]["value"] == "-g"
    by_variable = text.replace("-g", "-g CARGO_BUILD_TARGET=x").format("")
    assert _rows(by_variable)[SCRIPTS]["status"] == "unset"


def test_no_toolchain_rows_where_nothing_is_compiled() -> None:
    """`cargo fetch`, `cargo --version` and other commands get rows of the shell alone."""
    frame = _env("FROM a\nENV RUSTFLAGS=-g\nRUN cargo fetch; cargo --version; make; go version")
    assert set(frame["source"]) == {"shell"}


def test_cc_prefers_the_form_with_the_target() -> None:
    """CC_<target> before TARGET_CC before CC; flags are joined, the more special one last."""
    text = (
        "FROM a\nENV CC=c CFLAGS=-O1 CFLAGS_x86_64_unknown_linux_gnu=-O2 TARGET_CC=t\n"
        f"RUN cargo build {GNU}; cargo build {ARM}"
    )
    frame = _env(text)
    cc = frame[frame["source"] == "cc"].set_index(["command_no", "name"])["value"]
    assert cc[1, "CC (cc crate)"] == "c"  # the target is the host
    assert cc[2, "CC (cc crate)"] == "t"
    assert cc[1, "CFLAGS (cc crate)"] == "-O1 -O2"
    assert cc[2, "CFLAGS (cc crate)"] == "-O1"


OUTSIDE = [
    ("COPY . .", "/src/.cargo/config.toml, which COPY . may bring"),
    ("COPY . /", "/src/.cargo/config.toml, which COPY . may bring"),
    ("COPY .cargo .cargo", "/src/.cargo/config.toml, which COPY .cargo may bring"),
    ("COPY .cargo/config.toml .cargo/config.toml", "/src/.cargo/config.toml, which holds the file"),
    ("COPY --from=other:1 /x /src", "/src/.cargo/config.toml, which COPY /x may bring"),
    ("COPY Cargo.toml Cargo.lock ./", ""),
    (
        "RUN mkdir .cargo; : > .cargo/config.toml\nCOPY . .",
        "/src/.cargo/config.toml, which holds the file .",
    ),
    ("COPY src /src/src/", ""),
    ("COPY . /other/", ""),
    ("COPY . .\nRUN mkdir -p .cargo && : > .cargo/config.toml", ""),
    ("RUN mkdir -p .cargo; outside > .cargo/config.toml", "output of `outside`"),
    (
        'ARG F\nRUN mkdir .cargo; echo "[target.$(outside)]" > .cargo/config.toml',
        "output of `outside`",
    ),
    (
        "RUN mkdir -p /root/.cargo; echo '[build]' > /root/.cargo/config.toml",
        "$HOME of the base image",
    ),
]


@pytest.mark.parametrize(("lines", "artefact"), OUTSIDE)
def test_a_configuration_that_is_not_known_makes_unknown(lines: str, artefact: str) -> None:
    """The row names the artefact; where RUSTFLAGS is set no configuration counts for them."""
    base = {"PATH": "/bin"}
    rows = _rows(f"FROM a\nWORKDIR /src\n{lines}\nRUN cargo build", base_env=base)
    row = rows[EFFECTIVE]
    assert row["status"] == ("unknown" if artefact else "unset")
    assert artefact in row["condition"]
    given = _rows(f"FROM a\nWORKDIR /src\n{lines}\nRUN RUSTFLAGS=-g cargo build", base_env=base)
    assert given[EFFECTIVE]["value"] == "-g"
    assert given[SCRIPTS]["status"] == ("unknown" if artefact else "set")  # of build.target


def test_what_was_copied_reaches_stages_on_the_stage() -> None:
    """A stage on a stage has its files; another stage has not."""
    text = "FROM a AS b\nWORKDIR /src\nCOPY . .\nFROM {}\nWORKDIR /src\nRUN cargo build"
    assert _rows(text.format("b"))[EFFECTIVE]["status"] == "unknown"
    assert _rows(text.format("a"))[EFFECTIVE]["status"] == "unset"


def test_the_home_of_cargo_is_a_matter_of_the_base_image() -> None:
    """A file in ~/.cargo counts for cargo only where CARGO_HOME is not another folder."""
    text = "FROM a\nRUN mkdir -p ~/.cargo && printf '[build]\\nrustflags=\"-g\"' > ~/.cargo/config.toml\n"
    text += "WORKDIR /src\nRUN cargo build"
    assert _rows(text, base_env=BASE)[EFFECTIVE]["value"] == "-g"
    elsewhere = {**BASE, "CARGO_HOME": "/usr/local/cargo"}
    assert _rows(text, base_env=elsewhere)[EFFECTIVE]["status"] == "unset"
    row = _rows(text)[EFFECTIVE]
    assert row["status"] == "unknown"
    assert "$CARGO_HOME of the base image, for $HOME/.cargo/config.toml" in row["condition"]


def test_a_row_says_what_outranks_what_and_where() -> None:
    """Ways of the winner, the place where the other was lost, and the names of both."""
    text = CONFIG.format(script="cargo build").replace("RUN cargo", "ENV RUSTFLAGS=-g\nRUN cargo")
    row = _rows(text)[EFFECTIVE]
    assert [way.rpartition(":")[2] for way in row["came_through"]] == ["5"]
    assert row["lost_at"].endswith(":5")
    assert row["lost_by"] == "outranked-in-cargo"
    told = "RUSTFLAGS outranks the target's rustflags, build.rustflags"
    assert row["condition"] == told
    joined = _rows(CONFIG.format(script=f"{OF_TARGET}=-x cargo build {GNU}"))[EFFECTIVE]
    assert [way.rpartition(":")[2] for way in joined["came_through"]] == ["4", "5"]
    cc = _rows("FROM a\nENV CC=c TARGET_CC=t\nRUN cargo b " + ARM)["CC (cc crate)"]
    assert cc["condition"] == "TARGET_CC outranks CC"


def test_a_host_that_is_not_told_is_a_condition() -> None:
    """The image may be of GNU libc or of musl: `--target` may name the host or not."""
    text = "FROM a\nENV HOST_CC=h TARGET_CC=t\nRUN cargo b --target x86_64-unknown-linux-musl"
    row = _rows(text)["CC (cc crate)"]
    assert row["value"] == "t"
    assert row["condition"].startswith("rustc's host is not x86_64-unknown-linux-musl")
    row = _rows(f"FROM a\nENV {OF_TARGET}=-x\nRUN cargo b")[EFFECTIVE]
    assert (row["value"], row["condition"][:13]) == ("-x", "rustc's host ")


def test_a_target_that_is_not_known_makes_unknown() -> None:
    """`--target $(outside)`: flags of some target may count; RUSTFLAGS reach it in any case."""
    text = "FROM a\nENV {}\nRUN cargo build --target $(outside)"
    assert _rows(text.format(f"{OF_TARGET}=-x"))[EFFECTIVE]["status"] == "unknown"
    assert _rows(text.format("RUSTFLAGS=-g"))[EFFECTIVE]["value"] == "-g"
    assert _rows(text.format("RUSTFLAGS=-g"))[SCRIPTS]["lost_by"] == "withheld-from-build-scripts"


HOSTILE = {
    "not TOML": "[build\nrustflags = 1",
    "bytes": "\x00\x07\ufffd",
    "deep arrays": "a = " + "[" * 9000,
    "deep tables": "[" + ".".join("a" * 9000) + "]\nb = 1",
    "many tables": "\n".join(f"[target.t{i}]\nlinker = 'l'" for i in range(2000)),
    "deep cfg": "[target.'cfg(" + "not(" * 5000 + "unix" + ")" * 5000 + ")']\nrustflags = '-g'",
    "rustflags of another kind": "[build]\nrustflags = { a = 1 }",
    "build of another kind": "build = 1\n[target]\nx = 1",
    "env of another kind": "[env]\nCC = 1\nCFLAGS = [1]",
    "alias of itself": "[alias]\nx = 'x'\ny = ['z']\nz = ['y']",
    "includes itself": "include = ['config.toml']",
    "includes of another kind": "include = [1, {}, { path = 2 }]",
    "date": "a = 2026-99-99",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strange_configuration_is_told_not_raised(name: str) -> None:
    """Every call has its rows, whatever the file holds."""
    text = f"FROM a\nWORKDIR /src\nCOPY <<'E' .cargo/config.toml\n{HOSTILE[name]}\nE\nRUN cargo build; cargo x; cargo y"
    row = _rows(text, base_env=BASE)[EFFECTIVE]
    assert row["status"] in ("unknown", "unset")
    if name in ("not TOML", "deep arrays", "date", "rustflags of another kind"):
        assert "cargo, which refuses" in row["condition"]


def test_a_configuration_of_ten_megabytes_is_bounded() -> None:
    """Not read past a bound, and said so; cheap for many calls."""
    body = f"# {'x' * 60_000}\n" * 170
    text = (
        f"FROM a\nWORKDIR /src\nCOPY <<'E' .cargo/config.toml\n{body}\nE\nRUN "
        + "cargo build;" * 20
    )
    begin = time.process_time()
    row = _rows(text, base_env=BASE)[EFFECTIVE]
    assert row["status"] == "unknown"
    assert "longer than" in row["condition"]
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("unix", True), ("windows", False), ('target_arch="arm"', True), ("all(unix, not(windows))", True),
        ('any(target_env="musl", target_abi="eabihf")', True), ('target_feature="neon"', None),
        ('any(target_feature="neon", unix)', True), ('all(target_feature="neon", windows)', False),
        ("not(debug_assertions)", None), ("all(", False), ("unix)", False), ("", False), ("not()", False),
        ("some(unix)", False), ("not(" * 40 + "unix" + ")" * 40, None), ("any(" + "unix," * 600 + ")", None),
        ("unix" + " " * 60_000 + "x", False), ('"' * 60_001, None), ("unix = x", False), ('target_os = "linux",', False), ("all(unix,)", True),
    ],
)  # fmt: skip
def test_cfg_is_decided_by_the_target_alone(text: str, holds: bool | None) -> None:
    """True, False, or None where rustc would have to be asked; a broken one holds nowhere."""
    assert cfg_holds(text, "armv7-unknown-linux-gnueabihf") is holds


def test_a_linker_under_a_cfg_of_rustc_is_not_guessed() -> None:
    """A cfg that rustc alone can answer leaves the linker unknown, and the flags as they are."""
    text = "FROM a\nWORKDIR /src\nCOPY <<'E' .cargo/config.toml\n[target.'cfg({})']\nlinker = 'l'\nE\nRUN cargo b"
    assert _rows(text.format("unix"), BASE)["linker (effective)"]["value"] == "l"
    assert "linker (effective)" not in _rows(text.format("windows"), BASE)
    rows = _rows(text.format('target_feature="neon"'), BASE)
    assert rows["linker (effective)"]["status"] == "unknown"
    assert rows[EFFECTIVE]["status"] == "unset"


def test_a_working_folder_that_is_not_known_is_named() -> None:
    """`cd $(outside)`: the configuration found there is not known."""
    row = _rows("FROM a\nRUN cd $(outside) && cargo build", BASE)[EFFECTIVE]
    assert row["condition"] == "depends on the working folder output of `outside` (line 2)"
