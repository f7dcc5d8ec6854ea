"""The score of the lab itself: what counts as right, wrong, untold and listed."""

from __future__ import annotations

import pytest

from tests.lab_matrix import Answer, Truth, report, truths


def answer(headline="", supported=(), undecided=(), *, causes=("a",), how="log", is_heldout=False):
    """An answer of the kit to a case with these true causes, of which `b` is a look-alike."""
    truth = Truth("case", causes, frozenset({"b"}), is_heldout)
    return Answer(truth, how, headline, supported, undecided, 0.1, 1, ())


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (answer("a", ("a",)), "right"),
        (answer("c", ("c",)), "wrong"),
        (answer("a", ("a", "b")), "wrong"),
        (answer(), "untold"),
        (answer(causes=()), "right"),
        (answer("c", ("c",), causes=()), "wrong"),
    ],
)
def test_a_headline_is_right_wrong_or_untold(given, result):
    """A look-alike that holds is wrong whatever the headline says."""
    assert given.result == result


def test_a_cause_is_listed_where_it_holds_or_is_open():
    """One that is true beside the first counts too; a refuted cause is listed nowhere."""
    assert answer("a", ("a",)).is_listed
    assert answer(undecided=("c", "a")).is_listed
    assert answer(undecided=("d",), causes=("a", "d")).is_listed
    assert not answer("c", ("c",)).is_listed


def test_both_parts_and_both_ways_are_summed_apart(capsys):
    """Four sums; what is listed is told of the log alone; held-out cases are never named."""
    report(
        [
            answer("a", ("a",), how="all"),
            answer("", (), ("c",)),
            answer("c", ("c",), how="all", is_heldout=True),
            answer("", (), ("a",), is_heldout=True),
        ],
        with_wrong=True,
    )
    told = capsys.readouterr().out.splitlines()
    sums = [line for line in told if "top-1" in line]
    assert sums == [
        "development, all artefacts: right (top-1) 1 of 1 (100.0%), untold 0, confident wrong 0",
        "development, log alone: right (top-1) 0 of 1 (0.0%), untold 1, confident wrong 0",
        "held-out, all artefacts: right (top-1) 0 of 1 (0.0%), untold 0, confident wrong 1",
        "held-out, log alone: right (top-1) 0 of 1 (0.0%), untold 1, confident wrong 0",
    ]
    listed = [line.strip() for line in told if "among those listed" in line]
    assert [line.rpartition(": ")[2] for line in listed] == ["0 of 1 (0.0%)", "1 of 1 (100.0%)"]
    assert told[-1] == "not listed: log case ('a',) -> nothing ()"


def test_cases_can_be_asked_for_by_name_and_linker():
    """Both narrow the rows of truth.csv."""
    every = truths()
    found = truths("static", "lld")
    assert 0 < len(found) < len(every)
    assert all("static" in truth.case and truth.linker == "lld" for truth in found)
