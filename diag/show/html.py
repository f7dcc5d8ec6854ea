"""Frames as HTML tables, safe for pages and notebooks."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from diag.show.text import as_text, counted, is_missing


def html_table(frame: pd.DataFrame, caption: str = "", *, limit: int = 60) -> str:
    """The frame as an HTML table: escaped, numbers to the right, left alone by MathJax."""
    numeric = [pd.api.types.is_numeric_dtype(frame[column]) for column in frame.columns]
    head = "".join(
        f'<th scope="col" style="text-align:{"right" if is_number else "left"}">'
        f"{escape(as_text(str(column)))}</th>"
        for column, is_number in zip(frame.columns, numeric, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(map(_cell, row, numeric)) + "</tr>"
        for row in frame.head(limit).itertuples(index=False, name=None)
    )
    more = f" {counted(len(frame) - limit, 'further row')} not shown." if len(frame) > limit else ""
    told = f"<caption>{escape(as_text(caption + more))}</caption>" if caption or more else ""
    return (
        f'<table class="diag mathjax_ignore tex2jax_ignore">{told}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any, is_number: bool) -> str:
    lines = [as_text(value)] if is_missing(value) else map(as_text, str(value).split("\n"))
    text = escape("\n".join(lines))
    side = ' style="text-align:right"' if is_number else ' style="text-align:left"'
    return f"<td{side}>{text.replace(chr(10), '<br>')}</td>"
