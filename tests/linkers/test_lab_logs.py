"""Real linkers' logs, each read exactly as its recipe says: data/lab/linkers."""

from __future__ import annotations

import pytest

from tests.linkers.lab import LAB, recorded

RECORDED = list(recorded())
FOLDERS = sorted({one.linker for one in RECORDED})


@pytest.mark.parametrize("folder", FOLDERS)
def test_rows_are_those_of_the_recipe(folder):
    """Kind, linker, symbol, object, member, function, counts and the number of rows are those that
    nm, objdump and the recipe's own knowledge of its inputs give; a link that succeeded has none."""
    wrong = {
        one.log.name: difference
        for one in RECORDED
        if one.linker == folder and (difference := one.difference()) != ([], [])
    }
    assert wrong == {}


def test_every_log_has_its_truth():
    """No log is left out, none is missing, and successful links are among them."""
    assert {one.log for one in RECORDED} == set(LAB.glob("*/*.log"))
    assert sum(not one.wanted for one in RECORDED) >= 10
    assert len(FOLDERS) >= 40


def test_logs_name_no_machine():
    """Folders of the machine that made them are in no log."""
    for log in LAB.glob("*/*.log"):
        text = log.read_text(encoding="utf-8")
        assert "/tmp/" + "lab" not in text, log
        assert "/work/" not in text, log


def test_every_kind_is_there():
    """Each kind that a linker can speak of has logs of several linkers."""
    kinds = {}
    for one in RECORDED:
        for row in one.wanted:
            kinds.setdefault(row["kind"], set()).add(one.linker)
    wanted = (
        "undefined duplicate wrong_arch relocation overflow library_not_found object_not_found"
        " version hidden discarded tls lto format script other"
    )
    assert set(kinds) == set(wanted.split())
    assert all(len(linkers) >= 3 for linkers in kinds.values())
