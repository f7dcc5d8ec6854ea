"""The baseline that a file needs, and the functions that exceed a given one.

Levels: diag/knowledge/isa_levels.toml. A baseline is a level and what no level up to it has, joined
by `+` as in `-march=`: x86-64-v2+aes, armv8.1-a+sve.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pandas as pd

from diag.errors import InputError
from diag.knowledge import table
from diag.schema import each

BASELINE_COLUMNS = ("file", "member", "member_no", "arch", "needs", "baseline", "needs_of_all",
                    "baseline_of_all", "n_functions", "n_guarded")  # fmt: skip
EXCEEDING_COLUMNS = ("file", "member", "member_no", "function", "address", "arch", "baseline",
                     "extensions", "guard")  # fmt: skip


@cache
def levels(arch: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """(name, everything it has) of each level of a machine, lowest first."""
    found, has = [], frozenset[str]()
    for level in table("isa_levels").get(arch, ()):
        has |= frozenset(level["has"])
        found.append((str(level["name"]), has))
    return tuple(found)


def baseline_of(extensions: Iterable[str], arch: str) -> str:
    """The smallest level that has all extensions which some level has, and the others."""
    wanted, known = set(extensions), levels(arch)
    if not known:
        return ""
    in_levels = wanted & known[-1][1]
    name, has = next((name, has) for name, has in known if in_levels <= has)
    return "+".join([name, *sorted(wanted - has)])


def needs_of(extensions: Iterable[str], arch: str) -> str:
    """The lowest level and every extension that is used, without those that others imply."""
    known, wanted = levels(arch), set(extensions)
    if not known:
        return ""
    name, has = known[0]
    implied = table("isa_levels").get("implied", {}).get(arch, {})
    less = {other for one in wanted for other in _implied(one, implied)}
    return "+".join([name, *sorted(wanted - has - less)])


def _implied(extension: str, implied: dict[str, list[str]]) -> set[str]:
    found, todo = set[str](), [extension]
    while todo:
        more = set(implied.get(todo.pop(), ())) - found
        found |= more
        todo += more
    return found


def df_baselines(isa: pd.DataFrame, code: pd.DataFrame) -> pd.DataFrame:
    """One row an object with machine code, of `read_isa(beyond_floor=True, with_guards=True)`.

    `code` has the objects that were looked at (file, member, member_no, arch). Of the functions that
    nothing shows to be guarded: `needs` is exactly what they use, `baseline` the lowest level that
    has it, with what no level has; `needs_of_all` and `baseline_of_all` the same of all functions.
    n_functions counts those beyond the lowest level, n_guarded the guarded among them.
    """
    keys = ["file", "member", "member_no"]
    groups = dict(list(isa.groupby(keys, sort=False))) if len(isa) else {}  # it has .keys itself
    rows = []
    for row in each(code):
        own = groups.get((row.file, row.member, row.member_no), isa.iloc[:0])
        guarded = own["guard"].notna()
        functions = own.assign(is_guarded=guarded).drop_duplicates(["function", "address"])
        needs = [
            name(part["extension"], row.arch)
            for part in (own[~guarded], own)
            for name in (needs_of, baseline_of)
        ]
        counts = (len(functions), int(functions["is_guarded"].sum()))
        rows.append((row.file, row.member, row.member_no, row.arch, *needs, *counts))
    return pd.DataFrame(rows, columns=list(BASELINE_COLUMNS))


def df_exceeding(isa: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """One row a function that needs more than the baseline, on its machine; guarded ones too.

    `baseline` of a row is what that function alone needs, `extensions` what it has too much.
    Raises InputError for a baseline that no machine has.
    """
    arch, allowed = parse_baseline(baseline)
    rows = isa[(isa["arch"] == arch) & ~isa["extension"].isin(allowed)]
    keys = ["file", "member", "member_no", "function", "address"]
    found = []
    for key, part in rows.groupby(keys, sort=False):
        extensions = sorted(set(part["extension"]))
        guard = part["guard"].iloc[0]
        found.append((*key, arch, baseline_of(extensions, arch), extensions, guard))
    frame = pd.DataFrame(found, columns=list(EXCEEDING_COLUMNS))
    return frame.astype({"guard": "str"})


def parse_baseline(baseline: str) -> tuple[str, frozenset[str]]:
    """(machine, extensions that it has); InputError for a word that is no level."""
    level, *more = baseline.lower().split("+")
    known = {
        name: (arch, has)
        for arch in table("isa_levels")
        if arch != "implied"
        for name, has in levels(arch)
    }
    known["armv8-a"] = ("aarch64", levels("aarch64")[0][1])  # a name of two machines
    known["x86-64-v1"] = known["x86-64"]  # as some call it
    if level not in known:
        raise InputError(
            f"{baseline!r} is no baseline that is known",
            help=f"one of {', '.join(sorted(known))}; more behind +, as in x86-64-v2+aes",
        )
    arch, has = known[level]
    return arch, has | frozenset(more)
