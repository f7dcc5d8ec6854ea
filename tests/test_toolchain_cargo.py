"""What cargo takes its flags from in Dockerfiles: one source, by target, by file; and what is not known."""

from __future__ import annotations

import time

import pytest

from diag.flow.toolchain_cfg import cfg_holds
from tests.toolchain_rows import (
    ARM,
    BASE,
    EFFECTIVE,
    GNU,
    OF_TARGET,
    SCRIPTS,
    env_of,
    rows_of_tools,
)

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
    row = rows_of_tools(CONFIG.format(script=script))[EFFECTIVE]
    assert (row["value"], row["lost_by"], row["source"]) == (value, lost_by, "cargo")


def test_build_scripts_get_no_flags_with_a_target() -> None:
    """--target withholds the flags from build scripts; without it they get the same."""
    text = "FROM a\nENV RUSTFLAGS=-g\nRUN cargo build {}"
    with_target = rows_of_tools(text.format(GNU))[SCRIPTS]
    assert with_target["status"] == "unset"
    assert with_target["lost_by"] == "withheld-from-build-scripts"
    assert rows_of_tools(text.format(""))[SCRIPTS]["value"] == "-g"
    by_variable = text.replace("-g", "-g CARGO_BUILD_TARGET=x").format("")
    assert rows_of_tools(by_variable)[SCRIPTS]["status"] == "unset"


def test_no_toolchain_rows_where_nothing_is_compiled() -> None:
    """`cargo fetch`, `cargo --version` and other commands get rows of the shell alone."""
    frame = env_of("FROM a\nENV RUSTFLAGS=-g\nRUN cargo fetch; cargo --version; make; go version")
    assert set(frame["source"]) == {"shell"}


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
    rows = rows_of_tools(f"FROM a\nWORKDIR /src\n{lines}\nRUN cargo build", base_env=base)
    row = rows[EFFECTIVE]
    assert row["status"] == ("unknown" if artefact else "unset")
    assert artefact in row["condition"]
    given = rows_of_tools(
        f"FROM a\nWORKDIR /src\n{lines}\nRUN RUSTFLAGS=-g cargo build", base_env=base
    )
    assert given[EFFECTIVE]["value"] == "-g"
    assert given[SCRIPTS]["status"] == ("unknown" if artefact else "set")  # of build.target


def test_what_was_copied_reaches_stages_on_the_stage() -> None:
    """A stage on a stage has its files; another stage has not."""
    text = "FROM a AS b\nWORKDIR /src\nCOPY . .\nFROM {}\nWORKDIR /src\nRUN cargo build"
    assert rows_of_tools(text.format("b"))[EFFECTIVE]["status"] == "unknown"
    assert rows_of_tools(text.format("a"))[EFFECTIVE]["status"] == "unset"


def test_the_home_of_cargo_is_a_matter_of_the_base_image() -> None:
    """A file in ~/.cargo counts for cargo only where CARGO_HOME is not another folder."""
    text = "FROM a\nRUN mkdir -p ~/.cargo && printf '[build]\\nrustflags=\"-g\"' > ~/.cargo/config.toml\n"
    text += "WORKDIR /src\nRUN cargo build"
    assert rows_of_tools(text, base_env=BASE)[EFFECTIVE]["value"] == "-g"
    elsewhere = {**BASE, "CARGO_HOME": "/usr/local/cargo"}
    assert rows_of_tools(text, base_env=elsewhere)[EFFECTIVE]["status"] == "unset"
    row = rows_of_tools(text)[EFFECTIVE]
    assert row["status"] == "unknown"
    assert "$CARGO_HOME of the base image, for $HOME/.cargo/config.toml" in row["condition"]


def test_a_row_says_what_outranks_what_and_where() -> None:
    """Ways of the winner, the place where the other was lost, and the names of both."""
    text = CONFIG.format(script="cargo build").replace("RUN cargo", "ENV RUSTFLAGS=-g\nRUN cargo")
    row = rows_of_tools(text)[EFFECTIVE]
    assert [way.rpartition(":")[2] for way in row["came_through"]] == ["5"]
    assert row["lost_at"].endswith(":5")
    assert row["lost_by"] == "outranked-in-cargo"
    told = "RUSTFLAGS outranks the target's rustflags, build.rustflags"
    assert row["condition"] == told
    joined = rows_of_tools(CONFIG.format(script=f"{OF_TARGET}=-x cargo build {GNU}"))[EFFECTIVE]
    assert [way.rpartition(":")[2] for way in joined["came_through"]] == ["4", "5"]
    cc = rows_of_tools("FROM a\nENV CC=c TARGET_CC=t\nRUN cargo b " + ARM)["CC (cc crate)"]
    assert cc["condition"] == "TARGET_CC outranks CC"


def test_a_host_that_is_not_told_is_a_condition() -> None:
    """The image may be of GNU libc or of musl: `--target` may name the host or not."""
    text = "FROM a\nENV HOST_CC=h TARGET_CC=t\nRUN cargo b --target x86_64-unknown-linux-musl"
    row = rows_of_tools(text)["CC (cc crate)"]
    assert row["value"] == "t"
    assert row["condition"].startswith("rustc's host is not x86_64-unknown-linux-musl")
    row = rows_of_tools(f"FROM a\nENV {OF_TARGET}=-x\nRUN cargo b")[EFFECTIVE]
    assert (row["value"], row["condition"][:13]) == ("-x", "rustc's host ")


def test_a_target_that_is_not_known_makes_unknown() -> None:
    """`--target $(outside)`: flags of some target may count; RUSTFLAGS reach it in any case."""
    text = "FROM a\nENV {}\nRUN cargo build --target $(outside)"
    assert rows_of_tools(text.format(f"{OF_TARGET}=-x"))[EFFECTIVE]["status"] == "unknown"
    assert rows_of_tools(text.format("RUSTFLAGS=-g"))[EFFECTIVE]["value"] == "-g"
    assert (
        rows_of_tools(text.format("RUSTFLAGS=-g"))[SCRIPTS]["lost_by"]
        == "withheld-from-build-scripts"
    )


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
    row = rows_of_tools(text, base_env=BASE)[EFFECTIVE]
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
    row = rows_of_tools(text, base_env=BASE)[EFFECTIVE]
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
    assert rows_of_tools(text.format("unix"), BASE)["linker (effective)"]["value"] == "l"
    assert "linker (effective)" not in rows_of_tools(text.format("windows"), BASE)
    rows = rows_of_tools(text.format('target_feature="neon"'), BASE)
    assert rows["linker (effective)"]["status"] == "unknown"
    assert rows[EFFECTIVE]["status"] == "unset"


def test_a_working_folder_that_is_not_known_is_named() -> None:
    """`cd $(outside)`: the configuration found there is not known."""
    row = rows_of_tools("FROM a\nRUN cd $(outside) && cargo build", BASE)[EFFECTIVE]
    assert row["condition"] == "depends on the working folder output of `outside` (line 2)"
