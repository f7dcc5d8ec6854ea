"""Family G, C++: what a template, a static member or an inline function needs and no object has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol, objects_missing
from diag.causes.made_here import compiles_on
from diag.causes.model import Evidence
from diag.causes.name_evidence import (
    Judged,
    absent,
    cause_of_names,
    defined_near,
    errors_of,
    lines_that_make,
    near_of,
    source_missing,
    symbol_text,
    told_in_log,
)
from diag.causes.name_parts import (
    LIBRARY_SCOPES,
    Parts,
    is_plain,
    parts_of,
    unversioned,
)
from diag.causes.once import asked_once
from diag.knowledge.names import library_of
from diag.schema import each

TEMPLATE = "template-not-instantiated"
MEMBER = "static-member-not-defined"
INLINE = "inline-not-emitted"
MIN_INLINE = 3  # names: fewer are rather a slip of each


# -- templates -----------------------------------------------------------------------------------


def judge_template(facts: Facts, symbol: Symbol) -> Judged | None:
    """template-not-instantiated: the template is instantiated, and not for these arguments."""
    parts = parts_of(symbol_text(facts, symbol))
    if parts is None or not parts.templates or parts.path.startswith(LIBRARY_SCOPES):
        return None
    told = told_in_log(facts, symbol)
    if not facts.has_objects(symbol.platform):
        return Judged(symbol, "untestable", told, (objects_missing(symbol.platform),))
    found = [row for row in near_of(facts, symbol) if _is_other_instance(parts, row)]
    if found:
        claim = f"{parts.text} is wanted, and the template is instantiated elsewhere only as {found[0].text}."
        evidence = (*told, *map(defined_near, found[:3]))
        return Judged(symbol, "supported", evidence, claim=claim)
    read, missing = absent(facts, symbol)
    why = "no object has any instance of it: its body may stand in a source that was not compiled"
    pattern = rf"'\b{parts.base}\b'"
    return Judged(
        symbol, "untestable", (*told, *read), missing or (source_missing(symbol, why, pattern),)
    )


def _is_other_instance(wanted: Parts, row: Any) -> bool:
    other = parts_of(row.text)
    if row.bind == "LOCAL" or other is None or not other.templates or other.path != wanted.path:
        return False
    return unversioned(other.templates) != unversioned(wanted.templates)


# -- static members ------------------------------------------------------------------------------


def judge_member(facts: Facts, symbol: Symbol) -> Judged | None:
    """static-member-not-defined: a variable of a class is used by address, and nothing defines it."""
    text = symbol_text(facts, symbol)
    parts = parts_of(text)
    if (
        parts is None
        or parts.arguments is not None
        or not parts.scope
        or _is_of_rust(facts, symbol)
    ):
        return None
    if parts.path.startswith(LIBRARY_SCOPES) or not re.fullmatch(r"[\w:]+", parts.path):
        return None
    told = told_in_log(facts, symbol)
    read, missing = absent(facts, symbol)
    if missing:
        return Judged(symbol, "untestable", told, missing)
    is_shown = _is_class(facts, symbol.platform, parts.scope)
    if is_shown or _is_written_as_class(parts.scope):
        by = "" if is_shown else f" ({parts.scope} is taken for a class by its spelling)"
        claim = f"{text} is a static member of a class that is used by address, and no source defines it{by}."
        return Judged(symbol, "supported", (*told, *read), claim=claim)
    why = f"whether {parts.scope} is a class or a namespace, and which source should define it"
    return Judged(
        symbol, "untestable", (*told, *read), (source_missing(symbol, why, f"-w {parts.base}"),)
    )


def _is_of_rust(facts: Facts, symbol: Symbol) -> bool:
    """Whether the path is a Rust one: its raw name says so, or rustc's own objects want it."""
    if any(re.match(r"_R|_?_ZN.*17h[0-9a-f]{16}E", raw) for raw in facts.raw_of(symbol)):
        return True
    places = [
        place
        for row in errors_of(facts, symbol)
        for place in (row.object, row.member, row.detail_text)
        if isinstance(place, str)
    ]
    return any(re.search(r"\.rcgu\.o|-cgu\.\d|\.rlib", str(place)) for place in places)


def _is_class(facts: Facts, platform: str, scope: str) -> bool:
    """Whether a symbol shows that a scope is a class: constructor, table, const method, argument."""
    nested = "".join(f"{len(part)}{part}" for part in scope.split("::"))
    own = facts.of_platform(
        facts.symbols[facts.symbols["name"].str.contains(nested, regex=False)], platform
    )
    sign = re.compile(
        rf"_ZT[VIST]N?{nested}E?$|_ZN{nested}[CD]\dE|_ZNK{nested}\d|_Z\w*(?:[RPK]|E|v)N?{nested}E?"
    )
    return any(sign.match(name) for name in own["name"].drop_duplicates().head(500))


def _is_written_as_class(scope: str) -> bool:
    """With a capital and small letters, as hardly any namespace is; the cure is the same there."""
    last = scope.rpartition("::")[2]
    return last[:1].isupper() and not last.isupper()


# -- inline functions ----------------------------------------------------------------------------

# GCC and clang, of C and of C++; the name stands in quotes of any kind.
_INLINE_TOLD = re.compile(
    r"inline function \W?(?P<name>.+?)\W? (?:declared but never defined|used but never defined|is not defined)"
)
_UNOPTIMISED = re.compile(r"(?:^|[\s\"'])(?:\S*-)?(?:gcc|cc|clang)(?:-[\d.]+)?[\"']?\s")
_C_SOURCE = re.compile(r"\w\.c(?=[\s\"']|$)")
_OPTIMISED = re.compile(r"\s[\"']?-O(?:[123s]|fast|g|z)?[\"']?(?=\s)")


def judge_inline(facts: Facts, symbol: Symbol) -> Judged | None:
    """inline-not-emitted: the compiler says so, or C's `inline` at -O0 would look like this."""
    told = told_in_log(facts, symbol)
    said = _inline_lines(facts, symbol.platform).get(_bare(symbol_text(facts, symbol)))
    if said:
        return Judged(symbol, "supported", (said, *told))
    if not is_plain(symbol.name) or near_of(facts, symbol):
        return None
    read, missing = absent(facts, symbol)
    has_objects = facts.has_objects(symbol.platform)
    if (missing and has_objects) or library_of(symbol.name) is not None:
        return None
    compiled = _compiled_unoptimised(facts, symbol)
    if not compiled and not has_objects:
        compiled = _of_one_source_unoptimised(facts, symbol)
    if not compiled:
        return None
    why = "C99's `inline` makes no definition by itself: is the function declared so in a header?"
    asked = source_missing(symbol, why, rf"-w '{symbol.name}' | grep inline")
    if not has_objects:
        return Judged(symbol, "untestable", (*told, *compiled), (asked, *missing))
    return Judged(symbol, "untestable", (*told, *compiled, *read), (asked,))


def _bare(text: str) -> str:
    parts = parts_of(text)
    return parts.path if parts else text


@asked_once
def _inline_lines(facts: Facts, platform: str) -> dict[str, Evidence]:
    """Function -> the compiler's line that says it is inline and has no body."""
    lines = facts.on(facts.lines, platform)
    found: dict[str, Evidence] = {}
    for row in each(lines[lines["text"].str.contains("inline function", regex=False)].head(2000)):
        said = _INLINE_TOLD.search(row.text[:2000])
        if said:
            found.setdefault(_bare(said["name"]), Evidence.of_row(row))
    return found


def _compiled_unoptimised(facts: Facts, symbol: Symbol) -> tuple[Evidence, ...]:
    """The log's line that compiles, as C and without optimisation, the object that wants it."""
    named = {row.object for row in errors_of(facts, symbol) if isinstance(row.object, str)}
    objects = tuple(sorted({name.rpartition("/")[2] for name in named}))
    key = ("compiled unoptimised", symbol.platform, objects)
    if key not in facts.known:
        lines = lines_that_make(facts, symbol.platform, objects)
        told: tuple[Evidence, ...] | None = next(
            _unoptimised(lines), None
        )  # else without -o: by the source's own name
        if told is None:
            compiles = (c for c in compiles_on(facts, symbol.platform) if c.output in objects)
            told = next((_as_unoptimised(c.evidence) for c in compiles), ())
        facts.known[key] = told
    return facts.known[key]  # type: ignore[no-any-return]


def _of_one_source_unoptimised(facts: Facts, symbol: Symbol) -> tuple[Evidence, ...]:
    """A call of the compiler without optimisation, in a log that shows none with it, where one object
    alone wants this and other names: the inline functions of its own source would look so."""
    own = _users_by_name(facts, symbol.platform).get(symbol.name, frozenset())
    if len(own) != 1 or _names_of_users(facts, symbol.platform)[own] < MIN_INLINE:
        return ()
    return _plain_call(facts, symbol.platform)


@asked_once
def _names_of_users(facts: Facts, platform: str) -> Counter[frozenset[tuple[str, str]]]:
    """Those who want a name -> how many names just they want."""
    return Counter(_users_by_name(facts, platform).values())


@asked_once
def _plain_call(facts: Facts, platform: str) -> tuple[Evidence, ...]:
    """The first call of the compiler for C, where none in the log optimises."""
    lines = facts.on(facts.lines_with((" -g", " -O")), platform)
    named = [row for row in each(lines.head(300)) if _C_SOURCE.search(row.text[:1500])]
    calls = [row for row in named if _UNOPTIMISED.search(row.text[:1500])]
    plain = [row for row in calls if not _OPTIMISED.search(row.text[:1500].replace("-O0", ""))]
    return (Evidence.of_row(plain[0]),) if plain and len(plain) == len(calls) else ()


@asked_once
def _users_by_name(facts: Facts, platform: str) -> dict[str, frozenset[tuple[str, str]]]:
    """C name -> (object, member) of all that want it, by the linker's words."""
    rows = facts.on(facts.link_errors, platform)
    rows = rows[(rows["kind"] == "undefined") & rows["symbol"].notna() & rows["object"].notna()]
    found: dict[str, set[tuple[str, str]]] = {}
    for row in each(rows):
        if is_plain(row.symbol):
            member = row.member if isinstance(row.member, str) else ""
            found.setdefault(row.symbol, set()).add((row.object, member))
    return {name: frozenset(users) for name, users in found.items()}


def _unoptimised(lines: pd.DataFrame) -> Iterator[tuple[Evidence, ...]]:
    for row in each(lines[lines["text"].str.contains(" -c ", regex=False)]):
        is_c = _is_unoptimised(row.text)
        yield (Evidence.of_row(row),) if is_c else ()


def _as_unoptimised(evidence: Evidence) -> tuple[Evidence, ...]:
    return (evidence,) if _is_unoptimised(evidence.text) else ()


def _is_unoptimised(text: str) -> bool:
    return bool(_UNOPTIMISED.search(text)) and not _OPTIMISED.search(text.replace("-O0", ""))


CAUSES = (
    cause_of_names(
        TEMPLATE,
        "cxx_classes",
        judge_template,
        yields_to=("cxx11-abi-mismatch", "inline-namespace-version-mismatch"),
    ),
    cause_of_names(
        MEMBER,
        "cxx_classes",
        judge_member,
        yields_to=("symbol-hidden", "static-link-order", "object-not-linked"),
    ),
    cause_of_names(INLINE, "cxx_classes", judge_inline, telling=("inline function",)),
)
