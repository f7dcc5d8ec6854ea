"""The words of causes: whole, and what is missing is told by file and key."""

from __future__ import annotations

import re
from typing import Any

import pytest

import diag
from diag.causes import CATALOGUE
from diag.causes import texts as words
from diag.causes.model import Cause
from diag.causes.texts import NEEDED, words_of
from diag.errors import InputError


@pytest.mark.parametrize("cause", sorted(CATALOGUE))
def test_a_cause_has_all_its_words(cause: str) -> None:
    """In the file of its family, under its id; ids that it tells apart or yields to are of the catalogue."""
    entry = CATALOGUE[cause]
    place = f'diag/causes/texts/{entry.family}.toml ["{cause}"]'
    found = words_of(entry.family, cause)
    assert [key for key in NEEDED if not getattr(found, key)] == [], place
    linked = re.findall(r"\]\(([\w-]+)\.md\)", found.tell_apart)
    assert [name for name in linked if name not in CATALOGUE] == [], place
    assert [i for i in entry.yields_to if i != "*" and i not in CATALOGUE] == [], place


def test_a_cause_without_words_names_the_file_and_the_table() -> None:
    """A family without a file, and a file without the table: what a new cause forgets."""
    judge: Any = None
    with pytest.raises(InputError, match=r"texts/no_family\.toml: .*no such file"):
        _ = Cause("my-id", "no_family", "cause", judge).texts
    with pytest.raises(InputError, match=r'texts/lto\.toml: there is no table \["my-id"\]'):
        _ = Cause("my-id", "lto", "cause", judge).texts


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('["my-id"]\nclaim = "It is so."\n', r"has no refutation, fix, experiment, limits, looks_like"),
        ('["my-id"]\n' + "".join(f'{key} = "x"\n' for key in NEEDED) + 'Fix = "x"\n', r"has Fix\n.*known: claim"),
    ],
)  # fmt: skip
def test_words_that_lack_a_key_or_have_a_strange_one_name_it(toml, said, tmp_path, monkeypatch):
    """With the keys that there are."""
    (tmp_path / "mine.toml").write_text(toml)
    monkeypatch.setattr(words, "files", lambda name: tmp_path)
    with pytest.raises(InputError, match=rf'(?s)texts/mine\.toml: \["my-id"\] {said}'):
        words_of("mine", "my-id")


@pytest.mark.parametrize("cause", sorted(CATALOGUE))
def test_explain_says_each_thing_once(cause: str) -> None:
    """Notes stand in place of what they say at more length, as on the page."""
    headings = re.findall(r"^\S.*$", diag.explain(cause), re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert "Notes on the fix" not in headings


def test_limits_that_the_notes_say_again_are_said_once() -> None:
    """And those that they do not say stay."""
    again, other = "no-branch-matched", "template-not-instantiated"
    assert "that it does not list" not in diag.explain(again)
    for words_told in (CATALOGUE[other].texts.limits, "Variable templates"):
        assert words_told in " ".join(diag.explain(other).split())
