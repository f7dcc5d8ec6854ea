"""ELF headers and symbol tables: equal to readelf, and safe with headers that lie."""

from __future__ import annotations

import re
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.read.elf import parse_elf
from diag.read.elf_attributes import parse_attributes
from diag.read.elf_dynamic import read_dynamic
from diag.read.objects import read_objects, read_symbols, scan_objects
from tests import readelf
from tests.compiled import ARCHES, COMPILERS, MAP, SOURCE, compile_with, library_of, object_of
from tests.elf_builder import build_elf
from tests.tools import need


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elf")
    (folder / "source.c").write_text(SOURCE)
    (folder / "v.map").write_text(MAP)
    return folder


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("make", [object_of, library_of])
def test_symbols_are_those_of_readelf(compiler: str, make, folder: Path) -> None:
    """Every column of every symbol of both tables, versions included."""
    path = make(compiler, folder)
    frame = schema.check(read_symbols(path), "symbols")
    assert len(frame) > 10
    assert readelf.from_frame(frame) == readelf.symbols(path)
    assert set(frame["arch"]) == {ARCHES[compiler]}


@pytest.mark.parametrize("name", ["libc.so.6", "libstdc++.so.6", "libm.so.6"])
def test_symbols_of_system_libraries(name: str) -> None:
    """The same on libraries of this system, with thousands of versioned symbols."""
    need("gcc", "readelf")
    printed = subprocess.run(
        ["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True
    ).stdout.strip()
    path = Path(printed).resolve()
    expected = readelf.symbols(path)
    assert len(expected) > 500
    assert readelf.from_frame(read_symbols(path)) == expected


def test_symbols_of_an_archive_keep_their_members(folder: Path) -> None:
    """Members of one archive, read in one batch, keep their own names and numbers."""
    need("ar")
    objects = [object_of(compiler, folder) for compiler in COMPILERS]
    archive = folder / "mixed.a"
    subprocess.run(["ar", "rcS", str(archive), *map(str, objects)], check=True)
    frame = read_symbols(archive)
    assert readelf.from_frame(frame) == readelf.symbols(archive)
    assert frame.groupby("member_no")["member"].first().tolist() == [p.name for p in objects]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_defined_symbols_are_those_of_nm(compiler: str, folder: Path) -> None:
    """Against a second oracle: what nm calls U, w or v is undefined, common symbols are defined."""
    need("nm")
    path = object_of(compiler, folder)
    printed = subprocess.run(["nm", "-P", path], check=True, capture_output=True, text=True).stdout
    letters = dict(line.split()[:2] for line in printed.splitlines())
    frame = read_symbols(path)
    named = frame[frame["name"].isin(letters)]
    assert len(named) >= len(letters) - 2  # nm shows two mapping symbols of Arm by other names
    assert dict(zip(named["name"], named["is_defined"], strict=True)) == {
        name: letters[name] not in "Uwv" for name in named["name"]
    }
    assert named.set_index("name").loc["common_one", "is_defined"]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_facts_are_those_of_readelf(compiler: str, folder: Path) -> None:
    """Class, byte order, needed libraries, soname, build id and compiler of a shared object."""
    path = library_of(compiler, folder)
    row = schema.check(read_objects(path), "objects").iloc[0]
    head, dynamic = readelf.header(path), readelf.run("-d", path)
    assert f"ELF{row['bits']}" == head["Class"]
    assert f"{row['byte_order']} endian" in head["Data"]
    assert row["needed"] == re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    assert row["soname"] == "libx.so.1"
    assert row["build_id"] in readelf.run("-n", path)
    assert row["compiler"] in readelf.run("-p", ".comment", path)
    assert "GCC" in row["compiler"]
    assert (row["kind"], row["is_pic"], row["is_lto"]) == ("shared", True, False)
    assert row["size_bytes"] == path.stat().st_size


def test_kinds_of_linked_files(folder: Path) -> None:
    """A position-independent program is an executable, and libc, which can be run, a library."""
    need("gcc")
    (folder / "main.c").write_text("int main(void) { return 0; }")
    for flag in ("-pie", "-no-pie", "-static"):
        path = str(folder / f"main{flag}")
        subprocess.run(["gcc", flag, "-o", path, str(folder / "main.c")], check=True)
    paths = [folder / f"main{flag}" for flag in ("-pie", "-no-pie", "-static")]
    frame = read_objects(*paths, "/proc/self/exe")
    assert frame["kind"].tolist() == ["executable"] * 4
    assert frame["is_pic"].tolist()[:3] == [True, False, False]


@pytest.mark.parametrize(("flag", "word"), [("softfp", "soft-float"), ("hard", "hard-float")])
def test_float_abi_of_an_arm_object(flag: str, word: str, folder: Path) -> None:
    """An object's float convention stands in its attributes; readelf -A reads the same."""
    flags = ("-c", "-march=armv7-a", "-mfpu=vfpv3", "-mfloat-abi=" + flag)
    path = compile_with("arm-linux-gnueabihf-gcc", folder, f"{flag}.o", *flags)
    words = read_objects(path).iloc[0]["abi"].split()
    assert words == ["eabi5", word, "v7"]
    assert ("Tag_ABI_VFP_args: VFP registers" in readelf.run("-A", path)) == (flag == "hard")


def test_lto_objects_hold_no_code(folder: Path) -> None:
    """Slim LTO objects are told from fat ones, which have code as well, and from plain ones."""
    slim = compile_with("gcc", folder, "slim.o", "-c", "-flto", "-fno-fat-lto-objects")
    fat = compile_with("gcc", folder, "fat.o", "-c", "-flto", "-ffat-lto-objects")
    frame = read_objects(slim, fat, object_of("gcc", folder))
    assert frame["is_lto"].tolist() == [True, False, False]
    assert "first" not in read_symbols(slim)["name"].tolist()


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["little", "big"])
def test_both_classes_and_byte_orders(bits: int, order: str, tmp_path: Path) -> None:
    """Hand-made objects of all four layouts read as readelf reads them."""
    need("readelf")
    symbols = [
        (b"a", 0x12, 0, 1, 0x8, 0x10),
        (b"twelve_bytes", 0x21, 2, 1, 0x7FFFFFFF, 1),
        (b"thirteen_byte", 0x10, 0, 0, 0, 0),
        (b"a trailing space ", 0xA2, 3, 0xFFF2, 1, 2),
        ("é_and_more_than_twelve".encode(), 0x1A, 1, 0xFFF1, 0xFFFFFFFF, 3),
    ]
    path = tmp_path / "made.o"
    path.write_bytes(build_elf(symbols, bits=bits, order=order, machine=20 if bits == 32 else 22))
    frame = read_symbols(path)
    assert frame["name"].tolist() == [name.decode() for name, *_ in symbols]
    assert frame["bind"].tolist() == ["GLOBAL", "WEAK", "GLOBAL", "UNIQUE", "GLOBAL"]
    # readelf escapes letters beyond ASCII and knows UNIQUE only with the GNU OS/ABI.
    expected = [row for row in readelf.symbols(path) if row[2] in (1, 2, 3)]
    assert [row for row in readelf.from_frame(frame) if row[2] in (1, 2, 3)] == expected
    assert readelf.header(path)["Class"] == f"ELF{bits}"


def test_values_keep_their_64_bits() -> None:
    """A value over 2**63 is the same number modulo sign."""
    frame = read_symbols(build_elf([(b"high", 0x12, 0, 1, (1 << 64) - 2, 5)]))
    assert frame["value"].tolist() == [-2]


def test_unknown_machines_keep_their_number() -> None:
    """A machine outside the table is named EM:N, and never guessed."""
    frame = read_objects(build_elf([], machine=4711))
    assert frame["arch"].tolist() == ["EM:4711"]


@pytest.mark.parametrize(
    ("machine", "flags", "word"),
    [
        (243, 0x5, "double-float rvc"),
        (243, 0x0, "soft-float"),
        (40, 0x5000400, "eabi5 hard-float"),
        (40, 0x5000200, "eabi5 soft-float"),
        (258, 0x43, "double-float"),
        (21, 0x2, "elfv2"),
    ],
)
def test_abi_by_header_flags(machine: int, flags: int, word: str) -> None:
    """e_flags as the processor supplements define them."""
    assert read_objects(build_elf([], machine=machine, flags=flags))["abi"].tolist() == [word]


def test_attributes_that_do_not_parse_are_empty() -> None:
    """Another vendor, a cut section or nothing: no attributes and no exception."""
    whole = b"A" + (19).to_bytes(4, "little") + b"aeabi\0" + b"\1\x09\0\0\0\x06\x0a\x1c\x01"
    assert parse_attributes(whole, b"aeabi", "little") == {6: 10, 28: 1}
    for cut in range(len(whole)):
        assert len(parse_attributes(whole[:cut], b"aeabi", "little")) < 3
    assert parse_attributes(whole, b"riscv", "little") == {}
    assert parse_attributes(b"", b"aeabi", "little") == {}


def without_sections(data: bytes) -> bytes:
    """The file as sstrip leaves it: nothing of its header leads to section headers."""
    cut = bytearray(data)
    wide = cut[4] == 2
    place, size = (40, 8) if wide else (32, 4)
    cut[place : place + size] = bytes(size)  # e_shoff
    counts = 58 if wide else 46  # e_shentsize, e_shnum, e_shstrndx
    cut[counts : counts + 6] = bytes(6)
    return bytes(cut)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("style", ["sysv", "gnu"])
def test_a_file_without_sections_is_read_by_its_segments(
    compiler: str, style: str, folder: Path
) -> None:
    """The dynamic symbols, with versions, as readelf -D finds them in the same file."""
    flags = ("-shared", "-fPIC", "-Wl,--version-script=v.map", f"-Wl,--hash-style={style}")
    whole = compile_with(compiler, folder, f"libs-{style}.so", *flags)
    path = folder / f"{compiler}-bare-{style}.so"
    path.write_bytes(without_sections(whole.read_bytes()))
    scan = scan_objects([path], with_sections=True)
    assert scan.errors.empty
    assert readelf.from_frame(scan.symbols) == readelf.symbols(path, by_segments=True)
    assert len(scan.symbols) == len(read_symbols(whole).query("table == '.dynsym'")) > 8
    sections = scan.symbols["section"]
    assert sections[~scan.symbols["is_defined"]].eq("UND").all()
    assert sections[scan.symbols["name"] == "first"].isna().all()


def test_a_program_that_only_wants_symbols_has_them_counted(folder: Path) -> None:
    """A GNU hash table without a defined symbol does not say how many there are."""
    whole = compile_with("gcc", folder, "wants", "-pie", "-Dmain_only=1", "-Wl,--hash-style=gnu")
    bare = read_symbols(without_sections(whole.read_bytes()))
    same = ["name", "version", "type", "bind"]
    expected = read_symbols(whole).query("table == '.dynsym'").reset_index(drop=True)
    assert bare[same].equals(expected[same])
    assert not bare["is_defined"].any()
    assert "puts" in set(bare["name"])


LIES = {
    "symbols nowhere": (6, 1 << 40, "no dynamic section that names symbols"),
    "names nowhere": (5, 1 << 40, "no dynamic section that names symbols"),
    "entries of one byte": (11, 1, "entries of 1 bytes"),
    "names too short": (10, 3, "outside its string table"),
    "versions nowhere": (0x6FFFFFF0, 1 << 40, ""),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_of_a_dynamic_section_are_bounded(lie: str, folder: Path) -> None:
    """A value that leads nowhere costs what it stands for, and is told."""
    tag, value, words = LIES[lie]
    data = bytearray(without_sections(library_of("gcc", folder).read_bytes()))
    at = data.index(struct.pack("<QQ", tag, value_of(bytes(data), tag)))
    struct.pack_into("<Q", data, at + 8, value)
    scan = scan_objects(bytes(data))
    told = " ".join(scan.errors["reason"])
    assert words in told
    assert bool(told) == bool(words)
    assert len(scan.symbols) <= 20
    assert scan.objects["kind"].tolist() == ["shared"]


def value_of(data: bytes, tag: int) -> int:
    """The value of a tag of the dynamic section."""
    return read_dynamic(parse_elf(memoryview(data))).values[tag]


@pytest.fixture(scope="module")
def seeds(folder: Path) -> list[bytes]:
    return [library_of(c, folder).read_bytes() for c in COMPILERS[:1]] + [
        object_of(c, folder).read_bytes() for c in COMPILERS
    ]


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_mutation_escapes(seeds: list[bytes], data: st.DataObject) -> None:
    """Changed bytes give rows or error rows in the shape of the schema, never an exception."""
    mutated = bytearray(data.draw(st.sampled_from(seeds)))
    near_end = max(0, len(mutated) - 2500)  # where the section headers are
    place = st.integers(0, 63) | st.integers(near_end, len(mutated) - 8)
    number = st.sampled_from([0, 1, (1 << 64) - 1, 1 << 63, 1 << 31]) | st.integers(0, 1 << 20)
    for at, value in data.draw(st.lists(st.tuples(place, number), min_size=1, max_size=6)):
        width = data.draw(st.sampled_from([1, 2, 4, 8]))
        mutated[at : at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    scan = scan_objects(bytes(mutated))
    schema.check(scan.symbols, "symbols")
    schema.check(scan.errors, "errors")
