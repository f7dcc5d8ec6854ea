"""Bytes of regular files, walks of folders, and the rows of `errors` for what cannot be read."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from diag.paths import READABLE

MAP_FROM_BYTES = 1 << 20  # smaller files are read: a mapping costs a descriptor
MAX_PROBLEMS_OF_FILE = 1000
MAX_FILES = 500_000
MAX_OFFSET = (1 << 63) - 1

# Told the name of each file of objects as it is opened, and "" behind the last, by who sets it for
# the time of a reading: a terminal shows how far it is.
on_file: ContextVar[Callable[[str], None] | None] = ContextVar("on_file", default=None)


class Problems:
    """Rows of the frame `errors`, each with a `where` of its own."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._seen: dict[tuple[str, str], int] = {}
        self._count: dict[str, int] = {}

    def add(
        self, file: str, reason: str, *, member: str = "", offset: int | None = None, help: str = ""
    ) -> None:
        """One more problem; after many of one file, one last row says that there are more."""
        if offset is not None:  # a lying header may name a place that no file has
            offset = min(max(offset, 0), MAX_OFFSET)
        self._count[file] = self._count.get(file, 0) + 1
        if self._count[file] > MAX_PROBLEMS_OF_FILE:
            if self._count[file] > MAX_PROBLEMS_OF_FILE + 1:
                return
            member, offset, help = "", None, "mend those told first"
            reason = f"more than {MAX_PROBLEMS_OF_FILE} problems; the others are not listed"
        place = [f"member {member}"] if member else []
        place += [f"byte {offset}"] if offset is not None else []
        where = ", ".join(place) or "file"
        seen = self._seen[file, where] = self._seen.get((file, where), 0) + 1
        where = where if seen == 1 else f"{where} ({seen})"
        row = {"file": file, "where": where, "member": member, "offset": offset}
        self.rows.append({**row, "reason": reason, "help": help})


def walk(folder: str, problems: Problems) -> list[str]:
    """Paths of files below the folder, sorted, links after the files themselves."""
    files: list[str] = []
    links: list[str] = []
    waiting = [str(Path(folder))]
    while waiting:
        below = []
        for entry in _listed(waiting.pop(), problems):
            path = entry.path.removeprefix("./")
            if not _is_folder(entry):
                (links if entry.is_symlink() else files).append(path)
            elif not entry.is_symlink():
                below.append(path)
        waiting += reversed(below)
        if len(files) + len(links) > MAX_FILES:
            problems.add(folder, f"holds more than {MAX_FILES} files; the first are read")
            break
    return (files + links)[:MAX_FILES]


def _listed(folder: str, problems: Problems) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = f"cannot be listed: {error.strerror}"
        problems.add(str(error.filename), reason, help=_help(error))
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


# Below, plain calls of the system: of tens of thousands of files Path would take most of the time.
def read_head(path: str, size: int = 64) -> tuple[bytes, int]:
    """(first bytes of a file, its size); OSError where it cannot be opened."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, size), os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def file_key(path: str) -> tuple[int, int] | None:
    """What is equal for every link to one file; None for what is no regular file."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:  # a dangling link, or gone since it was listed
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def open_bytes(path: str, problems: Problems) -> memoryview | None:
    """The bytes of a regular file, mapped if it is large; None, and a row, where there are none."""
    try:
        # Asked before opening: to open a named pipe would wait for its other end.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            problems.add(path, "is neither a regular file nor a folder")
            return None
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            if os.fstat(file.fileno()).st_size < MAP_FROM_BYTES:
                return memoryview(file.read())
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        problems.add(path, "does not exist", help="check the path")
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        problems.add(path, reason, help=_help(error))
    return None


def _help(error: Exception) -> str:
    return READABLE if isinstance(error, PermissionError) else ""
