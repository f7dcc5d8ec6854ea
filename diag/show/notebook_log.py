"""What the linkers said, and the lines of the log around what decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.show.frame_tables import df_link_errors
from diag.show.shown import Lines, Said, Shown, Tabled, said
from diag.show.text import counted, is_missing, listed

if TYPE_CHECKING:
    from diag.case import Case
    from diag.show.redact import Redactor
    from diag.verdict import Verdict

MAX_AROUND = 3  # places of a log that are shown with the lines around them
AROUND = 3  # lines before and after


def linker_shown(verdict: Verdict) -> Shown:
    """How much the linkers said, and the messages."""
    errors = verdict.link_errors
    if errors.empty:
        return said("No linker complains in what was given.")
    kinds = errors["kind"].astype("str").str.replace("_", " ").value_counts()
    told = listed(f"{number:,} {kind}" for kind, number in kinds.items())
    number = errors["symbol"].nunique()
    names = f"; {counted(number, 'name')}" if number else ""
    by = listed(errors["linker"].astype("str").unique())
    first = Said(f"{counted(len(errors), 'message')} of {by}: {told}{names}.")
    table = df_link_errors(errors).drop(columns=["linker", "references"])
    return Shown(first, Tabled(table, "told.case.link_errors"))


def log_shown(verdict: Verdict, case: Case, mask: Redactor) -> Shown:
    """The lines around what decides: those that the headline cites, else the linker's first."""
    cited = _cited_lines(verdict, {log.name for log in case.inputs.logs})
    if not case.logs:
        return said("No log was given, or none that could be read.")
    if not cited:
        return said("No line of the log is cited.")
    lines = case.log_lines
    named = verdict.headline.symbols if verdict.headline else ()
    symbols = [s for s in (*named, *verdict.link_errors["symbol"].dropna().head(1)) if s]
    places: dict[str, dict[int, str]] = {}
    for file, at, words in cited:
        places.setdefault(file, {})[at] = words
    return Shown(
        *(Lines(file, _around(lines, file, own, mask), symbols) for file, own in places.items())
    )


def _cited_lines(verdict: Verdict, logs: set[str]) -> list[tuple[str, int, str]]:
    """(log, line, words) of the first places cited, far enough from each other to be apart."""
    places: list[tuple[Any, Any, Any]]
    cited = verdict.headline.evidence if verdict.headline else ()
    places = [(item.file, item.line_no, item.text) for item in cited]
    first = verdict.link_errors.head(1)
    places += list(zip(first["file"], first["line_no"], first["detail_text"], strict=True))
    found: list[tuple[str, int, str]] = []
    for file, line, words in places:
        if file not in logs or is_missing(line):
            continue
        if all(file != other or abs(int(line) - at) > AROUND for other, at, _ in found):
            found.append((file, int(line), str(words)))
    return found[:MAX_AROUND]


def _around(
    lines: pd.DataFrame, file: str, places: Mapping[int, str], mask: Redactor
) -> tuple[tuple[int, str, str], ...]:
    """The lines around the places of one log, each once, as they stand."""
    own = lines.loc[lines["file"] == file, ["line_no", "text"]]
    near = [any(abs(int(n) - at) <= AROUND for at in places) for n in own["line_no"]]
    return tuple(
        (int(n), mask.text(str(text)), (places[int(n)] or " ") if int(n) in places else "")
        for n, text in own[near].itertuples(index=False, name=None)
    )
