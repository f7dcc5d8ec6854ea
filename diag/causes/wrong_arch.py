"""An object of another machine among the inputs of a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import pandas as pd

from diag.causes.facts import Facts, Symbol, dockerfile_missing, objects_missing
from diag.causes.link_inputs import platform_missing
from diag.causes.link_said import errors_of, wanted_in_links_of
from diag.causes.model import Cause, Evidence, Finding
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.causes.wants import Answer, Want, told, wants_of
from diag.platforms import BY_NAME
from diag.schema import each

FAMILY = "resolution"
WRONG_ARCH = "wrong-arch-object"
# Float ABIs have an explanation of their own; the last line of GNU ld says nothing of a file.
_NOT_MACHINE = re.compile(
    r"VFP register arguments|can't link \S+-float modules|final link failed"
    r"|[Ee]xec format error|cannot execute binary file"  # of a program that was started
)


def of_target(facts: Facts, want: Want) -> pd.DataFrame:
    """The definitions that are of the target's machine."""
    platform = BY_NAME.get(want.symbol.platform)
    if platform is None or want.defined.empty:
        return want.defined
    archs = _archs(facts)
    keys = zip(want.defined["file"], want.defined["member_no"], strict=True)
    fits = [archs.get(key, "") in ("", platform.elf_arch) for key in keys]
    return want.defined[pd.Series(fits, index=want.defined.index, dtype=bool)]


@asked_once
def _archs(facts: Facts) -> dict[tuple[str, int], str]:
    """(file, member_no) -> its machine."""
    rows = facts.objects
    return dict(zip(zip(rows["file"], rows["member_no"], strict=True), rows["arch"], strict=True))


def judge_wrong_arch(facts: Facts) -> Iterator[Finding]:
    """wrong-arch-object: by the linker's words, else by the machines of what defines a name."""
    for platform in facts.judged:
        errors = errors_of(facts, platform)
        errors = errors[(errors["kind"] == "wrong_arch") | _unknown_format(facts, platform, errors)]
        errors = errors[~having(errors["detail_text"], _NOT_MACHINE)]
        if len(errors):
            yield _refused(facts, platform, errors)
        else:
            yield from _by_machines(facts, platform)


def _unknown_format(facts: Facts, platform: str, errors: pd.DataFrame) -> pd.Series:
    """GNU ld does not know every machine: it then calls the format unknown, and the header tells."""
    known, own = BY_NAME.get(platform), facts.of_platform(facts.objects, platform)
    own = own[(own["format"] == "elf") & (own["arch"] != "")]
    odd = own[own["arch"] != known.elf_arch] if known is not None else own.head(0)
    names = {PurePath(file).name for file in odd["file"]} | set(odd["member"]) - {""}
    is_odd = [
        kind == "format" and not pd.isna(name) and PurePath(str(name)).name in names
        for kind, name in zip(errors["kind"], errors["object"], strict=True)
    ]
    return pd.Series(is_odd, index=errors.index, dtype=bool)


def _is_on_line(want: Want) -> bool:
    """Whether the command names a file that defines it, as far as the command is known."""
    if want.command is None or not want.has_line:
        return True
    files = {PurePath(file).name for file in want.defined["file"]}
    names = {PurePath(str(name)).name for _, name in want.command.inputs}
    names |= {f"lib{name}{end}" for name in list(names) for end in (".a", ".so")}
    return not names.isdisjoint(files)


def _refused(facts: Facts, platform: str, errors: pd.DataFrame) -> Finding:
    said = [Evidence.of_row(r, r.detail_text) for r in each(errors)]
    covers = [s.name for s in facts.wanted if s.platform == platform]
    if covers:
        covers = wanted_in_links_of(facts, platform, errors)
    evidence = [*said[:4], *_machines_of(facts, platform, errors)]
    answer = Answer("supported", evidence)
    if platform not in BY_NAME:
        answer = Answer("untestable", evidence, (platform_missing(facts),))
    elif not (facts.has_objects(platform) or facts.has_dockerfile):
        # A cache, a vendored file, another compiler: the linker's words are the same for all.
        missing = (objects_missing(platform), dockerfile_missing())
        answer = Answer("untestable", evidence, missing)
    return told(facts, FAMILY, WRONG_ARCH, Symbol("", platform), answer, covers=covers)


def _machines_of(facts: Facts, platform: str, errors: pd.DataFrame) -> list[Evidence]:
    """The headers of the files that the linker refused, where they were given."""
    names = {PurePath(str(name)).name for name in errors["object"].dropna()}
    names |= set(errors["member"].dropna())
    own = facts.of_platform(facts.objects, platform)
    own = own[(own["format"] == "elf") & (own["arch"] != "")]
    rows = [r for r in each(own) if PurePath(r.file).name in names or r.member in names]
    return [Evidence(r.file, None, f"{r.member or 'the file'} is {r.arch}") for r in rows[:3]]


def _by_machines(facts: Facts, platform: str) -> Iterator[Finding]:
    known = BY_NAME.get(platform)
    own = facts.of_platform(facts.objects, platform)
    if known is None or not (own["arch"] == known.elf_arch).any():
        return  # all of it is of another machine: those objects are of another build
    for want in wants_of(facts) if known is not None else ():
        if want.symbol.platform != platform or want.defined.empty or known is None:
            continue
        if len(of_target(facts, want)) or not _is_on_line(want):
            continue
        archs = _archs(facts)
        found = [
            Evidence(r.file, None, f"{r.member or 'the file'} is {archs[r.file, r.member_no]}, not {known.elf_arch}")
            for r in each(want.defined.head(3))
        ]  # fmt: skip
        yield told(facts, FAMILY, WRONG_ARCH, want.symbol, Answer("supported", found))


CAUSES = (
    Cause(WRONG_ARCH, FAMILY, "cause", judge_wrong_arch, yields_to=(
        "target-linker-not-set", "wrong-arch-prebuilt-archive", "wrong-cc-for-c-deps",
        "cross-pkgconfig-host-library", "sysroot-crt-missing", "float-abi-mismatch",
        "cache-mount-shared-across-arch", "cgo-cc-not-cross", "stale-build-output",
    )),
)  # fmt: skip
