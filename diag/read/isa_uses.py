"""The functions of one ELF image that use wanted extensions, with the count of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from diag.knowledge import table
from diag.read.elf import Elf
from diag.read.elf_layout import EM_386, EM_AARCH64, EM_ARM, EM_X86_64
from diag.read.isa_functions import Functions, Symbols, code_sections, functions_of
from diag.read.isa_mapping import regions
from diag.read.isa_words import instructions
from diag.read.isa_x86 import candidates, count_extensions
from diag.read.isa_x86_tables import Encodings, encodings, encodings_beyond

# Sections may overlap in a hostile file: no more code than this many times its size is read.
MAX_OVERLAP = 2
CODE_BITS = {EM_386: 32, EM_X86_64: 64}
MACHINES = (*CODE_BITS, EM_AARCH64, EM_ARM)
_WRAP = 1 << 64  # addresses are shown modulo sign, as the `value` of symbols is
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Wanted:
    """Extensions that are asked for: those that begin so; None: all that the floor lacks."""

    prefix: str | None

    def has(self, name: str, arch: str) -> bool:
        """Whether an extension of that machine is wanted."""
        return name not in floor_of(arch) if self.prefix is None else name.startswith(self.prefix)

    def encodings(self, arch: str) -> Encodings:
        """The wanted x86 codes."""
        if self.prefix is None:
            return encodings_beyond(floor_of(arch))
        return encodings(self.prefix)


def floor_of(arch: str) -> frozenset[str]:
    """The extensions of the lowest level of a machine."""
    levels = table("isa_levels").get(arch, [])
    return frozenset(levels[0]["has"]) if levels else frozenset()


@dataclass(frozen=True)
class Use:
    """One function: its place, instructions of each wanted extension, and where these begin.

    `start` and `end` are offsets in the section; `places` those of the instructions, where they
    are known without decoding the function again (ARM, AArch64).
    """

    function: str
    address: int
    section: int
    start: int
    end: int
    counts: Counter[str]
    places: tuple[int, ...] = field(default=())


def uses_of(elf: Elf, wanted: Wanted) -> Iterator[Use]:
    """Each function that uses a wanted extension, in the order of sections and addresses."""
    if elf.machine not in MACHINES:
        return
    budget, symbols = MAX_OVERLAP * len(elf.data), _Late(elf)
    for section in code_sections(elf):
        budget -= elf.extent(section)[1]
        if budget < 0:
            elf.fault(elf.header_offset(section), "sections overlap: not all code is read")
            return
        if elf.machine in CODE_BITS:
            yield from _x86(elf, section, symbols, wanted.encodings(elf.arch))
        else:
            yield from _arm(elf, section, symbols, wanted)


class _Late:
    """The symbols of an image, read when first asked for: most objects are done without."""

    def __init__(self, elf: Elf) -> None:
        self._elf = elf
        self._symbols: Symbols | None = None

    def get(self) -> Symbols:
        if self._symbols is None:
            self._symbols = Symbols(self._elf)
        return self._symbols


def _x86(elf: Elf, section: int, symbols: _Late, wanted: Encodings) -> Iterator[Use]:
    code, bits = np.frombuffer(elf.content(section), np.uint8), CODE_BITS[elf.machine]
    places = candidates(code, bits, wanted) if wanted.is_filtered else None
    if places is not None and not len(places):
        return
    functions = functions_of(elf, section, symbols.get())
    for number in _holding(functions, places):
        start, end = int(functions.starts[number]), int(functions.ends[number])
        counts = count_extensions(code[start:end].tobytes(), bits, wanted)
        if counts:
            yield _use(elf, section, functions, number, counts)


def _holding(functions: Functions, places: Any) -> list[int]:
    """Numbers of the functions that hold one of the places; all for None."""
    if places is None:
        return list(range(len(functions.starts)))
    # Sorted and compared: unique() would hash them all, which takes far longer.
    found = np.sort(np.searchsorted(functions.starts, places, side="right") - 1)
    found = found[np.append(True, found[1:] != found[:-1])[: len(found)]]
    return [int(number) for number in found]


def _arm(elf: Elf, section: int, symbols: _Late, wanted: Wanted) -> Iterator[Use]:
    functions = functions_of(elf, section, symbols.get())
    kinds = regions(elf, section, symbols.get())
    counts: dict[int, Counter[str]] = {}
    places: dict[int, list[int]] = {}
    for offsets, sets, which in instructions(elf, elf.content(section), kinds, functions.starts):
        chosen = [tuple(n for n in names if wanted.has(n, elf.arch)) for names in sets]
        keep = np.array([bool(names) for names in chosen])[which]
        of = np.searchsorted(functions.starts, offsets[keep], side="right") - 1
        for number, at, each in zip(
            of.tolist(), offsets[keep].tolist(), which[keep].tolist(), strict=True
        ):
            counts.setdefault(number, Counter()).update(chosen[each])
            places.setdefault(number, []).append(at)
    for number in sorted(counts):
        found = tuple(sorted(places[number]))
        yield _use(elf, section, functions, number, counts[number], found)


def _use(
    elf: Elf,
    section: int,
    functions: Functions,
    number: int,
    counts: Counter[str],
    places: tuple[int, ...] = (),
) -> Use:
    start, end = int(functions.starts[number]), int(functions.ends[number])
    address = (int(elf.sections["addr"][section]) + start) % _WRAP
    name = functions.name(number, address)
    signed = address - _WRAP if address >> 63 else address
    return Use(name, signed, section, start, end, counts, places)
