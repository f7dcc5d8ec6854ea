"""cargo's `--message-format=json`: messages of the compiler, one JSON object a line.

Format: cargo's reference, External tools, JSON messages. A `compiler-message` holds in
`message.rendered` what rustc would have printed: those lines take its place, so that the words of
the linker inside are read as they would be in a log of the human form. Other messages stay as
they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from diag.read.buildlog_records import Line
from diag.read.textlines import MAX_LINE

SIGN = b'{"reason":"'


def expand(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, each message of the compiler as the lines that it would have been."""
    for line in lines:
        raw = line.raw if line.role == "output" else b""
        if b"\r" in raw:  # behind cargo's progress bar
            raw = raw[raw.rfind(b"\r" + SIGN) + 1 :]
        if raw.startswith(SIGN):
            yield from _message(line._replace(raw=raw))
        else:
            yield line


def _message(line: Line) -> Iterator[Line]:
    text = _rendered(line.raw) if len(line.raw) <= MAX_LINE else None
    if not text:
        yield line
        return
    for said in text.rstrip("\n").split("\n"):
        yield line._replace(raw=said.encode("utf-8", "replace"))


def _rendered(raw: bytes) -> str | None:
    """What the compiler would have printed; None for another message, or one that is damaged."""
    try:
        value: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    message = value.get("message") if isinstance(value, dict) else None
    if not isinstance(message, dict):
        return None
    rendered = message.get("rendered") or message.get("message")
    return rendered if isinstance(rendered, str) else None
