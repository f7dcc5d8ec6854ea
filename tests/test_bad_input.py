"""Damaged and hostile objects: told with file, member, offset and reason; the rest is read.

Single lying headers of a small object are in test_elf_lies.py, those of archives in
test_archive.py. Here: tricks that ask for more than the file has bytes, loops, cuts at every byte,
and a sample of what `make fuzz` does at length.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from diag import schema
from diag.read import elf_details
from diag.read.details import read_details
from diag.read.isa import read_isa
from diag.read.objects import Scan, read_objects, read_symbols, scan_objects
from tests import fuzz_giants as giants
from tests.elf_builder import ar_member, bsd_archive, build_elf, sym64_archive
from tests.elf_images import (
    ALLOC,
    DYNSYM,
    ET_DYN,
    NOBITS,
    PROGBITS,
    VERDEF,
    VERNEED,
    VERSYM,
    Section,
    image,
    symbol,
    symtab,
)  # fmt: skip
from tests.fuzz import read_all
from tests.fuzz_mutations import mutated
from tests.fuzz_seeds import make_seeds

NEIGHBOUR = build_elf([(b"neighbour", 0x12, 0, 1, 0, 4)])
STRINGS = b"\0one\0V1\0libx.so.1\0"
ONE, V1, LIBX = 1, 5, 8


def scan_beside(data: bytes) -> Scan:
    """The scan of an archive with the bytes as a member and a sound neighbour behind it.

    Asserted for each: every error row names the member, an offset and a reason, and the neighbour
    is read.
    """
    scan = scan_objects(bsd_archive([(b"bad.o", data), (b"good.o", NEIGHBOUR)]), with_sections=True)
    schema.check(scan.errors, "errors")
    assert scan.objects["member"].tolist() == ["", "bad.o", "good.o"]
    assert scan.symbols.loc[scan.symbols["member"] == "good.o", "name"].tolist() == ["neighbour"]
    assert scan.errors["member"].eq("bad.o").all()
    assert scan.errors["offset"].between(0, len(data)).all()
    return scan


def names_of(scan: Scan) -> list[str]:
    """Names of the symbols of the bad member."""
    return list(scan.symbols.loc[scan.symbols["member"] == "bad.o", "name"])


def told(errors: pd.DataFrame | list[dict[str, Any]]) -> str:
    """All reasons."""
    return "; ".join(pd.DataFrame(errors, columns=["reason"])["reason"])


def object_with(*more: Section) -> bytes:
    """A sound object with one symbol and these sections behind its tables, from number 4 on."""
    return image([giants.TEXT, *symtab([symbol(ONE)], STRINGS, 2), *more])


# Sections that lie, and what is told of them; `one` stays readable in each.
SECTIONS_THAT_LIE = {
    "groups over the same bytes": (giants.groups_shared(300), "groups overlap"),
    "a second table that links to itself": (
        object_with(Section(b".symtab", 2, bytes(48), link=4, entsize=24)), "a second .symtab",
    ),
    "dynamic symbols that take their names from themselves": (
        object_with(Section(b".dynsym", DYNSYM, bytes(48), link=4, entsize=24)), "no string table",
    ),
    "dynamic symbols of no size": (
        object_with(Section(b".dynsym", DYNSYM, bytes(48), link=3)), "entries of 0 bytes",
    ),
    "dynamic symbols beyond the file": (
        object_with(Section(b".dynsym", DYNSYM, b"", link=3, entsize=24, size=1 << 62)),
        "are in the file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lie", SECTIONS_THAT_LIE)
def test_a_section_that_lies_is_told_and_the_others_are_read(lie: str) -> None:
    """The symbols of the sound table and those of the next member are there, with a row why."""
    data, words = SECTIONS_THAT_LIE[lie]
    scan = scan_beside(data)
    assert words in told(scan.errors)
    assert names_of(scan) == ["one"]


def versioned(*, needs: bytes = b"", defines: bytes = b"", codes: tuple[int, ...] = (2,)) -> bytes:
    """A shared object whose only symbol has a version by these records."""
    sections = [
        giants.TEXT,
        *symtab([symbol(ONE)], STRINGS, 2, DYNSYM),
        Section(b".gnu.version", VERSYM, struct.pack(f"<{1 + len(codes)}H", 0, *codes), link=2),
        Section(b".gnu.version_r", VERNEED, needs, link=3),
        Section(b".gnu.version_d", VERDEF, defines, link=3),
    ]
    return image(sections, type=ET_DYN)


def verneed(count: int, aux: int = 16, following: int = 0) -> bytes:
    return struct.pack("<HHIII", 1, count, LIBX, aux, following)


def need_aux(following: int = 0, name: int = V1) -> bytes:
    return struct.pack("<IHHII", 0, 0, 2, name, following)


def define(count: int, aux: int = 20, following: int = 0) -> bytes:
    return struct.pack("<HHHHIII", 1, 0, 2, count, 0, aux, following)


def define_aux(following: int = 0) -> bytes:
    return struct.pack("<II", V1, following)


# Records, what is told of them, and the symbol's version all the same.
VERSION_LOOPS = {
    "count of 65,535 and no next": (versioned(needs=verneed(0xFFFF) + need_aux()), "", "@V1"),
    "next within the record": (
        versioned(needs=verneed(0xFFFF) + need_aux(1) * 40), "outside its section|overlap", None,
    ),
    "libraries that overlap": (
        versioned(needs=(verneed(0xFFFF, 16, 16) + need_aux(16)) * 400), "version records overlap", "@V1",
    ),
    "next beyond the section": (
        versioned(needs=verneed(2) + need_aux(0xFFFFFFF0)), "outside its section", "@V1",
    ),
    "names beyond the strings": (versioned(needs=verneed(1) + need_aux(name=9999)), "", "@"),
    "definition of 65,535 and no next": (
        versioned(defines=define(0xFFFF) + define_aux()), "", "@@V1",
    ),
    "parents that overlap": (
        versioned(defines=(define(0xFFFF, 20, 20) + define_aux(8)) * 400), "overlap|outside", None,
    ),
    "a number that nothing describes": (versioned(needs=verneed(0)), "is not described", None),
    "fewer versions than symbols": (versioned(codes=()), "not used", None),
}  # fmt: skip


@pytest.mark.parametrize("loop", VERSION_LOOPS)
def test_version_records_end(loop: str) -> None:
    """Chains that loop, overlap or lead away end, are told, and cost no symbol."""
    data, words, version = VERSION_LOOPS[loop]
    scan = scan_beside(data)
    assert names_of(scan) == ["one"]
    assert scan.errors["reason"].str.contains(words or "^$").any() == bool(words)
    found = scan.symbols.loc[scan.symbols["name"] == "one", "version"].iloc[0]
    assert version is None or found == version
    assert len(read_details(data)) < len(data) // 8


def test_compressed_sections_are_never_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A section that claims a terabyte is told; zlib is not called, whatever is read."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was expanded")

    for name in ("decompress", "decompressobj"):
        monkeypatch.setattr(zlib, name, refuse)
    data = giants.bombs(3)
    details = read_details(data)
    assert told(details.attrs["errors"]).count(f"claims to hold {1 << 40}") == 3
    assert details["value_text"].str.contains(f"(zlib, {1 << 40} bytes)", regex=False).sum() == 3
    assert names_of(scan_beside(data)) == ["one"]
    assert len(read_isa(data)) == 1
    assert elf_details.MAX_EXPANSION > 1000


def test_a_section_without_bits_takes_no_memory() -> None:
    """A .bss of 32 terabytes is a number, not bytes."""
    data = object_with(Section(b".bss", NOBITS, b"", ALLOC, size=1 << 45))
    row = read_details(data).query("name == '.bss'").iloc[0]
    assert (row["value_text"], row["size_bytes"]) == ("NOBITS A", 1 << 45)
    assert names_of(scan_beside(data)) == ["one"]


def test_a_hundred_thousand_sections() -> None:
    """More sections than 16 bits count: the right symbols, of the right sections, in bounded time."""
    plain = [Section(b".s", PROGBITS, b"", ALLOC)] * 100_000
    last = replace(plain[0], name=b".last")
    escaped = [symbol(ONE), symbol(V1, shndx=0xFFFF)]
    wide = Section(b".symtab_shndx", 18, struct.pack("<III", 0, 0, 4 + len(plain) + 1), link=2)
    data = image([giants.TEXT, *symtab(escaped, STRINGS, 2), wide, *plain, last])
    began = time.process_time()
    scan = scan_objects(data, with_sections=True)
    assert scan.symbols["name"].tolist() == ["one", "V1"]
    assert scan.symbols["section"].tolist() == [".text", ".last"]
    assert scan.errors.empty
    assert time.process_time() - began < 2


# Tricks with names, what is told of them, and how many rows are there all the same.
NAMES_REPEATED: dict[str, tuple[Callable[[], bytes], Callable[..., pd.DataFrame], str, int]] = {
    "section": (lambda: giants.section_name_repeated(8000), read_symbols, "cut at 255", 8000),
    "sections": (lambda: giants.section_names_shared(500), read_symbols, "sections overlap", 500),
    "member": (lambda: giants.member_name_repeated(8000), read_symbols, "cut at 255", 8000),
    "version": (lambda: giants.version_repeated(8000), read_symbols, "cut at 255", 8000),
    "versions": (lambda: giants.versions_shared(500), read_symbols, "versions overlap", 500),
    "signatures": (lambda: giants.signatures_shared(500), read_symbols, "groups overlap", 500),
    "functions": (lambda: giants.function_names_shared(40), read_isa, "functions overlap", 40),
    "members": (
        lambda: giants.member_names_shared(1000),
        read_objects,
        "names of members overlap",
        1001,
    ),
    "needed": (lambda: giants.needed_shared(40), read_details, "dynamic section overlap", 15),
    "details": (lambda: giants.section_names_shared(50), read_details, "names overlap", 20),
}


@pytest.mark.parametrize("trick", NAMES_REPEATED)
def test_names_that_share_their_bytes_are_bounded(trick: str) -> None:
    """Text is bounded by the bytes of the file, with a row why; the other columns are there."""
    make, read, words, n_rows = NAMES_REPEATED[trick]
    data = make()
    options = {"with_sections": True} if read is read_symbols else {}
    frame = read(data, **options)
    assert words in told(frame.attrs["errors"])
    assert len(frame) >= n_rows
    text = sum(int(frame[name].astype(str).str.len().sum()) for name in frame if name != "file")
    assert text < (1 << 24) + 40 * len(data)


@pytest.mark.parametrize("trick", ["data_shared", "relocations_shared"])
def test_sections_that_share_their_bytes_are_read_once(trick: str) -> None:
    """What guards functions is not looked for where that would cost more than the file has."""
    make, _ = giants.GIANTS[trick]
    isa = read_isa(make(200), with_guards=True)
    assert isa["extension"].tolist() == ["avx512f"]
    assert isa["guard"].isna().all()
    assert "what guards functions is not looked for" in told(isa.attrs["errors"])
    assert read_isa(make(1), with_guards=True)["guard"].tolist() == ["ifunc one"]


def test_long_chains_of_guarded_functions() -> None:
    """Each function of the chain is guarded by the resolver that takes the first."""
    isa = read_isa(giants.guarded_chain(2000), with_guards=True)
    assert isa["guard"].tolist() == ["ifunc one"] * 2000


def test_an_object_cut_at_any_byte(tmp_path: Path) -> None:
    """Each cut has a row with file, offset and reason, and what is left is a part of the whole."""
    whole = build_elf([(b"one", 0x12, 0, 1, 0, 4)])
    for cut in range(len(whole)):
        (tmp_path / f"{cut:04}.o").write_bytes(whole[:cut])
    paths = sorted(tmp_path.iterdir())
    scan = scan_objects(paths, with_sections=True)
    schema.check(scan.errors, "errors")
    assert set(scan.errors["file"]) == set(map(str, paths))
    assert set(scan.symbols["name"]) <= {"one", ""}
    is_elf = scan.errors["file"].isin([str(path) for path in paths[4:]])
    assert scan.errors.loc[is_elf, "offset"].notna().all()
    assert scan.errors["reason"].ne("").all()
    for read in (read_details, read_isa):
        assert {row["file"] for row in read(*paths).attrs["errors"]} == set(map(str, paths))


@pytest.mark.parametrize(("build", "step"), [(bsd_archive, 1), (sym64_archive, 5)])
def test_an_archive_cut_at_any_byte(
    build: Callable[[list[tuple[bytes, bytes]]], bytes], step: int, tmp_path: Path
) -> None:
    """Members before the cut are read whole; the cut is told with its offset, or between members."""
    first, second = (
        build_elf([(name, 0x12, 0, 1, 0, 4)], bits=32, machine=3) for name in (b"one", b"two")
    )
    whole = build([(b"first.o", first), (b"a_second_with_a_long_name.o", second)])
    ends = [whole.index(data) + len(data) for data in (first, second)]
    for cut in range(8, len(whole), step):
        (tmp_path / f"{cut:04}.a").write_bytes(whole[:cut])
    scan = scan_objects([tmp_path])
    errors = scan.errors.groupby("file")
    names = {file: set(rows["name"]) for file, rows in scan.symbols.groupby("file")}
    for path in sorted(tmp_path.iterdir()):
        file, cut = str(path), int(path.stem)
        assert "one" in names.get(file, ()) or cut < ends[0]
        assert "two" not in names.get(file, ()) or cut > ends[0]
        if file in errors.groups:
            assert errors.get_group(file)["offset"].le(cut).all()
        else:  # the cut is where a member begins
            assert whole[cut : cut + 60].endswith(b"`\n")


def test_a_member_size_that_no_field_can_hold() -> None:
    """Sizes that are no numbers, and the largest that the field holds, cost their member alone."""
    one = ar_member(b"one.o/", NEIGHBOUR)
    for size in (b"9999999999", b"-1        ", b"0x10      ", b"          "):
        bad = ar_member(b"bad.o/", b"\x7fELF" + bytes(40))
        data = b"!<arch>\n" + one + bad[:48] + size + bad[58:] + one
        scan = scan_objects(data)
        assert scan.symbols["name"].tolist() == ["neighbour"] * 2
        assert scan.errors["offset"].eq(8 + len(one)).any()


def test_a_file_that_a_thin_archive_spells_in_many_ways_is_read_once(tmp_path: Path) -> None:
    """A large file beside a small archive cannot be asked for again by another spelling."""
    (tmp_path / "one.o").write_bytes(NEIGHBOUR)
    names = b"".join(b"./" * n + b"one.o/\n" for n in range(50))
    places = [names.index(b"./" * n + b"one.o") if n else 0 for n in range(50)]
    members = b"".join(ar_member(b"/%d" % at, b"", size=len(NEIGHBOUR)) for at in places)
    (tmp_path / "t.a").write_bytes(b"!<thin>\n" + ar_member(b"//", names) + members)
    scan = scan_objects([tmp_path / "t.a"])
    assert scan.symbols["name"].tolist() == ["neighbour"]
    assert scan.errors["reason"].eq("named twice; read once").sum() == 49


@pytest.fixture(scope="module")
def seeds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seeds")


def read_in_turn(path: Path, number: int) -> None:
    """One reader of five; `make fuzz` runs all on each file."""
    if number % 50 == 0:
        read_all(path, number)
    elif number % 5 == 0:
        scan = scan_objects([path], with_sections=True)
        schema.check(scan.errors, "errors")
    else:
        name, read = READERS[number % 5 - 1]
        frame = schema.check(read(path), name)
        schema.check(schema.make("errors", frame.attrs.get("errors", [])), "errors")


READERS: list[tuple[str, Callable[..., pd.DataFrame]]] = [
    ("symbols", read_symbols),
    ("objects", read_objects),
    ("details", read_details),
    ("isa", partial(read_isa, beyond_floor=True, with_guards=True)),
]


def test_a_sample_of_the_fuzz(seeds_folder: Path) -> None:
    """300 broken files: the readers in turn give frames in the shape of the schema."""
    seeds = make_seeds(seeds_folder, with_rust=False)
    path = seeds_folder / "case"
    for number in range(300):
        name, data = mutated(seeds, 7, number)
        path.write_bytes(data)
        try:
            read_in_turn(path, number)
        except Exception as error:
            raise AssertionError(f"number {number}: {name}") from error
    assert mutated(seeds, 7, 5) == mutated(seeds, 7, 5)
    assert all(len(seed.data) < 16_000 for seed in seeds)
