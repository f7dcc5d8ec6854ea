"""Verdicts and frames in a terminal: read at three in the morning, at 80 columns and at 160.

The order is that of need: what it is, what shows it, what to do; then what would decide the rest,
and last what is put aside. On a pipe there is neither colour nor a cut: rich sees that for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.show.comparison_words import changed_symbols, found_words, places, result_words
from diag.show.complaints import Complaint
from diag.show.console import as_plain_text, console_for
from diag.show.deciding import Deciding, Refuted, own_evidence
from diag.show.grid import frame_table
from diag.show.outline import outline, told_before
from diag.show.screen_parts import Entries, Excerpt, Steps, marked, numbered, section, spaced
from diag.show.sentences import Group as Findings
from diag.show.sentences import (
    headline,
    outcome_words,
    platform_sentence,
)
from diag.show.tables import STATUS_WORDS, df_changes
from diag.show.text import as_text, counted, listed

if TYPE_CHECKING:
    from diag.case import Case
    from diag.causes.model import Evidence, Finding
    from diag.compare import Comparison
    from diag.verdict import Verdict

__all__ = ["as_plain_text", "comparison_screen", "console_for", "finding_screen", "marked"]

BESIDE = 64  # columns from which an explanation stands beside its status, not below
MAX_EVIDENCE = 4  # of one explanation on the screen; JSON and HTML hold all
MAX_GROUPS = 20  # explanations that hold: with hundreds of symbols the first ones tell enough
MAX_OPEN = 12  # explanations shown below one artefact
MAX_OWN = 2  # places of an explanation that is open or refuted
# Red and green are a build's that fails or passes; an explanation that holds is no good news, and
# one that does not is no bad news.
STYLES = {
    "supported": "bold magenta",
    "refuted": "dim",
    "untestable": "yellow",
    "no_failure": "bold green",
    "explained": "bold red",
    "undecided": "bold yellow",
    "cured": "bold green",
}


def verdict_screen(verdict: Verdict, case: Case | None = None) -> RenderableType:
    """Headline, evidence, what to do, platforms, what would decide the rest, what is refuted, and
    what could not be read."""
    return Group(*spaced(_verdict_parts(verdict, case)))


def _verdict_parts(verdict: Verdict, case: Case | None) -> Iterator[RenderableType]:
    yield _head(verdict)
    draw: dict[str, Callable[[Any], RenderableType]] = {
        "holding": lambda groups: _explanations(groups, told_before(verdict)),
        "complaints": lambda told: Group(*spaced(map(_complaint, told))),
        "to_do": numbered,
        "platforms": frame_table,
        "differences": frame_table,
        "latent": _explanations,
        "open": lambda artefacts: Group(*spaced(map(_decides, artefacts))),
        "refuted": lambda refuted: Group(*map(_refuted, refuted)),
        "unread": frame_table,
    }
    parts = [part for part in outline(verdict, case) if part.name in draw]
    for part in parts:
        is_rest = part.name == "open" and parts[0].name == "holding"
        title = f"{part.title} the rest" if is_rest else part.title
        shown = [draw[part.name](part.items), *(Text(as_text(note)) for note in part.notes)]
        yield section(title, Group(*spaced(shown)))


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


def _complaint(one: Complaint) -> RenderableType:
    name = [Text(listed(one.platforms), "cyan")] if one.platforms else []
    return Group(*name, *(Excerpt(item, ()) for item in one.evidence))


def _explanations(groups: list[Findings], told: str = "") -> RenderableType:
    shown: list[RenderableType] = [_explanation(group, told) for group in groups[:MAX_GROUPS]]
    if len(groups) > MAX_GROUPS:
        shown.append(Text(f"+ {counted(len(groups) - MAX_GROUPS, 'further explanation')}", "dim"))
    return Group(*spaced(shown))


def _explanation(group: Findings, told: str = "") -> RenderableType:
    """The status, and under the name of the explanation its claim, unless it was told, and
    evidence."""
    finding = group.first
    status = Text(STATUS_WORDS[finding.status], style=STYLES[finding.status])
    claim = group.claim_beside(told)
    said: list[RenderableType] = [Text(as_text(claim))] if claim else []
    return _Explanation(status, _named(group), [*said, *_covered(group), *_evidence_of(group)])


class _Explanation:
    """Two columns, the status and the rest; where there is no room, one below the other."""

    def __init__(self, status: Text, name: Text, rest: list[RenderableType]) -> None:
        self.status, self.name, self.rest = status, name, rest

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        if options.max_width < BESIDE:
            yield self.status
            yield Padding(Group(self.name, *self.rest), (0, 0, 0, 2))
            return
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=max(map(len, STATUS_WORDS.values())), no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row(self.status, Group(self.name, *self.rest))
        yield grid


def _covered(group: Findings) -> list[RenderableType]:
    """The further symbols that it is about."""
    names = dict.fromkeys(map(as_text, group.covers))
    return [Text(f"also of {listed(names)}", "dim", overflow="fold")] if names else []


def _named(group: Findings) -> Text:
    """Name, role where it is no cause, platforms."""
    name = Text(group.first.cause, style="bold")
    if group.first.role != "cause":
        name.append(f" ({group.first.role})", style="not bold")
    place = listed(group.platforms)
    if place:
        name.append(f"  {place}", style="not bold cyan")
    return name


def _evidence_of(group: Findings) -> list[RenderableType]:
    seen = group.evidence
    shown: list[RenderableType] = [
        Excerpt(item, group.symbols) for item in _one_each(group, seen)[:MAX_EVIDENCE]
    ]
    if len(seen) > MAX_EVIDENCE:
        shown.append(Text(f"  + {counted(len(seen) - MAX_EVIDENCE, 'further place')}", "dim"))
    if not seen and group.first.missing:
        shown.append(Text(f"  needs {listed(m.artefact for m in group.first.missing)}", "dim"))
    return shown


def _one_each(group: Findings, seen: Sequence[Evidence]) -> Sequence[Evidence]:
    """The first evidence of each finding before the second of any."""
    firsts = [finding.evidence[0] for finding in group.findings if finding.evidence]
    return list(dict.fromkeys([*firsts, *seen])) if len(group.findings) > 1 else seen


def _decides(one: Deciding) -> RenderableType:
    """An artefact, how to get it, and the explanations that wait for it, said once each."""
    parts: list[RenderableType] = [_artefact(one)]
    if one.missing:
        parts.append(Steps(one.missing.how))
    rows = [(_named_open(group), Text(as_text(group.first.claim))) for group in one.groups]
    parts.append(Padding(Entries(rows[:MAX_OPEN]), (0, 0, 0, 2)))
    if len(rows) > MAX_OPEN:
        parts.append(Text(f"    + {counted(len(rows) - MAX_OPEN, 'further explanation')}", "dim"))
    parts += [Excerpt(item, one.symbols) for item in one.evidence(MAX_OWN)[:MAX_EVIDENCE]]
    return Group(*parts)


def _artefact(one: Deciding) -> Text:
    """`objects of linux/amd64: why; decides 5 explanations`."""
    if one.missing is None:
        return Text("No artefact is known that would decide:", style="bold")
    told = Text(as_text(one.missing.artefact), style="bold")
    told.append(f": {as_text(one.missing.why)}", style="not bold")
    told.append(f" ({one.use})", style="not bold dim")
    return told


def _named_open(group: Findings) -> Text:
    return Text.assemble(("? ", STYLES["untestable"]), _named(group))


def _refuted(one: Refuted) -> RenderableType:
    """One entry of the list: who, and why not."""
    mark = ("✘ ", STYLES["refuted"])
    if one.by:
        names = listed([group.first.cause for group in one.groups], limit=len(one.groups))
        return Text.assemble(mark, (names, "bold"), f": {one.by} {one.reason}", overflow="fold")
    group = one.first
    head = Text.assemble(mark, _named(group))
    is_claim = group.first.role == "claim"
    said = [Padding(Text(as_text(group.first.claim)), (0, 0, 0, 4))] if is_claim else []
    seen = _one_each(group, own_evidence(group, ()))[: MAX_OWN if is_claim else 1]
    shown = [Padding(Excerpt(item, group.symbols, n_lines=1), (0, 0, 0, 2)) for item in seen]
    return Group(head, *said, *shown)


def finding_screen(finding: Finding) -> RenderableType:
    """One finding: status, claim, evidence."""
    return _explanation(Findings((finding,)))


def comparison_screen(comparison: Comparison) -> RenderableType:
    """What a change did: result, then platform by platform, then where it is seen."""
    style = STYLES.get(comparison.result, "bold red")
    head = Text(f" {comparison.result.upper()} ", style=f"{style} reverse")
    head.append(f"  {result_words(comparison)}", style="not reverse not bold default")
    parts: list[RenderableType] = [head, frame_table(df_changes(comparison))]
    if found := found_words(comparison):
        parts.append(section("What is found", numbered(found)))
    if seen := places(comparison):
        symbols = changed_symbols(comparison)
        told = [Excerpt(item, symbols) for item in seen]
        parts.append(section("Where it is seen", Group(*told)))
    return Group(*spaced(parts))
