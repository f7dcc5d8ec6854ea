"""What a linker takes or leaves as a whole: objects, archive members, shared objects.

Each has its references and definitions as numbers of names, so that joining a million of them
compares integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from diag import schema
from diag.knowledge import bounded_section, linker_names

Codes = npt.NDArray[np.int64]

# What a definition is worth against another: a common one gives way to a strong one only.
STRONG, COMMON, WEAK = 2, 1, 0


@dataclass(frozen=True, eq=False)
class Unit:
    """One object, archive member or shared object. Codes are numbers of `Units.names`."""

    file: str
    member: str
    member_no: int
    kind: str  # relocatable, shared, or word: a -u or --defsym of the line itself
    arch: str
    is_lto: bool
    wanted: list[tuple[int, bool]]  # (name, whether the want is weak)
    defined: list[tuple[int, int]]  # (name, STRONG, WEAK or COMMON)
    groups: dict[int, str]  # name -> COMDAT group that holds its definition
    withheld: dict[int, str]  # name -> why its definition serves nobody else
    hidden: frozenset[int] = frozenset()  # defined, for the object files of one link only
    thread_local: frozenset[int] = frozenset()  # wanted or defined as a thread's own (TLS)
    format: str = "elf"
    needed: tuple[str, ...] = ()  # DT_NEEDED of a shared object
    soname: str = ""

    @property
    def is_bound(self) -> bool:
        """Whether the link itself has to bind its wants: not those of a shared object, nor -u."""
        return self.kind == "relocatable" or bool(self.kind == "word" and self.defined)

    @property
    def title(self) -> str:
        """As a linker names it."""
        return f"{self.file}({self.member})" if self.member else self.file


@dataclass
class Units:
    """All units of the files given."""

    names: list[str]
    of_file: dict[str, list[Unit]] = field(default_factory=dict)
    archives: dict[str, bool] = field(default_factory=dict)  # file -> whether it has an index
    sections: frozenset[str] = frozenset()  # names of sections that hold symbols, where asked for
    unread: frozenset[str] = frozenset()  # files of which no object is known: text, formats unknown

    def code(self, name: str) -> int:
        """The number of a name; -1 where no unit has it."""
        return self._codes.get(name, -1)

    def number(self, name: str) -> int:
        """The number of a name, a new one where no unit has it."""
        if name not in self._codes:
            self._codes[name] = len(self.names)
            self.names.append(name)
        return self._codes[name]

    def is_of_linker(self, code: int) -> bool:
        """Whether the linker itself defines the name, so that no unit has to."""
        name = self.names[code]
        section = bounded_section(name)
        return name in linker_names() or (section is not None and section in self.sections)

    def __post_init__(self) -> None:
        self._codes = {name: code for code, name in enumerate(self.names)}


def units_of(objects: pd.DataFrame, symbols: pd.DataFrame) -> Units:
    """The units of the frames `objects` and `symbols`.

    The columns `section` and `group` of the symbols (on demand) tell common symbols and COMDAT
    groups; without them both count as ordinary definitions.
    """
    codes, names = pd.factorize(symbols["name"])
    units = Units(list(names), sections=_sections(symbols))
    rows = _Rows(symbols, codes.astype(np.int64))
    for record in schema.each(objects):
        if record.kind == "archive" and record.member_no >= 0:
            continue  # an archive inside of one: its members are not read
        if record.kind == "archive":
            units.archives[record.file] = bool(record.has_index)
            units.of_file.setdefault(record.file, [])
        elif record.kind in ("relocatable", "shared"):
            units.of_file.setdefault(record.file, []).append(rows.unit(record))
    is_text = objects["format"].isin(["text", "unknown"])
    units.unread = frozenset(objects.loc[is_text, "file"]) - units.of_file.keys()
    return units


class _Rows:
    """The symbols as plain arrays, found by file and member."""

    def __init__(self, symbols: pd.DataFrame, codes: Codes) -> None:
        self.codes = codes
        self.parts = _parts_played(symbols)
        grouped = symbols["group"].notna() if "group" in symbols else pd.Series([], dtype=bool)
        self.group = symbols["group"].to_numpy(object) if grouped.any() else None
        self.places = dict(_runs(symbols))
        self.is_thread = (symbols["type"] == "TLS").to_numpy(bool)
        self.is_hidden = symbols["is_defined"].to_numpy(bool) & _is_hidden(symbols)

    def unit(self, record: Any) -> Unit:
        table = ".dynsym" if record.kind == "shared" else ".symtab"
        start, end = self.places.get((record.file, record.member_no, table), (0, 0))
        is_shared = record.kind == "shared"
        unit = Unit(
            record.file, record.member, record.member_no, str(record.kind), str(record.arch),
            bool(record.is_lto), [], [], {}, {}, *self._kept_back(start, end, is_shared),
            str(record.format), tuple(record.needed),
            record.soname if isinstance(record.soname, str) else "",
        )  # fmt: skip
        parts, codes = self.parts[start:end], self.codes[start:end]
        used = np.flatnonzero(parts)
        pairs = zip(parts[used].tolist(), codes[used].tolist(), strict=True)
        for row, (part, code) in enumerate(pairs):
            if part in WANTS:
                unit.wanted.append((code, WANTS[part]))
            elif part in WITHHELD and (is_shared or part == LOCAL):
                unit.withheld[code] = WITHHELD[part]
            else:
                unit.defined.append((code, STRENGTHS.get(part, STRONG)))
                group = self.group[start + used[row]] if self.group is not None else None
                if isinstance(group, str):
                    unit.groups[code] = group
        return unit

    def _kept_back(
        self, start: int, end: int, is_shared: bool
    ) -> tuple[frozenset[int], frozenset[int]]:
        """(names defined as hidden in an object file, names that are a thread's own)."""
        codes, parts = self.codes[start:end], self.parts[start:end]
        hidden = codes[self.is_hidden[start:end] & (parts != LOCAL)] if not is_shared else ()
        threads = codes[self.is_thread[start:end] & (parts != LOCAL) & (parts != 0)]
        return frozenset(np.asarray(hidden).tolist()), frozenset(threads.tolist())


# What a symbol does for others: nothing (0), or one of these.
WANTED, WEAKLY_WANTED, DEFINED, DEFINED_WEAK, DEFINED_COMMON, LOCAL, HIDDEN, OLD = range(1, 9)
WANTS = {WANTED: False, WEAKLY_WANTED: True}
STRENGTHS = {DEFINED: STRONG, DEFINED_WEAK: WEAK, DEFINED_COMMON: COMMON}
WITHHELD = {LOCAL: "local", HIDDEN: "hidden", OLD: "old-version"}


def _parts_played(symbols: pd.DataFrame) -> npt.NDArray[np.int8]:
    """The part of each symbol; of several that fit, the last in this order."""
    is_defined = symbols["is_defined"].to_numpy(bool)
    bind = symbols["bind"]
    is_weak, is_local = (bind == "WEAK").to_numpy(bool), (bind == "LOCAL").to_numpy(bool)
    is_hidden = _is_hidden(symbols)
    version = symbols["version"]
    is_old = (version.notna() & ~version.str.startswith("@@").fillna(False)).to_numpy(bool)
    parts = np.where(is_defined, DEFINED, WANTED).astype(np.int8)
    parts[is_weak & ~is_defined] = WEAKLY_WANTED
    parts[is_weak & is_defined] = DEFINED_WEAK
    if "section" in symbols:
        parts[is_defined & (symbols["section"] == "COM").to_numpy(bool)] = DEFINED_COMMON
    # An old version and hidden visibility count in a shared object only: see `unit`.
    parts[is_defined & is_old] = OLD
    parts[is_defined & is_hidden & ~is_weak & (parts != DEFINED_COMMON)] = HIDDEN
    parts[is_defined & is_local] = LOCAL
    parts[(symbols["name"] == "").to_numpy(bool) | (is_local & ~is_defined)] = 0
    return parts


def _is_hidden(symbols: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return symbols["visibility"].isin(["HIDDEN", "INTERNAL"]).to_numpy(bool)


def _sections(symbols: pd.DataFrame) -> frozenset[str]:
    return frozenset(symbols["section"].dropna().unique()) if "section" in symbols else frozenset()


def _runs(symbols: pd.DataFrame) -> Iterator[tuple[tuple[str, int, str], tuple[int, int]]]:
    if symbols.empty:
        return
    files = pd.factorize(symbols["file"])[0]
    tables = symbols["table"].astype(str).to_numpy(object)
    numbers = symbols["member_no"].to_numpy()
    is_new = np.ones(len(symbols), bool)
    is_new[1:] = (
        (files[1:] != files[:-1]) | (numbers[1:] != numbers[:-1]) | (tables[1:] != tables[:-1])
    )
    starts = np.flatnonzero(is_new)
    ends = np.append(starts[1:], len(symbols))
    names = symbols["file"].to_numpy(object)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield (names[start], int(numbers[start]), tables[start]), (start, end)
