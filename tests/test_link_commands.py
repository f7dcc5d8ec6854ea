"""Link commands and the places of messages, in each way that tools print them."""

from __future__ import annotations

import pytest

from diag.read.linkers.commands import parse_link_command
from diag.read.linkers.places import Place, parse_place, split_object


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.c:(.text+0xf)", Place(section=".text", offset=15, source_file="a.c")),
        ("a.o:(.data+0x0)", Place("a.o", section=".data", offset=0)),
        ("/s/a.c:12", Place(source_file="/s/a.c", source_line=12)),
        ("a.o:/s/a.c:12", Place("a.o", source_file="/s/a.c", source_line=12)),
        ("l.a(m.o):(.text+0x1)", Place("l.a", "m.o", section=".text", offset=1)),
        ("/s/a.c:12:(.text+0x4)", Place(None, None, None, ".text", 4, "/s/a.c", 12)),
        ("(.text+0x17)", Place(section=".text", offset=23)),
        ("a.o(.text+0x17)", Place("a.o", section=".text", offset=23)),
        ("liba.so.1", Place("liba.so.1")),
        ("C:\\b\\a.o:a.c:(.text+0x1)", Place("C:\\b\\a.o", None, None, ".text", 1, "a.c")),
        ("the linker says", None),
    ],
)
def test_locations(text, place):
    """GNU ld's ways to write a location, of versions before and after 2.42."""
    assert parse_place(text) == place


def test_members():
    """`archive(member)` is two names, any other text one."""
    assert split_object("/l/libx-1.rlib(m.0.rcgu.o)") == ("/l/libx-1.rlib", "m.0.rcgu.o")
    assert split_object("plain.o") == ("plain.o", None)


@pytest.mark.parametrize(
    ("text", "driver", "output", "inputs", "linker"),
    [
        (
            "gcc -O2 -o app main.o -L. libx.a -lm ../y.so -fuse-ld=gold",
            "gcc", "app",
            [("object", "main.o"), ("archive", "libx.a"), ("library", "m"), ("shared", "../y.so")],
            "gold",
        ),
        (
            ' /usr/lib/gcc/x86_64-linux-gnu/12/collect2 -plugin /usr/lib/liblto.so -dynamic-linker'
            " /lib64/ld-linux-x86-64.so.2 -o x /usr/lib/Scrt1.o a.o -lc",
            "/usr/lib/gcc/x86_64-linux-gnu/12/collect2", "x",
            [("object", "/usr/lib/Scrt1.o"), ("object", "a.o"), ("library", "c")],
            None,
        ),
        (
            'LC_ALL="C" PATH="/a b" "cc" "-m64" "a b.o" "-o" "x" "libk.rlib"',
            "cc", "x", [("object", "a b.o"), ("archive", "libk.rlib")], None,
        ),
        (
            "libtool: link: g++ -o .libs/x 'my file.o' -l:libz.a",
            "g++", ".libs/x", [("object", "my file.o"), ("library", ":libz.a")], None,
        ),
        (
            "ld.lld -o k.elf a.o --start-group b.a --end-group",
            "ld.lld", "k.elf", [("object", "a.o"), ("archive", "b.a")], "ld.lld",
        ),
        ("$ cc a.o -o x", "cc", "x", [("object", "a.o")], None),
    ],
)  # fmt: skip
def test_link_commands(text, driver, output, inputs, linker):
    """Driver, output, inputs in order and the linker asked for, of each way to print a command."""
    command = parse_link_command(text)
    assert command is not None
    assert (command.driver, command.output, command.linker) == (driver, output, linker)
    assert list(command.inputs) == inputs
    assert not command.is_shortened


@pytest.mark.parametrize(
    "text", ["gcc -c a.c -o a.o", "echo -o a.o", "gcc --version", "", "cc -o x -DA=1 a.c"]
)
def test_commands_that_do_not_link(text):
    """Compilation, other programs and sources alone are no link commands."""
    assert parse_link_command(text) is None


@pytest.mark.parametrize("before", ["+ ", "++ ", "++++ ", "$ ", "[3/7] : && "])
def test_what_a_shell_prints_before_a_command_is_none_of_it(before):
    """`set -x` puts a plus for each shell inside another."""
    command = parse_link_command(f"{before}g++ -o nav m.o r.o")
    assert (command.driver, command.output) == ("g++", "nav")
    assert command.inputs == (("object", "m.o"), ("object", "r.o"))
