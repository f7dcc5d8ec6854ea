"""What is said of a wrong prediction: how much is wrong, then what, and in the end the answer."""

from __future__ import annotations

import textwrap
from typing import Any

from diag.exercises.answers import MAX_WORDS, Exercise, shown_word
from diag.show.text import listed

WIDTH = 96  # letters of a printed line, so that a page shows it whole
N_BEFORE_ANSWER = 2  # wrong predictions before the answer is told


def wrong(exercise: Exercise, given: Any, known: Any, n_tries: int) -> tuple[str, ...]:
    """The lines for the wrong prediction of that number."""
    told = _measured(given, known) if n_tries == 1 else _pointed(given, known)
    lines = [f"✘ {exercise.name}: not yet. {told}".rstrip()]
    slips = [exercise.slips[one] for one in sorted(_faults(given, known)) if one in exercise.slips]
    if n_tries == 1:
        return (*lines, *(slips or _hints(exercise, 0)), "Change it and run this cell again.")
    lines += [*slips, *_hints(exercise, n_tries - 1)]
    if n_tries > N_BEFORE_ANSWER:
        parts = [known] if isinstance(known, str) else sorted(_parts(known))
        lines.append(f"The kit's answer: {listed(map(shown_word, parts), limit=MAX_WORDS)}.")
    return (*lines, "What the kit sees stands below: compare.")


def _hints(exercise: Exercise, n: int) -> list[str]:
    return [f"Hint: {text}" for text in exercise.hints[n : n + 1]]


def say(*lines: str) -> None:
    """Print, in lines that a page shows whole."""
    for line in lines:
        print(textwrap.fill(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False))


def _measured(given: Any, known: Any) -> str:
    """How much of it is right, without saying which."""
    if isinstance(known, str):
        return f"It is not {shown_word(given)}."
    if not given:
        return f"You name none{_missing(given, known)}."
    n_right = len(_parts(given) & _parts(known))
    told = f"{n_right} of your {len(given)} {'is' if n_right == 1 else 'are'} right"
    return f"{told}{_missing(given, known)}."


def _pointed(given: Any, known: Any) -> str:
    """Which of it is not right."""
    faults = sorted(_faults(given, known))
    told = (
        f"Not right: {listed(map(shown_word, faults), limit=12)}" if faults else "Nothing is wrong"
    )
    return f"{told}{_missing(given, known)}."


def _missing(given: Any, known: Any) -> str:
    n_missing = len(known - given) if isinstance(known, frozenset) else 0
    return f"; {n_missing} {'is' if n_missing == 1 else 'are'} missing" if n_missing else ""


def _parts(one: Any) -> set[str]:
    """What can be right or wrong alone: the word, each name, each pair."""
    if isinstance(one, dict):
        return {f"{key} = {value}" for key, value in one.items()}
    return {one} if isinstance(one, str) else set(one)


def _faults(given: Any, known: Any) -> set[str]:
    return _parts(given) - _parts(known)
