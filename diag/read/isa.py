"""Instruction-set extensions used by each function: the frame `isa`.

x86 and x86_64 are decoded. Extensions have iced-x86's CpuidFeature names in lower case:
avx512f, avx512vl, avx512_fp16, avx2, fma, bmi2, sse4_1, ...; `extensions()` of isa_x86_tables.py
lists them. Other machines have none of these, so they give no rows.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from diag import schema
from diag.errors import InputError
from diag.read.containers import Part, Source
from diag.read.elf import Elf
from diag.read.elf_layout import EM_386, EM_X86_64
from diag.read.files import Problems
from diag.read.isa_functions import Functions, code_sections, functions_of, symbol_source
from diag.read.isa_x86 import candidates, count_extensions
from diag.read.isa_x86_tables import Encodings, encodings, extensions
from diag.read.objects import iter_elves

DEFAULT_PREFIX = "avx512"
# Sections may overlap in a hostile file: no more code than this many times its size is read.
MAX_OVERLAP = 2
_WRAP = 1 << 64  # addresses are shown modulo sign, as the `value` of symbols is
_CODE_BITS = {EM_386: 32, EM_X86_64: 64}


def read_isa(*paths: Source, extension: str | None = None) -> pd.DataFrame:
    """Functions of objects, archive members and binaries that use an extension: frame `isa`.

    `extension` is an extension or a prefix of several (`avx512`, the default; `avx2`; `sse4`;
    "" for all). One row a function and extension, n_instructions in each; an instruction that
    needs two extensions counts in both rows. Where something could not be read, `attrs["errors"]`
    holds the rows of the frame `errors`.
    Raises InputError for a prefix of no known extension.
    """
    prefix = DEFAULT_PREFIX if extension is None else extension.lower()
    _refuse_unknown(prefix)
    problems = Problems()
    rows: Counter[tuple[Any, ...]] = Counter()
    for part, elf in iter_elves(paths, problems):
        if elf is not None and elf.machine in _CODE_BITS:
            for function, address, counts in _functions_using(elf, encodings(prefix)):
                for name, times in counts.items():
                    # Two local functions of one name may both stand at offset 0 of their sections.
                    rows[(*_key(part), function, name, elf.arch, address)] += times
    frame = schema.make("isa", [_row(key, times) for key, times in rows.items()])
    if problems.rows:
        frame.attrs["errors"] = problems.rows
    return frame


def _refuse_unknown(prefix: str) -> None:
    known = extensions()
    if any(name.startswith(prefix) for name in known):
        return
    near = difflib.get_close_matches(prefix, known, n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"no instruction-set extension begins with {prefix!r}",
        help=f"{hint}such as avx512f, avx512vl, avx2, avx, fma, bmi2, sse4_1",
    )


def _key(part: Part) -> tuple[str, str, int]:
    return part.file, part.member, part.member_no


def _row(key: tuple[Any, ...], times: int) -> dict[str, Any]:
    names = ("file", "member", "member_no", "function", "extension", "arch", "address")
    return {**dict(zip(names, key, strict=True)), "n_instructions": times}


def _functions_using(elf: Elf, wanted: Encodings) -> Iterator[tuple[str, int, Counter[str]]]:
    """(function, address, instructions of each wanted extension), functions without any left out."""
    bits, budget = _CODE_BITS[elf.machine], MAX_OVERLAP * len(elf.data)
    table, has_table = None, False
    for section in code_sections(elf):
        code = np.frombuffer(elf.content(section), np.uint8)
        budget -= len(code)
        if budget < 0:
            elf.fault(elf.header_offset(section), "sections overlap: not all code is read")
            return
        places = candidates(code, bits, wanted) if wanted.is_prefixed else None
        if places is not None and not len(places):
            continue
        if not has_table:  # most objects use none of it, and are done without their symbols
            table, has_table = symbol_source(elf), True
        functions = functions_of(elf, section, table)
        base = int(elf.sections["addr"][section])
        for number in _holding(functions, places):
            start, end = int(functions.starts[number]), int(functions.ends[number])
            counts = count_extensions(code[start:end].tobytes(), bits, wanted)
            if counts:
                address = (base + start) % _WRAP
                name = functions.name(number, address)
                yield name, address - _WRAP if address >> 63 else address, counts


def _holding(functions: Functions, places: Any) -> list[int]:
    """Numbers of the functions that hold one of the places; all for None."""
    if places is None:
        return list(range(len(functions.starts)))
    found = np.unique(np.searchsorted(functions.starts, places, side="right") - 1)
    return [int(number) for number in found]
