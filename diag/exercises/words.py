"""What is said of a wrong prediction: how much is wrong, then what, and in the end the answer."""

from __future__ import annotations

import textwrap
from typing import Any

from diag.exercises.answers import MAX_WORDS, Exercise, shown_word
from diag.show.text import listed

WIDTH = 96  # letters of a printed line, so that a page shows it whole
AGAIN = "The same prediction again is no further try: another one brings more."
N_BEFORE_ANSWER = 2  # wrong predictions before the answer is told


def wrong(exercise: Exercise, given: Any, known: Any, n_tries: int) -> tuple[str, ...]:
    """The lines for the wrong prediction of that number."""
    faults = [part for part in _parts(given) if part not in _parts(known)]
    told = _measured(given, known) if n_tries == 1 else _pointed(faults, given, known)
    slips = [_slip(exercise, part) for part in faults if part in exercise.slips]
    lines = [f"✘ {exercise.name}: not yet. {told}", *slips]
    if n_tries == 1:
        lines += [] if slips and len(slips) == len(faults) else _hint(exercise, 1)
        return (*lines, "Change it and run this cell again.")
    lines += _hint(exercise, n_tries)
    if n_tries > N_BEFORE_ANSWER:
        lines.append(f"The kit's answer: {_listed(_parts(known))}.")
    return (*lines, "What the kit sees stands below: compare.")


def say(*lines: str) -> None:
    """Print at once, in lines that a page shows whole."""
    texts = (
        textwrap.fill(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False) for line in lines
    )
    print("\n".join(texts))


def _hint(exercise: Exercise, n_tries: int) -> list[str]:
    return [f"Hint: {text}" for text in exercise.hints[n_tries - 1 : n_tries]]


def _slip(exercise: Exercise, part: str) -> str:
    """Of pairs several may be wrong: the remark says which one it is about."""
    about = f"{shown_word(part)}: " if exercise.asks == "pairs" else ""
    return about + exercise.slips[part]


def _measured(given: Any, known: Any) -> str:
    """How much of it is right, without saying which."""
    if isinstance(known, str):
        return f"It is not {shown_word(given)}."
    if not given:
        return f"You name none{_missing(given, known)}."
    n_right = sum(part in _parts(known) for part in _parts(given))
    told = f"{n_right} of your {len(given)} {'is' if n_right == 1 else 'are'} right"
    if n_right == len(given):
        told = "What you name is right"
    return f"{told}{_missing(given, known)}."


def _pointed(faults: list[str], given: Any, known: Any) -> str:
    """Which of it is not right."""
    told = f"Not right: {_listed(faults)}" if faults else "What you name is right"
    return f"{told if given else 'You name none'}{_missing(given, known)}."


def _missing(given: Any, known: Any) -> str:
    n_missing = len(known - given) if isinstance(known, frozenset) else 0
    return f"; {n_missing} {'is' if n_missing == 1 else 'are'} missing" if n_missing else ""


def _listed(parts: list[str]) -> str:
    return listed(map(shown_word, parts), limit=MAX_WORDS)


def _parts(one: Any) -> list[str]:
    """What can be right or wrong alone: the word, each name, each pair."""
    if isinstance(one, dict):
        return [f"{key} = {value}" for key, value in one.items()]
    return [one] if isinstance(one, str) else sorted(one)
