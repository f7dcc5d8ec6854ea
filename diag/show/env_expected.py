"""What `--expect VAR=VALUE` says in a CI log: who does not receive it, and the line that loses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from diag.platforms import display_order
from diag.show.env_cells import short_place, wording
from diag.show.env_groups import Call, Entry, Outcome, Place, calls
from diag.show.env_values import fit
from diag.show.loss_words import LOSSES, origin_of
from diag.show.redact import Redactor
from diag.show.text import listed, printable

if TYPE_CHECKING:
    import pandas as pd

MAX_VALUE = 160  # characters of a value in a line of a log
MAX_CALL = 60


def unexpected(env: pd.DataFrame, name: str, value: str, mask: Redactor) -> list[str]:
    """Two lines for each call that receives something else than `value` in the variable `name`:
    who receives what, and where the value is lost, set, or not known.

    Unknown is not as expected; neither is unset where an empty value is asked for.
    """
    rows = env[env["name"] == name]
    if rows.empty:
        return [f"{name}: no call shown has this variable"]
    file = str(rows["file"].iloc[0])
    told = []
    for call in calls(rows):
        for entry in call.variables[0].entries:
            if not _is_expected(entry.outcome, value):
                hidden = _masked(entry, name, mask), mask.value(name, value)
                told += [_said(file, call, name, *hidden, places) for places in _places(entry)]
    return [mask.text(text) for text in told]


def _masked(entry: Entry, name: str, mask: Redactor) -> Entry:
    """Compared as it is, and told without a secret."""
    value = mask.value(name, entry.outcome.value)
    return replace(entry, outcome=replace(entry.outcome, value=value))


def _is_expected(outcome: Outcome, value: str) -> bool:
    return outcome.status in ("set", "empty") and outcome.value == value


def _places(entry: Entry) -> Iterator[list[Place]]:
    """Platforms whose value came through the same lines, together."""
    for lines in dict.fromkeys(entry.through.values()):
        yield [place for place, own in entry.through.items() if own == lines]


def _said(
    file: str, call: Call, name: str, entry: Entry, expected: str, places: list[Place]
) -> str:
    words = " ".join(printable(wording(call)).split()) or "what is not followed"
    words = words if len(words) <= MAX_CALL else words[: MAX_CALL - 1] + "…"
    where = listed(display_order({platform for platform, _ in places}))
    shells = listed(dict.fromkeys(shell for _, shell in places if shell))
    head = f"{file}:{call.line_no}: `{words}` on {where}{f' in {shells}' if shells else ''}"
    ways = [text for text in entry.conditions if text]
    on = f" (where {printable(ways[0])})" if ways else ""
    why = _why(file, name, call, entry, places)
    return f"{head} {_received(name, entry.outcome, expected)}{on}\n  {why}"


def _received(name: str, outcome: Outcome, expected: str) -> str:
    values = [expected, outcome.value] if outcome.status == "set" else [expected]
    if outcome.status == "set" and outcome.value == expected:  # since they were masked
        return f"receives another {name} than is expected; both are masked"
    shown = [fitted.text for fitted in fit(values, MAX_VALUE)]
    wanted = f"expected {shown[0]}" if expected else "expected it empty"
    words = {
        "set": f"receives {name} = {shown[-1]}; {wanted}",
        "empty": f"receives {name} empty; {wanted}",
        "unset": f"receives no {name} (unset); {wanted}",
        "unknown": f"receives a value of {name} that is not known; {wanted}",
    }
    return words[outcome.status]


def _why(file: str, name: str, call: Call, entry: Entry, places: list[Place]) -> str:
    """The line that loses the value, or else those that set it."""
    outcome, through = entry.outcome, entry.through[places[0]]
    lines = [short_place(place, file) for place in through]
    if outcome.lost_by:
        origin = origin_of(through, outcome.lost_at)
        line = outcome.lost_at.rpartition(":")[2] or "?"
        loss = LOSSES[outcome.lost_by].said(name, line, origin)
        at = outcome.lost_at or file
        return f"{at}: lost here ({outcome.lost_by}): {loss.reason}; fix: {loss.fix}"
    if outcome.status == "unknown":
        reason = printable(outcome.reason or call.condition) or "it is not followed that far"
        return f"unknown counts as a failure: {reason}"
    if places[0][1]:
        return "executed: `diag env --explain` tells through which lines"
    return f"set at {file}{', '.join(lines)}" if lines else f"no line before it sets {name}"
