"""Verdicts and frames in a terminal: read at three in the morning, at 80 columns and at 160.

Everything is built from `Text` objects: no text of a log is ever taken for markup. On a pipe
there is neither colour nor a cut: rich sees that for itself.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.show.frame_tables import df_errors
from diag.show.grid import frame_table
from diag.show.sentences import (
    RESULT_WORDS,
    grouped,
    headline,
    outcome_words,
    platform_sentence,
    what_is_missing,
    what_to_do,
)
from diag.show.sentences import Group as Findings
from diag.show.tables import STATUS_WORDS, df_changes, df_platforms
from diag.show.text import as_text, counted, deciding_spans, focus, listed

if TYPE_CHECKING:
    from diag.case import Case
    from diag.causes.model import Evidence, Finding
    from diag.compare import Comparison
    from diag.verdict import Verdict

PIPE_WIDTH = 120  # where there is no terminal to ask
MIN_EXCERPT = 44  # columns that an excerpt needs beside its place; else it stands below
MAX_EVIDENCE = 4  # of one explanation on the screen; JSON and HTML hold all
STYLES = {
    "supported": "bold red",
    "refuted": "green",
    "untestable": "yellow",
    "no_failure": "bold green",
    "explained": "bold red",
    "undecided": "bold yellow",
    "cured": "bold green",
}
_SECTION = "bold underline"
_MARKED = "bold"


def console_for(stream: IO[str] | None = None, *, width: int | None = None) -> Console:
    """A console on that stream (standard output): width of the terminal, or PIPE_WIDTH."""
    console = Console(file=stream, highlight=False, soft_wrap=False, width=width)
    if width is None and not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = PIPE_WIDTH
    return console


def as_plain_text(shown: RenderableType, *, width: int = PIPE_WIDTH) -> str:
    """The same as lines of plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(shown)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def verdict_screen(verdict: Verdict, case: Case | None = None) -> RenderableType:
    """Headline, what to do, platforms, the differential, what is missing, what was unreadable."""
    return Group(*_spaced(_verdict_parts(verdict, case)))


def _verdict_parts(verdict: Verdict, case: Case | None) -> Iterator[RenderableType]:
    yield _head(verdict)
    steps = what_to_do(verdict)
    if steps:
        yield _section("What to do", _numbered(steps))
    if len(verdict.outcomes):
        yield _section("Platforms", frame_table(df_platforms(verdict, case)))
    if verdict.findings:
        told = [_explanation(group) for group in grouped(verdict.findings)]
        yield _section("Explanations, and what the evidence says of each", Group(*_spaced(told)))
    wanted = what_is_missing(verdict)
    if wanted:
        yield _section("What is missing", Group(*_spaced(map(_missing, wanted))))
    if len(verdict.errors):
        yield _section("What could not be read", frame_table(df_errors(verdict.errors)))


def _head(verdict: Verdict) -> RenderableType:
    style = STYLES[verdict.outcome]
    word = Text(f" {outcome_words(verdict).upper()} ", style=f"{style} reverse")
    if verdict.title:
        word.append(f"  {as_text(verdict.title)}", style="not reverse not bold default")
    said = Text(as_text(headline(verdict)), style="bold")
    lines: list[RenderableType] = [word, Text(), said]
    if verdict.outcome == "explained":
        lines.append(Text(as_text(platform_sentence(verdict))))
    return Group(*lines)


def _explanation(group: Findings) -> RenderableType:
    """Two columns: the status, and under the name of the explanation its claim and evidence."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=max(map(len, STATUS_WORDS.values())), no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    finding = group.first
    status = Text(STATUS_WORDS[finding.status], style=STYLES[finding.status])
    name = Text(finding.cause, style="bold")
    if finding.role != "cause":
        name.append(f" ({finding.role})", style="not bold")
    place = listed(group.platforms)
    if place:
        name.append(f"  {place}", style="not bold cyan")
    grid.add_row(status, Group(name, Text(as_text(finding.claim)), *_evidence_of(group)))
    return grid


def _evidence_of(group: Findings) -> list[RenderableType]:
    seen = list(dict.fromkeys(item for finding in group.findings for item in finding.evidence))
    shown: list[RenderableType] = [
        _Excerpt(item, group.symbols) for item in _one_each(group, seen)[:MAX_EVIDENCE]
    ]
    if len(seen) > MAX_EVIDENCE:
        shown.append(Text(f"  + {counted(len(seen) - MAX_EVIDENCE, 'further place')}", "dim"))
    if not seen and group.first.missing:
        shown.append(Text(f"  needs {listed(m.artefact for m in group.first.missing)}", "dim"))
    return shown


def _one_each(group: Findings, seen: list[Evidence]) -> list[Evidence]:
    """The first evidence of each finding before the second of any."""
    firsts = [finding.evidence[0] for finding in group.findings if finding.evidence]
    return list(dict.fromkeys([*firsts, *seen])) if len(group.findings) > 1 else seen


class _Excerpt:
    """One place of evidence in at most two lines of text: `file:line  …text…`."""

    def __init__(self, item: Evidence, symbols: Iterable[str]) -> None:
        self.item, self.symbols = item, tuple(symbols)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        place = Text(as_text(self.item.place), style="dim", overflow="fold")
        beside = options.max_width - len(place) - 4
        if beside >= MIN_EXCERPT:
            row = Table.grid(padding=(0, 2, 0, 0))
            row.add_column(no_wrap=True)
            row.add_column(width=beside, overflow="fold")
            row.add_row(place, self._text(beside))
            yield Padding(row, (0, 0, 0, 2))
        else:
            yield Padding(place, (0, 0, 0, 2))
            yield Padding(self._text(options.max_width - 4), (0, 0, 0, 4))

    def _text(self, width: int) -> Text:
        shown = marked(focus(self.item.text, 2 * width - width // 6, self.symbols), self.symbols)
        shown.overflow = "fold"
        return shown


def marked(text: str, words: Iterable[str | None] = ()) -> Text:
    """The text with the words that decide in bold."""
    shown = Text(text)
    for start, end in deciding_spans(text, words):
        shown.stylize(_MARKED, start, end)
    return shown


def _missing(wanted: Any) -> RenderableType:
    missing = wanted.missing
    lines = [Text(as_text(missing.artefact), style="bold")]
    lines[0].append(f": {as_text(missing.why)}", style="not bold")
    lines.append(Text(f"decides {listed(wanted.causes)}", style="dim"))
    commands = [Text(f"$ {as_text(command)}", style="cyan") for command in missing.how]
    return Group(*lines, *(Padding(command, (0, 0, 0, 2)) for command in commands))


def finding_screen(finding: Finding) -> RenderableType:
    """One finding: status, claim, evidence."""
    return _explanation(Findings((finding,)))


def comparison_screen(comparison: Comparison) -> RenderableType:
    """What a change did: result, then platform by platform, then where it is seen."""
    style = STYLES.get(comparison.result, "bold red")
    head = Text(f" {comparison.result.upper()} ", style=f"{style} reverse")
    by = f" (by {comparison.by})" if comparison.by else ""
    head.append(f"  {RESULT_WORDS[comparison.result]}{by}", style="not reverse not bold default")
    parts: list[RenderableType] = [head, frame_table(df_changes(comparison))]
    if comparison.evidence:
        symbols = [change.symbol for change in comparison.platforms if change.symbol]
        told = [_Excerpt(item, symbols) for item in comparison.evidence]
        parts.append(_section("Where it is seen", Group(*told)))
    return Group(*_spaced(parts))


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(title, style=_SECTION), Padding(body, (0, 0, 0, 2)))


def _numbered(items: Iterable[str]) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for number, item in enumerate(items, 1):
        grid.add_row(Text(f"{number}."), Text(as_text(item)))
    return grid


def _spaced(parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """The parts with an empty line between."""
    for number, part in enumerate(parts):
        if number:
            yield Text()
        yield part
