"""Objects, archives, rlibs and binaries as the frames `objects`, `symbols` and `errors`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema
from diag.read.containers import (
    Opened,
    Part,
    Source,
    iter_opened,
    iter_parts,
    members_of,
    part_of,
    parts_of,
    tell_fault,
)
from diag.read.elf import Elf, ElfError, parse_elf
from diag.read.elf_facts import elf_row
from diag.read.files import Problems
from diag.read.magic import foreign_arch
from diag.read.symbols import Batches, SymbolBatches
from diag.read.symbols_bulk import Run, read_runs
from diag.read.symbols_tables import symbol_tables

__all__ = ["Scan", "iter_elves", "read_objects", "read_symbols", "scan_objects", "with_errors"]


@dataclass(frozen=True)
class Scan:
    """What was found, and in `errors` what could not be read."""

    objects: pd.DataFrame
    symbols: pd.DataFrame
    errors: pd.DataFrame


def scan_objects(paths: Source | Iterable[Source], *, with_sections: bool = False) -> Scan:
    """Read every object of the paths: files, folders (walked), bytes or open binary files.

    In a folder only files that begin as ELF, ar, bitcode, COFF or Mach-O files do are read; a
    file that is named and is none of these, or is absent, gets a row of `errors`. With
    `with_sections` the symbols have two columns more: `section` (UND, ABS and COM as readelf has
    them) and `group`, the signature of the COMDAT group that holds it, missing outside of one.
    """
    problems = Problems()
    batches = SymbolBatches(problems, with_sections=with_sections)
    rows: list[dict[str, Any]] = []
    add_symbols(_many(paths), batches, problems, rows)
    symbols = batches.frame()
    return Scan(schema.make("objects", rows), symbols, schema.make("errors", problems.rows))


def read_objects(*paths: Source) -> pd.DataFrame:
    """Headers of objects, archives and their members: frame `objects`, one row each.

    An archive's own row has member_no -1. Where something could not be read, `attrs["errors"]`
    holds the rows of the frame `errors`.
    """
    problems = Problems()
    rows = [_row(part, elf) for part, elf in iter_elves(paths, problems)]
    return with_errors(schema.make("objects", rows), problems)


def read_symbols(*paths: Source, with_sections: bool = False) -> pd.DataFrame:
    """Symbol tables of ELF objects and archive members: frame `symbols`, one row a symbol.

    With `with_sections`, two columns more as `scan_objects` says.
    Where something could not be read, `attrs["errors"]` holds the rows of the frame `errors`.
    """
    problems = Problems()
    batches = SymbolBatches(problems, with_sections=with_sections)
    add_symbols(paths, batches, problems)
    return with_errors(batches.frame(), problems)


def add_symbols(
    sources: Sequence[Source],
    batches: Batches,
    problems: Problems,
    rows: list[dict[str, Any]] | None = None,
) -> None:
    """Take the tables of all sources, and the rows of `objects` where a list is given for them."""
    for opened in iter_opened(sources, problems):
        for parts, run in _stretches(opened, batches.with_sections, problems):
            if run is not None and run.block is not None:
                batches.add_block(run.block)
            if run is not None and rows is None:
                continue
            for part, elf in _elves(parts, problems):
                if rows is not None:
                    rows.append(_row(part, elf))
                if run is None and elf is not None:
                    tables = symbol_tables(elf, with_sections=batches.with_sections)
                    batches.add(part, elf.arch, tables)


def _stretches(
    opened: Opened, with_sections: bool, problems: Problems
) -> Iterator[tuple[Iterator[Part], Run | None]]:
    """The parts of a file in order: stretches that are read at once, and what lies between."""
    runs = read_runs(opened, with_sections=with_sections)
    if opened.archive is None:
        yield parts_of(opened, problems), next(runs, None)
        return
    members, done = opened.archive.members, 0
    yield iter([part_of(opened)]), None
    for run in runs:
        yield members_of(opened, members[done : run.first], problems), None
        yield members_of(opened, members[run.first : run.end], problems), run
        done = run.end
    # A thin archive comes here whole: what it names twice is told once.
    yield members_of(opened, members[done:], problems), None


def iter_elves(paths: Iterable[Source], problems: Problems) -> Iterator[tuple[Part, Elf | None]]:
    """Each part with its ELF image, None for other formats; faults become rows after each."""
    yield from _elves(iter_parts(list(paths), problems), problems)


def _elves(parts: Iterable[Part], problems: Problems) -> Iterator[tuple[Part, Elf | None]]:
    for part in parts:
        elf = None
        if part.format == "elf":
            try:
                elf = parse_elf(part.data)
            except ElfError as error:
                tell_fault(problems, part, error.fault)
        yield part, elf
        for fault in elf.faults if elf is not None else ():
            tell_fault(problems, part, fault)


def _many(paths: Source | Iterable[Source]) -> list[Source]:
    if isinstance(paths, str | Path | bytes) or hasattr(paths, "read"):
        return [paths]  # type: ignore[list-item]
    return list(paths)


def _row(part: Part, elf: Elf | None) -> dict[str, Any]:
    return {
        "file": part.file,
        "member": part.member,
        "member_no": part.member_no,
        "format": part.format,
        "has_index": part.has_index,
        "size_bytes": len(part.data),
        **_facts(part, elf),
    }


def _facts(part: Part, elf: Elf | None) -> dict[str, Any]:
    if elf is not None:
        return elf_row(part, elf)
    return {
        "arch": foreign_arch(part.data, part.format),
        "kind": _kind(part.format),
        "abi": "",
        "compiler": "",
        "needed": [],
        "is_lto": part.format == "bitcode",
    }


def _kind(format: str) -> str:
    if format in ("archive", "thin-archive"):
        return "archive"
    return "relocatable" if format == "bitcode" else "other"


def with_errors(frame: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The frame, with the rows of `errors` in its attrs where there are any."""
    if problems.rows:
        frame.attrs["errors"] = problems.rows
    return frame
