"""What a comparison says, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from diag.compare_model import DEFINED, GONE, IMPORTED, MADE, ONE_LEFT, RAN, RESPELLED, STUB
from diag.show.text import clip

if TYPE_CHECKING:
    from diag.causes.model import Evidence
    from diag.compare import Comparison

MAX_SENTENCE = 300  # characters: names may be long
MAX_OTHERS = 3  # places of a platform that is not the one that decided
RESULT_WORDS = {
    "cured": "the cause is gone",
    "masked": "it links and is no cure: the cause is hidden, or the program dies",
    "moved": "another failure took its place",
    "unproven": "the evidence does not show that the cause is gone",
    "worse": "a failure that was not there before",
}
HOW_WORDS = {
    DEFINED: "what was wanted is defined now",
    IMPORTED: "a library offers what was wanted",
    GONE: "nothing that is linked refers to what was wanted, and its use may be gone too",
    RESPELLED: "what wants it calls it now by the name under which it is defined",
    ONE_LEFT: "of two definitions one is left",
    STUB: "what was wanted is defined now, by so little that it may be a stub",
    MADE: "what could not be made was made",
    RAN: "the program, or the step that failed, ran to its end",
}


def result_words(comparison: Comparison, shown: Callable[[str], str] = str) -> str:
    """What a change did, in words, and by what or how."""
    by = f" (by {shown(comparison.by)})" if comparison.by else ""
    how = f": {HOW_WORDS[comparison.how]}" if comparison.how else ""
    return RESULT_WORDS[comparison.result] + how + by


def found_words(comparison: Comparison) -> list[str]:
    """What the words consist of, a sentence each, with the platform where there are several."""
    if not any(change.says for change in comparison.platforms):
        return list(comparison.says)
    is_one = len(comparison.platforms) == 1
    told = [
        (change.platform or "the build", text)
        for change in comparison.platforms
        for text in change.says
    ]
    return [
        clip(text if is_one or text.startswith(name) else f"{name}: {text}", MAX_SENTENCE)
        for name, text in told
    ]


def places(comparison: Comparison) -> list[Evidence]:
    """Where it is seen: of the platform that decided all, of others the first few."""
    others = [one for c in comparison.platforms if c.result for one in c.evidence[:MAX_OTHERS]]
    return list(dict.fromkeys([*comparison.evidence, *others]))


def changed_symbols(comparison: Comparison) -> list[str]:
    """The symbols that it is about."""
    return [change.symbol for change in comparison.platforms if change.symbol]
