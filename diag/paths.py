"""What a path leads to. To ask never fails: what may not be looked at, or can be no path, is none of
what was asked for, and `blocked` says why.
"""

from __future__ import annotations

import os
from pathlib import Path

READABLE = "let the user who runs diag read it"
Named = str | os.PathLike[str]


# os.path gives False for every error, where Path (until Python 3.14) raises what it does not know.
def exists(path: Named) -> bool:
    """Whether something stands at the path."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Named) -> bool:
    """Whether a regular file stands there: no folder, pipe or device."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Named) -> bool:
    """Whether a folder stands there."""
    return os.path.isdir(path)  # noqa: PTH112


def blocked(path: Named) -> str:
    """Why nothing can be told of the path, in the system's words; "" where something can."""
    try:
        os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return error.strerror or type(error).__name__
    except ValueError as error:  # a NUL in it
        return str(error)
    return ""


def resolved(path: Named) -> Path:
    """The path without links, as far as they lead anywhere."""
    return Path(os.path.realpath(path))


def is_empty(folder: Named) -> bool:
    """Whether a folder holds nothing; not where that cannot be seen."""
    try:
        return not any(Path(folder).iterdir())
    except OSError:
        return False


def found_in(folder: Named, pattern: str) -> list[Path]:
    """The paths below the folder that the pattern names, sorted, as far as it may be looked into."""
    found: list[Path] = []
    try:
        for path in Path(folder).glob(pattern):
            found.append(path)
    except (OSError, ValueError):  # what was found before it is kept
        pass
    return sorted(found)
