"""Family A: a guard that holds on two machines, and a build script that asks the host."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from diag.causes.compiles import compiles_on
from diag.causes.facts import Facts, Symbol
from diag.causes.machines import arch_in, target_of
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.name_arches import arches_of_words, switches_of_other
from diag.causes.presence import (
    MAX_ASKED,
    asked_on,
    compile_of,
    found,
    is_asm_off,
    is_skipped,
    line_of_row,
    opened,
    wanted_lines,
)
from diag.schema import each

GUARD = "arch-guard-too-wide"
HOST_CFG = "build-rs-host-cfg"

_DEFINE = re.compile(r"-D\w*?(?P<word>NEON|ASIMD|DOTPROD|I8MM|CRC32|AES|SHA\d*)\w*(?:=1)?\b")
_BUILD_SCRIPT = re.compile(
    r"custom build command|build[-_]script[-_]build|^running: |cargo:warning=|\bTARGET ?= ?(?:Some\()?\"?[\w]+-[\w-]+"
)
_REFUSED_SWITCH = re.compile(r"(?P<compiler>\S+): (?:fatal )?error: (?:unrecognized|unsupported|unknown).*?option.*?(?P<switch>-m[\w.=+-]+)")  # fmt: skip


# -- arch-guard-too-wide -------------------------------------------------------------------------


def judge_guard(facts: Facts) -> Iterator[Finding]:
    """arch-guard-too-wide: names of an instruction set that two machines have, made for the other."""
    for platform in facts.judged:
        target = target_of(facts, platform)
        if target is None or target.elf_arch != "aarch64":
            continue
        both = [
            s for s in asked_on(facts, platform) if {"arm", "aarch64"} <= arches_of_words(s.name)
        ]
        both = [s for s in both if not is_skipped(facts, s)][:MAX_ASKED]
        if (
            not both
            or is_asm_off(facts, platform)
            or compile_of(compiles_on(facts, platform), both[0])
        ):
            continue
        other = _defined_on_arm(facts, both)
        defines = [
            c.evidence for c in compiles_on(facts, platform) if _DEFINE.search(c.evidence.text)
        ]
        evidence = [*other, *defines[:2], *wanted_lines(facts, both)]
        if other:
            yield found(facts, _BY_ID[GUARD], both, evidence)
        elif defines:
            missing = Missing(
                "the objects of linux/arm/v7, or the list of sources",
                "if the routine is there for 32-bit Arm alone, the guard is too wide; if a source for "
                "64 bits exists, the list lacks it",
                ("git ls-files | grep -iE 'arm|aarch64|neon'",
                 "docker buildx build --platform linux/arm/v7 --progress=plain . 2>&1 | tee armv7.log"),
            )  # fmt: skip
            yield opened(_BY_ID[GUARD], both, evidence, missing)


def _defined_on_arm(facts: Facts, symbols: Iterable[Symbol]) -> list[Evidence]:
    """Objects for 32-bit Arm that define the symbols."""
    names = [s.name for s in symbols]
    rows = facts.symbols[facts.symbols["name"].isin(names) & facts.symbols["is_defined"]]
    rows = rows[rows["arch"] == "arm"]
    return [
        Evidence(r.file, None, f"{r.member or 'the file'} is for arm and defines {r.name}")
        for r in each(rows.head(2))
    ]


# -- build-rs-host-cfg ---------------------------------------------------------------------------


def judge_host_cfg(facts: Facts) -> Iterator[Finding]:
    """build-rs-host-cfg: a build script gives the target's compiler switches of the host."""
    for platform in facts.judged:
        target, lines = target_of(facts, platform), facts.on(facts.lines, platform)
        told = lines[lines["text"].str.contains("error: ", regex=False).astype(bool)]
        refused = [(r, m) for r in each(told) if (m := _REFUSED_SWITCH.search(r.text))]
        if target is None or not refused:
            continue
        other = [
            (r, m) for r, m in refused
            if switches_of_other(m["switch"], target.elf_arch)
            and arch_in(m["compiler"]) in ("", target.elf_arch)
        ]  # fmt: skip
        scripts = [r for r in each(lines) if _BUILD_SCRIPT.search(r.text)]
        if other and scripts and any(arch_in(m["compiler"]) for _, m in other):
            rows = [r for r, _ in other[:3]] + [
                r for r in scripts if r.line_no <= other[0][0].line_no
            ][-2:]
            yield found(
                facts, _BY_ID[HOST_CFG], [Symbol("", platform)], [line_of_row(r) for r in rows]
            )


CAUSES = (
    Cause(GUARD, "presence", "cause", judge_guard),
    Cause(
        HOST_CFG, "presence", "cause", judge_host_cfg, telling=("running: ", "build-script-build")
    ),
)
_BY_ID = {cause.id: cause for cause in CAUSES}
