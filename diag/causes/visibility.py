"""A definition is there and shut away: hidden, local, or under another version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol, clip, objects_missing
from diag.causes.invites import could_be_elsewhere
from diag.causes.link_inputs import command_evidence, command_missing
from diag.causes.link_said import about, errors_with, said
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.name_evidence import defined_near, near_of
from diag.causes.once import asked_once
from diag.causes.resolution import files_on
from diag.causes.unread import inputs_missing
from diag.causes.wants import MORE_EXACT, Answer, Want, each_want, shared_files
from diag.schema import each

FAMILY = "visibility"
HIDDEN = "symbol-hidden"
VERSION = "symbol-version-missing"
_BY_DSO = re.compile(r"(?:hidden|internal) symbol .* (?:in .* )?is referenced by DSO")
# `X@V` of GNU ld and lld, `'X', version 'V'` of gold.
_WANTED = re.compile(
    r"[`' ](?P<name>[\w.$]+)@{1,2}(?P<version>[\w.]+)|'(?P<old>[\w.$]+)', version '(?P<of>[^']+)'"
)
_INTERNAL = re.compile(r"(?<=[ZN\w])L(?=\d)")
_GLOBAL_VARIABLE = re.compile(r"_Z(?P<length>\d+?)(?P<name>[A-Za-z_]\w*)")
_UNDEFINED_VERSION = re.compile(r"has undefined version |version node not found for symbol ")


# -- symbol-hidden --------------------------------------------------------------------------------


def judge_hidden(facts: Facts) -> Iterator[Finding]:
    """symbol-hidden: by the definitions given, or by GNU ld's words on what a shared object wants."""
    for platform in facts.judged:
        errors = errors_with(facts, platform, _BY_DSO)
        if len(errors):
            names = [str(name) for name in errors["symbol"].dropna()]
            claim = "A shared object of the link wants a symbol that the program defines as hidden."
            answer = Answer("supported", said(errors), claim=claim)
            yield about(facts, FAMILY, HIDDEN, platform, names, answer)
    yield from each_want(FAMILY, HIDDEN, _judge_kept_back)(facts)


def _judge_kept_back(facts: Facts, want: Want) -> Answer | None:
    symbol = want.symbol
    if not facts.has_objects(symbol.platform):
        if not could_be_elsewhere(facts, symbol):
            return None
        missing = objects_missing(symbol.platform)
        return Answer("untestable", [*facts.reference_evidence(symbol)], (missing,))
    if want.kept_back.empty:
        return _judge_internal(facts, want)
    found = [_kept(row) for row in each(want.kept_back.head(3))]
    usable = [
        Evidence.of_unit(r, f"defines {symbol.name} for others too")
        for r in each(want.defined.head(2))
    ]
    if usable and not want.has_line and _is_barred(facts, want.kept_back):
        missing = command_missing(symbol)  # which of the two the link was given
        return Answer("untestable", [*found, *usable], (missing,))
    if usable and not _is_only_shut_in(facts, want):
        return Answer("refuted", [*usable, *found])
    if _is_barred(facts, want.kept_back):
        return Answer("supported", found)
    # A static function of that name may be a namesake: only with all inputs read is it the one.
    claim = "The only definition of the symbol among all inputs is local to its object: `static`, or made local by objcopy."
    fix = "Take `static` away where it is defined (or the objcopy or version script that makes it local), or call it from that file only."
    return _only_if_all_read(want, found, claim, fix)


def _only_if_all_read(want: Want, found: list[Evidence], claim: str, fix: str) -> Answer:
    """A local definition is the only one where every input was read; else another may have it."""
    if want.is_all_read:
        told = command_evidence(want.command, "every input of the link was read")
        return Answer("supported", [*found, told], claim=claim, fix=(fix,))
    missing = Missing(
        "the other inputs of the link",
        "a local symbol of that name may be a namesake, and another input may define it for all",
        objects_missing(want.symbol.platform).how,
    )
    return Answer("untestable", found, (missing,))


def _judge_internal(facts: Facts, want: Want) -> Answer | None:
    """C++ marks what is local to its file in the name too: `_ZL5table` for a constant `table`."""
    raw = {*facts.raw_of(want.symbol), want.symbol.name}
    rows = [
        r for r in near_of(facts, want.symbol) if r.bind == "LOCAL" and _shared_name(r.name, raw)
    ]
    if not rows or not want.defined.empty:
        return None
    found = [defined_near(row, " [LOCAL]") for row in rows[:3]]
    claim = "The only definition of the symbol among all inputs is local to its file: a `const` of C++ that is not `extern`, or `static`."
    fix = "Include the header that declares it `extern` where it is defined (or write `extern` there), or take `static` away."
    return _only_if_all_read(want, found, claim, fix)


def _shared_name(name: str, raw: set[str]) -> bool:
    """The name without its mark of internal linkage is one of those wanted; a variable of the global
    scope is not mangled then."""
    for mark in _INTERNAL.finditer(name):
        plain = name[: mark.start()] + name[mark.end() :]
        variable = _GLOBAL_VARIABLE.fullmatch(plain)
        is_variable = variable is not None and int(variable["length"]) == len(variable["name"])
        if plain in raw or (is_variable and variable is not None and variable["name"] in raw):
            return True
    return False


def _kept(row: Any) -> Evidence:
    return Evidence.of_unit(row, f"defines {row.name} as {row.bind} {row.visibility}")


def _is_only_shut_in(facts: Facts, want: Want) -> bool:
    """The link names a file that keeps the symbol from others, and none that gives it: an object
    that the file was made of may lie about."""
    if not want.has_line:
        return False
    on_line = set(files_on(facts, want))
    own = want.kept_back[want.kept_back["file"].isin(on_line)]
    return _is_barred(facts, own) and on_line.isdisjoint(want.defined["file"])


def _is_barred(facts: Facts, rows: pd.DataFrame) -> bool:
    """In a shared object, or local and hidden in an object: what a version script, objcopy or
    `ld -r` made of a symbol that was for others."""
    in_shared = rows["file"].isin(shared_files(facts))
    was_hidden = (rows["bind"] == "LOCAL") & rows["visibility"].isin(["HIDDEN", "INTERNAL"])
    return bool((in_shared | was_hidden).any())


# -- symbol-version-missing -----------------------------------------------------------------------


def judge_version(facts: Facts) -> Iterator[Finding]:
    """symbol-version-missing: the version that is wanted against those that are offered."""
    yield from each_want(FAMILY, VERSION, _judge_want)(facts)
    for platform in facts.judged:
        errors = errors_with(facts, platform, _UNDEFINED_VERSION)
        if len(errors):
            names = [str(name) for name in errors["symbol"].dropna()]
            answer = Answer("supported", said(errors))
            yield about(facts, FAMILY, VERSION, platform, names, answer)


def _judge_want(facts: Facts, want: Want) -> Answer | None:
    symbol = want.symbol
    wanted = _wanted_version(facts, want)
    if wanted is None and want.reason != "old-version":
        return None
    if not facts.has_objects(symbol.platform):
        missing = objects_missing(symbol.platform)
        return Answer("untestable", [*facts.reference_evidence(symbol)], (missing,))
    offered = _offered(facts, symbol)
    if offered.empty:
        return _nobody_offers(facts, want, wanted)
    versions = {str(version).lstrip("@") for version in offered["version"].dropna()}
    found = [
        Evidence(
            r.file,
            None,
            clip(f"{r.member or 'the file itself'} defines {symbol.name}{_suffix(r.version)}"),
        )
        for r in each(offered.drop_duplicates(["file", "version"]).head(4))
    ]
    evidence = [*facts.reference_evidence(symbol)[:2], *found]
    if (wanted in versions) if wanted else offered["version"].isna().any():
        return _offered_there(facts, want, offered, evidence)
    asked = f"{symbol.name}@{wanted}" if wanted else f"{symbol.name} without a version"
    claim = f"{asked} is wanted, and what is linked offers only {', '.join(sorted(versions)) or 'it without a version'}."
    return Answer("supported", evidence, claim=claim)


def _offered_there(
    facts: Facts, want: Want, offered: pd.DataFrame, evidence: list[Evidence]
) -> Answer:
    """What is offered refutes it where the link was given that file: another one of the library may
    have been linked, and have older versions."""
    if not want.has_line:
        return Answer("untestable", evidence, (command_missing(want.symbol),))
    if set(files_on(facts, want)) & set(offered["file"]) or not want.unread:
        return Answer("refuted", evidence)
    why = "the library that was linked stands there, and the one that was given is not on the link command"
    return Answer("untestable", evidence, (inputs_missing(want, want.unread, why),))


def _nobody_offers(facts: Facts, want: Want, wanted: str | None) -> Answer | None:
    """A version is wanted, and no object given defines the name under any."""
    if wanted is None:
        return None
    missing = Missing(
        f"the library that should define {want.symbol.name}@{wanted}",
        "the versions that it offers are in its dynamic symbol table",
        (f"readelf -W --dyn-syms LIBRARY | grep {want.symbol.name}",),
    )
    return Answer("untestable", [*facts.reference_evidence(want.symbol)], (missing,))


def _suffix(version: Any) -> str:
    return "" if pd.isna(version) else str(version)


def _wanted_version(facts: Facts, want: Want) -> str | None:
    """The version that the reference names: by the linker's words, else by the objects."""
    symbol = want.symbol
    rows = facts.errors_of(symbol)
    rows = rows[rows["kind"] == "undefined"]
    for text in rows["detail_text"].head(3):
        found = _WANTED.search(str(text))
        if found is not None and symbol.name in (found["name"], found["old"]):
            return found["version"] or found["of"]
    versions = facts.seen(symbol, "wanted")["version"].dropna()
    if len(versions):
        return str(versions.iloc[0]).lstrip("@")
    return _named_versions(facts).get(symbol.name) if len(want.defined) else None


@asked_once
def _named_versions(facts: Facts) -> dict[str, str]:
    """Name -> version, of the names that objects want as `NAME@VERSION` (`.symver`)."""
    rows = facts.symbols[~facts.symbols["is_defined"].astype(bool)]
    names = rows.loc[rows["name"].str.contains("@", regex=False).astype(bool), "name"].unique()
    parts = (str(name).partition("@") for name in names)
    return {base: end.lstrip("@") for base, _, end in parts}


def _offered(facts: Facts, symbol: Symbol) -> pd.DataFrame:
    """Who defines the name for others, under any version."""
    rows = facts.seen(symbol, "defined")
    rows = rows[~rows["is_output"] & (rows["bind"] != "LOCAL")]
    dynamic = rows[rows["table"] == ".dynsym"]
    return dynamic if len(dynamic) else rows


CAUSES = (
    Cause(HIDDEN, FAMILY, "cause", judge_hidden, yields_to=MORE_EXACT),
    Cause(VERSION, FAMILY, "cause", judge_version, yields_to=(
        "newer-glibc-archive", "runtime-glibc-too-old", "musl-time64-skew", "glibc-archive-on-musl",
        "object-not-linked", "transitive-dso-missing",
    )),
)  # fmt: skip
