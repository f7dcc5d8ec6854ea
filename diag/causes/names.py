"""Family G, names: the definition exists, and under another name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from diag.causes.facts import Facts, Symbol, objects_missing
from diag.causes.invites import languages_beside
from diag.causes.link_inputs import link_command, unread_inputs
from diag.causes.model import Evidence
from diag.causes.name_evidence import (
    Judged,
    cause_of_names,
    defined_near,
    lines_that_make,
    near_of,
    source_missing,
    symbol_text,
    told_in_log,
)
from diag.causes.name_parts import Parts, is_plain, parts_of, unversioned
from diag.causes.names_rust import judge_dropped
from diag.causes.on_line import library_name
from diag.causes.once import asked_once
from diag.knowledge.names import library_of
from diag.schema import each

LINKAGE = "language-linkage-mismatch"
SIGNATURE = "signature-mismatch"
FORTRAN = "fortran-name-mismatch"
RUST = "rust-symbol-mangled"

_CXX = ("_Z", "__Z")
_RUST = re.compile(r"^_R|^_?_ZN.*17h[0-9a-f]{16}E")
_RUST_PATH = re.compile(r"(?P<crate>\w+)(?:::\w+)*::(?P<last>\w+)")
_RUST_OWN = frozenset(["alloc", "compiler_builtins", "core", "hashbrown", "std"])
_MODULE_PROCEDURE = re.compile(r"__\w+_MOD_\w+|_QM\w+P\w+")
_ARGUMENT = re.compile(r", ?")
_OF_LANGUAGE = re.compile(
    r"\b(?:std::|(?:void|bool|char|short|int|long|float|double|unsigned|signed|wchar_t|char\d+_t|__int128)\b)"
)
_TYPE = re.compile(r"[A-Za-z_]\w*")
_WORD_OF_TYPE = re.compile(r"\b(?:const|volatile|struct|class|enum)\b|[A-Za-z_]\w*::")
_FORTRAN_COMPILER = re.compile(
    r"\b(?:gfortran|flang|ifort|ifx|nvfortran)\b|\.(?:f|for|f77|f90|f95|f03|f08)\b", re.I
)


# -- C and C++ -----------------------------------------------------------------------------------


def judge_linkage(facts: Facts, symbol: Symbol) -> Judged | None:
    """language-linkage-mismatch: C's name on one side, C++'s on the other, at global scope."""
    text = symbol_text(facts, symbol)
    if is_plain(symbol.name):
        found = [row for row in _usable(facts, symbol) if _is_cxx_function(row, symbol.name)]
        claim = f'{symbol.name} is wanted by its C name and defined as a C++ function: the definition lacks extern "C".'
        if not found:
            return _without_objects(facts, symbol, "c++")
    else:
        parts = _free_function(text)
        if parts is None:
            return None
        rows = _usable(facts, symbol)
        found = [row for row in rows if is_plain(row.name) and row.name == parts.base]
        claim = f'{text} is wanted as a C++ function and defined by its C name: the declaration lacks extern "C".'
        is_open = not facts.has_objects(symbol.platform) or _on_line(facts, symbol, parts.base)
        if not found and is_open:
            missing = (objects_missing(symbol.platform),)
            return Judged(symbol, "untestable", told_in_log(facts, symbol), missing)
    if not found:
        return None
    evidence = (*told_in_log(facts, symbol), *map(defined_near, found[:2]))
    if is_plain(symbol.name) and _also_wanted(facts, symbol.platform, [row.name for row in found]):
        why = "the C++ function has users of its own, so it may be another one than C wants"
        missing = (source_missing(symbol, why, f"-w '{symbol.name}'"),)
        return Judged(symbol, "untestable", evidence, missing, claim)
    return Judged(symbol, "supported", evidence, claim=claim)


def _without_objects(facts: Facts, symbol: Symbol, language: str) -> Judged | None:
    """Undecided where only the log is there, and something of that language is on the link beside
    what wants the symbol: it may define it under a name of its own."""
    if facts.has_objects(symbol.platform) or language not in languages_beside(facts, symbol):
        return None
    missing = (objects_missing(symbol.platform),)
    return Judged(symbol, "untestable", told_in_log(facts, symbol), missing)


def _on_line(facts: Facts, symbol: Symbol, base: str) -> bool:
    """The link names the well-known library that has the plain name, and it was not given."""
    library, command = library_of(base), link_command(facts, symbol)
    if library is None or command is None:
        return False
    return any(library_name(word) in library.files for word in unread_inputs(facts, command))


def _usable(facts: Facts, symbol: Symbol) -> list[Any]:
    return [row for row in near_of(facts, symbol) if row.bind != "LOCAL"]


def _is_cxx_function(row: Any, base: str) -> bool:
    if not row.name.startswith(_CXX) or _RUST.match(row.name):
        return False
    parts = _free_function(row.text)
    return parts is not None and parts.base == base


def _free_function(text: str) -> Parts | None:
    """A function of the global scope that is no template: what extern "C" could have named."""
    parts = parts_of(text)
    if parts is None or parts.arguments is None or parts.templates or parts.qualifiers:
        return None
    return parts if parts.base == parts.path and is_plain(parts.base) else None


# -- same name, other arguments ------------------------------------------------------------------


def judge_signature(facts: Facts, symbol: Symbol) -> Judged | None:
    """signature-mismatch: the same qualified name is defined with other argument types."""
    text = symbol_text(facts, symbol)
    parts = parts_of(text)
    if parts is None or parts.arguments is None or parts.templates:
        return None
    if not facts.has_objects(symbol.platform):
        missing = (objects_missing(symbol.platform),)
        return Judged(symbol, "untestable", told_in_log(facts, symbol), missing)
    found = [row for row in _usable(facts, symbol) if _differs_in_arguments(parts, row.text)]
    if not found:
        return None
    evidence = (*told_in_log(facts, symbol), *map(defined_near, found[:3]))
    claim = f"{text} is wanted, and defined is {found[0].text}: the same name with other arguments."
    in_use = _also_wanted(facts, symbol.platform, [row.name for row in found])
    if in_use or all(_is_of_other_classes(parts, row.text) for row in found):
        others = f"{in_use} is wanted by others too" if in_use else "it takes another class"
        why = f"{others}, so it may be another overload and no slip"
        pattern = (
            rf"'\b{re.escape(parts.base)}('" if parts.base.isidentifier() else f"-F '{parts.base}('"
        )
        missing = (source_missing(symbol, why, pattern),)
        return Judged(symbol, "untestable", evidence, missing, claim)
    return Judged(symbol, "supported", evidence, claim=claim)


def _differs_in_arguments(wanted: Parts, text: str) -> bool:
    """The same path, another list: not merely another version's namespace in it."""
    other = parts_of(text)
    if other is None or other.arguments is None or other.templates or other.path != wanted.path:
        return False
    lists = [f"{p.arguments}{p.qualifiers}" for p in (wanted, other)]
    return unversioned(lists[0]) != unversioned(lists[1])


def _is_of_other_classes(wanted: Parts, text: str) -> bool:
    """The lists differ by classes of the project alone, as those of two overloads do; numbers,
    pointers to them and the library's types are what one and the same function is changed by."""
    other = parts_of(text)
    lists = [_ARGUMENT.split(p.arguments or "") for p in (wanted, other) if p is not None]
    if len(lists) != 2 or len(lists[0]) != len(lists[1]):
        return False
    pairs = [(one, two) for one, two in zip(*lists, strict=True) if one != two]
    names = [set(_TYPE.findall(_WORD_OF_TYPE.sub("", word))) for pair in pairs for word in pair]
    is_other = (
        len(a) == len(b) == 1 and a != b for a, b in zip(names[::2], names[1::2], strict=True)
    )
    is_known = any(_OF_LANGUAGE.search(word) for pair in pairs for word in pair)
    return bool(pairs) and all(is_other) and not is_known


def _also_wanted(facts: Facts, platform: str, names: Iterable[str]) -> str:
    """One of the names that some object of the platform refers to; "" where none does."""
    wanted = _wanted_names(facts, platform)
    return next((name for name in names if name in wanted), "")


@asked_once
def _wanted_names(facts: Facts, platform: str) -> frozenset[str]:
    rows = facts.symbols[~facts.symbols["is_defined"]]
    return frozenset(facts.of_platform(rows, platform)["name"])


# -- Fortran -------------------------------------------------------------------------------------


def judge_fortran(facts: Facts, symbol: Symbol) -> Judged | None:
    """fortran-name-mismatch: the same name but for underscores, case or a module in front."""
    if not is_plain(symbol.name):
        return None
    rows = [row for row in _usable(facts, symbol) if is_plain(row.name)]
    found = [row for row in rows if _is_fortran_pair(symbol.name, row.name)]
    if not found:
        return _without_objects(facts, symbol, "fortran")
    evidence = (*told_in_log(facts, symbol), *map(defined_near, found[:2]))
    claim = f"{symbol.name} is wanted and {found[0].name} is defined: Fortran's name and C's name of one routine."
    traces = _traces_of_fortran(facts, symbol, found)
    if traces:
        return Judged(symbol, "supported", (*evidence, *traces), claim=claim)
    why = f"whether {found[0].name} is compiled from Fortran, or is another function of C"
    missing = (source_missing(symbol, why, f"-iw '{symbol.name.strip('_')}'"),)
    return Judged(symbol, "untestable", evidence, missing, claim)


def _is_fortran_pair(wanted: str, defined: str) -> bool:
    if _MODULE_PROCEDURE.fullmatch(wanted) or _MODULE_PROCEDURE.fullmatch(defined):
        return True  # near by its key: the same procedure name
    same = wanted.rstrip("_").lower() == defined.rstrip("_").lower()
    return same and wanted != defined


def _traces_of_fortran(facts: Facts, symbol: Symbol, found: list[Any]) -> tuple[Evidence, ...]:
    """What shows that one side is Fortran: a module's name, its run-time library, its compiler."""
    for name, row in [(symbol.name, found[0]), *((row.name, row) for row in found)]:
        if _MODULE_PROCEDURE.fullmatch(name):
            return (Evidence(row.file, None, f"{name}: a procedure of a Fortran module"),)
    files = {(row.file, row.member) for row in found}
    wanting = facts.seen(symbol, "wanted")
    files |= set(zip(wanting["file"], wanting["member"], strict=True))
    calls = facts.symbols[facts.symbols["name"].str.startswith("_gfortran_")]
    for row in each(calls.head(200)):
        if (row.file, row.member) in files:
            text = (
                f"{row.member or 'the file itself'} wants {row.name}: it is compiled from Fortran"
            )
            return (Evidence(row.file, None, text),)
    return _compiled_by_fortran(facts, symbol.platform, files)


def _compiled_by_fortran(
    facts: Facts, platform: str, members: set[tuple[str, str]]
) -> tuple[Evidence, ...]:
    """The log's line that compiles one of the objects with a Fortran compiler."""
    names = sorted({(member or file).rpartition("/")[2] for file, member in members})
    for row in each(lines_that_make(facts, platform, names)):
        if _FORTRAN_COMPILER.search(row.text[:4000]):
            return (Evidence.of_row(row),)
    return ()


# -- Rust ----------------------------------------------------------------------------------------


def judge_rust(facts: Facts, symbol: Symbol) -> Judged | None:
    """rust-symbol-mangled: a Rust function of that name, and no `#[no_mangle]` on it."""
    if not is_plain(symbol.name):
        return None
    found = [row for row in near_of(facts, symbol) if _is_rust_function(row, symbol.name)]
    if not found:
        return judge_dropped(facts, symbol) or _without_objects(facts, symbol, "rust")
    how = [" [LOCAL]" if row.bind == "LOCAL" else "" for row in found]
    told = [defined_near(row, note) for row, note in zip(found[:2], how, strict=False)]
    claim = f"{symbol.name} is a Rust function that keeps its mangled name: {found[0].text}."
    evidence = (*told_in_log(facts, symbol), *told)
    if all(how):
        why = "a function that only Rust is to call is local as well: is it an extern one?"
        missing = (source_missing(symbol, why, f"'fn {symbol.name}\\b' '*.rs'"),)
        return Judged(symbol, "untestable", evidence, missing, claim)
    return Judged(symbol, "supported", evidence, claim=claim)


def _is_rust_function(row: Any, last: str) -> bool:
    path = _RUST_PATH.fullmatch(row.text) if _RUST.match(row.name) else None
    return path is not None and path["last"] == last and path["crate"] not in _RUST_OWN


CAUSES = (
    cause_of_names(LINKAGE, "names", judge_linkage),
    cause_of_names(
        SIGNATURE, "names", judge_signature,
        yields_to=("cxx11-abi-mismatch", "inline-namespace-version-mismatch"),
    ),
    cause_of_names(FORTRAN, "names", judge_fortran),
    cause_of_names(RUST, "names", judge_rust),
)  # fmt: skip
