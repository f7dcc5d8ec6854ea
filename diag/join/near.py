"""Wanted names beside definitions that resemble them: other mangling, other arguments, other tag.

Two names are near if their keys are equal (diag/join/name_keys.py). What makes the difference is
for the causes to say. Linkers print many names demangled: `raw_names` finds what stands for such
a text among the symbols of the objects, so that it can be joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from diag import schema
from diag.join.name_keys import is_spelled_out, key_of, names_by_key
from diag.join.symbols import OUTPUT_KINDS
from diag.read.names import demangle
from diag.read.spelled import plain_text

__all__ = ["NamesOfBuild", "NearName", "join_near", "key_of", "names_of_build", "near_of"]

MAX_WANTED = 10_000  # of one build
MAX_NEAR = 40  # definitions shown for one wanted name
MAX_PLACES = 8  # members of a platform shown that define one and the same name
MAX_ROWS = 20_000
MIN_NEAR = 2  # for each wanted name, where many share MAX_ROWS


@dataclass(frozen=True)
class NamesOfBuild:
    """Names that links want, and what the symbol tables have of them.

    `keys`: wanted name -> its key; `by_key`: key -> raw names, wanted or defined; `raw`: a name
    that a linker printed demangled -> the raw names that it stands for.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    by_key: Mapping[str, list[str]] = field(default_factory=dict)
    raw: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class NearName(NamedTuple):
    """A symbol of another name with the same last identifier, and an object that has it; `text` and
    `asked_text`: it and the name asked for, demangled."""

    name: str
    text: str
    asked_text: str
    file: str
    member: str
    member_no: int


def near_of(symbols: pd.DataFrame, name: str, arch: str, *, is_defined: bool) -> list[NearName]:
    """Names near that one on its machine: those that something defines, or those that are wanted and
    that nothing defines; MAX_PLACES at most."""
    raws = names_by_key(symbols, [key_of(name)]).get(key_of(name), ())
    rows = symbols[symbols["name"].isin([raw for raw in raws if raw != name])]
    rows = rows[(rows["arch"] == arch) & (rows["bind"] != "LOCAL") & (rows["type"] != "FILE")]
    defined = set(rows.loc[rows["is_defined"], "name"])
    rows = rows[rows["is_defined"]] if is_defined else rows[~rows["name"].isin(defined)]
    rows = rows.drop_duplicates("name").head(MAX_PLACES)
    asked = demangle(name)
    return [
        NearName(r.name, demangle(r.name), asked, r.file, r.member, int(r.member_no))
        for r in schema.each(rows)
    ]


def names_of_build(symbols: pd.DataFrame, names: Iterable[str]) -> NamesOfBuild:
    """What the symbols say of these names: MAX_WANTED at most are looked at."""
    keys = {name: key_of(name) for name in list(dict.fromkeys(names))[:MAX_WANTED]}
    by_key = names_by_key(symbols, keys.values())
    spelled = {name: key for name, key in keys.items() if is_spelled_out(name)}
    likely = {raw for key in spelled.values() for raw in by_key.get(key, ())}
    undefined = (
        symbols[~symbols["is_defined"] & symbols["name"].isin(likely)] if likely else symbols
    )
    wanted = frozenset(undefined["name"]) if likely else frozenset()
    told = {name: _raw_of(name, by_key.get(key, ()), wanted) for name, key in spelled.items()}
    return NamesOfBuild(keys, by_key, {name: raw for name, raw in told.items() if raw})


def _raw_of(name: str, likely: Sequence[str], wanted: frozenset[str]) -> tuple[str, ...]:
    """The raw names that demangle to that text: those that an object wants, if any does."""
    text = plain_text(name)
    same = [raw for raw in likely if plain_text(demangle(raw)) == text]
    return tuple([raw for raw in same if raw in wanted] or same)


def join_near(
    symbols: pd.DataFrame,
    objects: pd.DataFrame,
    platform_of_file: Mapping[str, str],
    names: Iterable[str] | NamesOfBuild,
) -> pd.DataFrame:
    """The frame `near`: for each of the names, the definitions of other names with the same key.

    Bounded: MAX_NEAR other names for a name, fewer where many are wanted, those first that others
    may use and that resemble it most; MAX_PLACES members for a name; MAX_ROWS rows.
    """
    known = names if isinstance(names, NamesOfBuild) else names_of_build(symbols, names)
    likely = {raw for key in known.keys.values() for raw in known.by_key.get(key, ())}
    if not likely:
        return schema.empty("near")
    rows = symbols[symbols["is_defined"] & symbols["name"].isin(likely)]
    usable = set(rows.loc[rows["bind"] != "LOCAL", "name"])
    others = _others(known, set(rows["name"]), usable)
    return _rows(rows, objects, platform_of_file, others)


def _others(known: NamesOfBuild, defined: set[str], usable: set[str]) -> dict[str, list[str]]:
    """Wanted name -> the names near it that something defines, the likeliest first."""
    found = {}
    for name, key in known.keys.items():
        own = {name, *known.raw.get(name, ())}
        others = [raw for raw in known.by_key.get(key, ()) if raw in defined and raw not in own]
        if others:
            found[name] = others
    share = min(max(MAX_ROWS // max(len(found), 1), MIN_NEAR), MAX_NEAR)
    for name, others in found.items():
        scope = scope_of(name)
        others.sort(key=lambda raw: (raw not in usable, scope_of(raw) != scope, len(raw), raw))
        found[name] = others[:share]
    return found


def scope_of(name: str) -> str:
    """The qualified name without arguments, spaces apart: what stays the same when only the
    argument types differ."""
    return plain_text(demangle(name)).partition("(")[0]


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
    near = symbols[symbols["name"].isin(list(wanted_by))]
    near = near.drop_duplicates(["file", "member_no", "name"])
    platforms = near["file"].map(lambda file: platform_of_file.get(file, ""))
    near = near[near.groupby(["name", platforms]).cumcount() < MAX_PLACES]
    kinds = dict(
        zip(zip(objects["file"], objects["member_no"], strict=True), objects["kind"], strict=True)
    )
    rows = []
    for row in schema.each(near):
        kind = kinds.get((row.file, row.member_no), "")
        if kind not in OUTPUT_KINDS:
            platform = platform_of_file.get(row.file, "")
            rows += [_row(row, name, platform, kind) for name in wanted_by[row.name]]
        if len(rows) > MAX_ROWS:
            break
    return schema.make("near", rows)


def _row(row: object, name: str, platform: str, kind: str) -> dict[str, object]:
    kept = ("name", "file", "member", "member_no", "arch", "bind", "type", "visibility")
    version = getattr(row, "version")  # noqa: B009
    return {
        **{column: getattr(row, column) for column in kept},
        "platform": platform,
        "wanted": name,
        "kind": kind,
        "version": None if pd.isna(version) else version,
        "wanted_text": demangle(name),
        "text": demangle(getattr(row, "name")),  # noqa: B009
    }
