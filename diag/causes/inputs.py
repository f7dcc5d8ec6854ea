"""Family I: whether what was given belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, clip, dockerfile_missing, log_missing, objects_missing
from diag.causes.machines import refusals_on
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.texts import texts_of
from diag.platforms import BY_NAME
from diag.schema import each

DRIFT = "log-from-other-dockerfile"
DISAGREE = "artefacts-disagree"
PROBE = "flow-differs-from-probe"

_STEP = re.compile(r"^\[[^\]]*\] *")
_HASHED = re.compile(r"^(?P<stem>lib.+|.+)-(?P<hash>[0-9a-f]{16})(?P<rest>\..*)$")


def judge_drift(facts: Facts) -> Iterator[Finding]:
    """log-from-other-dockerfile, for the whole build; a log without steps is of no Dockerfile."""
    if (
        facts.has_log
        and facts.steps.empty
        and not facts.has_dockerfile
        and DRIFT not in facts.claims
    ):
        return
    if not facts.has_log or not facts.has_dockerfile:
        missing = [] if facts.has_log else [log_missing("")]
        missing += [] if facts.has_dockerfile else [dockerfile_missing()]
        if facts.has_log or facts.has_dockerfile:
            yield _finding(DRIFT, "untestable", (), missing)
        return
    if facts.drift.empty:
        text = "the log holds no step whose instruction could be compared"
        found = [Evidence(str(file), None, text) for file in facts.lines["file"].unique()[:1]]
        yield _finding(DRIFT, "untestable", found, (log_missing(""),))
        return
    other = facts.drift[~facts.drift["is_same"]].drop_duplicates(["differs_at"])
    if other.empty:
        yield _finding(DRIFT, "refuted", _same_evidence(facts))
        return
    found = []
    for row in each(other.head(3)):
        found.append(Evidence.of_row(row, f"the log has: {row.name_text}"))
        if row.dockerfile_line_no is not None and row.dockerfile_line_no == row.dockerfile_line_no:
            text = clip(f"the Dockerfile differs at: {row.differs_at}")
            found.append(Evidence(row.dockerfile, int(row.dockerfile_line_no), text))
    yield _finding(DRIFT, "supported", found)


def _same_evidence(facts: Facts) -> list[Evidence]:
    n_steps = len(facts.drift)
    longest = facts.drift.iloc[facts.drift["name_text"].str.len().argmax()]
    text = f"all {n_steps} RUN, COPY, ADD and WORKDIR steps stand in the Dockerfile; the longest is this"
    return [
        Evidence(longest["file"], int(longest["line_no"]), text),
        Evidence(
            longest["dockerfile"],
            int(longest["dockerfile_line_no"]),
            clip(f"the same instruction: {longest['name_text']}"),
        ),
    ]


def judge_disagreement(facts: Facts) -> Iterator[Finding]:
    """artefacts-disagree, on each platform whose log names an undefined symbol."""
    errors = facts.link_errors[facts.link_errors["kind"] == "undefined"]
    for platform in facts.judged:
        own = facts.on(errors, platform)
        if ends := _ends_differ(facts, platform):
            claim = (
                "One log of this platform failed and another one went well: they are of two builds."
            )
            yield replace(_finding(DISAGREE, "supported", ends, (), platform), claim=claim)
            continue
        logs = _logs_differ(facts, platform)
        if logs:
            yield _finding(DISAGREE, "supported", logs, (), platform)
            continue
        if own.empty:
            continue
        if not facts.has_objects(platform):  # nothing that could disagree
            if DISAGREE in facts.claims:
                yield _finding(DISAGREE, "untestable", (), (objects_missing(platform),), platform)
            continue
        found = [
            *_hash_differs(facts, platform, own["object"].dropna()),
            *_of_other_machine(facts, platform),
            *_not_wanted_there(facts, platform, own),
        ]
        agreement = _agreement(facts, platform, own)
        if found or agreement:
            status: Status = "supported" if found else "refuted"
            yield _finding(DISAGREE, status, found or agreement, (), platform)
        elif DISAGREE in facts.claims:  # what was given has nothing to do with what the log names
            missing = objects_missing(platform)
            yield _finding(DISAGREE, "untestable", (), (missing,), platform)


def _hash_differs(facts: Facts, platform: str, named: Iterable[str]) -> Iterator[Evidence]:
    """The log's object is not among those given, and one of the same name with another hash is."""
    files = [f for f in facts.objects["file"].unique() if facts.platform_of_file.get(f) == platform]
    given = {PurePath(file).name: file for file in files}
    stems = {match["stem"]: file for name, file in given.items() if (match := _HASHED.match(name))}
    for path in dict.fromkeys(named):
        name = PurePath(path).name
        match = _HASHED.match(name)
        if name not in given and match and match["stem"] in stems:
            text = f"the log names {name}; this file is of another build"
            yield Evidence(stems[match["stem"]], None, text)


def _of_other_machine(facts: Facts, platform: str) -> list[Evidence]:
    """All objects given are of another machine than the platform's, and no linker minded."""
    target = BY_NAME.get(platform)
    own = facts.of_platform(facts.objects, platform)
    own = own[(own["format"] == "elf") & (own["kind"] == "relocatable")]
    if target is None or own.empty or refusals_on(facts, platform):
        return []
    if (own["arch"] == target.elf_arch).any():
        return []
    text = f"it is of {own['arch'].iloc[0]}, and so is all that was given for {platform}"
    return [Evidence(own["file"].iloc[0], None, text)]


def _not_wanted_there(facts: Facts, platform: str, errors: pd.DataFrame) -> list[Evidence]:
    """An object that the log names as wanting a symbol was given, and wants it not."""
    seen = facts.sightings[facts.sightings["platform"] == platform]
    names = {(PurePath(r.file).name, r.name) for r in each(seen)}
    own = facts.of_platform(facts.objects, platform)
    plain = own[
        (own["member"] == "") & (own["kind"] == "relocatable") & ~own["is_lto"].astype(bool)
    ]
    given = {PurePath(file).name: file for file in plain["file"]}
    found = []
    for row in each(
        errors.dropna(subset=["object"]).drop_duplicates(["object", "symbol"]).head(200)
    ):
        name = PurePath(row.object).name
        if (
            not isinstance(row.member, str)
            and name in given
            and (name, row.symbol) not in names
            and not re.search(r"[(\s]|::", row.symbol)
        ):
            text = f"the log says that it wants {row.symbol}; this file does not"
            found.append(Evidence(given[name], None, text))
    return found[:3]


def _logs_differ(facts: Facts, platform: str) -> list[Evidence]:
    """Two logs have different instructions at one place of one stage."""
    rows = facts.steps[
        (facts.steps["target_platform"] == platform) & facts.steps["step_no"].notna()
    ]
    rows = rows[rows["instruction"] != ""]
    if rows["file"].nunique() < 2:
        return []
    first: dict[tuple[str, int, int], Any] = {}
    for row in each(rows):
        key = (row.stage, int(row.step_no), int(row.n_steps))
        other = first.setdefault(key, row)
        # What stands in brackets depends on what else the builder built beside it.
        bare = [_STEP.sub("", str(r.name_text)) for r in (row, other)]
        texts = [text.removesuffix("...")[:60] for text in bare]
        if row.file != other.file and texts[0] != texts[1]:
            return [Evidence.of_row(r, r.name_text) for r in (other, row)]
    return []


def _ends_differ(facts: Facts, platform: str) -> list[Evidence]:
    """One log of the platform tells of a step that failed, another one that its last step went well."""
    rows = facts.steps[(facts.steps["target_platform"] == platform)]
    failed = rows[rows["status"] == "error"].head(1)
    is_last = rows["step_no"].notna() & (rows["step_no"] == rows["n_steps"]).fillna(False)
    well = rows[is_last & rows["status"].isin(["ok", "cached"])]
    well = well[~well["file"].isin(set(rows.loc[rows["status"] == "error", "file"]))].head(1)
    if failed.empty or well.empty:
        return []
    return [
        Evidence.of_row(row, f"{how} in this log: {row.name_text}")
        for how, one in (("failed", failed), ("went well", well))
        for row in each(one)
    ]


def _agreement(facts: Facts, platform: str, errors: pd.DataFrame) -> list[Evidence]:
    """An object given wants a name that the log says is undefined. Others that were given prove
    nothing."""
    rows = facts.sightings[
        (facts.sightings["platform"] == platform) & (facts.sightings["role"] == "wanted")
    ]
    raw = {
        name
        for symbol in facts.wanted
        if symbol.platform == platform
        for name in facts.raw_of(symbol)
    }
    rows = rows[rows["name"].isin(raw | set(errors["symbol"].dropna()))]
    text = "the objects given want the symbol that the log names as undefined"
    return [Evidence(r.file, None, f"{r.member or r.file}: {text}") for r in each(rows.head(1))]


def judge_probe(facts: Facts) -> Iterator[Finding]:
    """flow-differs-from-probe, where a probe was made or the difference is claimed."""
    if facts.probe.empty:
        if PROBE in facts.claims:
            how = (f"diag probe {facts.dockerfile or 'DOCKERFILE'}",)
            why = "only running the script in real shells shows what they do"
            yield _finding(
                PROBE, "untestable", (), (Missing("a probe of the Dockerfile", why, how),)
            )
        return
    differing = facts.probe_differences
    if differing.empty:
        text = f"{len(facts.probe)} values probed, none differs from the flow"
        yield _finding(PROBE, "refuted", [Evidence(str(facts.probe["file"].iloc[0]), None, text)])
        return
    found = [
        Evidence(
            r.file,
            int(r.line_no),
            clip(
                f"{r.name} in {r.shell}: flow {r.flow_status} {r.flow_value}, probe {r.probe_status} {r.probe_value}"
            ),
        )
        for r in each(differing.head(5))
    ]
    yield _finding(PROBE, "supported", found)


def _finding(
    cause: str,
    status: Status,
    evidence: Iterable[Evidence] = (),
    missing: Iterable[Missing] = (),
    platform: str = "",
) -> Finding:
    words = texts_of("inputs")[cause]
    return Finding.of(
        cause, "inputs", "contributing", status, words.claim, platform=platform,
        evidence=evidence, missing=missing, fix=words.fix, experiment=words.experiment,
    )  # fmt: skip


_JUDGES = {DRIFT: judge_drift, DISAGREE: judge_disagreement, PROBE: judge_probe}

CAUSES = tuple(Cause(cause, "inputs", "contributing", judge) for cause, judge in _JUDGES.items())
