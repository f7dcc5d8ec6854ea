"""docs/lab.md: for each cause the data that shows it, the look-alikes that it refuses, its page."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from diag.causes import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "lab.md"
LINKS = ROOT / "data" / "lab" / "links"
MAX_NAMED = 3
# The first incident shows what no link of the lab does.
INCIDENT = {
    "variables-lost-after-case": "a claim: refuted on [the first incident](../data/avx512-link/before)",
    "flags-can-matter": "a claim: refuted on [the first incident](../data/avx512-link/before)",
    "flow-differs-from-probe": "a difference that no data has: flow and probe agree there",
}

_HEAD = """\
# The lab: what shows each cause, and what it must not be taken for

{n_cases} failing and passing links of {n_situations} situations, made by real tools from the recipes in [data/lab/links](../data/lab/links); {n_held} cases of them are
held out: no rule was written with them in sight. `shown by` names situations whose true cause it is (cases in all); `refuses` names situations of another
cause that look like it. `python -m tests.lab_matrix` scores them all.

<!-- Made by tools/lab_page.py from data/lab/links/truth.csv: change it there. -->

| cause | shown by | refuses |
|---|---|---|
"""


def page() -> str:
    """The page's text."""
    with (LINKS / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    head = _HEAD.format(
        n_cases=len(rows),
        n_situations=len({_situation(row["case"]) for row in rows}),
        n_held=sum(row["heldout"] == "1" for row in rows),
    )
    return head + "".join(f"{_row(cause, rows)}\n" for cause in CATALOGUE)


def _row(cause: str, rows: list[dict[str, str]]) -> str:
    shown = [r for r in rows if cause in (r["cause"], *r["also"].split(";"))]
    refused = [r for r in rows if cause in r["not_causes"].split(";")]
    told = _named(shown) or INCIDENT.get(cause, "")
    count = f" ({len(shown)})" if shown else ""
    return f"| [{cause}](causes/{cause}.md) | {told}{count} | {_named(refused)} |"


def _named(rows: Iterable[Mapping[str, str]]) -> str:
    """The first situations that are not held out, then how many more."""
    names = dict.fromkeys(_situation(row["case"]) for row in rows)
    own = [name for name in names if not name.startswith("heldout/")]
    shown = [f"[{name}](../data/lab/links/{name})" for name in own[:MAX_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _situation(case: str) -> str:
    return case.rpartition("/")[0]
