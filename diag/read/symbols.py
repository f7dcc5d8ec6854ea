"""Symbol tables as the frame `symbols`, whole tables at a time.

Left out: entry 0, which the gABI reserves. COMMON symbols count as defined, as they do for a
linker. Names are raw, with every space and version suffix that the string table has; a section
symbol has the name of its entry, mostly empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from diag import schema
from diag.cited import cited
from diag.read.containers import Part
from diag.read.elf_layout import BINDS, SHN_UNDEF, TYPES, VISIBILITIES
from diag.read.files import Problems
from diag.read.symbols_blocks import Block, Coded, Owner, block_of, gather, join_coded, locate_names
from diag.read.symbols_names import Places, decode_names
from diag.read.symbols_tables import TABLES, Table

# A hostile table may let a million entries share one long name: more text than this is refused.
MAX_TEXT_FACTOR = 32
MIN_TEXT_BYTES = 1 << 24
SHORT_WORD = 255  # letters of a word that many symbols share: file names have no more
BATCH_SYMBOLS = 200_000  # tables of fewer are copied and built together
BATCH_BYTES = 1 << 28

_TABLE_NAMES = list(TABLES.values())  # two
_TABLE_TYPE = pd.CategoricalDtype(_TABLE_NAMES)


class Batches:
    """Collects tables and hands them on in batches, so that small objects cost little each."""

    def __init__(self, problems: Problems, *, with_sections: bool = False) -> None:
        self.problems = problems
        self.with_sections = with_sections
        self._waiting: list[Block] = []
        self._symbols = self._bytes = 0

    def add(self, part: Part, arch: str, tables: Sequence[Table]) -> None:
        """Take an object's tables; a refused one gets a row of `errors`."""
        for table in tables:
            if len(table.records):
                kept = len(table.records) < BATCH_SYMBOLS
                self.add_block(
                    block_of(part, arch, table, with_sections=self.with_sections, is_kept=kept)
                )

    def add_block(self, block: Block) -> None:
        """Take tables that are end to end; many are a batch of their own."""
        if len(block.records) >= BATCH_SYMBOLS:
            self.flush()
        self._waiting.append(block)
        self._symbols += len(block.records)
        self._bytes += block.size_bytes
        if self._symbols >= BATCH_SYMBOLS or self._bytes >= BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand on what waits."""
        if self._waiting:
            self.take(self._waiting)
        self._waiting, self._symbols, self._bytes = [], 0, 0

    def take(self, blocks: list[Block]) -> None:
        """What becomes of a batch."""
        raise NotImplementedError


class SymbolBatches(Batches):
    """Tables that become the frame `symbols`."""

    def __init__(self, problems: Problems, *, with_sections: bool = False) -> None:
        super().__init__(problems, with_sections=with_sections)
        self._frames: list[pd.DataFrame] = []

    def frame(self) -> pd.DataFrame:
        """Everything added so far: frame `symbols`."""
        self.flush()
        if not self._frames:
            none = schema.empty("symbols")
            return none.assign(section="", group="") if self.with_sections else none
        if len(self._frames) == 1:
            return self._frames[0]
        return pd.concat(self._frames, ignore_index=True)

    def take(self, blocks: list[Block]) -> None:
        """One more piece of the frame."""
        columns = columns_of(blocks, self.problems)
        frame = frame_of(columns, self.problems)
        if self.with_sections:
            counts = [len(block.records) for block in blocks]
            words = _Words(columns, self.problems)
            frame["section"] = words.coded(join_coded([b.section for b in blocks], counts))
            frame["group"] = words.coded(join_coded([b.group for b in blocks], counts))
        self._frames.append(frame)


@dataclass
class Columns:
    """Symbols before their words are spread: codes, and what the records hold.

    `owner` is the place of each symbol's table among `owners`; `text_size` the bytes of all names
    as the string tables have them.
    """

    owners: list[Owner]
    owner: npt.NDArray[Any]
    index: npt.NDArray[Any]
    name: pa.Array
    version: Coded
    info: npt.NDArray[np.uint8]
    other: npt.NDArray[np.uint8]
    value: Places
    size: Places
    is_defined: npt.NDArray[np.bool_]
    text_size: int


def columns_of(blocks: list[Block], problems: Problems) -> Columns:
    """What the blocks hold; names that take far too much text are told, and left empty."""
    owners = [owner for block in blocks for owner in block.owners]
    counts = np.concatenate([block.counts for block in blocks])
    spread = np.repeat(np.arange(len(owners)), counts)
    strings, starts, ends, high = locate_names(blocks)
    text_sizes = np.concatenate([block.text_sizes for block in blocks])
    refused = _refuse_long(owners, counts, text_sizes, ends - starts, problems)
    if refused.any():
        ends = np.where(refused[spread], starts, ends)
    return Columns(
        owners,
        spread,
        _indexes(counts),
        decode_names(strings, starts, ends, high),
        join_coded([block.version for block in blocks], [len(b.records) for b in blocks]),
        gather(blocks, "info", np.uint8),
        gather(blocks, "other", np.uint8),
        gather(blocks, "value", np.uint64).view(np.int64),
        gather(blocks, "size", np.uint64).view(np.int64),
        gather(blocks, "shndx", np.uint16) != SHN_UNDEF,
        int(text_sizes.sum()),
    )


class _Words:
    """Columns of words that many symbols share, with a bound on the text that they take."""

    def __init__(self, columns: Columns, problems: Problems) -> None:
        self._owners, self._problems = columns.owners, problems
        size = max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * columns.text_size)
        self._most = size + SHORT_WORD * len(columns.owner)

    def coded(self, part: Coded) -> pd.Series:
        """The word of each symbol, missing where it has none."""
        if not len(part.words):
            return _series(pa.nulls(len(part.codes), pa.large_string()))
        return self.spread(part.words, part.codes)

    def spread(self, words: Sequence[str] | pa.Array, codes: npt.NDArray[Any]) -> pd.Series:
        """words[code] for each code, missing where it is -1."""
        array = words if isinstance(words, pa.Array) else pa.array(words, pa.large_string())
        sizes = np.asarray(pc.binary_length(array))
        if (int(sizes.max()) if len(sizes) else 0) > SHORT_WORD:
            counts = np.bincount(codes[codes >= 0], minlength=len(sizes))
            if int(sizes @ counts) > self._most:
                array = pc.utf8_slice_codeunits(array, 0, SHORT_WORD)
                self._tell()
        return _series(array.take(pa.array(codes, mask=codes < 0)))

    def _tell(self) -> None:
        reason = f"long names of sections, members or versions repeat: cut at {SHORT_WORD} letters"
        for file in dict.fromkeys(owner.file for owner in self._owners):
            self._problems.add(file, reason, help="build the file again")


def frame_of(columns: Columns, problems: Problems) -> pd.DataFrame:
    """The frame `symbols`."""
    owner, words = columns.owner, _Words(columns, problems)
    files, members, numbers, arches, tables, _ = zip(*columns.owners, strict=True)
    table_codes = np.array([table == _TABLE_NAMES[1] for table in tables], np.int8)
    return pd.DataFrame(
        {
            "file": words.spread([cited(file) for file in files], owner),
            "member": words.spread(members, owner),
            "member_no": np.array(numbers)[owner],
            "table": pd.Categorical.from_codes(table_codes[owner], dtype=_TABLE_TYPE),
            "index": columns.index,
            "arch": _spread_words(arches, owner),
            "name": _series(columns.name),
            "version": words.coded(columns.version),
            "bind": _spread_words(_words(BINDS, 16), columns.info >> 4),
            "type": _spread_words(_words(TYPES, 16), columns.info & 0xF),
            "visibility": _spread_words(VISIBILITIES, columns.other & 0x3),
            "value": columns.value,
            "size_bytes": columns.size,
            "is_defined": columns.is_defined,
        }
    )


def _refuse_long(
    owners: list[Owner], counts: Any, text_sizes: Any, lengths: Any, problems: Problems
) -> npt.NDArray[np.bool_]:
    """Which tables' names would take far more text than their string table has."""
    texts = np.add.reduceat(lengths, np.cumsum(counts) - counts)
    refused = texts > np.maximum(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * text_sizes)
    for number in np.flatnonzero(refused).tolist():
        owner = owners[number]
        reason = f"names of {owner.table} overlap to {texts[number]} bytes: left empty"
        help = "build the file again"
        problems.add(owner.file, reason, member=owner.member, offset=owner.offset, help=help)
    return np.asarray(refused)


def _indexes(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """1, 2, ... within each table."""
    first = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(first, counts) + 1


def _words(known: dict[int, str], count: int) -> list[str]:
    return [known.get(number, str(number)) for number in range(count)]


def _spread_words(words: Sequence[str], codes: npt.NDArray[Any]) -> pd.Series:
    """words[code] for each code."""
    return _series(pa.array(words, pa.large_string()).take(pa.array(codes)))


def _series(array: pa.Array | pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.array(array, dtype="str"))
