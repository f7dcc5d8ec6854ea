"""What a user gives as a path: a file, a folder, a pattern, or members of a tar or image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from diag.paths import exists, is_file
from diag.read.files import Problems
from diag.read.globs import expand

Source = str | Path | bytes | IO[bytes]
NO_MATCH = "names no file"
NO_MATCH_HELP = "** is this folder and all below it, * stays inside one folder; check the folder"


@dataclass(frozen=True)
class Inside:
    """Members of a tar, an image archive or an OCI layout, as `image.tar!/usr/lib/*.so`."""

    file: str
    pattern: str


def expanded(sources: Iterable[Source], problems: Problems) -> Iterator[Source | Inside]:
    """The sources with patterns as the paths that they name, sorted; a row where that is none."""
    for source in sources:
        if not isinstance(source, str | Path) or exists(source):
            yield source
        elif (inside := inside_of(source)) is not None:
            yield inside
        elif (matches := expand(source)) is None:
            yield source
        elif matches:
            yield from matches
        else:
            problems.add(str(source), NO_MATCH, help=NO_MATCH_HELP)


def inside_of(source: str | Path) -> Inside | None:
    """What stands before the first `!` that ends the path of something, and what after it."""
    text = str(source)
    at = text.find("!")
    while at > 0:
        if _may_pack(text[:at]) and text[at + 1 :]:
            return Inside(text[:at], text[at + 1 :])
        at = text.find("!", at + 1)
    return None


def _may_pack(path: str) -> bool:
    """A file, or the folder of an OCI layout."""
    return exists(path) and (is_file(path) or exists(Path(path, "oci-layout")))
