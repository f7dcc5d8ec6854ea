"""A Rust function that leaves no symbol: rustc's warning tells, or its object asks."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from diag.causes.facts import Symbol
from diag.causes.names_rust import judge_dropped
from diag.causes.rust_evidence import places_in
from tests.facts_builder import LOG
from tests.link_world import status, world

RUST = "rust-symbol-mangled"
FILES = {
    "main.o": {"wants": ["tally_feed"]},
    "libtally.a(tally.tally.0123456789abcdef-cgu.0.rcgu.o)": {"defines": ["tally_open"]},
}
COMMAND = "-o app main.o libtally.a"


def warned(name: str, source: str) -> list[dict[str, object]]:
    texts = [f"warning: function `{name}` is never used", " --> tally.rs:4:19", "  |", source]
    return [{"line_no": no, "kind": "other", "text": text, "file": LOG} for no, text in enumerate(texts, 1)]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('4 |     extern "C" fn tally_feed(n: usize) -> usize {', "supported"),
        ("4 |     extern fn tally_feed(n: usize) -> usize {", "supported"),
        ("4 |     fn tally_feed(n: usize) -> usize;", ""),  # C's own, declared to Rust
        ('4 |     extern "C" fn tally_feed_all(n: usize) {', ""),
    ],
)
def test_rustc_warns_of_a_function_that_has_no_plain_name(source, expected):
    """It never says so of one with #[no_mangle]; a declaration is none of Rust's functions."""
    assert status(RUST, world(said=["tally_feed"], lines=warned("tally_feed", source))) == expected
    assert status(RUST, world(said=["tally_feed"], lines=warned("tally_open", source))) == ""


def test_an_object_of_rustc_that_lacks_the_name_leaves_it_open():
    """rustc drops what only C would call; a name of the C library, or one that Rust wants, is other."""
    assert status(RUST, world(FILES, COMMAND, ["tally_feed"])) == "untestable"
    libm = {**FILES, "main.o": {"wants": ["cosf"]}}
    assert status(RUST, world(libm, COMMAND, ["cosf"])) == ""
    plain = {
        "main.o": {"wants": ["tally_feed"]},
        "libtally.a(tally.o)": {"defines": ["tally_open"]},
    }
    assert status(RUST, world(plain, COMMAND, ["tally_feed"])) == ""


def test_rustc_writes_its_version_into_comment():
    """An object under any name is known by it."""
    files = {"main.o": {"wants": ["tally_feed"]}, "tally.o": {"defines": ["tally_open"]}}
    row = {"file": "tally.o", "kind": "comment", "name": "rustc version 1.95.0"}
    facts = world(files, "-o app main.o tally.o", ["tally_feed"], details=[row])
    assert status(RUST, facts) == "untestable"


def test_details_are_not_read_where_no_object_asks_for_the_name():
    """Those of thousands of objects take long, and could tell nothing."""

    def read() -> pd.DataFrame:
        raise AssertionError("the details were read")

    files = {"main.o": {"defines": ["main"]}, "tally.o": {"defines": ["tally_open"]}}
    facts = replace(world(files, "-o app main.o tally.o", ["tally_feed"]), load_details=read)
    assert judge_dropped(facts, Symbol("tally_feed", facts.platforms[0])) is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("duplicate symbol: libb.a(x.rcgu.o): a.o: f", ["libb.a(x.rcgu.o)", "a.o"]),
        ("defined at a.1f-cgu.0; a.1f.rcgu.o:(f) in archive liba.a; defined at b.c; b.o:(.text+0x0)",
         ["liba.a(a.1f.rcgu.o)", "b.o"]),
        ("old/a.o: multiple definition of 'f'; a.o: previous definition here", ["a.o"]),
    ],
)  # fmt: skip
def test_files_that_a_message_about_two_definitions_names(text, places):
    """The words of mold, lld and gold; a copy in another folder is no second file."""
    assert places_in(text) == places
