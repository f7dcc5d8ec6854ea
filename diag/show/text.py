"""Text of strangers made fit to be shown: harmless, of one line, cut around what decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from diag.folders import without_folders

NOT_SEEN = "not seen"

MAX_TEXT = 1000  # characters of one cell or sentence; of longer ones the middle is left out
MAX_COMMAND = 4000  # of a command, which is to be copied whole

# Terminal codes, other controls, and what cannot be seen: marks that turn the direction of text,
# spaces without width, tags. A log that holds them must not steer the terminal, nor show another
# text than it has. Joiners are letters of some scripts; beside a Latin letter they only hide.
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]|(?<=[!-~])[\u200c\u200d]|[\u200c\u200d](?=[!-~])"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# Words of a log line that decide, in the order of their weight.
DECIDING_WORDS = (
    r"undefined (?:reference to|symbol)",
    r"multiple definition of|duplicate symbol",
    r"cannot find|unable to find library",
    r"bad value|unrecognized|unsupported|not supported",
    r"skipp(?:ing|ed)",
    r"refused|disabled",
    r"\bkilled\b|signal \d+|out of memory",
    r"cancell?ed\b",
    r"(?<![\w-])error\b",
    r"(?<![\w-])warning\b",
)
# Of a linker, which says why in its next line. It begins where a word does: a word of thousands of
# letters is looked at once, not once from each of them.
_WHERE = re.compile(r"(?<![^\s/(])[^\s/(]+: in function \S+")
_DECIDING = re.compile("|".join(f"(?:{words})" for words in DECIDING_WORDS), re.IGNORECASE)


def printable(text: str) -> str:
    """The text on one line, without terminal codes; other controls are shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    text = _ANSI.sub("", text).replace("\t", "    ")
    return without_halves(_CONTROL.sub(_escaped, text))


def without_halves(text: str) -> str:
    """The text without the halves of characters that stand for bytes in names of files: neither a
    frame nor a stream takes them."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def _escaped(found: re.Match[str]) -> str:
    short = {"\n": "\\n", "\r": "\\r"}
    code = ord(found[0])
    if found[0] in short:
        return short[found[0]]
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )


def deciding_spans(text: str, words: Iterable[str | None] = ()) -> list[tuple[int, int]]:
    """Where the given words (a symbol, a flag) and the deciding words stand: (start, end) pairs,
    ascending, without overlap."""
    spans = [match.span() for match in _DECIDING.finditer(text)]
    for word in words:
        if word:
            spans += [match.span() for match in re.finditer(re.escape(word), text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marked_pieces(text: str, words: Iterable[str | None] = ()) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each decides."""
    done = 0
    for start, end in deciding_spans(text, words):
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False


def code_pieces(text: str) -> list[tuple[str, bool]]:
    """A sentence in pieces, and whether each stands between backticks; whole where they are not in
    pairs."""
    whole = as_text(text)
    parts = whole.split("`")
    return [(p, n % 2 == 1) for n, p in enumerate(parts)] if len(parts) % 2 else [(whole, False)]


def clip(text: str, width: int) -> str:
    """The text in at most `width` characters; an ellipsis says where it was cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def bounded(text: str, limit: int = MAX_TEXT) -> str:
    """The text in about `limit` characters: the middle is left out and counted, since names often
    differ at their ends."""
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 5, limit * 3 // 10
    return f"{text[:head]} …[{len(text) - head - tail:,} characters]… {text[-tail:]}"


def command_text(command: str) -> str:
    """A command to be copied, on one harmless line."""
    return bounded(printable(command), MAX_COMMAND)


def focus(text: str, width: int, words: Iterable[str | None] = ()) -> str:
    """A window of `width` characters around the first word that decides.

    The given words weigh more than the general ones. Cut ends show an ellipsis; where the folders
    of what a linker names take the room, they are left out first.
    """
    text = " ".join(printable(text).split())
    text = text if len(text) <= width else without_folders(text)
    if len(text) <= width:
        return text
    start, end = _weightiest(text, [word for word in words if word])
    first = max(0, min(start - max((width - (end - start)) // 3, 0), len(text) - width))
    if end <= width - 1:
        first = 0
    window = text[first : first + width]
    if first:
        window = "…" + window[1:]
    if first + width < len(text):
        window = window[:-1] + "…"
    return window


def _weightiest(text: str, words: Sequence[str]) -> tuple[int, int]:
    """From the general deciding word before it to the end of the given word, where both stand."""
    general = _DECIDING.search(text) or _WHERE.search(text)
    place = min((at for at in map(text.find, words) if at >= 0), default=-1)
    if place < 0:
        return general.span() if general else (0, 0)
    length = max(len(word) for word in words if text.startswith(word, place))
    if general and 0 < place - general.start() < 60:
        return general.start(), place + length
    return place, place + length


def listed(items: Iterable[str], *, word: str = "and", limit: int = 6) -> str:
    """`a, b and c`; past `limit`, `a, b, c and 7 more`."""
    named = list(items)
    if len(named) > limit:
        named = [*named[: limit - 1], f"{len(named) - limit + 1:,} more"]
    return f" {word} ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def is_missing(value: Any) -> bool:
    """None, NaN or NA: what a frame holds where it holds nothing."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def as_text(value: Any) -> str:
    """A frame's value as one bounded line: lists joined, what is missing told."""
    if isinstance(value, list | tuple):
        return bounded("; ".join(as_text(item) for item in value))
    if is_missing(value):
        return NOT_SEEN
    if isinstance(value, float):
        return f"{value:,.1f}"
    return bounded(printable(str(value)))
