"""Cells of the table of what commands receive: which platforms, what, how lost, on which ways."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from rich.text import Text

from diag.platforms import BUILDER_IS, display_order
from diag.show.env_groups import Call, Entry, Outcome, Variable
from diag.show.env_values import Fitted
from diag.show.text import printable

DIFFERS, LOST = "≠", "✘"
MAX_CONDITIONS = 2
STATUS_WORDS = {"unset": "(unset)", "empty": "(empty)", "unknown": "(unknown)"}
STYLES = {"unset": "red", "unknown": "yellow", "empty": "yellow"}


def wording(call: Call) -> str:
    """Its words; where they differ, those at the beginning that do not."""
    if len(call.texts) == 1:
        return call.texts[0]
    side_by_side = zip(*(text.split() for text in call.texts), strict=False)
    alike = takewhile(lambda words: len(set(words)) == 1, side_by_side)
    return " ".join([*(words[0] for words in alike), "…"])


def condition_said(call: Call) -> str:
    """What must hold for the call, why it is not reached, or why it is not known what is called."""
    text = printable(call.condition)
    if not text:
        return ""
    if text.startswith("the build stops before"):
        return f"not reached: {text}"
    if text.startswith(BUILDER_IS):
        return f"taken for granted: {text}"
    return f"{'only if' if wording(call) else 'since'} {text}"


def argv_variable(call: Call) -> list[Variable]:
    """The words of the call as a row, where platforms differ in them."""
    if len(call.texts) < 2:
        return []
    entries = [
        Entry(Outcome("set", text, "", "", ""), {p: () for p, t in call.argv.items() if t == text}, (), 1)
        for text in call.texts
    ]  # fmt: skip
    return [Variable("(its words)", tuple(entries), True)]


def platforms_of(entry: Entry) -> list[str]:
    return display_order({platform for platform, _ in entry.through})


def shells_of(entry: Entry, platform: str) -> set[str]:
    return {shell for p, shell in entry.through if p == platform}


def shells_in(variable: Variable, platform: str) -> set[str]:
    return set().union(*(shells_of(entry, platform) for entry in variable.entries))


def is_stacked(entry: Entry) -> bool:
    """Whether platforms have their lines apart: a value that each got from a line of its own."""
    return len(set(entry.through.values())) > 1


def lines_of(entry: Entry, platform: str, file: str) -> str:
    ways = dict.fromkeys(w for (p, _), ways in entry.through.items() if p == platform for w in ways)
    return ", ".join(short_place(way, file) for way in ways)


def short_place(place: str, file: str) -> str:
    """`:7` for a line of the file that is named above; the whole place of another."""
    own, _, line = place.rpartition(":")
    return f":{line}" if own == file else place


def cell_of(entry: Entry, fitted: Mapping[str, Fitted], file: str) -> Text:
    """Value or status, then how it was lost, what it hangs on, and on which ways it is so."""
    outcome = entry.outcome
    if outcome.status == "set":
        shown = fitted[outcome.value]
        cell = Text(shown.text)
        cell.stylize("bold yellow", shown.start, shown.end)
    else:
        cell = Text(STATUS_WORDS[outcome.status], style=STYLES[outcome.status])
    if outcome.lost_by:
        at = f" at {short_place(outcome.lost_at, file)}" if outcome.lost_at else ""
        gap = "\n" if outcome.status == "set" else "  "
        cell.append(f"{gap}{LOST} {outcome.lost_by}{at}", style="not bold red")
    if outcome.reason:
        cell.append(f"  {printable(outcome.reason)}", style="not bold default")
    for line in ways_said(entry):
        cell.append(f"\n{line}", style="not bold dim default")
    return cell


def ways_said(entry: Entry) -> list[str]:
    told = [f"if {printable(text)}" for text in entry.conditions[:MAX_CONDITIONS] if text]
    left = len(entry.conditions) - len(told)
    if told and left > 0:
        told.append(f"or on {left} more of its ways")
    if entry.outcome.status == "unknown" and not entry.conditions and entry.n_ways > 1:
        told.append(f"on each of {entry.n_ways} ways")
    return told
