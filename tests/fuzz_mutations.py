"""Broken copies of sound files, each told by two numbers: the seed of the run and its own.

Some mutations know the format: they find the fields of headers, sections, symbols, versions,
notes, groups, frames and member headers in the sound file and put there what lies best. Others
know nothing: flipped bytes, cuts, splices, blocks twice, moved or gone.
"""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from diag.read.archive import parse_archive
from diag.read.elf import Elf, ElfError, parse_elf
from tests.fuzz_seeds import Seed

MAX_BYTES = 1 << 17  # a splice of splices stays small


@dataclass(frozen=True)
class Field:
    """A number in a file (or, in archives, text): what it is and where."""

    kind: str
    offset: int
    width: int
    order: str = "little"


def mutated(seeds: list[Seed], run: int, number: int) -> tuple[str, bytes]:
    """(what was done to which seed, the bytes) of one number of a run: always the same."""
    rng = random.Random(f"{run}/{number}")
    seed = rng.choice(seeds)
    data, done = bytearray(seed.data), []
    for _ in range(rng.choice((1, 1, 1, 2))):
        how = rng.choice(HOW)
        done.append(how.__name__.lstrip("_"))
        how(rng, seed, data, seeds)
    return f"{seed.name} {' '.join(done)}", bytes(data[:MAX_BYTES])


def _flip(rng: random.Random, seed: Seed, data: bytearray, seeds: list[Seed]) -> None:
    """Bytes of any value, or with one bit changed."""
    for _ in range(rng.choice((1, 2, 4, 16, 64)) if data else 0):
        at = rng.randrange(len(data))
        data[at] = rng.choice((data[at] ^ 1 << rng.randrange(8), rng.randrange(256), 0, 255))


def _lie(rng: random.Random, seed: Seed, data: bytearray, seeds: list[Seed]) -> None:
    """Fields that say something else: each kind of field is as likely as another."""
    kinds = fields_by_kind(seed)
    for _ in range(rng.choice((1, 1, 2, 4)) if kinds else 0):
        kind = rng.choice(sorted(kinds))
        field = rng.choice(kinds[kind])
        raw = bytes(data[field.offset : field.offset + field.width])
        if kind.startswith("ar."):
            put = _text(rng, field.width)
        elif kind.startswith("tar."):
            put = rng.choice(TAR_WORDS).ljust(field.width, b"\0")[: field.width]
        else:
            old = int.from_bytes(raw, _order(field))
            value = _number(rng, old, field.width, len(data)) % (1 << 8 * field.width)
            put = value.to_bytes(field.width, _order(field))
        if len(raw) == field.width:
            data[field.offset : field.offset + field.width] = put
        if kind.startswith("tar.") and rng.random() < 0.9:
            _sum(data, field.offset & ~511)


def _sum(data: bytearray, at: int) -> None:
    """Make the checksum of a tar header right, so that more than the checksum is read."""
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])


def _lie_often(rng: random.Random, seed: Seed, data: bytearray, seeds: list[Seed]) -> None:
    """One kind of field, the same lie in many of them."""
    kinds = {k: v for k, v in fields_by_kind(seed).items() if not k.startswith(("ar.", "tar."))}
    chosen = kinds[rng.choice(sorted(kinds))] if kinds else []
    value = _number(rng, 0, 8, len(data))
    for field in chosen:
        if rng.random() < 0.8 and field.offset + field.width <= len(data):
            put = (value % (1 << 8 * field.width)).to_bytes(field.width, _order(field))
            data[field.offset : field.offset + field.width] = put


def _cut(rng: random.Random, seed: Seed, data: bytearray, seeds: list[Seed]) -> None:
    """The file ends at any byte."""
    del data[rng.randrange(len(data) + 1) :]


def _splice(rng: random.Random, seed: Seed, data: bytearray, seeds: list[Seed]) -> None:
    """The head of this file before the tail of another."""
    other = rng.choice(seeds).data
    data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other) + 1) :]


def _block(rng: random.Random, seed: Seed, data: bytearray, seeds: list[Seed]) -> None:
    """A stretch of bytes is twice there, gone, zeroed, or in another place."""
    start = rng.randrange(len(data) + 1)
    block = data[start : start + rng.choice((1, 4, 8, 24, 64, 200))]
    what = rng.randrange(4)
    if what != 0:
        data[start : start + len(block)] = bytes(len(block)) if what == 1 else b""
    if what in (0, 3):
        at = rng.randrange(len(data) + 1)
        data[at:at] = block * rng.choice((1, 1, 2, 50))


HOW: tuple[Callable[[random.Random, Seed, bytearray, list[Seed]], None], ...] = (
    _flip, _lie, _lie, _lie, _lie_often, _cut, _splice, _block,
)  # fmt: skip


def _order(field: Field) -> Any:
    return field.order


def _number(rng: random.Random, old: int, width: int, size: int) -> int:
    """What a lying field likes to hold: ends of ranges, powers of two, places in the file."""
    top = (1 << 8 * width) - 1
    near = (old + rng.choice((-1, 1, -8, 8, 24)), old * 2, old // 2, old ^ 1 << rng.randrange(64))
    return rng.choice((
        0, 1, 2, 3, 7, top, top - 1, top - 7, top >> 1, (top >> 1) + 1, 1 << rng.randrange(8 * width),
        size, size - 1, size + 1, rng.randrange(size + 1), rng.randrange(64), 0xFFFF, 0xFFFF_FFFF,
        1 << 40, 1 << 45, rng.getrandbits(8 * width), *near,
    ))  # fmt: skip


def _text(rng: random.Random, width: int) -> bytes:
    """What a lying archive likes to hold in a name or a number."""
    words = (
        b"", b"0", b"1", b"7", b"9999999999", b"4294967295", b"-1", b"1e9", b"/", b"//", b"/0", b"/1",
        b"/99999", b"/0:8", b"/9:68", b"/9999999999:1", b"/SYM64/", b"#1/4", b"#1/0", b"#1/999999",
        b"__.SYMDEF", b"a/", b"\0", b"\xff\xfe/", str(rng.randrange(4000)).encode(),
    )  # fmt: skip
    return rng.choice(words).ljust(width)[:width]


@cache
def fields_by_kind(seed: Seed) -> dict[str, list[Field]]:
    """The fields of a seed, by what they are."""
    found: dict[str, list[Field]] = {}
    for field in _fields(seed.data):
        found.setdefault(field.kind, []).append(field)
    return found


def _fields(data: bytes) -> Iterator[Field]:
    if data.startswith((b"!<arch>\n", b"!<thin>\n")):
        yield from _fields_of_archive(data)
    elif data.startswith(b"\x7fELF"):
        yield from fields_of_elf(data)
    elif data[257:262] == b"ustar":
        yield from _fields_of_tar(data)
    else:
        yield from (Field("head", at, 4) for at in range(0, min(len(data) - 4, 256), 2))


# What a lying tar likes to hold: numbers in octal, decimal and base 256, and paths.
TAR_WORDS = (
    b"", b"0", b"7", b"00000001000", b"77777777777", b"99999999999", b"-1", b"\x80" + b"\xff" * 11,
    b"\xff" * 12, b"\x80" + bytes(6) + b"\x7f" + b"\xff" * 4, b"/", b"..", b"../../up.o", b"/abs.o",
    b".wh.usr", b"usr/.wh..wh..opq", b"usr/lib/one.o", b"usr/lib/one.o/below", b"manifest.json",
    b"1", b"2", b"5", b"x", b"g", b"L", b"K", b"S", b"\xff", b"ustar\0", b"usr/hard.o", b"././@LongLink",
)  # fmt: skip
TAR_FIELDS = {
    "name": (0, 100), "mode": (100, 8), "size": (124, 12), "sum": (148, 8), "type": (156, 1),
    "link": (157, 100), "magic": (257, 8), "prefix": (345, 155), "sparse": (386, 24),
}  # fmt: skip


def _fields_of_tar(data: bytes) -> Iterator[Field]:
    """The headers, and the fields of ELF members."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = tar.getmembers()
    for member in members:
        for at in range(member.offset, member.offset_data, 512):
            for name, (start, width) in TAR_FIELDS.items():
                if data[at + 257 : at + 262] == b"ustar":
                    yield Field(f"tar.{name}", at + start, width)
        content = data[member.offset_data : member.offset_data + member.size]
        yield from fields_of_elf(content, member.offset_data)


def _fields_of_archive(data: bytes) -> Iterator[Field]:
    """Member headers, and the fields of the ELF members."""
    at = 8
    while at + 60 <= len(data):
        size = data[at + 48 : at + 58].strip()
        yield from (Field("ar.name", at, 16), Field("ar.size", at + 48, 10))
        yield Field("ar.end", at + 58, 2)
        is_there = data.startswith(b"!<arch>") or data[at : at + 1] == b"/"
        is_path = not is_there or data[at + 1 : at + 2].isdigit()
        at += 60 + (0 if is_path and data.startswith(b"!<thin>") else int(size or b"0"))
        at += at & 1
    for member in parse_archive(memoryview(data)).members:
        yield from fields_of_elf(data[member.offset : member.offset + member.size], member.offset)


def fields_of_elf(data: bytes, base: int = 0) -> Iterator[Field]:
    """The fields of a sound ELF image, `base` added to their offsets."""
    try:
        elf = parse_elf(memoryview(data))
    except ElfError:
        return
    tables = [("ehdr", elf.layout.header, 16, 1)]
    head = np.frombuffer(data, elf.layout.header, 1, 16)[0]
    shoff, phoff = int(head["shoff"]), int(head["phoff"])
    tables.append(("shdr", elf.layout.section, shoff, len(elf.sections)))
    tables.append(("phdr", elf.layout.segment, phoff, len(elf.segments)))
    tables += _tables(elf)
    order = elf.layout.byte_order
    for name, dtype, offset, count in tables:
        for number in range(count):
            for column in dtype.names or ():
                kind, at = dtype.fields[column][:2]
                place = base + offset + number * dtype.itemsize + at
                yield Field(f"{name}.{column}", place, kind.itemsize, order)


def _tables(elf: Elf) -> Iterator[tuple[str, Any, int, int]]:
    """(name, record, offset, count) of what sections and segments hold."""
    o = "<" if elf.layout.byte_order == "little" else ">"
    words = {4: ("rela", 4), 5: ("hash", 4), 7: ("note", 4), 9: ("rel", 4), 17: ("group", 4)}
    words |= {18: ("shndx", 4), 0x6FFFFFF6: ("gnu-hash", 4), 0x6FFFFFFF: ("versym", 2)}
    words |= {0x6FFFFFFD: ("verdef", 4), 0x6FFFFFFE: ("verneed", 4), 0x70000003: ("attribute", 1)}
    for index in range(len(elf.sections)):
        kind, (offset, size) = int(elf.sections["type"][index]), elf.extent(index)
        name = elf.section_name(index)
        if kind in (2, 11):
            record = elf.layout.symbol
            yield f"symbol{kind}", record, offset, size // record.itemsize
        elif kind in words:
            word, width = words[kind]
            yield word, _word(o, width), offset, size // width
        elif int(elf.sections["flags"][index]) & 0x800:
            yield "compressed", _word(o, 4), offset, min(6, size // 4)
        elif name == ".eh_frame":
            yield "frame", _word(o, 4), offset, size // 4
            yield "frame-byte", _word(o, 1), offset, min(size, 40)
        elif int(elf.sections["flags"][index]) & 4:
            yield "code", _word(o, 4), offset, size // 4
    for segment in elf.segments[elf.segments["type"] == 2]:
        record = elf.layout.dynamic
        yield "dynamic", record, int(segment["offset"]), int(segment["filesz"]) // record.itemsize


def _word(order: str, width: int) -> Any:
    return np.dtype([("word", f"{order}u{width}")])
