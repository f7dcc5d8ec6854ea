"""Functions that use an instruction set, by platform and object member, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from diag import schema
from diag.join.symbols import OUTPUT_KINDS
from diag.schema import each


def join_isa(
    isa: pd.DataFrame, objects: pd.DataFrame, platform_of_file: Mapping[str, str]
) -> pd.DataFrame:
    """The `isa_members` frame: one row a platform, member and function.

    A member that several archives hold (an rlib bundles those of the build script's archives) is
    one member; a file that is no archive goes by its name.
    """
    kinds = dict(zip(objects["file"], objects["kind"], strict=True))
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    files: dict[tuple[Any, ...], str] = {}
    for row in each(isa):
        is_output = not row.member and kinds.get(row.file) in OUTPUT_KINDS
        platform = platform_of_file.get(row.file, "")
        key = (platform, is_output, row.member or _base(row.file), row.function, row.address)
        counts = found.setdefault(key, {})
        files.setdefault(key, row.file)
        counts[row.extension] = max(row.n_instructions, counts.get(row.extension, 0))
    names = ("platform", "is_output", "member", "function", "address")
    rows = [
        {**dict(zip(names, key, strict=True)), "file": files[key], **_told(counts)}
        for key, counts in found.items()
    ]
    return schema.make("isa_members", rows)


def _base(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]


def _told(counts: Mapping[str, int]) -> dict[str, Any]:
    return {"extensions": sorted(counts), "n_instructions": max(counts.values())}
