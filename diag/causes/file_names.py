"""What the name of a file tells: the stem that a source and its object share, and whether a library is
the system's, which defines no name of a project."""

from __future__ import annotations

import re
from pathlib import PurePath

# Libraries that the C library and the compiler bring to any link, as `-l` names them.
SYSTEM_LIBRARIES = frozenset(
    ["c", "m", "pthread", "dl", "rt", "util", "gcc", "gcc_s", "gcc_eh", "atomic"]
)
SYSTEM_SWITCHES = frozenset(f"-l{name}" for name in SYSTEM_LIBRARIES)
# The C library's and libgcc's shared objects, as `needed` names them.
SYSTEM_SONAME = re.compile(
    r"^(?:lib(?:c|m|dl|rt|pthread|util|gcc_s|resolv)\.so|ld-|libc\.musl-|linux-)"
)
_HASH = re.compile(r"^[0-9a-f]{8,16}-")


def stem_of(name: str) -> str:
    """What a source and its object have in common: `sum` of `sum.c`, `sum.o` and `sum.c.o`."""
    base = PurePath(name).name
    return base.partition(".")[0] or base


def unhashed(name: str) -> str:
    """The name without the hash that Rust's cc crate puts before those of its objects."""
    return _HASH.sub("", name)
