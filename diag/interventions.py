"""What each of many changes to one build did: the verdict beside what really happened.

interventions("cases/")                               # a folder of case folders, `before` among them
interventions({"before": case, "other": other_case})  # or cases by name
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema
from diag.case import Case, open_case
from diag.causes.facts import Symbol
from diag.compare import PlatformChange, Side, compare_sides
from diag.errors import InputError
from diag.join import distinct_definitions, join_isa
from diag.paths import found_in

__all__ = ["interventions"]


def interventions(
    folder_or_cases: str | Path | Mapping[str, Case], before: str = "before"
) -> pd.DataFrame:
    """Frame `interventions`: one row a case and platform, the case `before` first.

    The others stand in the order of the mapping, or of their names in the folder. `agrees` is
    false where the verdict's outcome is not the recorded one; where a platform that failed has no
    cause; where one that ran has a cause without a mask, or is called moved or worse; and where one
    that failed or died is called cured or sound. How a program ended the case alone tells.
    Raises InputError where there is no case called `before`.
    """
    cases = _cases(folder_or_cases)
    if before not in cases:
        told = ", ".join(cases) or "none"
        raise InputError(f"no case is called {before!r}", help=f"there are: {told}")
    old = Side.of(cases[before])
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys((before, *cases)):
        case = cases[name]
        new = old if name == before else Side.of(case, old.symbols)
        rows += _rows(name, case, old, new)
    return schema.make("interventions", rows)


def _cases(given: str | Path | Mapping[str, Case]) -> dict[str, Case]:
    if isinstance(given, Mapping):
        return dict(given)
    found = found_in(given, "*/case.toml")
    if not found:
        raise InputError("no folder in it holds a case.toml", file=str(given))
    return {path.parent.name: open_case(path.parent) for path in found}


def _rows(name: str, case: Case, old: Side, new: Side) -> Iterator[dict[str, Any]]:
    isa = join_isa(case.isa, case.objects, case.platform_of_file)
    functions = isa.loc[~isa["is_output"], "platform"].value_counts()
    for change in compare_sides(old, new).platforms:
        symbol = Symbol(change.symbol, change.platform) if change.symbol else None
        told = _recorded(case, change.platform) | _judged(change, new, is_change=new is not old)
        yield {
            "case": name,
            "title": case.title,
            "platform": change.platform,
            **told,
            **_members(new, symbol, change.platform),
            "n_avx512_functions": _count(new, functions, change.platform),
            "agrees": _agrees(told, change, new),
        }


# -- what really happened ---------------------------------------------------------------------------


def _recorded(case: Case, platform: str) -> dict[str, Any]:
    """What the case tells of the platform: it alone knows how the program ended, and where."""
    linked = case.linked.get(platform, (None, ""))[0]
    runs = case.runs[case.runs["platform"] == platform]
    decisive = runs[runs["is_decisive"]]
    told: dict[str, Any] = {"linked": linked, "ended": "", "machine": "", "runs": []}
    if len(decisive):
        end = decisive.iloc[-1]
        told |= {"ran": _end(end) == "exit 0", "ended": _end(end), "machine": end["machine"]}
        told["is_emulated"] = bool(end["is_emulated"])
    told["runs"] = [_run(run) for _, run in runs.iterrows()]
    return told


def _end(run: pd.Series) -> str:
    return f"exit {run['exit_code']}" if pd.isna(run["signal"]) else str(run["signal"])


def _run(run: pd.Series) -> str:
    return f"{_end(run)} on {run['machine']}{' (emulated)' if run['is_emulated'] else ''}"


# -- what the verdict says of it --------------------------------------------------------------------


def _judged(change: PlatformChange, new: Side, *, is_change: bool) -> dict[str, Any]:
    cause = new.failure(change.platform)
    evidence = [*(cause.evidence if cause else ()), *change.evidence]
    evidence += new.facts.outcome_evidence(change.platform)
    places = [item for item in evidence if item.line_no is not None] or evidence
    return {
        "cause": cause.cause if cause else None,
        "result": change.result if is_change else None,
        "by": change.by if is_change else None,
        "symbol": change.symbol,
        "where": places[0].place if places else "",
    }


def _members(new: Side, symbol: Symbol | None, platform: str) -> dict[str, Any]:
    """How many object members want the symbol and define it, and what the program has of it."""
    if symbol is None or not new.facts.has_objects(platform):
        return {}
    wanted, defined = new.facts.seen(symbol, "wanted"), new.facts.definitions(symbol)
    return {
        "n_wanted": _n_members(wanted[~wanted["is_output"]]),
        "n_defined": len(distinct_definitions(defined, new.facts.objects)),
        "in_output": _output_of(new, symbol, platform),
    }


def _n_members(rows: pd.DataFrame) -> int:
    """An rlib that bundles a member of an archive holds the same one."""
    return len(rows.drop_duplicates(["member", "size_bytes"]))


def _output_of(new: Side, symbol: Symbol, platform: str) -> str:
    own = new.facts.of_platform(new.facts.objects, platform)
    if not (own["kind"] == "executable").any():
        return "no output"
    roles = [
        r for r in ("defined", "zero", "wanted") if new.facts.seen(symbol, r)["is_output"].any()
    ]
    return roles[0] if roles else "absent"


def _count(new: Side, functions: pd.Series, platform: str) -> int | None:
    """None where no objects of the platform were given: that is not nought."""
    return int(functions.get(platform, 0)) if new.facts.has_objects(platform) else None


def _agrees(told: Mapping[str, Any], change: PlatformChange, new: Side) -> bool:
    """Whether nothing that the verdict says goes against what was recorded."""
    linked, ran = told["linked"], told.get("ran")
    if linked is None:
        return change.after == "unknown"
    if (change.after == "linked") != linked:
        return False
    if linked and ran is not False:
        is_sound = told["cause"] is None and change.result not in ("moved", "worse")
        return is_sound or new.mask(change.platform) is not None
    is_explained = linked or told["cause"] is not None
    return is_explained and change.result not in ("cured", None)
