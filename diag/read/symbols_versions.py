"""Symbol versions of a dynamic symbol table.

Format: GNU symbol versioning as the Linux Standard Base describes it (.gnu.version,
.gnu.version_d, .gnu.version_r). Chains are followed forwards only and counted, so that a table
that points to itself ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from diag.read.elf import Elf, Records
from diag.read.elf_layout import SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM

MAX_ENTRIES = 65_536  # version numbers have 15 bits
MAX_SECTIONS = 4  # of one kind: a sound file has one
MAX_NAME_BYTES = 4096
MIN_TEXT_BYTES = 1 << 16
MAX_TEXT_FACTOR = 8  # names beside the string table that they stand in
HIDDEN = 0x8000
FIRST_NAMED = 2  # 0 is local, 1 is global without a version
VER_FLG_BASE = 1


def version_words(elf: Elf, dynsym: int, n_symbols: int) -> tuple[Records, dict[int, str]]:
    """(version number of each symbol, hidden bit included; word of each number).

    Words have @@ for the default version of a definition and @ for others. Both are empty for a
    table without versions.
    """
    codes = _codes(elf, dynsym, n_symbols)
    if not len(codes):
        return codes, {}
    needed = {number: version for number, version, _ in needed_versions(elf)}
    defined = {number: version for number, version, _ in defined_versions(elf)}
    words: dict[int, str] = {}
    for code in np.unique(codes).tolist():
        index = code & ~HIDDEN
        if index < FIRST_NAMED:
            continue
        if index in needed:
            words[code] = "@" + needed[index]
        elif index in defined:
            words[code] = ("@" if code & HIDDEN else "@@") + defined[index]
        else:
            elf.fault(0, f"symbol version {index} is not described")
    return codes, words


def _codes(elf: Elf, dynsym: int, n_symbols: int) -> Records:
    for index in elf.of_type(SHT_GNU_VERSYM):
        if int(elf.sections["link"][index]) != dynsym:
            continue
        offset, size = elf.extent(index)
        if size // 2 < n_symbols:
            elf.fault(offset, f"{size // 2} symbol versions for {n_symbols} symbols: not used")
            break
        order = "<u2" if elf.layout.byte_order == "little" else ">u2"
        return np.frombuffer(elf.data, order, n_symbols, offset).astype(np.uint16)
    return np.empty(0, np.uint16)


def needed_versions(elf: Elf) -> Iterator[tuple[int, str, str]]:
    """(number, version, library) of what other libraries are asked for: Verneed and its Vernaux."""
    order = _order(elf)
    for index in elf.of_type(SHT_GNU_VERNEED)[:MAX_SECTIONS]:
        chains = _Chains(elf, index)
        for at, (_, n_aux, library, aux, _) in chains.follow(0, order + "HHIII", MAX_ENTRIES):
            for _, record in chains.follow(at + aux, order + "IHHII", n_aux):
                _, _, number, name, _ = record
                yield number & ~HIDDEN, chains.name(name), chains.name(library)


def defined_versions(elf: Elf) -> Iterator[tuple[int, str, list[str]]]:
    """(number, version, its parents) of what this library defines: Verdef and its Verdaux.

    The base entry, which names the library, is left out.
    """
    order = _order(elf)
    for index in elf.of_type(SHT_GNU_VERDEF)[:MAX_SECTIONS]:
        chains = _Chains(elf, index)
        for at, entry in chains.follow(0, order + "HHHHIII", MAX_ENTRIES):
            _, flags, number, n_aux, _, aux, _ = entry
            if flags & VER_FLG_BASE:
                continue
            records = chains.follow(at + aux, order + "II", n_aux)
            names = [chains.name(name) for _, (name, _) in records]
            if names:
                yield number & ~HIDDEN, names[0], names[1:]


class _Chains:
    """The records of one section, each with the distance to the next in its last field.

    Inner chains may overlap, so that few bytes ask for billions of records: all are counted as one.
    So is the text of names, since all may be the same long one.
    """

    def __init__(self, elf: Elf, section: int) -> None:
        self._elf, self._offset = elf, elf.extent(section)[0]
        self._data = elf.content(section)
        # The smallest record has 8 bytes.
        self._left = min(MAX_ENTRIES, len(self._data) // 8 + 1)
        link = int(elf.sections["link"][section])
        self._names = elf.content(link) if link < len(elf.sections) else memoryview(b"")
        self._text_left = max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * len(self._names))

    def follow(self, at: int, form: str, limit: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """(offset, fields) of at most `limit` records from there on."""
        size = struct.calcsize(form)
        for _ in range(limit):
            self._left -= 1
            if self._left < 0:
                self._elf.fault(self._offset, "version records overlap: not all are read")
                return
            if at + size > len(self._data):
                place = self._offset + min(at, len(self._data))
                self._elf.fault(place, "a version record lies outside its section")
                return
            fields = struct.unpack_from(form, self._data, at)
            yield at, fields
            if fields[-1] == 0:
                return
            at += fields[-1]

    def name(self, at: int) -> str:
        """The name at an offset of the section's strings; empty when names take too much text."""
        raw = bytes(self._names[at : at + MAX_NAME_BYTES]).split(b"\0", 1)[0]
        self._text_left -= len(raw)
        if self._text_left < 0:
            self._elf.fault(self._offset, "names of versions overlap: not all are read")
            return ""
        return raw.decode("utf-8", "backslashreplace")


def _order(elf: Elf) -> str:
    return "<" if elf.layout.byte_order == "little" else ">"
