"""Who defines a symbol, and who wants it, among all objects of a system: an index that stays.

A table of millions of symbols keeps each different name once and numbers in its place; a question
looks for the number among all rows, which is quicker than any tree for tables that fit into memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from diag import schema
from diag.read.containers import Source
from diag.read.files import Problems
from diag.read.name_table import NameTable
from diag.read.objects import add_symbols
from diag.read.symbols import Batches, Columns, columns_of, frame_of
from diag.read.symbols_blocks import Block, Coded

_NO_NAMES = pa.array([], pa.large_string())


class SymbolIndex:
    """The symbol tables of many files, asked by name in any spelling.

    `defines`, `wants` and `find` give rows of the frame `symbols`. `errors` has what could not be
    read; `size_bytes` is the memory that the index takes.
    """

    def __init__(self, columns: Columns, codes: npt.NDArray[np.int32], problems: Problems) -> None:
        self._columns, self._codes = columns, codes
        self._names = NameTable(columns.name)
        self._names.prepare()
        self.errors = schema.make("errors", problems.rows)

    def __len__(self) -> int:
        return len(self._codes)

    def __repr__(self) -> str:
        n_files = len({owner.file for owner in self._columns.owners})
        return (
            f"<SymbolIndex: {len(self):,} symbols, {len(self._names):,} names, {n_files:,} files, "
            f"{self.size_bytes >> 20} MB>"
        )

    @property
    def size_bytes(self) -> int:
        """Memory of the columns and the names, in bytes; what was demangled is not counted."""
        kept = self._columns
        arrays = (
            self._codes, kept.owner, kept.index, kept.version.codes, kept.info, kept.other,
            kept.value, kept.size, kept.is_defined,
        )  # fmt: skip
        return sum(int(array.nbytes) for array in arrays) + int(self._names.names.nbytes)

    def defines(self, spelling: str) -> pd.DataFrame:
        """Who defines the symbol: COMMON symbols count, LOCAL ones are told by `bind`."""
        rows = self._rows(spelling)
        return self._frame(rows[self._columns.is_defined[rows]])

    def wants(self, spelling: str) -> pd.DataFrame:
        """Who refers to the symbol without defining it."""
        rows = self._rows(spelling)
        return self._frame(rows[~self._columns.is_defined[rows]])

    def find(self, spelling: str) -> pd.DataFrame:
        """All rows of the symbols of that name: raw, demangled, without types or version.

        Raw names decide if one is the same; only then are the other spellings looked at, the most
        exact ones first, as `NameTable.places` does.
        """
        return self._frame(self._rows(spelling))

    def frame(self) -> pd.DataFrame:
        """All symbols with the columns file, member, member_no, name and is_defined; words as
        categories, so that joins go by number."""
        owners, codes = self._columns.owners, self._columns.owner
        return pd.DataFrame(
            {
                "file": _categories([owner.file for owner in owners], codes),
                "member": _categories([owner.member for owner in owners], codes),
                "member_no": np.array([owner.member_no for owner in owners], np.int64)[codes],
                "name": pd.Categorical.from_codes(
                    self._codes, pd.Index(pd.array(self._names.names, dtype="str"))
                ),
                "is_defined": self._columns.is_defined,
            }
        )

    def _rows(self, spelling: str) -> npt.NDArray[np.int64]:
        is_meant = np.zeros(len(self._names), np.bool_)
        is_meant[self._names.places(spelling)] = True
        return np.flatnonzero(is_meant[self._codes])

    def _frame(self, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
        if not len(rows):
            return schema.empty("symbols")
        kept = self._columns
        used, owner = np.unique(kept.owner[rows], return_inverse=True)
        return frame_of(
            Columns(
                [kept.owners[place] for place in used.tolist()],
                owner,
                kept.index[rows].astype(np.int64),
                self._names.names.take(pa.array(self._codes[rows])),
                Coded(kept.version.words, kept.version.codes[rows]),
                kept.info[rows],
                kept.other[rows],
                kept.value[rows],
                kept.size[rows],
                kept.is_defined[rows],
                kept.text_size,
            ),
            Problems(),
        )


def _categories(words: list[str], codes: npt.NDArray[Any]) -> pd.Categorical:
    own, unique = pd.factorize(np.array(words, object))
    return pd.Categorical.from_codes(own[codes], pd.Index(unique, dtype="str"))


@dataclass
class _Batch:
    """A batch with its names as codes of its own dictionary."""

    columns: Columns
    names: pa.DictionaryArray


class _CodeBatches(Batches):
    """Tables whose names become codes, batch by batch."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(problems)
        self.batches: list[_Batch] = []

    def take(self, blocks: list[Block]) -> None:
        columns = columns_of(blocks, self.problems)
        names, columns.name = columns.name.dictionary_encode(), _NO_NAMES
        columns.owner, columns.index = (
            columns.owner.astype(np.int32),
            columns.index.astype(np.int32),
        )
        codes = columns.version.codes.astype(np.int32)
        columns.version = Coded(columns.version.words, codes)
        self.batches.append(_Batch(columns, names))


def index_symbols(*paths: Source) -> SymbolIndex:
    """Read all symbol tables of files, folders (walked) and archives into an index."""
    problems = Problems()
    batches = _CodeBatches(problems)
    add_symbols(paths, batches, problems)
    batches.flush()
    columns, codes = _joined(batches.batches)
    return SymbolIndex(columns, codes, problems)


def _joined(batches: Sequence[_Batch]) -> tuple[Columns, npt.NDArray[np.int32]]:
    """(one set of columns whose names are the different ones, the code of each symbol's name)."""
    kind = pa.dictionary(pa.int32(), pa.large_string())
    chunks = pa.chunked_array([batch.names for batch in batches], type=kind).unify_dictionaries()
    names = chunks.chunk(0).dictionary if chunks.num_chunks else _NO_NAMES
    codes = np.concatenate(
        [np.empty(0, np.int32), *(chunk.indices.to_numpy() for chunk in chunks.chunks)]
    )
    parts = [batch.columns for batch in batches]
    owners = [owner for part in parts for owner in part.owners]
    first = np.cumsum([0, *(len(part.owners) for part in parts)])

    def joined(field: str, dtype: type[Any]) -> npt.NDArray[Any]:
        return np.concatenate([np.empty(0, dtype), *(_taken(part, field) for part in parts)])

    owner = [part.owner + np.int32(n) for part, n in zip(parts, first.tolist(), strict=False)]
    return Columns(
        owners,
        np.concatenate([np.empty(0, np.int32), *owner]),
        joined("index", np.int32),
        names,
        _joined_versions(parts),
        joined("info", np.uint8),
        joined("other", np.uint8),
        joined("value", np.int64),
        joined("size", np.int64),
        joined("is_defined", np.bool_),
        sum(part.text_size for part in parts),
    ), codes


def _taken(part: Columns, field: str) -> npt.NDArray[Any]:
    """A field that the part does not keep: else all of them would be there twice at the end."""
    found: npt.NDArray[Any] = getattr(part, field)
    setattr(part, field, None)
    return found


def _joined_versions(parts: Sequence[Columns]) -> Coded:
    """Each version once: libraries share theirs."""
    words = pa.chunked_array([part.version.words for part in parts], type=pa.large_string())
    encoded = words.combine_chunks().dictionary_encode()
    places = np.append(encoded.indices.to_numpy(), -1).astype(np.int32)
    first = np.cumsum([0, *(len(part.version.words) for part in parts)])
    codes = [
        places[np.where(part.version.codes < 0, len(places) - 1, part.version.codes + base)]
        for part, base in zip(parts, first, strict=False)
    ]
    return Coded(encoded.dictionary, np.concatenate([np.empty(0, np.int32), *codes]))
