"""Texts of evidence cut to a length that can be read, at spaces.

A word that is cut in two no longer looks like what it is: half a token of a log would be shown where
the whole one is masked. For the same reason no word is kept without the one that names it.
"""

from __future__ import annotations

import re

from diag.folders import without_folders

MAX_TEXT = 240  # of one evidence row; a link command of 100 kB stays readable
_TAIL = 70  # of them behind the cut
_MARK = " ... "
# A word that tells what the next one is: an option, a name and its sign, `Bearer`.
_LEADS = re.compile(r"(?:^-.*|[:=\"']|^(?:bearer|basic|password|login|-u|-p))$", re.IGNORECASE)


def clip(text: str, limit: int = MAX_TEXT) -> str:
    """The text, shortened where it is long: first by the folders of what a linker names, then in
    its middle."""
    text = text.strip()
    text = text if len(text) <= limit else without_folders(text)
    if len(text) <= limit:
        return text
    head = text[: limit - _TAIL - 10]
    return f"{_to_space(text, len(head))}{_MARK}{_from_space(text, len(text) - _TAIL)}"


def _to_space(text: str, end: int) -> str:
    """The text up to the last space before `end`; of one long word, its beginning."""
    head = text[: end + 1].rpartition(" ")[0]
    return head if len(head) > end // 2 else text[:end]


def _from_space(text: str, start: int) -> str:
    """The words from `start` on, without those that a left word would explain."""
    words = text[start:].split(" ")
    before = text[:start].rpartition(" ")[2] + words[0]
    if len(words) == 1 or len(before) > 4 * _TAIL:
        return text[start:]
    for place, word in enumerate(words[1:], 1):
        if not _LEADS.search(before):
            return " ".join(words[place:])
        before = word
    return ""
