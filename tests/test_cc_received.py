"""A build script that prints nothing: the compiler that cargo was given, and what can still be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diag.case import Case
from diag.causes.advice import VERBOSE
from tests.elf_builder import ar_member, build_elf

OUT = "/src/target/x86_64-unknown-linux-gnu/release/build/meter-c463c35e55e42f4d/out"
LINK = f"""#4 [linux/amd64 build 4/4] RUN cargo build --target x86_64-unknown-linux-gnu
#4 1.0    Compiling meter v0.1.0 (/src)
#4 2.0 error: linking with `cc` failed: exit status: 1
#4 2.0   = note: rust-lld: error: {OUT}/libsampler.a(sampler.o) is incompatible with elf64-x86-64
#4 2.0           collect2: error: ld returned 1 exit status
#4 2.1 error: could not compile `meter` (bin "meter") due to 1 previous error
#4 ERROR: process "/bin/sh -c cargo build" did not complete successfully: exit code: 101
"""
VERY = "#4 1.1      Running `CARGO=/bin/cargo CARGO_CRATE_NAME=meter CARGO_MANIFEST_DIR=/src rustc --crate-name meter`\n"  # fmt: skip
WRONG, BUILT = "wrong-cc-for-c-deps", "linux/amd64"
DOCKERFILE = "FROM rust AS build\nENV {}\nRUN cargo build --target x86_64-unknown-linux-gnu\n"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the other machine, at the end of the path that the log names."""
    folder = tmp_path_factory.mktemp("given") / OUT.lstrip("/")
    folder.mkdir(parents=True)
    file = folder / "libsampler.a"
    data = build_elf([(b"sample", 0x12, 0, 1, 0, 4)], machine=183)
    file.write_bytes(b"!<arch>\n" + ar_member(b"sampler.o/", data))
    return file


def verdict(archive: Path, env: str, log: str = LINK) -> Any:
    text = DOCKERFILE.format(env).encode()
    return Case(log=log.encode(), dockerfile=text, objects={BUILT: str(archive)}).diagnose()


@pytest.mark.parametrize(
    "env",
    [
        "TARGET_CC=aarch64-linux-gnu-gcc CC=gcc",
        "CC_x86_64_unknown_linux_gnu=/usr/bin/aarch64-linux-gnu-gcc",
    ],
)
def test_the_compiler_that_cargo_was_given_made_what_is_of_its_machine(archive, env):
    """In the folder of a build script, of the machine of that very compiler: with the Dockerfile's line."""
    found = verdict(archive, env)[WRONG]
    assert found.status == "supported"
    assert found.evidence[0].text == f"`cargo` receives {env.split()[0]}"


@pytest.mark.parametrize(
    "env",
    ["CC=arm-linux-gnueabihf-gcc", "CC_x86_64_unknown_linux_gnu=x86_64-linux-gnu-gcc CC=aarch64-linux-gnu-gcc"],
)  # fmt: skip
def test_a_compiler_of_no_known_machine_or_of_a_third_leaves_it_open(archive, env):
    """And so does one that the target's own variable outranks."""
    assert verdict(archive, env)[WRONG].status == "untestable"


def test_what_is_asked_for_is_at_hand(archive):
    """The file by the path under which it was given; no -vv of a log that is one."""
    asked = verdict(archive, "X=1")[WRONG].missing[0].how
    assert VERBOSE["cargo"] in asked
    assert any(f"readelf -p .comment {archive}" in step for step in asked)
    very = verdict(archive, "X=1", LINK.replace("#4 2.0 error", VERY + "#4 2.0 error", 1))
    asked = very[WRONG].missing[0].how
    assert VERBOSE["cargo"] not in asked
    assert any("build.rs" in step for step in asked)
