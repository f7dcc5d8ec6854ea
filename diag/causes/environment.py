"""Families B and I: variables that steer a build and do not reach the command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from shlex import quote
from typing import Any

import pandas as pd

from diag.causes.consequences import what_followed
from diag.causes.facts import Facts, at, clip, dockerfile_missing
from diag.causes.model import Cause, Evidence, Finding, Missing, Role, Status
from diag.causes.rustflags_said import outranked_on
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

# Names by which compilers, cargo, go and make are steered: a loss of another name is the script's
# own affair. Sources: the Cargo Book (environment variables), the cc crate, `go help environment`.
_STEERING = re.compile(
    r"^(?:(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)|CARGO_\w+|RUST\w*FLAGS|(?:TARGET_|HOST_)?"
    r"(?:CC|CXX|AR|LD|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS)(?:_\w+)?|CGO_\w+|GO(?:ARCH|ARM|OS|FLAGS)"
    r"|PKG_CONFIG\w*|CROSS_COMPILE|LIBRARY_PATH)$"
)
BUILDERS = frozenset(
    [
        "bazel",
        "c++",
        "cargo",
        "cargo-zigbuild",
        "cc",
        "clang",
        "clang++",
        "cmake",
        "configure",
        "cross",
        "g++",
        "gcc",
        "gmake",
        "go",
        "ld",
        "make",
        "maturin",
        "meson",
        "ninja",
        "npm",
        "pip",
        "python",
        "python3",
        "rustc",
        "xx-cargo",
        "xx-go",
    ]
)


def steering_rows(env: pd.DataFrame) -> pd.DataFrame:
    """Rows of `env` that steer a build: such a name, at such a command."""
    is_named = env["name"].str.match(_STEERING).astype(bool)
    return env[(is_named & env["command"].isin(BUILDERS)) | (env["source"] != "shell")]


def judge_losses(facts: Facts, cause: str) -> Iterator[Finding]:
    """One of arg-scope-lost, dockerfile-env-flow-broken, rustflags-precedence-or-target-split."""
    if not facts.has_dockerfile:
        if cause in facts.claims:
            missing = (dockerfile_missing(),)
            yield from (_lost(cause, p, "claim", "untestable", (), missing) for p in facts.judged)
        return
    rows = steering_rows(facts.env)
    lost = rows[rows["lost_by"].notna()]
    lost = keep(lost, (not _is_argument(r) for r in each(lost)))
    for platform in facts.platforms:
        yield from _judge_loss(facts, platform, cause, lost[lost["platform"] == platform])


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


def _is_argument(row: Any) -> bool:
    """The command is told the variable by an argument of its own: `make CC=$CC`."""
    words = str(row.argv_text).split()[1:]
    return any(word.startswith((f"{row.name}=", f"-D{row.name}=")) for word in words)


def _judge_loss(facts: Facts, platform: str, cause: str, lost: pd.DataFrame) -> Iterator[Finding]:
    own = keep(lost, (CAUSE_OF_LOSS.get(str(by), ENV_FLOW) == cause for by in lost["lost_by"]))
    # That --target keeps RUSTFLAGS from build scripts is how cargo works, no loss by itself.
    own = own[own["lost_by"].astype(str) != "withheld-from-build-scripts"]
    role: Role
    if len(own):
        followed = what_followed(facts, platform, own)
        role = "contributing" if facts.outcome(platform) != "linked" else "latent"
        yield _lost(
            cause,
            platform,
            "cause" if followed else role,
            "supported",
            [*_loss_evidence(facts, own), *followed],
            fix=texts_of("environment")[cause].fix,
        )
    elif cause in facts.claims or facts.outcome(platform) == "failed":
        role = "claim" if cause in facts.claims else "cause"
        yield _lost(cause, platform, role, "refuted", _arrived_evidence(facts, platform))


def _loss_evidence(facts: Facts, rows: pd.DataFrame) -> list[Evidence]:
    found = []
    for row in each(rows.drop_duplicates(["name", "lost_at", "lost_by"])):
        place = row.lost_at if isinstance(row.lost_at, str) else f"{row.file}:{row.line_no}"
        text = f"{row.name} is {row.status} at `{row.command}` (line {row.line_no}): {row.lost_by}"
        found.append(at(place, clip(f"{_stage_begun(facts, place)}{text}")))
    return found[:5]


def _stage_begun(facts: Facts, place: str) -> str:
    """The FROM of that place, in words: where a stage lacks an ARG, no line of it names the ARG."""
    rows = facts.instructions[facts.instructions["instruction"] == "FROM"]
    froms = (r for r in each(rows) if f"{r.file}:{r.line_no}" == place)
    return next((f"FROM {r.value_text}: in the stage that begins here " for r in froms), "")


def _arrived_evidence(facts: Facts, platform: str) -> list[Evidence]:
    rows = steering_rows(facts.env)
    rows = rows[
        (rows["platform"] == platform) & (rows["status"] == "set") & (rows["source"] == "shell")
    ]
    if rows.empty:
        text = "no variable that steers the build is lost in the whole of this Dockerfile"
        return [Evidence(facts.dockerfile or "", None, text)]
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
            yield _no_branch(facts, platform, role, "supported", evidence)
    rows = _unmatched(facts.unlisted_env)
    if len(rows):
        yield _no_branch(
            facts,
            "",
            "latent",
            "supported",
            _unmatched_evidence(rows),
            tried=facts.unlisted_platform,
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
    return keep(rows, (not _is_argument(row) for row in each(rows)))


def _unmatched_evidence(rows: pd.DataFrame) -> list[Evidence]:
    found = []
    for row in each(rows.drop_duplicates(["name", "lost_at", "status"])):
        place = row.lost_at if isinstance(row.lost_at, str) else f"{row.file}:{row.line_no}"
        how = {"empty": "set but empty (an empty value still outranks configuration files)"}
        state = how.get(row.status, row.status)
        text = f"no branch fits {row.platform}: {row.name} is {state} at `{row.command}` (line {row.line_no})"
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
) -> Finding:
    where = f" (tried: {tried})" if tried else ""
    claim = (
        f"Where no branch of the `case` fits the platform{where}, the variable stays without its "
        "value."
    )
    words = texts_of("environment")[NO_BRANCH]
    experiment = words.experiment or ""
    known = {"DOCKERFILE": facts.dockerfile, "PLATFORM": platform or tried}
    for name, value in known.items():
        experiment = experiment.replace(name, quote(value)) if value else experiment
    return Finding.of(
        NO_BRANCH, "environment", role, status, claim, platform=platform, evidence=evidence,
        missing=missing, fix=words.fix, experiment=experiment,
    )  # fmt: skip


CAUSES = (
    Cause(ARG_SCOPE, "environment", "cause", lambda facts: judge_losses(facts, ARG_SCOPE)),
    Cause(ENV_FLOW, "environment", "cause", lambda facts: judge_losses(facts, ENV_FLOW)),
    Cause(PRECEDENCE, "environment", "cause", judge_precedence),
    Cause(NO_BRANCH, "environment", "cause", judge_no_branch),
)
