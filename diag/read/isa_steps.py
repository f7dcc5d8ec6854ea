"""The instructions of one function as steps: what each reads and writes, and where control goes.

Registers by the widest that holds them, the flags, and places in memory that an instruction names by
a register and a distance or by an address alone; other memory is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from capstone import CS_ARCH_ARM64, CS_MODE_ARM, Cs
from iced_x86 import (
    Code as Opcode,
)
from iced_x86 import (
    Decoder,
    FlowControl,
    Instruction,
    InstructionInfoFactory,
    OpAccess,
    OpKind,
    Register,
    RegisterExt,
)

from diag.read.isa_sources import Sources, page_of
from diag.read.isa_x86_tables import codes_of

Atom = object  # a register's name or number, FLAGS, or (base, distance)
FLAGS = "flags"
NEXT, CONDITIONAL, JUMP, CALL, STOP, ANYWHERE = range(6)
# What is written under a condition may stay what it was: it counts as read too.
_WRITES = (
    OpAccess.WRITE, OpAccess.READ_WRITE, OpAccess.COND_WRITE, OpAccess.READ_COND_WRITE,
)  # fmt: skip
_READS = (
    OpAccess.READ, OpAccess.COND_READ, OpAccess.READ_WRITE, OpAccess.COND_WRITE,
    OpAccess.READ_COND_WRITE,
)  # fmt: skip
_FLOW = {
    FlowControl.NEXT: NEXT, FlowControl.CONDITIONAL_BRANCH: CONDITIONAL,
    FlowControl.UNCONDITIONAL_BRANCH: JUMP, FlowControl.CALL: CALL, FlowControl.INDIRECT_CALL: CALL,
    FlowControl.RETURN: STOP, FlowControl.EXCEPTION: STOP, FlowControl.INTERRUPT: NEXT,
    FlowControl.INDIRECT_BRANCH: ANYWHERE, FlowControl.XBEGIN_XABORT_XEND: NEXT,
}  # fmt: skip
_WIDE = (OpKind.IMMEDIATE32, OpKind.IMMEDIATE32TO64, OpKind.IMMEDIATE64)
_CPUID = (Opcode.CPUID, Opcode.XGETBV)
_SELECTING = frozenset(getattr(Opcode, name) for name in dir(Opcode) if name.startswith("CMOV"))
_CLOBBERED = frozenset(
    (Register.RAX, Register.RCX, Register.RDX, Register.RSI, Register.RDI, Register.R8,
     Register.R9, Register.R10, Register.R11, FLAGS)
)  # fmt: skip
_RESULT = {62: Register.RAX, 183: "x0"}
_COMPARING = ("cmp", "cmn", "tst", "fcmp")
AT_HWCAPS = (16, 26, 29)


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; `tells` are what it writes of features, `selects` says CMOVcc or CSEL."""

    start: int
    end: int
    reads: frozenset[Atom]
    writes: frozenset[Atom]
    tells: frozenset[Atom]
    flow: int
    target: int | None
    selects: bool


def result_of(machine: int) -> Atom:
    """The register in which a function returns an integer."""
    return _RESULT[machine]


Asked = Callable[[int], bool]  # whether a function at that address returns what it read of features


def x86_steps(content: bytes, start: int, sources: Sources, asked: Asked) -> list[Step] | None:
    """Steps of x86-64 code; None where it does not decode as a whole."""
    factory, steps = InstructionInfoFactory(), []
    for one in Decoder(64, content, ip=start):
        if one.is_invalid:
            return None
        steps.append(_x86_step(one, factory, sources, asked))
    return steps


def _x86_step(
    one: Instruction, factory: InstructionInfoFactory, sources: Sources, asked: Asked
) -> Step:
    info, span = factory.info(one), range(one.ip, one.next_ip)
    reads: set[Atom] = {FLAGS} if one.rflags_read else set()
    writes: set[Atom] = {FLAGS} if one.rflags_modified else set()
    for used in info.used_registers():
        register = RegisterExt.full_register(used.register)
        reads.update((register,) if used.access in _READS else ())
        writes.update((register,) if used.access in _WRITES else ())
    for memory in info.used_memory():
        if memory.index == Register.NONE:
            place = (memory.base, memory.displacement)
            reads.update((place,) if memory.access in _READS else ())
            writes.update((place,) if memory.access in _WRITES else ())
    flow, target = _FLOW[one.flow_control], None
    if flow == ANYWHERE and one.op0_kind == OpKind.MEMORY and one.memory_index == Register.NONE:
        flow = STOP  # to another function, by a pointer: tables have an index
    is_external = any(at in sources.call_places for at in span)
    if one.op_count and one.op0_kind == OpKind.NEAR_BRANCH64:
        is_open = len(sources.relocated) and _is_filled(span, sources)
        target = None if is_open else one.near_branch_target
    tells: set[Atom] = set()
    if flow == CALL:
        writes |= _CLOBBERED
        tells.update((Register.RAX,) if is_external or _is_asked(target, sources, asked) else ())
    elif one.code in _CPUID or _is_word(one, span, sources):
        tells = {*writes, *((FLAGS,) if one.rflags_modified else ())}
    return Step(
        one.ip, one.next_ip, frozenset(reads), frozenset(writes), frozenset(tells),
        flow, target, one.code in _SELECTING,
    )  # fmt: skip


def using(content: bytes, extensions: frozenset[str]) -> tuple[set[int], set[int]]:
    """Numbers of the x86-64 instructions that need one of the extensions, and of those that ask for
    features: CPUID, and XGETBV where CPUID is there too."""
    found, asks, has_cpuid = set(), {}, False
    of_code = codes_of(extensions)
    for number, one in enumerate(Decoder(64, content)):
        has_cpuid |= one.code == Opcode.CPUID
        if one.code in _CPUID:
            asks[number] = one.code
        if one.code in of_code:
            found.add(number)
    return found, set(asks) if has_cpuid else set()


def _is_filled(span: range, sources: Sources) -> bool:
    at = int(sources.relocated.searchsorted(span.start))
    return at < len(sources.relocated) and int(sources.relocated[at]) < span.stop


def _is_asked(target: int | None, sources: Sources, asked: Asked) -> bool:
    return target is not None and (target in sources.calls or asked(target))


def _is_word(one: Instruction, span: range, sources: Sources) -> bool:
    if any(at in sources.word_places for at in span):
        return True
    if not sources.words:
        return False
    if one.is_ip_rel_memory_operand:
        address = one.ip_rel_memory_address
    elif sources.is_fixed and one.op_count == 2 and one.op1_kind in _WIDE:  # a relaxed GOT load
        address = one.immediate(1)
    elif one.memory_base == Register.NONE and one.memory_index == Register.NONE:
        address = one.memory_displacement  # 0 where there is no operand in memory
    else:
        return False
    return any(first <= address < end for first, end in sources.words)


@lru_cache(maxsize=1)
def _capstone() -> Cs:
    decoder = Cs(CS_ARCH_ARM64, CS_MODE_ARM)
    decoder.detail = True
    return decoder


def a64_steps(content: bytes, start: int, sources: Sources, asked: Asked) -> list[Step]:
    """Steps of AArch64 code; words that capstone cannot read write nothing that is known."""
    steps: list[Step] = []
    pages: dict[str, int] = {}
    recent: list[str] = []
    for at in range(0, len(content) // 4 * 4, 4):
        raw, place = content[at : at + 4], start + at
        word = int.from_bytes(raw, "little")
        one = next(_capstone().disasm(raw, place, 1), None)
        flow, target = _a64_flow(word, place)
        if target is not None and len(sources.relocated) and _is_filled(range(place, place + 4), sources):  # fmt: skip
            target = None
        reads, writes = _a64_atoms(one)
        tells: frozenset[Atom] = frozenset()
        if flow == CALL:
            is_told = place in sources.call_places or target in sources.calls
            is_told = (is_told and _is_hwcap(recent)) or (target is not None and asked(target))
            writes = frozenset((*(f"x{n}" for n in range(19)), FLAGS))
            tells = frozenset(("x0",)) if is_told else tells
        elif place in sources.word_places or _is_a64_word(word, place, pages, sources):
            tells = writes
        recent = [*recent[-5:], f"{one.mnemonic} {one.op_str}" if one else ""]
        selects = word & 0x7FE00000 == 0x1A800000
        steps.append(Step(place, place + 4, reads, writes, tells, flow, target, selects))
    return steps


def _a64_atoms(one: object) -> tuple[frozenset[Atom], frozenset[Atom]]:
    if one is None:
        return frozenset(), frozenset()
    read, written = one.regs_access()  # type: ignore[attr-defined]
    found = tuple({_x(one.reg_name(n)) for n in each} for each in (read, written))  # type: ignore[attr-defined]
    for operand in one.operands:  # type: ignore[attr-defined]
        if operand.type == 3 and not operand.mem.index:  # ARM64_OP_MEM
            base = _x(one.reg_name(operand.mem.base))  # type: ignore[attr-defined]
            is_store = one.mnemonic.startswith("st")  # type: ignore[attr-defined]
            found[is_store].add((base, operand.mem.disp))
    if one.mnemonic.startswith(_COMPARING):  # type: ignore[attr-defined]
        # capstone tells the first register of some as written.
        return frozenset(found[0] | found[1]) - {FLAGS}, frozenset((FLAGS,))
    return frozenset(found[0]), frozenset(found[1])


def _x(name: str) -> Atom:
    return (
        FLAGS if name == "nzcv" else f"x{name[1:]}" if name[:1] == "w" and name != "wsp" else name
    )


def _a64_flow(word: int, place: int) -> tuple[int, int | None]:
    for mask, value, width, shift, flow in (
        (0xFC000000, 0x14000000, 26, 0, JUMP), (0xFC000000, 0x94000000, 26, 0, CALL),
        (0xFF000000, 0x54000000, 19, 5, CONDITIONAL), (0x7E000000, 0x34000000, 19, 5, CONDITIONAL),
        (0x7E000000, 0x36000000, 14, 5, CONDITIONAL),
    ):  # fmt: skip
        if word & mask == value:
            half = 1 << (width - 1)
            distance = ((word >> shift & (2 * half - 1)) ^ half) - half
            return flow, place + 4 * distance
    if word & 0xFE000000 == 0xD6000000:
        kind = word >> 21 & 15
        return (CALL if kind in (1, 9) else STOP if kind == 2 else ANYWHERE), None
    return (STOP if word & 0xFFE0001F == 0xD4200000 or not word >> 16 else NEXT), None


def _is_hwcap(recent: list[str]) -> bool:
    """Whether the last that was moved into the first argument says AT_HWCAP or a later one."""
    for text in reversed(recent):
        if text.startswith(("mov x0, ", "mov w0, ", "movz x0, ", "movz w0, ")):
            return text.rpartition("#")[2] in {form for n in AT_HWCAPS for form in (str(n), hex(n))}
    return False


def _is_a64_word(word: int, place: int, pages: dict[str, int], sources: Sources) -> bool:
    """Whether an ADRP and this ADD or load give the address of a word of features."""
    if not sources.words:
        return False
    if word & 0x9F000000 == 0x90000000:
        pages[f"x{word & 31}"] = page_of(word, place)
        return False
    page = pages.get(f"x{word >> 5 & 31}")
    if page is None:
        return False
    is_load, is_add = word & 0x3F400000 == 0x39400000, word & 0xFFC00000 == 0x91000000
    scale = word >> 30 if is_load else 0
    address = page + ((word >> 10 & 0xFFF) << scale)
    return (is_load or is_add) and any(first <= address < end for first, end in sources.words)


def successors(steps: list[Step]) -> Iterator[tuple[tuple[int, bool], ...]]:
    """Of each step the steps behind it, by number, with whether a branch is taken to it.

    A target outside of the function is left out; ANYWHERE is told as none, judged by its flow.
    """
    starts, end = [step.start for step in steps], steps[-1].end
    for n, step in enumerate(steps):
        found = []
        if step.flow in (NEXT, CALL, CONDITIONAL) and n + 1 < len(steps):
            found.append((n + 1, False))
        if (
            step.flow in (CONDITIONAL, JUMP)
            and step.target is not None
            and starts[0] <= step.target < end
        ):
            found.append((bisect_right(starts, step.target) - 1, True))
        yield tuple(found)
