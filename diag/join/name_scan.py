"""Finds identifiers inside a million symbol names at once, mangled or plain, without demangling.

All three manglings (Itanium C++, Rust legacy, Rust v0) write an identifier as its length and its
bytes. So each run of digits, read in up to four ways, proposes identifiers; one hash of each is
looked up among the hashes of those that are asked. A wrong proposal costs a later look, no error.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MAX_CHUNK_BYTES = 1 << 20  # of names looked at together; working arrays are some 100 times that
MAX_DIGITS = 4  # of a length: longer identifiers are passed over
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2**64
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]


def find_identifiers(
    names: pa.LargeStringArray, identifiers: Sequence[str]
) -> dict[str, pa.Int64Array]:
    """Identifier -> the rows of `names` in which it may stand, those first where it stands early.

    Identifiers are given in lower case, without outer underscores, and compared so.
    """
    texts = [text.encode("utf-8", "replace") for text in identifiers]
    if not texts or not len(names):
        return {}
    hashes = _hashes_of(texts)
    order = np.argsort(hashes, kind="stable")
    rows, which, depths = [], [], []
    for first, data, offsets in _chunks(names):
        name, start, end = _proposed(data, offsets)
        found = _hashed(data, start, end)
        place = np.minimum(np.searchsorted(hashes[order], found), len(order) - 1)
        hit = hashes[order][place] == found
        rows.append(name[hit] + first)
        which.append(order[place[hit]])
        depths.append(start[hit] - offsets[:-1][name[hit]])
    return _by_identifier(identifiers, *map(np.concatenate, (rows, which, depths)))


def _by_identifier(
    identifiers: Sequence[str], rows: Ints, which: Ints, depths: Ints
) -> dict[str, pa.Int64Array]:
    order = np.lexsort((rows, depths, which))
    rows, which = rows[order], which[order]
    found: dict[str, pa.Int64Array] = {}
    bounds = np.flatnonzero(np.diff(which, prepend=-1, append=-1))
    for start, end in itertools.pairwise(bounds.tolist()):
        unique, first = np.unique(rows[start:end], return_index=True)
        own = unique[np.argsort(first, kind="stable")]
        found[identifiers[which[start]]] = pa.array(own, pa.int64())
    return found


def _chunks(names: pa.LargeStringArray) -> Iterator[tuple[int, Bytes, Ints]]:
    """(number of the first name, bytes, offsets of the names in these bytes) of each chunk."""
    _, offsets_buffer, data_buffer = names.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int64)[names.offset : names.offset + len(names) + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.empty(0, np.uint8)
    first = 0
    while first < len(names):
        limit = offsets[first] + MAX_CHUNK_BYTES
        last = max(int(np.searchsorted(offsets, limit, "right")) - 1, first + 1)
        low, high = int(offsets[first]), int(offsets[last])
        yield first, data[low:high], offsets[first : last + 1] - low
        first = last


def _proposed(data: Bytes, offsets: Ints) -> tuple[Ints, Ints, Ints]:
    """(name, start, end) of every identifier that may stand there, without outer underscores."""
    parts = [_whole(data, offsets), *_counted(data, offsets), *_of_fortran(data, offsets)]
    name, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    inner = np.flatnonzero((data != ord("_")) & (data != ord("$")))
    start = np.append(inner, len(data))[np.searchsorted(inner, start)]
    end = np.append(-1, inner)[np.searchsorted(inner, end)] + 1
    is_some = start < end
    return name[is_some], start[is_some], end[is_some]


def _whole(data: Bytes, offsets: Ints) -> tuple[Ints, Ints, Ints]:
    """Each name itself, from a leading mark to its version or clone suffix."""
    start, last = offsets[:-1].copy(), offsets[1:]
    marks = np.flatnonzero(np.isin(data, np.frombuffer(b"@.?", np.uint8)))
    for _ in range(2):
        own = start < last
        own[own] = np.isin(data[start[own]], np.frombuffer(b"@.?", np.uint8))
        start = start + own
    ends = np.append(marks, len(data))[np.searchsorted(marks, start)]
    return np.arange(len(start)), start, np.minimum(ends, last)


def _counted(data: Bytes, offsets: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """What each run of digits proposes: its last one to four digits as a length; in Rust v0 an
    underscore may stand between."""
    digit = (data >= ord("0")) & (data <= ord("9"))
    ends = np.flatnonzero(digit & ~np.append(digit[1:], False))
    name = np.searchsorted(offsets, ends, "right") - 1
    is_open = np.ones(len(ends), bool)
    length = np.zeros(len(ends), np.int64)
    for count in range(MAX_DIGITS):
        at = ends - count
        is_open = is_open & (at >= offsets[name])
        is_open[is_open] = digit[at[is_open]]
        length[is_open] += (data[at[is_open]].astype(np.int64) - ord("0")) * 10**count
        for gap in (1, 2):
            start = ends + gap
            fits = is_open & (length >= 1) & (start + length <= offsets[name + 1])
            fits &= data[np.maximum(at, 0)] != ord("0")
            if gap == 2:
                fits[fits] = data[ends[fits] + 1] == ord("_")
            yield name[fits], start[fits], start[fits] + length[fits]


def _of_fortran(data: Bytes, offsets: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """The procedure of a Fortran module: after `MOD_` of gfortran, after `P` of flang's `_Q...P`."""
    mark = np.frombuffer(b"MOD_", np.uint8)
    if len(data) >= len(mark):
        windows = np.lib.stride_tricks.sliding_window_view(data, len(mark))
        likely = np.flatnonzero(data[: len(windows)] == mark[0])
        after = likely[(windows[likely] == mark).all(axis=1)] + len(mark)
        name = np.searchsorted(offsets, after - 1, "right") - 1
        yield name, after, offsets[name + 1]
    letter = np.flatnonzero(data == ord("P"))
    name = np.searchsorted(offsets, letter, "right") - 1
    begin = offsets[name]
    is_flang = (letter > begin + 1) & (data[begin] == ord("_"))
    is_flang[is_flang] = data[begin[is_flang] + 1] == ord("Q")
    yield name[is_flang], letter[is_flang] + 1, offsets[name + 1][is_flang]


def _hashed(data: Bytes, start: Ints, end: Ints) -> Hashes:
    """A hash of data[start:end] in lower case: a polynomial modulo 2**64, from prefix sums."""
    lower = np.where((data >= ord("A")) & (data <= ord("Z")), data + 32, data)
    size = 1 << len(data).bit_length()
    powers, inverses = _powers(size, _BASE), _powers(size, _INVERSE)
    sums = np.zeros(len(data) + 1, np.uint64)
    np.cumsum((lower.astype(np.uint64) + np.uint64(1)) * powers[: len(data)], out=sums[1:])
    hashed: Hashes = (sums[end] - sums[start]) * inverses[start]
    return hashed


@lru_cache(maxsize=4)
def _powers(count: int, base: np.uint64) -> Hashes:
    """base**0 to base**count modulo 2**64."""
    steps = np.full(count + 1, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _hashes_of(texts: Sequence[bytes]) -> Hashes:
    data = np.frombuffer(b"".join(texts), np.uint8)
    ends = np.cumsum([len(text) for text in texts])
    return _hashed(data, np.append(0, ends[:-1]).astype(np.int64), ends.astype(np.int64))
