"""Family C, libc: the library of the machine that runs it, or of a distribution's own package, has
another age than the one that it was linked with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol, clip
from diag.causes.libc import FAMILY
from diag.causes.libc_seen import dockerfile_of_libc, libc_of, told_base
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.named import Named, bits_of, group_finding, pick, reference_of, wanted_on
from diag.knowledge.names import libc_names, version_key
from diag.schema import each

TIME64 = "musl-time64-skew"
TOO_OLD = "runtime-glibc-too-old"
_VERSION = re.compile(r"(?P<family>GLIBC|GLIBCXX|CXXABI|GCC)_(?P<number>\d+(?:\.\d+)*)")
# The folders of the image's own libraries: what a loader takes from elsewhere, a path that was set for
# it (LD_LIBRARY_PATH, a RUNPATH, ld.so.conf) has put before them.
_TAKEN = re.compile(r"(?P<file>/[^:\s]+): version [`'\"‘]")
_OF_IMAGE = re.compile(r"(?:/usr)?/lib(?:32|64|x32)?/(?:[\w.-]+-linux-\w+/)?[^/]+")
_EDGE = re.compile(r"\bedge(?:/|\b)|/etc/apk/repositories|--repository[= ]\S+|@(?:edge|testing)\b")


def judge_time64(facts: Facts) -> Iterator[Finding]:
    """musl-time64-skew: on 32-bit machines alone."""
    for platform in facts.judged:
        names = pick(wanted_on(facts, platform), lambda raw: raw in libc_names("time64"))
        if not names:
            continue
        libc = libc_of(facts, platform)
        certain = pick(names, lambda raw: raw not in libc_names("glibc_time64"))
        says_musl = any(ref.linker == "ld-musl" for named in names for ref in named.references)
        if bits_of(platform) == 64 or libc.libc == "glibc":
            yield group_finding(facts, FAMILY, TIME64, "refuted", names, libc.evidence)
        elif libc.libc == "musl" or says_musl or certain:
            evidence = [*_repositories(facts, platform), *libc.evidence]
            yield group_finding(facts, FAMILY, TIME64, "supported", names, evidence)
        else:
            yield group_finding(
                facts, FAMILY, TIME64, "untestable", names, (), (dockerfile_of_libc(),)
            )


def _repositories(facts: Facts, platform: str) -> list[Evidence]:
    """Instructions that take packages from another release of Alpine."""
    found = []
    for row in each(facts.instructions[facts.instructions["instruction"] == "RUN"]):
        match = _EDGE.search(row.value_text)
        if match and "apk" in row.value_text:
            text = f"packages of another repository: {match[0]}"
            found.append(Evidence.of_row(row, text))
    return found[:3]


def judge_too_old(facts: Facts) -> Iterator[Finding]:
    """runtime-glibc-too-old: said by the loader, or by the program and the image it is put into."""
    for platform in facts.judged:
        told = _said_by_loader(facts, platform)
        if told:
            yield _of_loader(facts, platform, told)
        else:
            yield from _of_program(facts, platform)


def _said_by_loader(facts: Facts, platform: str) -> list[Any]:
    rows = facts.on(facts.link_errors, platform)
    rows = rows[(rows["kind"] == "version") & (rows["linker"] == "ld.so")].dropna(subset=["symbol"])
    return [row for row in each(rows) if _VERSION.match(row.symbol)]


def _of_loader(facts: Facts, platform: str, rows: list[Any]) -> Finding:
    named = {
        row.symbol: Named(Symbol(row.symbol, platform), (row.symbol,), (reference_of(row),))
        for row in rows
    }
    names = sorted(named.values(), key=lambda one: version_key(one.raw[0]), reverse=True)
    own = [one for one in names if one.raw[0].startswith("GLIBC_")]
    what = own[0].raw[0] if own else names[0].raw[0]
    whose = "glibc" if own else "C++ or compiler runtime"
    claim = (
        f"The program was linked against a newer {whose} ({what}) than the image that runs it has."
    )
    evidence = [told_base(base) for base in _ends(facts)]
    if (doubt := _shadowing(own or names)) is not None:
        return group_finding(
            facts, FAMILY, TOO_OLD, "untestable", own or names, evidence, (doubt,), claim=claim
        )
    return group_finding(facts, FAMILY, TOO_OLD, "supported", own or names, evidence, claim=claim)


def _shadowing(names: list[Named]) -> Missing | None:
    """The image's own library of that name, where the loader took one from another folder."""
    details = [ref.detail for one in names for ref in one.references]
    taken = [found["file"] for found in map(_TAKEN.search, details) if found]
    if not taken or any(_OF_IMAGE.fullmatch(file) for file in taken):
        return None
    name = PurePath(taken[0]).name
    return Missing(
        f"the {name} that the image itself has",
        f"the loader took {taken[0]}, which is in no folder of the system: the image's own may be new enough, "
        "and hidden by that one",
        (f"ldconfig -p | grep {name}",
         'echo "$LD_LIBRARY_PATH"; readelf -d PROGRAM | grep -E "RPATH|RUNPATH"',
         "env -u LD_LIBRARY_PATH PROGRAM  # does it start so?"),
    )  # fmt: skip


def _ends(facts: Facts) -> list[Any]:
    """The bases of the first and of the last stage, where their libraries differ."""
    rows = [row for row in each(facts.bases) if row.libc]
    if len(rows) < 2 or (rows[0].libc, rows[0].version) == (rows[-1].libc, rows[-1].version):
        return rows[-1:]
    return [rows[-1], rows[0]]


def _of_program(facts: Facts, platform: str) -> Iterator[Finding]:
    """A program that the last stage copies asks for a version that the stage's glibc is older than."""
    last = [row for row in each(facts.bases) if row.is_last and row.libc == "glibc" and row.version]
    if not last or not facts.has_objects(platform):
        return
    copied = _copied(facts, last[0])
    for row in each(facts.objects[facts.objects["kind"].isin(["executable", "shared"])]):
        if (
            facts.platform_of_file.get(row.file) != platform
            or PurePath(row.file).name not in copied
        ):
            continue
        needed = _newest_of(facts, row.file)
        if needed and version_key(needed) > version_key(last[0].version):
            yield _copied_finding(facts, platform, row.file, needed, last[0], copied)
            return


def _copied(facts: Facts, last: Any) -> dict[str, Evidence]:
    """Base name of what the last stage copies from others -> the COPY."""
    rows = facts.instructions
    rows = rows[(rows["stage_no"] == last.stage_no) & (rows["instruction"] == "COPY")]
    found: dict[str, Evidence] = {}
    for row in each(rows):
        if "--from" in row.flags_text:
            for word in row.value_text.split():
                text = clip(f"COPY {row.flags_text} {row.value_text}")
                found.setdefault(PurePath(word).name, Evidence(row.file, int(row.line_no), text))
    return found


def _newest_of(facts: Facts, file: str) -> str:
    """The newest version of glibc that the file asks for."""
    rows = facts.details
    rows = rows[(rows["file"] == file) & (rows["kind"] == "verneed")]
    numbers = [name.removeprefix("GLIBC_") for name in rows["name"] if name.startswith("GLIBC_2")]
    return max(numbers, key=version_key, default="")


def _copied_finding(
    facts: Facts, platform: str, file: str, needed: str, last: Any, copied: dict[str, Evidence]
) -> Finding:
    symbol = f"GLIBC_{needed}"
    evidence = [
        Evidence(file, None, f"{PurePath(file).name} asks for {symbol}"),
        told_base(last),
        copied[PurePath(file).name],
    ]
    named = Named(Symbol(symbol, platform), (symbol,), ())
    return group_finding(facts, FAMILY, TOO_OLD, "supported", [named], evidence)


CAUSES = (
    Cause(TIME64, FAMILY, "cause", judge_time64),
    Cause(TOO_OLD, FAMILY, "cause", judge_too_old),
)
