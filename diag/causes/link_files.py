"""Libraries and files that a link asks for and does not find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts
from diag.causes.link_inputs import command_evidence, flags_of, is_whole, platform_missing
from diag.causes.link_said import (
    LOADERS,
    about,
    errors_of,
    lines_with,
    read_lines,
    said,
    wanted_in_links_of,
)
from diag.causes.machines_skipped import OF_COMPILER
from diag.causes.made_here import made_on
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.needed_files import NEEDED_TELLING, of_loader, of_needed
from diag.causes.wants import Answer
from diag.knowledge.names import is_known_library
from diag.platforms import BY_NAME
from diag.schema import each, keep

FAMILY = "link_files"
NOT_FOUND = "library-not-found"
STATIC_MISSING = "static-library-missing"
# Start files and the unwinder are explanations of their own.
_START_FILES = re.compile(r"(?:^|/)(?:[SMrg]?crt[1in]|crt(?:begin|end)[ST]?)\.o$")
_UNWINDERS = ("gcc_s", "unwind", "gcc_eh")
_STATIC_WORDS = ("-static", "--static", "-static-pie", "-Bstatic", "-dn", "-non_shared")
_SECOND_TRY = re.compile(r" -o .* \|\| ")
_HAVE_YOU = re.compile(r"have you installed the static version of the (?P<name>\S+) library")


# -- library-not-found ----------------------------------------------------------------------------


def _missing_rows(facts: Facts, platform: str) -> pd.DataFrame:
    """What the linker said of libraries and files that it does not find."""
    rows = errors_of(facts, platform)
    rows = rows[rows["kind"].isin(["library_not_found", "object_not_found"])]
    rows = rows[rows["object"].notna() & ~rows["linker"].isin(LOADERS)]
    is_other = [
        bool(_START_FILES.search(str(name))) or _bare(str(name)) in _UNWINDERS
        for name in rows["object"]
    ]
    return rows[~pd.Series(is_other, index=rows.index, dtype=bool)]


def _bare(name: str) -> str:
    """`-lX` and `-l:libX.so` as X."""
    return re.sub(r"^(?:-l)?:?(?:lib)?|\.(?:so[\d.]*|a)$", "", name)


def judge_not_found(facts: Facts) -> Iterator[Finding]:
    """library-not-found: the linker says so; in a static link, where no shared one stands beside."""
    for platform in facts.judged:
        yield from of_loader(facts, FAMILY, NOT_FOUND, platform)
        yield from of_needed(facts, FAMILY, NOT_FOUND, platform)
        rows = _missing_rows(facts, platform)
        rows = _without_second_tries(facts, platform, _named_on_commands(facts, platform, rows))
        if rows.empty:
            continue
        libraries = [_bare(str(name)) for name in rows["object"]]
        elsewhere = _beside(facts, platform, libraries)
        passed_over = _passed_over(facts, platform, libraries)
        if _was_passed_over(facts, platform, libraries, passed_over):
            missing = (
                _machine_missing(libraries) if platform in BY_NAME else platform_missing(facts)
            )
            answer = Answer("untestable", [*said(rows, 3), *passed_over], (missing,))
            names = _explained(facts, platform, rows, libraries)
            yield about(facts, FAMILY, NOT_FOUND, platform, names, answer)
            continue
        evidence = [*said(rows, 6), *passed_over, *_searched(facts, platform), *elsewhere[:2]]
        names = _explained(facts, platform, rows, libraries)
        made = _made_shared(facts, platform, libraries)
        # Which forms of a system's library the image has is not seen in the objects of a build.
        is_seen = facts.has_objects(platform) and not any(map(is_known_library, libraries))
        if _is_static(facts, platform) and (elsewhere or made or not is_seen):
            if not elsewhere and not made:
                answer = Answer("untestable", evidence, (_beside_missing(libraries),))
                yield about(facts, FAMILY, NOT_FOUND, platform, names, answer)
            continue
        fix = _fix(elsewhere, libraries) or _fix_of_runtime(passed_over)
        yield about(
            facts, FAMILY, NOT_FOUND, platform, names, Answer("supported", evidence, fix=fix)
        )


def _passed_over(facts: Facts, platform: str, libraries: Iterable[str]) -> list[Evidence]:
    """Where the linker found the library, for another machine, and went on."""
    names = "|".join(re.escape(name) for name in libraries if name)
    pattern = re.compile(rf"lib(?:{names})\.(?:a|so)\S*: skipping incompatible|skipping incompatible \S*lib(?:{names})\.")  # fmt: skip
    return read_lines(lines_with(facts, platform, pattern), 3) if names else []


def _was_passed_over(
    facts: Facts, platform: str, libraries: Iterable[str], lines: list[Evidence]
) -> bool:
    """Whether each library was found and did not fit: what is missing is the right machine's. Where
    the platform is not known, one is enough."""
    if all(map(_is_of_compiler, lines)):
        return False
    return platform not in BY_NAME or all(
        not all(map(_is_of_compiler, _passed_over(facts, platform, [name]))) for name in libraries
    )


def _machine_missing(libraries: Iterable[str]) -> Missing:
    names = list(dict.fromkeys(libraries))[:3]
    return Missing(
        f"the machine of the {', '.join(f'lib{name}' for name in names)} that was passed over",
        "a library of that name was found, so it is not missing as such: how did one of another machine come there?",
        tuple(f"readelf -h lib{name}.so lib{name}.a | grep Machine" for name in names),
    )


def _is_of_compiler(line: Evidence) -> bool:
    """What was passed over is the compiler's own runtime: whatever the machine, it has no other."""
    return OF_COMPILER.search(line.text.partition("skipping incompatible ")[2]) is not None


def _without_second_tries(facts: Facts, platform: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Without what a link said whose command goes on with `||`: a second try is meant to follow."""
    lines = lines_with(facts, platform, _SECOND_TRY)
    tries = set(zip(lines["file"], lines["line_no"], strict=True))
    if not tries:
        return rows
    commands = [(c.file, int(c.line_no)) for c in each(facts.on(facts.link_commands, platform))]

    def is_last_try(row: Any) -> bool:
        before = [line for file, line in commands if file == row.file and line <= row.line_no]
        return not before or (row.file, max(before)) not in tries

    return keep(rows, [is_last_try(row) for row in each(rows)])


def _named_on_commands(facts: Facts, platform: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Without files that no command names: those are members of thin archives."""
    commands = list(each(facts.on(facts.link_commands, platform)))
    if not commands or not all(map(is_whole, commands)):
        return rows
    named = {PurePath(str(n)).name for c in commands for _, n in c.inputs}
    named |= {PurePath(str(word)).name for c in commands for word in c.words}
    is_named = [
        kind == "library_not_found" or PurePath(str(name)).name in named
        for kind, name in zip(rows["kind"], rows["object"], strict=True)
    ]
    return rows[pd.Series(is_named, index=rows.index, dtype=bool)]


def _explained(
    facts: Facts, platform: str, rows: pd.DataFrame, libraries: Iterable[str]
) -> list[str]:
    """Names that are wanted only because the library is not there: gold goes on and lists them."""
    wanted = set(wanted_in_links_of(facts, platform, rows))
    files = tuple(f"lib{name}." for name in libraries)
    own = facts.sightings[facts.sightings["role"] == "defined"]
    own = own[~own["is_output"] & (own["platform"] == platform)]
    elsewhere = {
        name
        for name, file in zip(own["name"], own["file"], strict=True)
        if not PurePath(file).name.startswith(files)
    }
    return [name for name in dict.fromkeys(wanted) if name not in elsewhere]


def _searched(facts: Facts, platform: str) -> list[Evidence]:
    """The folders that the command names for the search."""
    for command in reversed(list(each(facts.on(facts.link_commands, platform)))):
        folders = [w for w in map(str, command.words) if w.startswith("-L")]
        where = (
            f"the link searches {' '.join(folders[:4])}"
            if folders
            else "the link names no -L folder"
        )
        return [command_evidence(command, where)]
    return []


def _beside(facts: Facts, platform: str, libraries: Iterable[str]) -> list[Evidence]:
    """Files given that hold such a library in another form or another place."""
    wanted = re.compile(
        "|".join(rf"lib{re.escape(name)}\.(?:a|so[\d.]*)" for name in libraries if name) or r"\Z."
    )
    own = facts.of_platform(facts.objects, platform)
    files = [file for file in own["file"].unique() if wanted.fullmatch(PurePath(file).name)]
    return [Evidence(file, None, f"{PurePath(file).name} is here") for file in files]


def _made_shared(facts: Facts, platform: str, libraries: Iterable[str]) -> list[Evidence]:
    """Links of this log that make such a library in its shared form, of objects or of sources."""
    asked = {f"lib{name}.so" for name in libraries if name}
    commands = each(facts.on(facts.link_commands, platform).dropna(subset=["output"]))
    made = [(c, PurePath(c.output).name) for c in commands]
    found = [command_evidence(c, f"{name} is made here") for c, name in made if name in asked]
    return found or [c.evidence for c in made_on(facts, platform).compiles if c.output in asked]


def _is_static(facts: Facts, platform: str) -> bool:
    words = flags_of(facts, platform)
    return any(word in words for word in _STATIC_WORDS)


def _beside_missing(libraries: Iterable[str]) -> Missing:
    names = list(dict.fromkeys(libraries))[:3]
    return Missing(
        f"which forms of {', '.join(names)} the image has",
        "a static link takes libX.a only: with a libX.so beside it, it is the static form that is missing",
        tuple(f"find / -name 'lib{name}.*' 2>/dev/null" for name in names),
    )


def _fix(elsewhere: list[Evidence], libraries: list[str]) -> tuple[str, ...]:
    if not elsewhere:
        return ()
    folder = PurePath(elsewhere[0].file).parent
    name = PurePath(elsewhere[0].file).name
    if name.endswith((".a", ".so")):
        return (f"Let the link search that folder: -L{folder} before -l{libraries[0]}.",)
    return (
        f"Only {name} is there, which programs load and linkers do not look for: install the development "
        f"package, or put a link lib{libraries[0]}.so beside it.",
    )


def _fix_of_runtime(passed_over: list[Evidence]) -> tuple[str, ...]:
    if not any(map(_is_of_compiler, passed_over)):
        return ()
    return (
        "Install the compiler's runtime for what is linked: for -m32 gcc-multilib or g++-multilib (Debian), "
        "glibc-devel.i686 and libgcc.i686 (Fedora); for another machine its own compiler, <triplet>-gcc.",
        "Or take the switch away that asks for the other word size (-m32, -m64, -mx32).",
    )


# -- static-library-missing -----------------------------------------------------------------------


def judge_static_missing(facts: Facts) -> Iterator[Finding]:
    """static-library-missing: a static link, and only the shared form of the library exists."""
    for platform in facts.judged:
        rows = _missing_rows(facts, platform)
        rows = rows[rows["kind"] == "library_not_found"]
        hints = lines_with(facts, platform, _HAVE_YOU)
        if rows.empty or not (_is_static(facts, platform) or len(hints)):
            continue
        libraries = [_bare(str(name)) for name in rows["object"]]
        beside = _beside(facts, platform, libraries)
        shared = [one for one in beside if ".so" in PurePath(one.file).name]
        shared += _made_shared(facts, platform, libraries)
        archives = [one for one in beside if one.file.endswith(".a")]
        switches = [e for word, e in flags_of(facts, platform).items() if word in _STATIC_WORDS]
        evidence = [*said(rows), *switches[:1], *shared[:2], *read_lines(hints, 2)]
        names = _explained(facts, platform, rows, libraries)
        if archives:
            continue  # it exists, and is not where the link looks
        if shared or len(hints):
            answer = Answer("supported", evidence)
        else:
            answer = Answer("untestable", evidence, (_beside_missing(libraries),))
        yield about(facts, FAMILY, STATIC_MISSING, platform, names, answer)


CAUSES = (
    Cause(STATIC_MISSING, FAMILY, "cause", judge_static_missing, telling=("have you installed the static version",),
          yields_to=("unwind-runtime-missing", "cross-pkgconfig-host-library")),
    Cause(NOT_FOUND, FAMILY, "cause", judge_not_found, telling=(" || ", *NEEDED_TELLING), yields_to=(
        STATIC_MISSING, "unwind-runtime-missing", "cross-pkgconfig-host-library", "sysroot-crt-missing", "wrong-arch-prebuilt-archive",
        "thin-archive-broken", "kernel-object-not-built", "libatomic-missing-wide", "libatomic-missing-subword", "stale-build-output",
    )),
)  # fmt: skip
