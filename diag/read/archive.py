"""Members of ar archives: GNU, BSD, thin, with 32- or 64-bit index; rlibs are such archives.

Formats: System V and GNU ar as binutils writes them (`//` name table, `/` and `/SYM64/` indexes,
`!<thin>` archives whose members stay outside, nested ones as `/NAME:ORIGIN`), BSD ar (`#1/LENGTH`
names, `__.SYMDEF` indexes). Sizes are not trusted: a member that runs past the end of the file is
cut there, and where a header is not one, the next thing that looks like a header is sought.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MAGIC = b"!<arch>\n"
THIN_MAGIC = b"!<thin>\n"
HEADER_BYTES = 60
MAX_MEMBERS = 1_000_000
MAX_NAME_BYTES = 4096
MIN_TEXT_BYTES = 1 << 20
MAX_TEXT_FACTOR = 8  # long names beside the archive's bytes

# struct ar_hdr: name 16, date 12, uid 6, gid 6, mode 8, size 10, end 2.
HEADER = re.compile(
    rb"(?P<name>[^\0\n]{16})[0-9 -]{12}[0-9 -]{6}[0-9 -]{6}[0-7 ]{8}(?P<size>[0-9]{1,10} {0,9})`\n"
)
LONG_NAME = re.compile(rb"/(?P<place>[0-9]+)(?::(?P<origin>[0-9]+))? *")
BSD_NAME = re.compile(rb"#1/(?P<length>[0-9]+) *")
INDEX_NAMES = (b"/", b"/SYM64/")
BSD_INDEX_PREFIX = "__.SYMDEF"
_SPECIAL = b"/#"  # what all names but the short ones of GNU begin with


class Place(NamedTuple):
    """Offset of a header; offset and size of the bytes behind it."""

    header_at: int
    offset: int
    size: int


class Member(NamedTuple):  # thousands of an archive: a plain tuple is made several times faster
    """One member: `offset` and `size` of its bytes in the archive, in bytes.

    A member of a thin archive has no bytes there: its name is a path beside the archive, and
    `origin`, where set, the header offset of the member meant inside that nested archive.
    """

    name: str
    number: int
    header_offset: int
    offset: int
    size: int
    origin: int | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong at a byte offset."""

    offset: int
    reason: str
    member: str = ""
    help: str = ""


@dataclass
class Archive:
    """An archive's members in order; `faults` says what could not be read."""

    is_thin: bool
    has_index: bool = False
    members: list[Member] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    text_bytes: int = 0  # of long names: a hostile archive lets all members share one


def parse_archive(data: memoryview) -> Archive:
    """The members of an archive of any of the formats above; never raises for bad bytes."""
    archive = Archive(is_thin=bytes(data[:8]) == THIN_MAGIC)
    names, members = b"", archive.members
    for raw, header_at, start, size in _iter_headers(data, archive):
        is_plain = raw[0] not in _SPECIAL  # the quick question: most names are neither
        word = raw.rstrip(b" ")
        if not is_plain and word in INDEX_NAMES:
            archive.has_index = True
        elif not is_plain and word == b"//":
            names = bytes(data[start : start + size])
        elif len(members) == MAX_MEMBERS:
            archive.faults.append(Fault(header_at, f"more than {MAX_MEMBERS} members"))
            break
        elif is_plain:
            _add(archive, _text(word.removesuffix(b"/")), header_at, start, size)
        else:
            place = Place(header_at, start, size)
            name, origin, start, size = _resolve(data, archive, names, raw, place)
            _add(archive, name, header_at, start, size, origin)
    return archive


def _iter_headers(data: memoryview, archive: Archive) -> Iterator[tuple[bytes, int, int, int]]:
    """(name field, header offset, data offset, size) of each header, cut to the file."""
    place, total = len(MAGIC), len(data)
    while place < total:
        match = HEADER.match(data, place)
        if match is None:
            at = place
            place = _next_header(data, place)
            _tell_bad_header(archive, data, at, place)
            continue
        name, digits = match.group(1, 2)
        start, size = place + HEADER_BYTES, int(digits)
        is_inside = not archive.is_thin or name.rstrip(b" ") in (*INDEX_NAMES, b"//")
        end = start + size if is_inside else start
        if end > total:
            end = _next_header(data, start)
            _tell_truncated(archive, name, place, size, end - start)
            size = end - start
        yield name, place, start, size
        place = end + (end & 1)


def _next_header(data: memoryview, place: int) -> int:
    found = HEADER.search(data, place)
    return found.start() if found else len(data)


def _tell_bad_header(archive: Archive, data: memoryview, at: int, resumed: int) -> None:
    left = len(data) - at
    if left < HEADER_BYTES:
        reason = f"the archive ends inside a member header ({left} of {HEADER_BYTES} bytes)"
    else:
        reason = f"not a member header; {resumed - at} bytes skipped"
    archive.faults.append(Fault(at, reason, help="build the archive again, or copy it whole"))


def _tell_truncated(archive: Archive, name: bytes, at: int, size: int, left: int) -> None:
    reason = f"the member claims {size} bytes, {left} are there: the archive is truncated"
    text = name.rstrip(b" /").decode("utf-8", "backslashreplace")
    archive.faults.append(Fault(at, reason, text, "build the archive again, or copy it whole"))


def _add(
    archive: Archive, name: str, header_at: int, offset: int, size: int, origin: int | None = None
) -> None:
    """Keep a member; an index under a BSD name is none."""
    if name.startswith(BSD_INDEX_PREFIX):
        archive.has_index = True
    else:
        members = archive.members
        members.append(Member(name, len(members), header_at, offset, size, origin))


def _resolve(
    data: memoryview, archive: Archive, names: bytes, raw: bytes, place: Place
) -> tuple[str, int | None, int, int]:
    """(name, origin, offset, size) of a member by its name field, GNU's long names or BSD's."""
    header_at, offset, size = place
    if match := LONG_NAME.fullmatch(raw):
        origin = int(match["origin"]) if match["origin"] else None
        found = _long_name(names, int(match["place"]))
        if found is None:
            reason = "its name lies outside the archive's name table"
            archive.faults.append(Fault(header_at, reason, _text(raw.strip())))
            return _text(raw.rstrip(b" ")), origin, offset, size
        archive.text_bytes += len(found)
        if archive.text_bytes > max(MIN_TEXT_BYTES, MAX_TEXT_FACTOR * len(data)):
            reason = "names of members overlap: the others are left as they stand"
            archive.faults.append(Fault(header_at, reason, help="build the archive again"))
            return _text(raw.rstrip(b" ")), origin, offset, size
        return _text(found), origin, offset, size
    if match := BSD_NAME.fullmatch(raw):
        length = min(int(match["length"]), size, MAX_NAME_BYTES)
        found = bytes(data[offset : offset + length]).rstrip(b"\0")
        return _text(found), None, offset + length, size - length
    return _text(raw.rstrip(b" ").removesuffix(b"/")), None, offset, size


def _long_name(names: bytes, place: int) -> bytes | None:
    """The entry of the `//` table at that offset; entries end in `/` and a newline (or a NUL)."""
    if place >= len(names):
        return None
    entry = names[place : place + MAX_NAME_BYTES].split(b"\n", 1)[0]
    return entry.split(b"\0", 1)[0].removesuffix(b"/")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
