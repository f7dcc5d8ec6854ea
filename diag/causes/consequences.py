"""Whether a variable that was lost explains how a platform failed: what followed from it."""

from __future__ import annotations

import re

import pandas as pd

from diag.causes.cross_libraries import judge_pkg_config
from diag.causes.crossing import judge_cgo, judge_linker, judge_wrong_cc
from diag.causes.facts import Facts
from diag.causes.machines import refusals_on, target_of
from diag.causes.model import Evidence, Finding
from diag.causes.once import asked_once
from diag.schema import each

# What chooses compilers, linkers and targets. The rest of the names that steer a build does not
# decide for which machine anything is made.
_CHOOSES = re.compile(
    r"^(?:TARGET(?:PLATFORM|OS|ARCH|VARIANT)|CARGO_BUILD_TARGET|CARGO_TARGET_\w+_LINKER|(?:TARGET_|HOST_)?(?:CC|CXX|AR|LD)(?:_\w+)?"
    r"|CROSS_COMPILE|GOARCH|GOARM|GOOS|PKG_CONFIG\w*)$"
)


def what_followed(facts: Facts, platform: str, lost: pd.DataFrame) -> tuple[Evidence, ...]:
    """Where the failure shows what the loss did: a tool of another machine took part in the stage
    that lost a variable by which tools are chosen. Empty where it does not."""
    chosen = lost[lost["name"].str.match(_CHOOSES).astype(bool)]
    if chosen.empty or not _is_failing_stage(facts, platform, set(chosen["stage"])):
        return ()
    found = next(iter(_machine_findings(facts, platform)), None)
    if found is not None:
        return tuple(e for e in found.evidence if e.line_no is not None)[:2]
    return (*_foreign_outputs(facts, platform), *_refused(facts, platform))[:2]


@asked_once
def _machine_findings(facts: Facts, platform: str) -> list[Finding]:
    judges = (judge_linker, judge_wrong_cc, judge_cgo)
    found = [f for judge in judges for f in judge(facts, platform)]
    found += [f for f in judge_pkg_config(facts) if f.platform == (platform or None)]
    return [f for f in found if f.status == "supported"]


def _is_failing_stage(facts: Facts, platform: str, stages: set[str]) -> bool:
    """The step that failed is of one of the stages, as far as the log has steps at all."""
    rows = facts.steps[(facts.steps["status"] == "error")]
    own = facts.on(rows.assign(platform=rows["target_platform"]), platform)
    return own.empty or bool(set(own["stage"]) & stages)


def _foreign_outputs(facts: Facts, platform: str) -> list[Evidence]:
    """Programs that were made for another machine than the platform's."""
    target = target_of(facts, platform)
    own = facts.of_platform(facts.objects, platform)
    own = own[own["kind"].isin(["executable"]) & (own["arch"] != "")]
    return [
        Evidence(r.file, None, f"the program was built for {r.arch}")
        for r in each(own)
        if target is not None and r.arch != target.elf_arch
    ]


def _refused(facts: Facts, platform: str) -> list[Evidence]:
    """A linker that is not the target's refused what is of the target, or the target's refused the
    project's own objects."""
    target = target_of(facts, platform)
    if target is None:
        return []
    return [
        r.evidence
        for r in refusals_on(facts, platform)
        if (r.found == target.elf_arch and r.driver != target.elf_arch)
        or (r.is_own and r.found not in ("", target.elf_arch))
    ]
