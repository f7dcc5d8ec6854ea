"""Small ELF files and archives made byte by byte, where no compiler here makes such a one."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SYMTAB, STRTAB, PROGBITS = 2, 3, 1
Symbol = tuple[bytes, int, int, int, int, int]  # name, info, other, shndx, value, size


def build_elf(
    symbols: Sequence[Symbol],
    *,
    bits: int = 64,
    order: str = "little",
    machine: int = 62,
    flags: int = 0,
    code: bytes = b"\0" * 16,
    strings_tail: bytes = b"",
) -> bytes:
    """A relocatable object with sections .text, .symtab, .strtab and .shstrtab."""
    o = "<" if order == "little" else ">"
    strings, records = b"\0", _symbol(o, bits, 0, (b"", 0, 0, 0, 0, 0))
    for symbol in symbols:
        records += _symbol(o, bits, len(strings), symbol)
        strings += symbol[0] + b"\0"
    strings += strings_tail
    names = b"\0.text\0.symtab\0.strtab\0.shstrtab\0"
    header_size, entry = (64, 24) if bits == 64 else (52, 16)
    bodies = [code, records, strings, names]
    offsets, at = [], header_size
    for body in bodies:
        offsets.append(at)
        at += len(body)
    kinds = [(1, PROGBITS, 6, 0, 0), (7, SYMTAB, 0, 3, entry), (15, STRTAB, 0, 0, 0)]
    kinds.append((23, STRTAB, 0, 0, 0))
    table = _section(o, bits, (0, 0, 0, 0, 0, 0, 0))
    for (name, kind, kind_flags, link, size), offset, body in zip(
        kinds, offsets, bodies, strict=True
    ):
        table += _section(o, bits, (name, kind, kind_flags, offset, len(body), link, size))
    return _header(o, bits, machine, flags, at) + b"".join(bodies) + table


def _header(o: str, bits: int, machine: int, flags: int, sections_at: int) -> bytes:
    wide, section = ("Q", 64) if bits == 64 else ("I", 40)
    ident = b"\x7fELF" + bytes([bits // 32, 1 if o == "<" else 2, 1]) + bytes(9)
    size = 64 if bits == 64 else 52
    fields = (1, machine, 1, 0, 0, sections_at, flags, size, 0, 0, section, 5, 4)
    return ident + struct.pack(f"{o}HHI{wide}{wide}{wide}IHHHHHH", *fields)


def _symbol(o: str, bits: int, name: int, symbol: Symbol) -> bytes:
    _, info, other, section, value, size = symbol
    if bits == 64:
        return struct.pack(o + "IBBHQQ", name, info, other, section, value, size)
    return struct.pack(o + "IIIBBH", name, value, size, info, other, section)


def _section(o: str, bits: int, fields: tuple[int, ...]) -> bytes:
    name, kind, flags, offset, size, link, entry = fields
    w = "Q" if bits == 64 else "I"
    form = f"{o}II{w}{w}{w}{w}II{w}{w}"
    return struct.pack(form, name, kind, flags, 0, offset, size, link, 0, 1, entry)


def ar_member(name: bytes, data: bytes, *, size: int | None = None) -> bytes:
    """A member header and its data, padded to an even place; `size` may lie."""
    claimed = len(data) if size is None else size
    header = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o644, claimed)
    return header + data + b"\n" * (len(data) & 1)


def bsd_archive(members: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A BSD archive: names in front of the data, an index under its BSD name."""
    index = b"__.SYMDEF SORTED\0\0\0\0"
    out = b"!<arch>\n" + ar_member(b"#1/%d" % len(index), index + bytes(8))
    for name, data in members:
        padded = name + b"\0" * (-len(name) % 4)
        out += ar_member(b"#1/%d" % len(padded), padded + data)
    return out


def sym64_archive(members: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A GNU archive with a 64-bit index and a name table."""
    table, places = b"", []
    for name, _ in members:
        places.append(len(table))
        table += name + b"/\n"
    out = b"!<arch>\n" + ar_member(b"/SYM64/", bytes(8)) + ar_member(b"//", table)
    for place, (_, data) in zip(places, members, strict=True):
        out += ar_member(b"/%d" % place, data)
    return out
