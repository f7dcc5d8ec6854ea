"""Tars as inputs: the same rows as from the unpacked folder, and nothing that a tar can break."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import subprocess
import tarfile
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.read import layer_tree, unpack
from diag.read.details import read_details
from diag.read.files import Problems
from diag.read.isa import read_isa
from diag.read.objects import read_objects, read_symbols, scan_objects
from diag.read.packed import is_packed, iter_packed
from tests.elf_builder import bsd_archive, build_elf
from tests.tools import need

ONE = build_elf([(b"one", 0x12, 0, 1, 0, 4)])
TWO = build_elf([(b"two", 0x10, 0, 0, 0, 0)], machine=183)
# 40 stretches of data between holes of a page: more than a sparse header holds itself.
HOLES = build_elf(
    [(b"far", 0x12, 0, 1, 0, 4)], code=(b"\1" * 4096 + bytes(8192)) * 40 + bytes(1 << 20)
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a layer has it: compiled files, an archive, links, long names, other files."""
    need("cc", "ar", "tar")
    top = tmp_path_factory.mktemp("unpacked") / "root"
    deep = top / "usr" / "lib" / ("n" * 90) / ("m" * 90) / ("o" * 90)
    deep.mkdir(parents=True)
    (top / "x.c").write_text("int used(int); int made(int a) { return used(a) + 1; }\n")
    compile_ = ["cc", "-O1", "-fPIC", "-o"]
    subprocess.run([*compile_, top / "x.o", "-c", top / "x.c"], check=True)
    subprocess.run([*compile_, deep / "libx.so", "-shared", top / "x.c"], check=True)
    subprocess.run(["ar", "rc", top / "usr" / "libx.a", top / "x.o"], check=True)
    with (top / "usr" / "holes.o").open("wb") as file:
        for at in range(0, len(HOLES), 4096):
            if any(HOLES[at : at + 4096]):
                file.seek(at)
                file.write(HOLES[at : at + 4096])
    (top / "usr" / "größe two.o").write_bytes(TWO)
    (top / "usr" / "empty.o").write_bytes(b"")
    (top / "usr" / "link.o").symlink_to("holes.o")
    (top / "usr" / "lib" / "away").symlink_to("/etc")
    (top / "z-hard.o").hardlink_to(top / "x.o")
    return top


def compressed(data: bytes, how: str) -> bytes:
    """The bytes as a tool for that format writes them."""
    if how == "zst":
        done = pa.BufferOutputStream()
        with pa.CompressedOutputStream(done, "zstd") as out:
            out.write(data)
        return done.getvalue().to_pybytes()
    if how == "plain":
        return data
    return {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}[how](data)


def tar_of(*members: tuple[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of regular files in that order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def relative(frame: pd.DataFrame, top: Path | None = None) -> pd.DataFrame:
    """The rows with `file` as the path in the tar or folder, in one order."""
    names = [
        f.partition("!/")[2] if "!/" in f else str(Path(f).relative_to(top or ""))
        for f in frame["file"]
    ]
    key = ("file", "member_no", "table", "index", "kind", "item_no", "extension")
    moved = frame.assign(file=names)
    by = [name for name in key if name in moved]
    return moved.sort_values(by, kind="stable", ignore_index=True)


def listed(data: bytes, problems: Problems | None = None) -> dict[str, bytes]:
    """Path -> bytes of the objects in a tar; each name comes once."""
    found = list(iter_packed("t.tar", memoryview(data), problems or Problems()))
    assert len({name for name, _ in found}) == len(found)
    return {name.partition("!/")[2]: bytes(part) for name, part in found}


@pytest.mark.parametrize("how", ["plain", "gz", "bz2", "xz", "zst"])
@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_of_tarfile_has_the_rows_of_the_folder(
    tree: Path, tmp_path: Path, how: str, format: int
) -> None:
    """Symbols are equal, whatever the header format and the compression."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for path in sorted(tree.rglob("*")):
            if format != tarfile.USTAR_FORMAT or len(str(path.relative_to(tree))) < 100:
                tar.add(path, str(path.relative_to(tree)), recursive=False)
    file = tmp_path / f"layer.tar.{how}"
    file.write_bytes(compressed(out.getvalue(), how))
    got, wanted = relative(read_symbols(file)), relative(read_symbols(tree), tree)
    if format == tarfile.USTAR_FORMAT:
        wanted = wanted[wanted["file"].str.len() < 100].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, wanted)
    assert "errors" not in got.attrs


GNU_TAR = [
    ["--format=v7"], ["--format=oldgnu"], ["--format=gnu"], ["--format=ustar"], ["--format=posix"],
    ["--format=gnu", "-S", "--hole-detection=raw"], ["--format=posix", "-S", "--hole-detection=raw", "--sparse-version=0.0"],
    ["--format=posix", "-S", "--hole-detection=raw", "--sparse-version=0.1"],
    ["--format=posix", "-S", "--hole-detection=raw", "--sparse-version=1.0"], ["--format=gnu", "--gzip"],
]  # fmt: skip


@pytest.mark.parametrize("options", GNU_TAR, ids=" ".join)
def test_a_tar_of_gnu_tar_has_the_rows_of_the_folder(
    tree: Path, tmp_path: Path, options: list[str]
) -> None:
    """Every format that GNU tar writes; sparse files in each of its four ways."""
    file = tmp_path / "layer.tar"
    command = ["tar", *options, "--sort=name", "-cf", file, "."]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    is_short = "ustar" in options[0] or "v7" in options[0]  # these refuse long names
    assert done.returncode == 0 or is_short, done.stderr
    wanted = relative(read_symbols(tree), tree)
    if is_short:
        wanted = wanted[wanted["file"].str.len() < 100].reset_index(drop=True)
    pd.testing.assert_frame_equal(relative(read_symbols(file)), wanted)
    if "-S" in options:
        assert file.stat().st_size < 1 << 20 < (tree / "usr" / "holes.o").stat().st_size


@pytest.mark.parametrize("read", [read_objects, read_details, lambda p: read_isa(p, extension="")])
def test_every_reader_takes_tars(
    tree: Path, tmp_path: Path, read: Callable[[Path], pd.DataFrame]
) -> None:
    """Headers, details and instruction sets: the rows of the folder."""
    file = tmp_path / "layer.tar"
    subprocess.run(["tar", "--sort=name", "-cf", file, "."], cwd=tree, check=True)
    pd.testing.assert_frame_equal(relative(read(file)), relative(read(tree), tree))


def test_bytes_and_open_files_are_tars_too(tmp_path: Path) -> None:
    """As objects are: the names begin with that of the source."""
    data = tar_of(("./usr/one.o", ONE))
    (tmp_path / "layer.tar").write_bytes(data)
    with (tmp_path / "layer.tar").open("rb") as file:
        assert read_objects(file)["file"].tolist() == [f"{tmp_path}/layer.tar!/usr/one.o"]
    assert read_objects(data)["file"].tolist() == ["<bytes>!/usr/one.o"]


def test_archives_in_a_tar_have_their_members() -> None:
    """A library in a tar is read as one on disk is."""
    scan = scan_objects(tar_of(("lib.a", bsd_archive([(b"one.o", ONE), (b"two.o", TWO)]))))
    assert scan.objects["member"].tolist() == ["", "one.o", "two.o"]
    assert scan.symbols["name"].tolist() == ["one", "two"]


def test_the_last_of_a_name_counts(tmp_path: Path) -> None:
    """As on unpacking a tar that was appended to; `./x` and `x` are one name."""
    assert listed(tar_of(("x.o", ONE), ("./x.o", TWO))) == {"x.o": TWO}
    assert listed(tar_of(("x.o", ONE), ("x.o", b"text"))) == {}
    assert listed(tar_of(("x/y.o", ONE), ("x", TWO))) == {"x": TWO}


def test_members_are_taken_by_name(tmp_path: Path) -> None:
    """A member, a folder or a glob of the tar; a link and an absent one are told."""
    out = io.BytesIO(tar_of(("usr/one.o", ONE), ("usr/two.o", TWO), ("opt/one.o", ONE)))
    with tarfile.open(fileobj=out, mode="a") as tar:
        link = tarfile.TarInfo("usr/link.o")
        link.type, link.linkname = tarfile.SYMTYPE, "one.o"
        tar.addfile(link)
    file = tmp_path / "layer.tar"
    file.write_bytes(out.getvalue())

    def names(*given: str) -> list[str]:
        scan = scan_objects([f"{file}!{name}" for name in given])
        return [f.partition("!/")[2] for f in scan.objects["file"]] or scan.errors[
            "reason"
        ].tolist()

    assert names("/usr/one.o") == ["usr/one.o"]
    assert names("/usr") == names("/usr/*.o", "/usr/one.o") == ["usr/one.o", "usr/two.o"]
    assert names("/*one.o") == ["usr/one.o", "opt/one.o"]
    assert names("/usr/link.o") == ["is a symbolic link to 'one.o'"]
    assert names("/usr/three.o") == ["holds no file '/usr/three.o'"]
    (tmp_path / "one.o").write_bytes(ONE)
    told = scan_objects([f"{tmp_path}/one.o!/x.o", f"{tmp_path}!/x.o"]).errors["reason"]
    assert told.tolist() == ["is no tar and no image: it holds no '/x.o'", "does not exist"]


def test_names_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that lead out, absolute ones, control bytes: shown, and nothing is written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ["../../etc/x.o", "/abs.o", "a\x1b[31m\n.o", "!/b.o", "c" * 300 + ".o"]
    data = tar_of(*[(name, ONE) for name in names])
    scan = scan_objects(data)
    assert [f.partition("!/")[2] for f in scan.objects["file"]] == [n.lstrip("/") for n in names]
    assert schema.check(scan.objects, "objects") is not None
    assert list(tmp_path.iterdir()) == []


# -- hostile ------------------------------------------------------------------------------------

SMALL = tar_of(("usr/one.o", ONE), ("n" * 120, b"text" * 99), ("usr/two.o", TWO))


PACKED = {how: compressed(SMALL, how) for how in ("plain", "gz", "bz2", "xz", "zst")}


@pytest.mark.parametrize("how", ["plain", "gz", "xz", "zst"])
def test_a_cut_tar_gives_what_came_before(how: str) -> None:
    """Cut anywhere: a row says so, and whole members before the cut are read."""
    data = PACKED[how]
    everything = list(listed(data).items())
    for size in sorted({*range(600, len(data) - 1, max(1, len(data) // 60)), len(data) - 1200}):
        part = memoryview(data)[: max(0, size)]
        problems = Problems()
        if is_packed(part):
            found = list(listed(bytes(part), problems).items())
            assert found == everything[: len(found)]
            assert problems.rows or size > len(data) - 10_240, size


def test_where_it_is_cut_is_told() -> None:
    """The member and how much of it is there."""
    problems = Problems()
    listed(SMALL[: SMALL.index(TWO) + 100], problems)
    (row,) = problems.rows
    assert row["member"] == "usr/two.o"
    assert f"(100 of {len(TWO)} bytes)" in row["reason"]
    assert row["offset"] == SMALL.index(TWO) - 512


@settings(max_examples=80)
@given(st.data())
def test_damage_never_raises(data: st.DataObject) -> None:
    """Bytes overwritten anywhere, in plain and compressed tars."""
    how = data.draw(st.sampled_from(["plain", "gz", "xz", "bz2", "zst"]))
    raw = bytearray(PACKED[how])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=12))
        raw[at : at + len(piece)] = piece
    listed(bytes(raw), Problems())
    scan_objects(bytes(raw))


def header(name: bytes = b"x", size: bytes = b"0", kind: bytes = b"0", **fields: bytes) -> bytes:
    """A header with fields that tarfile would not write, and a right checksum."""
    block = bytearray(512)
    block[: len(name)], block[124 : 124 + len(size)], block[156:157] = name, size, kind
    block[257:265] = b"ustar\x0000"
    for at, value in fields.items():
        block[int(at[1:]) : int(at[1:]) + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


LIES = {
    "a member of 2**80 bytes": header(size=b"\x80" + b"\xff" * 11) + ONE,
    "a negative size": header(size=b"\xff" * 12) + ONE,
    "a size that is no number": header(size=b"12x9") + ONE,
    "an extended header of 8 GB": header(kind=b"x", size=b"77777777777") + b"9 a=b\n",
    "a long name of 8 GB": header(kind=b"L", size=b"77777777777") + b"name",
    "records without an end": header(kind=b"x", size=b"1000") + b"9" * 512 + header() + bytes(1024),
    "sparse beyond its size": header(kind=b"S", _386=b"77777777777\x0077777777777") + bytes(1024),
    "sparse of 2**80": header(
        kind=b"S", size=b"%o" % len(ONE), _386=b"%011o\0%011o\0" % (0, len(ONE)),
        _483=b"\x80" + b"\x0f" * 11,
    ) + ONE.ljust(1024, b"\0") + bytes(1024),
    "sparse without an end": (header(kind=b"S", _482=b"\1") + (bytes(504) + b"\1" + bytes(7)) * 9),
    "a sparse map of a billion": header(kind=b"x", size=b"100")
    + (b"22 GNU.sparse.major=1\n" + b"22 GNU.sparse.minor=0\n" + b"31 GNU.sparse.realsize=1000000\n")
    .ljust(512, b"\0")
    + header(size=b"1000")
    + b"1000000000\n".ljust(512, b"\0"),
    "only long names": header(kind=b"L", size=b"4") + b"name".ljust(512, b"\0"),
    "a bad checksum behind": header(b"one.o", b"%o" % len(ONE)) + ONE + bytes(-len(ONE) % 512) + b"?" * 512,
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_lying_headers_are_told(lie: str) -> None:
    """A row, no object, no memory."""
    tracemalloc.start()
    problems = Problems()
    listed(LIES[lie], problems)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problems.rows or lie == "records without an end"
    assert peak < 8 << 20


def test_a_bomb_is_defused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What expands a thousandfold is read to its limit and told; so are too many members."""
    monkeypatch.setattr(unpack, "FREE_BYTES", 1 << 20)
    problems = Problems()
    bomb = gzip.compress(tar_of(("one.o", ONE), ("zeros", bytes(8 << 20)), ("two.o", TWO)))
    assert listed(bomb, problems) == {"one.o": ONE}
    assert "expands to more than" in problems.rows[0]["reason"]
    many = tar_of(*[(f"{number}.o", ONE) for number in range(30)])
    for limit, reason in (
        ("MAX_OBJECTS", "more than 10 objects: the others are not read"),
        ("MAX_MEMBERS", "more than 10 members: not read further"),
    ):
        monkeypatch.setattr(unpack, limit, 10)
        problems = Problems()
        assert len(listed(many, problems)) == 10
        assert problems.rows[0]["reason"] == reason


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """In length, in depth, and all together in the memory that they take."""
    problems = Problems()
    names = ["/".join("x" * 300), "y/" * 2500 + "z.o", "one.o"]
    assert listed(tar_of(*[(name, ONE) for name in names]), problems) == {"one.o": ONE}
    assert {row["reason"] for row in problems.rows} == {
        "a name that no file system takes: passed over"
    }
    monkeypatch.setattr(layer_tree, "MAX_NAME_MEMORY", 100_000)
    deep = ["/".join(f"{number}" * 100) + ".o" for number in range(10, 20)]
    problems = Problems()
    assert 0 < len(listed(tar_of(*[(name, ONE) for name in deep]), problems)) < 10
    assert "its names take more than" in problems.rows[0]["reason"]


def test_a_window_of_xz_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that asks for a dictionary of 1.5 GB gets a row and not the memory."""
    # To write such a stream needs that memory itself: the byte is changed in place.
    data = bytearray(lzma.compress(SMALL, check=lzma.CHECK_NONE))
    at = data.index(b"\x21\x01") + 2  # LZMA2, one byte of properties: the dictionary
    data[at] = 39
    block = data[12 : 12 + (data[12] + 1) * 4 - 4]
    struct.pack_into("<I", data, 12 + len(block), zlib.crc32(block))
    assert not is_packed(memoryview(bytes(data)))
    monkeypatch.setattr(unpack, "XZ_MEMORY", 8 << 30)
    assert is_packed(memoryview(bytes(data)))


def test_one_member_is_held_at_a_time() -> None:
    """Of a compressed tar: the peak stands on the largest member, not on their sum."""
    rng = random.Random(7)
    big = ONE + rng.randbytes(1 << 19)
    data = compressed(tar_of(*[(f"{number}.o", big) for number in range(40)]), "zst")
    tracemalloc.start()
    count = sum(1 for _ in iter_packed("t", memoryview(data), Problems()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40
    assert peak < 5 * len(big)


NAMES = st.lists(st.sampled_from(["a", "b", "c.o", "d"]), min_size=1, max_size=3).map("/".join)
CONTENTS = st.sampled_from([ONE, TWO, b"", b"text"])


@given(st.lists(st.tuples(NAMES, CONTENTS), max_size=12))
def test_random_tars_hold_what_unpacking_leaves(members: list[tuple[str, bytes]]) -> None:
    """Names again and again, files in the place of folders: the last word counts."""
    left: dict[str, bytes] = {}
    for name, content in members:
        above = {name[:at] for at, sign in enumerate(name) if sign == "/"}
        left = {n: c for n, c in left.items() if n not in above and not n.startswith(f"{name}/")}
        left[name] = content
    assert listed(tar_of(*members)) == {n: c for n, c in left.items() if c in (ONE, TWO)}
