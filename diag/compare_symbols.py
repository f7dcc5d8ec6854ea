"""What the objects of a build say of a symbol that an earlier build of it was about."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

import pandas as pd

from diag.causes.facts import Facts, Symbol, counted, sightings_evidence
from diag.causes.file_names import SYSTEM_SONAME
from diag.causes.model import Evidence
from diag.compare_gone import Told, link_changed, unlinked
from diag.compare_model import DEFINED, GONE, IMPORTED, MADE, RAN
from diag.join import distinct_definitions
from diag.platforms import BY_NAME
from diag.schema import each

__all__ = ["Seen", "by_objects", "by_output", "sentence", "why_not"]

_MANGLED = ("_Z", "_R", "__Z")  # C++ and Rust: inline functions and templates are weak by rule


class Seen(NamedTuple):
    """What the objects say: cured, wanted (it is, and has no one definition), placeholder (its one
    definition gives way to any other, or only the program has it), unproven; how it was cured; where
    it is seen."""

    word: str
    how: str
    evidence: list[Evidence]


def by_objects(facts: Facts, platform: str, symbol: Symbol | None) -> Seen:
    """What the objects say of the symbol."""
    if symbol is None or not facts.has_objects(platform):
        return Seen("unproven", "", [])
    now = Symbol(symbol.name, platform)
    wanted = facts.seen(now, "wanted")
    defined = distinct_definitions(facts.definitions(now), facts.objects)
    if wanted.empty and defined.empty:
        return _of_no_object(facts, now)
    imported = wanted[wanted["is_output"] & wanted["version"].notna()]
    if len(imported):  # the linker found the library that offers this version of it
        what = f"imports {now.name}{imported['version'].iloc[0]} from a library"
        return Seen("cured", IMPORTED, sightings_evidence(imported, what))
    if len(left := _left_in_library(facts, platform, wanted)):
        found = sightings_evidence(left, f"was linked, and still wants {now.name}")
        return Seen("wanted", "", found)
    if len(defined) == 1:
        is_weak = defined["bind"].iloc[0] == "WEAK" and not _is_mangled(defined)
        how = "weakly, once" if is_weak else "once"
        found = sightings_evidence(defined, f"defines {now.name}, {how}")
        return Seen("placeholder" if is_weak else "cured", DEFINED, found)
    if len(defined) > 1:
        return Seen("unproven", "", _several(defined, now))
    idle = unlinked(facts, now)
    if idle and _shows_names(facts, platform) and facts.seen(now, "defined").empty:
        return Seen("cured", GONE, idle)
    found = sightings_evidence(wanted, _still(wanted, now))
    return Seen("wanted", "", [*found, *_from_elsewhere(facts, now)])


def _several(defined: pd.DataFrame, now: Symbol) -> list[Evidence]:
    """Each definition, those that give way marked."""
    return [
        Evidence.of_unit(r, f"defines {now.name}{', weakly' if r.bind == 'WEAK' else ''}")
        for r in each(defined.drop_duplicates(["file", "member"]))
    ]


def _of_no_object(facts: Facts, now: Symbol) -> Seen:
    """Nothing but the linked program tells: it has the name, or has it not."""
    inside = facts.seen(now, "defined")
    is_kept = (~inside["is_output"] & (inside["bind"] == "LOCAL")).any()
    inside = inside[inside["is_output"]]
    if len(inside) and not is_kept:  # of an object's own function the program's is a copy
        what = f"defines {now.name}, which no object given does"
        return Seen("placeholder", DEFINED, sightings_evidence(inside, what))
    # Only the linked program shows that nothing wants it: objects not given still may.
    is_shown = _shows_names(facts, now.platform)
    return Seen("cured" if is_shown else "unproven", GONE, [_not_wanted(facts, now)])


def _from_elsewhere(facts: Facts, now: Symbol) -> list[Evidence]:
    """The program has the name all the same: of a script or a switch, or of another build."""
    inside = facts.seen(now, "defined")
    what = f"defines {now.name}, which no object given does: it is not made of these alone"
    return sightings_evidence(inside[inside["is_output"]], what)


def _still(wanted: pd.DataFrame, now: Symbol) -> str:
    is_weak = (wanted["bind"] == "WEAK").all()
    return f"still wants {now.name}" + (", weakly: it may stay at address 0" if is_weak else "")


def _shows_names(facts: Facts, platform: str) -> bool:
    """A program was given whose own names were not stripped off."""
    own = _own_objects(facts, platform)
    programs = set(own.loc[own["kind"] == "executable", "file"])
    rows = facts.symbols[facts.symbols["file"].isin(programs)]
    return bool((rows["table"] == ".symtab").any())


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


def by_output(facts: Facts, platform: str, family: str) -> Seen:
    """What shows the cure of a failure that is about no symbol: what was made, for which machine."""
    target = BY_NAME.get(platform)
    made = _own_objects(facts, platform)
    made = made[made["kind"].isin(["executable", "shared"])]
    right = [r for r in each(made) if target is None or r.arch == target.elf_arch]
    if right:
        text = f"the output was made, for {right[0].arch}"
        return Seen("cured", MADE, [Evidence(right[0].file, None, text)])
    if family == "infrastructure":
        return _step_ended_well(facts, platform)
    return Seen("unproven", "", [])


def _step_ended_well(facts: Facts, platform: str) -> Seen:
    """What the machine did to a process shows in the step itself: it ran to its end this time."""
    steps = facts.steps
    rows = steps[(steps["target_platform"] == platform) & (steps["instruction"] == "RUN")]
    ran = [r for r in each(rows) if r.status == "ok"]
    text = "the step ran to its end"
    found = [Evidence(r.file, int(r.line_no), f"{text}: {r.name_text}"[:240]) for r in ran[-1:]]
    return Seen("cured" if ran else "unproven", RAN, found)


def why_not(
    old: Facts, new: Facts, platform: str, seen: Seen, several: tuple[str, ...] = ()
) -> Told:
    """What stands against a cure: how the program ended, what the objects say (`several`: of more than
    one definition), how the link changed."""
    ended = Told(tuple(item.text for item in new.end_of_run(platform) if not new.ran(platform)))
    told = ended + Told(several or tuple(map(sentence, seen.evidence[:3])))
    if seen.word == "wanted":
        return told + link_changed(old, new, platform)
    what = (
        "nothing that was given"
        if new.has_objects(platform)
        else "no object of AFTER was given that"
    )
    silent = Told((f"it links, and {what} shows why",)) + link_changed(old, new, platform)
    return told if told.says else silent


def sentence(item: Evidence) -> str:
    """What is seen of an object, with its name."""
    text = item.text.removeprefix("the file itself ")
    name = PurePath(item.file).name
    if text != item.text:
        return f"{name} {text}"
    return text if item.line_no or name.endswith(".toml") else f"{name}: {text}"
