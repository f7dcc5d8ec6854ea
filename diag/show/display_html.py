"""Case, Verdict, Comparison, Finding and Evidence as HTML for the output of a notebook's cell.

The markup tells all without style and class, which GitHub takes away, and without script: tables
with headings, lists, `details`, and `mark` with `b` inside it, since some pages take `mark` too.
It stays small: a notebook is kept in git.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.show.comparison_words import changed_symbols, found_words, places, result_words
from diag.show.complaints import Complaint
from diag.show.deciding import Deciding, Refuted, is_command, n_causes
from diag.show.display_case import Held, df_case
from diag.show.frame_tables import df_errors, place, table_of, told_columns
from diag.show.html import NO_MATHS, code_html, excerpt_table, html_table, pre_html, sentence
from diag.show.outline import Part, outline, told_before
from diag.show.sentences import (
    Group,
    ended,
    headline,
    not_cured_of,
    outcome_words,
    platform_sentence,
    steps_of,
)
from diag.show.steps import BAD, bar_text, drawn_steps, step_label
from diag.show.tables import STATUS_WORDS, df_changes
from diag.show.text import as_text, counted, is_missing, listed

if TYPE_CHECKING:
    from diag.causes.model import Evidence, Finding
    from diag.compare import Comparison
    from diag.verdict import Verdict

MAX_ROWS = 12  # of a table: a notebook is read, `verdict.frame` and the JSON hold all
MAX_GROUPS = 12  # explanations
MAX_EVIDENCE = 6  # places of one explanation
BAR = 20  # characters of the longest bar


def verdict_html(verdict: Verdict) -> str:
    """Headline, evidence, what to do, platforms; what would decide the rest, what is refuted and
    the steps folded away; what could not be read."""
    return page(_verdict_parts(verdict))


def page(parts: Iterable[str]) -> str:
    """The parts together, left alone by mathematics."""
    return f'<div class="diag {NO_MATHS}">{"".join(parts)}</div>'


def _verdict_parts(verdict: Verdict) -> Iterator[str]:
    title = f" {sentence(verdict.title)}" if verdict.title else ""
    yield f"<p><strong>{outcome_words(verdict).upper()}</strong>{title}</p>"
    yield f"<p><strong>{sentence(headline(verdict))}</strong></p>"
    if verdict.outcome == "explained":
        yield f"<p>{sentence(platform_sentence(verdict))}</p>"
    draw: dict[str, Callable[[Part], Iterable[str]]] = {
        "holding": lambda part: _titled(part.title, _groups(part.items, told_before(verdict))),
        "complaints": lambda part: _titled(part.title, map(_complaint, part.items)),
        "to_do": lambda part: _titled(part.title, _fix(part.items, part.notes)),
        "platforms": lambda part: [
            html_table(told_columns(part.items), part.title, limit=MAX_ROWS)
        ],
        "differences": lambda part: [html_table(part.items, part.title, limit=MAX_ROWS)],
        "latent": lambda part: _titled(part.title, _groups(part.items)),
        "open": lambda part: [_open(part, is_known=verdict.outcome == "explained")],
        "refuted": lambda part: [_refuted(part)],
        "steps": _steps,
        "unread": lambda part: [html_table(part.items, part.title, limit=MAX_ROWS)],
    }
    for part in outline(verdict):
        yield from draw[part.name](part)


def _titled(title: str, parts: Iterable[str]) -> Iterator[str]:
    for number, part in enumerate(parts):
        if not number:
            yield f"<p><strong>{title}</strong></p>"
        yield part


def _folded(title: str, parts: Iterable[str], *, is_open: bool = False) -> str:
    shown = " open" if is_open else ""
    return f"<details{shown}><summary>{title}</summary>{''.join(parts)}</details>"


def _list(kind: str, items: Sequence[str]) -> str:
    """A list; what is past MAX_ROWS is counted."""
    shown = [f"<li>{sentence(item)}</li>" for item in items[:MAX_ROWS]]
    return f"<{kind}>{''.join(shown)}</{kind}>{_more(len(items) - MAX_ROWS, 'further step')}"


def _fix(steps: Sequence[str], notes: Iterable[str]) -> list[str]:
    """Steps, and behind them what they leave."""
    told = [_list("ol", steps)] if steps else []
    return told + [f"<p>{sentence(note)}</p>" for note in notes]


def _more(number: int, noun: str) -> str:
    return f"<p>+ {counted(number, noun)}</p>" if number > 0 else ""


# -- explanations ---------------------------------------------------------------------------------


def _groups(groups: Sequence[Group], told: str = "") -> Iterator[str]:
    yield from (_explanation(group, told) for group in groups[:MAX_GROUPS])
    if len(groups) > MAX_GROUPS:
        yield _more(len(groups) - MAX_GROUPS, "further explanation")


def _explanation(group: Group, told: str = "") -> str:
    """Status, name, platforms, claim unless it was told, further symbols, evidence."""
    first = group.first
    claim = group.claim_beside(told)
    said = f"<br>{sentence(claim)}" if claim else ""
    also = f"<br>also of {listed(map(code_html, group.covers))}" if group.covers else ""
    return f"<p>{STATUS_WORDS[first.status]}: {_named(group)}{said}{also}</p>" + _cited(
        group.evidence, group.symbols
    )


def _complaint(one: Complaint) -> str:
    name = f"<p>{sentence(listed(one.platforms))}</p>" if one.platforms else ""
    return name + _cited(one.evidence, ())


def _named(group: Group) -> str:
    first = group.first
    role = "" if first.role == "cause" else f" ({first.role})"
    place = f" on {sentence(listed(group.platforms))}" if group.platforms else ""
    return f"<b>{code_html(first.cause)}</b>{role}{place}"


def _cited(seen: Sequence[Evidence], symbols: Iterable[str | None]) -> str:
    if not seen:
        return ""
    table = excerpt_table([(item.place, item.text) for item in seen[:MAX_EVIDENCE]], symbols)
    return table + _more(len(seen) - MAX_EVIDENCE, "further place")


def _open(part: Part, *, is_known: bool) -> str:
    """What would decide, each artefact with what waits for it."""
    title = f"{part.title}{' the rest' if is_known else ''}"
    n_open = n_causes(part.items)
    told = f" ({counted(n_open, 'open explanation')})" if n_open else ""
    parts = [*map(_decides, part.items[:MAX_ROWS])]
    parts.append(_more(len(part.items) - MAX_ROWS, "further artefact"))
    return _folded(title + told, parts, is_open=not is_known)


def _decides(one: Deciding) -> str:
    missing = one.missing
    why = f"<b>{sentence(missing.artefact)}</b>: {sentence(ended(missing.why))}" if missing else (
        "No artefact is known that would decide:"
    )  # fmt: skip
    confirms = f" It would confirm {listed(map(code_html, one.confirms))}." if one.confirms else ""
    how = "".join(map(_step, missing.how if missing else ()))
    groups = [f"<li>? {_named(g)}: {sentence(g.first.claim)}</li>" for g in one.groups[:MAX_ROWS]]
    waiting = f"<ul>{''.join(groups)}</ul>" if groups else ""
    waiting += _more(len(one.groups) - MAX_ROWS, "further explanation")
    return f"<p>{why}{confirms}</p>{how}{waiting}{_cited(one.evidence(), one.symbols)}"


def _step(text: str) -> str:
    return pre_html(text) if is_command(text) else f"<p>{sentence(text)}</p>"


def _refuted(part: Part) -> str:
    parts = [*map(_put_aside, part.items[:MAX_GROUPS])]
    parts.append(_more(len(part.items) - MAX_GROUPS, "further explanation"))
    return _folded(f"{part.title}: {counted(n_causes(part.items), 'explanation')}", parts)


def _put_aside(one: Refuted) -> str:
    if one.by:
        names = listed([code_html(g.first.cause) for g in one.groups], limit=len(one.groups))
        return f"<p>{STATUS_WORDS['refuted']}: {names}: {code_html(one.by)} {one.reason}</p>"
    return _explanation(one.first)


# -- steps ----------------------------------------------------------------------------------------


def _steps(part: Part) -> Iterator[str]:
    """Steps that took longest or ended badly, as bars of letters: they are seen on any page."""
    steps = part.items
    frame = df_step_bars(steps)
    if len(frame):
        left = counted(len(steps) - len(frame), "other step")
        rest = f"; {left} not shown" if len(steps) > len(frame) else ""
        title = f"{part.title}: {counted(len(steps), 'step')}"
        table = html_table(frame, f"Those that took longest or did not end well{rest}")
        yield _folded(title, [table])


def df_step_bars(steps: pd.DataFrame, limit: int = MAX_ROWS) -> pd.DataFrame:
    """Steps in their order, at most `limit`: step, how long it took (a bar), how it ended, where."""
    drawn = drawn_steps(steps)
    drawn = drawn[drawn["is_drawn"]]
    took = drawn["seconds"].astype("Float64").fillna(0.0)
    bad = drawn["status"].isin(BAD)
    kept = (took + bad * (took.max() + 1)).sort_values(ascending=False, kind="stable").index[:limit]
    drawn = drawn[drawn.index.isin(kept)]
    longest = max([float(s) for s in drawn["seconds"].dropna()], default=0.0)
    rows = [
        (
            step_label(row, 60),
            _bar(row.seconds, longest),
            bar_text(row),
            place(row.file, row.line_no),
        )
        for row in drawn.itertuples()
    ]
    return table_of(("step", "time", "how it ended", "where"), rows)


def _bar(seconds: Any, longest: float) -> str:
    if is_missing(seconds) or not longest:
        return ""
    return "█" * max(1, round(BAR * float(seconds) / longest))


# -- the others -----------------------------------------------------------------------------------


def comparison_html(comparison: Comparison) -> str:
    """The result in words, one row a platform, and where it is seen."""
    titles = [as_text(t) for t in (comparison.before_title, comparison.after_title) if t]
    builds = f"<p>{sentence(', then '.join(titles))}</p>" if titles else ""
    said = f"<strong>{comparison.result.upper()}</strong>: {result_words(comparison, code_html)}"
    symbols = changed_symbols(comparison)
    table = html_table(told_columns(df_changes(comparison)), "What the change did", limit=MAX_ROWS)
    items = "".join(f"<li>{sentence(text)}</li>" for text in found_words(comparison))
    found = _titled("What is found", [f"<ol>{items}</ol>"] if items else [])
    seen = _titled("Where it is seen", filter(None, [_cited(places(comparison), symbols)]))
    return page([builds, f"<p>{said}</p>", table, *found, *seen])


def finding_html(finding: Finding) -> str:
    """Claim and evidence of one finding; what to do, or what would decide it."""
    parts = [_explanation(Group((finding,)))]
    parts += _titled("What to do", _fix(steps_of(finding.fix), not_cured_of(finding.fix)))
    for missing in finding.missing:
        parts.append(f"<p>needs <b>{sentence(missing.artefact)}</b>: {sentence(missing.why)}</p>")
        parts += map(_step, missing.how)
    if finding.experiment:
        parts.append(f"<p>Experiment: {sentence(finding.experiment)}</p>")
    return page(parts)


def evidence_html(evidence: Evidence) -> str:
    """One place, its deciding words marked."""
    return page([_cited([evidence], ())])


def case_html(held: Held) -> str:
    """What the case holds, without reading any of it."""
    parts = [html_table(df_case(held), "A case: what was given of one build")]
    if len(held.errors):
        parts.append(html_table(df_errors(held.errors), "What could not be read", limit=MAX_ROWS))
    parts.append(
        f"<p>{code_html('case.diagnose()')} says what the evidence supports; "
        f"{code_html('case.steps')}, {code_html('case.link_errors')} and "
        f"{code_html('case.env')} are tables.</p>"
    )
    return page(parts)
