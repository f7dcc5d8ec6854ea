"""Family F, objects of another build among those of this one: shared cache mounts, old output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from diag.causes.crossing import foreign_on
from diag.causes.facts import Facts, Symbol, clip, dockerfile_missing
from diag.causes.kept import STALE, UP_TO_DATE, judge_kept
from diag.causes.machines import Refusal, fitted, target_of
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.outdated import judge_outdated
from diag.causes.provenance import origin_of
from diag.causes.toolchain import toolchain_of
from diag.schema import each

CACHE = "cache-mount-shared-across-arch"

_MOUNT = re.compile(r"--mount=(?P<options>\S*type=cache\S*)")
_TARGET = re.compile(r"(?:^|,)(?:target|dst|destination)=(?P<path>[^,\s]+)")
_ID = re.compile(r"(?:^|,)id=(?P<id>[^,\s]+)")
_BY_PLATFORM = re.compile(r"\$\{?TARGET(?:PLATFORM|ARCH)\b")
_OUT = re.compile(
    r"/build/(?P<crate>.+)-[0-9a-f]{16}/out/|/deps/lib(?P<lib>.+)-[0-9a-f]{16}\.rlib$"
)
_FRESH = re.compile(r"^ *Fresh (?P<crate>\S+) v")


def shared_mounts(facts: Facts) -> list[tuple[str, Any]]:
    """(folder, instruction) of each cache mount that all platforms of the build have in common."""
    found = []
    for row in each(facts.instructions):
        for mount in _MOUNT.finditer(f"{row.flags_text} {row.value_text}"):
            options = mount["options"].removeprefix("--mount=")
            target, named = _TARGET.search(options), _ID.search(options)
            key = named["id"] if named else (target["path"] if target else "")
            if target and not _BY_PLATFORM.search(key):
                found.append((target["path"], row))
    return found


def judge_cache(facts: Facts) -> Iterator[Finding]:
    """cache-mount-shared-across-arch: a foreign input lies in a cache mount that platforms share."""
    mounts = shared_mounts(facts)
    if not mounts:
        return
    for platform in facts.platforms:
        foreign = foreign_on(facts, platform)
        made = [r for r in foreign[:5] if origin_of(facts, platform, r.object, r.member).compiled]
        foreign = [r for r in foreign if r not in made]
        held = [(r, m) for r in foreign for m in mounts if _lies_in(facts, r.object, m[0])]
        if held:
            refused, (folder, row) = held[0]
            text = clip(
                f"{row.instruction} {row.flags_text}: {folder} has no id of its own for each platform"
            )
            evidence = [refused.evidence, Evidence(row.file, int(row.line_no), text)]
            yield _found(facts, CACHE, platform, refused, evidence)


def _lies_in(facts: Facts, file: str, folder: str) -> bool:
    """The file is inside the folder; a relative name counts where a WORKDIR leads into it."""
    path, root = PurePosixPath(file), PurePosixPath(folder)
    if path.is_absolute() and root.is_absolute():
        return root in path.parents
    if not path.is_absolute():
        folders = [
            row.value_text.strip()
            for row in each(facts.instructions)
            if row.instruction == "WORKDIR"
        ]
        return any(root in PurePosixPath(base, file).parents for base in folders)
    return False


def judge_stale(facts: Facts) -> Iterator[Finding]:
    """stale-build-output: a foreign input that this build took over from an earlier one."""
    for platform in facts.judged:
        for refused in foreign_on(facts, platform)[:5]:
            found = _OUT.search(refused.object)
            crate = (found["crate"] or found["lib"]) if found else ""
            told = list(_taken_over(facts, platform, crate, refused))
            origin = origin_of(facts, platform, refused.object, refused.member)
            if told and not origin.is_made_here and facts.has_dockerfile:
                yield _found(facts, STALE, platform, refused, [*told[:2], refused.evidence])
                break
            if (told or (found and origin.is_verbose)) and not origin.is_made_here:
                missing = (
                    dockerfile_missing()
                    if told
                    else Missing(
                        "a build from an empty folder",
                        "what an earlier build left is gone then; what this build makes wrongly comes back",
                        (
                            "cargo clean  # or make clean, an empty build folder, docker buildx build --no-cache",
                        ),
                    )
                )
                yield _BY_ID[STALE].finding(
                    "untestable",
                    Symbol(refused.symbol, platform),
                    [*told[:2], refused.evidence],
                    (missing,),
                )
                break


def _judge_all(facts: Facts) -> Iterator[Finding]:
    yield from judge_stale(facts)
    yield from judge_outdated(facts)
    yield from judge_kept(facts)


def _taken_over(facts: Facts, platform: str, crate: str, refused: Refusal) -> Iterator[Evidence]:
    """Lines that say that the input was not made again."""
    lines = facts.on(facts.lines, platform)
    rows = lines[lines["text"].str.contains(" Fresh | is up to date", regex=True).astype(bool)]
    name = PurePosixPath(refused.object).name
    for row in each(rows):
        fresh, known = _FRESH.match(row.text), UP_TO_DATE.search(row.text)
        is_crate = fresh and crate and fresh["crate"].replace("-", "_") == crate.replace("-", "_")
        if is_crate or (known and PurePosixPath(known["name"] or known["idle"]).name == name):
            yield Evidence.of_row(row)


def _found(
    facts: Facts, cause: str, platform: str, refused: Refusal, evidence: list[Evidence]
) -> Finding:
    steps = _BY_ID[cause].texts.fix_with(toolchain_of(facts, platform))
    return _BY_ID[cause].finding(
        "supported", Symbol(refused.symbol, platform), evidence,
        fix=fitted(steps, target_of(facts, platform)),
    )  # fmt: skip


CAUSES = (
    Cause(CACHE, "infrastructure", "cause", judge_cache),
    Cause(
        STALE, "infrastructure", "cause", _judge_all, telling=("is up to date",), yields_to=(CACHE,)
    ),
)
_BY_ID = {cause.id: cause for cause in CAUSES}
