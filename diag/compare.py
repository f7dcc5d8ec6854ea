"""Two cases of one build: what the change between them did to the cause, not only the symptom.

Words: `cured` the failure and its cause are gone; `masked` the failure is hidden and the cause is
still there; `moved` it fails elsewhere or otherwise; `unproven` what was given does not show a
cure; `worse` a platform fails that was sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from diag.case import Case
from diag.causes.facts import Facts, Symbol
from diag.causes.model import NEVER_SHOWN, Evidence, Finding, Pairs
from diag.compare_symbols import by_objects
from diag.platforms import BY_NAME
from diag.schema import each
from diag.verdict import Verdict, gather_facts, judge

__all__ = ["Comparison", "PlatformChange", "compare"]

MAX_SYMBOLS = 100  # of one platform that are followed into the other build
_MASKS, _WEAK = ("undefined-ignored", "duplicate-ignored"), "weak-undefined"
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
    known: Pairs = field(default=(), repr=False, compare=False, metadata=NEVER_SHOWN)

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
        """What its links want and do not get, and what its causes are about: a green log of another
        build names no symbol."""
        named = {f.symbol for f in self.verdict.findings if f.status == "supported" and f.symbol}
        return {symbol.name for symbol in self.facts.wanted} | named

    def failure(self, platform: str) -> Finding | None:
        """The supported cause on that platform."""
        own = [f for f in self.verdict.findings if (f.platform or "") == platform]
        return next((f for f in own if f.status == "supported" and f.role == "cause"), None)

    def mask(self, platform: str, names: Collection[str] = ()) -> Finding | None:
        """What hides something on that platform: a switch, or a weak reference to one of `names`."""
        own = [f for f in self.verdict.findings if (f.platform or "") == platform]
        own = [f for f in own if f.status == "supported"]
        weak = [f for f in own if f.cause == _WEAK and f.symbol in names]
        return next((f for f in own if f.cause in _MASKS), None) or next(iter(weak), None)

    def wanted(self, platform: str) -> list[Symbol]:
        """The symbols that its link for the platform wants and does not get."""
        return [symbol for symbol in self.facts.wanted if symbol.platform == platform]

    def about(self, platform: str) -> list[Symbol]:
        """The symbols that the failure is about: those wanted, else the one that its cause names."""
        failure = self.failure(platform)
        named = [Symbol(failure.symbol, platform)] if failure and failure.symbol else []
        return self.wanted(platform) or named

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
        known=old.verdict.known + new.verdict.known + (back.verdict.known if back else ()),
    )


def _change(platform: str, old: Side, new: Side, back: Side | None) -> PlatformChange:
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    symbol = next(iter(old.about(platform)), None)
    result, by, evidence = _judge(platform, old, new, symbol)
    if result == "cured" and back is not None:
        result, evidence = _returns(platform, old, back, evidence)
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
    mask = new.mask(platform, {one.name for one in old.about(platform)})
    # A log may hold what the loader said when the program was started: the link itself was made.
    is_made = after == "linked" or new.failure(platform) == mask
    if mask is not None and is_made and not was_sound:
        return "masked", mask.cause, list(mask.evidence)
    if was_sound:
        is_sound = after == "linked" and mask is None and new.ran(platform) is not False
        failure = new.failure(platform)
        why = list(failure.evidence[:2]) if failure and not is_sound else []
        return (None if is_sound else "worse"), None, [*told, *why]
    if before in ("canceled", "unknown") and after == "linked" and symbol is None:
        return "unproven", None, told
    if after == "failed":
        return _still_fails(platform, old, new, symbol, told)
    return _links_now(platform, old, new, told)


def _still_fails(
    platform: str, old: Side, new: Side, symbol: Symbol | None, told: list[Evidence]
) -> _Judged:
    wanted = set(new.about(platform))
    same = next((one for one in old.about(platform) if one in wanted), None)
    if same is not None:
        return "unproven", None, [*new.facts.reference_evidence(same)[:1], *told]
    failure = new.failure(platform)
    old_failure = old.failure(platform)
    if failure and old_failure and failure.cause == old_failure.cause:
        if symbol is None and not failure.symbol:
            return "unproven", None, list(failure.evidence[:3])  # nothing has changed
        return "moved", failure.cause, list(failure.evidence[:3])
    return "moved", failure.cause if failure else None, told


def _links_now(platform: str, old: Side, new: Side, told: list[Evidence]) -> _Judged:
    """It links: is the cause gone, by what was given, and does the program run?"""
    symbols = old.about(platform)[:MAX_SYMBOLS]
    judged = [by_objects(new.facts, platform, symbol) for symbol in symbols]
    judged = judged or [_without_symbol(platform, old, new)]
    result, found = next((one for one in judged if one[0] != "cured"), judged[0])
    ran = new.ran(platform)
    if ran is False:
        told = [*told, *new.facts.end_of_run(platform)]
        result = _DIED.get(result, "unproven")
    elif result == "placeholder":
        result = "cured" if ran else "unproven"
    return ("unproven" if result == "wanted" else result), None, [*told, *found]


# What the objects say of a symbol -> the word, where the program that was linked dies.
_DIED = {"cured": "moved", "wanted": "masked", "placeholder": "masked"}


def _without_symbol(platform: str, old: Side, new: Side) -> tuple[str, list[Evidence]]:
    """A failure that is about no symbol: gone where nothing explains one any more, and the build
    shows what it could not make before. A step that was taken from a cache shows nothing."""
    failure = old.failure(platform)
    if failure is None or new.failure(platform) is not None:
        return "unproven", []
    if new.ran(platform) is True:
        return "cured", list(new.facts.end_of_run(platform))
    target = BY_NAME.get(platform)
    made = new.facts.of_platform(new.facts.objects, platform)
    made = made[made["kind"].isin(["executable", "shared"])]
    right = [r for r in each(made) if target is None or r.arch == target.elf_arch]
    if right:
        text = f"the output was made, for {right[0].arch}"
        return "cured", [Evidence(right[0].file, None, text)]
    if failure.family == "infrastructure":
        return _step_ended_well(platform, new)
    return "unproven", []


def _step_ended_well(platform: str, new: Side) -> tuple[str, list[Evidence]]:
    """What the machine did to a process shows in the step itself: it ran to its end this time."""
    steps = new.facts.steps
    rows = steps[(steps["target_platform"] == platform) & (steps["instruction"] == "RUN")]
    ran = [r for r in each(rows) if r.status == "ok"]
    text = "the step ran to its end"
    return ("cured" if ran else "unproven"), [
        Evidence(r.file, int(r.line_no), f"{text}: {r.name_text}"[:240]) for r in ran[-1:]
    ]


def _returns(
    platform: str, old: Side, back: Side, evidence: list[Evidence]
) -> tuple[str, list[Evidence]]:
    """Whether the failure returns when the fix is taken out."""
    wanted = set(back.about(platform))
    symbol = next((one for one in old.about(platform) if one in wanted), None)
    if symbol is not None:
        found = back.facts.reference_evidence(symbol)[:1]
        return "cured", [*evidence, *found]
    before, again = old.failure(platform), back.failure(platform)
    if before and again and before.cause == again.cause and not before.symbol:
        return "cured", [*evidence, *again.evidence[:1]]
    seen = [item.file for item in back.facts.outcome_evidence(platform)]
    told = "the failure does not return when the fix is taken out"
    return "unproven", [*evidence, Evidence([*seen, back.facts.dockerfile or ""][0], None, told)]
