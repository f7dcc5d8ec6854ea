"""Archives and objects that the linker cannot use: no index, members gone, bytes missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import pandas as pd

from diag.causes.facts import Facts, clip, objects_missing
from diag.causes.link_inputs import inputs_of, is_whole
from diag.causes.link_said import (
    about,
    errors_of,
    errors_with,
    nowhere_defined,
    said,
    wanted_in_links_of,
)
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.causes.wants import Answer, wants_of
from diag.schema import each

FAMILY = "archives"
NO_INDEX = "archive-without-index"
TRUNCATED = "object-truncated"
THIN = "thin-archive-broken"
# GNU ld's and gold's words; lld and mold need no index.
_NO_INDEX = re.compile(r"[Aa]rchive has no (?:index|table of contents)|no archive symbol table")
# Apple's linker of an archive whose members it cannot make out.
_OF_NO_MACHINE = re.compile(r"was built for archive which is not the architecture")
_STRIPS = re.compile(
    r"(?:^|[\s/\"])(?:[\w.+]+-)*strip\"? (?!.*(?:-g|-S|-d|--strip-(?:debug|unneeded))\b)"
)
# What each linker says of a file that is shorter than its own header: GNU ld, gold, lld, mold.
_TOO_SHORT = re.compile(
    r"file too short|file truncated|file is empty|table goes past the end of|e_shoff or e_shnum corrupted"
    r"|end of the file was unexpectedly|[Ss]ection too large|goes past the end of the file|truncated or malformed"
)
# Words that fit a short file and others.
_MAY_BE_SHORT = re.compile(
    r"unknown file type|malformed archive|internal error in find_view|invalid sh_|file format not recognized"
    r"|not an object or archive|corrupted"
)
_READ_SHORT = re.compile(
    r"is empty|truncated|are in the file|are there|shorter|beyond the end|past the end"
)
_GONE = re.compile(r"error opening thin archive member|could not get the buffer for the member")
_ABSENT = re.compile(r"(?P<path>.+) does not exist$")


# -- archive-without-index ------------------------------------------------------------------------


def judge_no_index(facts: Facts) -> Iterator[Finding]:
    """archive-without-index: by GNU ld's and gold's words, or by the archive itself."""
    for platform in facts.judged:
        errors = errors_with(facts, platform, _NO_INDEX)
        wants = [w for w in wants_of(facts) if w.symbol.platform == platform]
        wants = [w for w in wants if w.reason == "no-index" and not w.is_any_order]
        bare = _bare_archives(facts, platform)
        if len(odd := errors_with(facts, platform, _OF_NO_MACHINE)):
            answer = Answer("untestable", said(odd, 3), (_archiver_missing(odd),))
            yield about(facts, FAMILY, NO_INDEX, platform, (), answer)
        if any(is_lto for _, is_lto in bare) or not (len(errors) or wants):
            continue  # bytecode that the archiver could not read is another matter
        evidence = said(errors, 3)
        evidence += [Evidence(f, None, "the archive has no symbol index") for f, _ in bare[:2]]
        names = [want.symbol.name for want in wants]
        if len(errors):
            names += wanted_in_links_of(facts, platform, errors)
        stripped = _stripped(facts, platform, errors, bare)
        answer = _without_names(evidence + stripped) if stripped else Answer("supported", evidence)
        yield about(facts, FAMILY, NO_INDEX, platform, names, answer)


def _without_names(evidence: list[Evidence]) -> Answer:
    missing = Missing(
        "the archive as it was before its names were taken away",
        "an archive whose members define no name has nothing to put into an index: ranlib does not help",
        ("# take `strip` off the archive, or say `strip --strip-unneeded`, which leaves what a link needs",),
    )  # fmt: skip
    claim = "The archive has no index, because its members have no names left."
    return Answer("untestable", evidence, (missing,), claim=claim)


def _stripped(
    facts: Facts, platform: str, errors: pd.DataFrame, bare: list[tuple[str, bool]]
) -> list[Evidence]:
    """What shows that the archives have no names to list: they define none, or the log strips them."""
    named = facts.symbols.loc[facts.symbols["is_defined"].astype(bool), "file"]
    if bare:
        empty = [file for file, _ in bare if not (named == file).any()]
        text = "no member of the archive defines a name"
        return [Evidence(file, None, text) for file in empty if len(empty) == len(bare)]
    files = {PurePath(str(name)).name for name in errors["object"].dropna()}
    lines = [
        r
        for r in each(facts.on(facts.lines_with(("strip",)), platform).head(1000))
        if _STRIPS.search(r.text) and files & _files_in(r.text)
    ]
    return [Evidence.of_row(row) for row in lines[:1]]


def _files_in(text: str) -> set[str]:
    return {PurePath(word.strip("\"'")).name for word in text.split()}


def _archiver_missing(errors: pd.DataFrame) -> Missing:
    name = str(errors["object"].iloc[0])
    return Missing(
        f"the archiver that made {name}, and its members",
        "Apple's linker reads neither GNU ar's archives nor members that are no Mach-O",
        ("which ar ranlib", f"ar -x {name} && file *.o"),
    )


def _bare_archives(facts: Facts, platform: str) -> list[tuple[str, bool]]:
    """(archive without an index, whether it holds LTO bytecode) of the platform."""
    own = facts.of_platform(facts.objects, platform)
    is_bare = (own["kind"] == "archive") & (own["has_index"] == False).fillna(False)  # noqa: E712
    bytecode = set(own.loc[own["is_lto"].astype(bool), "file"])
    return [(file, file in bytecode) for file in own.loc[is_bare.astype(bool), "file"]]


# -- object-truncated -----------------------------------------------------------------------------


def judge_truncated(facts: Facts) -> Iterator[Finding]:
    """object-truncated: by the linker's words, or by what reading the file found."""
    for platform in facts.judged:
        errors = errors_with(facts, platform, _TOO_SHORT)
        read = _short_inputs(facts, platform)
        if len(errors):
            answer = Answer("supported", said(errors) + read[:2])
            names = wanted_in_links_of(facts, platform, errors)
            yield about(facts, FAMILY, TRUNCATED, platform, names, answer)
        elif read and _is_red(facts, platform) and _may_hurt(facts, platform, read):
            names = nowhere_defined(facts, platform)
            answer = Answer("supported", read[:4] + said(_complaints(facts, platform), 2))
            yield about(facts, FAMILY, TRUNCATED, platform, names, answer)
        else:
            yield from _may_be_short(facts, platform)


def _is_red(facts: Facts, platform: str) -> bool:
    rows = errors_of(facts, platform)
    return not rows.empty or facts.outcome(platform) == "failed"


def _may_hurt(facts: Facts, platform: str, read: list[Evidence]) -> bool:
    """The linker names the short file or none, misses a name, or told nothing: what it says of
    other files is another matter."""
    rows = errors_of(facts, platform)
    if rows.empty or ((rows["kind"] == "undefined") | rows["object"].isna()).any():
        return True
    names = {PurePath(one.file).name for one in read}
    texts = [f"{row.object} {row.detail_text}" for row in each(rows)]
    return any(name in text for text in texts for name in names)


def _complaints(facts: Facts, platform: str) -> pd.DataFrame:
    rows = errors_with(facts, platform, _MAY_BE_SHORT)
    return rows if len(rows) else errors_of(facts, platform)


def _may_be_short(facts: Facts, platform: str) -> Iterator[Finding]:
    errors = errors_with(facts, platform, _MAY_BE_SHORT)
    own = facts.errors[having(facts.errors["reason"], "git-lfs pointer|HTML page")]
    named_so = [r for r in each(own) if PurePath(r.file).name in _named_inputs(facts, platform)]
    if named_so:
        row = named_so[0]
        missing = Missing(PurePath(row.file).name, f"what was given {row.reason}", (str(row.help),))
        claim = f"{PurePath(row.file).name} {row.reason}: no linker can read it."
        answer = Answer(
            "untestable", [Evidence(row.file, None, row.reason)], (missing,), claim=claim
        )
        yield about(facts, FAMILY, TRUNCATED, platform, (), answer)
        return
    if errors.empty or facts.has_objects(platform):
        return
    named = [str(name) for name in errors["object"].dropna().unique()]
    file = named[0] if named else "the file that the linker names"
    missing = Missing(
        file,
        "whether it is cut short, or of another format, is seen in its bytes",
        (f"ls -l {file}; file {file}; readelf -h {file}", *objects_missing(platform).how[:1]),
    )
    answer = Answer("untestable", said(errors), (missing,))
    yield about(facts, FAMILY, TRUNCATED, platform, (), answer)


def _short_inputs(facts: Facts, platform: str) -> list[Evidence]:
    """Inputs of the platform's links that end before their header says, or hold nothing."""
    names = _named_inputs(facts, platform)
    own = facts.of_platform(facts.errors, platform)
    own = own[having(own["reason"], _READ_SHORT)]
    found = [(r.file, r.member, r.reason) for r in each(own)]
    given = facts.of_platform(facts.objects, platform)
    empty = given[(given["size_bytes"] == 0) & (given["member"] == "")]
    found += [(file, "", "the file is empty") for file in empty["file"]]
    return [
        Evidence(file, None, clip(f"{member or 'the file itself'}: {reason}"))
        for file, member, reason in dict.fromkeys(found)
        if not names or PurePath(file).name in names
    ]


@asked_once
def _named_inputs(facts: Facts, platform: str) -> frozenset[str]:
    """Names of all inputs of the platform's links; empty where a command is not known whole."""
    commands = list(each(facts.on(facts.link_commands, platform)))
    return frozenset().union(*map(inputs_of, commands if all(map(is_whole, commands)) else ()))


# -- thin-archive-broken --------------------------------------------------------------------------


def judge_thin(facts: Facts) -> Iterator[Finding]:
    """thin-archive-broken: by the linker's words, or by an archive whose members are gone."""
    for platform in facts.judged:
        errors = errors_with(facts, platform, _GONE)
        gone = _gone_members(facts, platform)
        cannot_open = _not_on_command(facts, platform)
        if len(errors) or (gone and _is_red(facts, platform) and not _was_read(facts, platform)):
            evidence = said(errors) or said(cannot_open)
            names = wanted_in_links_of(facts, platform, errors)
            names += nowhere_defined(facts, platform) if gone else []
            yield about(
                facts, FAMILY, THIN, platform, names, Answer("supported", evidence + gone[:4])
            )
        elif len(cannot_open) and not facts.has_objects(platform):
            missing = (objects_missing(platform),)
            answer = Answer("untestable", said(cannot_open), missing)
            yield about(facts, FAMILY, THIN, platform, (), answer)


def _was_read(facts: Facts, platform: str) -> bool:
    """The linker misses names, or has them twice, and complains of no file: no linker is silent about a
    member that it cannot open, so members that are not among the files given were there."""
    kinds = set(errors_of(facts, platform)["kind"])
    return bool(kinds) and kinds <= {"undefined", "duplicate"}


def _gone_members(facts: Facts, platform: str) -> list[Evidence]:
    """Members of thin archives that are not where the archive says."""
    thin = set(facts.objects.loc[facts.objects["format"] == "thin-archive", "file"])
    own = facts.of_platform(facts.errors, platform)
    names = _named_inputs(facts, platform)
    return [
        Evidence(r.file, None, clip(f"the thin archive lists {r.member}, and it is not there"))
        for r in each(own[own["file"].isin(thin)])
        if _ABSENT.match(r.reason) and (not names or PurePath(r.file).name in names)
    ]


def _not_on_command(facts: Facts, platform: str) -> pd.DataFrame:
    """Objects that the linker cannot open and that no command names: something else lists them."""
    rows = errors_of(facts, platform)
    rows = rows[(rows["kind"] == "object_not_found") & rows["object"].notna()]
    names = _named_inputs(facts, platform)
    is_other = [PurePath(str(name)).name not in names for name in rows["object"]]
    return rows[pd.Series(is_other, index=rows.index, dtype=bool)] if names else rows.head(0)


CAUSES = (
    Cause(TRUNCATED, FAMILY, "cause", judge_truncated, yields_to=(
        "wrong-arch-object", "wrong-arch-prebuilt-archive", "lto-foreign-bytecode", THIN, "disk-full",
    )),
    Cause(THIN, FAMILY, "cause", judge_thin),
    Cause(NO_INDEX, FAMILY, "cause", judge_no_index, yields_to=(
        "ar-without-lto-plugin", "lto-plugin-not-loaded", "lto-foreign-bytecode", TRUNCATED,
        "wrong-arch-object", "wrong-arch-prebuilt-archive",
    )),
)  # fmt: skip
