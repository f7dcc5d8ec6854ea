"""Resolution as mold does it: every file claims its names at once, the best claim wins.

A definition in an object goes before one in a shared object or an archive member that nobody asked
for, those before common symbols; within a rank a strong definition goes before a weak one, then the
earlier file. What the objects then reach is kept; among what was kept the names are claimed again,
each member as an object now. Source: mold's design notes; checked in tests/test_resolve.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from diag.join.link_line import LinkLine
from diag.join.link_units import COMMON, STRONG, WEAK, Unit
from diag.join.resolved import Resolution, clashes, first_want, fitting

_Claim = tuple[int, int, Unit, int]  # rank, place on the line, unit, strength


def resolve_mold(line: LinkLine, found: Resolution, asked: list[Unit]) -> None:
    """Fill the resolution of that line; `asked`: units of -u and --defsym."""
    given = [(unit, False) for unit in asked] + list(_given(line, found))
    places: dict[Unit, int] = {}
    for place, (unit, _) in enumerate(given):
        places.setdefault(unit, place)
    lazy = {unit for unit, is_lazy in given if is_lazy}
    roots = [unit for unit, is_lazy in given if not is_lazy]
    _mark(roots, _claims(places, lazy), found)
    kept = {unit: place for unit, place in places.items() if unit in found.place}
    best = _claims(kept, frozenset())
    found.owner = {code: (unit, strength) for code, (_, _, unit, strength) in best.items()}
    _find_doubled([unit for unit, _ in given if unit in kept], found)
    found.place = kept


def _given(line: LinkLine, found: Resolution) -> Iterator[tuple[Unit, bool]]:
    """(unit, whether it is only taken where asked for) in the order of the line.

    An archive or shared object that is named twice is read once, an object twice.
    """
    seen: set[str] = set()
    for given in line.inputs:
        is_archive = given.file in found.units.archives
        if given.file in seen:
            continue
        for unit in fitting(found, given):
            if is_archive or unit.kind == "shared":
                seen.add(given.file)
            is_asked_only = (is_archive and not given.is_whole) or given.is_lazy
            yield unit, is_asked_only or (unit.kind == "shared" and given.is_as_needed)


def _claims(places: dict[Unit, int], lazy: Iterable[Unit]) -> dict[int, _Claim]:
    """The best claim to each name."""
    best: dict[int, _Claim] = {}
    for unit, place in places.items():
        is_behind = unit in lazy or unit.kind == "shared"
        for code, strength in unit.defined:
            rank = _rank(strength, is_behind)
            if code not in best or (rank, place) < best[code][:2]:
                best[code] = (rank, place, unit, strength)
    return best


def _rank(strength: int, is_behind: bool) -> int:
    if strength == COMMON:
        return 6 if is_behind else 5
    return 2 * is_behind + (2 if strength == WEAK else 1)


def _mark(roots: list[Unit], best: dict[int, _Claim], found: Resolution) -> None:
    """Take what is reached: by a want that is not weak, or by a common symbol that something else
    defines really."""
    queue = deque(dict.fromkeys(roots))
    found.place = dict.fromkeys(queue, 0)
    while queue:
        unit = queue.popleft()
        found.taken.append(unit)
        for code in _asks(unit, best, found):
            owner = best[code][2] if code in best else None
            if owner is not None and owner not in found.place:
                found.place[owner] = 0
                found.pulled[owner] = (code, first_want(found, code, unit))
                queue.append(owner)


def _asks(unit: Unit, best: dict[int, _Claim], found: Resolution) -> Iterator[int]:
    for raw, is_weak in unit.wanted:
        code = found.want(raw)
        found.wanted_by.setdefault(code, []).append((unit, is_weak))
        if not is_weak:
            yield code
    for code, strength in unit.defined:
        if strength == COMMON and best[code][3] != COMMON:
            yield code


def _find_doubled(kept: list[Unit], found: Resolution) -> None:
    """Strong definitions beside the one that won; an object named twice is there twice."""
    is_met: set[Unit] = set()
    for unit in kept:
        is_again = unit in is_met
        is_met.add(unit)
        for code, strength in unit.defined:
            owner, old = found.owner[code]
            is_other = owner is not unit or is_again
            if strength == old == STRONG and is_other and clashes(unit, owner, code):
                found.doubled.setdefault(code, [owner]).append(unit)
