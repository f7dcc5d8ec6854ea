"""Bytes of regular files, walks of folders, and the rows of `errors` for what cannot be read."""

from __future__ import annotations

import mmap
import os
import stat
from pathlib import Path
from typing import Any

MAP_FROM_BYTES = 1 << 20  # smaller files are read: a mapping costs a descriptor
MAX_PROBLEMS_OF_FILE = 1000
MAX_FILES = 500_000
MAX_OFFSET = (1 << 63) - 1


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

    def tell(error: OSError) -> None:
        problems.add(str(error.filename), f"cannot be listed: {error.strerror}")

    found: list[str] = []
    for top, folders, files in os.walk(folder, onerror=tell):
        folders.sort()
        found += [str(Path(top, name)) for name in sorted(files)]
        if len(found) > MAX_FILES:
            problems.add(folder, f"holds more than {MAX_FILES} files; the first are read")
            break
    return sorted(found[:MAX_FILES], key=os.path.islink)


def read_head(path: str, size: int = 64) -> tuple[bytes, int]:
    """(first bytes of a file, its size); OSError where it cannot be opened."""
    with Path(path).open("rb") as file:
        return file.read(size), os.fstat(file.fileno()).st_size


def file_key(path: str) -> tuple[int, int] | None:
    """What is equal for every link to one file; None for what is no regular file."""
    try:
        status = Path(path).stat()
    except OSError:  # a dangling link, or gone since it was listed
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def open_bytes(path: str, problems: Problems) -> memoryview | None:
    """The bytes of a regular file, mapped if it is large; None, and a row, where there are none."""
    try:
        # Asked before opening: to open a named pipe would wait for its other end.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            problems.add(path, "is neither a regular file nor a folder")
            return None
        with Path(path).open("rb") as file:
            if os.fstat(file.fileno()).st_size < MAP_FROM_BYTES:
                return memoryview(file.read())
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        problems.add(path, "does not exist", help="check the path")
    except (OSError, ValueError) as error:
        problems.add(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return None
