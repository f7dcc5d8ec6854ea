"""What an ELF image says of itself, one fact a row: the frame `details`.

Formats: ELF gABI, chapters 4 and 5; GNU symbol versioning and the `.note.gnu.property` note as the
Linux Extensions to the gABI describe them; x86-64, AArch64 and RISC-V psABI for the properties.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from diag.read.elf import Elf
from diag.read.elf_abi import abi_words
from diag.read.elf_attributes import attribute_rows
from diag.read.elf_dynamic import (
    DT_BIND_NOW,
    DT_FLAGS,
    DT_FLAGS_1,
    DT_NEEDED,
    DT_RPATH,
    DT_RUNPATH,
    DT_SONAME,
    DT_SYMBOLIC,
    DT_TEXTREL,
    Dynamic,
    described,
    read_dynamic,
)
from diag.read.elf_facts import comments, has_code
from diag.read.elf_layout import (
    DF_1_PIE,
    PT_GNU_RELRO,
    PT_GNU_STACK,
    PT_INTERP,
    SHF_COMPRESSED,
    SHT_GNU_VERDEF,
    SHT_GNU_VERNEED,
    SHT_NOBITS,
)
from diag.read.elf_linked import Note, build_id, read_notes
from diag.read.elf_properties import properties
from diag.read.elf_section_words import section_flags, section_type
from diag.read.elf_weak import weak_uses
from diag.read.symbols_versions import defined_versions, needed_versions

MAX_EXPANSION = 1032  # zlib makes at most so many bytes of one; more than that is a lie
_BITS_OF_FLAGS = ((0x2, "symbolic"), (0x4, "textrel"), (0x8, "bind-now"), (0x10, "static-tls"))
_BITS_OF_FLAGS_1 = ((0x1, "bind-now"), (0x8, "nodelete"), (0x80, "origin"), (DF_1_PIE, "pie"))
_OWN_TAGS = ((DT_SYMBOLIC, "symbolic"), (DT_TEXTREL, "textrel"), (DT_BIND_NOW, "bind-now"))
# pyelftools knows the types of GNU's notes and words another's by its number among them.
_GO_BUILD_ID = ("4", "NT_GO_BUILD_ID", "NT_GNU_GOLD_VERSION")
_COMPRESSIONS = {1: "zlib", 2: "zstd"}


@dataclass(frozen=True)
class Detail:
    """One fact: a kind of the frame `details`, what it is called and, where it has one, a value."""

    kind: str
    name: str
    value: str | None = None
    size: int | None = None


def elf_details(elf: Elf) -> Iterator[Detail]:
    """Every fact of one image; what cannot be read is noted on it."""
    yield Detail("flags", f"{elf.flags:#x}", abi_words(elf) or None)
    yield from _linked(elf)
    yield from _versions(elf)
    notes = read_notes(elf)
    yield from _noted(notes)
    yield from (Detail("property", *row) for row in properties(elf, notes))
    yield from (Detail("attribute", *row) for row in attribute_rows(elf))
    yield from (Detail("comment", text) for text in comments(elf))
    yield from _lto(elf)
    yield from (Detail("weak", name, use) for name, use in weak_uses(elf))
    yield from _sections(elf)


def _linked(elf: Elf) -> Iterator[Detail]:
    """What the program headers and the dynamic section say."""
    for segment in elf.segments[elf.segments["type"] == PT_INTERP][:1]:
        start, size = int(segment["offset"]), min(int(segment["filesz"]), 4096)
        raw = bytes(elf.data[start : start + size]).split(b"\0", 1)[0]
        yield Detail("interpreter", raw.decode("utf-8", "backslashreplace"))
    dynamic = read_dynamic(elf)
    for kind, tag in (
        ("needed", DT_NEEDED),
        ("soname", DT_SONAME),
        ("rpath", DT_RPATH),
        ("runpath", DT_RUNPATH),
    ):
        yield from (Detail(kind, text) for text in dynamic.texts(tag))
    yield from (Detail("flag", word) for word in dict.fromkeys(_flag_words(elf, dynamic)))


def _flag_words(elf: Elf, dynamic: Dynamic) -> Iterator[str]:
    values = dynamic.values
    yield from (word for tag, word in _OWN_TAGS if tag in values)
    for tag, bits in ((DT_FLAGS, _BITS_OF_FLAGS), (DT_FLAGS_1, _BITS_OF_FLAGS_1)):
        yield from (word for bit, word in bits if values.get(tag, 0) & bit)
    if PT_GNU_RELRO in elf.segments["type"]:
        yield "relro"
    for segment in elf.segments[elf.segments["type"] == PT_GNU_STACK][:1]:
        if int(segment["flags"]) & 0x1:
            yield "executable-stack"


def _versions(elf: Elf) -> Iterator[Detail]:
    """Versions asked of libraries, and versions defined with their parents."""
    image = elf
    if not len(elf.sections):
        image = described(elf) or elf
    if image.of_type(SHT_GNU_VERNEED):
        for _, version, library in needed_versions(image):
            yield Detail("verneed", version, library)
    if image.of_type(SHT_GNU_VERDEF):
        for _, version, parents in defined_versions(image):
            yield Detail("verdef", version, " ".join(parents) or None)


def _noted(notes: list[Note]) -> Iterator[Detail]:
    found = build_id(notes)
    if found is not None:
        yield Detail("build-id", found)
    for note in notes:
        if note.owner == "Go" and note.type in _GO_BUILD_ID:
            yield Detail("build-id", note.data.decode("utf-8", "backslashreplace"), "Go")


def _lto(elf: Elf) -> Iterator[Detail]:
    """Bytecode beside code, or in place of it."""
    for name in (b".gnu.lto_*", b".llvm.lto", b".llvmbc"):
        if elf.find_sections(name):
            state = "beside code" if has_code(elf) else "in place of code"
            yield Detail("bytecode", name.decode().rstrip("_*"), state)


def _sections(elf: Elf) -> Iterator[Detail]:
    """Each section with its type, flags as readelf letters them, and the size that it claims."""
    columns = (elf.sections[name].tolist() for name in ("type", "flags", "size"))
    for index, (kind, flags, size) in enumerate(zip(*columns, strict=True)):
        if not index:
            continue
        words = f"{section_type(elf.machine, kind)} {section_flags(flags)}".rstrip()
        if flags & SHF_COMPRESSED and kind != SHT_NOBITS:
            words += _compression(elf, index)
        yield Detail("section", elf.section_name(index), words, min(size, np.iinfo(np.int64).max))


def _compression(elf: Elf, index: int) -> str:
    """How a section is compressed, and a fault where it cannot hold what it claims.

    Nothing is ever expanded here.
    """
    order = "<" if elf.layout.byte_order == "little" else ">"
    form = order + ("IIQQ" if elf.layout.bits == 64 else "III")
    content = elf.content(index)
    if len(content) < struct.calcsize(form):
        elf.fault(elf.header_offset(index), "a compressed section is smaller than its header")
        return ""
    fields = struct.unpack_from(form, content)
    kind, size = _COMPRESSIONS.get(fields[0], f"type {fields[0]}"), fields[-2]
    if kind == "zlib" and size > MAX_EXPANSION * len(content):
        reason = f"a compressed section of {len(content)} bytes claims to hold {size}"
        elf.fault(elf.extent(index)[0], reason)
    return f" ({kind}, {size} bytes)"
