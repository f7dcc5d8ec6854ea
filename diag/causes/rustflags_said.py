"""Family B: flags that name a library, and others in the same log that cargo prefers to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.link_inputs import command_evidence, link_command
from diag.causes.model import Evidence
from diag.causes.name_evidence import MAX_JUDGED, told_in_log
from diag.causes.name_parts import is_plain
from diag.causes.native_libraries import answering, asks_by_flags, libraries_of
from diag.causes.once import asked_once
from diag.platforms import BY_NAME
from diag.schema import each

MAX_LINE = 8000  # characters of a line that are looked at
_ASSIGNED = re.compile(
    r"(?<![\w$])(?P<name>CARGO_ENCODED_RUSTFLAGS|RUSTFLAGS|CARGO_TARGET_[A-Z0-9_]+_RUSTFLAGS|CARGO_BUILD_RUSTFLAGS)"
    r"=(?P<value>\"[^\"]*\"|'[^']*'|[^\s;&|\"']*)"
)
# What runs rustc. A value that a shell would still compute is not known, and `unset` undoes any.
_CARGO = re.compile(
    r"(?:^|[\s/])cargo (?:\+\S+ )?(?:b|bench|build|c|check|install|r|run|rustc|t|test)\b"
)
_UNKNOWN = re.compile(r"[$`]")
_UNDONE = re.compile(r"\bunset\b|\benv -u\b")
_FILE = re.compile(
    r"(?:\\[nt]|\b)rustflags\s*=.*\bconfig(?:\.toml)?\b"
)  # a `printf` writes \n before it


@dataclass(frozen=True)
class Outranked:
    """The line that asks for the library, and the cargo command whose flags cargo takes instead."""

    asked: Evidence
    winner: Evidence


def outranked_on(facts: Facts, platform: str) -> Iterator[tuple[Symbol, tuple[Evidence, ...]]]:
    """Each C name that Rust code wants, a library given defines, and flags of lower rank ask for."""
    if not facts.has_objects(platform):
        return  # nothing shows a library that defines the name
    for symbol in facts.wanted[:MAX_JUDGED]:
        if symbol.platform != platform or not is_plain(symbol.name):
            continue
        if not len(facts.definitions(symbol)) or _cargo_of(facts, platform) is None:
            continue  # before all lines are searched, and each name is looked at
        defined = answering(facts, symbol)
        command = link_command(facts, symbol)
        stems = libraries_of(defined, command)
        if command is None or not stems:
            continue
        found = _outranked(facts, symbol, stems)
        if found is not None:
            text = f"no library argument names {' or '.join(sorted(stems))}"
            shown = command_evidence(command, text)
            yield symbol, (found.asked, found.winner, shown, *told_in_log(facts, symbol))


@asked_once
def _flags_said(facts: Facts, platform: str) -> list[Any]:
    """The lines of the log that speak of RUSTFLAGS, in order."""
    rows = facts.on(facts.lines_with(("rustflags", "RUSTFLAGS")), platform)
    return list(each(rows))


def _cargo_of(facts: Facts, platform: str) -> Any | None:
    """The last cargo command among them."""
    said = reversed(_flags_said(facts, platform))
    return next((r for r in said if _CARGO.search(r.text[:MAX_LINE])), None)


def _outranked(facts: Facts, symbol: Symbol, stems: set[str]) -> Outranked | None:
    """The last cargo command of the log, where its flags win over flags that ask for the library."""
    rows, row = _flags_said(facts, symbol.platform), _cargo_of(facts, symbol.platform)
    if row is None or _UNDONE.search(row.text):
        return None
    assigned = {m["name"]: m["value"] for m in _ASSIGNED.finditer(row.text[:MAX_LINE])}
    first = min(assigned, key=_rank, default="")
    if not first or _UNKNOWN.search(assigned[first]) or _names_any(assigned[first], stems):
        return None
    for name, value in assigned.items():
        if _rank(name) > _rank(first) and _names_any(value, stems) and _is_of(name, symbol):
            text = f"{name} asks for the library, and {first} outranks it: {row.text}"
            line = Evidence.of_row(row, text)
            return Outranked(line, _winner(row, first))
    if _rank(first) > 2:
        return None  # a file's flags of one table are joined with the variable of the same rank
    asked = next((r for r in rows if _is_file_of(r, row, stems)), None)
    return None if asked is None else Outranked(Evidence.of_row(asked), _winner(row, first))


def _rank(name: str) -> int:
    """Cargo takes the first that exists: the Cargo Book, `build.rustflags`."""
    order = {"CARGO_ENCODED_RUSTFLAGS": 1, "RUSTFLAGS": 2, "CARGO_BUILD_RUSTFLAGS": 4}
    return order.get(name, 3)


def _is_of(name: str, symbol: Symbol) -> bool:
    """A variable of one target is for the platform that is built; another's is lost otherwise."""
    if _rank(name) != 3:
        return True
    platform = BY_NAME.get(symbol.platform)
    targets = platform.rust_targets if platform else ()
    own = {f"CARGO_TARGET_{t.upper().replace('-', '_')}_RUSTFLAGS" for t in targets}
    return name in own


def _is_file_of(row: Any, command: Any, stems: set[str]) -> bool:
    """A line before the command that writes the flags into a configuration file of cargo."""
    is_before = row.file == command.file and row.line_no < command.line_no
    return is_before and bool(_FILE.search(row.text[:MAX_LINE])) and _names_any(row.text, stems)


def _names_any(text: str, stems: set[str]) -> bool:
    return asks_by_flags(text[:MAX_LINE], stems)


def _winner(row: Any, name: str) -> Evidence:
    text = f"cargo takes {name} and nothing of lower rank: {row.text}"
    return Evidence.of_row(row, text)
