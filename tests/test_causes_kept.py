"""Inputs that were not made again: what invites stale-build-output, and what it holds back."""

from __future__ import annotations

from typing import Any

import pytest

from diag.causes import CATALOGUE
from diag.causes.rivals import explained_once
from tests.link_world import AMD64, judged, status, world

STALE = "stale-build-output"
MAIN = {"main.o": {"wants": ["f"]}}
MADE = "g++ -c -o main.o main.cc"


def said(*texts: str) -> list[dict[str, Any]]:
    return [
        {"line_no": n, "kind": "output", "text": text, "platform": AMD64}
        for n, text in enumerate(texts, 1)
    ]


def of(command: str, *texts: str) -> str:
    """The cause's status where main.o wants what nothing defines."""
    return status(STALE, world(MAIN, command, ["f"], lines=said(*texts)))


@pytest.mark.parametrize(
    ("command", "texts", "expected"),
    [
        ("main.o room.o", (MADE,), "untestable"),
        ("main.o room.o", (MADE, "g++ -c -o room.o room.cc"), ""),
        ("main.o room.o", (MADE, "g++ -c room.cc"), ""),
        ("main.o room.o", (MADE, "  CXX      room.cc"), ""),
        ("main.o room.o", (MADE, "room.cc:3:1: warning: unused variable"), ""),
        ("main.o room.cc.o", (MADE, "[ 50%] Building CXX object r.dir/room.cc.o"), ""),
        ("main.o room.o", (MADE, "nasm -felf64 room.asm"), ""),
        ("main.o room.o", (), ""),  # a log of the link alone tells nothing
        ("main.cc room.o", (), "untestable"),  # the link compiles a source itself
        ("main.o libz.a", (MADE,), "untestable"),
        ("main.o libz.a", (MADE, "ar rcs libz.a z.o"), ""),
        ("main.o vendor/libz.a", (MADE,), ""),
        ("main.o /usr/lib/libz.a", (MADE,), ""),
        ("main.o -L. -lz", (MADE,), "untestable"),
        ("main.o -lz", (MADE,), ""),  # of the system
        ("main.o -L. -lz", (MADE, "ar rcs libz.a z.o"), ""),
        ("main.o libz.a", ("make[1]: 'libz.a' is up to date.",), "untestable"),
        ("main.o libz.a", ("scons: `libz.a' is up to date.",), "untestable"),
        ("main.o libz.a", (MADE, "make: 'libz.a' est à jour."), "untestable"),
        ("main.o t/build/z-sys-0123456789abcdef/out/libz.a", ("       Fresh z-sys v0.1.0",), "untestable"),
    ],
)  # fmt: skip
def test_what_the_log_does_not_make_may_be_old(command, texts, expected):
    """The build tool says so, or neighbours are made and it is not. Never more than left open."""
    assert of(command, *texts) == expected


def test_names_of_well_known_libraries_do_not_invite_it():
    """A missing -lz is no old object."""
    files = {"main.o": {"wants": ["deflate"]}}
    assert judged(STALE, world(files, "main.o room.o", ["deflate"], lines=said(MADE))) == []


@pytest.mark.parametrize("cause", ["signature-mismatch", "definition-not-found"])
def test_explanations_by_todays_sources_are_held_back(cause):
    """They hold where the objects are what the sources make, and one may be older."""
    facts = world(MAIN, "main.o room.o", ["f"], lines=said(MADE))
    (stale,) = judged(STALE, facts)
    rival = CATALOGUE[cause].finding("supported", facts.wanted[0])
    told = {f.cause: f for f in explained_once([stale, rival], CATALOGUE)}
    assert told[cause].status == "untestable"
    assert told[cause].missing == stale.missing
    alone = explained_once([rival], CATALOGUE)
    assert [f.status for f in alone] == ["supported"]


def test_what_yields_to_a_doubted_explanation_waits_too():
    """It is not told in its place."""
    facts = world(MAIN, "main.o room.o", ["f"], lines=said(MADE))
    (stale,) = judged(STALE, facts)
    names = ("signature-mismatch", "dso-underlinked")
    rivals = [CATALOGUE[name].finding("supported", facts.wanted[0]) for name in names]
    told = {f.cause: f.status for f in explained_once([stale, *rivals], CATALOGUE)}
    assert [told[name] for name in names] == ["untestable", "untestable"]
    told = {f.cause: f.status for f in explained_once([stale, rivals[1]], CATALOGUE)}
    assert told["dso-underlinked"] == "supported"


NEW = "g++ -c -o room.o room.cc"
OLD = {"main.o": {"wants": ["f"]}, "room.o": {"defines": ["f"]}}


@pytest.mark.parametrize(
    ("member", "texts", "expected"),
    [
        ("libr.a(room.o)", (MADE, NEW, "make: 'libr.a' is up to date."), "supported"),
        ("libr.a(room.o)", (MADE, NEW), "supported"),
        ("libr.a(room.o)", (MADE, NEW, "ar rcs libr.a room.o"), ""),  # made here, from another one
        ("libr.a(room.o)", (MADE,), ""),  # which of the two is newer is not told
        ("libr.a(hall.o)", (MADE, NEW), ""),  # another object: object-not-linked
    ],
)
def test_an_archive_older_than_the_object_beside_it(member, texts, expected):
    """The object that this build compiled has the name; the archive holds an older one of it."""
    facts = world({**OLD, member: {"defines": ["g"]}}, "main.o libr.a", ["f"], lines=said(*texts))
    assert status(STALE, facts) == expected


def test_an_unlinked_object_yields_to_the_older_archive():
    """The object is on no line because the archive should have held it."""
    files = {**OLD, "libr.a(room.o)": {"defines": ["g"]}}
    facts = world(files, "main.o libr.a", ["f"], lines=said(MADE, NEW))
    found = [*judged(STALE, facts), *judged("object-not-linked", facts)]
    told = {f.cause: f.status for f in explained_once(found, CATALOGUE)}
    assert told == {STALE: "supported", "object-not-linked": "refuted"}


def test_one_word_for_two_objects_is_no_older_version():
    """`util.o` of another folder, with nothing in common."""
    files = {
        "main.o": {"wants": ["f"]},
        "app/room.o": {"defines": ["f"]},
        "libr.a(room.o)": {"defines": ["g"]},
    }
    facts = world(files, "main.o libr.a", ["f"], lines=said(MADE, "g++ -c -o app/room.o room.cc"))
    assert judged(STALE, facts) == []
