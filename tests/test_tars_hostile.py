"""Nothing that a tar holds can break, escape or fill memory: cut, damaged, lying, expanding."""

from __future__ import annotations

import gzip
import lzma
import random
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.read import layer_tree, unpack
from diag.read.files import Problems
from diag.read.objects import scan_objects
from diag.read.packed import is_packed, iter_packed
from tests.tar_files import ONE, TWO, compressed, listed, tar_of

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
