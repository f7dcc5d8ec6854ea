"""Code of another machine that a build script compiles: what it asked for the machine is not in the log."""

from __future__ import annotations

import pytest

from tests.test_partly_explained import verdict_of

HEADER = "k.c:3:10: fatal error: immintrin.h: No such file or directory"
CALL = "aarch64-linux-gnu-gcc -O2 -c -o k.o k.c"


@pytest.mark.parametrize(
    "script", ['TARGET = Some("aarch64-unknown-linux-gnu")', "cargo:warning=compiling k.c"]
)
def test_a_build_script_may_have_asked_the_host(script):
    """By the log alone it stays open, and the script is asked for; a makefile's choice is told."""
    plain = verdict_of(("linux/arm64", f"{CALL}\n{HEADER}"))
    assert plain.cause == "source-for-another-machine"
    chosen = verdict_of(("linux/arm64", f"{script}\n{CALL}\n{HEADER}"))
    found = chosen["source-for-another-machine"]
    assert (chosen.cause, found.status) == (None, "untestable")
    assert found.missing[0].artefact == "the build script (build.rs)"
