"""Frames for charts of interventions, instruction sets and ways; and the texts of a chart."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from diag import schema
from diag.flow import env_at
from diag.platforms import DEFAULT_PLATFORMS
from diag.show.chart_isa import COLUMNS

AMD64 = "linux/amd64"


def texts(figure: Figure) -> str:
    """Every text that a chart shows."""
    axes = figure.axes[0]
    found = [*figure.texts, *axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    return "\n".join(text.get_text() for text in found)


CELL: dict[str, Any] = {
    "case": "a", "title": "", "platform": AMD64, "linked": True, "ran": True, "ended": "exit 0",
    "machine": "m", "is_emulated": False, "runs": [], "agrees": True, "where": "x:1",
}  # fmt: skip


def frame_of(*cells: dict[str, Any]) -> pd.DataFrame:
    """An interventions frame."""
    return schema.make("interventions", [{**CELL, **cell} for cell in cells])


def many_cells(n: int) -> pd.DataFrame:
    """n cases of every kind on three platforms."""
    kinds = [
        {"result": "cured"},
        {"linked": False, "ran": None, "ended": "", "result": "unproven"},
        {"ran": False, "ended": "SIGSEGV", "is_emulated": True, "result": "masked"},
        {"ran": None, "ended": ""},
        {"linked": None, "ran": None, "ended": "", "agrees": False},
    ]
    return frame_of(
        *({"case": f"c{i}", "platform": p, **kinds[i % 5]} for i in range(n) for p in DEFAULT_PLATFORMS)
    )  # fmt: skip


def isa_table(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """A df_isa frame."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"before": "Int64", "after": "Int64"})


DOCKERFILE = b"""FROM debian
ARG TARGETARCH
RUN case $TARGETARCH in \\
      amd64) export FLAGS="-a $x" ;; \\
      arm64) (export FLAGS=-b) ;; \\
    esac && \\
    export FLAGS="$FLAGS" && \\
    make
"""


def ways() -> pd.DataFrame:
    """amd64 keeps its value, arm64 loses it in a subshell, arm/v7 has no branch."""
    return env_at(DOCKERFILE, command="make", name="FLAGS")


def many_ways(n: int) -> pd.DataFrame:
    """n ways over three platforms."""
    rows = pd.concat([ways()] * (n // 3 + 1), ignore_index=True).head(n)
    return rows.assign(command_no=range(1, n + 1))
