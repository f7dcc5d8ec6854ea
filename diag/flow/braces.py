"""Brace expansion, which bash does before everything else: `{a,b}` and `{1..3}`."""

from __future__ import annotations

import re

MAX_WORDS = 1000
MAX_LENGTH = 2000  # characters of a word looked at for braces

_RANGE = re.compile(r"(?P<first>-?\d+)\.\.(?P<last>-?\d+)(?:\.\.(?P<step>-?\d+))?")
_LETTERS = re.compile(r"(?P<first>[A-Za-z])\.\.(?P<last>[A-Za-z])")


class TooManyWordsError(Exception):
    """More words than a person would mean: the list is not known."""


def brace_words(text: str) -> list[str]:
    """The words of an unquoted word; the word itself where it has no brace expansion."""
    for start, end in _pairs(text):
        choices = _choices(text[start + 1 : end])
        if choices is not None:
            head, tails = text[:start], brace_words(text[end + 1 :])
            inner = [word for choice in choices for word in brace_words(choice)]
            if len(inner) * len(tails) > MAX_WORDS:
                raise TooManyWordsError(text)
            return [head + word + tail for word in inner for tail in tails]
    return [text]


def _pairs(text: str) -> list[tuple[int, int]]:
    """Offsets of braces that belong together, in the order of their beginning."""
    found, opened = [], []
    for at, char in enumerate(text[:MAX_LENGTH]):
        if char == "{":
            opened.append(at)
        elif char == "}" and opened:
            found.append((opened.pop(), at))
    return sorted(found)


def _split(body: str) -> list[str]:
    """The body at its commas, but not at those of inner braces."""
    parts, depth = [""], 0
    for char in body:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _choices(body: str) -> list[str] | None:
    parts = _split(body)
    if len(parts) > 1:
        return parts
    if found := _RANGE.fullmatch(body):
        first, last = int(found["first"]), int(found["last"])
        step = abs(int(found["step"] or 1)) or 1
        if abs(last - first) // step >= MAX_WORDS:
            raise TooManyWordsError(body)
        steps = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
        width = len(found["first"]) if found["first"].startswith("0") else 0
        return [str(number).zfill(width) for number in steps]
    if found := _LETTERS.fullmatch(body):
        first, last = ord(found["first"]), ord(found["last"])
        way = 1 if first <= last else -1
        return [chr(code) for code in range(first, last + way, way)]
    return None
