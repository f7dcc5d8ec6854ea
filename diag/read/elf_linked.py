"""What a linked ELF file says of itself in its dynamic section and notes; pyelftools reads notes.

pyelftools trusts sizes and chains, so it sees the file through a window that has a budget of
bytes and calls: a lying header ends in an exception here, and not in a hang.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

import numpy as np

from diag.read.elf import Elf
from diag.read.elf_dynamic import DT_FLAGS_1, DT_NEEDED, DT_SONAME, read_dynamic
from diag.read.elf_layout import PT_NOTE, SHT_NOTE

BUDGET_BYTES = 1 << 25
BUDGET_CALLS = 50_000
MAX_NOTE_BYTES = 1 << 20


@dataclass
class Linked:
    """Dynamic section and notes; empty where the file has none."""

    needed: list[str] = field(default_factory=list)
    soname: str | None = None
    flags_1: int = 0
    build_id: str | None = None


@dataclass(frozen=True)
class Note:
    """One note: `owner` and `type` as pyelftools words them, and the bytes of its description."""

    owner: str
    type: str
    data: bytes


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
    dynamic = read_dynamic(elf)
    return Linked(
        needed=dynamic.texts(DT_NEEDED),
        soname=next(iter(dynamic.texts(DT_SONAME)[-1:]), None),
        flags_1=dynamic.values.get(DT_FLAGS_1, 0),
        build_id=build_id(read_notes(elf)),
    )


def build_id(notes: list[Note]) -> str | None:
    """The GNU build id, hexadecimal; the last one where there are several."""
    own = [note for note in notes if note.owner == "GNU"]
    found = [note.data.hex() for note in own if note.type == "NT_GNU_BUILD_ID"]
    return found[-1] if found else None


def read_notes(elf: Elf) -> list[Note]:
    """The notes of the sections, of the segments in a file without sections, as far as they go."""
    from elftools.common.exceptions import ELFError  # on demand: most objects need none of it
    from elftools.construct import ConstructError
    from elftools.elf.elffile import ELFFile

    # What escapes pyelftools on hand-broken files beside its own ELFError.
    escapes = (
        ELFError, ConstructError, ValueError, OverflowError, MemoryError, IndexError, KeyError,
        TypeError, AttributeError, AssertionError, RecursionError, OSError,
    )  # fmt: skip
    found: list[Note] = []
    places = elf.of_type(SHT_NOTE) or np.flatnonzero(elf.segments["type"] == PT_NOTE).tolist()
    if not places:
        return found
    try:
        file = ELFFile(cast("IO[bytes]", _Window(elf.data)))
        for holder in _holders(file, elf, places):
            for note in holder.iter_notes():
                found.append(Note(str(note["n_name"]), str(note["n_type"]), note["n_descdata"]))
    except escapes as error:
        elf.fault(0, f"the notes cannot be read: {str(error) or type(error).__name__}")
    return found


def _holders(file: Any, elf: Elf, places: list[int]) -> Iterator[Any]:
    """Sections or segments of notes that are not too large."""
    in_sections = bool(elf.of_type(SHT_NOTE))
    for index in places:
        size = elf.extent(index)[1] if in_sections else int(elf.segments["filesz"][index])
        if size > MAX_NOTE_BYTES:
            place = elf.header_offset(index) if in_sections else 0
            elf.fault(place, f"more than {MAX_NOTE_BYTES} bytes of notes")
        else:
            yield file.get_section(index) if in_sections else file.get_segment(index)
