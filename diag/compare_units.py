"""The objects of one build by the names that the other build has for them, and what they say of a symbol:
who refers to it, who defines it, in how many bytes, and what was linked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.link_inputs import inputs_of, is_whole
from diag.causes.model import Evidence
from diag.join import distinct_definitions
from diag.schema import each

__all__ = [
    "callers",
    "definers",
    "listed",
    "named",
    "on_link",
    "own_rows",
    "rows_of",
    "unit_of",
]  # fmt: skip

MAX_SHOWN = 3
_HASH = re.compile(r"-[0-9a-f]{16}(?=\.rlib$)")
_TEMPORARY = re.compile(r"(?:^|/)cc[A-Za-z0-9]{6}\.o$")  # gcc's, of a source that it also links


def unit_of(file: str, member: str) -> str:
    """The name that both builds have for an object: of a crate the crate's, whose members are named
    by hashes."""
    base = PurePath(file).name
    return _HASH.sub("", base) if base.endswith(".rlib") else member or base


def named(row: Any) -> str:
    """A row's object as it is shown: a member with its archive."""
    base = PurePath(row.file).name
    return f"{row.member} of {base}" if row.member else base


def own_rows(frame: pd.DataFrame, facts: Facts, platform: str) -> pd.DataFrame:
    """Rows of a frame of files of the platform, with the column `unit`."""
    rows = facts.of_platform(frame, platform)
    pairs = rows[["file", "member"]].drop_duplicates()  # of symbols there are many more
    units = [unit_of(f, m) for f, m in zip(pairs["file"], pairs["member"], strict=True)]
    return rows.merge(pairs.assign(unit=units), on=["file", "member"], how="left")


def rows_of(frame: pd.DataFrame, facts: Facts, platform: str, unit: str) -> pd.DataFrame:
    """Those of one object."""
    rows = own_rows(frame, facts, platform)
    return rows[rows["unit"] == unit]


def callers(facts: Facts, symbol: Symbol, when: str = "") -> dict[str, Evidence]:
    """Objects that refer to the symbol, by the objects given, else by what the linker said. `when`: in
    which build, to be told."""
    found: dict[str, Evidence] = {}
    wanted = facts.seen(symbol, "wanted")
    for row in each(wanted[~wanted["is_output"]]):
        what = f"referred to {symbol.name} {when}" if when else f"refers to {symbol.name}"
        found.setdefault(unit_of(row.file, row.member), Evidence.of_unit(row, what))
    errors = facts.errors_of(symbol)
    for row in each(errors[errors["kind"] == "undefined"]):
        file, member = (_text(row.object), _text(row.member))
        if file and not found.keys() & {unit_of(file, member)} and not _TEMPORARY.search(file):
            found[unit_of(file, member)] = Evidence.of_row(row, row.detail_text)
    return found


def definers(facts: Facts, symbol: Symbol) -> list[Any]:
    """The definitions that a link of the objects given could meet, one each."""
    return list(each(distinct_definitions(facts.definitions(symbol), facts.objects)))


def on_link(facts: Facts, platform: str) -> frozenset[str] | None:
    """Names of all inputs of the platform's links; None where not every argument is known."""
    commands = list(each(facts.on(facts.link_commands, platform)))
    if not commands or not all(map(is_whole, commands)):
        return None
    return frozenset[str]().union(*map(inputs_of, commands))


def listed(names: Iterable[str]) -> str:
    """The first few names, and how many more."""
    own = list(dict.fromkeys(names))
    more = f" and {len(own) - MAX_SHOWN} more" if len(own) > MAX_SHOWN else ""
    return ", ".join(own[:MAX_SHOWN]) + more


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
