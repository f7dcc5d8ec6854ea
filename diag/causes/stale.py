"""Family F, objects of another build among those of this one: shared cache mounts, output of earlier
builds that was not made again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath
from typing import Any

from diag.causes.crossing import foreign_on
from diag.causes.facts import Facts, Symbol, clip, dockerfile_missing
from diag.causes.kept_inputs import Kept, crate_of, kept_inputs, left_as_is, making_line
from diag.causes.machines import Refusal, fitted, target_of
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.provenance import provenance_of
from diag.causes.resolution import files_on
from diag.causes.runtime_cxx import is_cxx_name
from diag.causes.toolchain import toolchain_of
from diag.causes.wants import Want, wants_of
from diag.knowledge.names import library_of
from diag.schema import each

CACHE = "cache-mount-shared-across-arch"
STALE = "stale-build-output"

_MOUNT = re.compile(r"--mount=(?P<options>\S*type=cache\S*)")
_TARGET = re.compile(r"(?:^|,)(?:target|dst|destination)=(?P<path>[^,\s]+)")
_ID = re.compile(r"(?:^|,)id=(?P<id>[^,\s]+)")
_BY_PLATFORM = re.compile(r"\$\{?TARGET(?:PLATFORM|ARCH)\b")


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
        made = [
            r for r in foreign[:5] if provenance_of(facts, platform, r.object, r.member).compiled
        ]
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
    """stale-build-output, of inputs for another machine, of a name that is defined in an object that
    is newer than the archive on the line, and of names that are defined nowhere."""
    for platform in facts.judged:
        yield from _foreign(facts, platform)
    yield from _outdated(facts)
    for platform in facts.judged:
        yield from _kept(facts, platform)


def _foreign(facts: Facts, platform: str) -> Iterator[Finding]:
    """A foreign input that this build took over from an earlier one: the first one."""
    for refused in foreign_on(facts, platform)[:5]:
        crate = crate_of(refused.object)
        told = list(_taken_over(facts, platform, crate, refused))
        origin = provenance_of(facts, platform, refused.object, refused.member)
        if origin.is_made_here:
            continue
        if told and facts.has_dockerfile:
            yield _found(facts, STALE, platform, refused, [*told[:2], refused.evidence])
            return
        if told or (crate and origin.is_verbose):
            evidence = [*told[:2], refused.evidence]
            missing = dockerfile_missing() if told else _EMPTY_FOLDER
            symbol = Symbol(refused.symbol, platform)
            yield _BY_ID[STALE].finding("untestable", symbol, evidence, (missing,))
            return


_EMPTY_FOLDER = Missing(
    "a build from an empty folder",
    "what an earlier build left is gone then; what this build makes wrongly comes back",
    ("cargo clean  # or make clean, an empty build folder, docker buildx build --no-cache",),
)


def _taken_over(facts: Facts, platform: str, crate: str, refused: Refusal) -> Iterator[Evidence]:
    """Lines that say that the input was not made again."""
    lines = facts.on(facts.lines, platform)
    rows = lines[lines["text"].str.contains(" Fresh | is up to date", regex=True).astype(bool)]
    for row in each(rows):
        file, fresh = left_as_is(row.text)
        if (crate and fresh == crate) or file == PurePath(refused.object).name:
            yield Evidence.of_row(row)


def _outdated(facts: Facts) -> Iterator[Finding]:
    """An archive on the line that was not made again, while an object of its member's name was
    compiled and defines the name that the member lacks."""
    for want in wants_of(facts):
        evidence = _older_member(facts, want) if want.has_line and len(want.defined) else []
        if evidence:
            evidence = [*facts.reference_evidence(want.symbol)[:1], *evidence]
            yield _told(facts, "supported", [want.symbol], evidence)


def _older_member(facts: Facts, want: Want) -> list[Evidence]:
    linked = set(files_on(facts, want))
    if linked & set(want.defined["file"]):
        return []
    name = want.symbol.name
    kept = {PurePath(one.name).name: one for one in kept_inputs(facts, want.symbol)}
    loose = {PurePath(r.file).name: r for r in each(want.defined) if not r.member}
    for row in each(facts.objects[facts.objects["file"].isin(linked)]):
        archive = kept.get(PurePath(row.file).name)
        if row.member not in loose or archive is None:
            continue
        newer = loose[row.member]
        line = making_line(facts, want.symbol, newer.file)
        if line is not None and _are_one(facts, row, newer):
            return [
                Evidence(newer.file, None, f"{row.member} defines {name}"),
                line,
                Evidence(row.file, None, f"its member {row.member} does not define {name}"),
                *archive.evidence[:1],
            ]
    return []


def _are_one(facts: Facts, member: Any, newer: Any) -> bool:
    """Both are made of one source: they lie together, or define a name in common. `util.o` alone
    is the name of many."""
    if PurePath(member.file).parent == PurePath(newer.file).parent:
        return True
    rows = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    rows = rows[rows["bind"] != "LOCAL"]
    own = rows[(rows["file"] == member.file) & (rows["member"] == member.member)]
    return bool(set(own["name"]) & set(rows.loc[rows["file"] == newer.file, "name"]))


def _kept(facts: Facts, platform: str) -> Iterator[Finding]:
    """Names that nothing defines, while an input was not made again. Whether its source has the name
    today is in no log, so it is never more than left open."""
    names = (s for s in facts.wanted if s.platform == platform and _is_own(facts, s))
    first = next(names, None)  # of ten thousand names the others are looked at where it matters
    kept = kept_inputs(facts, first) if first else []
    if first and kept:
        own = [first, *names]
        evidence = dict.fromkeys(row for one in kept[:3] for row in one.evidence)
        shown = [*evidence, *facts.reference_evidence(own[0])[:1]]
        yield _told(facts, "untestable", own, shown, (_age_missing(kept[0]),))


def _is_own(facts: Facts, symbol: Symbol) -> bool:
    """Nothing given defines it, and it is no name of a well-known library."""
    raw = facts.raw_of(symbol)
    known = any(library_of(name) is not None or is_cxx_name(name) for name in raw)
    return not known and facts.definitions(symbol).empty


def _age_missing(first: Kept) -> Missing:
    return Missing(
        "a build from an empty folder, or the time and source of that input",
        "an input that was not made again may be older than the source that defines the symbol",
        (
            "make clean && make  # or cargo clean, docker buildx build --no-cache",
            f"ls -l --full-time {first.name}  # beside its source",
        ),
    )


def _told(
    facts: Facts, status: Status, symbols: list[Symbol], evidence: list[Evidence],
    missing: tuple[Missing, ...] = (),
) -> Finding:  # fmt: skip
    return _BY_ID[STALE].finding(
        status, symbols[0], evidence, missing, covers=[s.name for s in symbols[1:]],
        toolchain=toolchain_of(facts, symbols[0].platform),
    )  # fmt: skip


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
        STALE,
        "infrastructure",
        "cause",
        judge_stale,
        telling=("is up to date",),
        yields_to=(CACHE,),
    ),
)
_BY_ID = {cause.id: cause for cause in CAUSES}
