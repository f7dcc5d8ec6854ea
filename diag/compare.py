"""Two cases of one build: what the change between them did to the cause, not only the symptom.

Words: `cured` the failure and its cause are gone; `masked` the failure is hidden and the cause is
still there; `moved` it fails elsewhere or otherwise; `unproven` what was given does not show a
cure; `worse` a platform fails that was sound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from diag.case import Case
from diag.causes.facts import Facts, Symbol
from diag.causes.infrastructure import NATIVE
from diag.causes.masks import DUPLICATE, UNDEFINED
from diag.causes.model import NEVER_SHOWN, Evidence, Finding, Pairs
from diag.causes.weak_names import WEAK
from diag.compare_doubts import doubt_about, native_is_new, other_project
from diag.compare_masks import added_mask
from diag.compare_symbols import by_objects, by_output
from diag.verdict import Verdict, gathered, judge

__all__ = ["Comparison", "PlatformChange", "compare"]

MAX_SYMBOLS = 100  # of one platform that are followed into the other build
_MASKS = (UNDEFINED, DUPLICATE)
_WORST_FIRST = ("worse", "masked", "moved", "unproven", "cured")


@dataclass(frozen=True)
class PlatformChange:
    """One platform before and after. `result` is None where it was sound both times; `symbol` is
    the first of `n_symbols` that the failure is about."""

    platform: str
    result: str | None
    by: str | None
    before: str
    after: str
    symbol: str | None
    evidence: tuple[Evidence, ...]
    n_symbols: int = 0

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
            facts = gathered(case, symbols=key)
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
        weak = [f for f in own if f.cause == WEAK and f.symbol in names]
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
        return self.facts.ran(platform)


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
        evidence=worst.evidence if worst else _never_failed(changes, new),
        before_title=old.verdict.title,
        after_title=new.verdict.title,
        known=old.verdict.known + new.verdict.known + (back.verdict.known if back else ()),
    )


def _never_failed(changes: Sequence[PlatformChange], new: Side) -> tuple[Evidence, ...]:
    """Where each platform was sound both times, no change can have cured it."""
    told = new.facts.outcome_evidence(changes[0].platform) if changes else ()
    return tuple(_said(told, "sound before and after: there was no failure to cure"))


def _change(platform: str, old: Side, new: Side, back: Side | None) -> PlatformChange:
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    symbol = next(iter(old.about(platform)), None)
    result, by, evidence = _judge(platform, old, new, symbol)
    if result == "cured" and back is not None:
        result, evidence = _returns(platform, old, back, evidence)
    about = old.about(platform) or (new.about(platform) if result == "worse" else [])
    name, n_symbols = (about[0].name if about else None), len(about)
    return PlatformChange(platform, result, by, before, after, name, tuple(evidence), n_symbols)


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
    if after == "linked" and before == "failed":
        added = added_mask(old.facts, new.facts, platform, old.about(platform)[:MAX_SYMBOLS])
        if added is not None:
            return "masked", added[0], [*added[1], *told]
    if was_sound:
        is_sound = after == "linked" and mask is None and new.ran(platform) is not False
        failure = new.failure(platform)
        if is_sound:
            return None, None, told
        wanted = new.wanted(platform)[:1]
        said = [one for symbol in wanted for one in new.facts.reference_evidence(symbol)[:1]]
        return "worse", None, [*told, *(failure.evidence[:2] if failure else said)]
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
        as_before = _said(told, "it fails as before, for the same name")
        return "unproven", None, [*new.facts.reference_evidence(same)[:1], *told, *as_before]
    failure = new.failure(platform)
    old_failure = old.failure(platform)
    if failure and old_failure and failure.cause == old_failure.cause:
        if symbol is None and not failure.symbol:
            same_end = _said(told, "it fails as before, of the same cause")  # nothing has changed
            return "unproven", None, [*failure.evidence[:3], *same_end]
        return "moved", failure.cause, list(failure.evidence[:3])
    return "moved", failure.cause if failure else None, told


def _said(told: Sequence[Evidence], text: str) -> list[Evidence]:
    """The same place with words of what it means."""
    return [Evidence(told[0].file, told[0].line_no, text)] if told else []


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
    if result != "cured":
        return ("unproven" if result == "wanted" else result), None, [*told, *found]
    return _without_doubt(platform, old, new, symbols, [*told, *found])


def _without_doubt(
    platform: str, old: Side, new: Side, symbols: list[Symbol], told: list[Evidence]
) -> _Judged:
    """A cure, unless something that was given leaves a doubt; a good run shows what objects do not."""
    doubt = other_project(old.facts, new.facts, platform)
    if doubt is not None:
        return "unproven", None, [doubt, *told]
    native = native_is_new(old.facts, new.facts, platform)
    if native is not None:
        return "unproven", NATIVE, [native, *told]
    for symbol in [] if new.ran(platform) else symbols:
        now = Symbol(symbol.name, platform)
        doubt = doubt_about(old.facts, new.facts, now, old.failure(platform))
        if doubt is not None:
            return "unproven", None, [doubt, *told]
    return "cured", None, told


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
    return by_output(new.facts, platform, failure.family)


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
