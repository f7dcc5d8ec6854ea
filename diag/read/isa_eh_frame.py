"""Function ranges of a stripped file, from the frame descriptions in .eh_frame.

Format: LSB core specification, "Exception Frames"; pointer encodings: DWARF exception header
encoding in the same place. Only encodings that a linked file uses for code are read (absolute or
relative to the place, 2 to 8 bytes); other entries are passed over.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from diag.read.elf import Elf

Places = npt.NDArray[np.int64]

MAX_ENTRIES = 5_000_000
MAX_SAME = 4  # sections of that name: a linked file has one
_PCREL = 0x10
_FORMS = {0x00: None, 0x02: "H", 0x03: "I", 0x04: "Q", 0x0A: "h", 0x0B: "i", 0x0C: "q"}


def function_ranges(elf: Elf) -> tuple[Places, Places]:
    """(start address, size in bytes) of each frame description; empty where there are none."""
    starts: list[int] = []
    sizes: list[int] = []
    for index in elf.find_sections(b".eh_frame")[:MAX_SAME]:
        reader = _Frames(elf, index)
        for start, size in reader.ranges():
            starts.append(start)
            sizes.append(size)
    wrap = (1 << 64) - 1
    unsigned = np.array([value & wrap for value in starts], np.uint64)
    return unsigned.view(np.int64), np.array(sizes, np.uint64).view(np.int64)


class _Frames:
    """One .eh_frame section."""

    def __init__(self, elf: Elf, index: int) -> None:
        self.data = elf.content(index)
        self.address = int(elf.sections["addr"][index])
        self.order = "<" if elf.layout.byte_order == "little" else ">"
        self.pointer = "Q" if elf.layout.bits == 64 else "I"
        self._encodings: dict[int, int | None] = {}

    def ranges(self) -> list[tuple[int, int]]:
        """(start, size) of each description, as far as the section can be followed."""
        found, at = [], 0
        for _ in range(MAX_ENTRIES):
            if at + 8 > len(self.data):
                break
            length, identity = struct.unpack_from(self.order + "II", self.data, at)
            if length in (0, 0xFFFFFFFF):  # the end, or the 64-bit form that no compiler writes
                break
            if identity and (one := self._range(at, identity)):
                found.append(one)
            at += 4 + length
        return found

    def _range(self, at: int, identity: int) -> tuple[int, int] | None:
        encoding = self._encoding(at + 4 - identity)
        if encoding is None or encoding & 0x70 not in (0, _PCREL) or encoding & 0x0F not in _FORMS:
            return None
        form = self.order + (_FORMS[encoding & 0x0F] or self.pointer)
        width = struct.calcsize(form)
        if at + 8 + 2 * width > len(self.data):
            return None
        start = struct.unpack_from(form, self.data, at + 8)[0]
        size = struct.unpack_from(form.upper(), self.data, at + 8 + width)[0]
        if encoding & 0x70 == _PCREL:
            start += self.address + at + 8
        return (start, size) if size else None

    def _encoding(self, cie: int) -> int | None:
        """The pointer encoding that a common entry states; None where it cannot be read."""
        if cie not in self._encodings:
            self._encodings[cie] = self._read_encoding(cie)
        return self._encodings[cie]

    def _read_encoding(self, cie: int) -> int | None:
        entry = bytes(self.data[cie + 8 : cie + 72]) if cie >= 0 else b""
        augmentation, found, rest = entry[1:].partition(b"\0")
        if not found or not augmentation.startswith(b"z"):
            return 0 if found and not augmentation else None
        at = _skip_lebs(rest, 0, 4)  # code and data alignment, return register, data length
        for letter in augmentation[1:]:
            if letter == ord("R"):
                return rest[at] if at < len(rest) else None
            if letter == ord("L"):
                at += 1
            elif letter == ord("P"):
                at += 1 + self._pointer_bytes(rest[at] if at < len(rest) else 0)
        return 0

    def _pointer_bytes(self, encoding: int) -> int:
        return struct.calcsize(self.order + (_FORMS.get(encoding & 0x0F) or self.pointer))


def _skip_lebs(data: bytes, at: int, count: int) -> int:
    while count and at < len(data):
        count -= not data[at] & 0x80
        at += 1
    return at
