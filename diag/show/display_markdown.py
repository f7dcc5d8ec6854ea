"""Case, Verdict, Comparison and Finding as Markdown: to paste, and where a page shows no HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diag.show.comparison_words import changed_symbols, found_words, places, result_words
from diag.show.display_case import Held, df_case
from diag.show.frame_tables import df_errors
from diag.show.github_summary import summary_markdown
from diag.show.markdown import code, fence, prose, table
from diag.show.sentences import not_cured_of, steps_of
from diag.show.tables import STATUS_WORDS, df_changes
from diag.show.text import as_text, counted, focus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from diag.causes.model import Evidence, Finding
    from diag.compare import Comparison
    from diag.verdict import Verdict

MAX_BYTES = 30_000  # of one verdict: a notebook is kept in git
MAX_ROWS = 12
MAX_EVIDENCE = 6
MAX_TEXT = 300


def verdict_markdown(verdict: Verdict) -> str:
    """The same as the summary of a CI step."""
    return summary_markdown(verdict, room=MAX_BYTES)


def comparison_markdown(comparison: Comparison) -> str:
    """The result, one row a platform, and where it is seen."""
    said = f"**{comparison.result.upper()}**: {result_words(comparison, code)}"
    symbols = changed_symbols(comparison)
    found = "\n".join(f"{n}. {prose(text)}" for n, text in enumerate(found_words(comparison), 1))
    table = _table(df_changes(comparison))
    return _joined([said, table, found, _cited(places(comparison), symbols)])


def finding_markdown(finding: Finding) -> str:
    """Status, claim, evidence, what to do."""
    where = f" on {prose(finding.platform)}" if finding.platform else ""
    said = f"{STATUS_WORDS[finding.status]}: **{code(finding.cause)}**{where}"
    steps = steps_of(finding.fix)[:MAX_ROWS]
    fix = [f"{number}. {prose(step)}" for number, step in enumerate(steps, 1)]
    fix += map(prose, not_cured_of(finding.fix))
    return _joined([said, prose(finding.claim), _cited(finding.evidence, [finding.symbol]), *fix])


def case_markdown(held: Held) -> str:
    """What the case holds."""
    errors = _table(df_errors(held.errors)) if len(held.errors) else ""
    return _joined([_table(df_case(held)), errors])


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(frame: pd.DataFrame) -> str:
    rows = frame.head(MAX_ROWS).itertuples(index=False, name=None)
    shown = table(list(frame.columns), [[prose(as_text(cell)) for cell in row] for row in rows])
    more = len(frame) - MAX_ROWS
    return f"{shown}\n\n{counted(more, 'further row')} not shown." if more > 0 else shown


def _cited(evidence: Sequence[Evidence], symbols: Iterable[str | None]) -> str:
    if not evidence:
        return ""
    words = list(symbols)
    lines = [
        f"{as_text(e.place)}  {focus(e.text, MAX_TEXT, words)}" for e in evidence[:MAX_EVIDENCE]
    ]
    more = len(evidence) - MAX_EVIDENCE
    return fence([*lines, f"and {counted(more, 'further place')}"] if more > 0 else lines)
