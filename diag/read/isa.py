"""Instruction-set extensions used by each function: the frame `isa`.

x86, AArch64 and 32-bit ARM are decoded; other machines give no rows. Names of extensions:
- x86 and x86_64: iced-x86's CpuidFeature names in lower case: avx512f, avx512vl, avx2, fma, ...
- AArch64: those of `-march=armv8-a+NAME` in GCC or LLVM: lse, dotprod, fp16, sve, sve2, sme, ...;
  bti and pauth-hint are in the hint space and run everywhere. What every ARMv8.0 has, floating
  point and SIMD among it, has no name here.
- ARM and Thumb: those of `-mfpu=` and `-march=armv7-a+NAME`: neon, vfp, vfpv4, crypto, idiv, ...
`known_extensions()` lists them all; `diag/knowledge/isa_levels.toml` has the levels.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from diag import schema
from diag.cited import cited
from diag.errors import InputError
from diag.read import isa_a64, isa_arm, isa_x86_tables
from diag.read.containers import Part, Source
from diag.read.elf import Elf
from diag.read.files import Problems
from diag.read.isa_callers import wanted_elsewhere
from diag.read.isa_guards import Guard, guards_of
from diag.read.isa_uses import MACHINES, Use, Wanted, uses_of
from diag.read.objects import iter_elves

DEFAULT_PREFIX = "avx512"


def known_extensions() -> tuple[str, ...]:
    """Every extension of every machine, sorted."""
    of_machines = (isa_x86_tables.extensions(), isa_a64.extensions(), isa_arm.extensions())
    return tuple(sorted({name for names in of_machines for name in names}))


def read_isa(
    *paths: Source,
    extension: str | None = None,
    beyond_floor: bool = False,
    with_guards: bool = False,
) -> pd.DataFrame:
    """Functions of objects, archive members and binaries that use an extension: frame `isa`.

    `extension` is an extension or a prefix of several (`avx512`, the default; `avx2`; `sse4`;
    `sve`; "" for all). `beyond_floor` asks in its place for all that the lowest level of the
    machine lacks. One row a function and extension, n_instructions in each; an instruction that
    needs two extensions counts in both rows. `with_guards` adds a column `guard`: what shows that
    the function's instructions run only where the processor has them (`ifunc NAME`, `cpu test in
    NAME`, `cpuid in NAME`), missing where nothing shows it; diag.read.isa_guards and isa_tested say
    what is recognised. A global function of an object is guarded only if no other object among the
    paths wants it. `attrs["code"]` tells which objects hold code that was
    looked at: file, member, member_no, arch. Where something could not be read, `attrs["errors"]`
    holds the rows of the frame `errors`.
    Raises InputError for a prefix of no known extension.
    """
    wanted = Wanted(DEFAULT_PREFIX if extension is None else extension.lower())
    if beyond_floor:
        wanted = Wanted(None)
    else:
        _refuse_unknown(wanted.prefix or "")
    problems = Problems()
    rows, code = _all_rows(paths, problems, wanted, with_guards=with_guards)
    extra = ("guard",) if with_guards else ()
    frame = schema.make("isa", rows, extra=extra)
    frame.attrs["code"] = [(cited(file), *rest) for file, *rest in code]
    if problems.rows:
        frame.attrs["errors"] = problems.rows
    return frame


def _all_rows(
    paths: Sequence[Source], problems: Problems, wanted: Wanted, *, with_guards: bool
) -> tuple[list[dict[str, Any]], list[tuple[str, str, int, str]]]:
    """(rows of the frame, each key once; the objects that hold code)."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    code = []
    asked: dict[tuple[Any, ...], set[str]] = {}  # of rows: symbols that no other object may want
    for part, elf in iter_elves(paths, problems):
        if elf is not None and elf.machine in MACHINES:
            code.append((part.file, part.member, part.member_no, elf.arch))
            for row, guard in _rows_of(part, elf, wanted, with_guards=with_guards):
                # Two local functions of one name may both stand at offset 0 of their sections.
                key = tuple(row[name] for name in schema.FRAMES["isa"].key)
                if key in rows:
                    row["n_instructions"] += rows[key]["n_instructions"]
                    if with_guards and not (row["guard"] and rows[key]["guard"]):
                        row["guard"] = None
                rows[key] = row
                if guard is not None and guard.symbols:
                    asked.setdefault(key, set()).update(guard.symbols)
    others = wanted_elsewhere(paths, set().union(*asked.values())) if asked else set()
    for key, symbols in asked.items():
        if not symbols.isdisjoint(others):
            rows[key]["guard"] = None
    return list(rows.values()), code


def _refuse_unknown(prefix: str) -> None:
    known = known_extensions()
    if any(name.startswith(prefix) for name in known):
        return
    near = difflib.get_close_matches(prefix, known, n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"no instruction-set extension begins with {prefix!r}",
        help=f"{hint}such as avx512f, avx512vl, avx2, avx, fma, bmi2, sse4_1, lse, sve, neon",
    )


def _rows_of(
    part: Part, elf: Elf, wanted: Wanted, *, with_guards: bool
) -> Iterator[tuple[dict[str, Any], Guard | None]]:
    uses = list(uses_of(elf, wanted))
    guards = guards_of(elf, uses) if with_guards and uses else {}
    for number, use in enumerate(uses):
        guard = guards.get(number)
        more = {"guard": guard.text if guard else None} if with_guards else {}
        for name, times in use.counts.items():
            yield {**_row(part, elf, use, name, times), **more}, guard


def _row(part: Part, elf: Elf, use: Use, extension: str, times: int) -> dict[str, Any]:
    return {
        "file": part.file,
        "member": part.member,
        "member_no": part.member_no,
        "function": use.function,
        "extension": extension,
        "arch": elf.arch,
        "address": use.address,
        "n_instructions": times,
    }
