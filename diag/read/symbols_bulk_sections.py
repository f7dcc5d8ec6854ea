"""Sections and COMDAT groups of the symbols of many images at once: on demand.

Format: ELF gABI, chapter 4: "Symbol Table" (st_shndx), "Section Groups". What is said here of
ordinary images is what symbols_sections.py says, one image at a time, of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from diag.read.elf import Records
from diag.read.elf_bulk import Images, Places, cut_out, numbers
from diag.read.elf_layout import SHN_LORESERVE, SHN_XINDEX, SHT_GROUP, SHT_STRTAB
from diag.read.symbols_blocks import Coded
from diag.read.symbols_names import PAD_BYTES, Bytes, decode_names, name_ends, padded
from diag.read.symbols_sections import (
    GRP_COMDAT,
    MAX_NAME_BYTES,
    MAX_TEXT_FACTOR,
    MIN_TEXT_BYTES,
    special_word,
)

# UND and the reserved numbers.
_SPECIAL = [special_word(number) for number in (0, *range(SHN_LORESERVE, SHN_XINDEX + 1))]


@dataclass(frozen=True)
class Tables:
    """Symbol tables end to end, one an image at most; those without symbols are left out.

    `sections` is the section of each table, `strings` all names with one NUL between two tables.
    """

    images: Images
    sections: Places
    counts: Places
    records: Records
    strings: Bytes
    text_sizes: Places
    offsets: Places

    @cached_property
    def first(self) -> Places:
        """Row at which each table begins."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def text_first(self) -> Places:
        """Where in `strings` the names of each table begin."""
        return np.cumsum(self.text_sizes + 1) - self.text_sizes - 1

    @cached_property
    def image(self) -> Places:
        """The image of each table."""
        return self.images.owner[self.sections]

    @cached_property
    def table_of_row(self) -> Places:
        """The table of each symbol."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @cached_property
    def starts(self) -> Places:
        """Where in `strings` the name of each symbol begins; at the table's end if outside."""
        names = self.records["name"].astype(np.int64)
        names = np.minimum(names, np.repeat(self.text_sizes, self.counts))
        return names + np.repeat(self.text_first, self.counts)

    @cached_property
    def numbers(self) -> Places:
        """Section number of each symbol as it stands."""
        return self.records["shndx"].astype(np.int64)

    @cached_property
    def section_of_row(self) -> Places:
        """Section of each symbol among all sections, -1 where it is in none that exists."""
        image = np.repeat(self.image, self.counts)
        exists = (self.numbers > 0) & (self.numbers < self.images.count[image])
        is_real = exists & (self.numbers < SHN_LORESERVE)
        return np.where(is_real, self.images.first[image] + self.numbers, -1)


def section_words(tables: Tables) -> tuple[Coded, Places]:
    """(the word for the section of each symbol, images that the careful reader has to read)."""
    images, section = tables.images, tables.section_of_row
    is_special = (tables.numbers == 0) | (tables.numbers >= SHN_LORESERVE)
    is_odd = (tables.numbers == SHN_XINDEX) | ((section < 0) & ~is_special)
    is_used = np.zeros(len(images.sections), np.bool_)
    is_used[section[section >= 0]] = True
    names, odd = _section_names(images, np.flatnonzero(is_used))
    words = pa.concat_arrays([pa.array(_SPECIAL, pa.large_string()), names])
    real = (np.cumsum(is_used) - 1)[section] + len(_SPECIAL)
    reserved = np.where(tables.numbers == 0, 0, tables.numbers - SHN_LORESERVE + 1)
    codes = np.where(is_special, reserved, real)
    return Coded(words, codes), np.append(odd, tables.image[tables.table_of_row[is_odd]])


def _section_names(images: Images, sections: Places) -> tuple[pa.Array, Places]:
    """(names of some sections, images whose section names are not where they should be)."""
    tables = images.first + numbers(images.header["shstrndx"])
    places, sizes, is_inside = images.places(tables)
    is_sound = is_inside & (images.types[tables] == SHT_STRTAB)
    sizes = np.where(is_sound, sizes, 0)
    text = padded(np.frombuffer(cut_out(images.data, places, sizes, b"\0"), np.uint8))
    owner, names = images.owner[sections], images.field("name", sections)
    is_outside = names >= sizes[owner]
    starts = np.minimum(names, sizes[owner]) + (np.cumsum(sizes + 1) - sizes - 1)[owner]
    words, is_long = _decode(images, owner, text, starts)
    return words, np.append(np.flatnonzero(~is_sound | is_long), owner[is_outside])


def _decode(
    images: Images, owner: Places, text: Bytes, starts: Places
) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """(the names that begin there, cut as those of single images are; images with too much text).

    Of these, whose names share their bytes, no name is decoded.
    """
    ends, high = name_ends(text, len(text) - PAD_BYTES, starts)
    ends = np.minimum(ends, starts + MAX_NAME_BYTES)
    texts = np.bincount(owner, ends - starts, len(images.number))
    is_long = texts > np.maximum(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * images.size)
    return decode_names(text, starts, np.where(is_long[owner], starts, ends), high), is_long


def group_words(tables: Tables) -> tuple[Coded, Places]:
    """(signature of the COMDAT group of each symbol's section, images to read with care)."""
    images = tables.images
    groups = np.flatnonzero(images.types == SHT_GROUP)
    places, sizes, is_inside = images.places(groups)
    signature = _signature_rows(tables, groups)
    is_odd = ~is_inside | (sizes % 4 != 0) | (signature < 0)
    owner = images.owner[groups]
    total = np.bincount(owner, np.where(is_inside, sizes, 0), len(images.number))
    overlap = total > images.size
    kept = ~is_odd & ~overlap[owner] & (sizes >= 4)
    group_of_section = _members(images, groups[kept], places[kept], sizes[kept])
    starts = tables.starts[signature[kept]]
    words, is_long = _decode(images, owner[kept], tables.strings, starts)
    section = tables.section_of_row
    codes = np.where(section >= 0, group_of_section[section], -1)
    return Coded(words, codes), np.append(owner[is_odd], np.flatnonzero(overlap | is_long))


def _members(images: Images, groups: Places, places: Places, sizes: Places) -> Places:
    """The COMDAT group (its place among those given) of each section, -1 for none."""
    order = "<u4" if images.layout.byte_order == "little" else ">u4"
    words = np.frombuffer(cut_out(images.data, places, sizes), order).astype(np.int64)
    n_words = sizes // 4
    group = np.repeat(np.arange(len(groups)), n_words)
    owner = images.owner[groups][group]
    first = np.cumsum(n_words) - n_words
    is_comdat = (words[first] & GRP_COMDAT) != 0
    is_member = is_comdat[group] & (words > 0) & (words < images.count[owner])
    is_member[first] = False  # the flags
    found = np.full(len(images.sections), -1)
    found[images.first[owner[is_member]] + words[is_member]] = group[is_member]
    return found


def _signature_rows(tables: Tables, groups: Places) -> Places:
    """Row of the symbol that names each group; -1 where it is none of the image's, or unnamed."""
    images = tables.images
    table_of_section = np.full(len(images.sections) + 1, -1)
    table_of_section[tables.sections] = np.arange(len(tables.sections))
    link, owner = images.field("link", groups), images.owner[groups]
    target = np.where(link < images.count[owner], images.first[owner] + link, -1)
    table = table_of_section[target]
    number = images.field("info", groups)
    is_known = (table >= 0) & (number > 0)
    is_known &= number <= tables.counts[table] if len(tables.counts) else False
    rows = np.where(is_known, tables.first[table] + number - 1, 0)
    return np.where(is_known & (tables.strings[tables.starts[rows]] != 0), rows, -1)
