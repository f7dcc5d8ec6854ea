"""What was given for a case and cannot be used, as rows of the frame `errors`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diag.cited import STDIN, cited
from diag.errors import InputError
from diag.near_files import dockerfiles_in, meant
from diag.paths import READABLE, blocked, exists, is_empty, is_folder
from diag.read.textlines import no_such_log


def unread_row(file: str, error: InputError) -> dict[str, Any]:
    """The row that tells of an input which could not be read."""
    return {
        "file": error.file or file,
        "where": f"line {error.line}" if error.line else "file",
        "line_no": error.line,
        "reason": error.message,
        "help": error.help or "",
    }


def absent_row(path: Any, what: str) -> dict[str, Any]:
    """The row of a Dockerfile, an object or another file that is not there."""
    near = dockerfiles_in(path) if is_folder(path) else meant(path)
    why = blocked(path)
    if why:
        kind = f"cannot be looked at: {why}"
    elif is_folder(path):
        kind = "is a folder"
    else:
        kind = "is neither a file nor a folder" if exists(path) else "does not exist"
    return {
        "file": str(path),
        "where": what,
        "reason": f"the {what} {kind}",
        "help": READABLE if why else f"{near}check the path",
    }


def missing_log(source: Any) -> list[dict[str, Any]]:
    """The row of a log that is not there, told before it is read and as reading it tells it."""
    if not isinstance(source, str | Path) or str(source) == STDIN:
        return []
    with contextlib.suppress(OSError, ValueError):  # what else is wrong is told by reading
        try:
            Path(source).stat()
        except FileNotFoundError:
            return [unread_row(cited(source), no_such_log(Path(source), cited(source)))]
    return []


def without_objects(paths: Iterable[Path], files: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of the folders given for objects that hold none of the files that were found."""
    folders = {path for path in paths if is_folder(path)}
    for file in files:
        if not folders:
            break
        outside = Path(file.partition("!")[0])
        folders -= {outside, *outside.parents}
    return [_no_objects(path) for path in sorted(folders)]


def _no_objects(folder: Path) -> dict[str, Any]:
    what = "is empty" if is_empty(folder) else "holds no object, archive or binary"
    return {
        "file": str(folder),
        "where": "object",
        "reason": f"the folder {what}",
        "help": "give the folder that the build wrote to, such as target/, or a copy of it out of the image",
    }
