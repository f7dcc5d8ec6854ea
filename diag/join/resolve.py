"""Who satisfies whom on a link line, as each family of linkers resolves it.

GNU ld and gold read the line once, from left to right: an archive is searched where it stands, for
what is wanted and not yet defined at that moment; `--start-group` searches its archives again
until nothing new is taken. lld and mold remember every archive: the order does not matter, but for
who comes first. Sources: GNU ld manual, "Command-line Options" (-(, -l); the ELF notes of lld's
"Missing symbol resolution semantics"; mold's design notes. Checked against the linkers themselves
in tests/test_resolve.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from diag.join.link_line import LinkInput, LinkLine
from diag.join.link_units import COMMON, STRONG, Unit, Units

RULES = ("in order", "any order")
RULE_LINKERS = {"in order": "GNU ld and gold", "any order": "lld and mold"}


@dataclass
class Resolution:
    """What the linker took and how each name ended.

    `pulled` tells for each archive member that was taken which name it was taken for and which
    unit wanted that. `doubled`: names that two strong definitions claim.
    """

    rule: str
    units: Units
    taken: list[Unit] = field(default_factory=list)
    owner: dict[int, tuple[Unit, int]] = field(default_factory=dict)
    wanted_by: dict[int, list[tuple[Unit, bool]]] = field(default_factory=dict)
    pulled: dict[Unit, tuple[int, Unit]] = field(default_factory=dict)
    doubled: dict[int, list[Unit]] = field(default_factory=dict)
    skipped: list[tuple[Unit, str]] = field(default_factory=list)
    place: dict[Unit, int] = field(default_factory=dict)  # where on the line it was read

    def open_names(self) -> list[int]:
        """Names that a unit wants strongly and nothing taken defines, in the order of wanting.

        What only a shared object wants is left to the libraries that it names itself.
        """
        return [
            code
            for code, wants in self.wanted_by.items()
            if code not in self.owner
            and not self.units.is_of_linker(code)
            and any(not is_weak and unit.kind != "shared" for unit, is_weak in wants)
        ]


def resolve(line: LinkLine, units: Units, rule: str = "in order", arch: str = "") -> Resolution:
    """Resolve the line by one of RULES.

    Units of another machine than `arch` (that of the first object, where it is empty) are passed
    over and listed as skipped, as are members of an archive without an index under `in order`.
    """
    return _Resolver(line, units, rule, arch).run()


class _Resolver:
    def __init__(self, line: LinkLine, units: Units, rule: str, arch: str) -> None:
        self.line, self.units = line, units
        self.found = Resolution(rule, units)
        self.arch = arch or self._first_arch()
        self.is_open: dict[int, bool] = {}  # wanted strongly and not defined yet, in order
        self.lazy: dict[int, Unit] = {}
        self.queue: deque[int] = deque()
        self.at = 0
        self.groups_seen: set[str] = set()

    def _first_arch(self) -> str:
        archs = (
            unit.arch for given in self.line.inputs for unit in self.units.of_file.get(given.file, [])
        )  # fmt: skip
        return next(archs, "")

    def run(self) -> Resolution:
        for stretch in _stretches(self.line.inputs):
            if self.found.rule == "in order":
                self._read_until_quiet(stretch)
            else:
                for given in stretch:
                    self._read(given)
        return self.found

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
        members = self._fitting(given)
        if given.file not in self.units.archives or given.is_whole:
            self._take_all(members)
        elif self.found.rule == "in order":
            self._search(members)
        else:
            self._offer(members)

    def _take_all(self, members: list[Unit]) -> None:
        """Objects named on the line; one that is named twice is there twice."""
        for unit in members:
            if unit not in self.found.place:
                self._take(unit)
            elif unit.kind != "shared":
                for code, strength in unit.defined:
                    self._define(unit, code, strength)

    def _fitting(self, given: LinkInput) -> list[Unit]:
        members = self.units.of_file.get(given.file, [])
        fitting = [unit for unit in members if not self.arch or unit.arch == self.arch]
        if len(fitting) < len(members):
            others = (unit for unit in members if unit.arch != self.arch)
            self.found.skipped += [(unit, "other-arch") for unit in others]
        has_no_index = self.units.archives.get(given.file) is False and fitting
        if has_no_index and self.found.rule == "in order" and not given.is_whole:
            self.found.skipped += [(unit, "no-index") for unit in fitting]
            return []
        return fitting

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
        return code in self.found.owner and self.found.owner[code][1] == COMMON

    def _offer(self, members: list[Unit]) -> None:
        """Remember who defines what; take at once what is open already."""
        for unit in members:
            for code, _ in unit.defined:
                if code in self.is_open and unit not in self.found.place:
                    self._pull(unit, code)
                elif code not in self.found.owner:
                    self.lazy.setdefault(code, unit)
        self._take_queued()

    def _pull(self, unit: Unit, code: int) -> None:
        wants = self.found.wanted_by.get(code, [])
        by = next((one for one, is_weak in wants if not is_weak), wants[0][0] if wants else unit)
        self.found.pulled[unit] = (code, by)
        self._take(unit)

    # -- units ------------------------------------------------------------------------------------

    def _take(self, unit: Unit) -> None:
        self.found.taken.append(unit)
        self.found.place[unit] = self.at
        for code, strength in unit.defined:
            self._define(unit, code, strength)
        for code, is_weak in unit.wanted:
            self.found.wanted_by.setdefault(code, []).append((unit, is_weak))
            if not is_weak and code not in self.found.owner:
                self.is_open[code] = True
                if code in self.lazy:
                    self.queue.append(code)
        self._take_queued()

    def _take_queued(self) -> None:
        """Members that were offered before somebody wanted them."""
        while self.queue:
            code = self.queue.popleft()
            unit = self.lazy.get(code)
            if code in self.is_open and unit is not None and unit not in self.found.place:
                self._pull(unit, code)

    def _define(self, unit: Unit, code: int, strength: int) -> None:
        old = self.found.owner.get(code)
        if old is None or self._beats(unit, strength, *old):
            self.found.owner[code] = (unit, strength)
        elif strength == STRONG and old[1] == STRONG and self._clash(unit, old[0], code):
            self.found.doubled.setdefault(code, [old[0]]).append(unit)
        self.is_open.pop(code, None)

    def _beats(self, unit: Unit, strength: int, owner: Unit, old: int) -> bool:
        """Whether a later definition takes the place of an earlier one."""
        if unit.kind == "shared":
            return False
        return owner.kind == "shared" or strength > old

    def _clash(self, unit: Unit, owner: Unit, code: int) -> bool:
        """Two strong definitions of input objects, not two copies of one COMDAT group."""
        if "shared" in (unit.kind, owner.kind):
            return False
        group = unit.groups.get(code)
        return group is None or group != owner.groups.get(code)


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
