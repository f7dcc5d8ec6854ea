"""Which places of a function run only behind a test of what the processor can do.

What counts as such a test, inside of one function:
- Something tells features (isa_sources: a word of features is read, a call returns it, CPUID or
  XGETBV is executed; or a function is called that does one of these and returns what it read).
- What was told reaches the condition of a branch through registers, the flags, and places in memory
  named by one register or an address. Either way of a join may bring it.
- A place is behind the test if it can be reached, and cannot without taking one way out of such a
  branch, or one of those that lead to the same instruction (`a || b`).
- The address of a function is chosen by a test if the next instruction that reads its register is
  CMOVcc or CSEL on such a condition.
Which feature is tested, and which way is that of its presence, is not looked at. Not recognised: what
other functions keep in variables of their own (OPENSSL_ia32cap_P) or hand over as arguments, tests
before a call that never returns, jumps through tables, jumps from other functions into the middle,
functions of more than MAX_STEPS instructions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diag.read.elf_layout import EM_X86_64
from diag.read.isa_code import DATA, Code, Places
from diag.read.isa_references import references
from diag.read.isa_sources import Sources, sources_of
from diag.read.isa_steps import (
    ANYWHERE,
    CALL,
    CONDITIONAL,
    STOP,
    Atom,
    Step,
    a64_steps,
    result_of,
    successors,
    using,
    x86_steps,
)
from diag.read.isa_uses import Use

MAX_BYTES = 1 << 16
MAX_STEPS = 8192
MAX_STEPS_OF_ALL = 300_000
MAX_ATOMS = 64  # more are not followed
MAX_WAYS = 64
_BLOCK = 1 << 20
Ways = list[tuple[tuple[int, bool], ...]]


@dataclass(frozen=True)
class Tested:
    """One function: where its steps start; which are behind a test, choose by one, branch by one."""

    starts: Places
    behind: frozenset[int]
    chosen: frozenset[int]
    branches: frozenset[int]
    returns: bool

    def at(self, place: int) -> int:
        """Number of the step that holds an address."""
        return int(np.searchsorted(self.starts, place, side="right")) - 1


class Tests:
    """The tests of an image's functions, each looked at when first asked for."""

    def __init__(self, code: Code) -> None:
        self.code, self.sources = code, sources_of(code)
        self.telling = frozenset(_telling(code, self.sources).tolist()) - {DATA}
        self._left = MAX_STEPS_OF_ALL
        self._known: dict[int, Tested | None] = {}
        self._asking = self._callers()

    def _callers(self) -> frozenset[int]:
        if not self.telling:
            return frozenset()
        found = references(self.code, np.array(sorted(self.telling), np.int64))
        return self.telling | (frozenset(found.by[found.is_branch].tolist()) - {DATA})

    def is_behind(self, number: int, place: int, *, is_branch: bool) -> bool:
        """Whether a function's place that refers to another is behind a test or chosen by one."""
        tested = self.of(number)
        if tested is None or place < 0:
            return False
        step = tested.at(place)
        if step in tested.behind:
            return True
        return step in (tested.branches if is_branch else tested.chosen)

    def of(self, number: int) -> Tested | None:
        """What a function tests; None where nothing is told there, or it cannot be read."""
        if number not in self._asking:
            return None
        if number not in self._known:
            self._known[number] = None  # for one that calls itself
            self._known[number] = self._read(number)
        return self._known[number]

    def _read(self, number: int) -> Tested | None:
        content, start = self.code.content(number), int(self.code.starts[number])
        if len(content) > MAX_BYTES or self._left < 0:
            return None
        read = x86_steps if self.code.elf.machine == EM_X86_64 else a64_steps
        steps = read(content, start, self.sources, self._returns)
        self._left -= len(steps or ())
        if not steps or len(steps) > MAX_STEPS:
            return None
        return _tested(steps, result_of(self.code.elf.machine))

    def _returns(self, address: int) -> bool:
        """Whether the function that begins there returns what it was told."""
        number = int(self.code.holding(np.array([address], np.int64))[0])
        if number not in self.telling or int(self.code.starts[number]) != address:
            return False
        tested = self.of(number)
        return tested is not None and tested.returns


def _telling(code: Code, sources: Sources) -> Places:
    """Functions in which something may tell features; too many rather than too few."""
    places = np.array(sorted(sources.word_places | sources.call_places), np.int64)
    found = [code.holding(places)]
    scan = _x86_places if code.elf.machine == EM_X86_64 else _a64_places
    for section, base in code.bases.items():
        content = np.frombuffer(code.elf.content(section), np.uint8)
        for at in range(0, len(content), _BLOCK):
            block = content[at : at + _BLOCK + 8]
            found += [code.holding(each) for each in scan(block, base + at, sources)]
    return np.unique(np.concatenate(found))


def _x86_places(block: npt.NDArray[np.uint8], base: int, sources: Sources) -> list[Places]:
    if len(block) < 8:
        block = np.append(block, np.zeros(8, np.uint8))
    is_first = block[:-2] == 0x0F
    second, third = block[1:-1], block[2:]
    is_told = is_first & ((second == 0xA2) | ((second == 0x01) & (third == 0xD0)))
    found = [np.flatnonzero(is_told) + base]
    if sources.words or sources.calls:
        count = len(block) - 4
        near = sum(block[n : count + n].astype(np.int64) << 8 * n for n in range(4))
        near = (np.asarray(near, np.int64) ^ 0x80000000) - 0x80000000
        behind = near + np.arange(count, dtype=np.int64) + base + 4
        for first, end in (*sources.words, *((at, at + 1) for at in sources.calls)):
            for targets in (near, behind, behind + 1, behind + 2, behind + 4):
                found.append(np.flatnonzero((targets >= first) & (targets < end)) + base)
    return found


def _a64_places(block: npt.NDArray[np.uint8], base: int, sources: Sources) -> list[Places]:
    words = np.frombuffer(block[: len(block) // 4 * 4].tobytes(), "<u4").astype(np.int64)
    places = np.arange(len(words), dtype=np.int64) * 4 + base
    number = (words >> 3 & 0x1FFFFC) | (words >> 29 & 3)
    page = (places & ~0xFFF) + (((number ^ 0x100000) - 0x100000) << 12)
    pages = np.array(sorted({at & ~0xFFF for at, _ in sources.words}), np.int64)
    called = places + 4 * (((words & 0x3FFFFFF) ^ 0x2000000) - 0x2000000)
    is_call = (words & 0xFC000000 == 0x94000000) & np.isin(called, sorted(sources.calls))
    is_page = (words & 0x9F000000 == 0x90000000) & np.isin(page, pages)
    return [places[is_call | is_page]]


def _tested(steps: list[Step], result: Atom) -> Tested:
    ways = list(successors(steps))
    states = _states(steps, ways)
    is_test = [state is not None and bool(step.reads & state) for step, state in zip(steps, states, strict=True)]  # fmt: skip
    branches = {n for n, step in enumerate(steps) if step.flow == CONDITIONAL and is_test[n]}
    returns = any(
        step.flow == STOP and state is not None and result in state
        for step, state in zip(steps, states, strict=True)
    )
    chosen = frozenset(_chosen(steps, is_test)) if any(is_test) else frozenset[int]()
    behind = frozenset(_behind(steps, ways, branches)) if branches else frozenset[int]()
    starts = np.array([step.start for step in steps], np.int64)
    return Tested(starts, behind, chosen, frozenset(branches), returns)


def _states(steps: list[Step], ways: Ways) -> list[set[Atom] | None]:
    """What holds features before each step; None for steps that nothing reaches."""
    states: list[set[Atom] | None] = [None] * len(steps)
    states[0] = set()
    todo = [0]
    while todo:
        n = todo.pop()
        step, state = steps[n], states[n]
        assert state is not None
        after = (state - step.writes) | step.tells
        if step.flow != CALL and step.reads & state and len(after) < MAX_ATOMS:
            after |= step.writes
        for to, _ in ways[n]:
            old = states[to]
            if old is None:
                states[to] = set(after)
            elif after <= old:
                continue
            else:
                old |= after
            todo.append(to)
    return states


def _chosen(steps: list[Step], is_test: list[bool]) -> set[int]:
    """Steps whose register is read next by one that selects on a test."""
    found: set[int] = set()
    for n, step in enumerate(steps):
        if len(step.writes) != 1 or step.flow != 0:
            continue
        for later in range(n + 1, min(n + 40, len(steps))):
            if steps[later].reads & step.writes and not _extends(steps[later], step):
                found.update((n,) if steps[later].selects and is_test[later] else ())
                break
            if steps[later].writes & step.writes and not steps[later].reads & step.writes:
                break
    return found


def _extends(later: Step, step: Step) -> bool:
    """Whether an ADRP's register is only completed."""
    return later.writes == step.writes and not later.selects


def _behind(steps: list[Step], ways: Ways, branches: set[int]) -> set[int]:
    into: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for n in branches:
        targets = {to for to, _ in ways[n]}
        leaves = steps[n].target is None or len(ways[n]) == 1
        for to in targets if len(targets) > 1 or leaves else ():
            into[to].append((n, to))
    everything = _reached(steps, ways, frozenset())
    found: set[int] = set()
    for edges in list(into.values())[:MAX_WAYS]:
        found |= everything - _reached(steps, ways, frozenset(edges))
    return found


def _reached(steps: list[Step], ways: Ways, without: frozenset[tuple[int, int]]) -> set[int]:
    seen, todo = {0}, [0]
    while todo:
        n = todo.pop()
        if steps[n].flow == ANYWHERE:
            return set(range(len(steps)))
        for to, _ in ways[n]:
            if to not in seen and (n, to) not in without:
                seen.add(to)
                todo.append(to)
    return seen


def tests_inside(tests: Tests, number: int, use: Use) -> str:
    """What guards a function whose own instructions all are behind a test; "" for others.

    XGETBV where CPUID is executed belongs to the test.
    """
    tested = tests.of(number) if number != DATA else None
    if tested is None:
        return ""
    machine, name = tests.code.elf.machine, tests.code.name(number)
    if machine != EM_X86_64:
        base = tests.code.bases[use.section]
        places = {tested.at(base + at) for at in use.places}
        return f"cpu test in {name}" if places and places <= tested.behind else ""
    found, asks = using(tests.code.content(number), frozenset(use.counts))
    if found <= asks and len(asks) > len(found):
        return f"cpuid in {name}"
    return f"cpu test in {name}" if found and found <= tested.behind | asks else ""
