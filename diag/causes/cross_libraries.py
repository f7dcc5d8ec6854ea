"""Family B: libraries, start files and calling conventions of another machine than the target's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol, clip, sightings_evidence
from diag.causes.machines import (
    FLOAT_WORDS,
    STARTUP,
    arch_in,
    first_part,
    fitted,
    target_of,
)
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.toolchain import toolchain_of
from diag.platforms import Platform
from diag.schema import each, keep

PKG_CONFIG = "cross-pkgconfig-host-library"
SYSROOT = "sysroot-crt-missing"
FLOAT = "float-abi-mismatch"

MAX_SHOWN = 8
_REFUSES_CROSS = "pkg-config has not been configured to support cross-compilation"
_SKIPPED = re.compile(
    r"skipping incompatible (?P<file>\S+) when searching for (?P<library>-l\S+|\S+)"
)
_SYSTEM = re.compile(r"^(?:/usr(?:/local)?)?/lib(?:64|32)?/|^//?lib/|/sysroot/")
# Headers that a C library brings. Source: ISO C, POSIX, and glibc's own (bits/, gnu/, features.h).
_HEADER = re.compile(
    r"(?P<said>fatal error: (?:'|‘)?(?P<name>(?:stdio|stdlib|string|errno|assert|unistd|limits|features|pthread"
    r"|math|time|ctype|signal|inttypes|sys/(?:types|stat|cdefs|time|socket|mman)|bits/[\w/+.-]+"
    r"|gnu/stubs(?:-\w+)?|asm/(?:errno|types))\.h)(?:'|’)?(?: file not found|: No such file or directory))"
)
_PKG_CONFIG_NAMES = ("PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR", "PKG_CONFIG_ALLOW_CROSS", "PKG_CONFIG")  # fmt: skip


# -- cross-pkgconfig-host-library ----------------------------------------------------------------


def judge_pkg_config(facts: Facts) -> Iterator[Finding]:
    """cross-pkgconfig-host-library: pkg-config refuses to cross, or the host's library was found."""
    for platform in facts.judged:
        lines, target = facts.on(facts.lines, platform), target_of(facts, platform)
        refused = _rows(lines, _REFUSES_CROSS)
        skipped = [(r, m) for r in _rows(lines, "skipping incompatible ") if (m := _SKIPPED.search(r.text))]  # fmt: skip
        absent = _not_found(facts, platform)
        skipped = [(r, m) for r, m in skipped if _bare(m["library"]) in absent]
        if refused:
            evidence = [*map(_line, refused[:2]), *_settings(facts, platform)]
            yield _found(facts, PKG_CONFIG, platform, evidence, target)
        elif skipped:
            yield from _judge_skipped(facts, platform, skipped, absent, target)


def _judge_skipped(
    facts: Facts, platform: str, skipped: list[Any], absent: dict[str, Evidence], target: Platform | None
) -> Iterator[Finding]:  # fmt: skip
    machines = {m["file"]: _machine(facts, m["file"]) for _, m in skipped}
    is_other = [(r, m) for r, m in skipped if target and machines[m["file"]] not in ("", target.elf_arch)]  # fmt: skip
    evidence = [_line(r) for r, _ in (is_other or skipped)[:4]]
    evidence += [absent[_bare(m["library"])] for _, m in skipped[:1]]
    first = skipped[0][1]
    if is_other and _SYSTEM.search(is_other[0][1]["file"]):
        found = is_other[0][1]
        told = f"{found['file']} is of {machines[found['file']]}, and nothing else answers {found['library']}."
        told_by = _settings(facts, platform)
        yield _found(facts, PKG_CONFIG, platform, [*evidence, *told_by], target, claim=told)
    elif _SYSTEM.search(first["file"]):
        missing = Missing(
            f"the machine of {first['file']}",
            "only a library of the build machine, found where the target's was looked for, is this",
            (f"readelf -h {first['file']} | grep Machine",),
        )
        yield CAUSES_BY_ID[PKG_CONFIG].finding(
            "untestable", Symbol("", platform), evidence, (missing,)
        )


def _machine(facts: Facts, file: str) -> str:
    """The machine of a library: by the objects given, else by the multiarch folder it lies in."""
    name = PurePath(file).name
    own = keep(facts.objects, (PurePath(f).name == name for f in facts.objects["file"]))
    known = [arch for arch in own["arch"] if arch]
    return known[0] if known else arch_in(file)


def _not_found(facts: Facts, platform: str) -> dict[str, Evidence]:
    errors = facts.on(facts.link_errors, platform)
    rows = errors[errors["kind"].isin(["library_not_found", "object_not_found"])]
    return {
        _bare(r.object): Evidence(r.file, int(r.line_no), clip(first_part(r.detail_text)))
        for r in each(rows.dropna(subset=["object"]))
    }


def _bare(library: str) -> str:
    return library.removeprefix("-l")


def _settings(facts: Facts, platform: str) -> list[Evidence]:
    """What the commands of the build receive of pkg-config's variables."""
    rows = facts.env[
        (facts.env["platform"] == platform) & facts.env["name"].isin(_PKG_CONFIG_NAMES)
    ]
    rows = rows[rows["source"] == "shell"].drop_duplicates(["name", "status", "value"])
    return [
        Evidence(r.file, int(r.line_no), clip(f"`{r.command}` receives {r.name}: {r.status} {r.value or ''}"))
        for r in each(rows)
    ][:3]  # fmt: skip


# -- sysroot-crt-missing -------------------------------------------------------------------------


def judge_sysroot(facts: Facts) -> Iterator[Finding]:
    """sysroot-crt-missing: the C library's start files or headers are not where the compiler looks."""
    for platform in facts.judged:
        target = target_of(facts, platform)
        errors = facts.on(facts.link_errors, platform)
        rows = errors[errors["kind"] == "object_not_found"].dropna(subset=["object"])
        startup = [r for r in each(rows) if STARTUP.search(r.object) and not _is_of_gcc(r.object)]
        evidence = [
            Evidence(r.file, int(r.line_no), clip(first_part(r.detail_text))) for r in startup[:4]
        ]
        lines = facts.on(facts.lines, platform)
        headers = [r for r in _rows(lines, "fatal error: ") if _HEADER.search(r.text)]
        evidence += [_line(r) for r in headers[:4]]
        if evidence:
            evidence += _installs(facts, target)
            yield _found(facts, SYSROOT, platform, evidence, target)


def _is_of_gcc(name: str) -> bool:
    """crtbegin.o and crtend.o are the compiler's own."""
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
        Evidence(r.file, int(r.line_no), clip(f"{_option(r.value_text)}{wanted.search(r.value_text)[0]} is installed here, libc6-dev-{target.debian}-cross is not"))  # type: ignore[index]
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
            Evidence(r.file, int(r.line_no), clip(first_part(r.detail_text)))
            for r in told[:4]
        ]  # fmt: skip
        by_abi = _by_abi(facts, platform, target)
        if told or len(by_abi) > 1:
            evidence += [line for lines in by_abi.values() for line in lines[:2]]
            yield _found(facts, FLOAT, platform, evidence, target)
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


def _line(row: Any) -> Evidence:
    return Evidence(row.file, int(row.line_no), clip(row.text))


def _found(
    facts: Facts, cause: str, platform: str, evidence: list[Evidence], target: Platform | None,
    claim: str = "",
) -> Finding:  # fmt: skip
    steps = CAUSES_BY_ID[cause].texts.fix_with(toolchain_of(facts, platform))
    return CAUSES_BY_ID[cause].finding(
        "supported", Symbol("", platform), evidence[:MAX_SHOWN], fix=fitted(steps, target), claim=claim
    )  # fmt: skip


CAUSES = (
    Cause(SYSROOT, "cross_libraries", "cause", judge_sysroot),
    Cause(PKG_CONFIG, "cross_libraries", "cause", judge_pkg_config,
          telling=(_REFUSES_CROSS, "skipping incompatible ")),
    Cause(FLOAT, "cross_libraries", "cause", judge_float_abi),
)  # fmt: skip
CAUSES_BY_ID = {cause.id: cause for cause in CAUSES}
