"""Which functions run only where the processor has their instructions, by what the file itself shows.

Four things show it; where none does, nothing is claimed:
- `ifunc NAME`: the function is referred to by the resolver of the IFUNC symbol NAME, which takes
  its address and has a conditional instruction.
- `cpu test in NAME`: it is called in NAME behind a test of what the processor can do, as isa_tested
  has it; `, by pointer` where its address is taken there. Or NAME is the function itself, and all of
  its instructions are behind such a test.
- `cpuid in NAME`: XGETBV in a function that executes CPUID: it is the test.
- `cpu test in NAME`, AArch64 atomics of libgcc and LLVM: the function NAME itself tests a byte, runs
  the LSE instruction where it is set, and a load-exclusive loop where not.
All references have to be such, or of functions that are guarded so, and the function must be no
dynamic symbol: others could call it. Any feature that is tested will do, and either answer.
Resolvers are IFUNC symbols and the addends of IRELATIVE relocations. x86-64 and AArch64. A global
symbol of a relocatable file may be referred to by other objects: `Guard.symbols` has them, so that
the reader can look (read_isa does, in all it is given). Tables of pointers in data: isa_pointers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from iced_x86 import Decoder, FlowControl

from diag.read.elf import Elf
from diag.read.elf_layout import EM_AARCH64, EM_X86_64, ET_REL, SHT_NOBITS, STT_GNU_IFUNC
from diag.read.isa_code import DATA, Code, relocations
from diag.read.isa_pointers import shown_by
from diag.read.isa_references import IRELATIVE, References, references
from diag.read.isa_tested import Tests, tests_inside
from diag.read.isa_uses import MAX_OVERLAP, Use
from diag.read.symbols_tables import symbol_tables

Places = npt.NDArray[np.int64]
MAX_RESOLVER_BYTES = 1 << 16
MAX_ROUNDS = 4
_LSE = {"lse"}
# glibc, sysdeps/<machine>/multiarch/ifunc-impl-list.c: for its own tests.
LISTS = ("__libc_ifunc_impl_list",)


@dataclass(frozen=True)
class Guard:
    """What guards a function, if no other object refers to one of these global symbols."""

    text: str
    symbols: frozenset[str] = frozenset()


def guards_of(elf: Elf, uses: list[Use]) -> dict[int, Guard]:
    """Number of a use -> what guards it; the others are left out."""
    if elf.machine not in (EM_X86_64, EM_AARCH64) or elf.layout.byte_order != "little":
        return {}
    found = {
        n: Guard(f"cpu test in {use.function}")
        for n, use in enumerate(uses)
        if _tests_itself(elf, use)
    }
    left = [number for number in range(len(uses)) if number not in found]
    if not left or _overlap(elf):
        return found
    code = Code(elf)
    tests = Tests(code)
    if tests.telling or _has_ifunc(elf):
        numbers = {n: code.of(uses[n].section, uses[n].start) for n in left}
        told = {n: tests_inside(tests, numbers[n], uses[n]) for n in left}
        inside = {n: Guard(text) for n, text in told.items() if text}
        wanted = sorted({number for n, number in numbers.items() if n not in inside} - {DATA})
        outside = _guarded(code, tests, wanted)
        found |= inside | {n: outside[at] for n, at in numbers.items() if at in outside}
    return found


def _overlap(elf: Elf) -> bool:
    """Whether sections share their bytes: each is searched for references, so that few bytes would
    be searched without end."""
    sections = elf.sections[elf.sections["type"] != SHT_NOBITS]
    starts = np.minimum(sections["offset"].astype(np.uint64), len(elf.data))
    sizes = np.minimum(sections["size"].astype(np.uint64), np.uint64(len(elf.data)) - starts)
    if int(sizes.sum()) <= MAX_OVERLAP * len(elf.data):
        return False
    elf.fault(elf.sections_offset, "sections overlap: what guards functions is not looked for")
    return True


def _tests_itself(elf: Elf, use: Use) -> bool:
    """ADRP, LDRB and CBZ of one register, behind it LSE up to RET, at its target load-exclusive."""
    if elf.machine != EM_AARCH64 or not set(use.counts) <= {*_LSE, "bti", "pauth-hint"}:
        return False
    content = elf.content(use.section)[use.start : use.end]
    words = np.frombuffer(content, "<u4", len(content) // 4).tolist()
    atomic = [
        (at - use.start) // 4 for at in use.places if not _is_hint(words, (at - use.start) // 4)
    ]
    for at in range(2, min(len(words), 6)):
        register, target = words[at] & 31, at + (words[at] >> 5 & 0x7FFFF)
        if words[at] & 0xFF000000 != 0x34000000 or not at < target < len(words):
            continue
        is_loaded = words[at - 1] & 0xFFC00000 == 0x39400000 and words[at - 1] & 31 == register
        is_page = words[at - 2] & 0x9F000000 == 0x90000000
        same = words[at - 1] >> 5 & 31 == words[at - 2] & 31
        between, behind = words[at + 1 : target], words[target:]
        is_straight = sum(map(_is_branch, between)) == 1 and between[-1] == 0xD65F03C0
        has_loop = any(word & 0x3F400000 == 0x08400000 and not word & 0x00A00000 for word in behind)
        inside = all(at < place < target for place in atomic)
        if is_loaded and is_page and same and is_straight and has_loop and inside:
            return True
    return False


def _is_hint(words: list[int], at: int) -> bool:
    return words[at] & 0xFFFFF01F == 0xD503201F


def _is_branch(word: int) -> bool:
    return word & 0x1C000000 == 0x14000000


def _has_ifunc(elf: Elf) -> bool:
    if elf.type != ET_REL and len(_irelative(elf)):
        return True
    return any((table.records["info"] & 0xF == STT_GNU_IFUNC).any() for table in symbol_tables(elf))


def _irelative(elf: Elf) -> Places:
    """Addresses of resolvers that relocations name."""
    kind = IRELATIVE[elf.machine]
    found = [one["addend"][one["type"] == kind].astype(np.int64) for _, one in relocations(elf)]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def _guarded(code: Code, tests: Tests, wanted: list[int]) -> dict[int, Guard]:
    """Number of a function -> what guards it, for those of the wanted that nothing else refers to."""
    resolvers = {n: name for n, name in _resolvers(code).items() if _has_condition(code, n)}
    seen = set(_reachable_from_outside(code).tolist())
    shut_out = {*seen, *resolvers, DATA}
    # Those of a relocatable file may be: whether others refer to them can be looked up.
    closed = set(wanted) - (shut_out - seen if code.elf.type == ET_REL else shut_out)
    names: dict[int, str] = {}
    leads_to: dict[int, set[int]] = {}
    for _ in range(MAX_ROUNDS if resolvers or tests.telling else 0):
        found = _without_lists(code, references(code, np.array(sorted(closed), np.int64)))
        shown = shown_by(code, tests, resolvers, found)
        names, leads_to = _settled(found, closed, shown)
        # What only leads to such a function, as its checking twin does, may be guarded itself.
        more = set(found.by[found.is_branch].tolist()) - shut_out - closed
        if not more:
            break
        closed |= more
    symbols = _symbols_on_the_way(code, seen & closed, leads_to)
    return {n: Guard(names[n], frozenset(symbols[n])) for n in wanted if n in names}


def _symbols_on_the_way(
    code: Code, seen: set[int], leads_to: dict[int, set[int]]
) -> dict[int, set[str]]:
    """Number of a function -> global symbols by which it, or what leads to it, can be called."""
    found: dict[int, set[str]] = defaultdict(set)
    for first in seen:
        name, reached, todo = code.name(first), {first}, [first]
        while todo:
            more = leads_to.get(todo.pop(), set()) - reached
            reached |= more
            todo += more
        for number in reached:
            found[number].add(name)
    return found


def _without_lists(code: Code, found: References) -> References:
    """Without the function that only lists implementations, each with whether it can run here."""
    sources, which = np.unique(found.by, return_inverse=True)
    is_list = np.array([by != DATA and code.name(by) in LISTS for by in sources.tolist()], bool)
    keep = ~(is_list[which] & ~found.is_branch) if len(which) else np.empty(0, bool)
    return found.where(keep)


def _settled(
    found: References, closed: set[int], shown: list[str]
) -> tuple[dict[int, str], dict[int, set[int]]]:
    """Functions whose every reference is shown to be guarded, or is of one of them; who leads where.

    What a function that falls refers to falls with it.
    """
    leads_to: dict[int, set[int]] = defaultdict(set)
    reached, fallen = [], []
    for to, source, word in zip(found.to.tolist(), found.by.tolist(), shown, strict=True):
        if word:
            reached.append((to, word))
        elif source in closed:
            leads_to[source].add(to)
        else:
            fallen.append(to)
    is_open = _falling(fallen, leads_to)
    names = _named(closed - is_open, leads_to, reached)
    # What nothing leads to by a way that is known may be called by one that is not.
    is_open |= _falling(list(closed - is_open - names.keys()), leads_to)
    return {to: name for to, name in names.items() if to not in is_open}, leads_to


def _falling(fallen: list[int], leads_to: dict[int, set[int]]) -> set[int]:
    """These, and all that they lead to."""
    is_open, fallen = set(fallen), list(fallen)
    while fallen:
        more = leads_to[fallen.pop()] - is_open
        is_open |= more
        fallen += more
    return is_open


def _named(
    settled: set[int], leads_to: dict[int, set[int]], reached: list[tuple[int, str]]
) -> dict[int, str]:
    """From what is shown on, so that functions that only refer to each other get no name."""
    names: dict[int, str] = {}
    while reached:
        found: dict[int, str] = {}
        for to, name in reached:
            if to in settled and to not in names:
                found[to] = min(found.get(to, name), name)
        names.update(found)
        reached = [(to, name) for source, name in found.items() for to in leads_to[source]]
    return names


def _resolvers(code: Code) -> dict[int, str]:
    """Number of a function that resolves -> the name of its IFUNC symbol, or its address."""
    found: dict[int, str] = {}
    if code.elf.type != ET_REL:
        numbers = code.holding(_irelative(code.elf))
        found = {number: code.name(number) for number in numbers.tolist() if number != DATA}
    table = code.symbols.table
    if table is None or not len(table.records):
        return found
    chosen = np.flatnonzero(table.records["info"] & 0xF == STT_GNU_IFUNC).astype(np.int64)
    numbers = code.holding(code.addresses_of(chosen))
    for symbol, number in zip(chosen.tolist(), numbers.tolist(), strict=True):
        if number != DATA:
            name = code.symbols.name_of(symbol) or code.name(number)  # a lying name is empty
            found[number] = min(found.get(number) or "~", name, key=_plainness)
    return found


def _plainness(name: str) -> tuple[bool, int, str]:
    """Names before addresses, short ones first."""
    return name.startswith(("0x", "~")), len(name), name


def _reachable_from_outside(code: Code) -> Places:
    """Functions of symbols that other files can refer to, and the entry point's."""
    found = [np.empty(0, np.int64)]
    for table in symbol_tables(code.elf):
        bind, visibility = table.records["info"] >> 4, table.records["other"] & 3
        is_seen = bind != 0
        if code.elf.type != ET_REL:
            is_seen &= (visibility == 0) | (visibility == 3)
            is_seen &= table.name == ".dynsym"
        values = table.records["value"][is_seen].astype(np.uint64).view(np.int64)
        if code.elf.type == ET_REL:
            values = code.addresses_of(np.flatnonzero(is_seen).astype(np.int64))
        found.append(code.holding(values))
    return np.unique(np.concatenate(found))


def _has_condition(code: Code, number: int) -> bool:
    """Whether a resolver can come to more than one end."""
    content = code.content(number)[:MAX_RESOLVER_BYTES]
    if code.elf.machine == EM_AARCH64:
        words = np.frombuffer(content, "<u4", len(content) // 4)
        masks = ((0xFF000000, 0x54000000), (0x7C000000, 0x34000000), (0x7FE00000, 0x1A800000))
        return any(bool(((words & m) == v).any()) for m, v in masks)
    for instruction in Decoder(64, content):
        if instruction.flow_control == FlowControl.CONDITIONAL_BRANCH:
            return True
        if 0x40 <= _second_opcode(content, instruction.ip, instruction.len) <= 0x4F:
            return True
    return False


def _second_opcode(content: bytes, at: int, length: int) -> int:
    """The byte behind 0F (40 to 4F: CMOVcc), -1 for other instructions."""
    raw = content[at : at + length].lstrip(bytes([0x66, *range(0x40, 0x50)]))
    return raw[1] if raw[:1] == b"\x0f" and len(raw) > 1 else -1
