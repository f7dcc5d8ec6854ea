"""Symbol tables on their way into a frame: those of one image, or of many end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diag.read.containers import Part
from diag.read.elf import Records
from diag.read.symbols_names import Bytes, Places, name_ends, padded
from diag.read.symbols_tables import Table


class Owner(NamedTuple):
    """Whose a table is, and where in the image it stands."""

    file: str
    member: str
    member_no: int
    arch: str
    table: str
    offset: int


@dataclass(frozen=True)
class Coded:
    """A word for each symbol: `words[code]`, missing where the code is -1."""

    words: pa.Array
    codes: npt.NDArray[Any]


@dataclass
class Block:
    """Tables end to end. `counts` and `text_sizes` (bytes of names) have one number a table.

    `starts` says where in `strings` the name of each symbol begins; `strings` has `strings_size`
    bytes of names and PAD_BYTES more behind them.
    """

    owners: list[Owner]
    counts: Places
    text_sizes: Places
    records: Records
    strings: Bytes
    strings_size: int
    starts: Places
    version: Coded | None = None
    section: Coded | None = None
    group: Coded | None = None

    @property
    def size_bytes(self) -> int:
        """Memory that it takes while it waits."""
        return len(self.strings) + self.records.nbytes + self.starts.nbytes


def block_of(part: Part, arch: str, table: Table, *, with_sections: bool, is_kept: bool) -> Block:
    """One table as a block, copied if it is kept, so that its file need not stay open."""
    records = table.records.copy() if is_kept else table.records
    # An offset outside the table is moved to its end, where names are empty.
    starts = np.minimum(records["name"].astype(np.int64), table.strings_size)
    return Block(
        [Owner(part.file, part.member, part.member_no, arch, table.name, table.offset)],
        np.array([len(records)]),
        np.array([table.strings_size]),
        records,
        table.strings.copy() if is_kept else table.strings,
        table.strings_size,
        starts,
        version=coded(table.versions, table.version_words) if table.version_words else None,
        section=coded(table.section_numbers, table.section_words) if with_sections else None,
        group=coded(table.section_numbers, table.groups) if with_sections else None,
    )


def coded(numbers: Records, words: dict[int, str]) -> Coded:
    """The word of each number; a number without one reads as missing."""
    values, inverse = np.unique(numbers, return_inverse=True)
    known = [number in words for number in values.tolist()]
    codes = np.where(known, np.cumsum(known) - 1, -1)
    kept = [words[number] for number in values[known].tolist()]
    return Coded(pa.array(kept, pa.large_string()), codes[inverse])


def join_coded(parts: Sequence[Coded | None], counts: Sequence[int]) -> Coded:
    """One after the other; blocks of one archive share their words, which are taken once."""
    bases: dict[int, int] = {}
    words: list[pa.Array] = []
    codes: list[Places] = []
    for part, count in zip(parts, counts, strict=True):
        if part is None:
            codes.append(np.full(count, -1))
            continue
        if id(part.words) not in bases:
            bases[id(part.words)] = sum(map(len, words))
            words.append(part.words)
        codes.append(np.where(part.codes < 0, -1, part.codes + bases[id(part.words)]))
    joined = pa.concat_arrays(words) if words else pa.array([], pa.large_string())
    return Coded(joined, np.concatenate(codes))


class Names(NamedTuple):
    """One string table for all blocks: start and end of each name in it, bytes over 127."""

    strings: Bytes
    starts: Places
    ends: Places
    high: Places


def locate_names(blocks: Sequence[Block]) -> Names:
    """Where the name of each symbol is."""
    if len(blocks) == 1:
        block = blocks[0]
        return Names(
            block.strings,
            block.starts,
            *name_ends(block.strings, block.strings_size, block.starts),
        )
    pieces: list[Bytes] = []
    places: list[Places] = []
    base = 0
    for block in blocks:
        places.append(block.starts + base)
        # One NUL behind each table, so that no name runs into the next one.
        pieces += [block.strings[: block.strings_size], np.zeros(1, np.uint8)]
        base += block.strings_size + 1
    joined, starts = padded(np.concatenate(pieces)), np.concatenate(places)
    return Names(joined, starts, *name_ends(joined, base, starts))


def gather(blocks: Sequence[Block], field: str, dtype: type[Any]) -> npt.NDArray[Any]:
    """One field of all records, in native byte order."""
    return np.concatenate([block.records[field].astype(dtype) for block in blocks])
