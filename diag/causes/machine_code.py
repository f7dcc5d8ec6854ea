"""Which machines a compiler's switch, a header or a piece of assembly belongs to, and for which machine
the compiler was that refused it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from diag.causes.drivers import compiler_called
from diag.causes.facts import Facts
from diag.causes.machines import arch_in
from diag.causes.model import Evidence
from diag.knowledge import table
from diag.platforms import BY_NAME
from diag.schema import each

NEAR = 6  # lines after a message that quote the source or list what would be valid
_VALUE = re.compile(r"-m(?:arch|cpu|tune)=(?P<value>\S+)")
_TARGET = re.compile(r"for target ['‘`](?P<triple>[\w.-]+)|--?target[= ]['\"]?(?P<given>[\w.-]+)")
_LISTED = re.compile(r"valid (?:arguments|target CPU values)[^:]*: (?P<names>.+)")
# Words in which the compiler or assembler of one machine alone refuses. Sources: gas/config/tc-*.c of binutils
# 2.40, gcc/common/config of GCC 12, clang's and LLVM's target parsers; tests/test_machine_code.py hears them.
_WORDS_OF = (
    ("x86_64", re.compile(r"\bno such instruction: |for ['‘]-m(?:arch|tune)=['’] switch\b")),
    ("aarch64", re.compile(r"\bunknown mnemonic `|unknown value ['‘]\S+['’] for ['‘]?-m(?:arch|cpu|tune)\b")),
    ("arm", re.compile(r"\bbad instruction `|unrecognized -m(?:arch|cpu|tune) target: ")),
    ("riscv64", re.compile(r"\bunrecognized opcode `|must begin with rv32|unknown cpu ['‘]\S+['’] for ['‘]?-mtune")),
)  # fmt: skip
# Of one processor family, whose two widths refuse in the same words.
_FAMILIES = (frozenset({"x86_64", "i386"}), frozenset({"riscv64", "riscv32"}))


@cache
def _patterns(kind: str) -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    rows = [row for row in table("machine_code")["row"] if kind in row]
    return tuple((frozenset(row["machines"]), re.compile(row[kind])) for row in rows)


def machines_of_switch(switch: str) -> frozenset[str]:
    """The machines whose compilers know the switch; empty where several unlike ones do, or none."""
    value = _VALUE.fullmatch(switch)
    if value is not None:
        return _machines("values", value["value"])
    return _machines("switches", switch)


def machines_of_header(name: str) -> frozenset[str]:
    """The machines that have the header."""
    return _machines("headers", name)


def machines_of_code(text: str) -> frozenset[str]:
    """The machines that the text of an instruction, or of an `asm`, speaks of."""
    told = [machines for machines, pattern in _patterns("code") if pattern.search(text)]
    return told[0] if len(told) == 1 else frozenset()


def _machines(kind: str, text: str) -> frozenset[str]:
    told = [machines for machines, pattern in _patterns(kind) if pattern.fullmatch(text)]
    return frozenset().union(*told)


def has(machines: frozenset[str], arch: str) -> bool:
    """The machine is one of them, or the other width of one."""
    return arch in machines or any(arch in family and family & machines for family in _FAMILIES)


# -- whose compiler it was -------------------------------------------------------------------------


def compiler_of(facts: Facts, platform: str, row: Any, after: list[str]) -> tuple[str, list[Evidence]]:  # fmt: skip
    """(machine that the compiler makes code for, what shows it) of a message and the lines after it;
    ("", []) where nothing tells."""
    for text in (row.text, *after):
        arch = _by_words(text)
        if arch:
            return arch, []
    return _by_command(facts, platform, row) or _by_step(facts, platform, row) or ("", [])


def _by_words(text: str) -> str:
    program = text.partition(": ")[0].rpartition("/")[2]
    target, listed = _TARGET.search(text), _LISTED.search(text)
    told = arch_in(program) if compiler_called(f"{program} ") else ""
    told = told or (arch_in(target["triple"] or target["given"]) if target else "")
    if not told and listed:
        told = _machine_of_values(listed["names"])
    return told or next((arch for arch, words in _WORDS_OF if words.search(text)), "")


def _machine_of_values(names: str) -> str:
    """The one machine that a list of valid processors is of."""
    found = [_machines("values", name.strip(" ;,")) for name in names.split()[:40]]
    told = [machines for machines in found if len(machines) == 1 or machines in _FAMILIES]
    first = next(iter(told), frozenset())
    return next((arch for arch in ("x86_64", "riscv64", *first) if arch in first), "")


def _by_command(facts: Facts, platform: str, row: Any) -> tuple[str, list[Evidence]] | None:
    """By the last command before the message that calls a compiler with a machine in its words."""
    rows = facts.on(facts.lines_with((" -c", " -o", " -m")), platform)
    rows = rows[(rows["file"] == row.file) & (rows["line_no"] < row.line_no)]
    for command in reversed(list(each(rows.tail(400)))):
        program = compiler_called(command.text)
        if program and ": " not in command.text.partition(" -")[0]:
            target = _TARGET.search(command.text)
            arch = arch_in(program) or (arch_in(target["given"] or "") if target else "")
            return (arch, [Evidence.of_row(command)]) if arch else None
    return None


def _by_step(facts: Facts, platform: str, row: Any) -> tuple[str, list[Evidence]] | None:
    """By the machine of the step: a compiler without a machine in its name is that one's own."""
    steps = facts.steps[(facts.steps["file"] == row.file) & (facts.steps["step_id"] == row.step_id)]
    first = next(each(steps.dropna(subset=["platform"])), None)
    runs_on = first.platform if first is not None and not may_cross(facts, first) else ""
    if first is None or runs_on not in BY_NAME:
        return None
    text = f"the step runs on {runs_on}, and the compiler has no other machine in its name"
    return BY_NAME[runs_on].elf_arch, [Evidence(first.file, int(first.line_no), text)]


def may_cross(facts: Facts, step: Any) -> bool:
    """The step's stage stands on the build machine's platform, whichever that is, and the step's name
    does not tell two platforms."""
    if step.platform != step.target_platform:
        return False
    stages = facts.instructions[facts.instructions["instruction"] == "FROM"]
    own = stages[stages["stage"] == step.stage]
    return any("BUILDPLATFORM" in r.flags_text + r.value_text for r in each(own))


def lines_after(facts: Facts, row: Any, literals: tuple[str, ...]) -> Iterator[str]:
    """Texts of the lines right after a message that hold one of the literals."""
    rows = facts.lines_with(literals)
    is_near = (rows["line_no"] > row.line_no) & (rows["line_no"] <= row.line_no + NEAR)
    yield from rows.loc[(rows["file"] == row.file) & is_near, "text"]
