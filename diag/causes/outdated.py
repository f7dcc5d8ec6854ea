"""Family F, an archive that holds an older object than the one that this build compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts
from diag.causes.kept import STALE, kept_inputs, making_line
from diag.causes.model import Evidence, Finding
from diag.causes.resolution import files_on
from diag.causes.wants import Answer, Want, told, wants_of
from diag.schema import each


def judge_outdated(facts: Facts) -> Iterator[Finding]:
    """stale-build-output: the object was compiled in this build and defines the name, the archive
    on the line was not made again, and its member of that object's name lacks it."""
    for want in wants_of(facts):
        if want.has_line and len(want.defined):
            evidence = _older_member(facts, want)
            if evidence:
                answer = Answer(
                    "supported", [*facts.reference_evidence(want.symbol)[:1], *evidence]
                )
                yield told(facts, "infrastructure", STALE, want.symbol, answer)


def _older_member(facts: Facts, want: Want) -> list[Evidence]:
    linked = set(files_on(facts, want))
    if linked & set(want.defined["file"]):
        return []
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
                Evidence(newer.file, None, f"{row.member} defines {want.symbol.name}"),
                line,
                Evidence(
                    row.file, None, f"its member {row.member} does not define {want.symbol.name}"
                ),
                *archive.evidence[:1],
            ]
    return []


def _are_one(facts: Facts, member: Any, newer: Any) -> bool:
    """Both are made of one source: they lie together, or define a name in common. `util.o` alone
    is the name of many."""
    if PurePath(member.file).parent == PurePath(newer.file).parent:
        return True
    rows = facts.symbols[
        facts.symbols["is_defined"].astype(bool) & (facts.symbols["bind"] != "LOCAL")
    ]
    own = rows[(rows["file"] == member.file) & (rows["member"] == member.member)]
    return bool(set(own["name"]) & set(rows.loc[rows["file"] == newer.file, "name"]))
