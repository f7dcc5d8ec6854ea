"""Compiles that end a build: what decides, and the look-alikes that must not be claimed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facts_builder import AMD64, judge

ARM64 = "linux/arm64"
RUST, FLAG = "rust-target-not-installed", "flag-for-another-machine"
SOURCE, CGO = "source-for-another-machine", "cgo-disabled-when-crossing"
NO_STD = "error[E0463]: can't find crate for `std`"
NOTE = "  = note: the `aarch64-unknown-linux-gnu` target may not be installed"
HELP = (
    "  = help: consider downloading the target with `rustup target add aarch64-unknown-linux-gnu`"
)
INB = '   47 |   __asm__ __volatile__ ("inb %w1,%0":"=a" (_v):"Nd" (__port));'


def lines(*texts: str, platform: str = ARM64, step: str = "#5", first: int = 1) -> list[dict[str, Any]]:  # fmt: skip
    return [
        {"line_no": n, "kind": "compiler", "text": t, "platform": platform, "step_id": step}
        for n, t in enumerate(texts, first)
    ]


def of(cause: str, *texts: str, platform: str = ARM64, **frames: Any) -> Any:
    """The one finding on lines of one platform, or None."""
    told = lines(*texts, platform=platform)
    found = judge(cause, lines=told, platforms=(platform,), **frames)
    assert len(found) <= 1
    return found[0] if found else None


def status(cause: str, *texts: str, **given: Any) -> str:
    found = of(cause, *texts, **given)
    return found.status if found else ""


def step(runs_on: str, platform: str) -> list[dict[str, Any]]:
    return [{"step_id": "#5", "line_no": 1, "platform": runs_on, "target_platform": platform,
             "name_text": "RUN make", "status": "error"}]  # fmt: skip


# -- rust-target-not-installed ---------------------------------------------------------------------


def test_rustc_names_the_target_that_is_not_there():
    """With the fix for that target; where its second line is cut, the target is not known."""
    found = of(RUST, NO_STD, "  |", NOTE, HELP)
    assert found.status == "supported"
    assert "aarch64-unknown-linux-gnu is not there" in found.claim
    assert found.fix[0].startswith("RUN rustup target add aarch64-unknown-linux-gnu")
    assert status(RUST, NO_STD.replace("std", "core"), NOTE) == "supported"
    assert status(RUST, NO_STD) == "untestable"


def test_a_library_of_another_rustc_is_told_and_a_stale_crate_is_not():
    """E0514 of std is a mixed toolchain; of another crate an old target folder."""
    said = "error[E0514]: found crate `{}` compiled by an incompatible version of rustc"
    where = "          crate `std` compiled by rustc 1.97.0: /r/lib/rustlib/armv7-unknown-linux-gnueabihf/lib/libstd-1.rlib"
    found = of(RUST, said.format("std"), "  |", where)
    assert found.status == "supported"
    assert "another version" in found.claim
    assert "armv7-unknown-linux-gnueabihf" in found.claim
    assert of(RUST, said.format("serde"), "  |", where) is None


def test_a_missing_dependency_and_a_survived_probe_are_no_missing_target():
    """E0463 of another crate; a platform that linked; a link that came after it stays open."""
    assert of(RUST, NO_STD.replace("std", "serde"), NOTE) is None
    linked = [{"platform": ARM64, "outcome": "linked"}]
    assert of(RUST, NO_STD, NOTE, outcomes=linked) is None
    later = [{"symbol": "f", "line_no": 9, "platform": ARM64}]
    assert status(RUST, NO_STD, NOTE, link_errors=later) == "untestable"


def test_a_target_added_to_another_toolchain_is_shown():
    """The Dockerfile adds it, and rustc has none all the same: with the place."""
    text = "rustup target add aarch64-unknown-linux-gnu"
    run = {"instruction": "RUN", "line_no": 3, "end_line_no": 3, "value_text": text}
    found = of(RUST, NO_STD, NOTE, instructions=[run])
    assert "of another toolchain, or of another stage" in found.evidence[-1].text
    build = {**run, "value_text": "rustup show && cargo build --target aarch64-unknown-linux-gnu"}
    assert "rustup adds" not in str(of(RUST, NO_STD, NOTE, instructions=[build]).evidence)
    other = of(RUST, NO_STD, NOTE, instructions=[{**run, "value_text": text.replace("aarch64", "x86_64")}])  # fmt: skip
    assert "is not among them" in other.evidence[-1].text


# -- flag-for-another-machine ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aarch64-linux-gnu-gcc: error: unrecognized command-line option '-mavx2'", "supported"),
        ("aarch64-linux-gnu-gcc: error: unrecognized command line option ‘-msse4.2’", "supported"),
        ("clang: error: unsupported option '-mavx2' for target 'aarch64-unknown-linux-gnu'", "supported"),
        ("cc1: error: unknown value 'x86-64-v2' for '-march'", "supported"),
        ("cc1: error: bad value (‘armv8-a’) for ‘-march=’ switch", "supported"),
        ("x86_64-linux-gnu-gcc-11: error: unrecognized command-line option '-mavx512fp16'", "refuted"),
        ("cc: error: unrecognized command-line option '-mavx2'", "untestable"),
        ("aarch64-linux-gnu-gcc: error: unrecognized command-line option '-mgibberish'", ""),
        ("aarch64-linux-gnu-gcc: error: unrecognized command-line option '-fno-such'", ""),
        ("clang: warning: argument unused during compilation: '-mavx2'", ""),
    ],
)  # fmt: skip
def test_a_switch_of_another_machine_by_the_compilers_words(text, expected):
    """An older compiler of the very machine, an unknown switch and a warning are none."""
    assert status(FLAG, text) == expected


def test_a_plain_gcc_is_that_of_the_machine_that_the_step_runs_on():
    """And on a stage of the build machine, whose name shows no second platform, of no known one."""
    text = "gcc: error: unrecognized command-line option '-mavx2'"
    assert status(FLAG, text, steps=step(ARM64, ARM64)) == "supported"
    assert status(FLAG, text, steps=step(AMD64, ARM64)) == "refuted"
    bases = {"instruction": "FROM", "line_no": 1, "end_line_no": 1, "flags_text": "--platform=$BUILDPLATFORM",
             "value_text": "gcc AS builder"}  # fmt: skip
    assert status(FLAG, text, steps=step(ARM64, ARM64), instructions=[bases]) == "untestable"


def test_the_targets_own_switch_at_the_wrong_compiler_asks_for_the_compiler():
    """The claim says whose the switch is, and the fix names the target's compiler alone."""
    found = of(FLAG, "cc1: error: bad value 'armv8-a' for '-march=' switch")
    assert "as linux/arm64 does" in found.claim
    assert "CC=aarch64-linux-gnu-gcc" in found.fix[0]
    other = of(FLAG, "cc1: error: unknown value 'x86-64-v2' for '-march'")
    assert 'amd64) CFLAGS="$CFLAGS -march=x86-64-v2"' in other.fix[0]


def test_a_build_that_went_on_to_its_link_is_left_open():
    """The refused compile may be of a probe, or of a kernel that the link lacks."""
    text = "aarch64-linux-gnu-gcc: error: unrecognized command-line option '-mavx2'"
    later = [{"symbol": "f", "line_no": 9, "platform": ARM64}]
    assert status(FLAG, text, link_errors=later) == "untestable"
    earlier = [{"symbol": "f", "line_no": 0, "platform": ARM64}]
    assert status(FLAG, text, link_errors=earlier) == "supported"


# -- source-for-another-machine --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("aarch64-linux-gnu-gcc -O2 -c -o io.o io.c", "io.h:47:3: error: impossible constraint in 'asm'", INB), "supported"),
        (("gcc -m64 -c io.c", "io.h:47:3: error: impossible constraint in 'asm'", INB), "untestable"),
        (("aarch64-linux-gnu-gcc -c io.c", "io.c:4:3: error: impossible constraint in 'asm'"), "untestable"),
        (("/tmp/ccx.s:12: Error: unknown mnemonic `pause' -- `pause'",), "supported"),
        (("a.S:4: Error: no such instruction: `stp x29,x30,[sp,'",), "supported"),
        (("a.S:4: Error: no such instruction: `vpdpbssd %ymm1,%ymm2,%ymm3'",), "refuted"),
        (("s.c:4: Error: unrecognized opcode `pause', extension `zihintpause' required",), ""),
        (("s.c:4: Error: selected processor does not support `vld1.8 {d0},[r0]' in ARM mode",), ""),
        (("arm-linux-gnueabihf-gcc -c s.c", "s.c:1:10: fatal error: immintrin.h: No such file or directory"), "supported"),
        (("arm-linux-gnueabihf-gcc -c s.c", "s.c:1:10: fatal error: zlib.h: No such file or directory"), ""),
    ],
)  # fmt: skip
def test_a_source_of_another_machine_by_what_was_refused(texts, expected):
    """An old assembler, a -march too low and another library's header are none; a line that the log
    does not show is asked for."""
    assert status(SOURCE, *texts) == expected


# -- cgo-disabled-when-crossing --------------------------------------------------------------------

UNDEFINED = "./main.go:5:27: undefined: ticks"
EXCLUDED = "package e/app: build constraints exclude all Go files in /src/dev"
CALL = "GOOS=linux GOARCH=arm64 go build -o app ."
_COMPILE = "/go/tool/compile -o $WORK/b001/_pkg_.a -trimpath \"$WORK/b001=>\" -p main -c=2 -pack ./main.go"  # fmt: skip
_CGO = "CGO_LDFLAGS='-g' /go/tool/cgo -objdir $WORK/b001/ -importpath e/app -- -g ./ticks_cgo.go"


def test_go_says_the_same_of_a_file_for_one_machine_so_that_the_sources_decide():
    """Left open with the command that tells them apart; silent where cgo is on, or nothing crosses."""
    found = of(CGO, CALL, EXCLUDED)
    assert found.status == "untestable"
    assert "CGO_ENABLED=1 GOOS=linux GOARCH=arm64 go list" in found.missing[0].how[0]
    assert status(CGO, CALL.replace("GOOS", "CGO_ENABLED=1 GOOS"), EXCLUDED) == "refuted"
    assert of(CGO, "go build .", EXCLUDED) is None
    assert of(CGO, CALL, UNDEFINED) is None  # a slip, perhaps, on all platforms
    assert of(CGO, CALL, EXCLUDED, steps=step(ARM64, ARM64)) is None


@pytest.mark.parametrize(("files", "expected"), [("./main.go", "supported"), ("./main.go ./more.go", "untestable")])  # fmt: skip
def test_the_commands_of_both_platforms_show_what_was_left_out(files, expected):
    """Given to cgo there, compiled by nothing here, and nothing else differs: that has the name."""
    there = lines(_CGO, _COMPILE.replace("./main.go", files), platform=AMD64)
    here = lines(CALL, _COMPILE, "# e/app", UNDEFINED, first=11)
    ends = [{"platform": AMD64, "outcome": "linked"}, {"platform": ARM64, "outcome": "failed"}]
    (found,) = judge(CGO, lines=[*there, *here], platforms=(AMD64, ARM64), outcomes=ends)
    assert (found.status, found.platform) == (expected, ARM64)
    assert any("ticks_cgo.go" in e.text for e in found.evidence) == (expected == "supported")


def test_a_packages_stub_says_it_itself():
    """Whatever built it: the program tells how it was compiled."""
    stub = (
        "Binary was compiled with 'CGO_ENABLED=0', the driver requires cgo to work. This is a stub"
    )
    assert status(CGO, CALL, stub) == "supported"
