"""Backslash escapes of `echo`, `printf`, `%b` and `$'...'`."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:(?P<octal0>0[0-7]{0,3})|(?P<octal>[1-7][0-7]{0,2})|x(?P<hex>[0-9A-Fa-f]{1,2})"
    r"|u(?P<four>[0-9A-Fa-f]{1,4})|U(?P<eight>[0-9A-Fa-f]{1,8})|(?P<char>.))",
    re.DOTALL,
)
_SURROGATES = range(0xD800, 0xE000)
_CHARS = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "v": "\v", "\\": "\\",
}  # fmt: skip


def _replace(found: re.Match[str], extra: str) -> str:
    if found["char"] is not None:
        char = found["char"]
        return _CHARS.get(char, char if char in extra else "\\" + char)
    number = found["octal0"] or found["octal"]
    if number is not None:
        return _byte(int(number, 8) & 0xFF)
    if found["hex"]:
        return _byte(int(found["hex"], 16))
    code = int(found["four"] or found["eight"], 16)
    return "\ufffd" if code in _SURROGATES or code > 0x10FFFF else chr(code)


def _byte(code: int) -> str:
    """A byte past ASCII as `surrogateescape` writes it: others may follow to make a character."""
    return chr(code) if code < 0x80 else chr(0xDC00 + code)


def _escaped(text: str, extra: str) -> str:
    """The text with its escapes; bytes that are no UTF-8 are shown as U+FFFD."""
    done = _ESCAPE.sub(lambda found: _replace(found, extra), text)
    return done.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def ansi_text(text: str) -> str:
    """The text of `$'...'`."""
    return _escaped(text, "'\"?")


def echo_text(text: str) -> tuple[str, bool]:
    """The text with its escapes, and whether `\\c` ends the output there."""
    head, stop, _ = re.sub(r"(?<!\\)((?:\\\\)*)\\c", "\\1\0", text).partition("\0")
    # A plain octal number is an escape only with its leading 0.
    kept = re.sub(r"(?<!\\)((?:\\\\)*)\\([1-7])", r"\1\\\\\2", head)
    return _escaped(kept, ""), bool(stop)


def format_text(text: str) -> str:
    """The escapes of a `printf` format."""
    return _escaped(text, "'\"")
