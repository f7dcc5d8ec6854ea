"""A linker's long line keeps archive, member and function, and loses folders."""

from __future__ import annotations

import time

import pytest

from diag.causes.clipped import clip
from diag.folders import without_folders
from diag.show.text import focus

LD = "/usr/lib/gcc/x86_64-alpine-linux-musl/13.2.1/../../../../x86_64-alpine-linux-musl/bin/ld"
ARCHIVE = "/go/pkg/mod/example.com/kafka@v2.3.0/kafka/vendor/libqueue_linux_amd64.a"
SAID = f"{LD}: {ARCHIVE}(queue_conf.o): in function `queue_conf_set':"
SHORT = "…/ld: …/libqueue_linux_amd64.a(queue_conf.o): in function `queue_conf_set':"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SAID, SHORT),
        ("/usr/bin/aarch64-linux-gnu-ld.bfd: cannot find -lz", "…/aarch64-linux-gnu-ld.bfd: cannot find -lz"),
        ("ld: /a/b/main.o: in function `f':", "ld: …/main.o: in function `f':"),
        ("ld: lib/libx.a(sub/y.o): error", "ld: …/libx.a(sub/y.o): error"),
        ("ld: /usr/lib/libz.so.1: error adding symbols", "ld: …/libz.so.1: error adding symbols"),
        ("error: https://example.com/lib.a is gone", "error: https://example.com/lib.a is gone"),
        ("/src/main.c:3: error: no", "/src/main.c:3: error: no"),
        ("cc -L/usr/lib /usr/lib/crt1.o main.o", "cc -L/usr/lib /usr/lib/crt1.o main.o"),
    ],
)  # fmt: skip
def test_only_folders_of_what_a_linker_names_are_left_out(text: str, told: str) -> None:
    """Sources, addresses and arguments stay as they are."""
    assert without_folders(text) == told


@pytest.mark.parametrize("width", [80, 100, 120])
def test_an_excerpt_keeps_archive_member_and_function(width: int) -> None:
    """At 80 columns nothing but folders is lost; where all has room, not even they."""
    assert focus(SAID, width) == SHORT
    assert focus(SAID, len(SAID)) == SAID


def test_a_narrow_excerpt_keeps_the_function() -> None:
    """The complaint itself stands in the next line of the log."""
    window = focus(SAID, 60)
    assert "queue_conf.o): in function `queue_conf_set'" in window
    assert len(window) <= 60


def test_evidence_of_a_long_line_keeps_them_too() -> None:
    """It was cut to `.../bin/ld: ... function`."""
    long = SAID.replace("/go/pkg", "/go/" + "p" * 60)
    assert len(long) > 240
    assert clip(long) == SHORT


def test_a_line_of_slashes_takes_no_time() -> None:
    """Each word is read once."""
    began = time.process_time()
    without_folders("/a" * 100_000 + " " + "x/" * 100_000)
    assert time.process_time() - began < 2
