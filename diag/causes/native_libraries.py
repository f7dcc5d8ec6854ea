"""Family G: Rust or Go calls into C, and no library that could answer was ever asked for."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol, objects_missing, sightings_evidence
from diag.causes.link_inputs import command_evidence, command_missing, link_command
from diag.causes.model import Evidence, Missing
from diag.causes.name_evidence import MAX_JUDGED, Judged, cause_of_names, errors_of, told_in_log
from diag.causes.name_parts import is_plain
from diag.causes.skips import crates_that_want
from diag.schema import each, keep

NATIVE = "native-library-not-declared"

# How the callers are named: objects of rustc's code generation units, files that cgo writes.
_CALLERS = {
    "go": re.compile(r"_cgo_[0-9a-f]+_Cfunc_|\.cgo2\.(?:c|o)|/go-link-\d+/|/_x\d+\.o"),
    "rust": re.compile(r"\.rcgu\.o\b|-cgu\.\d+"),
}
_LIBRARY = re.compile(r"^(?:lib)?(?P<stem>.+?)\.(?:a|so)(?:\.[\d.]+)?$")


def judge_native(facts: Facts, symbol: Symbol) -> Judged | None:
    """native-library-not-declared, for each C name that Rust's or cgo's own code wants."""
    caller = _caller(facts, symbol) if is_plain(symbol.name) else ""
    if not caller:
        return None
    declared = _declared(facts, symbol)
    if declared:
        return Judged(symbol, "refuted", declared)
    told = told_in_log(facts, symbol)
    if not facts.has_objects(symbol.platform):
        return Judged(symbol, "untestable", told, (objects_missing(symbol.platform),))
    defined = _of_c(facts, symbol)
    if defined.empty:
        return Judged(symbol, "untestable", told, (_library_missing(symbol),))
    return _judge_line(facts, symbol, caller, defined)


def _of_c(facts: Facts, symbol: Symbol) -> pd.DataFrame:
    """Definitions that no crate holds."""
    defined = facts.definitions(symbol)
    return defined[~defined["file"].map(_is_of_rust).astype(bool)]


def answering(facts: Facts, symbol: Symbol) -> pd.DataFrame:
    """The definitions of a C name that Rust's own code wants and no build script asks for; empty
    for any other name."""
    is_asked = _caller(facts, symbol) == "rust" and not _declared(facts, symbol)
    defined = _of_c(facts, symbol)
    return defined if is_asked else defined.head(0)


def libraries_of(defined: pd.DataFrame, command: Any) -> set[str]:
    """The names by which `-l` would ask for the definitions; none where the command names one."""
    stems = {_stem(file) for file in defined["file"]}
    return set() if command is None or stems & _named(command) else stems


def asks_by_flags(text: str, stems: set[str]) -> bool:
    """Whether flags in the text name one of the libraries: `-lx`, `-l x`, `-lstatic=x`."""
    names = "|".join(map(re.escape, sorted(stems)))
    return bool(re.search(rf"-l\s?(?:\w+=)?(?:{names})(?![\w-])", text)) if stems else False


def _judge_line(facts: Facts, symbol: Symbol, caller: str, defined: pd.DataFrame) -> Judged | None:
    """Whether the link names a library that defines it; go prints no command, and would have put
    a declared library where it serves."""
    where = sightings_evidence(defined, f"defines {symbol.name}")[:2]
    evidence = (*told_in_log(facts, symbol), *where)
    command = link_command(facts, symbol)
    stems = {_stem(file) for file in defined["file"]}
    if command is not None:
        if stems & _named(command):
            return None  # it is on the line: order, machine or visibility, not this
        asked = _asked_in_flags(facts, symbol, stems)
        if asked:
            return Judged(symbol, "untestable", (*evidence, asked), (_flags_missing(),))
        text = f"no library argument names {' or '.join(sorted(stems))}"
        shown = command_evidence(command, text)
        return Judged(symbol, "supported", (*evidence, shown), claim=_claim(symbol, where[0]))
    if caller == "go" and not _is_said(facts, symbol.platform, stems):
        return Judged(symbol, "supported", evidence, claim=_claim(symbol, where[0]))
    return Judged(symbol, "untestable", evidence, (command_missing(symbol),))


def _claim(symbol: Symbol, where: Evidence) -> str:
    name = PurePath(where.file).name
    return f"{symbol.name} is C's, {name} defines it, and the crate or package that calls it asks for no library."


def _caller(facts: Facts, symbol: Symbol) -> str:
    """rust or go, where code that rustc or cgo generated wants the name; else ""."""
    texts = []
    for row in errors_of(facts, symbol):
        places = (row.object, row.member, row.function, row.source_file, row.detail_text)
        texts.append(" ".join(str(part) for part in places if isinstance(part, str)))
    wanted = facts.seen(symbol, "wanted")
    if len(wanted):
        texts += [f"{row.file} {row.member}" for row in each(wanted.head(20))]
    found = (name for name, sign in _CALLERS.items() if any(map(sign.search, texts)))
    return next(found, "")


def _declared(facts: Facts, symbol: Symbol) -> tuple[Evidence, ...]:
    """What the build scripts of the crates that want it link, where they link anything."""
    crates = crates_that_want(facts, symbol)
    rows = facts.build_script[facts.build_script["key"] == "rustc-link-lib"]
    rows = keep(rows, (str(p).replace("-", "_") in crates for p in rows["package"]))
    rows = facts.of_platform(rows, symbol.platform)
    return tuple(
        Evidence.of_row(r, f"{r.key}={r.value}: the crate asks for a library")
        for r in each(rows.head(3))
    )


def _named(command: Any) -> set[str]:
    """The libraries that the command names, without `lib` and ending."""
    names = {word[2:] for word in command.words if word.startswith("-l")}
    return names | {_stem(name) for _, name in command.inputs}


def _stem(file: str) -> str:
    name = PurePath(file).name
    found = _LIBRARY.match(name)
    return found["stem"] if found else name.rpartition(".")[0] or name


def _is_of_rust(file: str) -> bool:
    return file.endswith((".rlib", ".rcgu.o"))


def _is_said(facts: Facts, platform: str, stems: set[str]) -> bool:
    """Whether CGO_LDFLAGS, as echoed or as computed, name the library."""
    env = facts.env[(facts.env["platform"] == platform) & (facts.env["name"] == "CGO_LDFLAGS")]
    lines = facts.on(facts.lines, platform)
    texts = [*env["value"].dropna(), *lines.loc[lines["text"].str.contains("CGO_LDFLAGS"), "text"]]
    return any(f"-l{stem}" in text for text in texts for stem in stems)


def _asked_in_flags(facts: Facts, symbol: Symbol, stems: set[str]) -> Evidence | None:
    """A line that gives rustc flags which name the library: they may have been outranked."""
    rows = facts.on(facts.lines_with(("rustflags", "RUSTFLAGS")), symbol.platform)
    named = (r for r in each(rows) if asks_by_flags(r.text, stems))
    row = next(named, None)
    return None if row is None else Evidence.of_row(row)


def _flags_missing() -> Missing:
    return Missing(
        "the flags that rustc received",
        "flags that name the library are set, and others that cargo prefers may have replaced them",
        ("cargo build -v prints rustc's command lines: look for -l there",),
    )


def _library_missing(symbol: Symbol) -> Missing:
    return Missing(
        f"the library that defines {symbol.name}",
        "none of the objects given does; whether it is asked for can be told once it is named",
        (
            f"nm -A --defined-only $(find . -name '*.a' -o -name '*.so') 2>/dev/null | grep -w {symbol.name}",
        ),
    )


CAUSES = (
    cause_of_names(
        NATIVE, "native_libraries", judge_native,
        names=lambda facts: facts.wanted[:MAX_JUDGED],
        telling=("CGO_LDFLAGS",),
        yields_to=(
            "kernel-object-not-built", "library-not-linked", "library-not-found",
            "static-link-order", "rust-symbol-mangled", "symbol-hidden", "wrong-arch-object",
            "rustflags-precedence-or-target-split",
        ),
    ),
)  # fmt: skip
