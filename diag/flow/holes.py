"""Text with holes: what is known of a string of which a part comes from outside.

`-C linker=$(which clang)` is not simply unknown: it is not empty and begins with `-C`. A hole is
one character of a private Unicode plane, the same one wherever the same unknown text stands, so
that `=` and `case` can still decide what the known text decides. Nothing here guesses: an answer
is True, False or None (both are possible).
"""

from __future__ import annotations

import re
from functools import lru_cache

FIRST, LAST = 0xF0000, 0xFFFFD  # Private Use Area A: no script has a use for it
HOLE = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
_NOT_HOLE = f"{chr(FIRST)}-{chr(LAST)}"
MAX_BACKTRACKING = 20_000_000  # steps that a match by regular expression may take at worst
MAX_PRODUCT = 400_000  # text times pattern; beyond it a match with holes is left undecided


class Holes:
    """The holes of one Dockerfile on one platform: each with what would fill it."""

    def __init__(self) -> None:
        self._origins: list[str] = []
        self._named: dict[str, str] = {}

    def new(self, origin: str) -> str:
        """A fresh hole; `origin` says what would fill it, for a reader."""
        if len(self._origins) <= LAST - FIRST:
            self._origins.append(origin)
        return chr(FIRST + len(self._origins) - 1)

    def named(self, name: str, origin: str) -> str:
        """The hole of that name: the same one at each call."""
        if name not in self._named:
            self._named[name] = self.new(origin)
        return self._named[name]

    def origins(self, text: str) -> list[str]:
        """What would fill the holes of a text, in order, each once."""
        found = [self._origin(char) for char in HOLE.findall(text)]
        return list(dict.fromkeys(found))

    def told(self, text: str) -> str:
        """The text with what would fill them in the place of its holes."""
        return HOLE.sub(lambda found: self._origin(found.group()), text)

    def _origin(self, char: str) -> str:
        place = ord(char) - FIRST
        return self._origins[place] if place < len(self._origins) else "text of a private plane"


def has_hole(text: str) -> bool:
    """Whether a part of the text is not known."""
    return HOLE.search(text) is not None


def show(text: str) -> str:
    """The text for a reader, each hole as `<unknown>`."""
    return HOLE.sub("<unknown>", text)


def is_empty(text: str) -> bool | None:
    """Whether the text is empty; None where only holes are in it."""
    if not text:
        return True
    return None if not HOLE.sub("", text) else False


# --- patterns ---------------------------------------------------------------------------------

_SPECIAL = re.compile(r"[\\*?\[\]]")
_CLASS_NAMES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f",
    "word": r"\w", "print": " -~", "graph": "!-~", "cntrl": r"\x00-\x1f\x7f",
}  # fmt: skip
_BRACKET = re.compile(r"\[(?P<not>[!^])?(?P<body>\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]", re.DOTALL)
_EXTENDED = re.compile(r"[?*+@!]\(")


def escape(text: str) -> str:
    """The pattern that matches just this text."""
    return _SPECIAL.sub(lambda found: "\\" + found.group(), text)


@lru_cache(maxsize=4096)
def tokens(pattern: str) -> tuple[str, ...]:
    """A shell pattern as regular expressions, one a character; `*` stays `*`."""
    found: list[str] = []
    at, may_close = 0, True
    while at < len(pattern):
        char = pattern[at]
        bracket = _BRACKET.match(pattern, at) if char == "[" and may_close else None
        # Where one bracket has no end, none after it has: not looked for again.
        may_close = may_close and (char != "[" or bracket is not None)
        if char == "\\" and at + 1 < len(pattern):
            found.append(re.escape(pattern[at + 1]))
            at += 2
        elif bracket:
            found.append(_bracket(bracket))
            at = bracket.end()
        else:
            found.append("*" if char == "*" else _any() if char == "?" else re.escape(char))
            at += 1
    return tuple(found)


def _any() -> str:
    return f"[^{_NOT_HOLE}]"


def _bracket(bracket: re.Match[str]) -> str:
    body = re.sub(
        r"\[:(\w+):\]|\\(.)|([\[\]\\^])",
        lambda found: (
            _CLASS_NAMES.get(found[1] or "", "") if found[1] else "\\" + (found[2] or found[3])
        ),
        bracket["body"],
    )
    excluded = _NOT_HOLE if bracket["not"] else ""
    return f"[{'^' if bracket['not'] else ''}{body}{excluded}]"


@lru_cache(maxsize=4096)
def expression(pattern: str, *, is_lazy: bool = False) -> re.Pattern[str] | None:
    """A shell pattern as one regular expression; None where it is none."""
    star = ".*?" if is_lazy else ".*"
    parts = [star if token == "*" else token for token in tokens(pattern)]
    try:
        return re.compile(re.sub(r"(?:\.\*\??){2,}", ".*", "".join(parts)), re.DOTALL)
    except re.error:
        return None


def matches(text: str, pattern: str) -> bool | None:
    """Whether the pattern matches the whole text, whatever fills the holes of both."""
    if _EXTENDED.search(pattern):
        return None
    compiled = expression(pattern)
    if compiled is None:
        return None
    is_cheap = is_affordable(len(text), pattern.count("*"))
    # A hole is matched by `*` or by itself alone, so a match holds for every filling.
    if is_cheap and compiled.fullmatch(text):
        return True
    if has_hole(text) or has_hole(pattern):
        return None if _may_match(text, tokens(pattern)) else False
    if is_cheap:
        return False
    is_small = len(text) * len(tokens(pattern)) <= MAX_PRODUCT
    return _may_match(text, tokens(pattern)) if is_small else None


def is_affordable(length: int, n_repeats: int) -> bool:
    """Whether a backtracking match of so many repetitions over a text ends soon."""
    return bool(length ** max(n_repeats, 1) <= MAX_BACKTRACKING)


def same(left: str, right: str) -> bool | None:
    """Whether two texts are equal, whatever fills their holes."""
    if left == right:
        return True
    if not has_hole(left) and not has_hole(right):
        return False
    return matches(left, escape(right))


def _may_match(text: str, pattern: tuple[str, ...]) -> bool:
    """Whether some filling of the holes makes the pattern match: reachability over positions."""
    if len(text) * len(pattern) > MAX_PRODUCT:
        return True
    reached = _closure({0}, pattern)
    for char in text:
        is_hole = HOLE.match(char) is not None
        step = set(range(min(reached, default=0), len(pattern) + 1)) if is_hole else set()
        for place in () if is_hole else reached:
            if place < len(pattern):
                step |= _after(char, place, pattern)
        reached = _closure(step, pattern)
        if not reached:
            return False
    return len(pattern) in reached


def _after(char: str, place: int, pattern: tuple[str, ...]) -> set[int]:
    token = pattern[place]
    if token == "*":
        return {place}
    if HOLE.match(token):
        return {place, place + 1}
    return {place + 1} if re.fullmatch(token, char, re.DOTALL) else set()


def _closure(places: set[int], pattern: tuple[str, ...]) -> set[int]:
    """With `*` and holes of the pattern, which may match nothing, passed over."""
    found, todo = set(places), list(places)
    while todo:
        place = todo.pop()
        is_open = place < len(pattern) and (pattern[place] == "*" or HOLE.match(pattern[place]))
        if is_open and place + 1 not in found:
            found.add(place + 1)
            todo.append(place + 1)
    return found
