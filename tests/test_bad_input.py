"""Damaged and hostile objects: told with file, member, offset and reason; the rest is read.

Single lying headers of a small object are in test_elf_lies.py, those of archives in test_archive.py,
tables that lie in test_bad_tables.py. Here: tricks that ask for more than the file has bytes, cuts at
every byte, and a sample of what `make fuzz` does at length.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from diag import schema
from diag.read.details import read_details
from diag.read.isa import read_isa
from diag.read.objects import read_objects, read_symbols, scan_objects
from tests import fuzz_giants as giants
from tests.bad_objects import NEIGHBOUR, ONE, STRINGS, V1, told
from tests.elf_builder import ar_member, bsd_archive, build_elf, sym64_archive
from tests.elf_images import ALLOC, PROGBITS, Section, image, symbol, symtab  # fmt: skip
from tests.fuzz_mutations import mutated
from tests.fuzz_readers import read_all
from tests.fuzz_seeds import make_seeds


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
