"""An entry of the catalogue as text: what it claims, what refutes it, what follows, its limits."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Mapping

from diag.causes.model import Cause
from diag.errors import InputError

_WIDTH = 88
_ROLES = {
    "cause": "can be the cause of a failure",
    "contributing": "no cause by itself; it weakens or misleads the evidence",
    "latent": "breaks nothing today; it will where the conditions change",
    "claim": "an explanation that is often proposed, judged like any other",
}


def explain_from(catalogue: Mapping[str, Cause], cause: str) -> str:
    """Plain text on one cause: claim, refutation, fix, experiment, limits, and its longer page.

    Raises InputError with near ids when the catalogue does not hold it.
    """
    entry = catalogue.get(cause)
    if entry is None:
        raise _unknown(catalogue, cause)
    return "\n".join(_lines(entry)) + "\n"


def _lines(entry: Cause) -> Iterator[str]:
    texts = entry.texts
    yield f"{entry.id}  ({entry.family}; {_ROLES[entry.role]})"
    yield ""
    yield from _filled(texts.claim)
    for heading, items in (
        ("Refuted by", [texts.refutation]),
        ("Fix", list(texts.fix)),
        ("Experiment", [texts.experiment]),
        ("Limits", [texts.limits]),
    ):
        yield ""
        yield heading
        for item in items:
            yield from _filled(item, "- " if len(items) > 1 else "")
    yield ""
    yield f"More, with look-alikes and public threads: docs/causes/{entry.id}.md"


def _filled(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {mark}",
        subsequent_indent="  " + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _unknown(catalogue: Mapping[str, Cause], cause: str) -> InputError:
    near = difflib.get_close_matches(cause, list(catalogue), n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return InputError(f"unknown cause {cause!r}", help=f"{hint}known: {', '.join(catalogue)}")
