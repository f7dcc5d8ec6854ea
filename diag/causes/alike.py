"""Names of symbols that resemble one another, and the definitions that a name is compared with."""

from __future__ import annotations

import difflib
import re

from diag.causes.facts import Facts
from diag.causes.once import asked_once

ALIKE = 0.85  # of difflib
MAX_LONGER = 3  # characters, of a misspelled name
NO_NAMES = ("FILE", "SECTION")  # types of symbols whose name is none that code asks for


def letters(name: str) -> str:
    """Its letters and figures, small: what is left is how a language or a habit joins words."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_near(one: str, other: str, least: float = ALIKE, longer: int = MAX_LONGER) -> bool:
    """Two names, by their letters: the longer one by so many characters at the most, and so much
    of them the same (`least`, of difflib)."""
    if abs(len(one) - len(other)) > longer:
        return False
    return difflib.SequenceMatcher(None, one, other).ratio() >= least


@asked_once
def defined_names(facts: Facts, most: int, platform: str | None = None) -> dict[str, None]:
    """What the objects define, for others or for themselves, of all platforms or of one: in order,
    so that the answer is the same in every process."""
    rows = facts.symbols
    rows = rows[rows["is_defined"].astype(bool) & ~rows["type"].isin(NO_NAMES)]
    rows = rows if platform is None else facts.of_platform(rows, platform)
    return dict.fromkeys(sorted(set(rows["name"].head(most)) - {"", "main"}))
