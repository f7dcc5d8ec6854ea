"""What stands on the link and was not given keeps a cause open: an archive before its user, the C
library of a C++ declaration; and a name that a library has is no routine of a machine."""

from __future__ import annotations

import pytest

from tests.link_world import judged, status, world

FILES = {"main.o": {"wants": ["crc32", "unit"], "defines": ["main"]}}
ORDER, LINKAGE = "static-link-order", "language-linkage-mismatch"


@pytest.mark.parametrize(
    ("command", "name", "expected"),
    [
        ("-o app -l:libz.a main.o", "crc32", "supported"),
        ("-o app libz.a main.o", "crc32", "supported"),
        ("-o app main.o -l:libz.a", "crc32", ""),
        ("-o app libunit.a main.o", "unit", "untestable"),
        ("-o app -lunit main.o", "unit", "untestable"),
        ("-o app -lunit main.o -lunit", "unit", ""),
        ("-o app -lc main.o", "unit", ""),
        ("-o app main.o libunit.a", "unit", ""),
    ],
)
def test_an_archive_before_its_user_that_was_not_given(command, name, expected):
    """A well-known library by any spelling; of another one the file tells, and it is asked for."""
    facts = world(FILES, command, [name])
    assert status(ORDER, facts) == expected
    if expected == "untestable":
        (finding,) = judged(ORDER, facts)
        assert "unit" in finding.missing[0].why


@pytest.mark.parametrize(
    ("command", "expected"),
    [("-o app main.o -lz", "untestable"), ("-o app main.o", ""), ("-o app main.o -lm", "")],
)
def test_the_c_library_of_a_cxx_name_is_on_the_line(command, expected):
    """crc32 is declared without extern "C": libz, which was not given, has it by its plain name."""
    name = "crc32(unsigned long, unsigned char const*, unsigned int)"
    files = {"main.o": {"wants": ["_Z5crc32mPKhj"], "defines": ["main"]}}
    assert status(LINKAGE, world(files, command, [name])) == expected


def test_a_call_of_a_library_is_no_routine_of_another_machine():
    """`crc32` is a word of Arm's instructions too, and zlib's function."""
    assert status("arch-guard-too-wide", world(FILES, "-o app main.o", ["crc32"])) == ""
    files = {"main.o": {"wants": ["sum_crc32_arm"], "defines": ["main"]}}
    facts = world(files, "-o app main.o", ["sum_crc32_arm"])
    assert status("arch-guard-too-wide", facts) == "untestable"
