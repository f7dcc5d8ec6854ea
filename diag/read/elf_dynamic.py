"""The dynamic section of a linked ELF file, read as the loader does: by segments, not sections.

Format: ELF gABI, chapter 5, "Dynamic Section", "Hash Table"; GNU hash section and symbol
versioning as the Linux Standard Base describes them. Addresses are mapped to the file by PT_LOAD.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from diag.read.elf import Elf, Records
from diag.read.elf_layout import (
    PT_DYNAMIC,
    PT_LOAD,
    SHT_DYNSYM,
    SHT_GNU_VERDEF,
    SHT_GNU_VERNEED,
    SHT_GNU_VERSYM,
    SHT_STRTAB,
)

MAX_TAGS = 65_536
MAX_NAME_BYTES = 4096
MIN_TEXT_BYTES = 1 << 16

DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_STRSZ, DT_SYMENT = 1, 4, 5, 6, 7, 10, 11
DT_SONAME, DT_RPATH, DT_SYMBOLIC, DT_REL, DT_TEXTREL, DT_JMPREL = 14, 15, 16, 17, 22, 23
DT_BIND_NOW, DT_RUNPATH, DT_FLAGS = 24, 29, 30
DT_GNU_HASH, DT_VERSYM, DT_FLAGS_1 = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFB
DT_VERDEF, DT_VERNEED = 0x6FFFFFFC, 0x6FFFFFFE
# What may stand behind the symbol table, and so bounds it.
_PLACES = (
    DT_HASH, DT_STRTAB, DT_RELA, DT_REL, DT_JMPREL, DT_GNU_HASH, DT_VERSYM, DT_VERDEF, DT_VERNEED,
)  # fmt: skip


@dataclass
class Dynamic:
    """The entries of PT_DYNAMIC up to DT_NULL; none where the file has no such segment."""

    elf: Elf
    offset: int = 0
    entries: list[tuple[int, int]] = field(default_factory=list)

    @cached_property
    def values(self) -> dict[int, int]:
        """Tag -> value, the last one as the loader has it."""
        return dict(self.entries)

    def each(self, tag: int) -> list[int]:
        """The values of a tag that may repeat, in order."""
        return [value for known, value in self.entries if known == tag]

    def place(self, tag: int) -> int | None:
        """Where in the file what the tag points to begins; None where nothing maps it."""
        address = self.values.get(tag)
        return None if address is None else file_offset(self.elf, address)

    def text(self, at: int) -> str:
        """The string at an offset of DT_STRTAB; empty, and a fault, where it lies outside."""
        start, size = self._strings, self.values.get(DT_STRSZ, 0)
        if start is None or at >= size:
            self.elf.fault(self.offset, "a name of the dynamic section lies outside its strings")
            return ""
        raw = bytes(self.elf.data[start + at : start + min(size, at + MAX_NAME_BYTES)])
        return raw.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")

    @cached_property
    def _strings(self) -> int | None:
        return self.place(DT_STRTAB)

    def texts(self, tag: int) -> list[str]:
        """The strings that a tag names; not all, and a fault, where they share their bytes."""
        found: list[str] = []
        left = max(MIN_TEXT_BYTES, len(self.elf.data))
        for at in self.each(tag):
            found.append(self.text(at))
            left -= len(found[-1])
            if left < 0:
                reason = "names of the dynamic section overlap: not all are read"
                self.elf.fault(self.offset, reason)
                break
        return found


def read_dynamic(elf: Elf) -> Dynamic:
    """The entries of the first PT_DYNAMIC, cut to the file and to MAX_TAGS."""
    for segment in elf.segments[elf.segments["type"] == PT_DYNAMIC][:1]:
        offset, size = int(segment["offset"]), int(segment["filesz"])
        dtype = elf.layout.dynamic
        fitting = max(0, min(size, len(elf.data) - offset)) // dtype.itemsize
        if size and not fitting:
            elf.fault(min(offset, len(elf.data)), "the dynamic section lies outside the file")
            return Dynamic(elf)
        count = min(fitting, MAX_TAGS)
        records = np.frombuffer(elf.data, dtype, count, offset) if count else np.empty(0, dtype)
        tags = records["tag"]
        ends = np.flatnonzero(tags == 0)
        if not len(ends) and fitting > MAX_TAGS:
            elf.fault(offset, f"the dynamic section has more than {MAX_TAGS} entries")
        end = int(ends[0]) if len(ends) else count
        pairs = zip(tags[:end].tolist(), records["value"][:end].tolist(), strict=True)
        return Dynamic(elf, offset, list(pairs))
    return Dynamic(elf)


def file_offset(elf: Elf, address: int) -> int | None:
    """The place in the file of an address in memory; None where no PT_LOAD brings it there."""
    loads = elf.segments[elf.segments["type"] == PT_LOAD]
    starts = loads["vaddr"].astype(np.uint64)
    wanted = np.uint64(address)
    holds = (starts <= wanted) & (wanted - starts < loads["filesz"].astype(np.uint64))
    found = np.flatnonzero(holds)
    if not len(found):
        return None
    load = loads[found[0]]
    offset = int(load["offset"]) + address - int(load["vaddr"])
    return offset if offset < len(elf.data) else None


class Described(Elf):
    """An image without section headers, with those that its dynamic section stands for."""

    def header_offset(self, index: int) -> int:
        """There is no header: where the table itself is."""
        return min(int(self.sections["offset"][index]), len(self.data))


def described(elf: Elf) -> Described | None:
    """The image with sections made up from PT_DYNAMIC; None where that names no symbols."""
    dynamic = read_dynamic(elf)
    symbols, strings = dynamic.place(DT_SYMTAB), dynamic.place(DT_STRTAB)
    if symbols is None or strings is None:
        return None
    entry = dynamic.values.get(DT_SYMENT, elf.layout.symbol.itemsize)
    count = _count(elf, dynamic, symbols)
    if count is None:
        elf.fault(dynamic.offset, "how many dynamic symbols there are is not to be found out")
        return None
    rows = [
        (0, 0, 0, 0, 0),
        (SHT_DYNSYM, symbols, count * elf.layout.symbol.itemsize, 2, entry),
        (SHT_STRTAB, strings, dynamic.values.get(DT_STRSZ, 0), 0, 0),
    ]
    for kind, tag in (
        (SHT_GNU_VERSYM, DT_VERSYM),
        (SHT_GNU_VERNEED, DT_VERNEED),
        (SHT_GNU_VERDEF, DT_VERDEF),
    ):
        place = dynamic.place(tag)
        if place is not None:  # a chain says itself where it ends: the file bounds it
            size = 2 * count if kind == SHT_GNU_VERSYM else len(elf.data) - place
            rows.append((kind, place, size, 1 if kind == SHT_GNU_VERSYM else 2, 0))
    return _with_sections(elf, rows)


def _with_sections(elf: Elf, rows: list[tuple[int, int, int, int, int]]) -> Described:
    sections = np.zeros(len(rows), elf.layout.section)
    for name, column in zip(
        ("type", "offset", "size", "link", "entsize"), zip(*rows, strict=True), strict=True
    ):
        most = np.iinfo(sections.dtype[name]).max  # a lying count of a 32-bit file may be beyond it
        sections[name] = [min(value, most) for value in column]
    fields = {name: getattr(elf, name) for name in elf.__dataclass_fields__}
    return Described(**{**fields, "sections": sections, "names_index": 0, "sections_offset": 0})


def _count(elf: Elf, dynamic: Dynamic, symbols: int) -> int | None:
    """Number of symbols by DT_HASH, by DT_GNU_HASH, or by what begins behind the table.

    A GNU hash table knows only symbols that are defined; without any, what the table is followed by
    tells where it ends.
    """
    words = _words(elf, dynamic.place(DT_HASH))
    if len(words) >= 2 and int(words[1]):
        return int(words[1])
    hashed = _count_hashed(elf, dynamic.place(DT_GNU_HASH))
    if hashed:
        return hashed
    others = [dynamic.place(tag) for tag in _PLACES]
    behind = [place for place in others if place is not None and place > symbols]
    return (min(behind) - symbols) // elf.layout.symbol.itemsize if behind else None


def _count_hashed(elf: Elf, place: int | None) -> int:
    """One more than the last symbol of the last chain of a GNU hash table; 0 if it has none."""
    words = _words(elf, place)
    if len(words) < 4:
        return 0
    n_buckets, first, n_filter = (int(words[number]) for number in range(3))
    buckets_at = 4 + n_filter * (elf.layout.bits // 32)
    buckets = words[buckets_at : buckets_at + n_buckets]
    last = int(buckets.max()) if len(buckets) else 0
    if last < first or not last:
        return 0
    chain = words[buckets_at + n_buckets + last - first :]
    ends = np.flatnonzero(chain & 1)
    return last + int(ends[0]) + 1 if len(ends) else 0


def _words(elf: Elf, place: int | None) -> Records:
    """The file from there on as 32-bit numbers."""
    order = "<u4" if elf.layout.byte_order == "little" else ">u4"
    if place is None:
        return np.empty(0, order)
    return np.frombuffer(elf.data, order, (len(elf.data) - place) // 4, place)
