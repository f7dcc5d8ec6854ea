"""Many names out of string tables at once.

Arrow's string_view record (16 bytes: length, then the text itself up to 12 bytes, else a prefix, a
buffer number and an offset) is built in NumPy over the string table as it lies in memory, and
Arrow casts the records to plain strings in one pass. Layout: Arrow columnar format specification,
"Variable-size Binary View Layout".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

BLOCK_BYTES = 1 << 18  # of string table looked through at a time: it stays in the cache
INLINE_BYTES = 12
PAD_BYTES = 16  # after the table, so that 12 bytes can be taken at every offset
MAX_TABLE_BYTES = (1 << 31) - 1  # a view's offset has 32 bits

_VIEW = np.dtype([("length", "<i4"), ("prefix", "<u4"), ("buffer", "<i4"), ("offset", "<i4")])
_LOW_MASK = np.array([(1 << (8 * min(n, 8))) - 1 for n in range(INLINE_BYTES + 1)], dtype=np.uint64)
_HIGH_MASK = np.array(
    [(1 << (8 * max(n - 8, 0))) - 1 for n in range(INLINE_BYTES + 1)], dtype=np.uint32
)


def padded(data: Bytes) -> Bytes:
    """The bytes with the zeros behind them that `decode_names` needs."""
    return np.concatenate([data, np.zeros(PAD_BYTES, np.uint8)])


def name_ends(table: Bytes, size: int, starts: Places) -> tuple[Places, Places]:
    """(end of each name: the next NUL, or the table's end; places of bytes over 127)."""
    nuls, high = _scan(table, size)
    after = np.searchsorted(nuls, starts)
    ends = np.append(nuls, size)[after]
    return np.maximum(ends, starts), high


def decode_names(table: Bytes, starts: Places, ends: Places, high: Places) -> pa.Array:
    """The names table[start:end] as Arrow large strings.

    `table` has PAD_BYTES after the last name. Names that are not UTF-8 come with backslash
    escapes in place of the bytes that are not. `high` as `name_ends` gives it.
    """
    lengths = ends - starts
    views = np.zeros(len(starts), _VIEW)
    views["length"] = lengths
    _place_text(views, table, starts, lengths)
    buffers = [pa.py_buffer(table)]
    if len(high):
        buffers += _replace_high(views, table, starts, ends, high)
    array = pa.Array.from_buffers(
        pa.string_view(), len(starts), [None, pa.py_buffer(views), *buffers]
    )
    return array.cast(pa.large_string())


def _place_text(views: npt.NDArray[Any], table: Bytes, starts: Places, lengths: Places) -> None:
    low = _windows(table, np.uint64)[starts]
    is_short = lengths <= INLINE_BYTES
    views["prefix"] = low.astype(np.uint32)  # the low half: the first four bytes
    views["offset"] = starts
    short = np.flatnonzero(is_short)
    length = lengths[short]
    kept = low[short] & _LOW_MASK[length]
    views["prefix"][short] = kept.astype(np.uint32)
    views["buffer"][short] = (kept >> np.uint64(32)).astype(np.uint32).view(np.int32)
    tail = _windows(table, np.uint32)[starts[short] + 8] & _HIGH_MASK[length]
    views["offset"][short] = tail.view(np.int32)


def _windows(table: Bytes, dtype: type[Any]) -> npt.NDArray[Any]:
    """The little-endian number that begins at each byte of the table."""
    width = np.dtype(dtype)
    return np.ndarray(len(table) - width.itemsize + 1, width.newbyteorder("<"), table, strides=(1,))


def _scan(table: Bytes, size: int) -> tuple[Places, Places]:
    """Places of NULs and of bytes over 127."""
    nuls, high = [], []
    for at in range(0, size, BLOCK_BYTES):
        block = table[at : min(at + BLOCK_BYTES, size)]
        nuls.append(np.flatnonzero(block == 0) + at)
        if block.max() > 127:
            high.append(np.flatnonzero(block > 127) + at)
    none = np.empty(0, np.int64)
    return np.concatenate([none, *nuls]), np.concatenate([none, *high])


def _replace_high(
    views: npt.NDArray[Any], table: Bytes, starts: Places, ends: Places, high: Places
) -> list[pa.Buffer]:
    """Decode names that hold bytes over 127 one by one, into a second buffer."""
    touched = np.searchsorted(high, starts) < np.searchsorted(high, ends)
    text = bytearray()
    for row in np.flatnonzero(touched).tolist():
        raw = table[starts[row] : ends[row]].tobytes()
        name = raw.decode("utf-8", "backslashreplace").encode()
        record = len(name).to_bytes(4, "little")
        if len(name) <= INLINE_BYTES:
            record += name.ljust(INLINE_BYTES, b"\0")
        else:
            record += name[:4] + (1).to_bytes(4, "little") + len(text).to_bytes(4, "little")
            text += name
        views[row] = np.frombuffer(record, _VIEW)[0]
    return [pa.py_buffer(bytes(text))]
