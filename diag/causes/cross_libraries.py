"""Family B: libraries, start files and calling conventions of another machine than the target's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.crate_target import crate_steps, crate_target
from diag.causes.facts import Facts, Symbol, clip, sightings_evidence
from diag.causes.machines import (
    FLOAT_WORDS,
    STARTUP,
    arch_in,
    first_part,
    fitted,
    refusals_on,
    target_of,
)
from diag.causes.machines_skipped import OF_COMPILER, OF_SYSTEM, SKIPPING, Skipped, skipped_on
from diag.causes.model import Cause, Evidence, Finding, Missing, Role
from diag.causes.pkg_config import (
    ASKS,
    brought_by_pkg_config,
    folder_named,
    host_library_steps,
    settings_of,
)
from diag.causes.toolchain import toolchain_of
from diag.platforms import Platform
from diag.schema import each

PKG_CONFIG = "cross-pkgconfig-host-library"
SYSROOT = "sysroot-crt-missing"
FLOAT = "float-abi-mismatch"

MAX_SHOWN = 8
_REFUSES_CROSS = "pkg-config has not been configured to support cross-compilation"
# Headers that a C library brings. Source: ISO C, POSIX, and glibc's own (bits/, gnu/, features.h).
_HEADER = re.compile(
    r"(?P<said>fatal error: (?:'|‘)?(?P<name>(?:stdio|stdlib|string|errno|assert|unistd|limits|features|pthread"
    r"|math|time|ctype|signal|inttypes|sys/(?:types|stat|cdefs|time|socket|mman)|bits/[\w/+.-]+"
    r"|gnu/stubs(?:-\w+)?|asm/(?:errno|types))\.h)(?:'|’)?(?: file not found|: No such file or directory))"
)
# lld takes the machine of the first file that it opens for the output's.
_OTHER_TARGET = re.compile(r"is only supported on \S+ targets")


# -- cross-pkgconfig-host-library ----------------------------------------------------------------


def judge_pkg_config(facts: Facts) -> Iterator[Finding]:
    """cross-pkgconfig-host-library: pkg-config refuses to cross, or the host's library was found."""
    for platform in facts.judged:
        lines, target = facts.on(facts.lines, platform), target_of(facts, platform)
        refused = _rows(lines, _REFUSES_CROSS)
        skipped = [s for s in skipped_on(facts, platform) if s.is_of_system]
        told = {} if skipped else _brought(facts, platform)
        if refused:
            yield _judge_refused(facts, platform, refused)
        elif skipped:
            yield _judge_skipped(facts, platform, skipped, target)
        elif told:
            brought = [s for s, lines in told.items() if lines]
            shown = [line for s in brought for line in told[s]]
            yield _judge_skipped(facts, platform, brought or list(told), target, shown)
        elif target is not None:
            yield from _judge_folders(facts, platform, target)


def _judge_refused(facts: Facts, platform: str, refused: list[Any]) -> Finding:
    told = crate_target(facts, platform)
    evidence = [*map(Evidence.of_row, refused[:2]), *([told[1]] if told else ())]
    steps = crate_steps(facts, platform, refused[0], CAUSES_BY_ID[PKG_CONFIG].texts)
    return CAUSES_BY_ID[PKG_CONFIG].finding(
        "supported", Symbol("", platform), [*evidence, *settings_of(facts, platform)], fix=steps
    )


def _brought(facts: Facts, platform: str) -> dict[Skipped, list[Evidence]]:
    """Libraries of the project's own tree that were passed over, with what shows that pkg-config
    brought them. An archive alone came ready made, if nothing does."""
    own = [s for s in skipped_on(facts, platform) if s.is_of_project]
    told = {s: brought_by_pkg_config(facts, platform, s) for s in own}
    return {s: lines for s, lines in told.items() if lines or not s.file.endswith(".a")}


def _judge_skipped(
    facts: Facts, platform: str, skipped: list[Skipped], target: Platform | None,
    told_by: list[Evidence] | None = None,
) -> Finding:  # fmt: skip
    """`told_by`: what shows that pkg-config brought them; None: a system's folder does."""
    other = [s for s in skipped if target and s.is_other(target)]
    evidence = [s.evidence for s in (other or skipped)[:4]] + [skipped[0].missed]
    if other and told_by == []:
        missing = Missing(
            f"what named the folder of {skipped[0].file} to the link",
            "an answer of pkg-config for the build machine, or a file that came ready made",
            ("pkg-config --libs NAME, with the variables of the build",),
        )
    elif other:
        first = other[0]
        what = (
            f"{first.file} is of {first.arch or 'another machine'}, and no other library answers."
        )
        named = None if told_by else folder_named(facts, platform, first)
        evidence += [*(told_by or ()), *([named] if named else ()), *settings_of(facts, platform)]
        return _found(facts, PKG_CONFIG, platform, evidence, target, what, of=(first, named))
    else:
        missing = Missing(
            f"the machine of {skipped[0].file}",
            "only a library of the build machine, found where the target's was looked for, is this",
            (f"readelf -h {skipped[0].file} | grep Machine",),
        )
    return CAUSES_BY_ID[PKG_CONFIG].finding(
        "untestable", Symbol("", platform), evidence, (missing,)
    )


def _judge_folders(facts: Facts, platform: str, target: Platform) -> Iterator[Finding]:
    """The target's compiler was told to look in the build machine's folder, and what lies there was
    refused, or made the linker take that machine for the output's."""
    errors = facts.on(facts.link_errors, platform)
    said = [r for r in each(errors) if _OTHER_TARGET.search(r.detail_text)]
    refused = [
        r for r in refusals_on(facts, platform)
        if r.driver == target.elf_arch and {r.expected, r.found} - {"", target.elf_arch}
    ]  # fmt: skip
    if not (said or refused):
        return
    others = {arch for r in refused for arch in (r.expected, r.found)} - {"", target.elf_arch}
    of_host = [r for r in refused if r.found in others and _is_hosts(r.object, r.found)]
    for command in each(facts.on(facts.link_commands, platform).tail(5)):
        if arch_in(command.driver) == target.elf_arch:
            evidence = _folder_told(facts, platform, command, others, target)
            if not (evidence or of_host):
                continue
            evidence += [r.evidence for r in (of_host or refused)[:3]]
            evidence += [Evidence.of_row(r, first_part(r.detail_text)) for r in said[:2]]
            yield _found(
                facts, PKG_CONFIG, platform, evidence + settings_of(facts, platform), target
            )
            return


def _is_hosts(file: str, arch: str) -> bool:
    """The library lies where the distribution puts those of that machine."""
    return bool(OF_SYSTEM.search(file)) and not OF_COMPILER.search(file) and arch_in(file) == arch


def _folder_told(
    facts: Facts, platform: str, command: Any, others: set[str], target: Platform
) -> list[Evidence]:
    """That the command has a folder of another machine's libraries: it names one itself, or asks
    pkg-config, whose answer the log shows."""

    def is_other(word: str) -> bool:
        arch = arch_in(word) if word.startswith("-L") else ""
        return arch in (others or {arch} - {"", target.elf_arch})

    for word in filter(is_other, command.words):
        text = clip(f"the link command of {command.driver} has {word}")
        return [Evidence(command.file, int(command.line_no), text)]
    if not any(ASKS.search(word) for word in command.words):
        return []
    rows = facts.on(facts.lines_with(("-L/",)), platform)
    told = [r for r in each(rows.head(200)) if any(map(is_other, r.text[:4096].split()))]
    text = f"the link command of {command.driver} asks pkg-config for its libraries"
    asked = Evidence(command.file, int(command.line_no), text)
    return [asked, *map(Evidence.of_row, told[:1])] if told else []


# -- sysroot-crt-missing -------------------------------------------------------------------------


def judge_sysroot(facts: Facts) -> Iterator[Finding]:
    """sysroot-crt-missing: the C library's start files or headers are not where the compiler looks."""
    for platform in facts.judged:
        target = target_of(facts, platform)
        errors = facts.on(facts.link_errors, platform)
        rows = errors[errors["kind"] == "object_not_found"].dropna(subset=["object"])
        startup = [r for r in each(rows) if STARTUP.search(r.object) and not _is_of_gcc(r.object)]
        evidence = [Evidence.of_row(r, first_part(r.detail_text)) for r in startup[:4]]
        lines = facts.on(facts.lines, platform)
        headers = [r for r in _rows(lines, "fatal error: ") if _HEADER.search(r.text)]
        evidence += [Evidence.of_row(r) for r in headers[:4]]
        if evidence:
            evidence += _installs(facts, target)
            yield _found(facts, SYSROOT, platform, evidence, target)


def _is_of_gcc(name: str) -> bool:
    return PurePath(name).name.startswith(("crtbegin", "crtend"))


def _installs(facts: Facts, target: Platform | None) -> list[Evidence]:
    """The instruction that installs a compiler for the target without its C library."""
    if target is None:
        return []
    wanted = re.compile(
        rf"\b(?:gcc|g\+\+|crossbuild-essential)[\w.-]*{re.escape(target.triplet.replace('_', '-'))}"
    )
    rows = [
        r for r in each(facts.instructions)
        if r.instruction == "RUN" and wanted.search(r.value_text) and "libc6-dev-" not in r.value_text
    ]  # fmt: skip
    return [
        Evidence.of_row(r, f"{_option(r.value_text)}{wanted.search(r.value_text)[0]} is installed here, libc6-dev-{target.debian}-cross is not")  # type: ignore[index]
        for r in rows[:1]
    ]  # fmt: skip


def _option(text: str) -> str:
    return "with --no-install-recommends " if "--no-install-recommends" in text else ""


# -- float-abi-mismatch --------------------------------------------------------------------------


def judge_float_abi(facts: Facts) -> Iterator[Finding]:
    """float-abi-mismatch: by the linker's words, or by what the objects say where it was silent."""
    for platform in facts.judged:
        errors = facts.on(facts.link_errors, platform)
        told = [r for r in each(errors) if FLOAT_WORDS.search(r.detail_text)]
        target = target_of(facts, platform)
        evidence = [
            Evidence.of_row(r, first_part(r.detail_text))
            for r in told[:4]
        ]  # fmt: skip
        by_abi = _by_abi(facts, platform, target)
        if told or len(by_abi) > 1:
            evidence += [line for lines in by_abi.values() for line in lines[:2]]
            role: Role = "latent" if facts.outcome(platform) == "linked" else "cause"
            yield _found(facts, FLOAT, platform, evidence, target, role=role)
        elif by_abi and facts.outcome(platform) == "failed" and FLOAT in facts.claims:
            ((abi, lines),) = by_abi.items()
            claim = f"Objects of two float ABIs were linked ({abi} is the only one given)."
            yield CAUSES_BY_ID[FLOAT].finding(
                "refuted", Symbol("", platform), lines[:2], claim=claim
            )


def _by_abi(facts: Facts, platform: str, target: Platform | None) -> dict[str, list[Evidence]]:
    """Float ABI -> inputs that are built for it, by their headers and attributes."""
    if target is None or target.elf_arch not in ("arm", "riscv64"):
        return {}
    own = facts.of_platform(facts.objects, platform)
    own = own[(own["arch"] == target.elf_arch) & own["kind"].isin(["relocatable", "shared"])]
    words = own["abi"].str.extract(r"\b((?:hard|soft|single|double|quad)-float)\b", expand=False)
    if words.nunique() > 1 and target.elf_arch == "arm":
        words = words.where((words != "soft-float") | _uses_floats(facts, own))
    found: dict[str, list[Evidence]] = {}
    for abi in words.dropna().unique():
        rows = own[words == abi].head(3)
        found[str(abi)] = sightings_evidence(rows, f"is built for {abi}")
    return found


def _uses_floats(facts: Facts, objects: pd.DataFrame) -> pd.Series:
    """Whether each object says how it computes with floats: an Arm object that does not (assembly
    code) passes none, whatever its header says, and linkers take it with both ABIs."""
    rows = facts.details
    rows = rows[(rows["kind"] == "attribute") & (rows["name"] == "Tag_ABI_FP_number_model")]
    says = set(zip(rows["file"], rows["member_no"], strict=True))
    places = zip(objects["file"], objects["member_no"], strict=True)
    return pd.Series([place in says for place in places], index=objects.index, dtype=bool)


# -- words ---------------------------------------------------------------------------------------


def _rows(lines: Any, literal: str) -> list[Any]:
    return list(each(lines[lines["text"].str.contains(literal, regex=False).astype(bool)]))


def _found(
    facts: Facts, cause: str, platform: str, evidence: list[Evidence], target: Platform | None,
    claim: str = "", role: Role = "cause", of: tuple[Skipped, Evidence | None] | None = None,
) -> Finding:  # fmt: skip
    steps = CAUSES_BY_ID[cause].texts.fix_with(toolchain_of(facts, platform))
    steps = host_library_steps(steps, *of) if of else steps
    return CAUSES_BY_ID[cause].finding(
        "supported", Symbol("", platform), evidence[:MAX_SHOWN], fix=fitted(steps, target), claim=claim,
        role=role,
    )  # fmt: skip


CAUSES = (
    Cause(SYSROOT, "cross_libraries", "cause", judge_sysroot),
    Cause(PKG_CONFIG, "cross_libraries", "cause", judge_pkg_config,
          telling=(_REFUSES_CROSS, SKIPPING)),
    Cause(FLOAT, "cross_libraries", "cause", judge_float_abi),
)  # fmt: skip
CAUSES_BY_ID = {cause.id: cause for cause in CAUSES}
