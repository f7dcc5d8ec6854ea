"""A name that nothing refers to any more: which references went, with which objects, and what stands
in their place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.made_here import made_on
from diag.causes.model import Evidence
from diag.compare_units import callers, listed, named, on_link, own_rows, rows_of, unit_of
from diag.join.near import key_of
from diag.schema import each

__all__ = ["Told", "changed_words", "gone", "is_respelled", "link_changed", "unlinked"]

MAX_WORDS = 4
# Functions that look a name up while the program runs: no link shows whether it is found.
_LOOK_UP = ("dlsym", "dlvsym", "dlopen")
_HASH = re.compile(r"17h[0-9a-f]{16}E")  # of Rust's legacy names: another in each build
_MADE = re.compile(r"\S+\.(?:o|obj|lo)$")


@dataclass(frozen=True)
class Told:
    """Sentences, and where they are seen."""

    says: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __add__(self, other: Told) -> Told:
        return Told((*self.says, *other.says), (*self.evidence, *other.evidence))

    @classmethod
    def at(cls, row: Any, text: str) -> Told:
        """A sentence about one object, and the object."""
        return cls((f"{named(row)} {text}",), (Evidence.of_unit(row, text),))


def gone(old: Facts, new: Facts, now: Symbol) -> Told:
    """What became of each object that referred to the name, and what these do instead."""
    before = callers(old, now, "in BEFORE")
    given = set(own_rows(new.objects, new, now.platform)["unit"])
    left = callers(new, now)
    free = [unit for unit in before if unit in given and unit not in left]
    said = f"nothing that is linked refers to {now.name} any more"
    if not given & before.keys():  # only the program tells, and code may have been put into code
        said = f"the program holds no {now.name}: it neither refers to it nor defines it"
    told = Told((said,))
    told += _free(free) + _idle([unit for unit in before if unit in left])
    told += _absent(new, now, [unit for unit in before if unit not in given])
    told += Told((), tuple(before.values())[:3])
    told += _own_ones(new, now, free)
    for unit in free:
        told += _other_names(old, new, now, unit) + _other_words(old, new, now, unit)
    return told


def _free(units: Sequence[str]) -> Told:
    one = f"the reference from {listed(units)} is gone"
    many = f"the references from {listed(units)} are gone"
    return Told((one if len(units) == 1 else many,) * bool(units))


def _idle(units: Sequence[str]) -> Told:
    """Objects that are there as they were, and that no link takes."""
    one = f"{listed(units)} still refers to it and is no longer linked"
    many = f"{listed(units)} still refer to it and are no longer linked"
    return Told((one if len(units) == 1 else many,) * bool(units))


def _absent(new: Facts, now: Symbol, units: Sequence[str]) -> Told:
    linked = on_link(new, now.platform)
    is_left_out = linked is not None and not linked & set(units)
    where = "no longer linked" if is_left_out else "not among the objects given"
    verb = "is" if len(units) == 1 else "are"
    text = f"{listed(units)}, which referred to it, {verb} {where}"
    return Told((text,) * bool(units))


def is_respelled(old: Facts, new: Facts, now: Symbol) -> bool:
    """An object that wanted the name wants it in another spelling now, under which the build before
    defined it: the declaration was mended, no call was taken away."""
    rows = old.of_platform(old.symbols, now.platform)
    rows = rows[rows["is_defined"].astype(bool) & (rows["bind"] != "LOCAL")]
    key, defined = key_of(now.name), set(rows["name"])
    for unit in callers(old, now):
        before = set(rows_of(old.symbols, old, now.platform, unit)["name"])
        after = rows_of(new.symbols, new, now.platform, unit)
        names = set(after.loc[~after["is_defined"].astype(bool), "name"]) & defined - before
        if any(key_of(str(name)) == key for name in names):
            return True
    return False


def unlinked(new: Facts, now: Symbol) -> list[Evidence]:
    """Objects that still want the name, where none of them stands on a link of the platform, all of
    whose arguments are known; empty where one does, or where nothing tells."""
    wanted = new.seen(now, "wanted")
    linked = on_link(new, now.platform)
    if linked is None or wanted.empty or wanted["is_output"].any():
        return []
    if any(PurePath(file).name in linked for file in wanted["file"]):
        return []
    rows = each(wanted.drop_duplicates(["file", "member"]))
    return [Evidence.of_unit(r, f"refers to {now.name}, and is on no link command") for r in rows]


def _own_ones(new: Facts, now: Symbol, units: Iterable[str]) -> Told:
    """A function of that name that an object keeps to itself."""
    seen = new.seen(now, "defined")
    seen = seen[~seen["is_output"] & (seen["bind"] == "LOCAL")]
    told = Told()
    for row in each(seen.drop_duplicates(["file", "member"])):
        if unit_of(row.file, row.member) in units:
            text = f"has a {now.name} of its own, that no other object sees, of"
            told += Told.at(row, f"{text} {int(row.size_bytes)} bytes")
    return told


def _other_names(old: Facts, new: Facts, now: Symbol, unit: str) -> Told:
    """What the object refers to that it did not refer to before."""
    before = rows_of(old.symbols, old, now.platform, unit)
    after = rows_of(new.symbols, new, now.platform, unit)
    known = {_HASH.sub("", name) for name in _wants(before)}
    names = [n for n in _wants(after) if _HASH.sub("", n) not in known] if len(before) else []
    if not names:
        return Told()
    text = f"refers to {listed(names)} now, as it did not before"
    look = [name for name in names if name in _LOOK_UP]
    text += f": {look[0]} looks names up while the program runs" if look else ""
    return Told.at(next(each(after)), text)


def _wants(rows: pd.DataFrame) -> list[str]:
    own = rows[~rows["is_defined"].astype(bool) & (rows["bind"] != "LOCAL")]
    names = map(str, own["name"].unique())
    return [n for n in names if n and not n.startswith("_GLOBAL_") and ".llvm." not in n]


def _other_words(old: Facts, new: Facts, now: Symbol, unit: str) -> Told:
    """Words of the compile that made the object, that came or went."""
    before, after = (_compile_of(facts, now.platform, unit) for facts in (old, new))
    if before is None or after is None:
        return Told()
    text = changed_words(_words(before.text), _words(after.text))
    text = f"{unit} is compiled {text} now" if text else ""
    seen = Evidence(after.file, after.line_no, after.text)
    return Told((text,), (seen,)) if text else Told()


def _compile_of(facts: Facts, platform: str, unit: str) -> Evidence | None:
    own = [one.evidence for one in made_on(facts, platform).compiles if one.output == unit]
    return own[-1] if own else None


def _words(text: str) -> list[str]:
    return [word for word in text.split() if not _MADE.search(word)]


def changed_words(before: Sequence[str], after: Sequence[str]) -> str:
    """The words that came and went: `with A B and without C`."""
    came = [word for word in after if word not in before][:MAX_WORDS]
    went = [word for word in before if word not in after][:MAX_WORDS]
    parts = [f"with {' '.join(came)}"] * bool(came) + [f"without {' '.join(went)}"] * bool(went)
    return " and ".join(parts)


def link_changed(old: Facts, new: Facts, platform: str) -> Told:
    """Words that came to the last link of the platform, or went from it."""
    last = [list(each(facts.on(facts.link_commands, platform)))[-1:] for facts in (old, new)]
    if not all(last):
        return Told()
    text = changed_words(*([str(word) for word in command.words] for (command,) in last))
    row = last[1][0]
    seen = Evidence.of_row(row, " ".join((row.driver, *map(str, row.words))))
    return Told((f"it is linked {text} now",), (seen,)) if text else Told()
