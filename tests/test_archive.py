"""Archives: members as ar itself lists them, and what is wrong told with its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.read.archive import parse_archive
from diag.read.containers import iter_parts
from diag.read.files import Problems
from tests.elf_builder import ar_member, bsd_archive, build_elf, sym64_archive
from tests.tools import need

LONG = "a_name_that_is_longer_than_sixteen.o"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archives of every kind that GNU ar writes, over two objects."""
    need("ar")
    folder = tmp_path_factory.mktemp("archives")
    (folder / LONG).write_bytes(build_elf([(b"first", 0x12, 0, 1, 0, 4)]))
    (folder / "b.o").write_bytes(build_elf([(b"second", 0x12, 0, 1, 0, 4)]) + b"!")
    (folder / "sub").mkdir()
    for command in (
        ("rcs", "gnu.a", LONG, "b.o"),
        ("rcS", "bare.a", LONG, "b.o"),
        ("rcT", "thin.a", LONG, "b.o"),
        ("rcT", "sub/nested.a", "b.o", "gnu.a"),
    ):
        subprocess.run(["ar", *command], cwd=folder, check=True)
    return folder


def names(data: bytes) -> list[str]:
    return [member.name for member in parse_archive(memoryview(data)).members]


@pytest.mark.parametrize("name", ["gnu.a", "bare.a", "thin.a"])
def test_names_are_those_that_ar_lists(folder: Path, name: str) -> None:
    """GNU archives, with and without index, and thin ones: the members in ar's order."""
    listed = subprocess.run(
        ["ar", "t", name], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()
    assert names((folder / name).read_bytes()) == listed


def test_members_have_the_bytes_that_ar_extracts(folder: Path) -> None:
    """Offset and size cut out exactly the member, odd sizes included."""
    data = (folder / "gnu.a").read_bytes()
    for member in parse_archive(memoryview(data)).members:
        printed = subprocess.run(
            ["ar", "p", "gnu.a", member.name], cwd=folder, check=True, capture_output=True
        ).stdout
        assert data[member.offset : member.offset + member.size] == printed


def test_index_is_seen_where_there_is_one(folder: Path) -> None:
    """`has_index` is true for `ar s`, false for `ar S`."""
    found = {
        name: parse_archive(memoryview((folder / name).read_bytes())).has_index
        for name in ("gnu.a", "bare.a")
    }
    assert found == {"gnu.a": True, "bare.a": False}


def test_thin_members_are_read_beside_the_archive(folder: Path) -> None:
    """A thin archive's parts hold the bytes of the files that it names."""
    problems = Problems()
    parts = list(iter_parts([folder / "thin.a"], problems))
    assert [(part.member, part.member_no) for part in parts] == [("", -1), (LONG, 0), ("b.o", 1)]
    assert bytes(parts[2].data) == (folder / "b.o").read_bytes()
    assert problems.rows == []


def test_nested_thin_members_are_found_in_the_inner_archive(folder: Path) -> None:
    """`/NAME:ORIGIN` leads to the member at that place of the archive beside it."""
    problems = Problems()
    parts = list(iter_parts([folder / "sub" / "nested.a"], problems))
    assert [part.member for part in parts[1:]] == [
        "../b.o",
        f"../gnu.a({LONG})",
        "../gnu.a(b.o)",
    ]
    assert bytes(parts[2].data) == (folder / LONG).read_bytes()
    assert problems.rows == []


def test_absent_thin_member_is_told_and_the_others_are_read(folder: Path, tmp_path: Path) -> None:
    """What a thin archive names and is not there becomes a row; nothing else is lost."""
    (tmp_path / "thin.a").write_bytes((folder / "thin.a").read_bytes())
    (tmp_path / "b.o").write_bytes((folder / "b.o").read_bytes())
    problems = Problems()
    parts = list(iter_parts([tmp_path / "thin.a"], problems))
    assert [part.member for part in parts] == ["", "b.o"]
    assert [row["member"] for row in problems.rows] == [LONG]
    assert "does not exist" in problems.rows[0]["reason"]
    assert problems.rows[0]["help"]


def test_bsd_names_stand_before_the_data() -> None:
    """`#1/LENGTH` names are cut from the data, and a BSD index is an index and no member."""
    archive = parse_archive(memoryview(bsd_archive([(b"x.o", b"abc"), (LONG.encode(), b"defg")])))
    assert [member.name for member in archive.members] == ["x.o", LONG]
    assert [member.size for member in archive.members] == [3, 4]
    assert archive.has_index
    assert archive.faults == []


def test_sym64_index_is_an_index() -> None:
    """`/SYM64/` is read over, counted as an index, and names come from the name table."""
    data = sym64_archive([(LONG.encode(), b"abc"), (b"y.o", b"de")])
    archive = parse_archive(memoryview(data))
    assert (archive.has_index, names(data)) == (True, [LONG, "y.o"])


def test_names_keep_their_spaces() -> None:
    """A space inside a name, or at the end of a GNU short name, belongs to the name."""
    data = b"!<arch>\n" + ar_member(b"a b /", b"xy") + ar_member(b"c.o/", b"")
    assert names(data) == ["a b ", "c.o"]


@pytest.mark.parametrize("cut", [10, 30, 67, 68, 69, 75])
def test_truncation_is_told(cut: int) -> None:
    """An archive that ends inside a header or inside a member says so, with the byte offset."""
    whole = b"!<arch>\n" + ar_member(b"a.o/", b"12345678")
    archive = parse_archive(memoryview(whole[:cut]))
    assert len(archive.faults) == 1
    assert archive.faults[0].offset == 8


def test_a_member_that_lies_about_its_size_hides_no_other() -> None:
    """Reading goes on at the next thing that is a header."""
    data = b"!<arch>\n" + ar_member(b"a.o/", b"1234", size=999_999) + ar_member(b"b.o/", b"56")
    archive = parse_archive(memoryview(data))
    assert [(member.name, member.size) for member in archive.members] == [("a.o", 4), ("b.o", 2)]
    assert "999999" in archive.faults[0].reason


def test_junk_between_members_is_counted() -> None:
    """Bytes that belong to no member are told, and the members around them read."""
    data = b"!<arch>\n" + ar_member(b"a.o/", b"12") + b"#" * 70 + ar_member(b"b.o/", b"56")
    archive = parse_archive(memoryview(data))
    assert [member.name for member in archive.members] == ["a.o", "b.o"]
    assert "70 bytes skipped" in archive.faults[0].reason


def test_name_outside_the_table_is_told() -> None:
    """A long name whose place does not exist leaves the member readable under what is there."""
    archive = parse_archive(memoryview(b"!<arch>\n" + ar_member(b"/77", b"12")))
    assert [member.name for member in archive.members] == ["/77"]
    assert "name table" in archive.faults[0].reason


def test_a_member_read_twice_in_a_thin_archive_is_read_once(tmp_path: Path) -> None:
    """A small thin archive cannot ask for one large file a thousand times."""
    (tmp_path / "a.o").write_bytes(b"\x7fELF" + bytes(100))
    header = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (b"a.o/", 0, 0, 0, 0o644, 104)
    (tmp_path / "t.a").write_bytes(b"!<thin>\n" + header * 1000)
    problems = Problems()
    parts = list(iter_parts([tmp_path / "t.a"], problems))
    assert len(parts) == 2
    assert len(problems.rows) == 999


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 300))
def test_no_bytes_make_it_raise(junk: bytes, place: int) -> None:
    """Any bytes give members inside the file, or faults, and never an exception."""
    sound = bsd_archive([(b"x.o", b"abc"), (b"yy.o", b"d" * 40)])
    for data in (b"!<arch>\n" + junk, sound[:place] + junk + sound[place:]):
        for member in parse_archive(memoryview(data)).members:
            assert 0 <= member.offset <= member.offset + member.size <= len(data)
