"""Objects that hold nothing, or no code: a condition in their source left all of it out."""

from __future__ import annotations

from pathlib import PurePath

from diag.causes.alike import NO_NAMES
from diag.causes.facts import Facts
from diag.schema import each, keep


def empty_objects(facts: Facts, platform: str) -> list[str]:
    """Base names of the platform's objects and members that define nothing at all, in order. Of a
    build whose tables of names were not read nothing is known; bytecode has its names elsewhere."""
    own = facts.of_platform(facts.objects, platform)
    own = own[(own["kind"] == "relocatable") & ~own["is_lto"].astype(bool)]
    rows = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    rows = rows[~rows["type"].isin(NO_NAMES)]
    rows = rows[~rows["name"].str.startswith("$").astype(bool)]  # marks of Arm and RISC-V
    full = set(zip(rows["file"], rows["member_no"], strict=True))
    left = (row for row in each(own) if (row.file, row.member_no) not in full)
    return [PurePath(row.member or row.file).name for row in left] if len(facts.symbols) else []


def is_without_code(facts: Facts, platform: str, name: str) -> bool:
    """The object of that base name was given, its names were read, and none is a function's."""
    rows = facts.of_platform(facts.objects, platform)
    rows = keep(rows, [PurePath(row.member or row.file).name == name for row in each(rows)])
    if rows.empty or rows["is_lto"].astype(bool).any() or (rows["format"] != "elf").any():
        return False
    symbols = facts.symbols[facts.symbols["file"].isin(set(rows["file"]))]
    places = set(zip(rows["file"], rows["member"], strict=True))
    own = keep(symbols, [p in places for p in zip(symbols["file"], symbols["member"], strict=True)])
    held = own[own["is_defined"].astype(bool)]
    return len(own) > 0 and not held["type"].isin(["FUNC", "IFUNC"]).any()
