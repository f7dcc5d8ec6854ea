"""A native library that Rust or cgo was not told of, and who built what failed."""

from __future__ import annotations

from typing import Any

import pytest

from diag.causes.toolchain import toolchain
from tests.facts_builder import AMD64, make_facts
from tests.names_frames import CGO, NATIVE, RCGU, line, status, wanted

CODEC = {"file": "libcodec.a", "member": "codec.o", "name": "codec_init", "role": "defined"}
RUSTC = {
    "line_no": 3,
    "driver": "cc",
    "inputs": [["library", "c"]],
    "words": ["-lc"],
    "is_shortened": True,
}


def native(caller: dict[str, Any], **frames: Any) -> str:
    """What native-library-not-declared says where that caller misses codec_init."""
    given = {
        "link_errors": [wanted("codec_init", **caller)],
        "objects": [{"file": "libcodec.a", "member": "codec.o"}],
        "sightings": [CODEC], "link_commands": [RUSTC], **frames,
    }  # fmt: skip
    return status(NATIVE, **given)


def test_a_library_that_is_there_and_not_asked_for() -> None:
    """Rust by its printed command, though shortened; cgo, which prints none, by its flags."""
    assert native(RCGU) == "supported"
    assert native(CGO, link_commands=[]) == "supported"
    flags = {"line_no": 1, "kind": "echo", "text": "CGO_LDFLAGS=-L. -lcodec go build"}
    assert native(CGO, link_commands=[], lines=[flags]) == "untestable"
    assert native(RCGU, link_commands=[]) == "untestable"


@pytest.mark.parametrize(
    "word",
    [["library", "codec"], ["archive", "/src/target/libcodec.a"], ["shared", "libcodec.so.1"]],
)
def test_a_library_on_the_command_is_declared(word: list[str]) -> None:
    """However it is named: then order, machine or visibility is the matter."""
    text = f"-l{word[1]}" if word[0] == "library" else word[1]
    assert native(RCGU, link_commands=[{**RUSTC, "inputs": [word], "words": [text]}]) == "silent"


def test_c_callers_and_crates_that_ask_are_others_business() -> None:
    """C's own forgotten library is object-not-linked; a crate that prints rustc-link-lib refutes."""
    assert native({"object": "main.o"}) == "silent"
    assert native({"object": "libz_sys-0123456789abcdef.rlib", "member": "zlib.o"}) == "silent"
    rlib = {"object": "/t/libplayer-0123456789abcdef.rlib", "member": "player-cgu.0.rcgu.o"}
    asked = {"file": "output", "line_no": 2, "package": "player", "key": "rustc-link-lib", "value": "static=codec"}  # fmt: skip
    files = {"output": AMD64, "libcodec.a": AMD64}
    assert native(rlib, build_script=[asked], platform_of_file=files) == "refuted"
    assert native(RCGU, objects=[], sightings=[]) == "untestable"


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"link_errors": [wanted("x", **RCGU)]}, "cargo"),
        ({"link_errors": [wanted("x", object="libk.a", member="0123456789abcdef-k.o")]}, "cc"),
        ({"link_errors": [wanted("x", **CGO)]}, "go"),
        ({"link_errors": [wanted("x", object="CMakeFiles/app.dir/a.c.o")]}, "cmake"),
        ({"link_errors": [wanted("x", object="bazel-out/k8/bin/_objs/a.o")]}, "bazel"),
        ({"lines": [line("make[1]: *** [Makefile:20: all] Error 1")]}, "make"),
        ({"lines": [line("make[2]: *** [CMakeFiles/app.dir/build.make:97: app] Error 1")]}, "cmake"),
        ({"lines": [line("ninja: build stopped: subcommand failed.")]}, "ninja"),
        ({"lines": [line("make: *** [all] Error 101", 30), line("error: linking with `cc` failed", 8)]}, "cargo"),
        ({"lines": [line("make: *** [all] Error 2", 9000)]}, ""),  # of another link
        ({"env": [{"name": "CC", "line_no": 4, "status": "set", "command": "go", "argv_text": "go build ."}]}, "go"),
        ({}, ""),
    ],
)  # fmt: skip
def test_who_built_what_failed(frames: dict[str, Any], expected: str) -> None:
    """The nearest trace decides, and is kept as evidence."""
    found = toolchain(make_facts(**{"link_errors": [wanted("x")], **frames}), AMD64)
    assert found.name == expected
    assert bool(found.evidence) == bool(expected)
