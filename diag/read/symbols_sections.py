"""Which section holds each symbol, and which COMDAT group that section belongs to: on demand.

Format: ELF gABI, chapter 4: "Symbol Table" (st_shndx, SHT_SYMTAB_SHNDX), "Section Groups".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from diag.read.elf import Elf, Records
from diag.read.elf_layout import SHN_LORESERVE, SHN_XINDEX, SHT_GROUP, SHT_SYMTAB_SHNDX

# As readelf prints them in the column Ndx.
SPECIAL = {0: "UND", 0xFFF1: "ABS", 0xFFF2: "COM"}
GRP_COMDAT = 0x1
MAX_GROUPS = 1_000_000
MAX_NAME_BYTES = 4096
MIN_TEXT_BYTES = 1 << 20
MAX_TEXT_FACTOR = 8  # text of one image's words beside its bytes: hostile names share their bytes


def section_numbers(elf: Elf, table: int, records: Records) -> npt.NDArray[np.int64]:
    """Section index of each record of a symbol table (the reserved first one left out).

    The reserved numbers of SPECIAL are negative, so that no index of a large file equals one.
    """
    numbers = records["shndx"].astype(np.int64)
    is_escaped = numbers == SHN_XINDEX
    numbers = np.where((numbers >= SHN_LORESERVE) & ~is_escaped, -numbers, numbers)
    if is_escaped.any():
        wide = _escaped(elf, table, len(records) + 1)
        numbers = np.where(is_escaped, wide[1:] if len(wide) else -SHN_XINDEX, numbers)
    return numbers


def _escaped(elf: Elf, table: int, count: int) -> npt.NDArray[np.int64]:
    order = "<u4" if elf.layout.byte_order == "little" else ">u4"
    for index in elf.of_type(SHT_SYMTAB_SHNDX):
        offset, size = elf.extent(index)
        if int(elf.sections["link"][index]) == table and size // 4 >= count:
            return np.frombuffer(elf.data, order, count, offset).astype(np.int64)
    elf.fault(elf.header_offset(table), "section numbers of its symbols are not in the file")
    return np.empty(0, np.int64)


def section_words(elf: Elf, numbers: npt.NDArray[np.int64]) -> dict[int, str]:
    """The word for each number that occurs: the section's name, or that of SPECIAL."""
    words: dict[int, str] = {}
    left = max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * len(elf.data))
    for number in np.unique(numbers).tolist():
        if number <= 0:
            words[number] = special_word(-number)
        elif number < len(elf.sections):
            words[number] = elf.section_name(number) if left > 0 else ""
            left -= len(words[number])
            if left <= 0:
                elf.fault(elf.sections_offset, "names of sections overlap: not all are read")
        else:
            words[number] = f"section {number}, which does not exist"
    return words


def special_word(number: int) -> str:
    """UND, ABS and COM; another reserved number as it is."""
    return SPECIAL.get(number, f"{number:#x}")


def comdat_groups(elf: Elf) -> dict[int, str]:
    """Section index -> signature of the COMDAT group that holds it.

    A group is told by the symbol that names it; two groups of one signature are one to a linker,
    which keeps the first.
    """
    order = "<u4" if elf.layout.byte_order == "little" else ">u4"
    found: dict[int, str] = {}
    left = len(elf.data)  # groups do not overlap: together they are no larger than the file
    text_left = max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * len(elf.data))
    for index in elf.of_type(SHT_GROUP)[:MAX_GROUPS]:
        content = elf.content(index)
        left -= len(content)
        if left < 0 or text_left < 0:
            elf.fault(elf.header_offset(index), "section groups overlap: not all are read")
            break
        words = np.frombuffer(content, order, len(content) // 4)
        if len(words) and int(words[0]) & GRP_COMDAT:
            signature = _signature(elf, index)
            text_left -= len(signature)
            members = words[1:][words[1:] < len(elf.sections)]
            found.update(dict.fromkeys(members.tolist(), signature))
    found.pop(0, None)  # no section: what is undefined is in no group
    return found


def _signature(elf: Elf, group: int) -> str:
    """The name of the symbol `sh_info` of the table `sh_link`; of its section where it has none."""
    table, number = int(elf.sections["link"][group]), int(elf.sections["info"][group])
    wanted = elf.layout.symbol.itemsize
    if table >= len(elf.sections):
        return ""
    offset, size = elf.extent(table)
    if (number + 1) * wanted > size:
        return ""
    record = np.frombuffer(elf.data, elf.layout.symbol, 1, offset + number * wanted)[0]
    name = _string(elf, int(elf.sections["link"][table]), int(record["name"]))
    shndx = int(record["shndx"])
    return name or (elf.section_name(shndx) if shndx < len(elf.sections) else "")


def _string(elf: Elf, table: int, at: int) -> str:
    if table >= len(elf.sections):
        return ""
    raw = bytes(elf.content(table)[at : at + MAX_NAME_BYTES])
    return raw.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
