"""Family A: a guard that holds on two machines, and a build script that asks the host."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from diag.causes.facts import Facts, Symbol
from diag.causes.machines import arch_in, target_of
from diag.causes.made_here import compiles_on
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.name_arches import arches_of_words, switches_of_other
from diag.causes.presence import (
    MAX_ASKED,
    asked_on,
    compile_of,
    found,
    is_asm_off,
    is_skipped,
    opened,
    wanted_lines,
)
from diag.knowledge.names import library_of, prefix_of
from diag.schema import each

GUARD = "arch-guard-too-wide"
HOST_CFG = "build-rs-host-cfg"

_DEFINE = re.compile(
    r"-D\w*?(?P<word>SIMD|ASM|NEON|ASIMD|DOTPROD|I8MM|CRC32|AES|SHA\d*)\w*(?:=1)?\b"
)
_ARMS = frozenset(["arm", "aarch64"])
# What cargo and the cc crate print where a build script compiles.
BUILD_SCRIPT = re.compile(
    r"custom build command|build[-_]script[-_]build|^running: |cargo:warning=|\bTARGET ?= ?(?:Some\()?\"?[\w]+-[\w-]+"
)
_REFUSED_SWITCH = re.compile(r"(?<!\S)(?P<compiler>\S+): (?:fatal )?error: (?:unrecognized|unsupported|unknown).*?option.*?(?P<switch>-m[\w.=+-]+)")  # fmt: skip


# -- arch-guard-too-wide -------------------------------------------------------------------------


def judge_guard(facts: Facts) -> Iterator[Finding]:
    """arch-guard-too-wide: names of an instruction set that two machines have, or of another
    machine than this one, made for the other."""
    for platform in facts.judged:
        target = target_of(facts, platform)
        if target is None:
            continue
        asked = [s for s in asked_on(facts, platform) if _may_be_of_other(s.name, target.elf_arch)]
        both = [s for s in asked if not is_skipped(facts, s)][:MAX_ASKED]
        compiles = compiles_on(facts, platform)
        if not both or is_asm_off(facts, platform) or compile_of(compiles, both[0]):
            continue
        other = _assembled_for_other(facts, both, platform, target.elf_arch)
        defines = [c.evidence for c in compiles if _DEFINE.search(c.evidence.text)]
        evidence = [*other, *defines[:2], *wanted_lines(facts, both)]
        if other:
            yield found(facts, _BY_ID[GUARD], both, evidence)
        else:
            yield opened(_BY_ID[GUARD], both, evidence, _other_missing(both[0].name))


def _may_be_of_other(name: str, arch: str) -> bool:
    """What the name speaks of, another machine has: both Arms, or not this machine at all. A call of a
    well-known library (`crc32`) speaks of none."""
    if library_of(name) is not None and not prefix_of(name):
        return False
    told = arches_of_words(name)
    return told >= _ARMS or (bool(told) and arch not in told)


def _other_missing(name: str) -> Missing:
    platforms = {"arm": "linux/arm/v7", "aarch64": "linux/arm64", "x86_64": "linux/amd64"}
    told = sorted(arches_of_words(name), reverse=True)
    other = next((platforms[arch] for arch in told if arch in platforms), "the other machine")
    other = "linux/arm/v7" if set(told) >= _ARMS else other
    return Missing(
        f"the objects of {other}, or the list of sources",
        "if the routine is there for that machine alone, the guard is too wide; if a source for this "
        "machine exists, the list lacks it",
        ("git ls-files | grep -iE 'arm|aarch64|neon|x86|riscv'",
         f"docker buildx build --platform {other} --progress=plain . 2>&1 | tee other.log"),
    )  # fmt: skip


def _assembled_for_other(
    facts: Facts, symbols: Iterable[Symbol], platform: str, arch: str
) -> list[Evidence]:
    """Objects for another machine that define the symbols and come from an assembler: what a
    compiler made of C may be a source for both, and this machine's list lacks it then."""
    names = [s.name for s in symbols]
    rows = facts.symbols[facts.symbols["name"].isin(names) & facts.symbols["is_defined"]]
    rows = rows[rows["arch"] != arch]
    rows = rows[[facts.platform_of_file.get(file, "") != platform for file in rows["file"]]]
    rows = rows[[row.arch in arches_of_words(row.name) for row in each(rows)]]
    comments = facts.details[facts.details["kind"] == "comment"] if len(rows) else facts.details
    compiled = set(zip(comments["file"], comments["member"], strict=True))
    return [
        Evidence(
            r.file,
            None,
            f"{r.member or 'the file'} is assembled for {r.arch} and defines {r.name}",
        )
        for r in each(rows.head(200))
        if (r.file, r.member) not in compiled
    ][:2]


# -- build-rs-host-cfg ---------------------------------------------------------------------------


def judge_host_cfg(facts: Facts) -> Iterator[Finding]:
    """build-rs-host-cfg: a build script gives the target's compiler switches of the host."""
    for platform in facts.judged:
        target, lines = target_of(facts, platform), facts.on(facts.lines, platform)
        told = lines[lines["text"].str.contains("error: ", regex=False).astype(bool)]
        refused = [(r, m) for r in each(told) if (m := _REFUSED_SWITCH.search(r.text))]
        if not refused:
            continue
        arch = target.elf_arch if target else arch_in(refused[0][1]["compiler"])
        other = [
            (r, m) for r, m in refused
            if arch and switches_of_other(m["switch"], arch) and arch_in(m["compiler"]) in ("", arch)
        ]  # fmt: skip
        scripts = [r for r in each(lines) if BUILD_SCRIPT.search(r.text)]
        if other and scripts and any(arch_in(m["compiler"]) for _, m in other):
            rows = [r for r, _ in other[:3]] + [
                r for r in scripts if r.line_no <= other[0][0].line_no
            ][-2:]
            yield found(
                facts, _BY_ID[HOST_CFG], [Symbol("", platform)], [Evidence.of_row(r) for r in rows]
            )


CAUSES = (
    Cause(GUARD, "presence", "cause", judge_guard),
    Cause(
        HOST_CFG, "presence", "cause", judge_host_cfg, telling=("running: ", "build-script-build")
    ),
)
_BY_ID = {cause.id: cause for cause in CAUSES}
