"""Small frames for reading: each row one thing, the last column the place where it can be seen.

Every function takes a verdict, a comparison or one of the kit's frames and returns a plain
DataFrame of text and numbers; what is missing reads "not seen".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.show.failure_words import cut_off
from diag.show.frame_tables import place, table_of
from diag.show.sentences import grouped, supported
from diag.show.text import NOT_SEEN, is_missing, listed
from diag.show.wanted import what_is_missing

if TYPE_CHECKING:
    from diag.case import Case
    from diag.causes.model import Finding
    from diag.compare import Comparison, PlatformChange
    from diag.verdict import Verdict

STATUS_WORDS = {"supported": "✔ supported", "refuted": "✘ refuted", "untestable": "? untestable"}
OUTCOME_MARKS = {
    "linked": "✔ built",
    "failed": "✘ failed",
    "canceled": "– canceled",
    "unknown": "? not known",
}
CUT_OFF = "? cut off"


def df_verdict(verdict: Verdict) -> pd.DataFrame:
    """One row a finding: status, cause, platform, symbol, claim, where."""
    return table_of(
        ("status", "cause", "platform", "symbol", "claim", "where"),
        [
            (
                STATUS_WORDS[finding.status],
                finding.cause,
                finding.platform or "all",
                finding.symbol or "",
                finding.claim,
                firstplace(finding),
            )
            for finding in verdict.findings
        ],
    )


def df_explanations(verdict: Verdict) -> pd.DataFrame:
    """The differential: one row an explanation and status, its platforms together."""
    return table_of(
        ("status", "explanation", "platform", "what it says", "where"),
        [
            (
                STATUS_WORDS[group.first.status],
                group.first.cause,
                listed(group.platforms) or "all",
                group.first.claim,
                firstplace(group.first),
            )
            for group in grouped(verdict.findings)
        ],
    )


def firstplace(finding: Finding) -> str:
    """`file:line` of the first evidence; for what cannot be tested, the artefact it waits for."""
    if finding.evidence:
        return finding.evidence[0].place
    if finding.missing:
        return f"needs {finding.missing[0].artefact}"
    return NOT_SEEN


def df_evidence(told: Finding | Comparison) -> pd.DataFrame:
    """The evidence of one finding, or of what a change did: what stands there, where."""
    return table_of(
        ("what stands there", "where"), [(item.text, item.place) for item in told.evidence]
    )


def df_missing(verdict: Verdict) -> pd.DataFrame:
    """What was missing: artefact, why, what waits for it, the command that brings it."""
    return table_of(
        ("artefact", "why", "decides", "how to get it"),
        [
            (w.missing.artefact, w.missing.why, listed(w.causes), "\n".join(w.missing.how))
            for w in what_is_missing(verdict)
        ],
    )


def df_platforms(verdict: Verdict, case: Case | None = None) -> pd.DataFrame:
    """One row a platform: how it was built, how it ran, who wants and who defines the symbols.

    `wanted by` and `defined by` count members of the case's objects ("not seen" without them).
    """
    seen, cut = _sightings(verdict, case), cut_off(verdict)
    rows = []
    for row in verdict.outcomes.itertuples():
        wanted, defined = seen.get(str(row.platform), (NOT_SEEN, NOT_SEEN))
        rows.append(
            (
                row.platform or "the build",
                CUT_OFF
                if row.platform in cut
                else OUTCOME_MARKS.get(str(row.outcome), str(row.outcome)),
                _ran(row.ran, str(row.ended)),
                wanted,
                defined,
                platform_verdict(verdict, str(row.platform)),
                place(row.file, row.line_no),
            )
        )
    columns = ("platform", "build", "ran", "wanted by", "defined by", "verdict", "where")
    return table_of(columns, rows)


def platform_verdict(verdict: Verdict, platform: str) -> str:
    """The explanation of that platform's failure, in a few words."""
    rows = verdict.outcomes[verdict.outcomes["platform"] == platform]
    outcome = str(rows["outcome"].iloc[0]) if len(rows) else "unknown"
    if len(rows) and not pd.isna(rows["ran"].iloc[0]) and not rows["ran"].iloc[0]:
        outcome = "failed"  # it links and dies: that is no success
    words = {"linked": "no failure", "failed": "not explained"}
    told = words.get(outcome, "untestable")
    for role in ("cause", "contributing", "latent"):
        own = (f.cause for f in supported(verdict, role) if f.platform == platform)
        causes = listed(dict.fromkeys(own), limit=2)
        if causes:
            return causes if role == "cause" else f"{told}; {role}: {causes}"
    whole = [f.cause for f in supported(verdict, "cause") if f.platform is None]
    return whole[0] if whole and outcome != "linked" else told


def _sightings(verdict: Verdict, case: Case | None) -> Mapping[str, tuple[str, str]]:
    """Platform -> members that want, and members that define, the symbols of the verdict."""
    names = symbols_of(verdict)
    if case is None or not names or case.objects.empty:
        return {}
    names += raw_names(case, names)
    kind, of_file = case.objects["kind"], case.platform_of_file
    outputs = set(case.objects.loc[kind == "executable", "file"])
    totals = Counter(case.objects.loc[~kind.isin(["executable", "archive"]), "file"].map(of_file))
    rows = case.symbols[case.symbols["name"].isin(names) & (case.symbols["bind"] != "LOCAL")]
    seen = {
        (of_file.get(file, ""), bool(is_defined), file, member)
        for file, member, is_defined in zip(
            rows["file"], rows["member"], rows["is_defined"], strict=True
        )
        if file not in outputs
    }
    count = Counter((platform, is_defined) for platform, is_defined, _, _ in seen)
    return {
        platform: (f"{count[platform, False]} of {total}", f"{count[platform, True]} of {total}")
        for platform, total in totals.items()
    }


def raw_names(case: Case, names: Sequence[str]) -> dict[str, str]:
    """Raw name -> the name that it stands for, of those that a linker printed demangled."""
    from diag.join import names_of_build

    spelled = [name for name in names if "::" in name or "(" in name or " " in name]
    raw = names_of_build(case.symbols, spelled).raw if spelled else {}
    return {one: name for name, several in raw.items() for one in several}


def symbols_of(verdict: Verdict) -> list[str]:
    """The symbols that linkers named and findings are about, once each."""
    named = verdict.link_errors["symbol"].dropna().tolist() if len(verdict.link_errors) else []
    return list(dict.fromkeys([*named, *(f.symbol for f in verdict.findings if f.symbol)]))


def _ran(ran: Any, ended: str) -> str:
    if is_missing(ran):
        return NOT_SEEN
    return f"✔ {ended or 'yes'}" if ran else f"✘ {ended or 'no'}"


def df_changes(comparison: Comparison) -> pd.DataFrame:
    """One row a platform: result, by what, before, after, symbol, where."""
    return table_of(
        ("platform", "result", "by", "before", "after", "symbol", "where"),
        [
            (
                change.platform or "the build",
                change.result or "sound before and after",
                change.by or change.how,
                change.before,
                change.after,
                _symbols_of(change),
                change.evidence[0].place if change.evidence else NOT_SEEN,
            )
            for change in comparison.platforms
        ],
    )


def _symbols_of(change: PlatformChange) -> str:
    """The first symbol, and how many more."""
    if not change.symbol:
        return ""
    return change.symbol + (f" and {change.n_symbols - 1} more" if change.n_symbols > 1 else "")
