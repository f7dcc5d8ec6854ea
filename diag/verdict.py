"""Runs every cause over a case and keeps them all: what holds, what does not, what cannot be told."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import pandas as pd

from diag import join, schema
from diag.case import Case
from diag.causes import CATALOGUE
from diag.causes.advice import advised
from diag.causes.explanation import unknown_cause
from diag.causes.facts import Facts
from diag.causes.masks import UNDEFINED
from diag.causes.model import NEVER_SHOWN, Finding, Pairs
from diag.causes.order import STATUS_ORDER, ordered
from diag.causes.rivals import answer_claims, explained_once
from diag.causes.toolchain import TELLING
from diag.causes.weak_names import WEAK
from diag.errors import InputError
from diag.platforms import PLATFORMS, display_order
from diag.schema import plain

__all__ = ["Verdict", "diagnose", "gather_facts", "judge"]

_LINKED = (UNDEFINED, WEAK)  # causes that let a link succeed


@dataclass(frozen=True)
class Verdict:
    """What the evidence says. `outcome`: no_failure, explained or undecided; `cause`: the
    headline's id, or None; `findings` in the order of display, the refuted kept.

    Frames: `outcomes`, `link_errors`, `steps`, `errors` (what could not be read), `failure_lines`
    (what failed steps complained of that no finding explains). `known`: as of Finding.
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
    return judge(case, gather_facts(case, claims))


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


# -- from a case to the facts --------------------------------------------------------------------


def gather_facts(case: Case, claims: Iterable[str] = (), symbols: Iterable[str] = ()) -> Facts:
    """Read and join what the causes look at. `symbols` are names to look for besides its own."""
    asked = _checked((*case.claims, *claims))
    platforms = case.platforms or _platforms_of_objects(case)
    told = (case.steps, case.link_errors, _telling_lines(case), case.env)
    steps, errors, lines, env = map(plain, told)
    drift = plain(
        join.join_log_and_dockerfile(steps, case.instructions, case.inputs.dockerfile or "")
    )
    assignments = plain(join.join_case_assignments(case.instruction_records))
    unlisted, unlisted_env = _unlisted(case, platforms, assignments)
    written = join.names_of_build(case.symbols, _undefined(errors))
    names = {*errors["symbol"].dropna(), *symbols, *chain.from_iterable(written.raw.values())}
    sightings = join.join_symbols(case.symbols, case.objects, case.platform_of_file, names)
    facts = Facts(
        platforms=platforms,
        outcomes=plain(_outcomes(case, platforms, steps, errors)),
        steps=steps,
        lines=lines,
        link_errors=errors,
        link_commands=plain(case.link_commands),
        instructions=plain(case.instructions),
        env=env,
        unlisted_env=plain(unlisted_env),
        unlisted_platform=unlisted,
        probe=plain(case.probe),
        probe_differences=plain(case.probe_differences),
        case_assignments=assignments,
        objects=plain(case.objects),
        sightings=plain(sightings),
        build_script=plain(case.build_script),
        drift=drift,
        arrivals=plain(join.join_flow_and_echoes(lines, env, drift, case.instructions)),
        platform_of_file=case.platform_of_file,
        has_log=bool(case.logs),
        dockerfile=case.inputs.dockerfile,
        claims=asked,
        near=plain(join.join_near(case.symbols, case.objects, case.platform_of_file, written)),
        bases=plain(join.join_bases(case.instructions, case.build_args)),
        packages=plain(join.join_packages(case.instructions)),
        raw_names=written.raw,
        symbols=case.symbols,
        errors=plain(case.errors),
        load_details=lambda: plain(case.details),
        load_lines=lambda literals: plain(_lines_with(case, literals)),
    )
    return _where_it_failed(facts, {log.file for log in case.logs})


def _where_it_failed(facts: Facts, logs: Collection[str]) -> Facts:
    """The facts; where the only log has no steps and does not tell its end, with the failure that
    it explains: what has a cause has failed."""
    ends = facts.outcomes
    is_open = list(ends["outcome"]) == ["unknown"] and not ends["ran"].notna().any()
    if len(logs) != 1 or len(facts.steps) or not is_open:
        return facts
    found = [f for f in explained_once(list(_judge(facts)), CATALOGUE) if f.cause not in _LINKED]
    cause = _headline(found)
    places = [e for e in cause.evidence if e.line_no and e.file in logs] if cause else []
    if not places:
        return facts
    seen = {"file": places[0].file, "line_no": places[0].line_no, "text": places[0].text}
    row = {**records(ends)[0], **seen, "outcome": "failed"}
    return replace(facts, outcomes=plain(schema.make("outcomes", [row])), known={})


def _telling_lines(case: Case) -> pd.DataFrame:
    """The log lines that any cause has words for."""
    telling = [text for cause in CATALOGUE.values() for text in cause.telling]
    return case.telling_lines(tuple(dict.fromkeys([*telling, *TELLING])))


def _lines_with(case: Case, literals: Collection[str]) -> pd.DataFrame:
    return schema.stack("log_lines", [log.lines_with(literals) for log in case.logs])


def _outcomes(
    case: Case, platforms: tuple[str, ...], steps: pd.DataFrame, errors: pd.DataFrame
) -> pd.DataFrame:
    failures = [end for log in case.logs if (end := log.failure)]
    return join.join_outcomes(platforms, steps, errors, case.runs, case.linked, failures)


def _unlisted(
    case: Case, platforms: tuple[str, ...], assignments: pd.DataFrame
) -> tuple[str, pd.DataFrame]:
    """A platform that the build does not list, and the flow on it where a branch may not fit it."""
    name = next(p.name for p in PLATFORMS if p.name not in platforms and p.bits == 64)
    return name, case.env_for([name]) if len(assignments) else schema.empty("env")


def _undefined(errors: pd.DataFrame) -> list[str]:
    kinds = ("undefined", "hidden", "version", "duplicate")
    return list(errors.loc[errors["kind"].isin(kinds), "symbol"].dropna().unique())


def _checked(claims: tuple[str, ...]) -> tuple[str, ...]:
    """The claims; InputError for one that the catalogue does not hold."""
    for claim in claims:
        if claim not in CATALOGUE:
            raise unknown_cause(CATALOGUE, claim)
    return claims


def _platforms_of_objects(case: Case) -> tuple[str, ...]:
    """A log without a platform is for that of the objects on its links, whatever lies beside."""
    of_file = case.platform_of_file
    on = {of_file[file] for file in join.files_on_links(of_file, case.link_commands)} - {""}
    names = on if len(on) == 1 else of_file.values()
    return tuple(display_order(name for name in names if name))
