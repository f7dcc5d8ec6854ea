"""Every frame of the kit: columns, types, key, unit, meaning and source, in one place.

`make` turns rows into a frame of exactly these columns, `check` refuses a frame that departs
from them. Closed vocabularies are checked before they become categories, so that a stranger in
a column is an error where it enters and not a silent missing value later.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype

from diag.cited import cited
from diag.errors import DiagError
from diag.schema_frames import FRAMES, Column, Frame

__all__ = [
    "FRAMES",
    "Column",
    "Frame",
    "SchemaError",
    "check",
    "each",
    "empty",
    "keep",
    "make",
    "plain",
]

_PANDAS_TYPES = {
    ("str", False): "str",
    ("str", True): "str",
    ("int", False): "int64",
    ("int", True): "Int64",
    ("float", False): "float64",
    ("float", True): "Float64",
    ("bool", False): "bool",
    ("bool", True): "boolean",
    ("list", False): "object",
    ("list", True): "object",
}


# So many rows are taken as one array: a series for each column costs more than they do.
FEW_ROWS = 10_000


class SchemaError(DiagError):
    """A frame does not have the columns, types or values that its schema states."""


def make(
    name: str, rows: Iterable[Mapping[str, Any]], *, extra: Sequence[str] = ()
) -> pd.DataFrame:
    """Rows (mappings; an absent optional key reads as missing) as the frame `name`.

    `extra` names further columns to keep, such as `shell` of a probed env frame.
    Raises SchemaError for an unknown key, a missing mandatory one, or a word outside a closed
    vocabulary.
    """
    spec = FRAMES[name]
    kept = [dict(row) for row in rows]
    known = {column.name for column in spec.columns} | set(extra)
    for row in kept:
        if not row.keys() <= known:
            raise SchemaError(f"{name}: unknown columns {sorted(row.keys() - known)}")
    data = {column.name: _column(spec, column, kept) for column in spec.columns}
    for other in extra:
        data[other] = pd.Series([row.get(other) for row in kept], dtype="str")
    return pd.DataFrame(data)


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, one after the other, as named tuples."""
    row = _row_type(tuple(frame.columns))
    if len(frame) < FEW_ROWS and not any(isinstance(kind, ExtensionDtype) for kind in frame.dtypes):
        return map(row._make, frame.to_numpy(dtype=object))
    return map(row._make, zip(*(values for _, values in frame.items()), strict=True))


@lru_cache(maxsize=256)
def _row_type(columns: tuple[str, ...]) -> Any:
    """Made once: `itertuples` makes a type anew for each frame, which costs more than its rows."""
    return namedtuple("Row", columns, rename=True)


def stack(name: str, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Frames of one kind, one below the other; the empty frame `name` where none has rows."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return empty(name)
    if len(filled) == 1:
        return filled[0]
    for frame in filled:
        frame.attrs = {}  # pandas compares attrs on concat; ours are told elsewhere
    return pd.concat(filled, ignore_index=True)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with Python objects in place of Arrow strings, categories and nullable numbers,
    and None for what is missing.

    Selecting rows of a small frame costs a pass over each Arrow column; objects lie in one block.
    """
    columns = {name: _objects(values) for name, values in frame.items()}
    kept = pd.DataFrame(columns, index=frame.index)
    kept.attrs = frame.attrs
    return kept


def _objects(values: pd.Series) -> pd.Series:
    """A column of `plain`. Arrays are asked themselves: a series builds others on its way."""
    if str(values.dtype) in ("int64", "float64", "bool", "object"):
        return values
    array = values.array
    if isinstance(array, pd.Categorical):
        words = np.array([*array.categories, None], dtype=object)
        found = words[array.codes]  # a missing one has code -1
    else:
        found = array.to_numpy(dtype=object, na_value=None)
    return pd.Series(found, index=values.index, dtype=object)


def keep(frame: pd.DataFrame, flags: Iterable[bool]) -> pd.DataFrame:
    """The rows whose flag is true. (A bare empty list would select columns, not rows.)"""
    return frame[pd.Series(list(flags), index=frame.index, dtype="bool")]


def empty(name: str) -> pd.DataFrame:
    """The frame `name` with no rows."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    """Made once: a case asks for dozens, and each takes as long as one with rows."""
    return make(name, [])


def _column(spec: Frame, column: Column, rows: list[dict[str, Any]]) -> pd.Series:
    values = [row.get(column.name) for row in rows]
    if not column.is_optional and any(value is None for value in values):
        place = next(i for i, value in enumerate(values) if value is None)
        raise SchemaError(f"{spec.name}.{column.name}: row {place} has no value")
    if column.vocabulary:
        _refuse_strangers(spec, column, values)
        return pd.Series(pd.Categorical(values, categories=list(column.vocabulary)))
    dtype = _PANDAS_TYPES[column.type, column.is_optional]
    try:
        return pd.Series(values, dtype=dtype)
    except UnicodeEncodeError:  # a file's name that is no UTF-8: Arrow takes no half characters
        return pd.Series([cited(v) if isinstance(v, str) else v for v in values], dtype=dtype)


def _refuse_strangers(spec: Frame, column: Column, values: list[Any]) -> None:
    strangers = {value for value in values if value is not None} - set(column.vocabulary)
    if strangers:
        raise SchemaError(
            f"{spec.name}.{column.name}: {sorted(map(str, strangers))} not among {list(column.vocabulary)}"
        )


def check(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The same frame, if it has the columns, types and a unique key of `name`; else SchemaError."""
    spec = FRAMES[name]
    wanted = [column.name for column in spec.columns]
    absent = [column for column in wanted if column not in frame.columns]
    if absent:
        raise SchemaError(f"{name}: no column {absent}")
    for column in spec.columns:
        expected = (
            "category" if column.vocabulary else _PANDAS_TYPES[column.type, column.is_optional]
        )
        actual = str(frame[column.name].dtype)
        if actual != expected:
            raise SchemaError(f"{name}.{column.name}: type {actual}, expected {expected}")
    key = [column for column in ("shell",) if column in frame.columns] + list(spec.key)
    doubled = frame.duplicated(key)
    if doubled.any():
        raise SchemaError(f"{name}: key {key} repeats at row {int(doubled.to_numpy().argmax())}")
    return frame
