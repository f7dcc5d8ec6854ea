"""The kit's own frames cut down for reading: few columns, short texts, the place last."""

from __future__ import annotations

from typing import Any

import pandas as pd

from diag.show.steps import step_stage, step_what
from diag.show.text import NOT_SEEN, as_text, clip, focus, is_missing, without_halves


def table_of(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of cells as a frame."""
    cells = [[without_halves(c) if isinstance(c, str) else c for c in row] for row in rows]
    return pd.DataFrame(cells, columns=list(columns))


def told_columns(frame: pd.DataFrame, kept: tuple[str, ...] = ()) -> pd.DataFrame:
    """The frame without the columns in which nothing was seen, those of `kept` left in."""
    is_empty = {name: frame[name].isin(["", NOT_SEEN]).all() for name in frame.columns}
    return frame[[name for name in frame.columns if name in kept or not is_empty[name]]]


def place(file: Any, line_no: Any) -> str:
    """`file:line`, the file alone, or "not seen"."""
    if is_missing(file) or not file:
        return NOT_SEEN
    return str(file) if is_missing(line_no) else f"{file}:{int(line_no)}"


def df_steps(steps: pd.DataFrame, *, width: int = 60) -> pd.DataFrame:
    """Steps of a build: step, platform, stage, what, status, seconds, where."""
    return table_of(
        ("step", "platform", "stage", "what", "status", "seconds", "where"),
        [
            (
                row.step_id,
                as_text(row.target_platform) if not is_missing(row.target_platform) else "",
                step_stage(row),
                clip(step_what(row), width),
                _status(row),
                _rounded(row.seconds),
                place(row.file, row.line_no),
            )
            for row in steps.itertuples()
        ],
    )


def _rounded(seconds: Any) -> float | str:
    return NOT_SEEN if is_missing(seconds) else round(float(seconds), 1)


def _status(row: Any) -> str:
    code = "" if is_missing(row.exit_code) else f", exit {int(row.exit_code)}"
    return f"{row.status}{code}{', clipped' if row.is_clipped else ''}"


def df_link_errors(errors: pd.DataFrame, *, width: int = 90) -> pd.DataFrame:
    """What linkers said: platform, linker, kind, symbol, who refers, how often, where."""
    return table_of(
        ("platform", "linker", "kind", "symbol", "referenced by", "references", "where"),
        [
            (
                as_text(row.platform),
                row.linker,
                row.kind,
                row.symbol if not is_missing(row.symbol) else focus(str(row.detail_text), width),
                _referrer(row),
                f"{'≥ ' if row.is_lower_bound else ''}{row.n_refs}",
                place(row.file, row.line_no),
            )
            for row in errors.itertuples()
        ],
    )


def _referrer(row: Any) -> str:
    parts = [row.object, row.member]
    named = [str(part).rsplit("/", 1)[-1] for part in parts if not is_missing(part) and part]
    return f"{named[0]}({named[1]})" if len(named) == 2 else "".join(named) or NOT_SEEN


def df_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """What could not be read: reason, help, where."""
    return table_of(
        ("what is wrong", "what would help", "where"),
        [
            (row.reason, row.help, place(row.file, row.line_no) + _inside(row.member))
            for row in errors.itertuples()
        ],
    )


def _inside(member: Any) -> str:
    return f"({member})" if not is_missing(member) and member else ""
