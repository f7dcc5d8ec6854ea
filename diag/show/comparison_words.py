"""What a comparison says, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diag.compare import Comparison

RESULT_WORDS = {
    "cured": "the cause is gone",
    "masked": "it links and is no cure: the cause is hidden, or the program dies",
    "moved": "another failure took its place",
    "unproven": "the evidence does not show that the cause is gone",
    "worse": "a failure that was not there before",
}


def result_words(comparison: Comparison, shown: Callable[[str], str] = str) -> str:
    """What a change did, in words, and by what."""
    by = f" (by {shown(comparison.by)})" if comparison.by else ""
    return RESULT_WORDS[comparison.result] + by


def changed_symbols(comparison: Comparison) -> list[str]:
    """The symbols that it is about."""
    return [change.symbol for change in comparison.platforms if change.symbol]
