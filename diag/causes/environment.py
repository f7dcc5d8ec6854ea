"""Families B and I: variables that steer a build and do not reach the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shlex import quote

import pandas as pd

from diag.causes.branch_words import CASE, Branches, branches_of
from diag.causes.consequences import what_followed
from diag.causes.facts import Facts, at, clip, dockerfile_missing, line_of
from diag.causes.model import TRIAL, Cause, Evidence, Finding, Missing, Role, Status
from diag.causes.rustflags_said import outranked_on
from diag.causes.steering import (
    BY_DESIGN,
    is_argument,
    lost_at_scripts,
    lost_rows,
    steering_rows,
)
from diag.causes.texts import texts_of
from diag.schema import each, keep

NO_BRANCH = "no-branch-matched"
ARG_SCOPE = "arg-scope-lost"
ENV_FLOW = "dockerfile-env-flow-broken"
PRECEDENCE = "rustflags-precedence-or-target-split"

# lost_by (schema.LOST_BY) -> the cause that it is an instance of.
CAUSE_OF_LOSS = {
    **dict.fromkeys(
        ("arg-before-from", "arg-not-declared", "arg-declared-late", "arg-of-other-stage"),
        ARG_SCOPE,
    ),
    "no-branch-matched": NO_BRANCH,
    **dict.fromkeys(("outranked-in-cargo", "withheld-from-build-scripts"), PRECEDENCE),
}


def judge_losses(facts: Facts, cause: str) -> Iterator[Finding]:
    """One of arg-scope-lost, dockerfile-env-flow-broken, rustflags-precedence-or-target-split."""
    if not facts.has_dockerfile:
        if cause in facts.claims:
            missing = (dockerfile_missing(),)
            yield from (_lost(cause, p, "claim", "untestable", (), missing) for p in facts.judged)
        return
    for platform in facts.platforms:
        yield from _judge_loss(facts, platform, cause)


def judge_precedence(facts: Facts) -> Iterator[Finding]:
    """rustflags-precedence-or-target-split: by the log's own commands, then by the Dockerfile's flow,
    which does not see what a makefile sets."""
    words = texts_of("environment")[PRECEDENCE]
    told = [
        Finding.of(
            PRECEDENCE, "environment", "cause", "supported", words.claim, platform=platform,
            symbol=symbol.name, evidence=evidence, fix=words.fix, experiment=words.experiment,
        )
        for platform in facts.judged
        for symbol, evidence in outranked_on(facts, platform)
    ]  # fmt: skip
    yield from told
    said = {finding.platform for finding in told}
    flow = judge_losses(facts, PRECEDENCE)
    yield from (f for f in flow if f.status != "refuted" or f.platform not in said)


def _judge_loss(facts: Facts, platform: str, cause: str) -> Iterator[Finding]:
    own = _of_cause(lost_rows(facts, platform), cause)
    # That --target keeps RUSTFLAGS from build scripts is how cargo works, no loss by itself.
    own = own[own["lost_by"].astype(str) != "withheld-from-build-scripts"]
    sure = own[own["lost_by"].astype(str) != BY_DESIGN]
    is_asked = cause in facts.claims or facts.outcome(platform) == "failed"
    role: Role = "claim" if cause in facts.claims else "cause"
    if len(sure):
        yield _supported_loss(facts, platform, cause, sure)
    elif is_asked and len(open_ := _open_rows(facts, platform, cause, own)):
        missing = list(_deciding(facts, open_))
        evidence = _loss_evidence(facts, open_)
        yield _lost(cause, platform, role, "untestable", evidence, missing)
    elif is_asked:
        yield _lost(cause, platform, role, "refuted", _arrived_evidence(facts, platform, cause))


def _of_cause(rows: pd.DataFrame, cause: str) -> pd.DataFrame:
    return keep(rows, (CAUSE_OF_LOSS.get(str(by), ENV_FLOW) == cause for by in rows["lost_by"]))


def _supported_loss(facts: Facts, platform: str, cause: str, rows: pd.DataFrame) -> Finding:
    followed = what_followed(facts, platform, rows)
    role: Role = "contributing" if facts.outcome(platform) != "linked" else "latent"
    evidence = [*_loss_evidence(facts, rows), *followed]
    fix = texts_of("environment")[cause].fix
    return _lost(cause, platform, "cause" if followed else role, "supported", evidence, fix=fix)


def _open_rows(facts: Facts, platform: str, cause: str, own: pd.DataFrame) -> pd.DataFrame:
    """Losses of which it is not known whether they matter: what the stages of platforms differ in,
    and what programs of the project do not get."""
    found = [own, _of_cause(lost_at_scripts(facts, platform), cause)]
    return pd.concat([rows for rows in found if len(rows)] or [own])


def _deciding(facts: Facts, rows: pd.DataFrame) -> Iterator[Missing]:
    """What would tell whether a loss matters."""
    for row in each(rows.drop_duplicates(["name", "lost_by", "command"]).head(3)):
        if row.lost_by == BY_DESIGN:
            why = "whether the failure ends with it; what the stages of platforms differ in may be meant"
            how = f"diag env {quote(facts.dockerfile or 'Dockerfile')} --name {row.name} --explain"
            artefact = f"{TRIAL}{row.name} set in the stage that {row.lost_at} begins, too"
            yield Missing(artefact, why, (how,))
        else:
            script = str(row.argv_text).split()[0]
            why = f"whether it, or what it calls, reads {row.name}"
            yield Missing(f"the script {script}", why, (f"grep -n {row.name} {quote(script)}",))


def _loss_evidence(facts: Facts, rows: pd.DataFrame) -> list[Evidence]:
    found = []
    for row in each(rows.drop_duplicates(["name", "lost_at", "lost_by"])):
        place = row.lost_at if isinstance(row.lost_at, str) else f"{row.file}:{row.line_no}"
        text = f"{row.name} is {row.status} at `{row.command}` (line {row.line_no}): {row.lost_by}"
        if row.lost_by == BY_DESIGN and len(row.came_through):
            value = f"`{row.value}`" if row.status == "set" else row.status
            text = (
                f"{row.name} is without what line {line_of(row.came_through[0])} gives the stages of"
                f" other platforms ({row.lost_by}): {value} at `{row.command}` (line {row.line_no})"
            )
        found.append(at(place, clip(f"{_stage_begun(facts, place)}{text}")))
    return found[:5]


def _stage_begun(facts: Facts, place: str) -> str:
    """The FROM of that place, in words: where a stage lacks an ARG, no line of it names the ARG."""
    rows = facts.instructions[facts.instructions["instruction"] == "FROM"]
    froms = (r for r in each(rows) if f"{r.file}:{r.line_no}" == place)
    return next((f"FROM {r.value_text}: in the stage that begins here " for r in froms), "")


# What is said where no steering variable arrives anywhere: no more than was looked for.
_NONE_LOST = {
    ARG_SCOPE: "no compiler or build tool of this Dockerfile misses an ARG for the scope of a stage",
    ENV_FLOW: "no compiler or build tool of this Dockerfile misses a steering variable that it sets:"
    " none is lost to another RUN, to a process of its own or for want of an export",
    PRECEDENCE: "no RUN of this Dockerfile gives cargo flags that another source of flags outranks",
}


def _arrived_evidence(facts: Facts, platform: str, cause: str) -> list[Evidence]:
    rows = steering_rows(facts.env)
    rows = rows[
        (rows["platform"] == platform) & (rows["status"] == "set") & (rows["source"] == "shell")
    ]
    if rows.empty:
        return [Evidence(facts.dockerfile or "", None, _NONE_LOST[cause])]
    own = rows[rows["came_through"].str.len() > 0].tail(1)
    rows = own if len(own) else rows.tail(1)
    return [
        Evidence(
            r.file,
            int(r.line_no),
            clip(
                f"`{r.command}` receives {r.name}={r.value}; no steering variable is lost on the way"
            ),
        )
        for r in each(rows)
    ]


def _lost(
    cause: str,
    platform: str,
    role: Role,
    status: Status,
    evidence: Iterable[Evidence] = (),
    missing: Iterable[Missing] = (),
    fix: tuple[str, ...] = (),
) -> Finding:
    words = texts_of("environment")[cause]
    return Finding.of(
        cause, "environment", role, status, words.claim, platform=platform,
        evidence=evidence, missing=missing, fix=fix, experiment=words.experiment,
    )  # fmt: skip


# -- no-branch-matched ---------------------------------------------------------------------------


def judge_no_branch(facts: Facts) -> Iterator[Finding]:
    """A branch that no value fits: on the platforms of the build, and on one that it does not list."""
    if not facts.has_dockerfile:
        if NO_BRANCH in facts.claims:
            yield from (
                _no_branch(facts, p, "cause", "untestable", (), (dockerfile_missing(),))
                for p in facts.judged
            )
        return
    for platform in facts.platforms:
        rows = _unmatched(facts.env[facts.env["platform"] == platform])
        if len(rows):
            followed = what_followed(facts, platform, rows)
            role = _role(facts, platform, is_explained=bool(followed))
            evidence = [*_unmatched_evidence(rows), *followed]
            words = branches_of(facts, rows)
            yield _no_branch(facts, platform, role, "supported", evidence, words=words)
    rows = _unmatched(facts.unlisted_env)
    if len(rows):
        yield _no_branch(
            facts,
            "",
            "latent",
            "supported",
            _unmatched_evidence(rows),
            tried=facts.unlisted_platform,
            words=branches_of(facts, rows),
        )
    elif not facts.case_assignments.empty and not facts.unlisted_env.empty:
        first = facts.case_assignments.iloc[0]
        text = f"on {facts.unlisted_platform} every variable that a branch assigns reaches its commands"
        found = Evidence(first["file"], int(first["case_line_no"]), text)
        yield _no_branch(facts, "", "latent", "refuted", (found,), tried=facts.unlisted_platform)


def _role(facts: Facts, platform: str, *, is_explained: bool) -> Role:
    """A lost branch is the cause where the failure follows from it, or where no linker said
    anything that would explain it."""
    if is_explained:
        return "cause"
    if facts.outcome(platform) == "linked":
        return "latent"
    return "contributing" if len(facts.on(facts.link_errors, platform)) else "cause"


def _unmatched(env: pd.DataFrame) -> pd.DataFrame:
    rows = env[(env["lost_by"] == "no-branch-matched") & (env["source"] == "shell")]
    return keep(rows, (not is_argument(row) for row in each(rows)))


def _unmatched_evidence(rows: pd.DataFrame) -> list[Evidence]:
    found = []
    for row in each(rows.drop_duplicates(["name", "lost_at", "status"])):
        place = row.lost_at if isinstance(row.lost_at, str) else f"{row.file}:{row.line_no}"
        how = {"empty": "set but empty (an empty value still outranks configuration files)"}
        state = how.get(row.status, row.status)
        where = f"at `{row.command}` (line {row.line_no})"
        if str(row.command).startswith("-"):
            where = f"at line {row.line_no}, which calls `{row.command}` as if it were a program"
        text = f"no branch fits {row.platform}: {row.name} is {state} {where}"
        if isinstance(row.condition, str) and row.condition:
            text += f"; {row.condition}"
        found.append(at(place, text))
    return found[:5]


def _no_branch(
    facts: Facts,
    platform: str,
    role: Role,
    status: Status,
    evidence: Iterable[Evidence],
    missing: Iterable[Missing] = (),
    tried: str = "",
    words: Branches = CASE,
) -> Finding:
    where = f" (tried: {tried})" if tried else ""
    claim = (
        f"Where no branch of the `{words.keyword}` fits the platform{where}, the variable stays "
        "without its value."
    )
    experiment = texts_of("environment")[NO_BRANCH].experiment or ""
    known = {"DOCKERFILE": facts.dockerfile, "PLATFORM": platform or tried}
    for name, value in known.items():
        experiment = experiment.replace(name, quote(value)) if value else experiment
    return Finding.of(
        NO_BRANCH, "environment", role, status, claim, platform=platform, evidence=evidence,
        missing=missing, fix=words.told(texts_of("environment")[NO_BRANCH].fix), experiment=experiment,
    )  # fmt: skip


CAUSES = (
    Cause(ARG_SCOPE, "environment", "cause", lambda facts: judge_losses(facts, ARG_SCOPE)),
    Cause(ENV_FLOW, "environment", "cause", lambda facts: judge_losses(facts, ENV_FLOW)),
    Cause(PRECEDENCE, "environment", "cause", judge_precedence),
    Cause(NO_BRANCH, "environment", "cause", judge_no_branch),
)
