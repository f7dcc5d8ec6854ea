"""How a link line ends, as the exercises ask it: against recorded links of four linkers."""

from __future__ import annotations

import re

import pytest

import diag
from diag.errors import InputError
from tests.exercise_notebooks import ROOT

LINKS = ROOT / "data" / "lab" / "links"
LINKERS = {"GNU ld": "bfd", "gold": "gold", "lld": "lld", "mold": "mold"}


@pytest.mark.parametrize(
    ("line", "case"),
    [
        ("main.o libnet.a liblog.a", "archives-need-one-another/amd64"),
        ("main.o libnet.a liblog.a", "archives-need-one-another/arm64"),
        ("libpool.a main.o", "archive-before-user/armhf"),
        ("main.o log_file.o log_net.o", "two-of-one-name/amd64"),
        ("main.o libmixer.a", "c-calls-a-cxx-function/amd64"),
        ("main.o", "weak-hook-without-body/amd64"),
        ("init.o", "guard-for-both-arms/arm64"),
        ("init.o arm/*.o", "guard-for-both-arms/armhf"),
    ],
)
def test_a_line_ends_as_the_linkers_ended_it(line: str, case: str) -> None:
    """Against the recorded links of four linkers."""
    ends = diag.resolve_link(line, folder=LINKS / case).set_index("linker")["ends"]
    for linker, short in LINKERS.items():
        linked = diag.open_case(LINKS / f"{case}-{short}").facts[0].linked
        assert (ends[linker] == "links") is linked, linker


def test_a_link_line_tells_what_is_open_twice_and_drawn() -> None:
    """Names and members, in the order of taking; a group is searched again."""
    folder = LINKS / "archives-need-one-another" / "amd64"
    (gnu, _, lld, _) = diag.resolve_link("main.o lib*.a", folder=folder).to_dict("records")
    assert (gnu["undefined"], gnu["drawn"]) == (["log_line"], ["net.o"])
    assert (lld["undefined"], lld["drawn"]) == ([], ["net.o", "log.o", "tls.o"])
    grouped = diag.resolve_link(["main.o", "-(", "lib*.a", "-)"], folder=folder)
    assert set(grouped["ends"]) == {"links"}
    doubled = diag.resolve_link("*.o", folder=LINKS / "two-of-one-name" / "amd64")
    assert doubled["twice"].tolist() == [["log_open"]] * 4


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nowhere.o", "does not exist"),
        ("-shared main.o", "-shared: not followed here"),
        ("main.o -lm", "-lm: not followed here"),
        ("", "names no object"),
        ('main.o "', "cannot be read"),
        ("-) main.o", "cannot be followed"),
    ],
)
def test_a_link_line_that_cannot_be_followed_is_told(line: str, told: str) -> None:
    """Never a guess at what another option would do."""
    with pytest.raises(InputError, match=re.escape(told)):
        diag.resolve_link(line, folder=LINKS / "archives-need-one-another" / "amd64")
