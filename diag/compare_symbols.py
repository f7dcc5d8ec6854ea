"""What the objects of a build say of a symbol that an earlier build of it was about."""

from __future__ import annotations

from pathlib import PurePath

import pandas as pd

from diag.causes.facts import Facts, Symbol, counted, sightings_evidence
from diag.causes.file_names import SYSTEM_SONAME
from diag.causes.model import Evidence
from diag.join import distinct_definitions
from diag.platforms import BY_NAME
from diag.schema import each

__all__ = ["by_objects", "by_output"]

_MANGLED = ("_Z", "_R", "__Z")  # C++ and Rust: inline functions and templates are weak by rule


def by_objects(facts: Facts, platform: str, symbol: Symbol | None) -> tuple[str, list[Evidence]]:
    """What the objects say of the symbol: cured, wanted (it is, and has no one definition),
    placeholder (its one definition gives way to any other)."""
    if symbol is None or not facts.has_objects(platform):
        return "unproven", []
    now = Symbol(symbol.name, platform)
    wanted = facts.seen(now, "wanted")
    defined = distinct_definitions(facts.definitions(now), facts.objects)
    if wanted.empty and defined.empty:
        # Only the linked program shows that nothing wants it: objects not given still may.
        is_shown = any(kind == "executable" for kind in _own_objects(facts, platform)["kind"])
        return "cured" if is_shown else "unproven", [_not_wanted(facts, now)]
    imported = wanted[wanted["is_output"] & wanted["version"].notna()]
    if len(imported):  # the linker found the library that offers this version of it
        what = f"imports {now.name}{imported['version'].iloc[0]} from a library"
        return "cured", sightings_evidence(imported, what)
    if len(left := _left_in_library(facts, platform, wanted)):
        return "wanted", sightings_evidence(left, f"was linked, and still wants {now.name}")
    if len(defined) == 1:
        is_weak = defined["bind"].iloc[0] == "WEAK" and not _is_mangled(defined)
        how = "weakly, once" if is_weak else "once"
        found = sightings_evidence(defined, f"defines {now.name}, {how}")
        return "placeholder" if is_weak else "cured", found
    if len(defined) > 1:
        return "unproven", sightings_evidence(defined, f"defines {now.name}")
    return "wanted", sightings_evidence(wanted, f"still wants {now.name}")


def _left_in_library(facts: Facts, platform: str, wanted: pd.DataFrame) -> pd.DataFrame:
    """Shared objects that the log links and that still want the name: a link of a shared object may
    leave names open, which is no cure. One that needs a library of the project gets it from there."""
    made = {PurePath(str(name)).name for name in facts.on(facts.link_commands, platform)["output"]}
    own = _own_objects(facts, platform)
    left = {
        row.file
        for row in each(own[own["kind"] == "shared"])
        if PurePath(row.file).name in made and all(map(SYSTEM_SONAME.search, row.needed))
    }
    return wanted[wanted["file"].isin(left) & wanted["version"].isna() & (wanted["bind"] != "WEAK")]


def _is_mangled(rows: pd.DataFrame) -> bool:
    return str(rows["name"].iloc[0]).startswith(_MANGLED)


def _own_objects(facts: Facts, platform: str) -> pd.DataFrame:
    return facts.of_platform(facts.objects, platform)


def _not_wanted(facts: Facts, symbol: Symbol) -> Evidence:
    own = _own_objects(facts, symbol.platform)
    programs = own.loc[own["kind"] == "executable", "file"]
    what = counted(len(own), "object or member", "objects and members")
    text = f"of {what} given for {symbol.platform}, none wants {symbol.name} any more"
    return Evidence([*programs, *own["file"]][0], None, text)


def by_output(facts: Facts, platform: str, family: str) -> tuple[str, list[Evidence]]:
    """What shows the cure of a failure that is about no symbol: what was made, for which machine."""
    target = BY_NAME.get(platform)
    made = _own_objects(facts, platform)
    made = made[made["kind"].isin(["executable", "shared"])]
    right = [r for r in each(made) if target is None or r.arch == target.elf_arch]
    if right:
        text = f"the output was made, for {right[0].arch}"
        return "cured", [Evidence(right[0].file, None, text)]
    if family == "infrastructure":
        return _step_ended_well(facts, platform)
    return "unproven", []


def _step_ended_well(facts: Facts, platform: str) -> tuple[str, list[Evidence]]:
    """What the machine did to a process shows in the step itself: it ran to its end this time."""
    steps = facts.steps
    rows = steps[(steps["target_platform"] == platform) & (steps["instruction"] == "RUN")]
    ran = [r for r in each(rows) if r.status == "ok"]
    text = "the step ran to its end"
    return ("cured" if ran else "unproven"), [
        Evidence(r.file, int(r.line_no), f"{text}: {r.name_text}"[:240]) for r in ran[-1:]
    ]
