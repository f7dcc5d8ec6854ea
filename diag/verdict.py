"""Runs every cause over a case and keeps them all: what holds, what does not, what cannot be told."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from diag import join, schema
from diag.case import Case
from diag.causes import CATALOGUE
from diag.causes.advice import advised
from diag.causes.differences import platform_differences
from diag.causes.facts import Facts
from diag.causes.model import NEVER_SHOWN, Evidence, Finding, Pairs
from diag.causes.order import STATUS_ORDER, ordered
from diag.causes.rivals import answer_claims, explained_once
from diag.errors import InputError
from diag.gather import gather_facts
from diag.schema import plain


@dataclass(frozen=True)
class Verdict:
    """What the evidence says. `outcome`: no_failure, explained or undecided; `cause`: the
    headline's id, or None; `findings` in the order of display, the refuted kept.

    Frames: `outcomes`, `link_errors`, `steps`, `errors` (what could not be read), `failure_lines`
    (what failed steps complained of that no finding explains), `platform_differences` (commands of
    a platform that failed beside those of one that built). `known`: as of Finding.
    """

    outcome: str
    cause: str | None
    findings: tuple[Finding, ...]
    outcomes: pd.DataFrame
    link_errors: pd.DataFrame
    steps: pd.DataFrame
    errors: pd.DataFrame
    title: str = ""
    failure_lines: pd.DataFrame = field(default_factory=lambda: schema.empty("failure_lines"))
    platform_differences: pd.DataFrame = field(
        default_factory=lambda: schema.empty("platform_differences")
    )
    known: Pairs = field(default=(), repr=False, compare=False, metadata=NEVER_SHOWN)

    def __getitem__(self, cause: str) -> Finding:
        """The most telling finding of that cause; KeyError names near ids."""
        own = self.all(cause)
        if own:
            return own[0]
        near = difflib.get_close_matches(cause, {f.cause for f in self.findings}, n=3)
        raise KeyError(
            f"no finding {cause!r}" + (f"; did you mean {', '.join(near)}?" if near else "")
        )

    def __contains__(self, cause: object) -> bool:
        return any(finding.cause == cause for finding in self.findings)

    def all(self, cause: str) -> tuple[Finding, ...]:
        """Every finding of that cause, supported ones first."""
        own = [finding for finding in self.findings if finding.cause == cause]
        return tuple(sorted(own, key=lambda finding: STATUS_ORDER[finding.status]))

    @property
    def headline(self) -> Finding | None:
        """The first supported finding of role `cause`."""
        return _headline(self.findings)

    @property
    def frame(self) -> pd.DataFrame:
        """The `findings` frame; `platform` and `symbol` are empty where the JSON has null."""
        rows = [finding.to_json() for finding in self.findings]
        texts = ("platform", "symbol")
        return schema.make(
            "findings", [{**row, **{t: row[t] or "" for t in texts}} for row in rows]
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of `investigate`, schema 1."""
        return {
            "schema": 1,
            "outcome": self.outcome,
            "cause": self.cause,
            "findings": [finding.to_json() for finding in self.findings],
            "link_errors": records(self.link_errors),
            "steps": records(self.steps),
            "platforms": records(self.outcomes),
            "failure_lines": records(self.failure_lines),
            "platform_differences": records(self.platform_differences),
            "errors": records(self.errors),
        }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as plain JSON values; what is missing is None."""
    values = frame.astype(object).where(frame.notna(), None)
    return [dict(zip(values.columns, row, strict=True)) for row in values.itertuples(index=False)]


def diagnose(case: Case, claims: Iterable[str] = ()) -> Verdict:
    """The verdict on a case. `claims` are ids of explanations to judge besides those it states.

    Raises InputError for an unknown id, and where nothing that was given can be used.
    """
    return judge(case, gathered(case, claims))


def judge(case: Case, facts: Facts) -> Verdict:
    """The verdict on facts gathered before; errors as for diagnose."""
    if not (facts.has_log or facts.has_dockerfile or len(facts.objects)):
        raise _nothing_usable(case)
    found = list(_judge(facts))
    found += answer_claims(facts, found, CATALOGUE)
    told = (advised(facts, f, CATALOGUE) for f in explained_once(found, CATALOGUE))
    known = _known(case, facts)
    findings = ordered([replace(finding, known=known) for finding in told], CATALOGUE, facts.claims)
    headline = _headline(findings)
    return Verdict(
        outcome=_outcome(facts, headline),
        cause=headline.cause if headline else None,
        findings=tuple(findings),
        outcomes=schema.make("outcomes", records(facts.outcomes)),
        link_errors=case.link_errors,
        steps=case.steps,
        errors=case.errors,
        title=case.title,
        failure_lines=_failure_lines(facts, findings),
        platform_differences=platform_differences(facts),
        known=known,
    )


def _failure_lines(facts: Facts, findings: list[Finding]) -> pd.DataFrame:
    """What the platforms complained of whose failure nothing explains."""
    told = {f.platform or "" for f in findings if f.status == "supported" and f.role == "cause"}
    left = facts.outcomes[~facts.outcomes["platform"].isin(told)]
    return join.join_failure_lines(left, facts.steps, facts.link_errors, facts.lines_with)


def _headline(findings: Iterable[Finding]) -> Finding | None:
    return next((f for f in findings if f.status == "supported" and f.role == "cause"), None)


def _known(case: Case, facts: Facts) -> Pairs:
    """Names and values of build arguments and variables: what is shown is masked by them."""
    env = facts.env[["name", "value"]].dropna().drop_duplicates()
    pairs = zip(env["name"], env["value"], strict=True)
    return (*case.build_args.items(), *case.base_env.items(), *pairs)


def _nothing_usable(case: Case) -> InputError:
    errors = case.errors
    if len(errors) == 1:
        row = errors.iloc[0]
        line = None if pd.isna(row["line_no"]) else int(row["line_no"])
        return InputError(row["reason"], file=row["file"], line=line, help=row["help"] or None)
    told = "; ".join(f"{row.file}: {row.reason}" for row in schema.each(errors.head(5)))
    return InputError(
        f"nothing that was given can be used{': ' + told if told else ''}",
        help="give a build log, a Dockerfile, or objects",
    )


def _judge(facts: Facts) -> Iterator[Finding]:
    seen = set()
    for cause in CATALOGUE.values():
        for finding in cause.judge(facts):
            key = (finding.cause, finding.platform, finding.symbol)
            if key not in seen:
                seen.add(key)
                yield finding


def _outcome(facts: Facts, headline: Finding | None) -> str:
    if headline is not None:
        return "explained"
    ends = facts.outcomes
    is_green = (ends["outcome"] == "linked").all() and not (ends["ran"] == False).any()  # noqa: E712
    return "no_failure" if is_green and len(ends) else "undecided"


# -- a log that does not tell its end --------------------------------------------------------------


def gathered(case: Case, claims: Iterable[str] = (), symbols: Iterable[str] = ()) -> Facts:
    """The facts to judge by (claims and symbols as of gather_facts). The only log has no steps and
    does not tell its end: what has a cause in it has failed."""
    facts = gather_facts(case, claims, symbols)
    ends, logs = facts.outcomes, {log.file for log in case.logs}
    is_open = list(ends["outcome"]) == ["unknown"] and not ends["ran"].notna().any()
    if len(logs) != 1 or len(facts.steps) or not is_open:
        return facts
    place = _place_of_failure(facts, logs)
    if place is None:
        return facts
    seen = {**place.to_json(), "outcome": "failed"}
    row = {**records(ends)[0], **seen}
    return replace(facts, outcomes=plain(schema.make("outcomes", [row])), known={})


def _place_of_failure(facts: Facts, logs: Collection[str]) -> Evidence | None:
    """The first line of these logs that a cause which stops a link is told by."""
    found = explained_once(list(_judge(facts)), CATALOGUE)
    cause = _headline(f for f in found if not CATALOGUE[f.cause].lets_link)
    places = cause.evidence if cause else ()
    return next((e for e in places if e.line_no and e.file in logs), None)
