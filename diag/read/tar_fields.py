"""Fields of tar headers: numbers, checksum, names, and the records of extended headers."""

from __future__ import annotations

import re

from diag.read.unpack import PackedError

CHECKSUM = slice(148, 156)

_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")
_DECIMAL = re.compile(rb"[0-9]{1,19}")
_POSITIVE = bytes(range(128))
_SPARSE_KEYS = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")

Extras = dict[bytes, bytes]


def number(field: memoryview) -> int:
    """Octal digits, or base 256 where the first bit is set."""
    raw = bytes(field)
    if raw[0] == 0x80:
        return int.from_bytes(raw[1:], "big")
    match = _OCTAL.fullmatch(raw.split(b"\0", 1)[0])
    if match is None:
        raise PackedError(f"no number in a header: {raw!r}")
    return int(match[1] or b"0", 8)


def has_checksum(block: bytes, told: int) -> bool:
    """The sum of the bytes with the checksum as spaces; of old, bytes counted as signed."""
    bare = block[: CHECKSUM.start] + b" " * 8 + block[CHECKSUM.stop :]
    total = sum(bare)
    return told == total or told == total - 256 * len(bare.translate(None, _POSITIVE))


def decimal(word: bytes) -> int:
    if not _DECIMAL.fullmatch(word):
        raise PackedError(f"no number in a header: {word[:20]!r}")
    return int(word)


def pax_records(text: bytes) -> Extras:
    """`LENGTH KEY=VALUE` lines; what does not fit ends the list. Sparse places are collected."""
    records: Extras = {}
    places: list[bytes] = []
    at = 0
    while at < len(text):
        length = text[at : at + 20].split(b" ", 1)[0]
        end = at + int(length) if _DECIMAL.fullmatch(length) else 0
        if end <= at + len(length) or end > len(text):
            break
        key, _, value = text[at + len(length) + 1 : end - 1].partition(b"=")
        if key in _SPARSE_KEYS:
            places.append(value)
        records[key] = value
        at = end
    if places:
        records[b"GNU.sparse.map"] = b",".join(places)
    return records


def cut(field: memoryview) -> bytes:
    return bytes(field).split(b"\0", 1)[0]


def text_of(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
