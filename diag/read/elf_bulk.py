"""Headers and section tables of many alike ELF images that lie in one file, as arrays.

Taken are relocatable images of one class and byte order whose headers and section tables are whole
and ordinary; the others are left out, for a reader that tells what is wrong with them.
Format: ELF gABI, chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from diag.read.elf import Records
from diag.read.elf_layout import ET_REL, IDENT_BYTES, LAYOUTS, SHT_STRTAB, Layout

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
HEAD_BYTES = 64  # no layout's header has more
_HUGE = np.uint64(1 << 62)


@dataclass(frozen=True)
class Images:
    """The images taken: `number` says which of those asked for. Their sections are end to end.

    `first` and `count` of each image's sections; `owner` is the image of each section.
    """

    data: memoryview
    layout: Layout
    number: Places
    at: Places
    size: Places
    header: Records
    sections: Records
    first: Places
    count: Places
    owner: Places

    @cached_property
    def types(self) -> npt.NDArray[np.uint32]:
        """Type of each section."""
        return np.ascontiguousarray(self.sections["type"], dtype=np.uint32)

    def field(self, name: str, sections: Places) -> Places:
        """A field of some sections; what no file can hold becomes a huge number."""
        return numbers(self.sections[name][sections])

    def places(self, sections: Places) -> tuple[Places, Places, Flags]:
        """(offset in the file, size, whether all of it lies in the image) of some sections."""
        offset, size = self.field("offset", sections), self.field("size", sections)
        owner = self.owner[sections]
        is_inside = (offset <= self.size[owner]) & (size <= self.size[owner] - offset)
        return offset + self.at[owner], size, is_inside

    def linked(self, sections: Places) -> tuple[Places, Flags]:
        """(the section that each links to, whether it exists and holds strings)."""
        link, owner = self.field("link", sections), self.owner[sections]
        exists = link < self.count[owner]
        target = self.first[owner] + np.where(exists, link, 0)
        return target, exists & (self.types[target] == SHT_STRTAB)


def numbers(values: npt.NDArray[Any]) -> Places:
    """Unsigned numbers of any width and byte order as int64."""
    return np.minimum(values.astype(np.uint64), _HUGE).astype(np.int64)


def cut_out(data: memoryview, starts: Places, sizes: Places, between: bytes = b"") -> bytes:
    """The ranges of the file, end to end."""
    ends = starts + sizes
    return between.join([data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])


def read_images(data: memoryview, at: Places, size: Places) -> Iterator[Images]:
    """The ordinary ones of the images that lie there, those of each class and byte order apart."""
    if len(data) < HEAD_BYTES:
        return
    raw = np.frombuffer(data, np.uint8)
    fits = (size >= HEAD_BYTES) & (at + HEAD_BYTES <= len(raw))
    heads = np.lib.stride_tricks.sliding_window_view(raw, HEAD_BYTES)[np.where(fits, at, 0)]
    is_elf = fits & (heads[:, :4] == np.frombuffer(b"\x7fELF", np.uint8)).all(axis=1)
    for (kind, order), layout in LAYOUTS.items():
        number = np.flatnonzero(is_elf & (heads[:, 4] == kind) & (heads[:, 5] == order))
        if not len(number):
            continue
        fields = heads[number, IDENT_BYTES : IDENT_BYTES + layout.header.itemsize]
        header = np.ascontiguousarray(fields).view(layout.header)[:, 0]
        kept = np.flatnonzero(_is_ordinary(header, layout, size[number]))
        number, header = number[kept], header[kept]
        yield _with_sections(data, layout, number, at[number], size[number], header)


def _is_ordinary(header: Records, layout: Layout, size: Places) -> Flags:
    offset, count = numbers(header["shoff"]), numbers(header["shnum"])
    names = numbers(header["shstrndx"])
    is_relocatable = (header["type"] == ET_REL) & (header["phnum"] == 0)
    has_table = (count > 0) & (header["shentsize"] == layout.section.itemsize)
    is_inside = (offset > 0) & (offset <= size) & (count * layout.section.itemsize <= size - offset)
    return np.asarray(is_relocatable & has_table & is_inside & (names > 0) & (names < count))


def _with_sections(
    data: memoryview, layout: Layout, number: Places, at: Places, size: Places, header: Records
) -> Images:
    count = numbers(header["shnum"])
    starts = at + numbers(header["shoff"])
    joined = cut_out(data, starts, count * layout.section.itemsize)
    return Images(
        data, layout, number, at, size, header,
        sections=np.frombuffer(joined, layout.section),
        first=np.cumsum(count) - count,
        count=count,
        owner=np.repeat(np.arange(len(number)), count),
    )  # fmt: skip
