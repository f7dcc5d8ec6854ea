"""What the name of a file tells: the stem that a source and its object share, whether a library is the
system's, which defines no name of a project, and which folders hold what others made."""

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
OBJECT = re.compile(r"\.(?:o|obj|lo)$")
SOURCE = re.compile(r"\.(?:c|cc|cpp|cxx|c\+\+|C|m|mm|s|S|asm|f|f90|for|F|F90|rs|d|adb|zig|go)$")
# Folders of what comes with a repository or a package, as a part of a pattern.
BROUGHT = r"vendor(?:ed)?|third[-_]?party|3rdparty|prebuilts?|node_modules|site-packages|pkg/mod|registry/src"
_HASH = re.compile(r"^[0-9a-f]{8,16}-")


def stem_of(name: str) -> str:
    """What a source and its object have in common: `sum` of `sum.c`, `sum.o` and `sum.c.o`."""
    base = PurePath(name).name
    return base.partition(".")[0] or base


def source_stem(name: str) -> str:
    """The name without the endings of objects and sources alone: `room.x` of `room.x.cc.o`."""
    base = OBJECT.sub("", PurePath(name).name)
    return SOURCE.sub("", base) or base


def unhashed(name: str) -> str:
    """The name without the hash that Rust's cc crate puts before those of its objects."""
    return _HASH.sub("", name)
