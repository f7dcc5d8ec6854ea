"""Family G, C++: the tables that a compiler makes for a class, vtable and type information."""

from __future__ import annotations

import re
from typing import Any

from diag.causes.facts import Facts, Symbol, objects_missing
from diag.causes.model import Evidence
from diag.causes.name_evidence import (
    Judged,
    absent,
    cause_of_names,
    defined_near,
    has_bytecode,
    lines_that_make,
    near_of,
    open_names,
    source_missing,
    symbol_text,
    told_in_log,
)
from diag.causes.name_parts import LIBRARY_SCOPES, parts_of, special_of
from diag.schema import each

VTABLE = "vtable-key-function-missing"
RTTI = "rtti-disabled"


def judge_vtable(facts: Facts, symbol: Symbol) -> Judged | None:
    """vtable-key-function-missing: nothing has the table, and members of the class are there."""
    special = special_of(symbol_text(facts, symbol))
    if (
        special is None
        or special[0] not in ("vtable", "VTT")
        or special[1].startswith(LIBRARY_SCOPES)
    ):
        return None
    told = told_in_log(facts, symbol)
    if not facts.has_objects(symbol.platform):
        return Judged(symbol, "untestable", told, (objects_missing(symbol.platform),))
    claim = f"No object has the vtable for {special[1]}: its key function, the first virtual one that is not inline, has no body."
    members = _members_defined(facts, symbol.platform, special[1])
    if members and not has_bytecode(facts, symbol.platform):
        return Judged(
            symbol,
            "supported",
            (*told, *members, *_key_likely(facts, symbol, special[1])),
            claim=claim,
        )
    read, missing = absent(facts, symbol)
    if not missing:
        why = f"no object defines anything of {special[1]}: was its source compiled at all?"
        missing = (source_missing(symbol, why, rf"'{special[1].rpartition('::')[2]}::'"),)
    return Judged(symbol, "untestable", (*told, *read), missing)


def _members_defined(facts: Facts, platform: str, of: str) -> tuple[Evidence, ...]:
    """Functions of the class that an object defines for all: its source was compiled, then."""
    nested = "".join(f"{len(part)}{part}" for part in of.split("::"))
    if not re.fullmatch(r"\w+", nested):
        return ()
    names = facts.symbols["name"]
    starts = names.str.startswith((f"_ZN{nested}", f"_ZNK{nested}")).astype(bool)
    rows = facts.symbols[starts & facts.symbols["is_defined"] & (facts.symbols["bind"] == "GLOBAL")]
    rows = facts.of_platform(rows[rows["type"] == "FUNC"].head(500), platform)
    return tuple(
        Evidence.of_unit(r, f"defines {r.name}, a function of {of}")
        for r in each(rows.drop_duplicates(["name"]).head(2))
    )


def _key_likely(facts: Facts, symbol: Symbol, of: str) -> tuple[Evidence, ...]:
    """Functions of the class that the link misses too: the key function is among them, or is
    called by nobody."""
    found: list[Evidence] = []
    for other in open_names(facts):
        parts = parts_of(symbol_text(facts, other))
        if other.platform == symbol.platform and parts and parts.scope == of and parts.arguments:
            found += told_in_log(facts, other)
    return tuple(found[:3])


def judge_rtti(facts: Facts, symbol: Symbol) -> Judged | None:
    """rtti-disabled: the vtable is there, and the type information beside it is not."""
    special = special_of(symbol_text(facts, symbol))
    if special is None or special[0] != "typeinfo" or special[1].startswith(LIBRARY_SCOPES):
        return None
    told, of = told_in_log(facts, symbol), special[1]
    tables = [row for row in near_of(facts, symbol) if row.text == f"vtable for {of}"]
    flags = _no_rtti_lines(facts, symbol.platform, tables)
    if tables:
        claim = f"The vtable for {of} is there and its type information is not: that object was compiled with -fno-rtti."
        return Judged(
            symbol, "supported", (*told, *map(defined_near, tables[:2]), *flags), claim=claim
        )
    missed = [o for o in open_names(facts) if o.platform == symbol.platform]
    table = next((o for o in missed if symbol_text(facts, o) == f"vtable for {of}"), None)
    if table is not None:
        return Judged(symbol, "refuted", (*told_in_log(facts, table), *told))
    _, missing = absent(facts, symbol)
    pattern = rf"-e -fno-rtti -e 'class {of.rpartition('::')[2]}\b'"
    why = (
        f"no object has the vtable for {of} either: is the source that makes it part of the build?"
    )
    return Judged(
        symbol, "untestable", (*told, *flags), missing or (source_missing(symbol, why, pattern),)
    )


def _no_rtti_lines(facts: Facts, platform: str, tables: list[Any]) -> tuple[Evidence, ...]:
    names = sorted({row.member or row.file.rpartition("/")[2] for row in tables})
    lines = lines_that_make(facts, platform, names)
    rows = lines[lines["text"].str.contains("-fno-rtti", regex=False)].head(1)
    return tuple(Evidence.of_row(r) for r in each(rows))


CAUSES = (
    cause_of_names(VTABLE, "cxx_tables", judge_vtable, yields_to=("object-not-linked",)),
    cause_of_names(RTTI, "cxx_tables", judge_rtti, yields_to=("object-not-linked",)),
)
