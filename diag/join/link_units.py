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
    kind: str  # relocatable or shared
    arch: str
    is_lto: bool
    wanted: list[tuple[int, bool]]  # (name, whether the want is weak)
    defined: list[tuple[int, int]]  # (name, STRONG, WEAK or COMMON)
    groups: dict[int, str]  # name -> COMDAT group that holds its definition
    withheld: dict[int, str]  # name -> why its definition serves nobody else

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

    def code(self, name: str) -> int:
        """The number of a name; -1 where no unit has it."""
        return self._codes.get(name, -1)

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
        if record.kind == "archive":
            units.archives[record.file] = bool(record.has_index)
            units.of_file.setdefault(record.file, [])
        elif record.kind in ("relocatable", "shared"):
            units.of_file.setdefault(record.file, []).append(rows.unit(record))
    return units


class _Rows:
    """The symbols as plain arrays, found by file and member."""

    def __init__(self, symbols: pd.DataFrame, codes: Codes) -> None:
        self.codes = codes
        self.bind = symbols["bind"].astype(str).to_numpy(object)
        self.is_defined = symbols["is_defined"].to_numpy(bool)
        self.visibility = symbols["visibility"].astype(str).to_numpy(object)
        self.version = symbols["version"].astype(object).to_numpy(object)
        self.section = _optional(symbols, "section")
        self.group = _optional(symbols, "group")
        self.name = symbols["name"].to_numpy(object)
        self.places = _places(symbols)

    def unit(self, record: Any) -> Unit:
        table = ".dynsym" if record.kind == "shared" else ".symtab"
        start, end = self.places.get((record.file, record.member_no, table), (0, 0))
        unit = Unit(
            record.file, record.member, record.member_no, str(record.kind), str(record.arch),
            bool(record.is_lto), [], [], {}, {},
        )  # fmt: skip
        for row in range(start, end):
            if self.name[row]:
                self._sort(unit, row)
        return unit

    def _sort(self, unit: Unit, row: int) -> None:
        """Put one symbol where it belongs."""
        code, bind = int(self.codes[row]), self.bind[row]
        if not self.is_defined[row]:
            if bind != "LOCAL":
                unit.wanted.append((code, bind == "WEAK"))
            return
        why = self._withheld(unit, row)
        if why:
            unit.withheld[code] = why
            return
        is_common = self.section is not None and self.section[row] == "COM"
        strength = COMMON if is_common else WEAK if bind == "WEAK" else STRONG
        unit.defined.append((code, strength))
        if self.group is not None and isinstance(self.group[row], str):
            unit.groups[code] = self.group[row]

    def _withheld(self, unit: Unit, row: int) -> str:
        """Why a definition answers nobody outside its unit; empty where it does."""
        if self.bind[row] == "LOCAL":
            return "local"
        if unit.kind != "shared":
            return ""
        if self.visibility[row] in ("HIDDEN", "INTERNAL"):
            return "hidden"
        version = self.version[row]
        return "old-version" if isinstance(version, str) and not version.startswith("@@") else ""


def _sections(symbols: pd.DataFrame) -> frozenset[str]:
    return frozenset(symbols["section"].dropna().unique()) if "section" in symbols else frozenset()


def _optional(symbols: pd.DataFrame, column: str) -> Any:
    if column not in symbols.columns:
        return None
    return symbols[column].astype(object).to_numpy(object)


def _places(symbols: pd.DataFrame) -> dict[tuple[str, int, str], tuple[int, int]]:
    """(file, member_no, table) -> first row and the row after the last: rows stand together."""
    return dict(_runs(symbols))


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
