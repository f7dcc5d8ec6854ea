"""ELF headers that lie: each is told with its place, nothing is made up, nothing escapes."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from diag import schema
from diag.read.details import read_details
from diag.read.elf import ElfError, parse_elf
from diag.read.objects import read_symbols, scan_objects
from tests.elf_builder import build_elf

SOUND = build_elf([(b"one", 0x12, 0, 1, 0, 4), (b"a_name_of_some_length", 0x12, 0, 1, 4, 4)])
SECTIONS_AT = struct.unpack_from("<Q", SOUND, 40)[0]
SYMTAB, STRTAB = SECTIONS_AT + 2 * 64, SECTIONS_AT + 3 * 64
TYPE, OFFSET, SIZE, LINK, ENTSIZE = 4, 24, 32, 40, 56


def patched(place: int, value: int, width: int = 8) -> bytes:
    return SOUND[:place] + value.to_bytes(width, "little") + SOUND[place + width :]


LIES = {
    "entry of one byte": (patched(SYMTAB + ENTSIZE, 1), "entries of 1 bytes"),
    "size past the end": (patched(SYMTAB + SIZE, 1 << 45), "are in the file"),
    "offset past the end": (patched(SYMTAB + OFFSET, 1 << 62), "are in the file"),
    "no whole number of entries": (patched(SYMTAB + SIZE, 71), "whole number"),
    "names from no section": (patched(SYMTAB + LINK, 99, 4), "no string table"),
    "names from code": (patched(SYMTAB + LINK, 1, 4), "no string table"),
    "names in no bits": (patched(STRTAB + TYPE, 8, 4), "not all in the file"),
    "names too short": (patched(STRTAB + SIZE, 2), "outside its string table"),
    "more sections than bytes": (patched(60, 0xFFFF, 2), "section headers claimed"),
    "sections of odd size": (patched(58, 63, 2), "section headers of 63 bytes"),
    "section names nowhere": (patched(62, 77, 2), "section names"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_told(lie: str) -> None:
    """Each lying header gives a row that names it; no exception, no symbol out of nothing."""
    data, words = LIES[lie]
    scan = scan_objects(data)
    assert scan.errors["reason"].str.contains(words).any()
    assert len(scan.symbols) <= 2
    assert scan.symbols["name"].isin(["one", "a_name_of_some_length", "", "o"]).all()
    assert len(scan.objects) == 1
    schema.check(scan.errors, "errors")


def test_a_second_symbol_table_is_told() -> None:
    """One .symtab is read; a second one would repeat the key of the frame."""
    data = patched(SECTIONS_AT + 4 * 64 + TYPE, 2, 4)
    assert scan_objects(data).errors["reason"].str.contains("a second .symtab").any()


def test_names_that_share_one_long_text_are_refused() -> None:
    """A million symbols cannot each ask for the same megabyte of name."""
    tail = b"x" * (1 << 20)
    at = len(b"\0" + b"".join(b"n\0" for _ in range(40)))
    data = bytearray(build_elf([(b"n", 0x12, 0, 1, 0, 4)] * 40, strings_tail=tail))
    for number in range(1, 41):
        struct.pack_into("<I", data, 64 + 16 + number * 24, at)
    scan = scan_objects(bytes(data))
    assert scan.errors["reason"].str.contains("overlap to").any()
    assert scan.symbols["name"].tolist() == [""] * 40


def test_names_that_are_not_utf8_are_escaped() -> None:
    """Bytes that are no text are shown as escapes, short names and long ones."""
    frame = read_symbols(
        build_elf([(b"\xff", 0x12, 0, 1, 0, 0), (b"long_enough_\xfe_name", 0x12, 0, 1, 0, 0)])
    )
    assert frame["name"].tolist() == ["\\xff", "long_enough_\\xfe_name"]


def test_truncation_at_every_byte_is_safe() -> None:
    """A file cut anywhere gives an error row, and no more symbols than it had."""
    for cut in range(0, len(SOUND), 7):
        scan = scan_objects(SOUND[:cut])
        assert len(scan.errors) >= 1
        assert len(scan.symbols) <= 2


def test_header_errors_have_their_place() -> None:
    """What is no ELF header at all is refused with a byte offset."""
    with pytest.raises(ElfError) as caught:
        parse_elf(memoryview(b"\x7fELF\x09\x01" + bytes(60)))
    assert caught.value.fault.offset == 4
    with pytest.raises(ElfError):
        parse_elf(memoryview(SOUND[:40]))


def test_section_count_beyond_16_bits() -> None:
    """With e_shnum 0 the first section header holds the count."""
    data = bytearray(patched(60, 0, 2))
    struct.pack_into("<Q", data, SECTIONS_AT + SIZE, 5)
    assert len(parse_elf(memoryview(bytes(data))).sections) == 5
    assert read_symbols(bytes(data))["name"].tolist() == ["one", "a_name_of_some_length"]


def test_many_tables_make_the_same_frame_as_each_alone() -> None:
    """Batches of small objects and single tables agree in every cell but the file's name."""
    alone = read_symbols(SOUND).drop(columns="file")
    both = read_symbols(SOUND, build_elf([(b"x" * 13, 0x12, 0, 1, 1, 1)], bits=32, order="big"))
    assert both.iloc[:2].drop(columns="file").equals(alone)
    assert both["name"].tolist()[2] == "x" * 13
    assert both["index"].to_numpy().dtype == np.int64


def test_a_note_whose_owner_has_no_end_is_told() -> None:
    """What pyelftools raises there is none of its own errors."""
    segment = struct.pack("<IIQQQQQQ", 4, 4, 120, 0, 0, 13, 13, 4)  # PT_NOTE
    header = bytearray(build_elf([])[:64])
    struct.pack_into("<H", header, 16, 3)  # ET_DYN
    struct.pack_into("<QQ", header, 32, 64, 0)  # e_phoff, e_shoff
    struct.pack_into("<HHHHH", header, 54, 56, 1, 64, 0, 0)  # e_phentsize and the counts
    errors = read_details(bytes(header) + segment + struct.pack("<III", 4096, 0, 1) + b"x").attrs
    assert "notes cannot be read" in " ".join(row["reason"] for row in errors["errors"])
