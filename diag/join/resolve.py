"""Who satisfies whom on a link line, as each linker resolves it.

GNU ld and gold read the line once, from left to right: an archive is searched where it stands, for
what is wanted and not yet defined at that moment; `--start-group` searches its archives again
until nothing new is taken. lld and mold remember every archive: the order does not matter, but for
who comes first (mold: diag/join/resolve_mold.py). Sources: GNU ld manual, "Command-line Options"
(-(, -l, -u, --defsym, --wrap); the ELF notes of lld's "Missing symbol resolution semantics"; mold's
design notes. Checked against the linkers themselves in tests/test_resolve.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from diag.join.link_line import LinkInput, LinkLine
from diag.join.link_units import COMMON, STRONG, Unit, Units
from diag.join.resolve_mold import resolve_mold
from diag.join.resolved import (
    IN_ORDER,
    RULE_LINKERS,
    RULES,
    Resolution,
    asked_of,
    clashes,
    first_arch,
    first_want,
    fitting,
    wraps_of,
)

__all__ = ["RULES", "RULE_LINKERS", "Resolution", "resolve"]

_Asked = list[tuple[int, Unit]]


def resolve(
    line: LinkLine, units: Units, rule: str = "ld.bfd", arch: str = "", asked: _Asked | None = None
) -> Resolution:
    """Resolve the line by one of RULES.

    Units of another machine than `arch` (that of the first object, where it is empty) are passed
    over and listed as skipped, as are members of an archive without an index by GNU ld and gold.
    `asked`: the units of the line's -u and --defsym, where they were made before.
    """
    found = Resolution(rule, units, arch or first_arch(line, units))
    found.wrapped = wraps_of(line.wraps, units)
    asked = asked_of(line, units, found.arch) if asked is None else asked
    if rule == "mold":
        resolve_mold(line, found, [unit for _, unit in asked])
    else:
        _Resolver(line, found, asked).run()
    for _, unit in asked:  # whatever else defines it, the value of --defsym is what is used
        for code, strength in unit.defined:
            found.owner[code] = (unit, strength)
            if rule == "mold":
                found.doubled.pop(code, None)
    return found


class _Resolver:
    """Takes the inputs one after the other."""

    def __init__(self, line: LinkLine, found: Resolution, asked: _Asked) -> None:
        self.line, self.found, self.units = line, found, found.units
        self.asked = asked
        self.reads_once = found.rule in IN_ORDER
        self.is_open: dict[int, bool] = {}  # wanted strongly and not defined yet, in order
        self.lazy: dict[int, Unit] = {}
        self.is_set: set[int] = set()  # by --defsym, so that it is not open any more
        self.unneeded: list[Unit] = []
        self.at = 0

    def run(self) -> None:
        n_done = 0
        for stretch in _stretches(self.line.inputs):
            self._ask(n_done)
            if self.reads_once:
                self._read_until_quiet(stretch)
            else:
                for given in stretch:
                    self._read(given)
            n_done += len(stretch)
        self._ask(None)
        dropped = (unit for unit in self.unneeded if unit not in self.found.place)
        self.found.skipped += [(unit, "as-needed") for unit in dropped]

    def _ask(self, n_done: int | None) -> None:
        """Heed the -u and --defsym that count after so many inputs; None: after all of them."""
        for at, unit in self.asked:
            if unit not in self.found.place and self._is_due(at, unit, n_done):
                self._take(unit)

    def _is_due(self, at: int, unit: Unit, n_done: int | None) -> bool:
        """A -u counts before all files; so does a --defsym for gold, for GNU ld where it stands,
        for lld after all files."""
        if n_done is None or not unit.defined or self.found.rule == "gold":
            return True
        return self.reads_once and at <= n_done

    # -- inputs -----------------------------------------------------------------------------------

    def _read_until_quiet(self, stretch: list[LinkInput]) -> None:
        """A group is gone over again as long as members are taken; a file alone just once."""
        is_group = bool(stretch[0].group)
        while True:
            before = len(self.found.taken)
            for given in stretch:
                self._read(given)
            if not is_group or len(self.found.taken) == before:
                return

    def _read(self, given: LinkInput) -> None:
        self.at += 1
        members = fitting(self.found, given)
        if given.is_as_needed and self.found.rule == "ld.bfd":
            members = [unit for unit in members if self._is_needed(unit)]
        is_archive = given.file in self.units.archives
        # GNU ld has no --start-lib and stops there: see diag/join/link_stops.py.
        is_lazy = is_archive or (given.is_lazy and self.found.rule != "ld.bfd")
        if not is_lazy or (given.is_whole and is_archive):
            self._take_all(members)
        elif self.reads_once:
            self._search(members)
        else:
            self._offer(members)

    def _take_all(self, members: list[Unit]) -> None:
        """Objects named on the line; one that is named twice is there twice."""
        for unit in members:
            if unit not in self.found.place:
                self._take(unit)
            elif unit.is_bound:
                for code, strength in unit.defined:
                    self._define(unit, code, strength)

    def _is_needed(self, unit: Unit) -> bool:
        """GNU ld drops a shared object under --as-needed of which nothing is wanted at that place."""
        if unit.kind != "shared" or any(code in self.is_open for code, _ in unit.defined):
            return True
        self.unneeded.append(unit)
        return False

    # -- archives ---------------------------------------------------------------------------------

    def _search(self, members: list[Unit]) -> None:
        """Take members for what is open, again while that opens more."""
        index = [(code, strength, unit) for unit in members for code, strength in unit.defined]
        if not any(code in self.is_open or self._is_common(code) for code, _, _ in index):
            return
        while True:
            n_before = len(self.found.taken)
            for code, strength, unit in index:
                is_asked = code in self.is_open or (self._is_common(code) and strength == STRONG)
                if is_asked and unit not in self.found.place:
                    self._pull(unit, code)
            if len(self.found.taken) == n_before:
                return

    def _is_common(self, code: int) -> bool:
        """A common symbol still asks an archive for a real definition; not so in gold."""
        owner = self.found.owner.get(code)
        return owner is not None and owner[1] == COMMON and self.found.rule != "gold"

    def _offer(self, members: list[Unit]) -> None:
        """Remember who defines what; take at once what is open already."""
        for unit in members:
            for code, strength in unit.defined:
                is_asked = code in self.is_open or (self._is_common(code) and strength != COMMON)
                if is_asked and unit not in self.found.place:
                    self._pull(unit, code)
                elif code not in self.found.owner:
                    self.lazy.setdefault(code, unit)

    def _pull(self, unit: Unit, code: int) -> None:
        self.found.pulled[unit] = (code, first_want(self.found, code, unit))
        self._take(unit)

    # -- units ------------------------------------------------------------------------------------

    def _take(self, unit: Unit) -> None:
        """Take a unit, and at once each member offered before that its wants call for, as lld
        does; without recursion, for chains may be long."""
        entered = [self._entered(unit)]
        while entered:
            code = next(entered[-1], None)
            if code is None:
                entered.pop()
                continue
            offered = self.lazy.get(code)
            if offered is not None and offered not in self.found.place and code in self.is_open:
                self.found.pulled[offered] = (code, first_want(self.found, code, offered))
                entered.append(self._entered(offered))

    def _entered(self, unit: Unit) -> Iterator[int]:
        """Each name that the unit leaves open, after its definitions are in."""
        self.found.taken.append(unit)
        self.found.place[unit] = self.at
        for code, strength in unit.defined:
            self._define(unit, code, strength)
        for raw, is_weak in unit.wanted:
            code = self.found.want(raw)
            self.found.wanted_by.setdefault(code, []).append((unit, is_weak))
            if not is_weak and code not in self.found.owner and code not in self.is_set:
                self.is_open[code] = True
                yield code

    def _define(self, unit: Unit, code: int, strength: int) -> None:
        self.is_open.pop(code, None)
        if unit.kind == "word":
            self.is_set.add(code)
            return
        old = self.found.owner.get(code)
        if old is None or _beats(unit, strength, *old):
            self.found.owner[code] = (unit, strength)
        elif strength == STRONG and old[1] == STRONG and clashes(unit, old[0], code):
            self.found.doubled.setdefault(code, [old[0]]).append(unit)


def _beats(unit: Unit, strength: int, owner: Unit, old: int) -> bool:
    """Whether a later definition takes the place of an earlier one."""
    if unit.kind == "shared":
        return False
    return owner.kind == "shared" or strength > old


def _stretches(inputs: tuple[LinkInput, ...]) -> Iterator[list[LinkInput]]:
    """Inputs one by one, those of a group together."""
    waiting: list[LinkInput] = []
    for given in inputs:
        if waiting and given.group != waiting[0].group:
            yield waiting
            waiting = []
        if given.group:
            waiting.append(given)
        else:
            yield [given]
    if waiting:
        yield waiting
