"""Members of tar files, in order, from a stream that is read once.

Formats: POSIX ustar and pax (`path`, `size`, `linkpath`), GNU long names and base-256 numbers,
sparse files as GNU tar writes them (its own header, pax 0.0, 0.1 and 1.0), and the headers of
Version 7 without a magic. The standard library's tarfile is the oracle of the tests and not what
reads here: it takes a damaged header for the end without a word, holds an extended header of any
size in memory, and looks through it in quadratic time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from diag.read.tar_fields import (
    CHECKSUM,
    Extras,
    cut,
    decimal,
    has_checksum,
    number,
    pax_records,
    text_of,
)
from diag.read.unpack import Budget, PackedError, Stream

BLOCK = 512
MAX_PATH_BYTES = 4096
MAX_EXTRA_BYTES = 1 << 20  # of an extended header
MAX_PIECES = 100_000  # of a sparse member
MAX_COPIED_BYTES = 2 << 30  # of a member that has to be held in memory
HEAD_BYTES = 64

_KINDS = {
    b"0": "file", b"\0": "file", b"7": "file", b"S": "file", b"1": "hard link",
    b"2": "symbolic link", b"3": "device", b"4": "device", b"5": "folder", b"6": "pipe",
}  # fmt: skip
_WITHOUT_DATA = frozenset(["hard link", "symbolic link", "device", "folder", "pipe"])
_ENDS = "the tar ends inside"

Pieces = list[tuple[int, int]]  # (offset in the member, bytes) of what a sparse member stores


@dataclass
class Entry:
    """One member, while the stream stands at its data: call `head` or `content`, and once.

    `path` is the name as it stands, `kind` one of file, folder, hard link, symbolic link, device,
    pipe, other, name too long (cut then); `size` in bytes; `link` what a link names.
    """

    path: str
    kind: str
    size: int
    offset: int
    link: str
    _stored: int
    _stream: Stream
    _budget: Budget
    _pieces: Pieces | None = None

    def head(self) -> memoryview:
        """Up to the first 64 bytes."""
        if self._pieces is None:
            return self._stream.read(min(HEAD_BYTES, self._stored))
        if not self._pieces or self._pieces[0][0]:
            return memoryview(bytes(min(HEAD_BYTES, self.size)))
        return self._stream.read(min(HEAD_BYTES, self._pieces[0][1]))

    @property
    def is_copied(self) -> bool:
        """Whether its bytes have to be held in memory."""
        return self._stream.is_copied or self._pieces is not None

    @property
    def is_too_large(self) -> bool:
        """Whether they are too many for that."""
        return self.is_copied and self.size > MAX_COPIED_BYTES

    def content(self) -> memoryview:
        """All bytes; PackedError where they are not there."""
        if self._pieces is not None:
            return self._filled(self._pieces)
        return self._whole(self._stored)

    def _filled(self, pieces: Pieces) -> memoryview:
        self._budget.take_bytes(self.size)
        found = bytearray(self.size)
        for offset, count in pieces:
            found[offset : offset + count] = self._whole(count)
        return memoryview(found)

    def _whole(self, count: int) -> memoryview:
        found = self._stream.read(count)
        if len(found) < count:
            reason = f"{_ENDS} this member ({len(found)} of {count} bytes)"
            raise PackedError(reason, self.offset, self.path)
        return found


def is_tar(block: memoryview) -> bool:
    """Whether the first 512 bytes are a tar header: its checksum holds."""
    if len(block) < BLOCK:
        return False
    try:
        told = number(block[CHECKSUM])
    except PackedError:
        return False
    return told > 0 and has_checksum(bytes(block[:BLOCK]), told)


def iter_tar(stream: Stream, budget: Budget) -> Iterator[Entry]:
    """Each member, in order.

    Raises PackedError, after what could be read, where the tar is damaged or ends too early.
    """
    common: Extras = {}
    extras: Extras = {}
    while (block := _header(stream)) is not None:
        offset, letter = stream.position - BLOCK, bytes(block[156:157])
        budget.take_member()
        if letter in (b"L", b"K", b"x", b"X", b"g"):
            _take_extra(letter, _extra(stream, block), extras, common)
            continue
        entry = _entry(block, {**common, **extras}, stream, budget)
        extras = {}
        end = stream.position + entry._stored
        yield entry
        _finish(stream, entry, end, offset)


def _header(stream: Stream) -> memoryview | None:
    """The next header; None at the end mark."""
    at = stream.position
    block = stream.read(BLOCK)
    if len(block) < BLOCK:
        what = f"{_ENDS} a header" if len(block) else "the tar has no end mark: it may be cut short"
        raise PackedError(what, at)
    if not any(block):
        return None
    if not is_tar(block):
        raise PackedError("no tar header stands there: the rest is not read", at)
    return block


def _finish(stream: Stream, entry: Entry, end: int, offset: int) -> None:
    """Go to the end of the member's last block."""
    missing = end - stream.position
    missing -= stream.skip(missing)
    if missing > 0:
        reason = f"{_ENDS} this member ({entry._stored - missing} of {entry._stored} bytes)"
        raise PackedError(reason, offset, entry.path)
    stream.skip(-end % BLOCK)  # every member begins at a multiple of the block


def _extra(stream: Stream, block: memoryview) -> bytes:
    """The text of an extended header."""
    at, size = stream.position - BLOCK, number(block[124:136])
    if size > MAX_EXTRA_BYTES:
        raise PackedError(f"an extended header of {size} bytes: the rest is not read", at)
    found = bytes(stream.read(size))
    if len(found) < size:
        raise PackedError(f"{_ENDS} a header", at)
    stream.skip(-size % BLOCK)
    return found


def _take_extra(letter: bytes, text: bytes, extras: Extras, common: Extras) -> None:
    if letter == b"L":
        extras[b"path"] = text.split(b"\0", 1)[0]
    elif letter == b"K":
        extras[b"linkpath"] = text.split(b"\0", 1)[0]
    else:
        (common if letter == b"g" else extras).update(pax_records(text))


def _entry(block: memoryview, extras: Extras, stream: Stream, budget: Budget) -> Entry:
    letter = bytes(block[156:157])
    kind = _KINDS.get(letter, "other")
    raw = extras.get(b"GNU.sparse.name") or extras.get(b"path") or _short_name(block)
    if kind == "file" and raw.endswith(b"/"):  # Version 7 has no other way to name a folder
        kind = "folder"
    offset = stream.position - BLOCK
    size = decimal(extras[b"size"]) if b"size" in extras else number(block[124:136])
    size = 0 if kind in _WITHOUT_DATA else size
    link = text_of(extras.get(b"linkpath") or cut(block[157:257]))[:MAX_PATH_BYTES]
    if len(raw) > MAX_PATH_BYTES:
        raw, kind = raw[:100] + b"...", "name too long"
    entry = Entry(text_of(raw), kind, size, offset, link, size, stream, budget)
    if kind == "file":
        _make_sparse(entry, letter, block, extras)
    return entry


def _short_name(block: memoryview) -> bytes:
    name, prefix = cut(block[:100]), cut(block[345:500])
    is_posix = bytes(block[257:263]) == b"ustar\0"  # GNU keeps other things in the prefix
    return prefix + b"/" + name if is_posix and prefix else name


def _make_sparse(entry: Entry, letter: bytes, block: memoryview, extras: Extras) -> None:
    """Set the places of a sparse member; PackedError where they do not fit."""
    numbers: list[int]
    if letter == b"S":
        numbers, real = _old_map(entry, block), number(block[483:495])
    elif extras.get(b"GNU.sparse.major") == b"1":
        real = decimal(extras.get(b"GNU.sparse.realsize", b""))
        numbers = _map_in_data(entry)
    elif b"GNU.sparse.map" in extras:
        real = decimal(extras.get(b"GNU.sparse.size", b""))
        words = extras[b"GNU.sparse.map"].split(b",")
        numbers = [decimal(word) for word in words[: 2 * MAX_PIECES + 2]]
    else:
        return
    pieces = list(zip(numbers[::2], numbers[1::2], strict=False))
    stored = sum(count for _, count in pieces)
    fits = all(offset + count <= real for offset, count in pieces)
    if not fits or stored > entry._stored or len(pieces) > MAX_PIECES:
        raise PackedError("a sparse member's places do not fit", entry.offset, entry.path)
    entry.size, entry._pieces = real, [piece for piece in pieces if piece[1]]


def _old_map(entry: Entry, block: memoryview) -> list[int]:
    """Four places in the header, 21 in each block that follows while a byte says so."""
    numbers = _numbers(block[386:482])
    more = block[482]
    while more and len(numbers) <= 2 * MAX_PIECES:
        block = entry._stream.read(BLOCK)
        if len(block) < BLOCK:
            raise PackedError(f"{_ENDS} a header", entry.offset, entry.path)
        numbers += _numbers(block[:504])
        more = block[504]
    return numbers


def _numbers(fields: memoryview) -> list[int]:
    return [number(fields[at : at + 12]) for at in range(0, len(fields), 12) if any(fields[at:])]


def _map_in_data(entry: Entry) -> list[int]:
    """Lines of decimals before the data: how many places, then each offset and size."""
    text, wanted = _Lines(entry), 0
    wanted = 2 * min(text.number(), MAX_PIECES + 1)
    return [text.number() for _ in range(wanted)]


@dataclass
class _Lines:
    """The lines of a sparse map, block by block as they are needed."""

    entry: Entry
    rest: bytes = field(default=b"")

    def number(self) -> int:
        while b"\n" not in self.rest:
            block = self.entry._stream.read(BLOCK)
            self.entry._stored -= BLOCK
            if len(block) < BLOCK or self.entry._stored < 0 or len(self.rest) > BLOCK:
                raise PackedError("a sparse member's map is cut", self.entry.offset)
            self.rest += bytes(block)
        word, _, self.rest = self.rest.partition(b"\n")
        return decimal(word)
