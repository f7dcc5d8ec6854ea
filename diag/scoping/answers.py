"""What the flow and each shell answer for one call of a command, as words side by side."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from diag.probe import compare_flow_and_probe
from diag.schema import plain

NOT_CALLED, NOT_PROBED = "not called", "not probed"
SEPARATOR = " | "  # between the ways of a flow that keeps several

Call = tuple[int, int]  # run_no, command_no


@dataclass(frozen=True)
class Answers:
    """One call: the flow's ways, each shell's answer, and the shells that differ from the flow."""

    call: Call
    ways: tuple[Mapping[str, Any], ...]
    shells: Mapping[str, str]
    differing: frozenset[str]
    seen: Mapping[str, Any]  # a row of this call, for its line and words

    @property
    def flow(self) -> str:
        """The flow's answer; where it keeps several ways, each with its condition."""
        if len(self.ways) <= 1:
            return answer(self.ways[0]) if self.ways else NOT_CALLED
        told = [f"{answer(way)} (if {way['condition']})" for way in self.ways]
        return SEPARATOR.join(dict.fromkeys(told))

    @property
    def where(self) -> str:
        """`file:line` of the call."""
        return f"{self.seen['file']}:{self.seen['line_no']}"

    def first(self, column: str) -> Any:
        """The first of the ways that has a value there; None where none has."""
        return next((way[column] for way in self.ways if way[column] is not None), None)


def answer(row: Mapping[str, Any]) -> str:
    """The value that a command receives, or the word for why there is none."""
    return str(row["value"]) if row["status"] == "set" else str(row["status"])


def answers(
    flow: pd.DataFrame, probe: pd.DataFrame, shells: Sequence[str], asked: Container[str]
) -> Iterator[Answers]:
    """For each call of either side, in the order of the file.

    `flow` and `probe` hold the rows of one variable, one platform and one build. `shells` are to
    be told; `asked` are those that were probed. One that does not make the call, or that was not
    probed, does not agree.
    """
    differs = compare_flow_and_probe(flow, probe)
    differing = set(zip(differs["run_no"], differs["command_no"], differs["shell"], strict=True))
    ways, calls = _by_call(flow), _by_call(probe)
    for call in sorted({*ways, *calls}):
        told = {row["shell"]: answer(row) for row in calls.get(call, [])}
        yield Answers(
            call,
            tuple(ways.get(call, [])),
            {s: told.get(s, NOT_CALLED if s in asked else NOT_PROBED) for s in shells},
            frozenset(s for s in shells if s not in told or (*call, s) in differing),
            (ways.get(call) or calls[call])[0],
        )


def _by_call(frame: pd.DataFrame) -> dict[Call, list[dict[str, Any]]]:
    found: dict[Call, list[dict[str, Any]]] = {}
    for row in plain(frame).to_dict("records"):
        found.setdefault((row["run_no"], row["command_no"]), []).append(
            {str(column): value for column, value in row.items()}
        )
    return found
