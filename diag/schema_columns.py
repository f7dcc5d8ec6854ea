"""What a column and a frame are, and the closed vocabularies of columns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its type (`str`, `int`, `float`, `bool`, `list`), meaning and unit."""

    name: str
    type: str
    meaning: str
    is_optional: bool = False
    unit: str = ""
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """One frame: its name, key columns, columns and where its rows come from."""

    name: str
    key: tuple[str, ...]
    source: str
    columns: tuple[Column, ...]


STEP_STATUS = ("ok", "cached", "error", "canceled", "unfinished")
LINE_KINDS = (
    "output", "header", "progress", "compiler", "build_script", "link_command", "linker",
    "archiver", "echo", "killed", "cache", "excerpt", "other",
)  # fmt: skip
ERROR_KINDS = (
    "undefined", "duplicate", "wrong_arch", "relocation", "overflow", "library_not_found",
    "object_not_found", "version", "hidden", "discarded", "tls", "lto", "format", "script", "other",
)  # fmt: skip
ENV_STATUS = ("set", "empty", "unset", "unknown")
ENV_SOURCES = ("shell", "cargo", "cc", "go")
LOST_BY = (
    "arg-before-from", "arg-not-declared", "arg-declared-late", "arg-of-other-stage",
    "env-of-other-stage", "separate-run", "subshell", "pipeline", "command-substitution", "background", "not-exported",
    "env-cleared", "overridden-by-prefix", "overridden-later", "quoted-not-expanded",
    "cut-at-space", "prefix-of-other-command", "file-not-read", "no-branch-matched",
    "outranked-in-cargo", "withheld-from-build-scripts",
)  # fmt: skip
DETAIL_KINDS = (
    "flags", "interpreter", "needed", "soname", "rpath", "runpath", "flag", "verneed", "verdef",
    "build-id", "property", "attribute", "comment", "bytecode", "section",
    "format", "weak",
)  # fmt: skip
FINDING_STATUS = ("supported", "refuted", "untestable")
ROLES = ("cause", "contributing", "latent", "claim")
RESULTS = ("cured", "masked", "moved", "unproven", "worse")
IN_OUTPUT = ("defined", "wanted", "zero", "absent", "no output")


def column(name: str, type: str, meaning: str, *vocabulary: str, unit: str = "") -> Column:
    """A column; a type that ends in `?` may be missing."""
    return Column(name, type.rstrip("?"), meaning, type.endswith("?"), unit, vocabulary)


# Columns that several frames have in common, with one meaning.
FILE = column("file", "str", "path as given")
LINE = column("line_no", "int", "line in the file, from 1")
MEMBER = column("member", "str", "archive member; empty for a plain object")
MEMBER_NO = column("member_no", "int", "place in the archive, from 0")
PLATFORM_OF_FILE = column("platform", "str", "target platform of the file; empty if not known")
