"""Rows of the frame `env` put together for a reader: call by call, and in each call what is alike.

A frame has one row for each platform, shell, call, way and variable. Most of them say the same. A
reader asks where they differ: so a variable of a call has one `Entry` for each different outcome.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diag.show.text import is_missing

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[Any, Any]
Place = tuple[str, str]  # platform, shell ("" where nothing was executed)

MAX_JOINED = 8  # calls of one line that are looked at for one that is the same
_OPPOSITES = ((" holds", " does not hold"), (" succeeds", " fails"), (" is set", " is not set"))
_REASON = re.compile(r"(?:^|; )(?=depends on )")


@dataclass(frozen=True)
class Outcome:
    """What a command receives of one variable; `reason`: what an unknown value hangs on."""

    status: str
    value: str
    reason: str
    lost_by: str
    lost_at: str


@dataclass(frozen=True)
class Entry:
    """One outcome: where it is met, the lines it came through there, and on which ways.

    `conditions` are of the ways with this outcome, none where all ways have it; `n_ways` is their
    greatest number on one platform.
    """

    outcome: Outcome
    through: Mapping[Place, tuple[str, ...]]
    conditions: tuple[str, ...]
    n_ways: int


@dataclass(frozen=True)
class Variable:
    """One variable of a call; `is_differing` between platforms or shells, not by its lines."""

    name: str
    entries: tuple[Entry, ...]
    is_differing: bool

    @property
    def is_plain_unset(self) -> bool:
        """Nobody sets it and nothing loses it, anywhere."""
        return all(e.outcome.status == "unset" and not e.outcome.lost_by for e in self.entries)


@dataclass(frozen=True)
class Call:
    """One call of the file on all platforms; `argv`: its words on each; `condition`: what must
    hold for it to be called at all, or why it is not known what is. `command_no` is the greatest
    that it has on a platform: what only some platforms call stands before what all call then.
    """

    run_no: int
    command_no: int
    line_no: int
    stage: str
    argv: Mapping[Place, str]
    condition: str
    variables: tuple[Variable, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Platforms and shells on which it is called."""
        return tuple(self.argv)

    @property
    def texts(self) -> tuple[str, ...]:
        """Its words, each wording once."""
        return tuple(dict.fromkeys(self.argv.values()))


def calls(env: pd.DataFrame) -> list[Call]:
    """The calls of an `env` frame, in the order of the file; the same one on each platform once.

    Platforms meet by RUN, line, command and words, else by how often that line called it before.
    """
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in env.to_dict("records"):
        found[row["run_no"], row["line_no"], row["command"]].append(row)
    grouped = {
        (*where, key): own for where, rows in found.items() for key, own in _met(rows).items()
    }
    made = [_call(rows) for rows in _joined(grouped)]
    return sorted(made, key=lambda call: (call.run_no, call.command_no, call.line_no))


def _met(rows: list[Row]) -> dict[Any, list[Row]]:
    """The calls of one line: those of the same words everywhere by their words, others in turn.

    One number may be two calls on two ways, so that words count as well as numbers.
    """
    by_place: dict[Place, dict[tuple[int, str], list[Row]]] = defaultdict(dict)
    for row in rows:
        call = int(row["command_no"]), str(row["argv_text"])
        by_place[place_of(row)].setdefault(call, []).append(row)
    everywhere = set.intersection(*({text for _, text in own} for own in by_place.values()))
    met: dict[Any, list[Row]] = defaultdict(list)
    for own in by_place.values():
        turns: dict[str, int] = defaultdict(int)
        for (_, text), its_rows in own.items():
            key = text if text in everywhere else ""
            met[key, turns[key]] += its_rows
            turns[key] += 1
    return met


def _joined(found: Mapping[Any, list[Row]]) -> list[list[Row]]:
    """One call that has another number on each of its ways is one: those numbers count what the
    ways called before it, and no two of these ways can hold together."""
    joined: dict[Any, list[list[Row]]] = defaultdict(list)
    for (*where, _), rows in found.items():
        texts = frozenset(str(row["argv_text"]) for row in rows)
        groups = joined[(*where, texts)]
        fitting = (group for group in groups[-MAX_JOINED:] if _are_apart(group, rows))
        group = next(fitting, None)
        if group is None:
            groups.append(list(rows))
        else:
            group += rows
    return [group for groups in joined.values() for group in groups]


def _are_apart(some: list[Row], others: list[Row]) -> bool:
    """Whether the ways of one group exclude those of the other, wherever both are called."""
    for place in {place_of(row) for row in some}:
        mine = {split_condition(row)[0] for row in some if place_of(row) == place}
        theirs = {split_condition(row)[0] for row in others if place_of(row) == place}
        if not all(_exclude(one, other) for one in mine for other in theirs):
            return False
    return True


def _exclude(one: str, other: str) -> bool:
    """Whether one condition has a part of which the other has the opposite."""
    parts = set(other.split("; "))
    return any(
        part.removesuffix(yes) + no in parts or part.removesuffix(no) + yes in parts
        for part in one.split("; ")
        for yes, no in _OPPOSITES
        if part.endswith((yes, no))
    )


def place_of(row: Row) -> Place:
    return str(row["platform"]), str(row.get("shell", ""))


def outcome_of(row: Row) -> Outcome:
    """What the row says that the command receives."""
    return Outcome(
        str(row["status"]), _text(row["value"]), split_condition(row)[1],
        _text(row["lost_by"]), _text(row["lost_at"]),
    )  # fmt: skip


def split_condition(row: Row) -> tuple[str, str]:
    """What must hold on this way, and what the value hangs on where it is unknown."""
    text = _text(row["condition"])
    found = _REASON.search(text) if row["status"] == "unknown" else None
    return (text[: found.start()], text[found.end() :]) if found else (text, "")


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value)


def _call(rows: list[Row]) -> Call:
    first = rows[0]
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_name[str(row["name"])].append(row)
    return Call(
        int(first["run_no"]), max(int(row["command_no"]) for row in rows), int(first["line_no"]),
        str(first["stage"]), {place_of(row): str(row["argv_text"]) for row in rows},
        _condition_of(rows), tuple(_variable(name, own) for name, own in by_name.items()),
    )  # fmt: skip


def _condition_of(rows: list[Row]) -> str:
    """What holds on every way of the call; of platforms that differ in it, platform by platform."""
    texts: dict[Place, set[str]] = defaultdict(set)
    for row in rows:
        texts[place_of(row)].add(split_condition(row)[0])
    common = {text.pop() if len(text) == 1 else "" for text in map(set, texts.values())}
    if len(common) == 1:
        return common.pop()
    return "; ".join(
        f"on {' '.join(filter(None, place))} {next(iter(found))}"
        for place, found in texts.items()
        if len(found) == 1 and found != {""}
    )


def _variable(name: str, rows: list[Row]) -> Variable:
    ways: dict[Place, dict[Outcome, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        ways[place_of(row)][outcome_of(row)].append(row)
    met: dict[tuple[Outcome, tuple[str, ...]], dict[Place, list[Row]]] = defaultdict(dict)
    for place, outcomes in ways.items():
        for outcome, own in outcomes.items():
            met[outcome, _conditions(own) if len(outcomes) > 1 else ()][place] = own
    entries = tuple(_entry(*key, places) for key, places in met.items())
    seen = {frozenset(_weighed(outcome) for outcome in outcomes) for outcomes in ways.values()}
    return Variable(name, entries, len(seen) > 1)


def _entry(outcome: Outcome, conditions: tuple[str, ...], places: dict[Place, list[Row]]) -> Entry:
    through = {place: _all_through(rows) for place, rows in places.items()}
    return Entry(outcome, through, conditions, max(map(len, places.values())))


def _all_through(rows: list[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(way for row in rows for way in row["came_through"]))


def _conditions(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(split_condition(row)[0] for row in rows))


def _weighed(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.status, outcome.value, outcome.lost_by
