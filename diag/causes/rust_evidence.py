"""What shows that an object is rustc's: its .comment, the names of rustc's own files, messages."""

from __future__ import annotations

import re
from pathlib import PurePath

from diag.causes.facts import Facts
from diag.causes.name_parts import is_plain
from diag.causes.once import asked_once
from diag.causes.toolchain import toolchain_of
from diag.knowledge.names import library_of
from diag.schema import each

_RUSTC = "rustc version "  # how rustc begins what it writes into .comment
_RUSTC_FILE = re.compile(r"\.rcgu\.o\b|\.rlib\b")
_UNIT = re.compile(r"\b\w+\.[0-9a-f]{16}-cgu\.\d+")  # CRATE.HASH-cgu.NUMBER: a unit of one crate
# As crates that bring a C library's source name its functions, so that two versions can be linked.
VERSIONED = re.compile(r"^[a-z][a-z0-9_]*?_\d{1,3}_\d{1,3}_\d{1,3}_+[A-Za-z]")
_OWN = re.compile(r"(?:std|core|alloc|compiler_builtins|panic_\w+)\.")
# A file that a message names, or a member of it.
FILE = re.compile(r"[^\s:;,'`()]+\.(?:rlib|a|o|so[\d.]*)\b(?:\([^()]*\))?")
_IN_ARCHIVE = re.compile(r"(?P<member>[^\s;()]+):\([^()]*\) in archive (?P<file>[^\s;]+)")  # lld
_OTHER_SOURCE = re.compile(r"[\w+-]\.(?:c|cc|cpp|cxx|S|s|asm)\b(?=[:;)\s]|$)")


@asked_once
def rust_units(facts: Facts, platform: str) -> frozenset[tuple[str, str]]:
    """(file, member) of what rustc made among the objects given for the platform."""
    rows = facts.details[facts.details["kind"] == "comment"]
    rows = rows[rows["name"].str.startswith(_RUSTC).astype(bool)]
    told = {(r.file, r.member) for r in each(facts.of_platform(rows, platform))}
    own = each(facts.of_platform(facts.objects, platform))
    told |= {(o.file, o.member) for o in own if _RUSTC_FILE.search(f"{o.file} {o.member}")}
    return frozenset(told)


@asked_once
def names_of_c_parts(facts: Facts, platform: str) -> frozenset[str]:
    """The C names, none of a well-known library, that a link of cargo's misses: crates bring C and
    assembly of their own, which the environment's CFLAGS reach."""
    rows = facts.on(facts.link_errors, platform)
    rows = rows[rows["kind"] == "undefined"].dropna(subset=["symbol"])
    is_cargo = toolchain_of(facts, platform) in ("cargo", "cc") or "rust-lld" in set(rows["linker"])
    names = {name for name in rows["symbol"] if is_cargo or VERSIONED.match(name)}
    return frozenset(name for name in names if is_plain(name) and library_of(name) is None)


def places_in(text: str) -> list[str]:
    """The files that a message about two definitions names, each once, as `FILE` or
    `ARCHIVE(MEMBER)`; a plain object by its name alone: another folder may hold a copy."""
    archived = [f"{m['file']}({m['member']})" for m in _IN_ARCHIVE.finditer(text)]
    rest = [found[0] for found in FILE.finditer(_IN_ARCHIVE.sub(" ", text))]
    plain = [name if "(" in name or ".a" in name else PurePath(name).name for name in rest]
    return list(dict.fromkeys([*archived, *plain]))


def is_one_crate(facts: Facts, platform: str, text: str) -> bool:
    """Both sides are one unit of one crate, not of Rust's own, or define the same names: one
    object is there twice."""
    units = _UNIT.findall(text)
    if len(units) > 1 and len(set(units)) == 1 and not _OWN.match(units[0]):
        return True
    places = places_in(text)
    names = [_defined_by(facts, platform, place) for place in places if "(" not in place]
    return len(names) > 1 and len(names) == len(places) and len({*names}) == 1 and len(names[0]) > 1


def _defined_by(facts: Facts, platform: str, name: str) -> frozenset[str]:
    """What the plain object of that name defines for others; empty where it was not given."""
    rows = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    rows = rows[(rows["bind"] != "LOCAL") & (rows["member"] == "")]
    own = each(facts.of_platform(rows, platform))
    return frozenset(row.name for row in own if PurePath(row.file).name == name)


def are_of_rust(facts: Facts, platform: str, text: str) -> bool | None:
    """Whether each file that the message names is rustc's; None where that is not seen."""
    if len(set(_UNIT.findall(text))) > 1:
        return True
    if _OTHER_SOURCE.search(text):
        return False
    units = {(PurePath(f).name, m): (f, m) in rust_units(facts, platform) for f, m in _given(facts, platform)}  # fmt: skip
    told = [_is_of_rust(place, units) for place in places_in(text)]
    if False in told:
        return False
    return True if told and None not in told else None


def _given(facts: Facts, platform: str) -> list[tuple[str, str]]:
    own = facts.of_platform(facts.objects, platform)
    return list(zip(own["file"], own["member"], strict=True))


def _is_of_rust(place: str, units: dict[tuple[str, str], bool]) -> bool | None:
    file, _, member = place.rstrip(")").partition("(")
    if _RUSTC_FILE.search(place):
        return True
    return units.get((PurePath(file).name, member))
