"""The header and section table of an ELF file, with no trust in what it claims.

Format: ELF gABI, chapter 4. Every offset, size and count is checked against the bytes that are
there before anything is read or allocated; what does not fit becomes a fault and the rest is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from diag.read.archive import Fault
from diag.read.elf_layout import (
    IDENT_BYTES,
    LAYOUTS,
    SHN_XINDEX,
    SHT_NOBITS,
    Layout,
    arch_of,
)

Records = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
TRUNCATED = "copy or build the file again: it is shorter than its header says"
MAX_FAULTS = 1001  # one more than are told of a file
LYING = "the file is damaged or made to mislead; build it again"


class ElfError(Exception):
    """The header cannot be used at all: offset and reason."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(offset, reason, help="copy or build the file again")


@dataclass
class Elf:
    """One ELF image: `data` its bytes, `sections` and `segments` its tables as they stand."""

    data: memoryview
    layout: Layout
    type: int
    machine: int
    flags: int
    sections: Records
    segments: Records
    names_index: int
    sections_offset: int
    faults: list[Fault] = field(default_factory=list)

    @property
    def arch(self) -> str:
        """Machine name as in the frames."""
        return arch_of(self.machine)

    def fault(self, offset: int, reason: str, help: str = LYING) -> None:
        """Note what is wrong at a byte offset of the image, once though several readers see it."""
        fault = Fault(offset, reason, help=help)
        if len(self.faults) < MAX_FAULTS and fault not in self.faults:
            self.faults.append(fault)

    def header_offset(self, index: int) -> int:
        """Byte offset of a section's header."""
        return self.sections_offset + index * self.layout.section.itemsize

    def extent(self, index: int) -> tuple[int, int]:
        """(offset, size) of a section's bytes that are in the file; size 0 for NOBITS."""
        section = self.sections[index]
        offset, size = int(section["offset"]), int(section["size"])
        if self._types[index] == SHT_NOBITS:
            return offset, 0
        return offset, max(0, min(size, len(self.data) - offset))

    def content(self, index: int) -> memoryview:
        """A section's bytes, cut to the file; empty for NOBITS."""
        offset, size = self.extent(index)
        return self.data[offset : offset + size]

    def section_name(self, index: int) -> str:
        """A section's name; empty where the name table does not hold it."""
        if not self.names_index:
            return ""
        start, size = self.extent(self.names_index)
        at = int(self.sections["name"][index])
        if at >= size:
            return ""
        raw = bytes(self.data[start + at : start + min(size, at + 4096)])
        return raw.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")

    @cached_property
    def _names(self) -> bytes:
        return bytes(self.content(self.names_index))

    def find_sections(self, name: bytes) -> list[int]:
        """Indexes of the sections of that name; a name that ends in `*` is a prefix."""
        if not self.names_index:
            return []
        table = self._names
        wanted = name[:-1] if name.endswith(b"*") else name + b"\0"
        if wanted not in table:
            return []
        offsets = self.sections["name"]
        return [i for i, at in enumerate(offsets.tolist()) if table.startswith(wanted, at)]

    @cached_property
    def _types(self) -> list[int]:
        """Section types as plain numbers: quicker than an array for the few that there are."""
        return self.sections["type"].tolist()  # type: ignore[no-any-return]

    def of_type(self, *types: int) -> list[int]:
        """Indexes of the sections of these types."""
        return [index for index, kind in enumerate(self._types) if kind in types]


def parse_elf(data: memoryview) -> Elf:
    """Header, sections and segments; ElfError where not even the header can be used."""
    if len(data) < IDENT_BYTES:
        raise ElfError(0, f"the file ends inside the ELF header ({len(data)} bytes)")
    layout = LAYOUTS.get((data[4], data[5]))
    if layout is None:
        raise ElfError(4, f"unknown ELF class {data[4]} or byte order {data[5]}")
    if len(data) < IDENT_BYTES + layout.header.itemsize:
        raise ElfError(0, f"the file ends inside the ELF header ({len(data)} bytes)")
    header = np.frombuffer(data, layout.header, 1, IDENT_BYTES)[0]
    faults: list[Fault] = []
    sections = _sections(data, layout, header, faults)
    return Elf(
        data=data,
        layout=layout,
        type=int(header["type"]),
        machine=int(header["machine"]),
        flags=int(header["flags"]),
        sections=sections,
        segments=_table(
            data,
            layout.segment,
            int(header["phoff"]),
            int(header["phnum"]),
            int(header["phentsize"]),
            "program header",
            faults,
        ),
        names_index=_names_index(sections, header, faults),
        sections_offset=int(header["shoff"]),
        faults=faults,
    )


def _sections(data: memoryview, layout: Layout, header: Any, faults: list[Fault]) -> Records:
    offset, count = int(header["shoff"]), int(header["shnum"])
    entry = int(header["shentsize"])
    if offset and not count:  # more sections than 16 bits hold: the first one has the count
        first = _table(data, layout.section, offset, 1, entry, "section header", faults)
        count = int(first["size"][0]) if len(first) else 0
    return _table(data, layout.section, offset, count, entry, "section header", faults)


def _table(
    data: memoryview,
    dtype: np.dtype[Any],
    offset: int,
    count: int,
    entry: int,
    what: str,
    faults: list[Fault],
) -> Records:
    """`count` records at `offset`, as many as the file holds; a fault where that is fewer."""
    if not offset or not count:
        return np.empty(0, dtype)
    if entry != dtype.itemsize:
        reason = f"{what}s of {entry} bytes, {dtype.itemsize} expected: not read"
        faults.append(Fault(offset, reason, help=LYING))
        return np.empty(0, dtype)
    fitting = max(0, len(data) - offset) // dtype.itemsize
    if count > fitting:
        reason = f"{count} {what}s claimed, {fitting} are in the file"
        faults.append(Fault(min(offset, len(data)), reason, help=TRUNCATED))
    count = min(count, fitting)
    return np.frombuffer(data, dtype, count, offset) if count else np.empty(0, dtype)


def _names_index(sections: Records, header: Any, faults: list[Fault]) -> int:
    index = int(header["shstrndx"])
    if index == SHN_XINDEX and len(sections):
        index = int(sections["link"][0])
    if index >= len(sections):
        if len(sections):
            faults.append(
                Fault(0, f"section {index} of the section names does not exist", "", LYING)
            )
        return 0
    return index
