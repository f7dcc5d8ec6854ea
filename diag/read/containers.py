"""Files, folders and archive members as byte ranges, named by what their first bytes say.

Everything that reads machine code stands on `iter_parts`: one Part a plain file, and for an
archive one Part for itself (member_no -1) and one for each member. What cannot be read becomes a
row of Problems and the rest is yielded all the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from diag.paths import READABLE, blocked, is_folder
from diag.read.archive import Archive, Fault, Member, parse_archive
from diag.read.files import Problems, file_key, on_file, open_bytes, read_head, walk
from diag.read.layers import Selection
from diag.read.magic import FORMATS_IN_FOLDERS, describe, is_stand_in, sniff
from diag.read.packed import is_layout, is_packed, iter_layout, iter_packed
from diag.read.sources import Inside, Source, expanded

__all__ = [
    "Opened",
    "Part",
    "Source",
    "iter_opened",
    "iter_parts",
    "members_of",
    "parts_of",
    "tell_fault",
]


@dataclass(frozen=True)
class Part:
    """Bytes to be read as one object, and where they are: key file, member, member_no."""

    file: str
    member: str
    member_no: int
    format: str
    data: memoryview
    has_index: bool | None = None


@dataclass(frozen=True)
class Opened:
    """A file, or bytes that were given, before it is taken apart; `archive` where it is one."""

    file: str
    format: str
    data: memoryview
    archive: Archive | None = None
    folder: Path | None = None


def tell_fault(problems: Problems, part: Part, fault: Fault) -> None:
    """A row for a fault inside a part; its offset counts from the part's first byte."""
    problems.add(part.file, fault.reason, member=part.member, offset=fault.offset, help=fault.help)


def iter_parts(sources: Sequence[Source], problems: Problems) -> Iterator[Part]:
    """Every object of the files, folders (walked), bytes and open files given, in order.

    A path that is given twice is read once, and so is a file of a folder that several links name.
    """
    for opened in iter_opened(sources, problems):
        yield from parts_of(opened, problems)


def iter_opened(sources: Sequence[Source], problems: Problems) -> Iterator[Opened]:
    """The same files, whole: archives with their members listed and not yet cut out."""
    tell = on_file.get()
    for opened in _iter_opened(sources, problems):
        if tell is not None:
            tell(opened.file)
        yield opened
    if tell is not None:
        tell("")


def _iter_opened(sources: Sequence[Source], problems: Problems) -> Iterator[Opened]:
    named: set[Path] = set()
    seen: set[tuple[int, int] | None] = {None}
    packed = _Packed(problems)
    for source in expanded(sources, problems):
        if isinstance(source, Inside):
            yield from packed.of_path(source.file, Selection(source.file, source.pattern))
        elif not isinstance(source, str | Path):
            data = memoryview(source if isinstance(source, bytes) else source.read())
            name = "<bytes>" if isinstance(source, bytes) else str(getattr(source, "name", "-"))
            yield from packed.of_bytes(name, data) or [_opened(name, data, problems, folder=None)]
        elif is_layout(str(source)):
            yield from packed.of_path(str(source))
        elif is_folder(source):
            yield from _opened_of_folder(str(source), seen, problems)
        elif Path(source) not in named:
            named.add(Path(source))
            seen.add(file_key(str(source)))
            yield from packed.of_path(str(source))


def _opened_of_folder(
    folder: str, seen: set[tuple[int, int] | None], problems: Problems
) -> Iterator[Opened]:
    closed: set[Path] = set()
    for path in walk(folder, problems):
        key = file_key(path)
        if key is None and (why := blocked(path)) and Path(path).parent not in closed:
            closed.add(Path(path).parent)
            problems.add(path, f"cannot be looked at: {why}", help=READABLE)
        if key not in seen and _looks_useful(path):
            seen.add(key)
            yield from _opened_file(path, problems)


class _Packed:
    """The objects in the tars and images that are given; each name once."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._seen: set[str] = set()

    def of_path(self, path: str, wanted: Selection | None = None) -> Iterator[Opened]:
        """What a named file or OCI layout holds; the file itself where it packs nothing."""
        if is_layout(path):
            yield from self._opened(iter_layout(path, self.problems, wanted))
        elif (data := open_bytes(path, self.problems)) is not None:
            found = self.of_bytes(path, data, wanted)
            if found is not None:
                yield from found
            elif wanted is None:
                yield _opened(path, data, self.problems, folder=Path(path).parent)
            else:
                reason = f"is no tar and no image: it holds no {wanted.pattern!r}"
                self.problems.add(path, reason, help="give it without what follows the !")

    def of_bytes(
        self, name: str, data: memoryview, wanted: Selection | None = None
    ) -> Iterator[Opened] | None:
        """What a tar or image holds; None where the bytes are neither."""
        if sniff(data[:64], len(data)) not in ("text", "unknown") or not is_packed(data):
            return None
        return self._opened(iter_packed(name, data, self.problems, wanted))

    def _opened(self, objects: Iterator[tuple[str, memoryview]]) -> Iterator[Opened]:
        for name, data in objects:
            if name not in self._seen:
                self._seen.add(name)
                yield _opened(name, data, self.problems, folder=None)


def _opened_file(path: str, problems: Problems) -> Iterator[Opened]:
    data = open_bytes(path, problems)
    if data is not None:
        yield _opened(path, data, problems, folder=Path(path).parent)


def _looks_useful(path: str) -> bool:
    try:
        head, size = read_head(path)
        is_named_so = path.endswith((".a", ".o", ".so"))
        return sniff(head, size) in FORMATS_IN_FOLDERS or (is_named_so and is_stand_in(bytes(head)))
    except OSError:
        return True  # told when it is opened


def _opened(file: str, data: memoryview, problems: Problems, folder: Path | None) -> Opened:
    format = sniff(data[:64], len(data))
    if format in ("text", "unknown"):
        reason, help = describe(data)
        problems.add(file, reason, help=help)
    if format not in ("archive", "thin-archive"):
        return Opened(file, format, data)
    archive = parse_archive(data)
    for fault in archive.faults:
        problems.add(file, fault.reason, member=fault.member, offset=fault.offset, help=fault.help)
    return Opened(file, format, data, archive, folder)


def part_of(opened: Opened) -> Part:
    """The file itself as one part; an archive has member_no -1."""
    archive = opened.archive
    if archive is None:
        return Part(opened.file, "", 0, opened.format, opened.data)
    return Part(opened.file, "", -1, opened.format, opened.data, archive.has_index)


def parts_of(opened: Opened, problems: Problems) -> Iterator[Part]:
    """The file as one part, and the members of an archive."""
    yield part_of(opened)
    if opened.archive is not None:
        yield from members_of(opened, opened.archive.members, problems)


def members_of(opened: Opened, members: Sequence[Member], problems: Problems) -> Iterator[Part]:
    """Some members of an archive, as parts."""
    file, data = opened.file, opened.data
    is_thin = opened.format == "thin-archive"
    outside = _Outside(file, opened.folder, problems) if is_thin else None
    for member in members:
        if outside is None:
            name, found = member.name, data[member.offset : member.offset + member.size]
            yield _member_part(file, name, member, found, problems)
        elif (resolved := outside.resolve(member)) is not None:
            yield _member_part(file, *resolved, problems)


def _member_part(
    file: str, name: str, member: Member, data: memoryview, problems: Problems
) -> Part:
    format = sniff(data[:64], len(data))
    if format in ("archive", "thin-archive"):
        reason = "the member is an archive itself; its members are not read"
        help = "extract it with ar x and give it as a file"
        problems.add(file, reason, member=name, offset=member.header_offset, help=help)
    return Part(file, name, member.number, format, data)


class _Outside:
    """The members of one thin archive: files beside it, or members of archives beside it."""

    def __init__(self, file: str, folder: Path | None, problems: Problems) -> None:
        self.file, self.folder, self.problems = file, folder, problems
        self._seen: set[tuple[Hashable, int | None]] = set()
        self._nested: dict[Hashable, tuple[memoryview, dict[int, Member]] | None] = {}

    def resolve(self, member: Member) -> tuple[str, Member, memoryview] | None:
        """(name, member, bytes), or None and a row that says why not."""
        if self.folder is None:
            self._refuse(member, "a thin archive without a folder beside it")
            return None
        # By what the name leads to: a small file could spell one large file in many ways.
        key = file_key(str(self.folder / member.name)) or member.name
        if (key, member.origin) in self._seen:
            self._refuse(member, "named twice; read once")
            return None
        self._seen.add((key, member.origin))
        if member.origin is not None:
            return self._resolve_nested(member, key)
        data = self._open(member)
        return None if data is None else (member.name, member, data)

    def _resolve_nested(
        self, member: Member, key: Hashable
    ) -> tuple[str, Member, memoryview] | None:
        if key not in self._nested:
            data = self._open(member)
            members = parse_archive(data).members if data is not None else []
            places = {inner.header_offset: inner for inner in members}
            self._nested[key] = None if data is None else (data, places)
        nested = self._nested[key]
        if nested is None:
            return None
        data, places = nested
        inner = places.get(member.origin or 0)
        if inner is None:
            self._refuse(member, f"{member.name} has no member at byte {member.origin}")
            return None
        name = f"{member.name}({inner.name})"
        return name, member, data[inner.offset : inner.offset + inner.size]

    def _open(self, member: Member) -> memoryview | None:
        beside = Problems()
        data = open_bytes(str((self.folder or Path()) / member.name), beside)
        for row in beside.rows:
            self._refuse(member, f"{row['file']} {row['reason']}")
        return data

    def _refuse(self, member: Member, reason: str) -> None:
        help = "a thin archive holds paths only: keep its objects beside it"
        place = member.header_offset
        self.problems.add(self.file, reason, member=member.name, offset=place, help=help)
