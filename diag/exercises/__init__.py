"""Exercises of a notebook: a prediction is compared with what the kit reads, and answered in words.

    check = read_exercises("exercises.toml")
    check("wants", answer, symbols["name"])      # prints; True when what the kit sees may be shown

The file holds the words of each exercise, never an answer: what is right comes with each call, as
a value or as a function that is called only when there is a prediction. A table an exercise:

    [wants]
    asks = "names"                # word, names (in any order), or pairs (a word for each key)
    words = ["yes", "no"]         # the only words there are; left out, any word is one
    hints = ["first", "second"]   # for the first wrong prediction, and for the next
    right = "what it shows"
    [wants.slips]                 # what a certain wrong word, or "key = word", gives away
    main = "that one is defined there"
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from diag.errors import InputError
from diag.exercises.answers import (
    ASKS,
    Exercise,
    NoPredictionError,
    prediction,
    shown_word,
    truth,
)
from diag.exercises.words import AGAIN, N_BEFORE_ANSWER, say, wrong
from diag.show.text import counted, listed

__all__ = ["Exercises", "read_exercises"]


def read_exercises(file: str | Path) -> Exercises:
    """The exercises of a TOML file. Raises InputError where it is none."""
    path = Path(file)
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        help = "run the notebook in its own folder"
        raise InputError(f"{error.strerror}", file=str(path), help=help) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"no valid TOML: {error}", file=str(path), help="mend it") from None
    return Exercises({name: _exercise(name, table, str(path)) for name, table in stated.items()})


def _exercise(name: str, table: Any, file: str) -> Exercise:
    try:
        hints, words = tuple(table.pop("hints")), tuple(table.pop("words", ()))
        exercise = Exercise(name, hints=hints, words=words, **table)
    except (AttributeError, KeyError, TypeError) as error:
        help = "its keys are those that the docstring of diag.exercises shows"
        raise InputError(f"[{name}] is no exercise: {error}", file=file, help=help) from None
    if exercise.asks not in ASKS or len(exercise.hints) != N_BEFORE_ANSWER:
        help = f"asks is one of {', '.join(ASKS)}"
        raise InputError(f"[{name}] needs `asks` and two hints", file=file, help=help)
    return exercise


class Exercises:
    """Answers predictions, and remembers what was tried of each exercise."""

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = dict(exercises)
        self.tried: dict[str, list[Any]] = {}  # exercise -> different wrong predictions, in order
        self.solved: set[str] = set()

    def __call__(self, name: str, answer: Any, right: Any | Callable[[], Any]) -> bool:
        """Print what is to be said of the prediction; whether what the kit sees may be shown:
        after a right one, and from the second wrong one on."""
        exercise = self.exercises.get(name) if isinstance(name, str) else None
        if exercise is None:
            say(f"There is no exercise {shown_word(name)} here.{self._near(name)}")
            return False
        try:
            given = prediction(exercise, answer)
            known = truth(exercise, right, given)
        except NoPredictionError as error:
            say(f"… {name}: {error}")
            return False
        return self._answered(exercise, given, known)

    def _answered(self, exercise: Exercise, given: Any, known: Any) -> bool:
        name = exercise.name
        if given == known:
            self.solved.add(name)
            say(f"✔ {name}: right. {exercise.right}")
            return True
        tried = self.tried.setdefault(name, [])
        is_again = bool(tried) and tried[-1] == given  # a cell that is run twice is one try
        if not is_again:
            tried.append(given)
        say(
            *wrong(exercise, given, known, len(tried)),
            *([AGAIN] if is_again and len(tried) <= N_BEFORE_ANSWER else []),
        )
        return len(tried) >= N_BEFORE_ANSWER

    def summary(self) -> None:
        """Print how many are solved, and which are not yet."""
        names = {name: f"{n} ({name})" for n, name in enumerate(self.exercises, 1)}
        left = [named for name, named in names.items() if name not in self.solved]
        told = f"{len(names) - len(left)} of {counted(len(names), 'exercise')} right."
        say(f"{told} Not yet: {listed(left, limit=len(names))}." if left else f"{told} All done.")

    def _near(self, name: Any) -> str:
        asked = name[:100] if isinstance(name, str) else ""
        near = difflib.get_close_matches(asked, self.exercises, n=1)
        return f" Did you mean {shown_word(near[0])}?" if near else ""
