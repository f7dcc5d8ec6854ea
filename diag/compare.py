"""Two cases of one build: what the change between them did to the cause, not only the symptom.

Words: `cured` the failure and its cause are gone; `masked` the failure is hidden and the cause is
still there; `moved` it fails elsewhere or otherwise; `unproven` what was given does not show a
cure; `worse` a platform fails that was sound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from diag.case import Case
from diag.causes.facts import Facts, Symbol, counted, sightings_evidence
from diag.causes.model import Evidence, Finding
from diag.verdict import Verdict, gather_facts, judge

__all__ = ["Comparison", "PlatformChange", "compare"]

_MASKS = ("undefined-ignored", "duplicate-ignored")
_WORST_FIRST = ("worse", "masked", "moved", "unproven", "cured")


@dataclass(frozen=True)
class PlatformChange:
    """One platform before and after. `result` is None where it was sound both times."""

    platform: str
    result: str | None
    by: str | None
    before: str
    after: str
    symbol: str | None
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """One item of `platforms` in the JSON contract."""
        return {
            "platform": self.platform or None,
            "result": self.result,
            "by": self.by,
            "before": self.before,
            "after": self.after,
            "symbol": self.symbol,
            "evidence": [item.to_json() for item in self.evidence],
        }


@dataclass(frozen=True)
class Comparison:
    """What the change did: the worst word over all platforms, and each platform apart."""

    result: str
    by: str | None
    platforms: tuple[PlatformChange, ...]
    evidence: tuple[Evidence, ...]
    before_title: str = ""
    after_title: str = ""

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of `compare`, schema 1."""
        return {
            "schema": 1,
            "result": self.result,
            "by": self.by,
            "platforms": [change.to_json() for change in self.platforms],
            "evidence": [item.to_json() for item in self.evidence],
        }


@dataclass(frozen=True)
class Side:
    """One case, judged."""

    facts: Facts
    verdict: Verdict

    @classmethod
    def of(cls, case: Case, symbols: Iterable[str] = ()) -> Side:
        """The case judged; `symbols` are looked for in its objects too."""
        key = frozenset(symbols)
        if key not in case.judged:  # one `before` is compared with many builds
            facts = gather_facts(case, symbols=key)
            case.judged[key] = cls(facts, judge(case, facts))
        return case.judged[key]  # type: ignore[no-any-return]

    @property
    def symbols(self) -> set[str]:
        """What its links want and do not get: a green log of another build names no symbol."""
        return {symbol.name for symbol in self.facts.wanted}

    def failure(self, platform: str) -> Finding | None:
        """The supported cause on that platform."""
        own = [f for f in self.verdict.findings if (f.platform or "") == platform]
        return next((f for f in own if f.status == "supported" and f.role == "cause"), None)

    def mask(self, platform: str) -> Finding | None:
        """A switch that hides something on that platform."""
        own = [f for f in self.verdict.findings if (f.platform or "") == platform]
        return next((f for f in own if f.status == "supported" and f.cause in _MASKS), None)

    def wanted(self, platform: str) -> list[Symbol]:
        """The symbols that its link for the platform wants and does not get."""
        return [symbol for symbol in self.facts.wanted if symbol.platform == platform]

    def ran(self, platform: str) -> bool | None:
        """Whether the program ran to a good end; None where that was not tried."""
        rows = self.facts.outcomes[self.facts.outcomes["platform"] == platform]
        value = rows["ran"].iloc[0] if len(rows) else None
        return None if value is None or value != value else bool(value)


def compare(before: Case, after: Case, reverted: Case | None = None) -> Comparison:
    """What the change from `before` to `after` did; `reverted` is the build with it taken out."""
    old = Side.of(before)
    back = Side.of(reverted, old.symbols) if reverted is not None else None
    return compare_sides(old, Side.of(after, old.symbols), back)


def compare_sides(old: Side, new: Side, back: Side | None = None) -> Comparison:
    """The same of cases judged before: many changes to one build are set against it once."""
    names = dict.fromkeys((*old.facts.judged, *new.facts.judged))
    changes = tuple(_change(platform, old, new, back) for platform in names)
    results = [change for change in changes if change.result]
    worst = min(results, key=lambda change: _WORST_FIRST.index(change.result or ""), default=None)
    return Comparison(
        result=(worst.result or "unproven") if worst else "unproven",
        by=worst.by if worst else None,
        platforms=changes,
        evidence=worst.evidence if worst else (),
        before_title=old.verdict.title,
        after_title=new.verdict.title,
    )


def _change(platform: str, old: Side, new: Side, back: Side | None) -> PlatformChange:
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    symbol = next(iter(old.wanted(platform)), None)
    result, by, evidence = _judge(platform, old, new, symbol)
    if result == "cured" and back is not None:
        result, evidence = _returns(platform, symbol, back, evidence)
    name = symbol.name if symbol else None
    return PlatformChange(platform, result, by, before, after, name, tuple(evidence))


_Judged = tuple[str | None, str | None, list[Evidence]]


def _judge(platform: str, old: Side, new: Side, symbol: Symbol | None) -> _Judged:
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    told = list(new.facts.outcome_evidence(platform))
    was_sound = (
        before == "linked" and old.failure(platform) is None and old.ran(platform) is not False
    )
    if after in ("canceled", "unknown"):
        return (None if was_sound and after == "canceled" else "unproven"), None, told
    mask = new.mask(platform)
    if after == "linked" and mask is not None and not was_sound:
        return "masked", mask.cause, list(mask.evidence)
    if was_sound:
        is_sound = after == "linked" and mask is None and new.ran(platform) is not False
        return (None if is_sound else "worse"), None, told
    if before in ("canceled", "unknown") and after == "linked" and symbol is None:
        return "unproven", None, told
    if after == "failed":
        return _still_fails(platform, old, new, symbol, told)
    return _links_now(platform, new, symbol, told)


def _still_fails(
    platform: str, old: Side, new: Side, symbol: Symbol | None, told: list[Evidence]
) -> _Judged:
    same = symbol is not None and symbol in new.wanted(platform)
    if same and symbol is not None:
        return "unproven", None, [*new.facts.reference_evidence(symbol)[:1], *told]
    failure = new.failure(platform)
    old_failure = old.failure(platform)
    if failure and old_failure and failure.cause == old_failure.cause:
        return "moved", failure.cause, list(failure.evidence[:3])
    return "moved", failure.cause if failure else None, told


def _links_now(platform: str, new: Side, symbol: Symbol | None, told: list[Evidence]) -> _Judged:
    """It links: is the cause gone, by the objects, and does the program run?"""
    result, found = _by_objects(platform, new, symbol)
    if new.ran(platform) is False:
        told = [*told, *new.facts.end_of_run(platform)]
        result = {"cured": "moved", "wanted": "masked"}.get(result, "unproven")
    return ("unproven" if result == "wanted" else result), None, [*told, *found]


def _by_objects(platform: str, new: Side, symbol: Symbol | None) -> tuple[str, list[Evidence]]:
    """What the objects say of the symbol: cured, wanted (it is, and has no one definition)."""
    if symbol is None or not new.facts.has_objects(platform):
        return "unproven", []
    now = Symbol(symbol.name, platform)
    defined, wanted = new.facts.definitions(now), new.facts.seen(now, "wanted")
    members = defined.drop_duplicates(["member", "size_bytes"])
    if wanted.empty and defined.empty:
        # Only the linked program shows that nothing wants it: objects not given still may.
        is_shown = any(kind == "executable" for kind in _own_objects(new.facts, platform)["kind"])
        return "cured" if is_shown else "unproven", [_not_wanted(new.facts, now)]
    if len(members) == 1:
        return "cured", sightings_evidence(members, f"defines {now.name}, once")
    if len(members) > 1:
        return "unproven", sightings_evidence(members, f"defines {now.name}")
    return "wanted", sightings_evidence(wanted, f"still wants {now.name}")


def _own_objects(facts: Facts, platform: str) -> pd.DataFrame:
    return facts.of_platform(facts.objects, platform)


def _not_wanted(facts: Facts, symbol: Symbol) -> Evidence:
    own = _own_objects(facts, symbol.platform)
    programs = own.loc[own["kind"] == "executable", "file"]
    what = counted(len(own), "object or member", "objects and members")
    text = f"of {what} given for {symbol.platform}, none wants {symbol.name} any more"
    return Evidence([*programs, *own["file"]][0], None, text)


def _returns(
    platform: str, symbol: Symbol | None, back: Side, evidence: list[Evidence]
) -> tuple[str, list[Evidence]]:
    """Whether the failure returns when the fix is taken out."""
    if symbol is not None and symbol in back.wanted(platform):
        found = back.facts.reference_evidence(symbol)[:1]
        return "cured", [*evidence, *found]
    told = Evidence(
        back.facts.dockerfile or "", None, "the failure does not return when the fix is taken out"
    )
    return "unproven", [*evidence, told]
