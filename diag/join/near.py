"""Wanted names beside definitions that resemble them: other mangling, other arguments, other tag.

Two names are near if their keys are equal: the last identifier of the name as people write it,
without arguments, template arguments, version, ABI tags, case and outer underscores. What makes
the difference is for the causes to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from diag import schema
from diag.join.symbols import OUTPUT_KINDS
from diag.read.names import demangle

MAX_WANTED = 500  # of one build: a log with more undefined names has few causes all the same
MAX_NEAR = 40  # definitions shown for one wanted name
MIN_KEY = 2
_TEMPLATE = re.compile(r"<[^<>]*>")
_TAG = re.compile(r"\[abi:\w+\]")
_SPECIAL = re.compile(
    r"^(?:vtable|typeinfo(?: name)?|VTT|guard variable|TLS (?:init|wrapper) function|construction vtable"
    r"|thunk|non-virtual thunk|covariant return thunk|reference temporary #\d+) (?:for|to) "
)
_LAST = re.compile(r"([A-Za-z_$][\w$]*)\W*$")


def key_of(name: str) -> str:
    """The key of a raw or demangled name; "" where it has no identifier of two letters."""
    text = _TAG.sub("", _SPECIAL.sub("", demangle(name.partition("@")[0])))
    text = text.partition("(")[0] if not text.startswith("(") else text
    while (shorter := _TEMPLATE.sub("", text)) != text:
        text = shorter
    found = _LAST.search(text)
    key = found[1].strip("_$").lower() if found else ""
    return key if len(key) >= MIN_KEY else ""


def join_near(
    symbols: pd.DataFrame,
    objects: pd.DataFrame,
    platform_of_file: Mapping[str, str],
    names: Iterable[str],
) -> pd.DataFrame:
    """The frame `near`: for each of the names, the definitions of other names with the same key."""
    keys = {name: key_of(name) for name in list(dict.fromkeys(names))[:MAX_WANTED]}
    wanted = {key for key in keys.values() if key}
    if symbols.empty or not wanted:
        return schema.empty("near")
    raw = _raw_that_hold(symbols, wanted)
    raw_of: dict[str, list[str]] = {}
    for name in raw:
        key = key_of(name)
        if key in wanted:
            raw_of.setdefault(key, []).append(name)
    found = {
        name: [other for other in raw_of.get(key, ()) if other != name][:MAX_NEAR]
        for name, key in keys.items()
    }
    return _rows(symbols, objects, platform_of_file, found)


def _raw_that_hold(symbols: pd.DataFrame, keys: Iterable[str]) -> list[str]:
    """The distinct defined names in which a key occurs, in any case of letters."""
    defined = symbols.loc[symbols["is_defined"] & (symbols["name"] != ""), "name"]
    unique = pa.array(defined.drop_duplicates(), pa.large_string())
    pattern = "|".join(re.escape(key) for key in keys)
    holds = pc.match_substring_regex(unique, pattern, ignore_case=True)
    return unique.filter(holds).to_pylist()  # type: ignore[no-any-return]


def _rows(
    symbols: pd.DataFrame,
    objects: pd.DataFrame,
    platform_of_file: Mapping[str, str],
    found: Mapping[str, list[str]],
) -> pd.DataFrame:
    wanted_by: dict[str, list[str]] = {}
    for name, others in found.items():
        for other in others:
            wanted_by.setdefault(other, []).append(name)
    near = symbols[symbols["name"].isin(list(wanted_by)) & symbols["is_defined"]]
    kinds = {(r.file, r.member_no): r.kind for r in schema.each(objects)}
    rows = []
    for row in schema.each(near.drop_duplicates(["file", "member_no", "name"])):
        kind = kinds.get((row.file, row.member_no), "")
        if kind in OUTPUT_KINDS:
            continue
        for name in wanted_by[row.name]:
            rows.append(
                {
                    "platform": platform_of_file.get(row.file, ""),
                    "wanted": name,
                    "name": row.name,
                    "file": row.file,
                    "member": row.member,
                    "member_no": row.member_no,
                    "kind": kind,
                    "arch": row.arch,
                    "bind": row.bind,
                    "type": row.type,
                    "visibility": row.visibility,
                    "version": None if pd.isna(row.version) else row.version,
                    "wanted_text": demangle(name),
                    "text": demangle(row.name),
                }
            )
    return schema.make("near", rows)
