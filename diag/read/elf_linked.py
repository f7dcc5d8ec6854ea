"""What a linked ELF file says of itself in its dynamic section and notes, read by pyelftools.

pyelftools trusts sizes and chains, so it sees the file through a window that has a budget of
bytes and calls: a lying header ends in an exception here, and not in a hang.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import IO, Any, cast

from diag.read.elf import Elf
from diag.read.elf_layout import SHT_NOTE

BUDGET_BYTES = 1 << 25
BUDGET_CALLS = 200_000
MAX_NOTE_BYTES = 1 << 20
MAX_TAGS = 65_536


@dataclass
class Linked:
    """Dynamic section and notes; empty where the file has none."""

    needed: list[str] = field(default_factory=list)
    soname: str | None = None
    flags_1: int = 0
    build_id: str | None = None


class _Window(io.RawIOBase):
    """The image as a stream that refuses to be read without end."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._at = data, 0
        self._bytes, self._calls = BUDGET_BYTES, BUDGET_CALLS

    def seek(self, offset: int, whence: int = 0) -> int:
        base = (0, self._at, len(self._data))[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, len(self._data) - self._at)
        size = left if size is None or size < 0 else min(size, left)
        self._bytes, self._calls = self._bytes - size, self._calls - 1
        if self._bytes < 0 or self._calls < 0:
            raise ValueError("its tables ask for more reading than they can hold")
        chunk = bytes(self._data[self._at : self._at + size])
        self._at += size
        return chunk


def read_linked(elf: Elf) -> Linked:
    """Needed libraries, soname, DT_FLAGS_1 and build id; what fails is noted on the image."""
    from elftools.common.exceptions import ELFError  # on demand: most objects need none of it
    from elftools.elf.elffile import ELFFile

    found = Linked()
    # What escapes pyelftools on hand-broken files beside its own ELFError.
    escapes = (
        ELFError, ValueError, OverflowError, MemoryError, IndexError, KeyError, TypeError,
        AttributeError, AssertionError, RecursionError, OSError,
    )  # fmt: skip
    try:
        file = ELFFile(cast("IO[bytes]", _Window(elf.data)))
    except escapes as error:
        elf.fault(0, f"the header cannot be followed: {_message(error)}")
        return found
    for read, what in ((_read_dynamic, "dynamic section"), (_read_notes, "notes")):
        try:
            read(file, elf, found)
        except escapes as error:
            elf.fault(0, f"the {what} cannot be read: {_message(error)}")
    return found


def _message(error: Exception) -> str:
    return str(error) or type(error).__name__


def _read_dynamic(file: Any, elf: Elf, found: Linked) -> None:
    for segment in file.iter_segments("PT_DYNAMIC"):
        for count, tag in enumerate(segment.iter_tags()):
            if count >= MAX_TAGS:
                elf.fault(0, f"the dynamic section has more than {MAX_TAGS} entries")
                return
            if tag.entry.d_tag == "DT_NEEDED":
                found.needed.append(tag.needed)
            elif tag.entry.d_tag == "DT_SONAME":
                found.soname = tag.soname
            elif tag.entry.d_tag == "DT_FLAGS_1":
                found.flags_1 = int(tag.entry.d_val)
        return


def _read_notes(file: Any, elf: Elf, found: Linked) -> None:
    for index in elf.of_type(SHT_NOTE):
        if elf.extent(index)[1] > MAX_NOTE_BYTES:
            elf.fault(elf.header_offset(index), f"more than {MAX_NOTE_BYTES} bytes of notes")
            continue
        for note in file.get_section(index).iter_notes():
            if note["n_type"] == "NT_GNU_BUILD_ID" and isinstance(note["n_desc"], str):
                found.build_id = note["n_desc"]
