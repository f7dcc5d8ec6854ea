"""Words of linkers that no package here has, words that only sound like theirs, and their rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.read.linkers import drivers, gnu_ld_rules, gold, lld_rules, wild
from tests.real_links import rows_of, said


def test_relocation_overflow_of_gold_for_arm():
    """There gold names the relocation and no symbol. Source: binutils 2.40, gold/aarch64.cc, arm.cc."""
    text = "main.o:main.c:function main: error: relocation overflow in R_AARCH64_ADR_PREL_PG_HI21"
    rows = rows_of(text)
    assert said(rows, "kind", "object", "function") == {("overflow", "main.o", "main")}


OLD_WORDS = {
    "header of ld 2.20": (
        "a.o: In function `main':\na.c:(.text+0x5): undefined reference to `foo'\n",
        ("ld.bfd", "undefined", "foo", "a.o", "main"),
    ),
    "two lines of a duplicate": (
        "b.o: In function `f':\nb.c:(.text+0x0): multiple definition of `f'\n"
        "a.o:a.c:(.text+0x0): first defined here\n",
        ("ld.bfd", "duplicate", "f", "b.o", "f"),
    ),
    "GNU ld 2.40, broken after the semicolon": (
        "ld: b.o:(.bss+0x4): multiple definition of `f';\na.o:(.bss+0x0): first defined here\n",
        ("ld.bfd", "duplicate", "f", "b.o", None),
    ),
    "older GNU ld, code without PIC": (
        "/usr/bin/ld: m.o: relocation R_AARCH64_ADR_PREL_PG_HI21 against external symbol "
        "`f@@GLIBC_2.17' can not be used when making a shared object; recompile with -fPIC\n",
        ("ld.bfd", "relocation", "f", "m.o", None),
    ),
    "older GNU ld, a shared object told without the linker's name": (
        "m.o: undefined reference to symbol 'f@@V1'\n"
        "/lib/libdeep.so.1: error adding symbols: DSO missing from command line\n",
        ("ld.bfd", "undefined", "f", "m.o", None),
    ),
    "an error that a runner of CI marked": (
        "Error: ld.lld: error: undefined symbol: foo\n>>> referenced by a.o:(.text+0x5)\n",
        ("lld", "undefined", "foo", "a.o", None),
    ),
    "symbol with a version": (
        "/usr/bin/ld: libx.so: undefined reference to `memcpy@GLIBC_2.14'\n",
        ("ld.bfd", "undefined", "memcpy", "libx.so", None),
    ),
    "mold 1.0": (
        "mold: error: undefined symbol: a.o: foo\n",
        ("mold", "undefined", "foo", "a.o", None),
    ),
    "lld without a source": (
        "ld.lld-19: error: undefined hidden symbol: foo\n>>> referenced by a.o:(.text+0x5)\n",
        ("lld", "undefined", "foo", "a.o", None),
    ),
    "lld named ld": (
        "ld: error: undefined symbol: foo\n>>> referenced by a.c:3 (src/a.c:3)\n"
        ">>>               m.o:(f(int)) in archive libx.a\n",
        ("lld", "undefined", "foo", "libx.a", "f(int)"),
    ),
    "compressed input of gold 2.35": (
        "/usr/bin/ld: error: cannot find -lz\n",
        ("gold", "library_not_found", None, "-lz", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD_WORDS)
def test_words_of_versions_that_are_not_installed_here(name):
    """Templates of the linkers' sources, for versions that no package here has."""
    text, wanted = OLD_WORDS[name]
    rows = rows_of(text)
    assert [
        tuple(row[c] for c in ("linker", "kind", "symbol", "object", "function")) for row in rows
    ] == [wanted]


def test_a_shared_object_that_is_told_without_the_linkers_name():
    """Older ld prints the second line bare: it belongs to the first one's row."""
    text = OLD_WORDS["older GNU ld, a shared object told without the linker's name"][0]
    (row,) = rows_of(text)
    assert row["detail_text"].endswith(
        "; /lib/libdeep.so.1: error adding symbols: DSO missing from command line"
    )


def test_lld_stops_counting():
    """At lld's limit of errors every number is a lower bound."""
    text = (
        "ld.lld: error: undefined symbol: a\n>>> referenced by x.o:(f)\n\n"
        "ld.lld: error: too many errors emitted, stopping now (use --error-limit=0 to see all)\n"
    )
    assert said(rows_of(text), "symbol", "is_lower_bound") == {("a", True)}


@pytest.mark.parametrize(
    "text",
    [
        "checking for pow in -lm... no\n",
        "the docs say: undefined reference to `foo'\n",
        "/usr/bin/ld: skipping incompatible /l/libz.so when searching for -lz\n",
        "/usr/bin/ld: warning: a.o: missing .note.GNU-stack section\n",
        "/usr/bin/ld: NOTE: This behaviour is deprecated\n",
        "error: build: rebuild needed\n",
        ">>> import undefined\n",
        "ld.lld: warning: undefined symbol: foo\n>>> referenced by a.o:(f)\n",
        "Test 'undefined symbol: x' passed\n",
        "   Compiling gold v0.1.0\n",
    ],
)
def test_prose_and_notes_are_not_errors(text):
    """Words that sound like a linker's, and its notes, give no rows."""
    assert rows_of(text) == []


RULES = [
    one
    for table in (drivers.RULES, gnu_ld_rules.RULES, gold.RULES, lld_rules.RULES, wild.RULES)
    for one in table
]


@given(data=st.data())
@settings(max_examples=2 * len(RULES), deadline=None)
def test_no_literal_keeps_a_message_from_its_rule(data):
    """Whatever a rule's pattern accepts holds the literal that is searched before it, and the
    pattern names only groups that the grammars know."""
    one = data.draw(st.sampled_from(RULES))
    known = {"symbol", "object", "place", "level", "first", "function", "section", "library"}
    assert set(one.pattern.groupindex) <= known
    message = data.draw(st.from_regex(one.text.replace("(?>", "(?:"), fullmatch=True))
    assert one.literal in message
