"""Files of other systems, COFF, PE, Mach-O and bitcode: named with their machine, safe when cut."""

from __future__ import annotations

import struct

import pandas as pd
import pytest

from diag.read.details import read_details
from diag.read.objects import read_objects, scan_objects
from tests.elf_builder import bsd_archive, build_elf


def coff(machine: int) -> bytes:
    """A COFF object with one empty section."""
    return struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, 0, 0) + bytes(40)


def big_coff(machine: int) -> bytes:
    """One with more sections than 16 bits count (/bigobj)."""
    return b"\0\0\xff\xff\2\0" + struct.pack("<H", machine) + bytes(60)


def pe(machine: int, at: int = 128) -> bytes:
    """A program: a DOS stub that leads to its header."""
    stub = b"MZ" + bytes(58) + struct.pack("<I", at) + bytes(64)
    return stub + b"PE\0\0" + struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, 112, 0x22) + bytes(200)


def macho(cpu: int, order: str = "<", magic: int = 0xFEEDFACF) -> bytes:
    """A Mach-O object, in either byte order."""
    return struct.pack(f"{order}IIIIIII", magic, cpu, 0, 1, 0, 0, 0) + bytes(40)


FOREIGN = {
    "x86_64 object": (coff(0x8664), "coff", "x86_64"),
    "i386 object": (coff(0x14C), "coff", "i386"),
    "ARM64 object": (coff(0xAA64), "coff", "aarch64"),
    "object with many sections": (big_coff(0x8664), "coff", "x86_64"),
    "program": (pe(0x8664), "coff", "x86_64"),
    "program for ARM64": (pe(0xAA64), "coff", "aarch64"),
    "program for Thumb-2": (pe(0x1C4), "coff", "arm"),
    "program of an unknown machine": (pe(0x1234), "coff", ""),
    "program whose header is nowhere": (pe(0x8664, at=0xFFFF_FFF0), "coff", ""),
    "program for DOS": (pe(0x8664, at=4), "coff", ""),
    "Mach-O for arm64": (macho(0x0100000C), "macho", "aarch64"),
    "Mach-O for x86_64": (macho(0x01000007), "macho", "x86_64"),
    "Mach-O of 32 bits": (macho(7, magic=0xFEEDFACE), "macho", "i386"),
    "Mach-O, the big end first": (macho(18, ">"), "macho", ""),
    "Mach-O of two machines": (b"\xca\xfe\xba\xbe" + struct.pack(">I", 2) + bytes(60), "macho", ""),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_files_of_other_systems_are_named(what: str) -> None:
    """COFF, PE and Mach-O have their format and machine, alone and as members, and no more."""
    data, format, arch = FOREIGN[what]
    frame = read_objects(data, bsd_archive([(b"m.obj", data), (b"n.o", build_elf([]))]))
    rows = frame[frame["format"] == format]
    assert rows["arch"].tolist() == [arch] * 2
    assert rows["kind"].tolist() == ["other"] * 2
    assert "errors" not in frame.attrs
    assert frame.iloc[-1]["arch"] == "x86_64"
    assert read_details(data)["kind"].tolist() == ["format"]
    assert scan_objects(data).symbols.empty


def test_files_of_other_systems_cut_at_any_byte_are_safe() -> None:
    """A cut leaves the format, or what it cannot tell any more."""
    for data, format, arch in FOREIGN.values():
        heads = [data[:cut] for cut in range(1, min(len(data), 140), 3)]
        frame = read_objects(bsd_archive([(b"m%d" % n, head) for n, head in enumerate(heads)]))
        assert set(frame["format"][1:]) <= {format, "text", "unknown"}
        assert set(frame["arch"][1:]) <= {arch, ""}


def test_bitcode_is_told_as_such() -> None:
    """LLVM bitcode stands in place of code; its details are one row."""
    frame = read_details(b"BC\xc0\xde" + bytes(60))
    rows: pd.DataFrame = frame[["kind", "name", "value_text"]]
    assert rows.to_numpy().tolist() == [["bytecode", "LLVM bitcode", "in place of code"]]
