"""Everything that objects, archives and binaries say of themselves: the frame `details`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from diag import schema
from diag.read.containers import Part, Source
from diag.read.elf import Elf
from diag.read.elf_details import Detail, elf_details
from diag.read.files import Problems
from diag.read.magic import foreign_arch
from diag.read.objects import iter_elves, with_errors

_FOREIGN = {"coff": "COFF or PE (Windows)", "macho": "Mach-O (Apple)"}
MIN_TEXT_BYTES = 1 << 16
MAX_TEXT_FACTOR = 8  # text of one image beside its bytes: hostile names share their bytes


def read_details(*paths: Source) -> pd.DataFrame:
    """One row a fact of each ELF image, one for each object of another format: frame `details`.

    Kinds: needed, soname, rpath, runpath, interpreter, verneed (value: the library), verdef (value:
    its parents), build-id, property (GNU properties), attribute (ARM and RISC-V build attributes),
    flags (e_flags; value: the ABI in words), flag (bind-now, textrel, pie, relro, ...), comment
    (compilers and linkers), bytecode (LTO; value: beside code or in place of it), format (what is
    no ELF; value: its machine), weak (an undefined weak name of an object; value: called, or asked
    for, where its address is used otherwise too), section (value: type and flags, as readelf has them; size as
    claimed). Where something could not be read, `attrs["errors"]` holds the rows of the frame
    `errors`.
    """
    problems = Problems()
    rows = [row for part, elf in iter_elves(paths, problems) for row in _rows(part, elf)]
    return with_errors(schema.make("details", rows), problems)


def _rows(part: Part, elf: Elf | None) -> Iterator[dict[str, Any]]:
    counts: Counter[str] = Counter()
    for detail in _details(part, elf):
        yield {
            "file": part.file,
            "member": part.member,
            "member_no": part.member_no,
            "kind": detail.kind,
            "item_no": counts[detail.kind],
            "name": detail.name,
            "value_text": detail.value,
            "size_bytes": detail.size,
        }
        counts[detail.kind] += 1


def _details(part: Part, elf: Elf | None) -> Iterator[Detail]:
    if elf is None:
        if part.format == "bitcode":
            yield Detail("bytecode", "LLVM bitcode", "in place of code")
        elif part.format in _FOREIGN:
            arch = foreign_arch(part.data, part.format)
            yield Detail("format", _FOREIGN[part.format], f"for {arch}" if arch else None)
        return
    left = max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * len(elf.data))
    for detail in elf_details(elf):
        left -= len(detail.name) + len(detail.value or "")
        if left < 0:
            elf.fault(0, "its names overlap: not all facts are shown")
            return
        yield detail
