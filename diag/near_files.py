"""Files near a path that was given and is not there: a slip of the fingers, a folder for its log."""

from __future__ import annotations

import difflib
import os
from itertools import islice
from pathlib import Path

MAX_LOOKED_AT = 2000  # names of one folder
MAX_NAMED = 3
LOG_SUFFIXES = (".log", ".log.gz", ".log.zst", ".rawjson")


def meant(path: str | Path) -> str:
    """`did you mean build.log? ` where the folder holds such a name, else ""."""
    given = Path(path)
    names = [name for name in _names(given.parent) if name != given.name]
    near = difflib.get_close_matches(given.name, names, n=MAX_NAMED)
    return _asked([str(given.parent / name) for name in near])


def logs_in(folder: str | Path) -> str:
    """`logs in it: x/build.log and 3 more`; those of a build first; "" where there are none."""
    names = [name for name in _names(Path(folder)) if name.endswith(LOG_SUFFIXES)]
    names.sort(key=lambda name: "build" not in name.lower())
    named = [str(Path(folder, name)) for name in names[:MAX_NAMED]]
    more = [f"{len(names) - MAX_NAMED} more"] if len(names) > MAX_NAMED else []
    return f"logs in it: {', '.join([*named, *more])}" if names else ""


def dockerfiles_in(folder: str | Path) -> str:
    """`did you mean x/Dockerfile? ` where the folder holds such files, else ""."""
    names = [name for name in _names(Path(folder)) if "dockerfile" in name.lower()]
    return _asked([str(Path(folder, name)) for name in names[:MAX_NAMED]])


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, MAX_LOOKED_AT))
    except (OSError, ValueError):
        return []


def _asked(paths: list[str]) -> str:
    return f"did you mean {' or '.join(paths)}? " if paths else ""
