"""Bytes in order from plain or compressed data, with bounds on what compressed data may ask for.

Formats by their first bytes: gzip (RFC 1952), zstd (RFC 8878, by pyarrow), bzip2, xz. Nothing is
expanded further than a reader asks, and never more than a Budget allows.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import Any, Protocol

# Layers shrink to a half or a tenth; data made to take long expands a thousandfold.
FREE_BYTES = 1 << 30
MAX_RATIO = 20
MAX_MEMBERS = 1_000_000
MAX_OBJECTS = 200_000  # of those members: each has a row at least
CHUNK_BYTES = 1 << 20
XZ_MEMORY = 256 << 20  # a header may ask for a window of 4 GB

_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
)
_ERRORS = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError, MemoryError)


class PackedError(Exception):
    """Packed data cannot be read further: reason, byte offset in the expanded data, member."""

    def __init__(self, reason: str, offset: int | None = None, member: str = "") -> None:
        super().__init__(reason)
        self.reason, self.offset, self.member = reason, offset, member


class Budget:
    """What one file may still give, in bytes and in members; `is_spent` once it is refused."""

    def __init__(self, packed_bytes: int) -> None:
        self._bytes = self._limit = FREE_BYTES + MAX_RATIO * packed_bytes
        self._members, self._objects = MAX_MEMBERS, MAX_OBJECTS
        self.is_spent = False

    def take_bytes(self, count: int) -> None:
        """Count bytes that are expanded or handed out; PackedError where they become too many."""
        self._bytes -= count
        if self._bytes < 0:
            self.is_spent = True
            raise PackedError(f"it expands to more than {self._limit} bytes: not read further")

    def take_member(self) -> None:
        """Count a member; PackedError where they become too many."""
        self._members -= 1
        if self._members < 0:
            self.is_spent = True
            raise PackedError(f"more than {MAX_MEMBERS} members: not read further")

    def take_object(self) -> None:
        """Count an object that is handed out; PackedError where they become too many."""
        self._objects -= 1
        if self._objects < 0:
            self.is_spent = True
            raise PackedError(f"more than {MAX_OBJECTS} objects: the others are not read")


class Stream(Protocol):
    """Bytes in order: `position` counts those that were read or skipped."""

    position: int
    is_copied: bool  # what is read takes memory of its own

    def read(self, size: int) -> memoryview:
        """The next bytes; fewer only at the end."""

    def skip(self, size: int) -> int:
        """Pass over bytes: how many there were."""


class PlainStream:
    """Bytes as they stand: nothing is copied."""

    is_copied = False

    def __init__(self, data: memoryview) -> None:
        self._data, self.position = data, 0

    def read(self, size: int) -> memoryview:
        found = self._data[self.position : self.position + size]
        self.position += len(found)
        return found

    def skip(self, size: int) -> int:
        skipped = min(size, len(self._data) - self.position)
        self.position += skipped
        return skipped


class ExpandedStream:
    """Bytes as a decompressor gives them; PackedError where it cannot go on."""

    is_copied = True

    def __init__(self, source: Any, budget: Budget) -> None:
        self._source, self._budget, self.position = source, budget, 0
        self._failure: PackedError | None = None

    def read(self, size: int) -> memoryview:
        found = bytearray()
        while len(found) < size and (piece := self._piece(size - len(found))):
            found += piece
        return memoryview(found)

    def skip(self, size: int) -> int:
        left = size
        while left > 0 and (piece := self._piece(left)):
            left -= len(piece)
        return size - left

    def _piece(self, size: int) -> bytes:
        if self._failure is not None:
            raise self._failure
        try:
            piece: bytes = self._source.read(min(size, CHUNK_BYTES))
        except _ERRORS as error:
            reason = f"the compressed data is damaged or cut short ({error})"
            self._failure = PackedError(reason, self.position)
            raise self._failure from None
        self.position += len(piece)
        self._budget.take_bytes(len(piece))
        return piece


def compression(data: memoryview) -> str | None:
    """gzip, zstd, bzip2 or xz by the first bytes; None for anything else."""
    start = bytes(data[:6])
    return next((name for magic, name in _MAGIC if start.startswith(magic)), None)


def open_stream(data: memoryview, budget: Budget) -> Stream:
    """The bytes that the data holds, expanded where it is compressed."""
    name = compression(data)
    if name is None:
        return PlainStream(data)
    return ExpandedStream(_decompressor(name, data), budget)


def _decompressor(name: str, data: memoryview) -> Any:
    if name == "zstd":
        import pyarrow as pa

        return pa.CompressedInputStream(pa.BufferReader(pa.py_buffer(data)), "zstd")
    raw: Any = io.BufferedReader(_Raw(data))
    if name == "gzip":
        return gzip.GzipFile(fileobj=raw)
    return bz2.BZ2File(raw) if name == "bzip2" else _Xz(raw)


class _Raw(io.RawIOBase):
    """A memoryview as a file, without a copy of it."""

    def __init__(self, data: memoryview) -> None:
        self._stream = PlainStream(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._stream.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


class _Xz:
    """lzma.LZMAFile with a bound on memory, which that has not."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._rest = b""
        self._now: lzma.LZMADecompressor | None = None

    def read(self, size: int) -> bytes:
        """Up to so many bytes, none only at the end."""
        while True:
            if self._now is None or self._now.eof:
                if self._now is not None:
                    self._rest = self._now.unused_data.lstrip(b"\0")  # padding between streams
                self._rest = self._rest or self._raw.read(CHUNK_BYTES).lstrip(b"\0")
                if not self._rest:
                    return b""
                self._now = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
            elif self._now.needs_input and not self._rest:
                self._rest = self._raw.read(CHUNK_BYTES)
                if not self._rest:
                    raise EOFError("it ends before the end of its stream")
            rest, self._rest = self._rest, b""
            if found := self._now.decompress(rest, size):
                return found
