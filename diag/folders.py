"""Folders left out of what a linker says: of a long line they are what decides least."""

from __future__ import annotations

import re

ELIDED = "…/"
# Before the linker's own name, and before an object, library or archive with its member; each ends
# with the colon behind which the complaint stands. Whole words alone: no token is cut in two.
_FOLDERS = re.compile(
    r"""(?<!\S)\S*?/(?=
        (?:[\w.+-]+-)?(?:ld|lld|mold|gold)(?:\.\w+)?:\s
      | [^\s/()]+\.(?:a|rlib|o|lo|obj|so(?:\.\d+)*)(?:\([^\s()]*\))?:(?:\s|$)
    )""",
    re.VERBOSE,
)


def without_folders(text: str) -> str:
    """The text with the folders of the linker and of the files that it names elided."""
    return _FOLDERS.sub(ELIDED, text)
