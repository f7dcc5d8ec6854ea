"""What linkers said on a platform besides names that are missing, as evidence and as findings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.model import Evidence, Finding
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.causes.wants import MAX_SHOWN, Answer, told, wants_of
from diag.schema import each

# In the column `linker`: what these say, they say of a program that is started, not of its link.
LOADERS = ("ld.so", "ld-musl", "dyld")


def errors_with(facts: Facts, platform: str, pattern: re.Pattern[str]) -> pd.DataFrame:
    """Rows of `link_errors` of the platform whose message has the pattern."""
    rows = errors_of(facts, platform)
    return rows[having(rows["detail_text"], pattern)]


@asked_once
def errors_of(facts: Facts, platform: str) -> pd.DataFrame:
    """What the linkers said on the platform; many ask for it."""
    return facts.on(facts.link_errors, platform)


def lines_with(facts: Facts, platform: str, pattern: re.Pattern[str]) -> pd.DataFrame:
    """Telling log lines of the platform that have the pattern."""
    rows = facts.on(facts.lines, platform)  # which keeps its answer for the lines
    return rows[having(rows["text"], pattern)]


def said(rows: pd.DataFrame, limit: int = 4) -> list[Evidence]:
    """Rows of `link_errors` as evidence, each message once."""
    once = rows.drop_duplicates(["detail_text"]).head(limit)
    return [Evidence.of_row(r, r.detail_text) for r in each(once)]


def read_lines(rows: pd.DataFrame, limit: int = 4) -> list[Evidence]:
    """Log lines as evidence, each text once."""
    once = rows.drop_duplicates(["text"]).head(limit)
    return [Evidence.of_row(r) for r in each(once)]


def wanted_in_links_of(facts: Facts, platform: str, errors: pd.DataFrame) -> list[str]:
    """The names that are wanted by the links that these errors are of."""
    is_end = having(facts.lines["text"], "ld returned |linker command failed|linking with ")
    ends: dict[Any, list[int]] = {}
    for row in each(facts.lines[is_end]):
        ends.setdefault((row.file, str(row.step_id)), []).append(int(row.line_no))

    def link_of(row: Any) -> tuple[Any, int]:
        step = (row.file, str(row.step_id))
        return step, sum(end < int(row.line_no) for end in ends.get(step, ()))

    links = {link_of(row) for row in each(errors.head(MAX_SHOWN))}
    rows = errors_of(facts, platform)
    rows = rows[(rows["kind"] == "undefined") & rows["symbol"].notna()]
    return list(dict.fromkeys(r.symbol for r in each(rows) if link_of(r) in links))


def nowhere_defined(facts: Facts, platform: str) -> list[str]:
    """What the platform's link wants and no object given defines."""
    return [
        want.symbol.name
        for want in wants_of(facts)
        if want.symbol.platform == platform and want.defined.empty and want.kept_back.empty
    ]


def about(
    facts: Facts, family: str, cause: str, platform: str, names: Iterable[str], answer: Answer
) -> Finding:
    """One finding about these names of the platform, or about the platform where there is none."""
    every = [name for name in dict.fromkeys(names) if name] or [""]
    return told(facts, family, cause, Symbol(every[0], platform), answer, covers=every[1:])
