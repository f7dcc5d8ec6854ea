"""Family of compiles that end a build before any link: what belongs to one machine was given to the
compiler of another, be it a switch or the source itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diag.causes.compiling_ends import FAMILY, each_failed, linked_after, variables_with
from diag.causes.facts import Facts, Symbol
from diag.causes.machine_code import (
    compiler_of,
    has,
    lines_after,
    machines_of_code,
    machines_of_header,
    machines_of_switch,
)
from diag.causes.machines import fitted, target_of
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.presence_guards import BUILD_SCRIPT
from diag.causes.searched import having
from diag.platforms import PLATFORMS
from diag.schema import each

FLAG = "flag-for-another-machine"
SOURCE = "source-for-another-machine"

MAX_ROWS = 40  # messages of a platform that are looked at
MAX_SHOWN = 8
_Q = "['‘`]"
# How compilers refuse a switch or its value. Sources: GCC 4.8 to 13 (driver, x86, AArch64, ARM, RISC-V), clang 3.9 to
# 18; made with four machines' compilers in tests/test_machine_code.py.
_REFUSED = re.compile(
    rf"error: (?:unrecognized command[- ]line option|unknown argument:?|unsupported option) {_Q}(?P<switch>-m[^'’\s]+)['’]"
    rf"|error: unrecognized argument in (?:command[- ]line )?option {_Q}(?P<argument>-m[^'’\s]+)['’]"
    rf"|error: the clang compiler does not support {_Q}(?P<clang>-m(?:arch|cpu|tune)=[^'’\s]+)['’]"
    rf"|error: unsupported argument {_Q}(?P<other>[^'’\s]+)['’] to option {_Q}(?P<option>-m(?:arch|cpu|tune)=)"
    rf"|error: (?:bad|unknown) (?:value|cpu|arch) \(?{_Q}(?P<value>[^'’\s]+)['’]\)? for {_Q}?(?P<of>-m(?:arch|cpu|tune))\b"
    rf"|error: unrecognized (?P<arm>-m(?:arch|cpu|tune)) target: (?P<target>\S+)"
    rf"|error: {_Q}(?P<riscv>-march=[^'’\s]+)['’]: ISA string must begin"
    rf"|error: unknown target CPU {_Q}(?P<cpu>[^'’\s]+)['’]"
    rf"|error: invalid arch name {_Q}(?P<name>[^'’\s]+)['’]"
)
# How they refuse the text of a source.
_OWN = re.compile(r"extension ['`]\w+' required|selected processor does not support")
_CODE = re.compile(
    r"error: impossible constraint in ['‘]asm['’]|error: invalid (?:output|input) constraint ['‘]\S+['’] in asm"
    r"|error: invalid register name for |error: unknown register name ['‘]\w+['’] in asm"
    r"|Error: (?:no such instruction: |unknown mnemonic |bad instruction |unrecognized opcode )`"
    r"|error: (?:invalid instruction mnemonic|unrecognized instruction mnemonic|invalid instruction\b)"
)
_HEADER = re.compile(
    r"fatal error: ['‘]?(?P<name>[\w/.+-]+\.h)['’]?(?: file not found|: No such file or directory)"
    r"|(?P<own>[\w./+-]*\.h):\d+:\d+: error: \"(?:This header is only meant to be used on x86|NEON (?:intrinsics|support) not)"
)
_GUTTER = re.compile(r"^ *\d+ \| ")
_QUOTED = ("asm", "valid arguments", "valid target CPU", "`", " | ", "#include")
_HOW = ("COMPILER -dumpmachine  # or --version: what it makes code for", "put V=1, VERBOSE=1 or -vv on the build command and keep the log")  # fmt: skip


@dataclass(frozen=True)
class _Refused:
    """A message. `what`: the switch, header or instruction; `machines`: those that have it; `arch`: that of the
    compiler, "" where nothing tells it, with what shows it."""

    what: str
    machines: frozenset[str]
    arch: str
    line: Evidence
    shown: tuple[Evidence, ...]

    @property
    def is_other(self) -> bool:
        return bool(self.arch and self.machines) and not has(self.machines, self.arch)


def _switch_in(text: str) -> str:
    found = _REFUSED.search(text)
    if found is None:
        return ""
    if found["other"] or found["value"] or found["target"]:
        switch = (found["option"] or found["of"] or found["arm"]).rstrip("=")
        return f"{switch}={found['other'] or found['value'] or found['target']}"
    if found["cpu"] or found["name"]:
        return f"-march={found['cpu'] or found['name']}"
    return found["switch"] or found["argument"] or found["clang"] or found["riscv"] or ""


# -- flag-for-another-machine ----------------------------------------------------------------------


def judge_flag(facts: Facts, platform: str) -> Iterator[Finding]:
    """flag-for-another-machine: the switch is known to be of other machines than the compiler's."""
    told = [
        _refused(facts, platform, row, switch, machines)
        for row in _rows(facts, platform, _REFUSED)
        if (switch := _switch_in(row.text)) and (machines := machines_of_switch(switch))
    ]
    switches = [one.what for one in told]
    evidence = variables_with(facts, platform, switches)
    yield from _judged(facts, FLAG, platform, told, evidence)


# -- source-for-another-machine --------------------------------------------------------------------


def judge_source(facts: Facts, platform: str) -> Iterator[Finding]:
    """source-for-another-machine: the assembly, or the header, is known to be of other machines."""
    told = []
    for row in _rows(facts, platform, _CODE):
        if _OWN.search(row.text):
            continue  # of this very machine, and not of the part of it that was named
        after = list(lines_after(facts, row, _QUOTED))
        texts = [row.text.rpartition("rror: ")[2], *(t for t in after if "rror: " not in t)]
        machines = next(filter(None, map(machines_of_code, texts)), frozenset())
        shown = next((_bare(t) for t in texts if machines_of_code(t)), row.text)
        told.append(_refused(facts, platform, row, shown, machines))
    for row in _rows(facts, platform, _HEADER):
        found = _HEADER.search(row.text)
        name = found["name"] or found["own"].rpartition("/")[2] if found else ""
        if machines := machines_of_header(name):
            told.append(_refused(facts, platform, row, name, machines))
    yield from _judged(facts, SOURCE, platform, told, [])


# -- both ------------------------------------------------------------------------------------------


def _bare(text: str) -> str:
    """A line of source without the gutter that compilers print, or an instruction as it was repeated."""
    return f"`{_GUTTER.sub('', text).strip()}`" if _GUTTER.match(text) else text.strip()


def _rows(facts: Facts, platform: str, pattern: re.Pattern[str]) -> list[Any]:
    lines = facts.on(facts.lines, platform)
    lines = lines[lines["kind"] != "excerpt"]
    return list(each(lines[having(lines["text"], pattern)].head(MAX_ROWS)))


def _refused(
    facts: Facts, platform: str, row: Any, what: str, machines: frozenset[str]
) -> _Refused:
    after = list(lines_after(facts, row, _QUOTED))
    arch, shown = compiler_of(facts, platform, row, after)
    return _Refused(what, machines, arch, Evidence.of_row(row), tuple(shown))


def _judged(
    facts: Facts, cause: str, platform: str, told: Sequence[_Refused], more: list[Evidence]
) -> Iterator[Finding]:
    other = [one for one in told if one.is_other]
    own = [one for one in told if one.arch and has(one.machines, one.arch)]
    first = (other or own or list(told))[:1]
    if not first:
        return
    seen = [*(one.line for one in other or told), *first[0].shown, *more]
    evidence = list(dict.fromkeys(seen))[:MAX_SHOWN]
    later = linked_after(facts, platform, first[0].line)
    if not more:  # no variable gives it: a build script may have chosen it
        later = later or _chosen_by_script(facts, platform, first[0].line)
    if other and later is None:
        yield _found(facts, cause, platform, other[0], evidence)
    elif other and later is not None:
        yield _BY_ID[cause].finding("untestable", Symbol("", platform), evidence, (later,))
    elif own:
        text = f"{own[0].what} is of {own[0].arch}, for which this compiler is: too old for it, or told of too little"
        place = Evidence(own[0].line.file, own[0].line.line_no, text)
        yield _BY_ID[cause].finding("refuted", Symbol("", platform), [place, *evidence[:2]])
    else:
        yield _BY_ID[cause].finding(
            "untestable", Symbol("", platform), evidence, (_missing(first[0]),)
        )


def _chosen_by_script(facts: Facts, platform: str, line: Evidence) -> Missing | None:
    """The build script that compiles, where one does: it may have asked for the machine that it runs
    on itself, and chosen what is for that one."""
    lines = facts.on(facts.lines, platform)
    lines = lines[(lines["file"] == line.file) & (lines["line_no"] <= (line.line_no or 0))]
    if not having(lines["text"], BUILD_SCRIPT).any():
        return None
    why = "a build script compiles here: cfg!(target_arch) in it is the machine that it runs on, CARGO_CFG_TARGET_ARCH the target"
    how = ("grep -nE 'cfg!?\\(|CARGO_CFG|TARGET|HOST' build.rs",)
    return Missing("the build script (build.rs)", why, how)


def _found(
    facts: Facts, cause: str, platform: str, first: _Refused, evidence: list[Evidence]
) -> Finding:
    """The switch or source may be the target's own: then it is the compiler that is another's."""
    target, of = target_of(facts, platform), " and ".join(sorted(first.machines)[::-1])
    is_targets = target is not None and has(first.machines, target.elf_arch)
    wrong = f", as {platform} does" if is_targets else ""
    claim = f"{first.what} belongs to {of}{wrong}; the compiler is for {first.arch}."
    arch = next((p.architecture for p in PLATFORMS if p.elf_arch in first.machines), "ARCH")
    steps = [
        step.replace("SWITCH", first.what).replace("ARCH)", f"{arch})")
        for step in _BY_ID[cause].texts.fix_with("")
    ]
    steps = [steps[1] if is_targets else steps[0], *steps[2:]]
    return _BY_ID[cause].finding(
        "supported", Symbol("", platform), evidence, fix=fitted(steps, target), claim=claim
    )


def _missing(one: _Refused) -> Missing:
    if one.machines:
        why = f"{one.what} is of {' and '.join(sorted(one.machines))}: another machine's compiler refuses it, and so does an old one"
        return Missing("for which machine the compiler makes code", why, _HOW)
    why = "an instruction or a register of another machine means this; one of this machine an older assembler, or a switch that it lacks"
    place = f"{one.line.file}:{one.line.line_no}"
    return Missing(f"the lines of the source that {place} complains of", why, (f"sed -n '{one.line.line_no},+6p' {one.line.file}", *_HOW[:1]))  # fmt: skip


_TELLING = (
    "error: un", "error: bad ", "error: the clang", "error: '-march", "error: ‘-march", "error: invalid ",
    "error: impossible", "rror: no such instruction", "rror: unknown", "rror: bad instruction", "rror: unrecognized",
    "fatal error: ", "only meant to be used on x86", "error: \"NEON ",
)  # fmt: skip
CAUSES = (
    Cause(FLAG, FAMILY, "cause", each_failed(judge_flag), telling=_TELLING[:6], yields_to=(
        "cgo-cc-not-cross", "build-rs-host-cfg", "wrong-cc-for-c-deps", "kernel-object-not-built", "probe-and-guard-disagree")),
    Cause(SOURCE, FAMILY, "cause", each_failed(judge_source), telling=_TELLING[5:], yields_to=(
        "cgo-cc-not-cross", FLAG, "wrong-cc-for-c-deps", "kernel-object-not-built", "asm-backend-disabled")),
)  # fmt: skip
_BY_ID = {cause.id: cause for cause in CAUSES}
