"""The objects of tar files that lie one over the other, as the layers of an image do.

Rules: OCI image specification, layer.md. A later layer's file takes the place of an earlier one's;
`.wh.NAME` removes NAME and what is below it, `.wh..wh..opq` all that earlier layers have in its
folder; both act on earlier layers only.

Each layer is gone through twice. The first time, from the first layer to the last, learns which
names hold objects and what removes them: in a stream the last word on a name comes after its bytes
(a later layer, or `tar --append` in the same one). The second time reads what is left, and opens
only the layers that have some of it. Names alone are held in memory, never a layer. To go from the
last layer down would need one reading, but would still hand out what the same tar replaces later.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from diag.read.files import Problems
from diag.read.layer_tree import Room, Tree, find, folder_at, leaf_at, names_left, put_over
from diag.read.magic import FORMATS_IN_FOLDERS, sniff
from diag.read.tars import MAX_COPIED_BYTES, Entry, iter_tar
from diag.read.unpack import Budget, PackedError, open_stream

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
MAX_TARS = 1000  # in a tar, whose names are kept
MAX_DEPTH = 256  # folders in a name: a system's limit on its length allows few more
_TAR_NAME = re.compile(r"\.(?:tar(?:\.\w+)?|t[gbxz]z2?|tzst)$")
HELP = "copy or pull it again; what came before is read"


@dataclass(frozen=True)
class Layer:
    """A tar, plain or compressed; `name` is what stands before `!/PATH` in the names of files."""

    name: str
    data: memoryview


class Selection:
    """Members that a user names: `image.tar!/usr/lib/libx.so`, a folder, or a glob."""

    def __init__(self, file: str, pattern: str) -> None:
        self.file, self.pattern, self.is_met = file, pattern.rstrip("/"), False

    def takes(self, name: str) -> bool:
        """Whether a whole name, or what follows the layer's, is meant."""
        takes = self.names(name) or any(
            rest.startswith(self.pattern + "/") or fnmatchcase(rest, self.pattern)
            for rest in self._spellings(name)
        )
        self.is_met |= takes
        return takes

    def names(self, name: str) -> bool:
        """Whether the very name is given."""
        return self.pattern in self._spellings(name)

    def _spellings(self, name: str) -> tuple[str, ...]:
        """What follows the file's name, the same without the layer, and the path alone."""
        rest = name[len(self.file) + 1 :]
        if rest.startswith("/"):
            return (rest,)
        stem, _, path = rest.partition("!/")
        platform = stem.rpartition("!")[0]
        return rest, f"{platform}!/{path}", f"/{path}"


def is_member(file: str, given: str) -> bool:
    """Whether a file's name is that of a member of a tar or image, or of what is named of one."""
    packed, _, pattern = given.partition("!")
    is_packed = file.startswith(f"{packed}!")
    return is_packed and (not pattern or Selection(packed, pattern).takes(file))


class Stack:
    """The layers of one image, and what is to be seen of them; `tars`: files in it that are tars
    by their names."""

    def __init__(self, layers: Sequence[Layer], problems: Problems, wanted: Selection | None):
        self.layers, self.problems, self.wanted = layers, problems, wanted
        self._told: set[tuple[int, str]] = set()
        self._room = Room()
        self.tars: list[str] = []

    def objects(self, first: Budget, second: Budget) -> Iterator[tuple[str, memoryview]]:
        """(name, bytes) of each object that is left, layer by layer; a budget for each reading."""
        seen: Tree = {}
        for number in range(len(self.layers)):
            own, removed, opaque = self._names(number, first)
            for folder, name in map(posixpath.split, removed):
                find(seen, folder).pop(name, None)
            for path in opaque:
                find(seen, path).clear()
            put_over(seen, own)
        for number, names in sorted(names_left(seen).items()):
            yield from self._read(number, names, second)

    def _names(self, number: int, budget: Budget) -> tuple[Tree, list[str], list[str]]:
        """(what the layer holds, what it removes, the folders that it empties)."""
        own: Tree = {}
        removed: list[str] = []
        opaque: list[str] = []
        try:
            for place, entry in self._entries(number, budget):
                path = tidy(entry.path)
                folder, name = posixpath.split(path)
                if entry.kind == "name too long" or path.count("/") > MAX_DEPTH:
                    self._tell_long(number, entry)
                elif name == OPAQUE:
                    opaque.append(folder)
                elif name.startswith(WHITEOUT):
                    removed.append(posixpath.join(folder, name[len(WHITEOUT) :]))
                elif entry.kind == "folder":
                    folder_at(own, path, self._room)
                elif name:
                    leaf = (number, place) if self._is_object(number, path, entry) else None
                    if entry.kind == "hard link":  # another name, which may outlive the first
                        leaf = leaf_at(own, tidy(entry.link))
                    folder_at(own, folder, self._room)[name] = leaf
                    self._room.take(path)
        except PackedError as error:
            self._tell(number, error)
        return own, removed, opaque

    def _is_object(self, number: int, path: str, entry: Entry) -> bool:
        name = self.name_of(number, path)
        if self.wanted is not None and not self.wanted.takes(name):
            return False
        if entry.kind == "file" and sniff(entry.head(), entry.size) in FORMATS_IN_FOLDERS:
            return True
        if self.wanted is not None and self.wanted.names(name):
            self._tell_other(name, entry)
        if entry.kind == "file" and _TAR_NAME.search(path) and len(self.tars) < MAX_TARS:
            self.tars.append(path)
        return False

    def _tell_other(self, name: str, entry: Entry) -> None:
        """A member that is named and is no object."""
        if "link" in entry.kind:
            help = f"links are not followed: give {entry.link!r}"
            self.problems.add(name, f"is a {entry.kind} to {entry.link!r}", help=help)
        else:
            what = "no object that is known here" if entry.kind == "file" else f"a {entry.kind}"
            self.problems.add(name, f"is {what}", help="give ELF objects, archives or binaries")

    def _tell_long(self, number: int, entry: Entry) -> None:
        reason = "a name that no file system takes: passed over"
        name, at = entry.path[:100], entry.offset
        self.problems.add(self.layers[number].name, reason, member=name, offset=at)

    def name_of(self, number: int, path: str) -> str:
        """`layer!/path`."""
        return f"{self.layers[number].name}!/{path}"

    def _read(
        self, number: int, names: dict[int, set[str]], budget: Budget
    ) -> Iterator[tuple[str, memoryview]]:
        last = max(names)
        try:
            for place, entry in self._entries(number, budget):
                if place in names:
                    data = self._content(number, entry, budget)
                    if data is not None:
                        own = tidy(entry.path)
                        name = own if own in names[place] else min(names[place])
                        yield self.name_of(number, name), data
                if place == last:
                    return
        except PackedError as error:
            self._tell(number, error)

    def _content(self, number: int, entry: Entry, budget: Budget) -> memoryview | None:
        """A member's bytes; None, and a row, where they are too many."""
        if entry.is_too_large:
            reason = f"a member of {entry.size} bytes: more than {MAX_COPIED_BYTES} are not held"
            self._tell(number, PackedError(reason, entry.offset, entry.path))
            return None
        budget.take_object()
        if not entry.is_copied:  # a manifest may name one layer a thousand times
            budget.take_bytes(entry.size)
        return entry.content()

    def _entries(self, number: int, budget: Budget) -> Iterator[tuple[int, Entry]]:
        """The members of a layer with their places; PackedError as soon as one cannot be read."""
        if budget.is_spent:
            return iter(())
        return enumerate(iter_tar(open_stream(self.layers[number].data, budget), budget))

    def _tell(self, number: int, error: PackedError) -> None:
        if (number, error.reason) not in self._told:
            self._told.add((number, error.reason))
            file, at = self.layers[number].name, error.offset
            self.problems.add(file, error.reason, member=error.member, offset=at, help=HELP)


def tidy(path: str) -> str:
    """A member's path without what is said twice: it is only a name, and never opened."""
    return "/".join(part for part in path.split("/") if part not in ("", "."))
