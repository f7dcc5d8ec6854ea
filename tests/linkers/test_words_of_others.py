"""Linkers and versions that no package has: texts written after the templates of their sources.

Real logs are in data/lab/linkers; here stand wild, mold 1.0, lld of LLVM 4, gold 2.20, and GNU ld
before 2.31 in languages whose catalogues were rewritten since.
"""

from __future__ import annotations

import time

import pytest

from diag.read.linkers import parse_link_errors

TOLD = ("linker", "kind", "symbol", "object", "member", "function", "source_line")
ld, un = "ld.bfd", "undefined"
TEXTS = {
    "wild": (
        "wild: error: Undefined symbol _etext, referenced by\n    ./base/cache.cc:149\n    obj/cache.o\n"
        "wild: error: Undefined symbol foo, referenced by src/a.c:12\n    libx.a(a.o)\n"
        "wild: warning: Undefined symbol quiet, referenced by src/a.c:12\n    a.o\n"
        "wild: error: Failed to open input file `nosuch.o`\n  Caused by:\n    No such file or directory (os error 2)\n"
        "wild: error: Duplicate symbols detected: twin, defined in a.o and b.o\nother, defined in a.o and c.o\n"
        "clang: error: linker command failed with exit code 255 (use -v to see invocation)\n",
        [
            ("wild", un, "_etext", "obj/cache.o", None, None, 149),
            ("wild", un, "foo", "libx.a", "a.o", None, 12),
            ("wild", "object_not_found", None, "nosuch.o", None, None, None),
            ("wild", "duplicate", "twin", "b.o", None, None, None),
            ("wild", "duplicate", "other", "c.o", None, None, None),
        ],
    ),
    "wild before 0.6": (
        "Error: Undefined symbols found!\n  Undefined symbol gone, referenced by /w/a.o\n"
        "collect2: error: ld returned 255 exit status\nError: something else\n",
        [("wild", un, "gone", "/w/a.o", None, None, None)],
    ),
    "mold 1.0": (
        "mold: undefined symbol: a.o: foo\nmold: duplicate symbol: b.o: a.o: bar\n",
        [
            ("mold", un, "foo", "a.o", None, None, None),
            ("mold", "duplicate", "bar", "b.o", None, None, None),
        ],
    ),
    "lld of LLVM 4": (
        "ld.lld: error: a.c:(function main): undefined symbol 'foo'\n"
        "ld.lld: error: a.o:(.text+0x1): undefined symbol 'bar'\n",
        [
            ("lld", un, "foo", None, None, "main", None),
            ("lld", un, "bar", "a.o", None, None, None),
        ],
    ),
    "gold 2.20": (
        "/usr/bin/ld: a.o: in function main:a.c(.text+0x5): error: undefined reference to 'foo'\n",
        [("gold", un, "foo", "a.o", None, "main", None)],
    ),
    "old ld, es": (
        "a.o: En la función `main':\na.c:(.text+0x5): referencia a `foo' sin definir\n"
        "b.o:(.data+0x0): referencia a `bar' sin definir\n",
        [
            (ld, un, "foo", "a.o", None, "main", None),
            (ld, un, "bar", "b.o", None, None, None),
        ],
    ),
    "old ld, fr": (
        "a.o : Dans la fonction « main » :\na.c:(.text+0x5) : référence indéfinie vers « foo »\n",
        [(ld, un, "foo", "a.o", None, "main", None)],
    ),
    "old ld, ru, with debug information": (
        "liba.a(m.o): В функции «main»:\n/s/a.c:7: неопределённая ссылка на «foo»\n",
        [(ld, un, "foo", "liba.a", "m.o", "main", 7)],
    ),
    "old ld, pt_BR": (
        'a.o: Na função "main":\na.c:(.text+0x5): referência não definida para "foo"\n',
        [(ld, un, "foo", "a.o", None, "main", None)],
    ),
    "ld 2.46, a thread-local access": (
        "/usr/bin/ld: a.o: relocation R_X86_64_TPOFF32 against symbol `t' can not be used when making"
        " a shared object; local-exec is incompatible with -shared\n",
        [(ld, "relocation", "t", "a.o", None, None, None)],
    ),
    "ld 2.22, a library that is not named": (
        "/usr/bin/ld: a.o: undefined reference to symbol 'pow@@GLIBC_2.2.5'\n"
        "/usr/bin/ld: note: 'pow@@GLIBC_2.2.5' is defined in DSO /lib/libm.so.6 so try adding it to the"
        " linker command line\n/lib/libm.so.6: could not read symbols: Invalid operation\n"
        "collect2: ld returned 1 exit status\n",
        [(ld, un, "pow", "a.o", None, None, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_rows_after_the_templates(name):
    """Each text gives these rows, in this order, and no others."""
    text, wanted = TEXTS[name]
    rows = parse_link_errors(text)
    assert [tuple(row[column] for column in TOLD) for row in rows] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "El símbolo quedó sin definir en la función principal\n",
        "a.c: Dans la fonction « main » :\na.c:3:5: erreur: « foo » non déclaré (première utilisation)\n",
        "a.c: 在函数‘main’中：\na.c:3:5: 错误：‘foo’未声明(在此函数内第一次使用)\n",
        "a.c: In Funktion »main«:\na.c:3:5: Fehler: »foo« nicht deklariert\n",
        "переменная неопределённая, смотри «foo»\n",
        "make: *** [Makefile:3: test] Error 1\n",
        "/usr/bin/ld : bonjour\nmake: *** [Makefile:3: test] Error 1\n",
        "Error: Undefined symbols are listed below\n",
    ],
)
def test_prose_and_compilers_in_other_languages_are_not_link_errors(text):
    """Words of a translation, a compiler's own headers and make alone give no rows."""
    assert parse_link_errors(text) == []


def test_make_ends_a_bare_link_only_if_the_linker_spoke_just_before():
    """A message that no grammar knows is the cause if make fails next, and not 90 lines later."""
    said = "/usr/bin/ld: unrecognized option '--nosuch'\n"
    failed = "make: *** [Makefile:3: app] Error 1\n"
    assert [row["kind"] for row in parse_link_errors(said + failed)] == ["other"]
    assert parse_link_errors(said + "compiling\n" * 90 + failed) == []


@pytest.mark.parametrize(
    "line",
    [
        "/usr/bin/ld: " + "x: " * 20000,
        "/usr/bin/ld.gold: error: " + ": error: " * 7000,
        "a.o: " + "sin definir " * 5000,
        "make: *** [" + "] a 1 " * 10000,
        "ld.lld: error: " + "a: (Producer: " * 4000,
        "wild: error: Duplicate symbols detected: " + "a, defined in b and " * 3000,
        "/usr/bin/ld: a.o: in function "
        + "f:(.text+0x1" * 5000
        + ": error: undefined reference to 'x",
        "/usr/bin/ld: " + "« » ; " * 10000,
    ],
)
def test_a_hostile_line_costs_no_more_than_its_length(line):
    """64 KB that begin like a message are read in well under a second."""
    start = time.process_time()
    parse_link_errors(line[: 1 << 16] + "\n")
    assert time.process_time() - start < 1.0
