"""What shows a reference to a function to be for processors that have its instructions.

A pointer in a table of data (linked x86-64 files with .symtab) is shown by the table: a variable that
is no dynamic symbol, to which code refers only behind a test or where one chooses, as in
`ops = HAS_AVX2 ? &avx2_ops : &plain_ops`. Other data that holds its address shows nothing.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from diag.read.elf_layout import EM_X86_64, ET_REL
from diag.read.isa_code import DATA, Code, Places, Wanted
from diag.read.isa_references import References, references_to
from diag.read.isa_tested import Tests
from diag.read.symbols_tables import symbol_tables

STT_OBJECT = 1
_FIRST = 1 << 40  # numbers of tables, beyond those of functions


class Ranges(Wanted):
    """Variables by address, looked up as functions are: any place in one is the variable."""

    def __init__(self, starts: Places, ends: Places) -> None:
        self.starts, self.ends = starts, ends

    def begun_by(self, addresses: Places) -> tuple[Places, Places]:
        """(indexes of the addresses that are in a variable, its number)."""
        place = np.searchsorted(self.starts, addresses, side="right") - 1
        inside = np.flatnonzero((place >= 0) & (addresses < self.ends[np.maximum(place, 0)]))
        return inside, (place[inside] + _FIRST).astype(np.int64)

    def holding(self, addresses: Places) -> tuple[Places, Places]:
        """The same: a branch into a variable is a reference."""
        return self.begun_by(addresses)


def shown_by(code: Code, tests: Tests, resolvers: dict[int, str], found: References) -> list[str]:
    """Of each reference what shows that it is for processors that have the instructions, or ""."""
    tables = _tables(code, tests, found.at[(found.by == DATA) & (found.at >= 0)])
    columns = (found.by.tolist(), found.is_branch.tolist(), found.at.tolist())
    return [
        tables.get(at, "")
        if by == DATA
        else f"ifunc {resolvers[by]}"
        if by in resolvers and not is_branch
        else _by_test(code, tests, by, at, is_branch=is_branch)
        for by, is_branch, at in zip(*columns, strict=True)
    ]


def _by_test(code: Code, tests: Tests, by: int, at: int, *, is_branch: bool) -> str:
    if not tests.is_behind(by, at, is_branch=is_branch):
        return ""
    return f"cpu test in {code.name(by)}{'' if is_branch else ', by pointer'}"


def _tables(code: Code, tests: Tests, places: Places) -> dict[int, str]:
    """Place in data -> what shows that the table it is in is for such processors."""
    starts, ends = _variables(code) if len(places) and tests.telling else (places[:0], places[:0])
    if not len(starts):
        return {}
    every = Ranges(starts, ends)
    which, numbers = every.begun_by(places)
    chosen = np.unique(numbers) - _FIRST
    some = Ranges(starts[chosen], ends[chosen])
    found = references_to(code, some) if len(chosen) else None
    words: dict[int, set[str]] = defaultdict(set)
    for to, by, at in zip(found.to.tolist(), found.by.tolist(), found.at.tolist(), strict=True) if found else ():  # fmt: skip
        words[to].add(_by_test(code, tests, by, at, is_branch=False) if by != DATA else "")
    _, numbers = some.begun_by(places[which])
    return {
        place: min(words[number])
        for place, number in zip(places[which].tolist(), numbers.tolist(), strict=True)
        if words[number] and "" not in words[number]
    }


def _variables(code: Code) -> tuple[Places, Places]:
    """Ranges of variables, those that overlap as one; none that other files can refer to."""
    none = np.empty(0, np.int64)
    table = code.symbols.table
    if table is None or table.name != ".symtab" or code.elf.type == ET_REL or code.elf.machine != EM_X86_64:  # fmt: skip
        return none, none
    records = table.records[
        (table.records["info"] & 0xF == STT_OBJECT) & (table.records["size"] > 0)
    ]
    starts = records["value"].astype(np.uint64).view(np.int64)
    order = np.argsort(starts, kind="stable")
    starts = starts[order]
    sizes = np.minimum(records["size"][order].astype(np.uint64), np.uint64(1 << 40))
    ends = np.maximum.accumulate(starts + sizes.astype(np.int64)) if len(starts) else none
    first = np.flatnonzero(np.append(True, starts[1:] >= ends[:-1])[: len(starts)])
    last = np.append(first[1:], len(starts)) - 1
    ranges = Ranges(starts[first], ends[last] if len(first) else none)
    keep = np.full(len(first), True)
    for other in symbol_tables(code.elf):
        if other.name == ".dynsym":
            seen = other.records["value"][other.records["shndx"] != 0]
            keep[ranges.begun_by(seen.astype(np.uint64).view(np.int64))[1] - _FIRST] = False
    return ranges.starts[keep], ranges.ends[keep]
