"""Paths with `*`, `?`, `[...]` and `**`, for those whose shell did not expand them.

As a shell does it: `*` stays inside one folder and passes over names that begin with a dot, `**`
is this folder and all below it, results are sorted. Links to folders are not followed by `**`
(bash takes the first of them): links in a circle would never end.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from pathlib import Path

from diag.paths import is_folder

MAX_MATCHES = 500_000


def expand(path: str | Path) -> list[str] | None:
    """The paths that a pattern names, sorted; None for what is no pattern, or a file's own name."""
    text = os.fspath(path)
    if not glob.has_magic(text) or _exists(text):
        return None
    parts = Path(text).parts
    places: Iterable[str] = [""]
    if Path(text).anchor:
        places, parts = [parts[0]], parts[1:]
    for number, part in enumerate(parts):
        places = _step(places, part, is_last=number == len(parts) - 1)
    if text.endswith("/"):
        places = [place for place in places if is_folder(place)]
    return sorted(set(places))


def _exists(text: str) -> bool:
    try:
        return os.path.lexists(text)
    except ValueError:  # a NUL in it
        return False


def _step(places: Iterable[str], part: str, *, is_last: bool) -> list[str]:
    """The paths one part further, each once: `**/**` would name the same folder many times."""
    found: dict[str, None] = {}
    matches = re.compile(translate(os.path.normcase(part))).match
    for place in places:
        for path in _below(place, part, matches, is_last=is_last):
            found[path] = None
            if len(found) >= MAX_MATCHES:
                return list(found)
    return list(found)


def _below(
    place: str, part: str, matches: Callable[[str], object], *, is_last: bool
) -> Iterator[str]:
    if part == "**":
        yield from _deep(place, is_last=is_last)
    elif not glob.has_magic(part):
        path = os.path.join(place, part)  # noqa: PTH118 - Path would fold `.` away
        if _exists(path):
            yield path
    else:
        for entry in _entries(place):
            is_hidden = entry.name.startswith(".") and not part.startswith(".")
            if not is_hidden and matches(os.path.normcase(entry.name)):
                yield os.path.join(place, entry.name)  # noqa: PTH118


def _deep(place: str, *, is_last: bool) -> Iterator[str]:
    """The folder and those below it; as the last part, the files in them and no folder."""
    for top, folders, files in os.walk(place or "."):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if not place:
            top = top.removeprefix(".").lstrip(os.sep)
        if not is_last:
            yield top
        else:
            yield from (os.path.join(top, n) for n in files if not n.startswith("."))  # noqa: PTH118


def _entries(place: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place or ".") as found:
            return list(found)
    except OSError:  # no folder, or none that may be listed
        return []
