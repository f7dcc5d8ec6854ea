"""What a verdict says, in sentences: the headline, the answer, what to do, what is missing.

The words are made from the verdict alone; nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diag.platforms import display_order
from diag.show.failure_words import (
    MAX_NAME,
    NOTHING_SEEN,
    by_outcome,
    cut_off,
    cut_sentence,
    failure_sentence,
    has_failed,
    left_open,
)
from diag.show.text import bounded, listed

if TYPE_CHECKING:
    from diag.causes.model import Evidence, Finding
    from diag.verdict import Verdict

OUTCOME_WORDS = {
    "no_failure": "no failure found",
    "explained": "failure explained",
    "undecided": "failure not yet explained",
}
_MAX_CAUSES = 3  # named in a headline


@dataclass(frozen=True)
class Group:
    """Findings of one cause and status that differ in platform or symbol only."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that is shown for all of them."""
        return self.findings[0]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Their platforms, in the order of display."""
        return tuple(display_order(f.platform for f in self.findings if f.platform))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Their symbols, once each."""
        return tuple(dict.fromkeys(f.symbol for f in self.findings if f.symbol))

    @property
    def covers(self) -> tuple[str, ...]:
        """The further symbols that they are about, once each."""
        return tuple(dict.fromkeys(name for f in self.findings for name in f.covers))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every place that one of them cites, once each."""
        return tuple(dict.fromkeys(item for f in self.findings for item in f.evidence))

    def claim_beside(self, told: str) -> str:
        """The claim, unless it was told already."""
        return "" if claim_of(self.first).rstrip(".") in told else self.first.claim


def claim_of(finding: Finding) -> str:
    """The claim as a headline: of a name that fills a screen the middle is left out."""
    claim = finding.claim
    for name in finding.symbols:
        claim = claim.replace(name, bounded(name, MAX_NAME))
    return claim


def supported(verdict: Verdict, *roles: str) -> list[Finding]:
    """The supported findings of these roles (all roles where none is named), in order."""
    return [
        finding
        for finding in verdict.findings
        if finding.status == "supported" and (not roles or finding.role in roles)
    ]


NO_LINK_ERROR = "No linker failed: the step's own words are the best lead."


def is_failure_seen(verdict: Verdict) -> bool:
    """A platform that failed or died, or a linker's error; else nothing is known to be wrong."""
    died = len(verdict.outcomes) and verdict.outcomes["ran"].eq(False).fillna(False).any()
    return bool(has_failed(verdict) or len(verdict.link_errors) or died)


def outcome_words(verdict: Verdict) -> str:
    """The outcome as a reader takes it; a failure is named only where one was seen."""
    if verdict.outcome == "undecided" and not is_failure_seen(verdict):
        return "not decided"
    return "failure partly explained" if left_open(verdict) else OUTCOME_WORDS[verdict.outcome]


def headline(verdict: Verdict) -> str:
    """One or two sentences: what went wrong, where, why."""
    causes = supported(verdict, "cause")
    if verdict.outcome == "explained" and causes:
        return " ".join(_told_causes(verdict, causes))
    if verdict.outcome == "no_failure":
        return f"No failure found. {platform_sentence(verdict)}"
    if not is_failure_seen(verdict):
        return cut_sentence(verdict) or NOTHING_SEEN
    if len(verdict.failure_lines) and not len(verdict.link_errors):
        return f"{failure_sentence(verdict)} {NO_LINK_ERROR}"
    return f"{failure_sentence(verdict)} The evidence at hand does not decide why."


def _told_causes(verdict: Verdict, causes: list[Finding]) -> Iterator[str]:
    """The first cause with its claim, the others by name, and what none of them explains."""
    platforms: dict[str, list[str]] = {}
    for finding in causes:
        platforms.setdefault(finding.cause, []).append(finding.platform or "")
    told = [_on(name, own) for name, own in platforms.items()]
    yield ended(f"{told[0]}: {claim_of(causes[0])}")
    if len(told) > 1:
        yield ended(f"Besides: {listed(told[1:], limit=_MAX_CAUSES)}")
    if left := left_open(verdict):
        yield ended(f"Not explained: {listed(map(str, left))}")


def _on(cause: str, platforms: Iterable[str]) -> str:
    names = display_order(filter(None, platforms))
    return f"{cause} on {listed(names)}" if names else cause


def answer(verdict: Verdict) -> tuple[str, str, str]:
    """Three sentences: what happened, why, and what follows."""
    causes = supported(verdict, "cause")
    if verdict.outcome == "no_failure":
        latent = listed(dict.fromkeys(f.cause for f in supported(verdict, "latent")))
        rest = f"It carries what can fail later: {latent}." if latent else "Nothing else was seen."
        return ("No failure was found.", platform_sentence(verdict), rest)
    what = failure_sentence(verdict)
    if what == cut_sentence(verdict):
        others = by_outcome(verdict, "linked") or by_outcome(verdict, "canceled")
        what = platform_sentence(verdict) if others else what
    elif len(verdict.outcomes.query("platform != ''")):
        what = f"{what[:-1]}; {_lower(platform_sentence(verdict, others=True))}"
    if not causes:
        why = "No explanation is supported by the evidence at hand."
        return (what, why, _missing_sentence(verdict))
    return (what, _why(verdict, causes), _what_follows(verdict, causes[0]))


def _why(verdict: Verdict, causes: list[Finding]) -> str:
    """The claims of the causes, each once, and what they leave."""
    claims = list(dict.fromkeys(claim_of(finding).rstrip(".") for finding in causes))
    more = [f"{len(claims) - _MAX_CAUSES} further causes"] if len(claims) > _MAX_CAUSES else []
    left = [f"not explained: {listed(map(str, found))}"] if (found := left_open(verdict)) else []
    return ended("; ".join([*claims[:_MAX_CAUSES], *more, *left]))


def _what_follows(verdict: Verdict, cause: Finding) -> str:
    """What was believed and is refuted, and the first thing to do."""
    refuted = [finding for finding in verdict.findings if finding.status == "refuted"]
    # What people proposed comes first, and of that what they said of most platforms.
    count = Counter(finding.cause for finding in refuted)
    refuted.sort(key=lambda finding: (finding.role != "claim", -count[finding.cause]))
    named = list(dict.fromkeys(f"`{finding.cause}`" for finding in refuted))
    parts = [f"refuted: {listed(named, limit=4)}"] if named else []
    parts += [f"what to do: {step}" for step in steps_of(cause.fix)[:1]]
    told = "; ".join(parts) or "no fix is known for it"
    return ended(told[0].upper() + told[1:])


def platform_sentence(verdict: Verdict, *, others: bool = False) -> str:
    """How each platform ended; with `others`, those that did not fail."""
    words = {"linked": "was built", "canceled": "was canceled", "unknown": ""}
    words = words if others else {"failed": "failed", **words, "died": "was built and dies"}
    parts: list[str] = []
    for outcome, word in words.items():
        names = by_outcome(verdict, outcome)
        if names and outcome == "unknown":
            cut = cut_sentence(verdict) if set(names) <= set(cut_off(verdict)) else ""
            open_end = cut[:-1] or f"How {listed(names)} ended is not known"
            parts.append(_lower(open_end) if parts else open_end)
        elif names:
            verb = word.replace("was", "were").replace("dies", "die")
            parts.append(f"{listed(names)} {verb if len(names) > 1 else word}")
    if not parts:
        if others:
            return "no other platform is part of it."
        if verdict.outcome == "no_failure":
            return "The log shows a build that went to its end."
        return failure_sentence(verdict)
    return ended("; ".join(parts))


def what_to_do(verdict: Verdict) -> tuple[str, ...]:
    """The fixes of the supported causes, headline first, each once; then those that contribute."""
    return tuple(dict.fromkeys(step for fix in _fixes(verdict) for step in steps_of(fix)))


def what_stays(verdict: Verdict) -> tuple[str, ...]:
    """What these fixes do not cure, and what is no cure, in sentences said after the steps."""
    return tuple(dict.fromkeys(told for fix in _fixes(verdict) for told in not_cured_of(fix)))


def _fixes(verdict: Verdict) -> list[tuple[str, ...]]:
    return [f.fix for role in ("cause", "contributing") for f in supported(verdict, role)]


def steps_of(fix: Iterable[str]) -> tuple[str, ...]:
    """The steps of a fix, in order."""
    return tuple(step for step in fix if not _is_left(step))


def not_cured_of(fix: Iterable[str]) -> tuple[str, ...]:
    """What the fix does not cure: the JSON has it among the steps."""
    return tuple(ended(step) for step in fix if _is_left(step))


def _is_left(step: str) -> bool:
    from diag.causes.texts import (
        NO_CURE,
        NOT_CURED,
    )  # with every cause: who has a step has read them

    return step.startswith((NO_CURE, NOT_CURED))


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Findings in their order; those that say the same of several platforms stand together."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        said = finding.claim
        for own in (finding.platform, finding.symbol):
            said = said.replace(own, "") if own else said
        own_row = (finding.platform, finding.symbol) if finding.status == "supported" else ()
        key = (finding.cause, finding.status, finding.role, said, *own_row)
        groups.setdefault(key, []).append(finding)
    return [Group(tuple(members)) for members in groups.values()]


def _missing_sentence(verdict: Verdict) -> str:
    from diag.show.deciding import what_would_decide  # which groups findings by what is said here

    told = [
        one.missing.artefact
        for one in what_would_decide(verdict)
        if one.missing and not one.is_check
    ]
    if not told:
        return "No artefact is known that would decide it."
    return ended(f"What would decide: {listed(told)}")


def ended(sentence: str) -> str:
    """The sentence with its full stop."""
    sentence = sentence.strip()
    return sentence if not sentence or sentence.endswith((".", "!", "?")) else f"{sentence}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
