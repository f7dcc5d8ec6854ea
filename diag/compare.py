"""Two cases of one build: what the change between them did to the cause, not only the symptom.

Words: `cured` the failure and its cause are gone; `masked` the failure is hidden and the cause is
still there; `moved` it fails elsewhere or otherwise; `unproven` what was given does not show a
cure; `worse` a platform fails that was sound.
"""

from __future__ import annotations

from collections.abc import Sequence

from diag.case import Case
from diag.causes.facts import Symbol
from diag.causes.infrastructure import NATIVE
from diag.causes.model import Evidence
from diag.compare_build import (
    from_cache,
    is_step_gone,
    newly_swallows,
    not_in_after,
    not_made_again,
    step_changed,
    steps_gone,
    swallowed,
)
from diag.compare_cure import cure_of, taken_of
from diag.compare_doubts import doubt_about, native_is_new, other_body, other_project
from diag.compare_gone import Told, link_changed
from diag.compare_masks import added_mask, permitted
from diag.compare_model import GONE, RAN, Comparison, Judged, PlatformChange
from diag.compare_side import Side, words_of_both
from diag.compare_symbols import Seen, by_objects, by_output, sentence, why_not

__all__ = ["Comparison", "PlatformChange", "Side", "compare", "compare_sides"]

MAX_SYMBOLS = 100  # of one platform that are followed into the other build
_WORST_FIRST = ("worse", "masked", "moved", "unproven", "cured")


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
    sound = _never_failed(changes, new)
    return Comparison(
        result=(worst.result or "unproven") if worst else "unproven",
        by=worst.by if worst else None,
        platforms=changes,
        evidence=worst.evidence if worst else sound,
        before_title=old.verdict.title,
        after_title=new.verdict.title,
        known=old.verdict.known + new.verdict.known + (back.verdict.known if back else ()),
        how=worst.how if worst else "",
        says=worst.says if worst else (_NO_FAILURE,),
    )


_NO_FAILURE = "sound before and after: there was no failure to cure"


def _never_failed(changes: Sequence[PlatformChange], new: Side) -> tuple[Evidence, ...]:
    """Where each platform was sound both times, no change can have cured it."""
    told = new.facts.outcome_evidence(changes[0].platform) if changes else ()
    return tuple(_said(told, _NO_FAILURE))


def _change(platform: str, old: Side, new: Side, back: Side | None) -> PlatformChange:
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    symbol = next(iter(old.about(platform)), None)
    found = _with_build(platform, old, new, _judge(platform, old, new, symbol))
    if found.result == "cured" and back is not None:
        found = _returns(platform, old, back, found)
    about = old.about(platform) or (new.about(platform) if found.result == "worse" else [])
    name, n_symbols = (about[0].name if about else None), len(about)
    return PlatformChange(
        platform, found.result, found.by, before, after, name, _once(found.evidence), n_symbols,
        found.how if found.result == "cured" else "", found.says,
    )  # fmt: skip


def _once(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


def _judge(platform: str, old: Side, new: Side, symbol: Symbol | None) -> Judged:
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    told = new.facts.outcome_evidence(platform)
    was_sound = (
        before == "linked" and old.failure(platform) is None and old.ran(platform) is not False
    )
    if after in ("canceled", "unknown"):
        return _no_end(platform, old, new, was_sound)
    masked = _masked(platform, old, new, was_sound)
    if masked is not None:
        return masked
    if was_sound:
        return _was_sound(platform, new)
    if before in ("canceled", "unknown") and after == "linked" and symbol is None:
        return Judged("unproven", None, told, ("nothing shows that it failed in BEFORE",))
    if after == "failed":
        return _still_fails(platform, old, new, symbol, list(told))
    return _links_now(platform, old, new, list(told))


def _no_end(platform: str, old: Side, new: Side, was_sound: bool) -> Judged:
    """A platform of which the build after does not show how it ended, or that it does not have."""
    gone, after = not_in_after(old.facts, new.facts, platform), new.facts.outcome(platform)
    told = new.facts.outcome_evidence(platform)
    if gone is not None:
        return Judged("unproven", None, gone.evidence, gone.says)
    if after == "canceled":
        result = None if was_sound else "unproven"
        return Judged(result, None, told, ("it was canceled in AFTER",))
    said = Told(("nothing that was given of AFTER shows how it ended",), told)
    said += link_changed(old.facts, new.facts, platform)
    return Judged("unproven", None, said.evidence, said.says)


def _masked(platform: str, old: Side, new: Side, was_sound: bool) -> Judged | None:
    """A switch or a weak reference hides the failure."""
    before, after = old.facts.outcome(platform), new.facts.outcome(platform)
    told, about = new.facts.outcome_evidence(platform), old.about(platform)
    mask = new.mask(platform, {one.name for one in about})
    # A log may hold what the loader said when the program was started: the link itself was made.
    is_made = after == "linked" or new.failure(platform) == mask
    if mask is not None and is_made and not was_sound:
        said = (*map(sentence, mask.evidence[:1]), *taken_of(new.facts, about))
        return Judged("masked", mask.cause, mask.evidence, said)
    if after != "linked" or before != "failed":
        return None
    by_name = added_mask(old.facts, new.facts, platform, about[:MAX_SYMBOLS])
    added = by_name or permitted(old.facts, new.facts, platform)
    if added is None:
        return None
    text = f"{sentence(added[1][0])}, as it did not in BEFORE"
    said = (text, *taken_of(new.facts, about))
    return Judged("masked", added[0], (*added[1], *told), said)


def _was_sound(platform: str, new: Side) -> Judged:
    told, failure = new.facts.outcome_evidence(platform), new.failure(platform)
    if new.facts.outcome(platform) == "linked" and new.ran(platform) is not False:
        return Judged(None, None, told)
    wanted = new.wanted(platform)[:1]
    said = [one for symbol in wanted for one in new.facts.reference_evidence(symbol)[:1]]
    found = (*told, *(failure.evidence[:2] if failure else said))
    return Judged("worse", None, found, ("it was sound in BEFORE",))


def _still_fails(
    platform: str, old: Side, new: Side, symbol: Symbol | None, told: list[Evidence]
) -> Judged:
    wanted = set(new.about(platform))
    same = next((one for one in old.about(platform) if one in wanted), None)
    if same is not None:
        text = "it fails as before, for the same name"
        found = (*new.facts.reference_evidence(same)[:1], *told, *_said(told, text))
        return Judged("unproven", None, found, (text,))
    failure = new.failure(platform)
    old_failure = old.failure(platform)
    if failure and old_failure and failure.cause == old_failure.cause:
        if symbol is None and not failure.symbol:
            text = "it fails as before, of the same cause"  # nothing has changed
            return Judged("unproven", None, (*failure.evidence[:3], *_said(told, text)), (text,))
        return Judged("moved", failure.cause, failure.evidence[:3], (failure.claim.rstrip("."),))
    if failure is None or old_failure is None:
        text = words_of_both(old, new, platform)
        if text:
            return Judged("unproven", None, (*told, *_said(told, text)), (text,))
    if failure is None:
        return Judged("moved", None, tuple(told), ("it fails otherwise, of a cause not known",))
    return Judged("moved", failure.cause, tuple(told), (failure.claim.rstrip("."),))


def _said(told: Sequence[Evidence], text: str) -> list[Evidence]:
    """The same place with words of what it means."""
    return [Evidence(told[0].file, told[0].line_no, text)] if told else []


def _links_now(platform: str, old: Side, new: Side, told: list[Evidence]) -> Judged:
    """It links: is the cause gone, by what was given, and does the program run?"""
    symbols = old.about(platform)[:MAX_SYMBOLS]
    judged = [by_objects(new.facts, platform, symbol) for symbol in symbols]
    judged = judged or [_without_symbol(platform, old, new)]
    found = next((one for one in judged if one.word != "cured"), judged[0])
    result, ran = found.word, new.ran(platform)
    if ran is False:
        told = [*told, *new.facts.end_of_run(platform)]
        result = _DIED.get(result, "unproven")
    elif result == "placeholder":
        result = "cured" if ran else "unproven"
    if result != "cured":
        why = why_not(old.facts, new.facts, platform, found, taken_of(new.facts, symbols))
        evidence = (*told, *found.evidence, *why.evidence)
        return Judged("unproven" if result == "wanted" else result, None, evidence, why.says)
    return _without_doubt(platform, old, new, found, told)


# What the objects say of a symbol -> the word, where the program that was linked dies.
_DIED = {"cured": "moved", "wanted": "masked", "placeholder": "masked"}


_NO_RUN = "no run of the program is on record"


def _without_doubt(
    platform: str, old: Side, new: Side, found: Seen, told: list[Evidence]
) -> Judged:
    """A cure, unless something that was given leaves a doubt; a good run shows what objects do not."""
    symbols, failure = old.about(platform)[:MAX_SYMBOLS], old.failure(platform)
    how, cure = cure_of(old.facts, new.facts, symbols, found.how, failure)
    cure = cure if cure.says else Told(tuple(map(sentence, found.evidence[:1])))
    cure += Told((f"the cause that was found in BEFORE: {failure.cause}",)) if failure else Told()
    evidence = (*told, *found.evidence, *cure.evidence)
    doubt = other_project(old.facts, new.facts, platform)
    doubt = doubt or not_made_again(old.facts, new.facts, platform)
    bodies = (other_body(new.facts, Symbol(symbol.name, platform)) for symbol in symbols)
    doubt = doubt or next((body for body in bodies if body), None)
    if doubt is not None:
        return Judged("unproven", None, (doubt, *evidence), (doubt.text, *cure.says))
    native = native_is_new(old.facts, new.facts, platform)
    if native is not None:
        return Judged("unproven", NATIVE, (native, *evidence), (native.text, *cure.says))
    for symbol in symbols if not new.ran(platform) else []:
        now = Symbol(symbol.name, platform)
        doubt = doubt_about(old.facts, new.facts, now, failure, is_gone=how == GONE)
        if doubt is not None:
            return Judged("unproven", None, (doubt, *evidence), (*cure.says, _NO_RUN))
    return Judged("cured", None, evidence, cure.says, how)


def _without_symbol(platform: str, old: Side, new: Side) -> Seen:
    """A failure that is about no symbol: gone where nothing explains one any more, and the build
    shows what it could not make before. A step that was taken from a cache shows nothing."""
    failure = old.failure(platform)
    if failure is None or new.failure(platform) is not None:
        return Seen("unproven", "", [])
    if new.ran(platform) is True:
        return Seen("cured", RAN, list(new.facts.end_of_run(platform)))
    seen = by_output(new.facts, platform, failure.family)
    # Where the step that died is not there any more, that others ended well shows nothing.
    is_gone = seen.how == RAN and is_step_gone(old.facts, new.facts, platform)
    return Seen("unproven", "", []) if is_gone else seen


def _with_build(platform: str, old: Side, new: Side, found: Judged) -> Judged:
    """The same, with what the change did to the build itself."""
    if found.result is None or platform not in new.facts.judged:
        return found
    is_failed = new.facts.outcome(platform) == "failed"
    if is_failed and found.result != "masked":
        told = swallowed(new.facts, platform, new.linked)
    else:
        told = newly_swallows(old.facts, new.facts, platform)
    told += step_changed(old.facts, new.facts, platform)
    told += from_cache(old.facts, new.facts, platform)
    if not is_failed:  # what would have come after a failure is not there for that reason
        told += steps_gone(old.facts, new.facts, platform)
    evidence = (*found.evidence, *told.evidence)
    return Judged(found.result, found.by, evidence, (*found.says, *told.says), found.how)


def _returns(platform: str, old: Side, back: Side, found: Judged) -> Judged:
    """Whether the failure returns when the fix is taken out."""
    wanted = set(back.about(platform))
    symbol = next((one for one in old.about(platform) if one in wanted), None)
    seen: Sequence[Evidence] | None = None
    before, again = old.failure(platform), back.failure(platform)
    if symbol is not None:
        seen = back.facts.reference_evidence(symbol)[:1]
    elif before and again and before.cause == again.cause and not before.symbol:
        seen = again.evidence[:1]
    if seen is not None:
        says = (*found.says, "with the change taken out it fails again")
        return Judged("cured", None, (*found.evidence, *seen), says, found.how)
    files = [item.file for item in back.facts.outcome_evidence(platform)]
    told = "the failure does not return when the fix is taken out"
    last = Evidence([*files, back.facts.dockerfile or ""][0], None, told)
    return Judged("unproven", None, (*found.evidence, last), (told,))
