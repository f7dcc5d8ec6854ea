"""Many texts are searched at once, and the answer is that of Python's `re`."""

from __future__ import annotations

import re
import time

import pandas as pd
import pytest

from diag.causes import doubts_made, made_here, presence_guards, skips
from diag.causes.searched import SEARCH_FROM, having
from diag.read import no_log, shell_walk

TEXTS = [
    "gcc -march=native -c a.c", "a\u00a0b", "\u00e9Killed", "Killed", "1 Killed", "", "ASM off", "asm",
    "exit code: 137", "exit code: 1370", "a\x0bb", "na\u00efve native", "x" * 300 + " tail", "ld: cannot",
]  # fmt: skip
PATTERNS = [
    r"-m(?:arch|cpu)=native\b", r"^Killed\b|\d Killed\b", r"\bKilled", r"a\sb", r"^$", r"tail$", r"(?i)asm",
    r"exit code: 137\b", r"(?<!na)tive", r"x{0,2000} tail", r"\w+ve\b", r"(?P<who>ld): ", r"[^\x00-\x7f]",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_many_texts_are_told_as_one_by_one(pattern: str) -> None:
    texts = pd.Series(TEXTS * (SEARCH_FROM // len(TEXTS) + 1), dtype=object)
    told = [re.search(pattern, text) is not None for text in texts]
    assert having(texts, re.compile(pattern)).tolist() == told
    caseless = [re.search(pattern, text, re.IGNORECASE) is not None for text in texts]
    assert having(texts, pattern, re.IGNORECASE).tolist() == caseless


def test_a_text_that_is_missing_and_the_index_are_kept() -> None:
    texts = pd.Series(
        ["Killed", None] * SEARCH_FROM, index=range(7, 7 + 2 * SEARCH_FROM), dtype=object
    )
    found = having(texts, "Killed")
    assert found.index.equals(texts.index)
    assert found.tolist() == [True, False] * SEARCH_FROM


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "_" * 60_000, "a[" * 30_000, "a." * 30_000, " " * 60_000]
)
@pytest.mark.parametrize("pattern", [
    skips._FAILED, shell_walk._ARITHMETIC, presence_guards._REFUSED_SWITCH, doubts_made._NAME,
    no_log._BULLET,
])  # fmt: skip
def test_a_long_word_is_searched_once(pattern: re.Pattern[str], text: str) -> None:
    """Each search from each letter to the end would take minutes."""
    start = time.process_time()
    assert pattern.search(text) is None
    assert time.process_time() - start < 5


@pytest.mark.parametrize("n_same", [0, 3, 40])
def test_the_first_compiles_are_those_of_all_lines(monkeypatch, n_same):
    """However many lines tell of none, or of one again, before them."""
    monkeypatch.setattr(made_here, "MAX_COMPILES", 3)
    texts = ["cc -c a.c"] * n_same + ["see a-c.s"] * n_same + [f"cc -c {n}.c" for n in range(5)]
    rows = pd.DataFrame({"file": "x.log", "text": texts})
    expected = list(dict.fromkeys(text for text in texts if " -c " in text))[:3]
    assert made_here._told(rows)["text"].tolist() == expected
