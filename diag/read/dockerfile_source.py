"""Where a Dockerfile comes from: a path, an open file, bytes, or standard input."""

from __future__ import annotations

import sys
from os import PathLike
from pathlib import Path
from typing import IO, Any

from diag.cited import cited
from diag.errors import InputError
from diag.paths import READABLE, found_in, is_folder

Source = str | PathLike[str] | bytes | IO[Any]

MAX_BYTES = 16 << 20
HEAD = 4096  # bytes in which the first line is looked for


def read_source(source: Source) -> tuple[bytes, str]:
    """Content, and the name as given ("Dockerfile" where there is none).

    Raises InputError for what cannot be read, and for more than MAX_BYTES.
    """
    data, name = _read(source)
    if len(data) > MAX_BYTES:
        message = f"larger than {MAX_BYTES >> 20} MiB"
        raise InputError(message, file=name, help="is it really a Dockerfile?")
    if b"\0" in data[:HEAD].partition(b"\n")[0]:
        help = "give the text of a Dockerfile, in UTF-8"
        raise InputError("this is binary data, not a Dockerfile", file=name, help=help)
    return data, name


def _read(source: Source) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "Dockerfile"
    if isinstance(source, str | PathLike):
        if str(source) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1), "-"
        return _read_path(Path(source)), cited(source)
    data = source.read(MAX_BYTES + 1)
    name = str(getattr(source, "name", "Dockerfile"))
    return (data.encode() if isinstance(data, str) else data), name


def _read_path(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        near = _dockerfiles_of(path if is_folder(path) else path.parent)
        help = f"there is {', '.join(near)}" if near else "give the path of a Dockerfile"
        help = READABLE if isinstance(error, PermissionError) else help
        reason = error.strerror or str(error)
        raise InputError(f"cannot read: {reason}", file=str(path), help=help) from None


def _dockerfiles_of(folder: Path) -> list[str]:
    return [str(found) for found in found_in(folder, "*[Dd]ockerfile*")[:5]]
