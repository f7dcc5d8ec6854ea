"""A prediction, and what the kit found, in the one form in which they are compared.

`word` is a str, `names` a frozenset, `pairs` a dict of words by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from diag.errors import DiagError
from diag.show.text import clip, listed, printable

ASKS = {
    "word": 'a word in quotes, such as "main"',
    "names": 'a list of words in quotes, such as ["main", "puts"]',
    "pairs": "a word for each key, as in the line that stood there at first",
}
MAX_LETTERS, MAX_WORDS = 400, 40  # of a prediction: more is nothing that anyone typed
SHOWN = 60  # letters of a learner's word that are shown


@dataclass(frozen=True)
class Exercise:
    """The words of one exercise, as its table has them."""

    name: str
    asks: str
    hints: tuple[str, ...]
    right: str
    words: tuple[str, ...] = ()
    slips: Mapping[str, str] = field(default_factory=dict)


class NoPredictionError(Exception):
    """What was given cannot be compared; the text tells the learner why. It is no wrong answer."""


def prediction(exercise: Exercise, answer: Any) -> Any:
    """The prediction in its form. Raises NoPredictionError where there is none in it."""
    if answer is ... or answer is None:
        raise NoPredictionError(
            "write your prediction above, in place of the three dots, and run this cell again."
        )
    if exercise.asks == "word":
        return _plain(exercise, answer)
    if exercise.asks == "names":
        return frozenset(_plain(exercise, one) for one in _items(exercise, answer))
    if not isinstance(answer, dict):
        raise _other_form(exercise, answer)
    _need_few(answer)
    dots = [shown_word(key) for key, one in answer.items() if one is ...]
    if dots:
        raise NoPredictionError(
            f"write your prediction above: three dots still stand for {listed(dots)}."
        )
    return {_text(key): _plain(exercise, one) for key, one in answer.items()}


def truth(exercise: Exercise, right: Any, given: Any) -> Any:
    """What the kit found, in the form of a prediction. Raises NoPredictionError where it found
    nothing to compare with, and where `given` has other keys."""
    try:
        found = right() if callable(right) else right
        if exercise.asks == "pairs" and isinstance(found, pd.Series):
            found = found.to_dict()
        known = prediction(exercise, found)
    except DiagError as error:
        raise NoPredictionError(f"the kit cannot read what it needs. {error}") from None
    except (NoPredictionError, LookupError, OSError, ValueError):
        known = None
    if not known:
        raise NoPredictionError(
            "the kit found nothing to compare with: is the folder data/ in its place, and the rest "
            "of this cell as it was?"
        )
    if isinstance(known, dict) and given.keys() != known.keys():
        keys = listed(map(shown_word, known), limit=MAX_WORDS)
        raise NoPredictionError(f"give a word for each of {keys}, and for nothing else.")
    return known


def shown_word(word: Any) -> str:
    """A word of the learner's or of the data, harmless and short."""
    if isinstance(word, str) and len(word) > MAX_LETTERS:
        return "that long text"
    text = word if isinstance(word, str) else type(word).__name__
    return f"`{clip(printable(text), SHOWN)}`"


def _items(exercise: Exercise, answer: Any) -> list[Any]:
    if isinstance(answer, str):  # one name without its brackets
        return [answer]
    if isinstance(answer, pd.Series | pd.Index):
        answer = answer.tolist()
    if not isinstance(answer, list | tuple | set | frozenset):
        raise _other_form(exercise, answer)
    _need_few(answer)
    return list(answer)


def _plain(exercise: Exercise, answer: Any) -> str:
    """A word without the marks around it, in the spelling of the words that there are."""
    if answer is ...:
        raise NoPredictionError("write your prediction above: three dots are still in it.")
    if isinstance(answer, bool) and "yes" in exercise.words:
        return "yes" if answer else "no"
    if not isinstance(answer, str):
        raise _other_form(exercise, answer)
    word = _text(answer)
    if not exercise.words:
        return word
    spelled = {one.casefold(): one for one in exercise.words}
    if word.casefold() not in spelled:
        there = listed(map(shown_word, exercise.words), word="or", limit=len(exercise.words))
        raise NoPredictionError(f"{shown_word(word)} is none of the words here: {there}.")
    return spelled[word.casefold()]


def _text(word: Any) -> str:
    if not isinstance(word, str):
        return type(word).__name__
    if len(word) > MAX_LETTERS:
        raise NoPredictionError(
            f"that is a text of {len(word):,} letters, and a prediction is a short one."
        )
    return " ".join(word.split()).strip("`'\"")


def _need_few(answer: Any) -> None:
    if len(answer) > MAX_WORDS:
        raise NoPredictionError(
            f"those are {len(answer):,} words, and a prediction has a few: leave out the others."
        )


def _other_form(exercise: Exercise, answer: Any) -> NoPredictionError:
    kind = type(answer).__name__
    return NoPredictionError(f"that is of the type {kind}; write {ASKS[exercise.asks]}.")
