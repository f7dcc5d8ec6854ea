"""What a platform that failed does unlike one that built, as sentences with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diag.schema import each
from diag.show.frame_tables import place, table_of
from diag.show.text import as_text, is_missing, listed

if TYPE_CHECKING:
    import pandas as pd

    from diag.verdict import Verdict

TITLE = "Beside the platform that built"
_VERBS = {"inputs": "names", "switches": "has", "flags": "has", "sources": "compiles"}
_SUBJECTS = {"inputs": "link of {}: ", "switches": "link of {}: ", "flags": "compile of {}: "}


def df_differences(verdict: Verdict, *, is_whole: bool = False) -> pd.DataFrame:
    """One row a difference: what, where. Of platforms whose failure is not explained, or, where
    `is_whole`, of all."""
    told = {f.platform for f in verdict.findings if f.status == "supported" and f.role == "cause"}
    rows = [
        (_sentence(row), _where(row))
        for row in each(verdict.platform_differences)
        if is_whole or (row.platform not in told and None not in told)
    ]
    return table_of(("what differs", "where"), rows)


def _sentence(row: Any) -> str:
    if row.what == "said":
        return f"only {row.platform} is told: {as_text(row.here[0])}"
    sides = [(row.platform, row.here), (row.other, row.there)]
    parts = [
        f"only {name} {_VERBS[row.what]} {as_text(listed(words))}" for name, words in sides if words
    ]
    return _SUBJECTS.get(row.what, "").format(as_text(row.subject)) + "; ".join(parts)


def _where(row: Any) -> str:
    places = [(row.file, row.line_no), (row.other_file, row.other_line_no)]
    seen = [place(file, line_no) for file, line_no in places if not is_missing(line_no)]
    return ", ".join(seen)
