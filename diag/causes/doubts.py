"""What else could hold of a name that nothing given defines: as long as one of these stands,
that is no answer. Each doubt is the artefact that would settle it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from diag.causes.alike import NO_NAMES, defined_names, is_near, letters
from diag.causes.doubts_made import not_made_here
from diag.causes.facts import Facts, Symbol, objects_missing
from diag.causes.file_names import SOURCE, SYSTEM_SONAME
from diag.causes.link_inputs import linker_words, names_given
from diag.causes.model import Missing
from diag.causes.name_arches import is_body, speaks_of_machine
from diag.causes.name_evidence import symbol_text
from diag.causes.name_parts import parts_of
from diag.causes.wants import Want
from diag.knowledge import linker_names, table
from diag.knowledge.names import (
    glibc_version_of,
    in_libgcc,
    instrumentation_of,
    is_helper,
    libc_names,
    library_of,
)
from diag.platforms import BY_NAME
from diag.schema import each

MAX_NAMES = 200_000  # definitions that a name is compared with
MIN_ALIKE = 4  # shorter names stand in others by chance
_START = frozenset(["main", "_start", "_init", "_fini", "__libc_start_main", "WinMain"])
_BOUNDS = ("__start_", "__stop_", "__real_", "__wrap_")
# C++ and Rust: tables, templates, members without arguments (data), and what Rust mangles.
_SPECIAL = re.compile(
    r"^(?:vtable|typeinfo|VTT|guard|TLS|thread-local|construction|.*thunk)\b.* for |<|\[abi:"
)
_RAW = re.compile(r"^_R|17h[0-9a-f]{16}E|^_ZT|^_ZG|^_ZNK?[^I]*E$")
_SCRIPTS = re.compile(
    r"^(?:-T|--script\b|--version-script\b|--dynamic-list\b|--just-symbols\b|-R$|--retain-symbols-file\b"
    r"|-u|--undefined\b|--require-defined\b|-r$|--relocatable$|-i$|-nostdlib|-nodefaultlibs|-nostartfiles"
    r"|-nolibc|--exclude-libs\b|--defsym\b|--plugin\b|-flto)"
)


def doubts_of(facts: Facts, want: Want) -> Iterator[Missing]:
    """What would have to be seen before the name is said to be defined nowhere, the first ones."""
    for doubt in _DOUBTS:
        missing = doubt(facts, want)
        if missing is not None:
            yield missing


# -- the name -------------------------------------------------------------------------------------


def _of_a_library(facts: Facts, want: Want) -> Missing | None:
    """A name of the C library, of a compiler's runtime, of the linker, or of a known library."""
    raw = next((raw for raw in facts.raw_of(want.symbol) if is_of_others(raw)), None)
    if raw is None:
        return None
    return Missing(
        f"the library that gives {raw}",
        "the name is one of a system's or compiler's library, which is linked under another version or not at all",
        ("repeat the link with -v (or -Wl,--trace) and keep the log",),
    )


def is_of_others(raw: str) -> bool:
    """The name is known as one that no project defines for itself."""
    if library_of(raw) or instrumentation_of(raw) or glibc_version_of(raw):
        return True
    if raw in linker_names() or raw in _START or raw.startswith(_BOUNDS):
        return True
    if is_helper(raw, table("helper_groups")) or in_libgcc(raw, ""):
        return True
    if any(raw in libc_names(group) for group in table("libc_names")):
        return True
    first = re.split(r"[_\d]", raw.lstrip("_"), maxsplit=1)[0].lower()
    return len(first) > 1 and first != raw and first in _families()


def _families() -> frozenset[str]:
    """The names by which libraries are known, which their functions begin with."""
    return frozenset(name for entry in table("libraries").values() for name in entry["files"])


def _of_cxx_or_rust(facts: Facts, want: Want) -> Missing | None:
    """A table, a template, a datum of a class, a mangled name of Rust: each has causes of its own."""
    text = symbol_text(facts, want.symbol)
    is_datum = "::" in text and "(" not in text
    raw = (want.symbol.name, *facts.raw_of(want.symbol))
    if is_datum or _SPECIAL.search(text) or any(_RAW.search(name) for name in raw):
        return _source_of(want.symbol, "what the language makes of the declaration decides")
    return None


def _of_a_machine(facts: Facts, want: Want) -> Missing | None:
    """The name speaks of a machine, of an instruction set, or of one body among several."""
    words = set(re.findall(r"[a-z]+", want.symbol.name.lower()))
    if speaks_of_machine(want.symbol.name) or is_body(words):
        return _source_of(want.symbol, "it is one body among several, and a condition chooses them")
    return None


def _source_of(symbol: Symbol, why: str) -> Missing:
    return Missing(f"the sources that declare {symbol.name}", why, (_grep(symbol),))


def _grep(symbol: Symbol) -> str:
    return f"git grep -nw '{_base(symbol.name)}'"


def _base(text: str) -> str:
    """The last identifier of a name as people write it; the name itself of any other."""
    parts = parts_of(text) if "(" in text or "::" in text else None
    return parts.base if parts is not None else text


# -- names that resemble it -----------------------------------------------------------------------


def _alike(facts: Facts, want: Want) -> Missing | None:
    """A definition, on any platform, whose name resembles: it may be the one that was meant."""
    other = next(_names_alike(facts, want), "")
    if not other:
        return None
    return Missing(
        f"the declaration of {want.symbol.name} and the source of {other}",
        "a definition of a name that resembles is there: it may be the one that is meant",
        (_grep(want.symbol),),
    )


def _names_alike(facts: Facts, want: Want) -> Iterator[str]:
    wanted = letters(_base(symbol_text(facts, want.symbol)))
    defined = defined_names(facts, MAX_NAMES)
    raw = set(facts.raw_of(want.symbol)) | {want.symbol.name}
    wrappers = {f"__wrap_{name}" for name in raw if _is_wrapped(want, name)}
    near = facts.near[facts.near["wanted"].isin(raw) & ~facts.near["type"].isin(NO_NAMES)]
    yield from (str(name) for name in near["name"] if name not in wrappers)
    if len(wanted) >= MIN_ALIKE or raw & defined.keys():
        for name in defined:
            if name not in wrappers and (name in raw or _is_alike(wanted, name)):
                yield name


def _is_wrapped(want: Want, name: str) -> bool:
    words = [str(word) for word in want.command.words] if want.command is not None else []
    return any(word in (f"--wrap={name}", name) for word in linker_words(words))


def _is_alike(wanted: str, name: str) -> bool:
    """By letters and digits alone; a mangled name spells its identifiers, so that they are in it."""
    other = letters(name)
    if len(other) < MIN_ALIKE:
        return False
    if wanted in other:
        return True
    if name.startswith(("_Z", "_R")):
        return False
    return other in wanted or is_near(wanted, other)


# -- what was searched ----------------------------------------------------------------------------


def _unread(facts: Facts, want: Want) -> Missing | None:
    """A file that could not be read, bytecode, another machine's: not searched completely."""
    own = facts.of_platform(facts.objects, want.symbol.platform)
    known = BY_NAME.get(want.symbol.platform)
    odd = own["is_lto"].astype(bool) | (own["format"] == "bitcode")
    if known is not None:
        odd |= (own["arch"] != "") & (own["arch"] != known.elf_arch)
    files = list(own.loc[odd, "file"]) + [str(file) for file in facts.errors["file"]]
    if not files:
        return None
    missing = objects_missing(want.symbol.platform)
    return Missing(files[0], "it could not be searched as code of this machine", missing.how)


def _not_asked_by_inputs(facts: Facts, want: Want) -> Missing | None:
    """No object given wants the name: what was given is not what was linked."""
    if len(facts.seen(want.symbol, "wanted")):
        return None
    return objects_missing(want.symbol.platform)


def _by_shared(facts: Facts, want: Want) -> Missing | None:
    """A shared object wants it itself, or needs others that were not given."""
    own = facts.of_platform(facts.objects, want.symbol.platform)
    shared = own[own["kind"] == "shared"]
    wanting = set(facts.seen(want.symbol, "wanted")["file"]) & set(shared["file"])
    needed = {str(n) for row in each(shared) for n in row.needed} - names_given(own)
    left = [name for name in sorted(needed) if not SYSTEM_SONAME.match(name)]
    said = facts.errors_of(want.symbol)["object"].dropna()
    told = [str(name) for name in said if _SHARED.search(str(name))]
    if not (wanting or left or told):
        return None
    return Missing(
        next(iter([*sorted(wanting), *told, *left])),
        "a shared object of this link has wants of its own, which another library has to meet",
        ("readelf -d LIBRARY | grep NEEDED", "ldd LIBRARY"),
    )


_SHARED = re.compile(r"\.so(?:\.[\w.]+)?$")


def _by_switch(facts: Facts, want: Want) -> Missing | None:
    """A script or a switch of the link says what is linked, or a source is compiled in one go."""
    words = list(linker_words(want.command.words)) if want.command is not None else []
    odd = [word for word in words if _SCRIPTS.match(word) or SOURCE.search(word)]
    if not odd:
        return None
    how = ("repeat the link with -v -Wl,--trace -save-temps and keep the log",)
    return Missing(f"what {odd[0]} brings to the link", "it adds or takes away definitions", how)


def _made_for_others(facts: Facts, want: Want) -> Missing | None:
    """The same build gives other platforms the name, or links there."""
    others = [p for p in facts.platforms if p != want.symbol.platform]
    linked = [p for p in others if facts.outcome(p) == "linked"]
    rows = facts.sightings[facts.sightings["role"] == "defined"]
    rows = rows[rows["name"].isin(facts.raw_of(want.symbol))]
    if not linked and rows.empty:
        return None
    where = linked[0] if linked else str(pd.Series(rows["platform"]).iloc[0])
    return _source_of(
        want.symbol, f"{where or 'another file'} has it: a condition decides who gets it"
    )


_DOUBTS = (
    _of_a_library, _of_cxx_or_rust, _of_a_machine, _unread, _not_asked_by_inputs, _by_shared,
    _by_switch, _made_for_others, not_made_here, _alike,
)  # fmt: skip
