"""A shared object among the inputs that wants a name and names no library for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import SYSTEM_SONAME
from diag.causes.link_inputs import names_given
from diag.causes.model import Cause, Evidence, Missing
from diag.causes.name_evidence import symbol_text
from diag.causes.runtime_cxx import is_cxx_name
from diag.causes.wants import MORE_EXACT, Answer, Want, each_want
from diag.knowledge.names import library_of
from diag.schema import each

FAMILY = "visibility"
UNDERLINKED = "dso-underlinked"
_SHARED = re.compile(r"\.so(?:\.[\w.]+)?$")
# What every program has at hand: the C library's parts and the loader.
_BY_COMPILER = re.compile(r"^[^(]*<|^(?:vtable|typeinfo|VTT|guard variable)\b|^[^(]*::[^(]*$")
# Compilers' runtimes, of which it is known what they define.
_RUNTIME = re.compile(r"^lib(?:stdc\+\+|c\+\+(?:abi)?|gomp|gfortran|quadmath|atomic|ssp)\.so")


def judge(facts: Facts, want: Want) -> Answer | None:
    """dso-underlinked."""
    symbol = want.symbol
    wanting = _wanting(facts, symbol)
    if not wanting:
        return None
    evidence = [*facts.reference_evidence(symbol)[:2]]
    own = facts.of_platform(facts.objects, symbol.platform)
    given = [r for r in each(own[own["kind"] == "shared"]) if PurePath(r.file).name in wanting]
    if not given:
        return Answer("untestable", evidence, (_library_missing(wanting),))
    library = given[0]
    if not _wants_without_version(facts, library, facts.raw_of(symbol)):
        return None  # a version names the library: it is another matter
    needed = [str(name) for name in library.needed]
    names = names_given(own)
    raw = facts.raw_of(symbol)
    is_runtimes = any(is_cxx_name(name) or library_of(name) is not None for name in raw)
    unread = [n for n in needed if n not in names and not SYSTEM_SONAME.match(n)]
    unread = [n for n in unread if is_runtimes or not _RUNTIME.match(n)]
    told = f"{library.member or 'the library'} wants {symbol.name} and names {', '.join(needed) or 'no library'}"
    evidence.append(Evidence(library.file, None, told))
    definers = set(want.defined["file"])
    by_needed = [f for f in definers if _is_named(own, f, needed)]
    if by_needed:
        return Answer("refuted", [*evidence, *_defined_in(by_needed, symbol)])
    if unread and not definers:
        return Answer("untestable", evidence, (_needed_missing(unread),))
    own_needed = [n for n in needed if not (SYSTEM_SONAME.match(n) or _RUNTIME.match(n))]
    if not definers and own_needed and not is_runtimes:
        return Answer("untestable", evidence, (_version_missing(own_needed[0], library.file),))
    if not definers and (doubt := _doubt(facts, symbol, library)):
        return Answer("untestable", evidence, (doubt,))
    return Answer("supported", [*evidence, *_defined_in(sorted(definers), symbol)])


def _doubt(facts: Facts, symbol: Symbol, library: Any) -> Missing | None:
    """What else may be at fault where nothing given defines it: the program, which wants it
    itself, or the library's own code, where the compiler makes the name of what it sees."""
    shared = set(facts.objects.loc[facts.objects["kind"] == "shared", "file"])
    others = [file for file in facts.seen(symbol, "wanted")["file"] if file not in shared]
    text = symbol_text(facts, symbol)
    if others:
        why = f"{PurePath(others[0]).name} wants the symbol as well, so the program lacks it by itself"
    elif _BY_COMPILER.search(text):
        why = "a template, a table or a datum of a class comes of code that the library itself may lack"
    else:
        return None
    return Missing(
        f"the library or source that should define {symbol.name}", why,
        (f"git grep -nw '{symbol.name.partition('(')[0]}'", f"nm -DC {library.file}"),
    )  # fmt: skip


def _wanting(facts: Facts, symbol: Symbol) -> set[str]:
    """Names of the shared objects that the linker says want the symbol."""
    rows = facts.errors_of(symbol)
    rows = rows[rows["kind"] == "undefined"]
    named = {PurePath(str(name)).name for name in rows["object"].dropna()}
    return {name for name in named if _SHARED.search(name)}


def _wants_without_version(facts: Facts, library: Any, names: tuple[str, ...]) -> bool:
    """By its raw names: linkers print those of C++ and Rust demangled."""
    own = facts.symbols["file"] == library.file
    rows = facts.symbols[own & facts.symbols["name"].isin(names)]
    rows = rows[~rows["is_defined"].astype(bool) & (rows["table"] == ".dynsym")]
    return bool(rows["version"].isna().any()) if len(rows) else False


def _is_named(own: pd.DataFrame, file: str, needed: list[str]) -> bool:
    rows = own[own["file"] == file]
    names = {PurePath(file).name, *rows["soname"].dropna()}
    return bool(names & set(needed))


def _defined_in(files: list[str], symbol: Symbol) -> Iterator[Evidence]:
    return (Evidence(file, None, f"it defines {symbol.name}") for file in files[:2])


def _library_missing(names: set[str]) -> Missing:
    shown = sorted(names)[0]
    return Missing(
        shown,
        "which libraries it names for what it wants is in its dynamic section",
        (f"readelf -d {shown} | grep NEEDED", f"readelf -W --dyn-syms {shown} | grep UND"),
    )


def _needed_missing(names: list[str]) -> Missing:
    return Missing(
        ", ".join(names[:3]),
        "the shared object names them, and one of them may define the symbol",
        ("ldd LIBRARY", "diag investigate build.log --objects DIR"),
    )


def _version_missing(name: str, user: str) -> Missing:
    return Missing(
        f"the {name} that {PurePath(user).name} was linked against",
        "the shared object names it, and it was given without the symbol: it may be of another version",
        (f"nm -D {name}  # of the image in which {PurePath(user).name} was built",),
    )


CAUSES = (
    Cause(UNDERLINKED, FAMILY, "cause", each_want(FAMILY, UNDERLINKED, judge), yields_to=tuple(
        name for name in MORE_EXACT if name != UNDERLINKED
    )),
)  # fmt: skip
