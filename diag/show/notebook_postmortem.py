"""What a postmortem asks besides: the cause on each platform, the proof of the fix, what is not
shown, and what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diag.show.comparison_words import changed_symbols, found_words, places, result_words
from diag.show.frame_tables import table_of
from diag.show.sentences import steps_of, supported
from diag.show.shown import Cited, Counted, Part, Said, Shown, Tabled, Typed, said
from diag.show.tables import OUTCOME_MARKS, df_changes, platform_verdict
from diag.show.text import is_missing, listed

if TYPE_CHECKING:
    from diag.causes.model import Finding
    from diag.compare import Comparison
    from diag.verdict import Verdict

TO_BE_WRITTEN = "to be written"
NO_FIX_BUILT = (
    "No build with the fix was named: put its case folder or log into `fixed` (and behind it the build "
    "with the fix taken out again), and run this page once more."
)
MAX_PLATFORMS = 12


def causes_shown(verdict: Verdict) -> Shown:
    """Each platform: how it ended, and the explanation that holds there with its proof."""
    rows = verdict.outcomes.head(MAX_PLATFORMS)
    if rows.empty:
        return said("Nothing that was given names a platform.")
    parts: list[Part] = []
    for row in rows.itertuples():
        name = str(row.platform)
        ended = OUTCOME_MARKS.get(str(row.outcome), str(row.outcome))
        is_dead = not is_missing(row.ran) and not row.ran
        ended += f", ✘ {str(row.ended) or 'failed'} when it ran" if is_dead else ""
        told = f"{name or 'The build'}: {ended}; {platform_verdict(verdict, name)}"
        parts.append(Said(told, is_strong=True))
        for finding in _of_platform(verdict, name)[:2]:
            parts += [Said(finding.claim), Cited(finding.evidence, finding.symbols)]
    return Shown(*parts)


def _of_platform(verdict: Verdict, name: str) -> list[Finding]:
    """What holds there and has a part in the failure; what holds of the whole build stands with
    those that failed."""
    held = supported(verdict, "cause", "contributing")
    own = [finding for finding in held if (finding.platform or "") == name]
    ends = verdict.outcomes
    has_failed = bool(((ends["platform"] == name) & (ends["outcome"] == "failed")).any())
    return own or [finding for finding in held if finding.platform is None and has_failed]


def proof_shown(comparison: Comparison) -> Shown:
    """The result in words, platform by platform, with its evidence."""
    head = Said(f"{comparison.result}: {result_words(comparison)}", is_strong=True)
    return Shown(
        head,
        Tabled(df_changes(comparison)),
        *([Counted(found)] if (found := found_words(comparison)) else []),
        Cited(places(comparison), changed_symbols(comparison)),
    )


def limits_shown(verdict: Verdict) -> Shown:
    """Platforms of which nothing is known, the limits of what was concluded, and what is open."""
    from diag.causes import CATALOGUE

    ends = verdict.outcomes
    unknown = [str(p) for p in ends.loc[ends["outcome"] == "unknown", "platform"] if p]
    told = [f"How the build ended on {listed(unknown)}: nothing that was given says it."] * bool(
        unknown
    )
    names = dict.fromkeys(finding.cause for finding in supported(verdict, "cause"))
    told += [f"`{name}`: {CATALOGUE[name].texts.limits}" for name in names if name in CATALOGUE]
    open_ = dict.fromkeys(f.cause for f in verdict.findings if f.status == "untestable")
    told += [f"Not decided: {listed(open_)}."] if open_ else []
    experiments = dict.fromkeys(
        finding.experiment for finding in supported(verdict, "cause") if finding.experiment
    )
    if not told and not experiments:
        return said("No limit is known of what was concluded here.")
    parts: list[Part] = [Counted(told)] if told else []
    if experiments:
        parts += [Said("What would test it once more:"), Typed(list(experiments))]
    return Shown(*parts)


def follow_ups_shown(verdict: Verdict) -> Shown:
    """A row for each step of a fix; who does it, and by when, is for people to say."""
    held = supported(verdict, "cause", "contributing", "latent")
    steps = dict.fromkeys(
        (step, finding.cause) for finding in held for step in steps_of(finding.fix)
    )
    rows = [(step, cause, TO_BE_WRITTEN, TO_BE_WRITTEN) for step, cause in steps]
    if not rows:
        return said("No step follows from the evidence.")
    return Shown(Tabled(table_of(("what", "because of", "who", "by when"), rows)))


def pages_shown(verdict: Verdict) -> Shown:
    """The command that explains each cause that holds: how it is judged, its limits, its sources."""
    names = list(dict.fromkeys(finding.cause for finding in supported(verdict)))
    if not names:
        return said("No cause is supported, so there is none to read about.")
    told = Said("How each cause is judged, what its limits are, and by what sources:")
    return Shown(told, Typed([f"diag explain {name}" for name in names[:MAX_PLATFORMS]]))
