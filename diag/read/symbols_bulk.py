"""The symbol tables of an archive's members all at once.

Most members of most archives are alike: relocatable, of one class and byte order, with one .symtab.
Their headers, sections, symbols and names are gathered and checked as arrays, so that thousands of
small members cost little each. A member that departs in anything (damaged, linked, more sections
than 16 bits count, ...) is left to the careful reader, one image at a time; in what is taken here
nothing is left to be told. Format: ELF gABI, chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diag.read.archive import Member
from diag.read.containers import Opened
from diag.read.elf_bulk import Flags, Images, Places, cut_out, read_images
from diag.read.elf_layout import SHT_DYNSYM, SHT_SYMTAB, arch_of
from diag.read.symbols_blocks import Block, Coded, Owner
from diag.read.symbols_bulk_sections import Tables, group_words, section_words
from diag.read.symbols_names import MAX_TABLE_BYTES, PAD_BYTES, padded

MIN_MEMBERS = 8  # fewer are read one by one: the arrays would cost more than they save
MAX_CHUNK_BYTES = 1 << 24  # of members that are gathered together


@dataclass(frozen=True)
class Run:
    """Members [first, end) of an archive, with their symbols; None where they have none."""

    first: int
    end: int
    block: Block | None


def read_runs(opened: Opened, *, with_sections: bool) -> Iterator[Run]:
    """The stretches of members that can be read at once, in order."""
    members = _candidates(opened, with_sections=with_sections)
    first = 0
    while first < len(members):
        end, size = first, 0
        while end < len(members) and (end == first or size + members[end].size <= MAX_CHUNK_BYTES):
            size += members[end].size
            end += 1
        yield from _runs_of(opened, members[first:end], with_sections=with_sections)
        first = end


def _candidates(opened: Opened, *, with_sections: bool) -> Sequence[Member]:
    # The many sections and groups of a single object are worth it too.
    least = 1 if with_sections else MIN_MEMBERS
    if opened.archive is None:
        is_worth = with_sections and opened.format == "elf"
        return [Member("", 0, 0, 0, len(opened.data))] if is_worth else []
    is_worth = opened.format == "archive" and len(opened.archive.members) >= least
    return opened.archive.members if is_worth else []


def _runs_of(opened: Opened, members: Sequence[Member], *, with_sections: bool) -> list[Run]:
    at = np.array([member.offset for member in members])
    size = np.array([member.size for member in members])
    found: list[Run] = []
    for images in read_images(opened.data, at, size):
        found += _runs_of_images(opened.file, members, images, with_sections=with_sections)
    return sorted(found, key=lambda run: run.first)


def _runs_of_images(
    file: str, members: Sequence[Member], images: Images, *, with_sections: bool
) -> Iterator[Run]:
    tables, is_taken = _tables(images)
    section = group = None
    if with_sections and len(tables.records):
        (section, odd), (group, odder) = section_words(tables), group_words(tables)
        is_taken[odd] = is_taken[odder] = False
    taken = np.zeros(len(members) + 1, np.int8)
    taken[images.number[is_taken]] = 1
    # Where a stretch begins, and where the next member is not taken, in turns.
    edges = np.flatnonzero(np.diff(taken, prepend=0)).reshape(-1, 2)
    for first, end in edges.tolist():
        block = _block(file, members, tables, (first, end), section, group)
        yield Run(members[first].number, members[end - 1].number + 1, block)


def _tables(images: Images) -> tuple[Tables, Flags]:
    """(the tables that hold symbols, which images are sound)."""
    n_images = len(images.number)
    of_type = [np.flatnonzero(images.types == kind) for kind in (SHT_SYMTAB, SHT_DYNSYM)]
    n_tables, n_dynamic = (np.bincount(images.owner[s], minlength=n_images) for s in of_type)
    is_sound = (n_tables <= 1) & (n_dynamic == 0)
    sections = of_type[0][is_sound[images.owner[of_type[0]]]]
    places, sizes, is_inside = images.places(sections)
    names, has_names = images.linked(sections)
    text_places, text_sizes, is_text_inside = images.places(names)
    entry = images.layout.symbol.itemsize
    is_good = is_inside & has_names & is_text_inside & (text_sizes < MAX_TABLE_BYTES)
    is_good &= (
        (images.field("entsize", sections) == entry) & (sizes >= entry) & (sizes % entry == 0)
    )
    is_sound[images.owner[sections[~is_good]]] = False
    kept = is_good & (sizes > entry)
    # The reserved first symbol is left out.
    joined = cut_out(images.data, places[kept] + entry, sizes[kept] - entry)
    text = cut_out(images.data, text_places[kept], text_sizes[kept], b"\0")
    tables = Tables(
        images,
        sections[kept],
        sizes[kept] // entry - 1,
        np.frombuffer(joined, images.layout.symbol),
        padded(np.frombuffer(text, np.uint8)),
        text_sizes[kept],
        images.field("offset", sections[kept]),
    )
    is_sound[images.owner[tables.sections[_names_outside(tables)]]] = False
    return tables, is_sound


def _names_outside(tables: Tables) -> Flags:
    """Which tables have names outside of their string table."""
    if not len(tables.records):
        return np.zeros(0, np.bool_)
    last = np.maximum.reduceat(tables.records["name"], tables.first)
    return np.asarray(last >= np.maximum(tables.text_sizes, 1))


def _block(
    file: str,
    members: Sequence[Member],
    tables: Tables,
    stretch: tuple[int, int],
    section: Coded | None,
    group: Coded | None,
) -> Block | None:
    """The tables of some members, cut out of those of all; None where they have none."""
    images = tables.images
    number = images.number[tables.image]  # of the member of each table
    first, end = np.searchsorted(number, stretch).tolist()
    if first == end:
        return None
    machines = images.header["machine"][tables.image[first:end]].tolist()
    arches = {machine: arch_of(machine) for machine in set(machines)}
    owned = [members[at] for at in number[first:end].tolist()]
    owners = [
        Owner(file, member.name, member.number, arches[machine], ".symtab", offset)
        for member, machine, offset in zip(
            owned, machines, tables.offsets[first:end].tolist(), strict=True
        )
    ]
    rows = slice(*_range(tables.first, tables.counts, first, end))
    text, text_end = _range(tables.text_first, tables.text_sizes, first, end)
    return Block(
        owners,
        tables.counts[first:end],
        tables.text_sizes[first:end],
        tables.records[rows],
        tables.strings[text : text_end + PAD_BYTES],
        text_end - text,
        tables.starts[rows] - text,
        section=None if section is None else Coded(section.words, section.codes[rows]),
        group=None if group is None else Coded(group.words, group.codes[rows]),
    )


def _range(firsts: Places, sizes: Places, first: int, end: int) -> tuple[int, int]:
    """Where a stretch of tables begins and ends in what is end to end."""
    return int(firsts[first]), int(firsts[end - 1] + sizes[end - 1])
