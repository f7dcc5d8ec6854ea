"""docs/fixes.md: what many changes to failing builds did, as `compare` and `interventions` tell it.

The builds are those of data/lab/fixes and data/avx512-link; every word but the names of the changes
is computed. It takes half a minute: `docs_tables.py --check --quick` leaves it out, and tests check
parts of it (tests/test_lab_fixes.py, tests/test_interventions.py).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema
from diag.case import Case, open_case
from diag.compare import Comparison, PlatformChange, Side, compare
from diag.interventions import interventions

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "fixes.md"
LAB = ROOT / "data" / "lab" / "fixes"
INCIDENT = ROOT / "data" / "avx512-link"
MAX_EVIDENCE = 4  # of one row

_HEAD = """\
# What a change did: cures and false cures

Each row is a build before a change and after it, made by real tools ([data/README.md](../data/README.md)), as `diag compare BEFORE AFTER` judges it. The words: `cured` the failure and its cause are gone; `masked` the failure
is hidden and the cause is still there; `moved` it fails elsewhere or otherwise; `unproven` what was given does not show a cure; `worse` a platform fails that was sound. In parentheses: what it is masked by, or moved to.
A cause counts as gone where one object defines what was wanted, or nothing that is linked refers to it any more. Whether what stands there now does its work no link shows: so a cure is told with what it consists of, who
defines the name and in how many bytes, or which references went.

{n_all} changes of {n_lab} small projects and of the first incident. {counted}. A platform that was sound before and after has no row.

<!-- Made by tools/docs_tables.py from data/lab/fixes and data/avx512-link: change it there. -->

| change | cause before | what was changed | platform | result | what the evidence says |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    lab = {row["name"]: lab_rows(row) for row in truth()}
    incident = incident_rows(interventions(INCIDENT))
    rows = [*(row for rows in lab.values() for row in rows), *incident]
    worst = Counter(_word(row) for row in rows)
    told = ", ".join(f"{worst[w]} {w}" for w in ("cured", "masked", "moved", "unproven", "worse"))
    n_all = len({row.split(" | ")[0] for row in rows})
    return (
        _HEAD.format(n_all=n_all, n_lab=len(lab), counted=f"By platform: {told}")
        + "\n".join(rows)
        + "\n"
    )


def truth() -> list[dict[str, str]]:
    """data/lab/fixes/truth.csv; the page takes the names and what was changed, no result."""
    with (LAB / "truth.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def lab_cases(name: str) -> tuple[Case, Case, Case | None]:
    """The builds before, after and, where there is one, with the change taken out again."""
    reverted = LAB / name / "reverted"
    before, after = (open_case(LAB / name / side) for side in ("before", "after"))
    return before, after, open_case(reverted) if reverted.is_dir() else None


def lab_rows(
    row: dict[str, str],
    cases: tuple[Case, Case, Case | None] | None = None,
    found: Comparison | None = None,
) -> list[str]:
    """The rows of one change of data/lab/fixes."""
    cases = cases or lab_cases(row["name"])
    found = found or compare(*cases)
    before = Side.of(cases[0])
    return [
        _row(row["name"], _cause(before, change), row["changed"], change.platform,
             _result(change.result, change.by), _evidence(row["name"], change))
        for change in found.platforms if change.result
    ]  # fmt: skip


def _cause(before: Side, change: PlatformChange) -> str:
    failure = before.failure(change.platform)
    return f"`{failure.cause}`" if failure else "none"


def _evidence(name: str, change: PlatformChange) -> str:
    seen = change.evidence[:MAX_EVIDENCE]
    places = [item.place.removeprefix(f"{LAB / name}/") for item in seen]
    if change.result == "cured":
        return "; ".join([*change.says, f"seen at {', '.join(dict.fromkeys(places))}"])
    texts = [item.text for item in seen]
    told = [said for said in change.says if said not in texts]
    told += [f"{place}: {text}" for place, text in zip(places, texts, strict=True)]
    return "; ".join(told)


def incident_rows(matrix: pd.DataFrame) -> list[str]:
    """The rows of the first incident, from the frame `interventions`."""
    told = schema.plain(matrix).astype(object)
    records = told.where(told.notna(), None).to_dict("records")
    causes = {r["platform"]: r["cause"] for r in records if r["case"] == "before"}
    return [
        _row(r["case"], f"`{causes[r['platform']]}`" if causes[r["platform"]] else "none",
             r["title"], r["platform"], _result(r["result"], r["by"]), _of_frame(r))
        for r in records if r["result"]
    ]  # fmt: skip


def _of_frame(row: dict[str, Any]) -> str:
    told = []
    if row["symbol"] and row["n_wanted"] is not None:
        told.append(
            f"{row['symbol']}: wanted by {int(row['n_wanted'])}, defined by {int(row['n_defined'])}, in the output: {row['in_output']}"
        )
    told += [f"ended: {row['ended']} on {row['machine']}"] if row["ended"] else []
    place = str(row["where"]).rpartition(f"{INCIDENT.name}/")[2]
    return "; ".join([*told, f"seen at {place}"] if place else told)


def _result(result: str, by: str | None) -> str:
    return f"{result} ({by})" if by else result


def _word(row: str) -> str:
    return row.split(" | ")[4].split(" ")[0]


def _row(*cells: str) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |"


def _plain(text: str) -> str:
    """No bar that ends a cell; the linkers' own quotes are no code."""
    is_code = text.startswith("`") and text.endswith("`") and text.count("`") == 2
    text = text if is_code else text.replace("`", "'")
    return text.replace("|", "\\|").replace("<", "&lt;").replace("_", "\\_" if not is_code else "_")


def check_rows(rows: Iterable[str]) -> list[str]:
    """Of the rows, those that do not stand on the page."""
    lines = set(PAGE.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row not in lines]
