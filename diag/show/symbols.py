"""Symbols side by side: which object members want them, which define them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.platforms import display_order
from diag.show.frame_tables import table_of
from diag.show.tables import raw_names

if TYPE_CHECKING:
    from diag.case import Case

COLUMNS = ("platform", "member", "symbol", "role", "n_members", "where")
OUTPUT = ", the linked output"  # behind the name of a member that is one


def df_symbols(case: Case, symbols: Sequence[str] = ()) -> pd.DataFrame:
    """One row a platform, object member and symbol: role wanted, defined or zero.

    A row with an empty `member` heads each platform and symbol; its `role` counts who wants and
    who defines it there, and `n_members` tells how many members (outputs left out) were looked at.
    """
    from diag.join import join_symbols

    names = list(symbols) or list(dict.fromkeys(case.link_errors["symbol"].dropna()))
    objects = case.objects[~case.objects["kind"].isin(["executable", "archive"])]
    of_file = case.platform_of_file
    raw = raw_names(case, names)
    seen = join_symbols(case.symbols, case.objects, of_file, [*names, *raw])
    seen = seen.assign(name=seen["name"].map(lambda name: raw.get(name, name)))
    seen = seen[seen["name"].isin(names)]
    sizes = objects["file"].map(lambda file: of_file.get(file, "")).value_counts()
    rows: list[tuple[Any, ...]] = []
    for platform in display_order({*sizes.index, *case.platforms}) or [""]:
        own = seen[seen["platform"] == platform]
        n_members = int(sizes.get(platform, 0))
        counts = _counts(own)
        rows += [_heading(platform, name, counts, n_members) for name in names]
        rows += _members(platform, own, n_members)
    return table_of(COLUMNS, rows)


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """The table for a reader: a row of a whole platform says so, and so do the columns."""
    told = table.assign(member=table["member"].where(table["member"] != "", "all members"))
    return told.rename(columns={"role": "wants or defines", "n_members": "members looked at"})


def _counts(own: pd.DataFrame) -> dict[Any, int]:
    """(name, role) -> members, linked outputs left out."""
    members = own[~own["is_output"].astype(bool)]
    once = members.drop_duplicates(["name", "role", "file", "member", "member_no"])
    return {key: len(rows) for key, rows in once.groupby(["name", "role"]).indices.items()}


def _heading(platform: str, name: str, counts: dict[Any, int], n_members: int) -> tuple[Any, ...]:
    n_wanted, n_defined = (counts.get((name, role), 0) for role in ("wanted", "defined"))
    told = f"wanted by {n_wanted}, defined by {n_defined}" if n_members else "no objects given"
    return (platform, "", name, told, n_members, "")


def _members(platform: str, own: pd.DataFrame, n_members: int) -> Iterator[tuple[Any, ...]]:
    once = own.drop_duplicates(["file", "member", "member_no", "name", "role"])
    for row in once.itertuples():
        file, inside = str(row.file).rsplit("/", 1)[-1], str(row.member)
        member = f"{file}({inside})" if inside else file
        output = OUTPUT if row.is_output else ""
        yield (platform, member + output, row.name, str(row.role), n_members, row.file)
