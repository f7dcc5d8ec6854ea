"""Why a symbol is satisfied or left open, as JSON: docs/schemas/why.schema.json."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from diag.join.link_units import COMMON, STRONG, WEAK, Unit
from diag.join.near import NearName
from diag.join.resolve import RULE_LINKERS
from diag.join.why import Outcome, Why
from diag.show.why import Near, applying, is_open, near_sentence, sentence, to_do

_STRENGTHS = {STRONG: "strong", WEAK: "weak", COMMON: "common"}


def why_json(
    asked: str, whys: Iterable[Why], near: Near | None = None, *, is_ordered: bool = True
) -> dict[str, Any]:
    """One entry of `verdicts` a raw name and machine; none where no file has the symbol.

    `near`: names that may be meant. `is_ordered`: False where no order of the files is known; outcomes are those of the rule that
    needs none then.
    """
    known = near or {}
    verdicts = [_verdict(why, known.get((why.name, why.arch), ()), is_ordered) for why in whys]
    return {"schema": 1, "asked": asked, "is_ordered": is_ordered, "verdicts": verdicts}


def _verdict(why: Why, near: Sequence[NearName], is_ordered: bool) -> dict[str, Any]:
    outcomes = applying(why, is_ordered)
    return {
        "name": why.name,
        "arch": why.arch,
        "is_open": is_open(why, is_ordered=is_ordered),
        "n_objects": why.n_units,
        "wants": [{**_place(unit), "is_weak": is_weak} for unit, is_weak in why.wants],
        "definitions": [
            {
                **_place(one.unit),
                "arch": one.unit.arch,
                "strength": _STRENGTHS.get(one.strength, "strong"),
                "withheld": one.withheld or None,
            }
            for one in why.definitions
        ],
        "outcomes": [_outcome(why, outcome) for outcome in outcomes],
        "near": [
            {
                "name": one.name,
                **_place(one),
                "text": near_sentence(why, one),
            }
            for one in near
        ],
        "to_do": list(dict.fromkeys(to_do(why, outcomes))),
    }


def _outcome(why: Why, outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "linkers": RULE_LINKERS[outcome.rule],
        "status": outcome.status,
        "by": None if outcome.by is None else _place(outcome.by),
        "how": outcome.how or None,
        "pulled_for": outcome.pulled_for or None,
        "doubled": [_place(unit) for unit in outcome.doubled],
        "reason": outcome.reason or None,
        "text": sentence(why, outcome),
    }


def _place(unit: Unit | NearName) -> dict[str, Any]:
    return {"file": unit.file, "member": unit.member, "member_no": unit.member_no}
