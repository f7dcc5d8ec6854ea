"""Many members at once: what the arrays say is what the reader of single images says."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from diag.read import symbols_bulk
from diag.read.archive import parse_archive
from diag.read.objects import read_symbols, scan_objects
from tests import readelf
from tests.elf_builder import ar_member, build_elf
from tests.tools import need

SOURCE = """
template <class T> struct Box { static int made; T held; void keep(T one) { held = one; made++; } };
template <class T> int Box<T>::made = 3;
inline int shared(int n) { static int calls; return calls += n; }
extern int absent;
__attribute__((weak)) int weak_one;
int NAME() { Box<int> box; box.keep(absent); Box<long> other; other.keep(2); return shared(box.made); }
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve real members with COMDAT groups, between them what is no plain object."""
    need("g++", "ar", "readelf")
    folder = tmp_path_factory.mktemp("bulk")
    (folder / "unit.cc").write_text(SOURCE)
    names = []
    for number in range(12):
        names.append(f"a_unit_of_a_long_name_{number}.o")
        flags = ["-ffunction-sections"] if number % 2 else []
        command = ["g++", "-c", f"-DNAME=unit_{number}", *flags, "unit.cc", "-o", names[-1]]
        subprocess.run(command, cwd=folder, check=True)
    (folder / "notes.txt").write_text("no object")
    (folder / "small.o").write_bytes(build_elf([(b"one", 0x12, 0, 1, 1, 1)], bits=32, order="big"))
    (folder / "empty.o").write_bytes(build_elf([]))
    order = [*names[:5], "notes.txt", *names[5:9], "small.o", "empty.o", *names[9:]]
    subprocess.run(["ar", "rcs", "all.a", *order], cwd=folder, check=True)
    return folder / "all.a"


def one_by_one(monkeypatch: pytest.MonkeyPatch, data: bytes) -> pd.DataFrame:
    """The frame with the arrays switched off."""
    with monkeypatch.context() as patch:
        patch.setattr(symbols_bulk, "_candidates", lambda opened, with_sections: [])
        return read_symbols(data, with_sections=True)


def assert_same(monkeypatch: pytest.MonkeyPatch, data: bytes) -> int:
    """Symbols and rows of `errors` are equal both ways; how many symbols."""
    found, expected = read_symbols(data, with_sections=True), one_by_one(monkeypatch, data)
    assert found.attrs == expected.attrs
    found.attrs = expected.attrs = {}
    pd.testing.assert_frame_equal(found, expected)
    return len(found)


def test_members_at_once_are_what_readelf_prints(archive: Path) -> None:
    """Nothing is lost or moved where plain members and others take turns."""
    assert readelf.from_frame(read_symbols(archive)) == readelf.symbols(archive)


def test_sections_and_groups_are_those_of_single_members(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns section and group too, of an archive that has groups."""
    data = archive.read_bytes()
    assert assert_same(monkeypatch, data) > 100
    assert read_symbols(data, with_sections=True)["group"].notna().sum() > 50


def test_rows_of_objects_stand_in_order_beside_symbols_at_once(archive: Path) -> None:
    """`objects` has each member once, whether its symbols were read at once or alone."""
    objects = scan_objects([archive], with_sections=True).objects
    assert objects["member_no"].tolist() == list(range(-1, 15))


def test_damaged_members_are_told_as_single_ones_are(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number changed anywhere in headers, sections or symbols: the same rows, the same errors."""
    chance, whole = random.Random(20261129), archive.read_bytes()
    members = [m for m in parse_archive(memoryview(whole)).members if m.size > 1000]
    n_faults = 0
    for _ in range(30):
        data = bytearray(whole)
        for member in chance.sample(members, 4):
            sections_at = int.from_bytes(data[member.offset + 40 : member.offset + 48], "little")
            near = range(min(sections_at, member.size - 8), member.size - 8)
            place = chance.choice(chance.choice([range(40, 64), near]))
            at, width = member.offset + place, chance.choice([1, 2, 8])
            number = chance.choice([0, 1, 5, member.size, (1 << 63) - 1, (1 << 64) - 1])
            data[at : at + width] = (number % (1 << 8 * width)).to_bytes(width, "little")
        assert_same(monkeypatch, bytes(data))
        n_faults += bool(read_symbols(bytes(data)).attrs)
    assert n_faults > 5


def test_all_members_of_another_byte_order_are_read_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Big-endian 32-bit members go the same way."""
    member = build_elf([(b"first", 0x12, 0, 1, 7, 4), (b"", 3, 0, 1, 0, 0)], bits=32, order="big")
    data = b"!<arch>\n" + b"".join(ar_member(b"m%d.o/" % n, member) for n in range(9))
    assert assert_same(monkeypatch, data) == 18
    assert read_symbols(data)["value"].tolist()[::2] == [7] * 9
