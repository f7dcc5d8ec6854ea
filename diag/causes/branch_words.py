"""What the branches of a script stand in, `case` or `if`, and the advice in its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from diag.causes.facts import Facts, line_of
from diag.schema import each

_HAS_CASE = re.compile(r"(?:^|[\s;&|(])case\s")


@dataclass(frozen=True)
class Branches:
    """The word that begins them, and how a last branch is written there."""

    keyword: str
    last: str
    end: str = ""

    def told(self, steps: Iterable[str]) -> tuple[str, ...]:
        """Steps that are written for a `case`, in these words."""
        return tuple(
            step.replace("`case`", f"`{self.keyword}`").replace("*) ", self.last).replace(" ;;", self.end)
            for step in steps
        )  # fmt: skip


CASE = Branches("case", "*) ", " ;;")
_IF = Branches("if", "else ", "; fi")


def branches_of(facts: Facts, rows: pd.DataFrame) -> Branches:
    """The words of a `case`, unless none of the RUNs that lose the variable has one."""
    lines = {line_of(place) for place in rows["lost_at"].dropna()} | set(rows["line_no"])
    texts = [
        "\n".join([str(run.value_text), *(str(body) for _, body, *_ in run.heredocs)])
        for run in each(facts.instructions)
        if any(run.line_no <= line <= run.end_line_no for line in lines)
    ]
    return _IF if texts and not any(map(_HAS_CASE.search, texts)) else CASE
