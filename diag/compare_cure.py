"""What a cure consists of: a definition that came, from where and of what size, beside those of the
build before and of other platforms; or references that went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.model import Evidence, Finding
from diag.compare_doubts import STUB_BYTES, had_other_name, was_meant
from diag.compare_gone import Told, gone, is_respelled
from diag.compare_model import DEFINED, GONE, IMPORTED, ONE_LEFT, RESPELLED, STUB
from diag.compare_units import callers, definers, listed, named, on_link, own_rows, unit_of
from diag.schema import each

__all__ = ["cure_of", "size_words", "taken_of"]

MAX_TAKEN = 4  # definitions that are told
MAX_CURES = 8  # names of one platform that are looked at so closely
_SHORT = 4  # as many times shorter than the same function elsewhere


def _kind_of(old: Facts, new: Facts, symbol: Symbol, how: str) -> str:
    """How it was cured, beside the build before: a definition that nothing asks for is none."""
    if how != DEFINED:
        return how
    if (old.errors_of(symbol)["kind"] == "duplicate").any():
        return ONE_LEFT
    now, before = Symbol(symbol.name, symbol.platform), callers(old, symbol)
    given = set(own_rows(new.objects, new, now.platform)["unit"])
    is_gone = before and before.keys() <= given and new.seen(now, "wanted").empty
    is_own = any(_unit(row) in before for row in definers(new, now))
    return GONE if is_gone and not is_own else how


def cure_of(
    old: Facts, new: Facts, symbols: Sequence[Symbol], how: str, failure: Finding | None
) -> tuple[str, Told]:
    """How the names were cured, the sentences, and their evidence: of one that may be a stub, else of
    the first."""
    found = [_cure_of_one(old, new, symbol, how, failure) for symbol in symbols[:MAX_CURES]]
    how, told = min(found, key=lambda one: one[0] != STUB, default=(how, Told()))
    more = len(symbols) - 1
    also = f"{more} more name{'s' * (more > 1)}: defined, or nothing refers to them"
    return how, told + Told((also,) * (more > 0))


def _cure_of_one(
    old: Facts, new: Facts, symbol: Symbol, how: str, failure: Finding | None
) -> tuple[str, Told]:
    now = Symbol(symbol.name, symbol.platform)
    how = _kind_of(old, new, now, how)
    if how == GONE:
        told = gone(old, new, now) + _kept(new, now)
        how = RESPELLED if is_respelled(old, new, now) else GONE
    elif how == IMPORTED:
        told = Told((f"a library that the program needs offers {now.name}",))
    else:
        how, told = _defined(old, new, now, how, failure)
    return how, told + _elsewhere(old, new, now)


def _unit(row: Any) -> str:
    return unit_of(row.file, row.member)


def size_words(row: Any) -> str:
    """How much a definition is: code, a variable, or a mere label."""
    n_bytes = int(row.size_bytes)
    if row.type in ("OBJECT", "COMMON", "TLS"):
        return f"a variable of {n_bytes} bytes, no function"
    if row.type == "NOTYPE":
        return f"a label, {n_bytes} bytes" if n_bytes else "a mere label, without type or size"
    return f"{n_bytes} bytes of code" if n_bytes else "code, its size is not told"


def _defined(
    old: Facts, new: Facts, now: Symbol, how: str, failure: Finding | None
) -> tuple[str, Told]:
    """Who defines the name now, what it was before, and what speaks against it."""
    found = definers(new, now)
    held = new.seen(now, "defined")
    held = held[held["is_output"] & (held["bind"] != "LOCAL")]
    rows = found or list(each(held.drop_duplicates(["file"])))
    if not rows:
        return how, Told()
    row = rows[0]
    where = named(row) if found else f"{named(row)}, the program, which no object given explains,"
    weakly = " weakly" if row.bind == "WEAK" and not row.name.startswith("_") else ""
    told = Told((f"{where} defines {now.name}{weakly} now: {size_words(row)}",))
    told += _before(old, now, row, failure) if found else Told()
    told += _left_out(old, new, now, row) if how == ONE_LEFT else Told()
    is_meant = how == ONE_LEFT or (len(found) > 0 and _is_meant(old, now, row, failure))
    doubtful = _doubtful(old, new, now, row, is_meant=is_meant)
    return STUB if doubtful.says else how, told + doubtful


def _before(old: Facts, now: Symbol, row: Any, failure: Finding | None) -> Told:
    """What the build before had of that object and that name."""
    unit, defined, users = _unit(row), definers(old, now), callers(old, now, "in BEFORE")
    same = [one for one in defined if _unit(one) == unit]
    if same or defined:
        one = (same or defined)[0]
        text = f"defined {now.name} in BEFORE: {size_words(one)}"
        return Told.at(one, text + _linked_then(old, now, one))
    if unit in users:
        return Told((f"in BEFORE {unit} only referred to it",), (users[unit],))
    if unit in set(own_rows(old.objects, old, now.platform)["unit"]):
        return Told((f"in BEFORE {unit} was there and did not define it",))
    if was_meant(old, row, now.platform, failure):
        seen = [item for item in failure.evidence if item.line_no][:1] if failure else []
        return Told((f"BEFORE speaks of {unit} and did not have it",), tuple(seen))
    return Told((f"{unit} is new: nothing that was given of BEFORE names it",))


def _linked_then(old: Facts, now: Symbol, row: Any) -> str:
    """Whether the link before was given that definition, itself or in an archive."""
    linked = on_link(old, now.platform)
    files = {PurePath(str(file)).name for file in old.definitions(now)["file"]}
    if linked is None or _unit(row) not in files | set(old.definitions(now)["member"]):
        return ""
    return ", and was on the link" if linked & files else ", and was not on the link"


def _left_out(old: Facts, new: Facts, now: Symbol, row: Any) -> Told:
    """Of two definitions the one that went."""
    told = Told()
    given = set(own_rows(new.objects, new, now.platform)["unit"])
    for one in definers(old, now):
        if _unit(one) != _unit(row):
            how = "defines it no more" if _unit(one) in given else "is not given any more"
            text = f"defined {now.name} in BEFORE: {size_words(one)}"
            said = f"{named(one)}, which defined it too ({size_words(one)}), {how}"
            told += Told((said,), (Evidence.of_unit(one, text),))
    return told


def _is_meant(old: Facts, now: Symbol, row: Any, failure: Finding | None) -> bool:
    """The build before tells of the object that defines the name now, and not as one that only refers
    to it or that never had it."""
    unit = _unit(row)
    if any(_unit(one) == unit for one in definers(old, now)):
        return True
    if unit in set(own_rows(old.objects, old, now.platform)["unit"]):
        return unit not in callers(old, now) and had_other_name(old, now, unit)
    return was_meant(old, row, now.platform, failure)


def _doubtful(old: Facts, new: Facts, now: Symbol, row: Any, *, is_meant: bool) -> Told:
    """Where the definition is as short as a stub, or much shorter than elsewhere: that a program runs
    to its end does not show that the function does its work."""
    others = [*definers(old, now), *(one for _, _, one in _others(old, new, now))]
    if row.type not in ("FUNC", "IFUNC", "NOTYPE"):
        is_function = any(one.type == "FUNC" for one in others)
        return Told((f"elsewhere {now.name} is a function",) * is_function)
    size = int(row.size_bytes)
    longest = max((int(one.size_bytes) for one in others), default=0)
    is_shorter = size * _SHORT <= longest
    if not is_shorter and (is_meant or size > STUB_BYTES):
        return Told()
    than = f" (elsewhere it takes {longest} bytes)" if is_shorter else ""
    text = f"so short{than} it may be a stub, which a run that ends well does not rule out"
    return Told((text,))


def taken_of(new: Facts, symbols: Sequence[Symbol]) -> tuple[str, ...]:
    """Where several objects define the first of the names: how much each is, and which of them the
    program has."""
    rows = definers(new, Symbol(symbols[0].name, symbols[0].platform)) if symbols else []
    if len(rows) < 2:
        return ()
    told = [
        f"{named(row)} ({size_words(row)}{', weakly' if row.bind == 'WEAK' else ''})"
        for row in rows[:MAX_TAKEN]
    ]
    said = f"{symbols[0].name} is defined by {' and by '.join(told)}"
    held = new.seen(Symbol(symbols[0].name, symbols[0].platform), "defined")
    sizes = set(held.loc[held["is_output"], "size_bytes"])
    taken = [row for row in rows if int(row.size_bytes) in sizes]
    is_told = len(taken) == 1 and len(sizes) == 1
    return (said, f"the program has that of {named(taken[0])}") if is_told else (said,)


def _kept(new: Facts, now: Symbol) -> Told:
    """A definition that is there still and that nothing asks for."""
    found = definers(new, now)
    text = f"still defines {now.name}, which nothing given refers to"
    return Told.at(found[0], f"{text}: {size_words(found[0])}") if found else Told()


def _others(old: Facts, new: Facts, now: Symbol) -> Iterator[tuple[str, Facts, Any]]:
    """(platform, build, definition) of the same name on other platforms, the build after first."""
    seen = {now.platform}
    for facts in (new, old):
        for platform in facts.judged:
            rows = definers(facts, Symbol(now.name, platform)) if platform not in seen else []
            if rows:
                seen.add(platform)
                yield platform, facts, rows[0]


def _elsewhere(old: Facts, new: Facts, now: Symbol) -> Told:
    """What the other platforms have of it."""
    told = Told()
    for platform, facts, row in _others(old, new, now):
        users = list(callers(facts, Symbol(now.name, platform)))
        used = f", and {listed(users)} refer{'s' * (len(users) == 1)} to it" if users else ""
        build = " in BEFORE" if facts is old else ""
        text = f"defines {now.name}{build}: {size_words(row)}"
        said = f"on {platform} {named(row)} {text}{used}"
        told += Told((said,), (Evidence.of_unit(row, text),))
    return told
