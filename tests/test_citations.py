"""The follower of citations: what counts as a line that speaks of its claim."""

from __future__ import annotations

import pytest

from tests.citations import fault_of
from tests.elf_builder import bsd_archive, build_elf


@pytest.mark.parametrize(
    ("line", "text", "is_told"),
    [
        ("g++ a.o -o app", "the link command (g++) has no -lz", True),
        ("cc a.o -o app", "the link command (cc) has no -lz", True),
        ("RUN export CC=x", "CC is unset at `make` (line 6)", True),
        ("FROM debian:12", "CC is unset at `make` (line 6)", False),
        ("it is at a", "this is at a loss", False),
    ],
)
def test_a_line_that_shares_a_word_speaks_of_the_claim(tmp_path, line, text, is_told):
    """Drivers and variables of two letters count, little words do not."""
    file = tmp_path / "build.log"
    file.write_text(f"{line}\n")
    assert (fault_of(str(file), 1, text) == "") == is_told


def test_what_is_not_there_is_told(tmp_path):
    """No such file; no such line; a whole file is cited without one."""
    file = tmp_path / "build.log"
    file.write_text("one\n")
    assert fault_of(str(tmp_path / "other"), 1, "one") == "no such file"
    assert fault_of(str(file), 2, "one") == "the file has 1 lines"
    assert fault_of(str(file), None, "nothing of it") == ""


def test_a_member_that_is_cited_is_in_the_archive(tmp_path):
    """By its name in front of what is told of it; of a file that is no archive, words are words."""
    file = tmp_path / "libx.a"
    file.write_bytes(bsd_archive([(b"one.o", build_elf([(b"f", 0x12, 0, 1, 0, 4)]))]))
    assert fault_of(str(file), None, "one.o defines f") == ""
    assert fault_of(str(file), None, "two.o defines f") == "no such member"
    assert fault_of(str(file), None, "defines f in two.o") == ""
    assert fault_of(__file__, None, "two.o defines f") == ""
