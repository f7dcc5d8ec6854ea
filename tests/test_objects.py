"""Scans of files and folders: what is read, what is left out, and what is told."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diag import schema
from diag.read.magic import describe, sniff
from diag.read.objects import read_objects, read_symbols, scan_objects
from tests.elf_builder import bsd_archive, build_elf
from tests.tools import need

ONE = build_elf([(b"one", 0x12, 0, 1, 0, 4)])
TWO = build_elf([(b"two", 0x10, 0, 0, 0, 0)], machine=183)
COFF = b"\x64\x86\x01\x00" + bytes(4) + (60).to_bytes(4, "little") + bytes(60)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A build folder: objects, an archive, links to them, and files that are no objects."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.o").write_bytes(ONE)
    (tmp_path / "deep" / "two.o").write_bytes(TWO)
    (tmp_path / "deep" / "lib.a").write_bytes(bsd_archive([(b"one.o", ONE), (b"two.o", TWO)]))
    (tmp_path / "unit.bc").write_bytes(b"BC\xc0\xde" + bytes(40))
    (tmp_path / "one.d").write_text("one.o: one.c\n")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "same.o").symlink_to("one.o")
    os.link(tmp_path / "deep" / "two.o", tmp_path / "deep" / "z-hardlink.o")
    (tmp_path / "dangling.o").symlink_to("nowhere.o")
    return tmp_path


def test_folder_is_walked_and_each_file_read_once(tree: Path) -> None:
    """Objects and archives at any depth; links add nothing, other files are passed over."""
    scan = scan_objects([tree])
    schema.check(scan.objects, "objects")
    schema.check(scan.symbols, "symbols")
    found = [
        (Path(f).name, m) for f, m in zip(scan.objects["file"], scan.objects["member"], strict=True)
    ]
    assert found == [
        ("one.o", ""), ("unit.bc", ""), ("lib.a", ""), ("lib.a", "one.o"), ("lib.a", "two.o"),
        ("two.o", ""),
    ]  # fmt: skip
    assert scan.symbols["name"].tolist() == ["one", "one", "two", "two"]
    assert scan.errors.empty


def test_bitcode_defines_nothing(tree: Path) -> None:
    """LLVM bitcode is named as such, counted as LTO, and has no symbol rows."""
    row = read_objects(tree / "unit.bc").iloc[0]
    assert (row["format"], row["kind"], row["is_lto"]) == ("bitcode", "relocatable", True)
    assert read_symbols(tree / "unit.bc").empty


@pytest.mark.parametrize(
    ("name", "reason"),
    [("one.d", "text"), ("empty", "empty"), ("absent.o", "not exist"), ("dangling.o", "not exist")],
)
def test_a_named_file_that_is_no_object_is_told(tree: Path, name: str, reason: str) -> None:
    """Named files are never passed over: a row says what they are and what would help."""
    scan = scan_objects([tree / name, tree / "one.o"])
    assert scan.errors["file"].tolist() == [str(tree / name)]
    assert reason in scan.errors["reason"].iloc[0]
    assert scan.errors["help"].iloc[0]
    assert scan.symbols["name"].tolist() == ["one"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """Opening a named pipe would wait for ever; it is told and passed over."""
    os.mkfifo(tmp_path / "pipe")
    assert "regular file" in scan_objects([tmp_path / "pipe"]).errors["reason"].iloc[0]
    assert scan_objects([tmp_path]).objects.empty


def test_bytes_and_open_files_are_sources(tree: Path) -> None:
    """The same rows from a path, from bytes and from an open binary file."""
    with (tree / "one.o").open("rb") as file:
        assert read_symbols(file)["file"].tolist() == [str(tree / "one.o")]
    assert read_symbols(ONE)["name"].tolist() == ["one"]
    assert read_symbols(io.BytesIO(ONE))["file"].tolist() == ["-"]


def test_a_path_given_twice_is_read_once(tree: Path) -> None:
    """The key of the frame stays unique, spelled the same or not."""
    scan = scan_objects([tree / "one.o", str(tree) + "/./one.o", tree])
    schema.check(scan.objects, "objects")
    assert scan.symbols["name"].tolist().count("one") == 2  # alone, and in the archive


def test_damage_in_one_member_leaves_the_others(tmp_path: Path) -> None:
    """A member that is no sound ELF file is told by its name; its neighbours are read."""
    data = bsd_archive([(b"bad.o", ONE[:40]), (b"text.o", b"hello"), (b"two.o", TWO)])
    scan = scan_objects(data)
    assert scan.errors["member"].tolist() == ["bad.o"]
    assert scan.errors["offset"].tolist() == [0]
    assert scan.objects["format"].tolist() == ["archive", "elf", "text", "elf"]
    assert scan.symbols["name"].tolist() == ["two"]


def test_an_archive_inside_an_archive_is_told() -> None:
    """It has a row of its own and an error row that says what would help."""
    scan = scan_objects(bsd_archive([(b"inner.a", bsd_archive([(b"one.o", ONE)]))]))
    assert scan.objects["kind"].tolist() == ["archive", "archive"]
    assert "ar x" in scan.errors["help"].iloc[0]


def test_many_problems_of_one_file_are_counted_once() -> None:
    """A file with thousands of faults does not fill the table of errors."""
    data = bsd_archive([(b"m%d.o" % number, ONE[:40]) for number in range(1500)])
    errors = schema.check(scan_objects(data).errors, "errors")
    assert len(errors) == 1001
    assert "not listed" in errors["reason"].iloc[-1]


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (ONE, "elf"),
        (COFF, "coff"),
        (b"MZ" + bytes(100), "coff"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01" + bytes(40), "macho"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(40), "macho"),
        (b"\xca\xfe\xba\xbe\0\0\0\x3d" + bytes(40), "unknown"),  # a Java class file
        (b"\xde\xc0\x17\x0b" + bytes(40), "bitcode"),
        (b"!<thin>\n", "thin-archive"),
        (b"d\x86 is how some text begins, long enough to be a header", "unknown"),
        ("größer".encode(), "text"),
        (b"", "unknown"),
    ],
)
def test_formats_by_first_bytes(head: bytes, format: str) -> None:
    """Each format by its magic number, and its look-alikes not."""
    assert sniff(head, len(head)) == format


def test_foreign_objects_have_their_machine() -> None:
    """COFF and Mach-O objects are named with their machine and read no further."""
    frame = read_objects(COFF, b"\xcf\xfa\xed\xfe\x0c\0\0\x01" + bytes(40))
    assert frame["arch"].tolist() == ["x86_64", "aarch64"]
    assert frame["kind"].tolist() == ["other", "other"]


def test_linker_scripts_are_known_as_such() -> None:
    """libc.so of a development package is text that names the real libraries."""
    reason, help = describe(memoryview(b"/* GNU ld script */\nGROUP ( /lib/libc.so.6 )\n"))
    assert "linker script" in reason
    assert "names" in help


def test_rlib_metadata_is_no_object(tmp_path: Path) -> None:
    """lib.rmeta of an rlib is an ELF file without code for a linker: kind other."""
    need("rustc")
    (tmp_path / "k.rs").write_text('#[no_mangle] pub extern "C" fn run() -> u8 { 1 }')
    command = ["rustc", "--crate-type", "rlib", "--out-dir", str(tmp_path), str(tmp_path / "k.rs")]
    subprocess.run(command, check=True)
    scan = scan_objects([tmp_path / "libk.rlib"])
    kinds = dict(zip(scan.objects["member"], scan.objects["kind"], strict=True))
    assert kinds[""] == "archive"
    assert kinds["lib.rmeta"] == "other"
    assert list(kinds.values()).count("relocatable") == len(kinds) - 2
    row = scan.symbols[scan.symbols["name"] == "run"].iloc[0]
    assert (row["is_defined"], row["bind"], row["type"]) == (True, "GLOBAL", "FUNC")


def test_help_needs_none_of_the_readers() -> None:
    """The names module is light: importing it loads neither pandas nor NumPy."""
    code = "import sys, diag.read.names; print({'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
