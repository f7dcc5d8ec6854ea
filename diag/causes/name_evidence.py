"""What the causes about names share: near definitions, what was read, one finding for many names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol, clip, objects_missing
from diag.causes.link_inputs import (
    command_evidence,
    command_missing,
    link_command,
    other_inputs_missing,
    unread_inputs,
)
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.once import asked_once
from diag.causes.toolchain import toolchain_of
from diag.schema import each

MAX_EVIDENCE = 8  # rows of one finding, however many names it is about
MAX_JUDGED = 2_000  # names of one build that these causes look at


@dataclass(frozen=True)
class Judged:
    """What one name comes to: a status, what shows it, what would decide."""

    symbol: Symbol
    status: Status
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Missing, ...] = ()
    claim: str = ""


Judge = Callable[[Facts, Symbol], "Judged | None"]


def cause_of_names(
    id: str, family: str, judge: Judge, *,
    names: Callable[[Facts], Iterable[Symbol]] | None = None,
    telling: tuple[str, ...] = (), yields_to: tuple[str, ...] = (),
) -> Cause:  # fmt: skip
    """A judge of one name as a cause: one finding for each platform and status, about the first
    name, with the others covered by it. `names`: those looked at, if not `open_names`."""

    def judge_all(facts: Facts) -> Iterator[Finding]:
        groups: dict[tuple[str, Status], list[Judged]] = {}
        for symbol in (names or open_names)(facts):
            judged = judge(facts, symbol)
            if judged:
                groups.setdefault((symbol.platform, judged.status), []).append(judged)
        for (platform, _), found in groups.items():
            yield _finding(cause, found, toolchain_of(facts, platform))

    cause = Cause(id, family, "cause", judge_all, telling, yields_to)
    return cause


def _finding(cause: Cause, found: list[Judged], toolchain: str) -> Finding:
    first, rest = found[0], found[1:]
    share = max(MAX_EVIDENCE // len(found), 1)
    evidence = [item for one in found for item in one.evidence[: share if rest else None]]
    claim = first.claim or cause.texts.claim
    if rest:
        noun = "other name" if len(rest) == 1 else "other names"
        claim = f"{claim.rstrip('.')}; likewise {len(rest)} {noun}."
    missing = tuple(dict.fromkeys(item for one in found for item in one.missing))
    return cause.finding(
        first.status,
        first.symbol,
        tuple(dict.fromkeys(evidence))[:MAX_EVIDENCE],
        missing[:2],
        toolchain=toolchain,
        claim=claim,
        covers=tuple(one.symbol.name for one in rest),
    )


@asked_once
def open_names(facts: Facts) -> tuple[Symbol, ...]:
    """What links want and nothing given defines for them; MAX_JUDGED at most."""
    wanted = facts.wanted[:MAX_JUDGED]
    return tuple(s for s in wanted if facts.definitions(s).empty)


def near_of(facts: Facts, symbol: Symbol) -> list[Any]:
    """Rows of `near` for the symbol on its platform, each name once."""
    return list(_near_rows(facts).get((symbol.platform, symbol.name), {}).values())


@asked_once
def _near_rows(facts: Facts) -> dict[tuple[str, str], dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for row in each(facts.near):
        rows.setdefault((row.platform, row.wanted), {}).setdefault(row.name, row)
    return rows


def errors_of(facts: Facts, symbol: Symbol) -> list[Any]:
    """The linker's messages about the symbol: at most MAX_EVIDENCE rows of `link_errors`."""
    return list(_error_rows(facts).get((symbol.platform, symbol.name), ()))


@asked_once
def _error_rows(facts: Facts) -> dict[tuple[str, str], list[Any]]:
    only = facts.platforms[0] if len(facts.platforms) == 1 else ""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in each(facts.link_errors.dropna(subset=["symbol"])):
        platform = row.platform if isinstance(row.platform, str) and row.platform else only
        rows = found.setdefault((platform, row.symbol), [])
        if len(rows) < MAX_EVIDENCE:
            rows.append(row)
    return found


def told_in_log(facts: Facts, symbol: Symbol) -> tuple[Evidence, ...]:
    """The log line that first names the symbol as undefined; else a member that wants it."""
    rows = [row for row in errors_of(facts, symbol) if row.kind == "undefined"]
    if rows:
        return (Evidence.of_row(rows[0], rows[0].detail_text),)
    return facts.reference_evidence(symbol)[:1]


def defined_near(row: Any, how: str = "") -> Evidence:
    """A near definition as evidence: member and raw name, and how people write it."""
    text = f" ({row.text})" if row.text != row.name else ""
    place = row.member or "the file itself"
    return Evidence(row.file, None, clip(f"{place} defines {row.name}{text}{how}"))


def absent(facts: Facts, symbol: Symbol) -> tuple[tuple[Evidence, ...], tuple[Missing, ...]]:
    """(that all inputs of the symbol's link were read, ()) or ((), what was not read)."""
    if not facts.has_objects(symbol.platform):
        return (), (objects_missing(symbol.platform),)
    if has_bytecode(facts, symbol.platform):
        how = ("build once without -flto (gcc: -fno-lto; cargo: CARGO_PROFILE_RELEASE_LTO=off)",)
        why = "some objects hold LTO bytecode, whose definitions are not in their symbol tables"
        return (), (Missing(f"objects of {symbol.platform} without LTO", why, how),)
    command = link_command(facts, symbol)
    if command is None or command.is_shortened:
        return (), (command_missing(symbol),)
    if unread_inputs(facts, command):
        return (), (other_inputs_missing(facts, symbol, command),)
    what = f"all inputs of the link were read, none defines {symbol.name}"
    return (command_evidence(command, what),), ()


def lines_that_make(facts: Facts, platform: str, names: Sequence[str]) -> pd.DataFrame:
    """The log lines that name one of these objects as what is made: `-o base.o`, `/base.o`."""
    literals = [f"{before}{name}" for name in names[:MAX_EVIDENCE] for before in ("-o ", "/")]
    return facts.on(facts.lines_with(literals), platform).head(200)


def has_bytecode(facts: Facts, platform: str) -> bool:
    """Whether an object given for the platform holds LTO bytecode and no code."""
    own = facts.of_platform(facts.objects, platform)
    return bool(own["is_lto"].any())


def source_missing(symbol: Symbol, why: str, pattern: str) -> Missing:
    """The artefact: the declaration and its definition in the sources."""
    return Missing(f"the sources that declare {symbol.name}", why, (f"git grep -n {pattern}",))


def symbol_text(facts: Facts, symbol: Symbol) -> str:
    """The symbol demangled, as the log has it or as the frames have."""
    return str(_texts(facts).get(symbol.name, symbol.name))


@asked_once
def _texts(facts: Facts) -> dict[str, str]:
    errors = facts.link_errors.dropna(subset=["symbol", "demangled"])
    return dict(zip(errors["symbol"], errors["demangled"], strict=True))
