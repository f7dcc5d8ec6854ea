"""Whole texts with their secrets masked, line for line: places that were cited stay where they are.

Beside what is masked in a line (diag/show/redact.py): the lines of a private key, and output that
BuildKit's rawjson form holds in base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from diag.show.redact import MASK, Redactor

MAX_KEY_LINES = 200  # of a private key: a marker without an end masks no more than that

_BEGIN = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_END = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
_KEY_BYTES = re.compile(r"[A-Za-z0-9+/=]{16,}")
_BASE64 = re.compile(r'(?P<before>"data"\s*:\s*")(?P<data>[A-Za-z0-9+/]{4,}={0,2})(?=")')


def mask_bytes(data: bytes, mask: Redactor) -> tuple[bytes, int]:
    """(the text masked, how many of its lines changed). Bytes that are no UTF-8 stay as they are."""
    if not mask.is_on:
        return data, 0
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    masked = list(_masked_lines(lines, mask))
    changed = sum(one != two for one, two in zip(lines, masked, strict=True))
    return "\n".join(masked).encode("utf-8", "surrogateescape"), changed


def _masked_lines(lines: list[str], mask: Redactor) -> Iterator[str]:
    left_of_key = 0
    for line in lines:
        if left_of_key:
            is_end = bool(_END.search(line))
            left_of_key = 0 if is_end else left_of_key - 1
            yield _KEY_BYTES.sub(MASK, line)
        elif _BEGIN.search(line) and not _END.search(line):
            left_of_key = MAX_KEY_LINES
            yield line
        else:
            yield _masked_line(line, mask)


def _masked_line(line: str, mask: Redactor) -> str:
    if '"data"' in line:
        line = _BASE64.sub(
            lambda found: found["before"] + _masked_base64(found["data"], mask), line
        )
    return mask.text(line)


def _masked_base64(text: str, mask: Redactor) -> str:
    """Base64 of a text as base64 of the masked text; anything else as it is."""
    try:
        inner = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
    masked, changed = mask_bytes(inner, mask)
    return base64.b64encode(masked).decode("ascii") if changed else text
