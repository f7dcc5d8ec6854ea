"""What a verdict says, in sentences: the headline, the answer, what to do, what is missing.

The words are made from the verdict alone; nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diag.platforms import display_order
from diag.show.text import as_text, bounded, clip, is_missing, listed
from diag.show.wanted import Wanted, what_is_missing

if TYPE_CHECKING:
    import pandas as pd

    from diag.causes.model import Evidence, Finding
    from diag.verdict import Verdict

OUTCOME_WORDS = {
    "no_failure": "no failure found",
    "explained": "failure explained",
    "undecided": "failure not yet explained",
}
_MAX_SAID = 160  # of a complaint of the log
_MAX_NAME = 200  # of a name in a headline; what it is found in is cited below
_MAX_STEP = 80  # of a step's name; the log holds the whole


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
        claim = claim.replace(name, bounded(name, _MAX_NAME))
    return claim


def supported(verdict: Verdict, *roles: str) -> list[Finding]:
    """The supported findings of these roles (all roles where none is named), in order."""
    return [
        finding
        for finding in verdict.findings
        if finding.status == "supported" and (not roles or finding.role in roles)
    ]


NO_LINK_ERROR = "No linker failed: the step's own words are the best lead."
NOTHING_SEEN = "Nothing that was given tells how the build ended."


def is_failure_seen(verdict: Verdict) -> bool:
    """A platform that failed or died, or a linker's error; else nothing is known to be wrong."""
    died = len(verdict.outcomes) and verdict.outcomes["ran"].eq(False).fillna(False).any()
    return bool(_has_failed(verdict) or len(verdict.link_errors) or died)


def outcome_words(verdict: Verdict) -> str:
    """The outcome as a reader takes it; a failure is named only where one was seen."""
    if verdict.outcome == "undecided" and not is_failure_seen(verdict):
        return "not decided"
    return OUTCOME_WORDS[verdict.outcome]


def headline(verdict: Verdict) -> str:
    """One or two sentences: what went wrong, where, why."""
    causes = supported(verdict, "cause")
    if verdict.outcome == "explained" and causes:
        return ended(f"{_subject(causes[0])}: {claim_of(causes[0])}")
    if verdict.outcome == "no_failure":
        return f"No failure found. {platform_sentence(verdict)}"
    if not is_failure_seen(verdict):
        return NOTHING_SEEN
    if len(verdict.failure_lines) and not len(verdict.link_errors):
        return f"{failure_sentence(verdict)} {NO_LINK_ERROR}"
    return f"{failure_sentence(verdict)} The evidence at hand does not decide why."


def answer(verdict: Verdict) -> tuple[str, str, str]:
    """Three sentences: what happened, why, and what follows."""
    causes = supported(verdict, "cause")
    if verdict.outcome == "no_failure":
        latent = listed(dict.fromkeys(f.cause for f in supported(verdict, "latent")))
        rest = f"It carries what can fail later: {latent}." if latent else "Nothing else was seen."
        return ("No failure was found.", platform_sentence(verdict), rest)
    what = failure_sentence(verdict)
    if is_failure_seen(verdict) or len(verdict.outcomes.query("platform != ''")):
        what = f"{what[:-1]}; {_lower(platform_sentence(verdict, others=True))}"
    if not causes:
        why = "No explanation is supported by the evidence at hand."
        return (what, why, _missing_sentence(verdict))
    return (what, ended(claim_of(causes[0])), _what_follows(verdict, causes[0]))


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


def _death_sentence(verdict: Verdict) -> str:
    """A program that links and dies, and how; where none did, that nothing is known."""
    ends = verdict.outcomes
    died = ends[ends["ran"].eq(False).fillna(False).astype(bool)] if len(ends) else ends
    told = [
        f"{platform} ({ended})"
        for platform, ended in zip(died["platform"], died["ended"], strict=True)
    ]
    return f"It links, and the program dies on {listed(told)}." if told else NOTHING_SEEN


def failure_sentence(verdict: Verdict) -> str:
    """Which platforms failed: at the link, with the first symbol that the linker names; elsewhere,
    with the step."""
    failed = _by_outcome(verdict, "failed")
    errors = verdict.link_errors
    named = errors[errors["symbol"].notna()] if len(errors) else errors
    if not len(named):
        return (
            _build_sentence(verdict, failed) if _has_failed(verdict) else _death_sentence(verdict)
        )
    first = named.iloc[0]
    count = named["symbol"].nunique()
    more = f" and {count - 1:,} more" if count > 1 else ""
    kind = str(first["kind"]).replace("_", " ")
    at_link = _platforms_of_errors(verdict, named)
    where = f" on {listed(at_link)}" if at_link else ""
    others = "".join(f"; {_failed_step(verdict, name)}" for name in failed if name not in at_link)
    name = bounded(str(first["symbol"]), _MAX_NAME)
    return f"The link fails{where}: {kind} symbol `{name}`{more}{others}."


def _build_sentence(verdict: Verdict, failed: list[str]) -> str:
    """Which platforms failed, and the first complaint of the first one."""
    where = f" on {listed(failed)}" if failed else ""
    said = [as_text(t).replace("`", "'") for t in verdict.failure_lines["text"].head(1)]
    first = "".join(f": `{clip(text, _MAX_SAID)}`" for text in said)
    return f"The build fails{where}{first}."


def _platforms_of_errors(verdict: Verdict, errors: pd.DataFrame) -> list[str]:
    """The platforms that these errors name; errors that name none are of the only one judged."""
    names = {str(name) for name in errors["platform"].dropna()} - {""}
    judged = list(verdict.outcomes["platform"])
    return display_order(names) or (_by_outcome(verdict, "failed") if len(judged) == 1 else [])


def _failed_step(verdict: Verdict, platform: str) -> str:
    """`PLATFORM failed in step "..." (exit 1)`, as far as the log tells."""
    row = verdict.outcomes[verdict.outcomes["platform"] == platform].iloc[0]
    steps = verdict.steps
    own = steps[(steps["file"] == row["file"]) & (steps["line_no"] == row["line_no"])]
    if not len(own):
        return f"{platform} failed"
    name, code = " ".join(str(own.iloc[0]["name_text"]).split()), own.iloc[0]["exit_code"]
    name = name if len(name) <= _MAX_STEP else f"{name[:_MAX_STEP]}..."
    return f"{platform} failed in step `{name}`" + ("" if is_missing(code) else f" (exit {code})")


def platform_sentence(verdict: Verdict, *, others: bool = False) -> str:
    """How each platform ended; with `others`, those that did not fail."""
    words = {"linked": "was built", "canceled": "was canceled", "unknown": ""}
    words = words if others else {"failed": "failed", **words, "died": "was built and dies"}
    parts: list[str] = []
    for outcome, word in words.items():
        names = _by_outcome(verdict, outcome)
        if names and outcome == "unknown":
            parts.append(f"{'how' if parts else 'How'} {listed(names)} ended is not known")
        elif names:
            verb = word.replace("was", "were").replace("dies", "die")
            parts.append(f"{listed(names)} {verb if len(names) > 1 else word}")
    if not parts:
        return "no other platform is part of it." if others else "No platform is named."
    return ended("; ".join(parts))


def _has_failed(verdict: Verdict) -> bool:
    """Whether a build failed, of a platform that the log names or of one that it does not."""
    return bool((verdict.outcomes["outcome"] == "failed").any())


def _by_outcome(verdict: Verdict, outcome: str) -> list[str]:
    """The platforms that ended so; `died` are those whose program was built and dies."""
    frame = verdict.outcomes
    died = (frame["outcome"] == "linked") & frame["ran"].eq(False).fillna(False).astype(bool)
    rows = frame[died if outcome == "died" else (frame["outcome"] == outcome) & ~died]
    return [str(name) for name in rows["platform"] if not is_missing(name) and name]


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


def _subject(finding: Finding) -> str:
    place = f" on {finding.platform}" if finding.platform else ""
    return f"{finding.cause}{place}"


def _missing_sentence(verdict: Verdict) -> str:
    wanted: Sequence[Wanted] = [w for w in what_is_missing(verdict) if not w.is_check]
    if not wanted:
        return "No artefact is known that would decide it."
    return ended(f"What would decide: {listed(w.missing.artefact for w in wanted)}")


def ended(sentence: str) -> str:
    """The sentence with its full stop."""
    sentence = sentence.strip()
    return sentence if not sentence or sentence.endswith((".", "!", "?")) else f"{sentence}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
