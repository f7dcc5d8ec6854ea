"""ELF images with any sections and segments, made byte by byte: what no compiler would make."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

ET_REL, ET_DYN = 1, 3
PROGBITS, SYMTAB, STRTAB, RELA, NOTE, NOBITS, DYNSYM, GROUP = 1, 2, 3, 4, 7, 8, 11, 17
VERDEF, VERNEED, VERSYM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
ALLOC, EXEC = 2, 4


@dataclass(frozen=True)
class Section:
    """One section of a 64-bit little-endian image; `size`, `offset` and the rest may lie.

    `like` is the number of a section that has the bytes, so that many can share them.
    """

    name: bytes
    type: int = PROGBITS
    data: bytes = b""
    flags: int = 0
    addr: int = 0
    link: int = 0
    info: int = 0
    entsize: int = 0
    size: int | None = None
    offset: int | None = None
    like: int | None = None


def image(
    sections: Sequence[Section],
    *,
    type: int = ET_REL,
    machine: int = 62,
    segments: Sequence[tuple[int, int, int, int]] = (),
    names: bytes | None = None,
) -> bytes:
    """The file; sections are numbered from 1, the names of them come last.

    `segments` are (type, section, address, file size), of the bytes of that section.
    """
    table = b"\0" if names is None else names
    offsets = {0: 0}
    sections = [*sections, Section(b".shstrtab", STRTAB)]
    places = []
    for section in sections:
        at = table.find(b"\0" + section.name + b"\0") + 1
        if not at and section.name:
            at = len(table)
            table += section.name + b"\0"
        places.append(at if section.name else 0)
    sections[-1] = replace(sections[-1], data=table)
    body_at = 64 + 56 * len(segments)
    body = bytearray()
    rows = [bytes(64)]
    for number, (section, name) in enumerate(zip(sections, places, strict=True), 1):
        body += bytes(-len(body) % 8)
        same = section.like if section.like is not None else number
        offsets.setdefault(number, body_at + len(body))
        body += section.data
        size = len(sections[same - 1].data) if section.size is None else section.size
        offset = offsets[same] if section.offset is None else section.offset
        rows.append(
            struct.pack(
                "<IIQQQQIIQQ", name, section.type, section.flags, section.addr, offset, size,
                section.link, section.info, 1, section.entsize,
            )
        )  # fmt: skip
    loads = b"".join(
        struct.pack("<IIQQQQQQ", kind, 4, offsets[number], addr, addr, size, size, 1)
        for kind, number, addr, size in segments
    )
    if len(rows) >= 0xFF00:  # counts beyond 16 bits stand in the first section header
        rows[0] = struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, len(rows), len(rows) - 1, 0, 0, 0)
    head = _header(type, machine, len(segments), body_at + len(body), len(rows))
    return head + loads + bytes(body) + b"".join(rows)


def _header(type: int, machine: int, n_segments: int, sections_at: int, n_sections: int) -> bytes:
    is_many = n_sections >= 0xFF00
    counts = (0, 0xFFFF) if is_many else (n_sections, n_sections - 1)
    fields = (type, machine, 1, 0, 64 if n_segments else 0, sections_at, 0, 64, 56, n_segments, 64)
    return b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", *fields, *counts)


def symbol(name: int, info: int = 0x12, shndx: int = 1, value: int = 0, size: int = 0) -> bytes:
    """One entry of a symbol table."""
    return struct.pack("<IBBHQQ", name, info, 0, shndx, value, size)


def symtab(
    entries: Sequence[bytes], strings: bytes, number: int, kind: int = SYMTAB
) -> list[Section]:
    """A symbol table that will be section `number`, and its names, the next one."""
    table, text = (b".symtab", b".strtab") if kind == SYMTAB else (b".dynsym", b".dynstr")
    data = bytes(24) + b"".join(entries)
    return [Section(table, kind, data, link=number + 1, entsize=24), Section(text, STRTAB, strings)]
