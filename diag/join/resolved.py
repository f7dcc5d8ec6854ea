"""What a linker took of a link line and how each name ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from diag.join.link_line import LinkInput, LinkLine
from diag.join.link_units import STRONG, Unit, Units

# One rule a linker: GNU ld 2.40, gold, lld 14 and mold 1.10 differ from one another.
RULES = ("ld.bfd", "gold", "lld", "mold")
RULE_LINKERS = {"ld.bfd": "GNU ld", "gold": "gold", "lld": "lld", "mold": "mold"}
# Who reads the line once, from left to right; the others remember every archive.
IN_ORDER = frozenset(["ld.bfd", "gold"])


@dataclass
class Resolution:
    """What the linker took and how each name ended.

    `pulled` tells for each archive member that was taken which name it was taken for and which
    unit wanted that. `doubled`: names that two strong definitions claim. `asked`: the words of the
    line that want or define names themselves (-u, --defsym), as units of the kind "word".
    """

    rule: str
    units: Units
    arch: str = ""
    taken: list[Unit] = field(default_factory=list)
    owner: dict[int, tuple[Unit, int]] = field(default_factory=dict)
    wanted_by: dict[int, list[tuple[Unit, bool]]] = field(default_factory=dict)
    pulled: dict[Unit, tuple[int, Unit]] = field(default_factory=dict)
    doubled: dict[int, list[Unit]] = field(default_factory=dict)
    skipped: list[tuple[Unit, str]] = field(default_factory=list)
    place: dict[Unit, int] = field(default_factory=dict)  # where on the line it was read
    wrapped: dict[int, int] = field(default_factory=dict)  # --wrap: what a want stands for

    def open_names(self) -> list[int]:
        """Names that a unit wants strongly and nothing taken defines, in the order of wanting.

        What only a shared object wants is left out: see diag/join/link_stops.py.
        """
        return [
            code
            for code, wants in self.wanted_by.items()
            if code not in self.owner
            and not self.units.is_of_linker(code)
            and any(not is_weak and unit.is_bound for unit, is_weak in wants)
        ]

    def want(self, code: int) -> int:
        """The name that a want of this name asks for, after --wrap."""
        return self.wrapped.get(code, code)


def first_arch(line: LinkLine, units: Units) -> str:
    """The machine of the first object on the line; "" where there is none."""
    archs = (unit.arch for given in line.inputs for unit in units.of_file.get(given.file, []))
    return next((arch for arch in archs if arch), "")


def fitting(found: Resolution, given: LinkInput) -> list[Unit]:
    """The units of an input that the linker looks at; the others go to `found.skipped`.

    Bytecode of LLVM tells no machine and fits each.
    """
    units = found.units
    members = units.of_file.get(given.file, [])
    own = [one for one in members if not found.arch or one.arch in (found.arch, "")]
    if len(own) < len(members):
        kept = set(own)
        found.skipped += [(unit, "other-arch") for unit in members if unit not in kept]
    has_no_index = units.archives.get(given.file) is False and own
    if has_no_index and found.rule in IN_ORDER and not given.is_whole:
        found.skipped += [(unit, "no-index") for unit in own]
        return []
    return own


def clashes(unit: Unit, owner: Unit, code: int) -> bool:
    """Two strong definitions of input objects, not two copies of one COMDAT group."""
    if unit.kind != "relocatable" or owner.kind != "relocatable":
        return False
    group = unit.groups.get(code)
    return group is None or group != owner.groups.get(code)


def first_want(found: Resolution, code: int, unit: Unit) -> Unit:
    """Who asked for the name that `unit` is taken for: a strong want before a weak one."""
    wants = found.wanted_by.get(code, [])
    return next((one for one, is_weak in wants if not is_weak), wants[0][0] if wants else unit)


def asked_of(line: LinkLine, units: Units, arch: str) -> list[tuple[int, Unit]]:
    """(number of the inputs before it, unit) of each -u and --defsym on the line."""
    found = []
    for ask in line.asks:
        defined = [(units.number(ask.name), STRONG)] if ask.kind == "define" else []
        wanted = [(units.number(name), False) for name in ask.wants]
        found.append((ask.at, Unit(ask.word, "", 0, "word", arch, False, wanted, defined, {}, {})))
    return found


def wraps_of(names: Iterable[str], units: Units) -> dict[int, int]:
    """--wrap=X: a want of X stands for __wrap_X, one of __real_X for X."""
    found = {}
    for name in names:
        found[units.number(name)] = units.number(f"__wrap_{name}")
        found[units.number(f"__real_{name}")] = units.number(name)
    return found
