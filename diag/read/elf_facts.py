"""One row of the frame `objects` for an ELF image."""

from __future__ import annotations

from typing import Any

import numpy as np

from diag.read.containers import Part
from diag.read.elf import Elf
from diag.read.elf_abi import abi_words
from diag.read.elf_layout import (
    DF_1_PIE,
    KINDS,
    PT_DYNAMIC,
    PT_INTERP,
    SHF_EXECINSTR,
    SHT_NOBITS,
    SHT_NOTE,
)
from diag.read.elf_linked import Linked, read_linked

MAX_COMMENT_BYTES = 1 << 16
MAX_SAME = 4  # sections of one name that are looked into: a sound file has one
METADATA_MEMBERS = ("lib.rmeta", "rust.metadata.bin")  # of rlibs: no code for a linker
SLIM_LTO = b"__gnu_lto_slim\0"  # GCC puts this symbol where there is bytecode and no code


def elf_row(part: Part, elf: Elf) -> dict[str, Any]:
    """Header facts of an ELF image as a row of `objects`."""
    kind = KINDS.get(elf.type, "other")
    has_dynamic = bool(len(elf.segments)) and PT_DYNAMIC in elf.segments["type"]
    wants_more = kind != "relocatable" and (has_dynamic or bool(elf.of_type(SHT_NOTE)))
    linked = read_linked(elf) if wants_more else Linked()
    if kind == "shared" and is_program(elf, linked):
        kind = "executable"
    return {
        "arch": elf.arch,
        "bits": elf.layout.bits,
        "byte_order": elf.layout.byte_order,
        "kind": "other" if part.member in METADATA_MEMBERS else kind,
        "abi": abi_words(elf),
        "compiler": compiler(elf),
        "needed": linked.needed,
        "soname": linked.soname,
        "build_id": linked.build_id,
        "is_pic": _is_pic(elf),
        "is_lto": is_lto(elf),
    }


def is_program(elf: Elf, linked: Linked) -> bool:
    """Whether an ET_DYN file is a position-independent executable.

    DF_1_PIE says so; older linkers did not set it, there an interpreter without a soname does
    (a library such as libc.so.6 may have an interpreter too).
    """
    if linked.flags_1 & DF_1_PIE:
        return True
    return bool(len(elf.segments)) and PT_INTERP in elf.segments["type"] and not linked.soname


def _is_pic(elf: Elf) -> bool | None:
    """True for ET_DYN, False for ET_EXEC; an object alone does not tell."""
    return {"executable": False, "shared": True}.get(KINDS.get(elf.type, ""))


def compiler(elf: Elf) -> str:
    """The distinct texts of .comment, in order."""
    return "; ".join(comments(elf))


def comments(elf: Elf) -> list[str]:
    """The distinct texts of .comment, in order: what compilers and linkers write of themselves."""
    texts: list[str] = []
    for index in elf.find_sections(b".comment")[:MAX_SAME]:
        raw = bytes(elf.content(index)[:MAX_COMMENT_BYTES])
        texts += [text.decode("utf-8", "backslashreplace") for text in raw.split(b"\0") if text]
    return list(dict.fromkeys(texts))


def is_lto(elf: Elf) -> bool:
    """Whether the object holds LTO bytecode and no machine code of its own."""
    if not elf.find_sections(b".gnu.lto_*"):
        return False
    if any(
        SLIM_LTO in bytes(elf.content(index)) for index in elf.find_sections(b".strtab")[:MAX_SAME]
    ):
        return True
    return not has_code(elf)


def has_code(elf: Elf) -> bool:
    """Whether any executable section has bytes."""
    sections = elf.sections
    is_code = (sections["flags"] & SHF_EXECINSTR != 0) & (sections["type"] != SHT_NOBITS)
    return bool(np.any(is_code & (sections["size"] > 0)))
