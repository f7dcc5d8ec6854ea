"""A verdict as the Markdown summary of a step: what it is, what shows it, what to do, what is open.

GitHub takes at most 1 MiB of it a step; what does not fit is counted.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from diag.show.complaints import Complaint
from diag.show.deciding import Deciding, Refuted, is_command, n_causes, own_evidence
from diag.show.frame_tables import told_columns
from diag.show.markdown import code, details, fence, plain, prose, table
from diag.show.outline import outline, told_before
from diag.show.sentences import Group, headline, outcome_words, platform_sentence
from diag.show.tables import STATUS_WORDS
from diag.show.text import as_text, clip, counted, focus, listed

if TYPE_CHECKING:
    import pandas as pd

    from diag.case import Case
    from diag.causes.model import Evidence
    from diag.verdict import Verdict

MAX_BYTES = 1 << 20  # of all that one step writes
MARGIN = 512  # kept free for the words that say what did not fit
MAX_GROUPS = 40
MAX_EVIDENCE = 12  # of one explanation
MAX_ROWS = 60
MAX_TEXT = 400
MAX_CELL = 160
WIDTH = 104  # of a line in a block of code: more scrolls sideways on GitHub's page
_UNTITLED = ("platforms", "refuted")  # the table stands below the headline, the list is folded
_MARK = re.compile(r"^([✔✘–?]) ")


def summary_markdown(verdict: Verdict, case: Case | None = None, *, room: int = MAX_BYTES) -> str:
    """The summary in at most `room` bytes; parts that do not fit are counted."""
    kept: list[str] = []
    free = room - MARGIN
    parts = list(_parts(verdict, case))
    for part in parts:
        free -= len(part.encode()) + 2
        if free < 0:
            left = counted(len(parts) - len(kept), "further part")
            kept.append(f"{left} would exceed what GitHub takes of one step.")
            break
        kept.append(part)
    text = "\n\n".join(kept) + "\n"
    return text if len(text.encode()) <= room else ""


def _parts(verdict: Verdict, case: Case | None) -> Iterator[str]:
    """Blocks of Markdown, each whole by itself, in the order of need, the platforms first."""
    yield f"## diag: {outcome_words(verdict)}"
    if verdict.title:
        yield _cut(verdict.title)
    yield f"**{_cut(headline(verdict))}**"
    if verdict.outcome == "explained":
        yield _cut(platform_sentence(verdict))
    draw: dict[str, Callable[[Any], Iterable[str]]] = {
        "holding": lambda groups: _explanations(groups, told_before(verdict)),
        "complaints": lambda told: map(_complaint, told),
        "to_do": _numbered,
        "platforms": lambda frame: [_table(frame, ("verdict", "where"))],
        "differences": lambda frame: [_table(frame)],
        "latent": _explanations,
        "open": lambda artefacts: map(_decides, artefacts),
        "refuted": lambda refuted: [_put_aside(refuted)],
        "unread": lambda frame: [_table(frame)],
    }
    parts = [part for part in outline(verdict, case) if part.name in draw]
    # A job builds for several platforms: which of them failed is asked first.
    for part in sorted(parts, key=lambda part: part.name != "platforms"):
        if part.name not in _UNTITLED:
            yield f"### {part.title}"
        yield from draw[part.name](part.items)
        yield from map(_cut, part.notes)


def _numbered(steps: Sequence[str]) -> Iterator[str]:
    yield "\n".join(f"{n}. {_cut(step)}" for n, step in enumerate(steps[:MAX_ROWS], 1))
    yield from _more(len(steps) - MAX_ROWS, "further step")


def _explanations(groups: Sequence[Group], told: str = "") -> Iterator[str]:
    yield from (_explanation(group, told) for group in groups[:MAX_GROUPS])
    yield from _more(len(groups) - MAX_GROUPS, "further explanation")


def _more(number: int, noun: str) -> list[str]:
    return [f"And {counted(number, noun)}."] if number > 0 else []


def _put_aside(refuted: Sequence[Refuted]) -> str:
    told = "\n".join(map(_refuted, refuted[:MAX_ROWS]))
    more = _more(n_causes(refuted[MAX_ROWS:]), "further explanation")
    title = f"Refuted: {counted(n_causes(refuted), 'explanation')}"
    return details(title, "\n\n".join([told, *more]))


def _explanation(group: Group, told: str = "") -> str:
    """Name, claim unless it was told, further symbols, and the evidence with its lines."""
    first = group.first
    names = [code(clip(name, MAX_CELL)) for name in group.covers]
    also = [f"Also of {listed(names)}."] if names else []
    lines = _evidence_lines(group.evidence, group.symbols)
    shown = [fence(lines)] if lines else []
    said = f"{STATUS_WORDS[first.status]}: {_named(group)}"
    claim = group.claim_beside(told)
    claimed = [_cut(claim, first.symbols)] if claim else []
    return "\n\n".join([said, *claimed, *also, *shown])


def _complaint(one: Complaint) -> str:
    name = [prose(listed(one.platforms))] if one.platforms else []
    return "\n\n".join([*name, fence(_evidence_lines(one.evidence, ()))])


def _named(group: Group) -> str:
    role = "" if group.first.role == "cause" else f" ({group.first.role})"
    place = f" on {prose(listed(group.platforms))}" if group.platforms else ""
    return f"**{code(group.first.cause)}**{role}{place}"


def _evidence_lines(items: Iterable[Evidence], words: Iterable[str]) -> list[str]:
    """Each file once, under it line numbers and texts, folded: a block of code scrolls sideways,
    and what decides must be seen at once."""
    symbols, seen = tuple(words), list(items)
    shown = seen[:MAX_EVIDENCE]
    digits = max((len(str(item.line_no)) for item in shown if item.line_no is not None), default=0)
    lines: list[str] = []
    for before, item in zip([None, *shown], shown, strict=False):
        if before is None or before.file != item.file:
            lines.append(as_text(item.file))
        number = "" if item.line_no is None else str(item.line_no)
        lead = f"  {number:>{digits}}  " if digits else "  "
        text = focus(item.text, MAX_TEXT, symbols)
        lines += textwrap.wrap(
            text,
            WIDTH,
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_on_hyphens=False,
        ) or [lead.rstrip()]
    more = len(seen) - len(shown)
    return [*lines, f"and {counted(more, 'further place')}"] if more else lines


def _decides(one: Deciding) -> str:
    """An artefact, how to get it, and the explanations that wait for it."""
    waiting = listed([_named(group) for group in one.groups], limit=12)
    if one.missing is None:
        return f"No artefact is known that would decide {waiting}."
    told = f"**{_cut(one.missing.artefact)}**: {_cut(one.missing.why.rstrip('.'))}."
    told += f" It would decide {waiting}." if waiting else ""
    told += f" It would confirm {listed([code(c) for c in one.confirms])}." if one.confirms else ""
    typed = [step for step in one.missing.how if is_command(step)]
    said = [f"- {_cut(step)}" for step in one.missing.how if not is_command(step)]
    blocks = [fence(typed, "sh")] if typed else []
    blocks += ["\n".join(said)] if said else []
    seen = _evidence_lines(one.shared, ())
    return "\n\n".join([told, *blocks, *([fence(seen)] if seen else [])])


def _refuted(one: Refuted) -> str:
    """One item: who, and why not."""
    if one.by:
        names = [code(group.first.cause) for group in one.groups]
        return f"- {listed(names, limit=len(names))}: {code(one.by)} {one.reason}"
    items = own_evidence(one.first, ())
    why = ""
    if items:
        said = plain(focus(items[0].text, MAX_TEXT, one.first.symbols))
        why = f": {code(items[0].place)} {said}"
    return f"- {_named(one.first)}{why}"


def _table(frame: pd.DataFrame, kept: tuple[str, ...] = ()) -> str:
    """A frame without the columns in which nothing was seen."""
    told = told_columns(frame, kept)
    rows = [
        [_MARK.sub("\\g<1>&nbsp;", plain(clip(as_text(cell), MAX_CELL))) for cell in row]
        for row in told.head(MAX_ROWS).itertuples(index=False, name=None)
    ]
    return "\n\n".join(
        [table(list(told.columns), rows), *_more(len(frame) - len(rows), "further row")]
    )


def _cut(text: str, words: Iterable[str] = ()) -> str:
    return prose(focus(text, MAX_TEXT * 2, words))
