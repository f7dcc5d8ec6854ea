"""Symbol tables as the frame `symbols`, whole tables at a time.

Left out: entry 0, which the gABI reserves. COMMON symbols count as defined, as they do for a
linker. Names are raw, with every space and version suffix that the string table has; a section
symbol has the name of its entry, mostly empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from diag import schema
from diag.read.archive import Fault
from diag.read.containers import Part, tell_fault
from diag.read.elf_layout import BINDS, SHN_UNDEF, TYPES, VISIBILITIES
from diag.read.files import Problems
from diag.read.symbols_names import Bytes, Places, decode_names, name_ends, padded
from diag.read.symbols_tables import TABLES, Table

# A hostile table may let a million entries share one long name: more text than this is refused.
MAX_TEXT_FACTOR = 32
MIN_TEXT_BYTES = 1 << 24
BATCH_SYMBOLS = 200_000  # tables of fewer are copied and built together
BATCH_BYTES = 1 << 28

_TABLE_TYPE = pd.CategoricalDtype(list(TABLES.values()))


@dataclass(frozen=True)
class Entry:
    """One table and whose it is."""

    part: Part
    arch: str
    table: Table


class SymbolBatches:
    """Collects tables and builds the frame in batches, so that small objects cost little each."""

    def __init__(self, problems: Problems, *, with_sections: bool = False) -> None:
        self._problems = problems
        self._with_sections = with_sections
        self._waiting: list[Entry] = []
        self._symbols = self._bytes = 0
        self._frames: list[pd.DataFrame] = []

    def add(self, part: Part, arch: str, tables: Sequence[Table]) -> None:
        """Take an object's tables; a refused one gets a row of `errors`."""
        for table in tables:
            if not len(table.records):
                continue
            if len(table.records) >= BATCH_SYMBOLS:
                self._flush()
                self._frames.append(self._build([Entry(part, arch, table)]))
                continue
            # Copied, so that the file need not stay open until the batch is built.
            table.records, table.strings = table.records.copy(), table.strings.copy()
            bare = Part(part.file, part.member, part.member_no, part.format, memoryview(b""))
            self._waiting.append(Entry(bare, arch, table))
            self._symbols += len(table.records)
            self._bytes += len(table.strings) + table.records.nbytes
            if self._symbols >= BATCH_SYMBOLS or self._bytes >= BATCH_BYTES:
                self._flush()

    def frame(self) -> pd.DataFrame:
        """Everything added so far: frame `symbols`."""
        self._flush()
        if not self._frames:
            none = schema.empty("symbols")
            return none.assign(section="", group="") if self._with_sections else none
        if len(self._frames) == 1:
            return self._frames[0]
        return pd.concat(self._frames, ignore_index=True)

    def _flush(self) -> None:
        if self._waiting:
            self._frames.append(self._build(self._waiting))
        self._waiting, self._symbols, self._bytes = [], 0, 0

    def _build(self, entries: list[Entry]) -> pd.DataFrame:
        frame = _frame(entries, self._problems)
        if self._with_sections:
            frame["section"] = _of_section(entries, lambda table: table.section_words)
            frame["group"] = _of_section(entries, lambda table: table.groups)
        return frame


def _frame(entries: list[Entry], problems: Problems) -> pd.DataFrame:
    strings, starts, ends, high = _locate_names(entries)
    counts = np.array([len(entry.table.records) for entry in entries])
    spread = np.repeat(np.arange(len(entries)), counts)
    refused = _refuse_long(entries, counts, ends - starts, problems)
    if refused.any():
        ends = np.where(refused[spread], starts, ends)
    info = _gather(entries, "info", np.uint8)
    other = _gather(entries, "other", np.uint8)
    table_codes = np.array([list(TABLES.values()).index(e.table.name) for e in entries], np.int8)

    def of_entry(word: Callable[[Entry], str]) -> pd.Series:
        return _spread_words([word(entry) for entry in entries], spread)

    return pd.DataFrame(
        {
            "file": of_entry(lambda entry: entry.part.file),
            "member": of_entry(lambda entry: entry.part.member),
            "member_no": np.array([entry.part.member_no for entry in entries])[spread],
            "table": pd.Categorical.from_codes(table_codes[spread], dtype=_TABLE_TYPE),
            "index": _indexes(counts),
            "arch": of_entry(lambda entry: entry.arch),
            "name": _series(decode_names(strings, starts, ends, high)),
            "version": _versions(entries),
            "bind": _spread_words(_words(BINDS, 16), info >> 4),
            "type": _spread_words(_words(TYPES, 16), info & 0xF),
            "visibility": _spread_words(VISIBILITIES, other & 0x3),
            "value": _gather(entries, "value", np.uint64).view(np.int64),
            "size_bytes": _gather(entries, "size", np.uint64).view(np.int64),
            "is_defined": _gather(entries, "shndx", np.uint16) != SHN_UNDEF,
        }
    )


def _locate_names(entries: list[Entry]) -> tuple[Bytes, Places, Places, Places]:
    """(one string table for all, start and end of each name in it, bytes over 127)."""
    if len(entries) == 1:
        table = entries[0].table
        starts = _starts(table)
        return table.strings, starts, *name_ends(table.strings, table.strings_size, starts)
    pieces: list[Bytes] = []
    places: list[Places] = []
    base = 0
    for entry in entries:
        places.append(_starts(entry.table) + base)
        # One NUL behind each table, so that no name runs into the next one.
        size = entry.table.strings_size
        pieces += [entry.table.strings[:size], np.zeros(1, np.uint8)]
        base += size + 1
    joined, starts = padded(np.concatenate(pieces)), np.concatenate(places)
    return joined, starts, *name_ends(joined, base, starts)


def _starts(table: Table) -> Places:
    """Offset of each name; one outside the table is moved to its end, where names are empty."""
    return np.minimum(table.records["name"].astype(np.int64), table.strings_size)


def _refuse_long(
    entries: list[Entry], counts: Any, lengths: Any, problems: Problems
) -> npt.NDArray[np.bool_]:
    """Which tables' names would take far more text than their string table has."""
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    texts = np.add.reduceat(lengths, first)
    limits = [max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * e.table.strings_size) for e in entries]
    refused = texts > np.array(limits)
    for number in np.flatnonzero(refused).tolist():
        entry = entries[number]
        reason = f"names of {entry.table.name} overlap to {texts[number]} bytes: left empty"
        fault = Fault(entry.table.offset, reason, help="build the file again")
        tell_fault(problems, entry.part, fault)
    return np.asarray(refused)


def _gather(entries: list[Entry], field: str, dtype: type[Any]) -> npt.NDArray[Any]:
    """One field of all records, in native byte order."""
    return np.concatenate([entry.table.records[field].astype(dtype) for entry in entries])


def _indexes(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """1, 2, ... within each table."""
    first = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(first, counts) + 1


def _words(known: dict[int, str], count: int) -> list[str]:
    return [known.get(number, str(number)) for number in range(count)]


def _spread_words(words: Sequence[str | None], codes: npt.NDArray[Any]) -> pd.Series:
    """words[code] for each code; code -1 reads as missing."""
    array = pa.array(words, pa.large_string())
    index = pa.array(codes, mask=codes < 0) if codes.dtype.kind == "i" else pa.array(codes)
    return _series(array.take(index))


def _versions(entries: list[Entry]) -> pd.Series:
    """The version word of each symbol, missing where it has none."""
    words: list[str] = []
    codes = []
    for entry in entries:
        table = entry.table
        if not table.version_words:
            codes.append(np.full(len(table.records), -1, np.int32))
            continue
        lookup = np.full(1 << 16, -1, np.int32)
        for code, word in table.version_words.items():
            lookup[code] = len(words)
            words.append(word)
        codes.append(lookup[table.versions])
    return _spread_words(words or [""], np.concatenate(codes))


def _of_section(entries: list[Entry], words_of: Callable[[Table], dict[int, str]]) -> pd.Series:
    """The word for the section of each symbol, missing where there is none."""
    words: list[str] = []
    codes = []
    for entry in entries:
        numbers, inverse = np.unique(entry.table.section_numbers, return_inverse=True)
        known = words_of(entry.table)
        own = np.full(len(numbers), -1, np.int64)
        for place, number in enumerate(numbers.tolist()):
            if number in known:
                own[place] = len(words)
                words.append(known[number])
        codes.append(own[inverse])
    return _spread_words(words or [""], np.concatenate(codes))


def _series(array: pa.Array | pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.array(array, dtype="str"))
