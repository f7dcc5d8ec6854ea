"""Which C library a platform's link is made against, and where that is seen.

In this order: the link command, what the linker calls itself, the base image of the stage that
failed, shared objects on the link line. A cross build has a base of one library and links against
another, so the command is heard first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, clip
from diag.causes.link_inputs import objects_of
from diag.causes.model import Evidence, Missing
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.schema import each

# Bounded and begun at a word's start: a word of a log may be as long as the log.
_MUSL = re.compile(
    r"\b[a-z0-9_]{1,40}(?:-[a-z0-9_]{1,40}){0,3}-musl\w{0,16}|\bmusl-(?:gcc|clang)(?:\.specs)?"
    r"|\bld-musl-[\w-]{1,20}|\blibc\.musl-\w{1,20}\.so\.1"
)
_GNU = re.compile(r"\b[a-z0-9_]{1,40}-(?:[a-z0-9]{1,40}-)?linux-gnu\w{0,16}")
# A command of a musl compiler, in a log that shows commands.
_TOOL = re.compile(
    r"\W{0,8}(?:\S{1,200}/)?[\w-]{1,60}-musl\w{0,16}-(?:gcc|g\+\+|cc|c\+\+|clang|ld|ar)\b"
)
_TOOL_KINDS = ("linker", "compiler", "link_command")
MAX_ROWS = 2000  # lines with the word that are looked at, and characters of each
MAX_LINE = 2000
_MAKERS = {
    "alpine": "musl",
    "debian": "glibc",
    "ubuntu": "glibc",
    "red hat": "glibc",
    "suse": "glibc",
}
_MAKER = re.compile("|".join(_MAKERS), re.IGNORECASE)
MUSL_WORDS = ("linux-musl", "ld-musl-")  # of lines that tell it: literals for the log


@dataclass(frozen=True)
class LibcSeen:
    """`libc`: glibc, musl or ""; `version`: "" where it is not known; `place`: where both are seen."""

    libc: str = ""
    version: str = ""
    evidence: tuple[Evidence, ...] = ()
    distro: str = ""


@asked_once
def libc_of(facts: Facts, platform: str) -> LibcSeen:
    """The C library that the platform's last link is made against."""
    base = base_of(facts, platform)
    for seen in (_of_commands(facts, platform), _of_lines(facts, platform)):
        if seen.libc:
            same = base is not None and base.libc == seen.libc
            if same and base is not None:
                return LibcSeen(
                    seen.libc, base.version, (*seen.evidence, told_base(base)), base.distro
                )
            return seen
    if base is not None and base.libc:
        return LibcSeen(base.libc, base.version, (told_base(base),), base.distro)
    shared = _of_shared(facts, platform)
    return shared if shared.libc else _of_own_objects(facts, platform)


def _of_commands(facts: Facts, platform: str) -> LibcSeen:
    """A triple in the driver's name, in its arguments, or in the folders that they name."""
    gnu: LibcSeen | None = None
    for command in reversed(list(each(facts.on(facts.link_commands, platform)))):
        for long in (command.driver, *command.words):
            word = long[-MAX_LINE:]
            musl = _MUSL.search(word)
            if musl:
                return LibcSeen(
                    "musl", "", (Evidence.of_row(command, f"the link command has {musl[0]}"),)
                )
            if gnu is None and (found := _GNU.search(word)):
                gnu = LibcSeen(
                    "glibc", "", (Evidence.of_row(command, f"the link command has {found[0]}"),)
                )
    return gnu or LibcSeen()


def _of_lines(facts: Facts, platform: str) -> LibcSeen:
    """The linker or the compiler names itself with its triple; a musl loader speaks."""
    rows = facts.on(facts.lines, platform)
    for libc, literal, pattern in (("musl", "musl", _MUSL), ("glibc", "linux-gnu", _GNU)):
        held = rows[having(rows["text"], literal)]
        for row in each(held.head(MAX_ROWS)):
            text = row.text[:MAX_LINE]
            is_of_tool = row.kind in _TOOL_KINDS or _TOOL.match(text)
            if is_of_tool and pattern.search(text):
                return LibcSeen(libc, "", (Evidence.of_row(row),))
    return LibcSeen()


def base_of(facts: Facts, platform: str) -> Any | None:
    """The row of `bases` of the stage whose link failed, else of the only base that there is."""
    if facts.bases.empty:
        return None
    errors = facts.on(facts.link_errors, platform)
    steps = set(zip(errors["file"], errors["step_id"], strict=True))
    stages = {s.stage for s in each(facts.steps) if (s.file, s.step_id) in steps}
    own = facts.bases[facts.bases["stage"].isin(stages)]
    rows = list(each(own if len(own) else facts.bases))
    known = {(row.libc, row.version) for row in rows}
    return rows[-1] if len(known) == 1 else None


def told_base(base: Any) -> Evidence:
    """The FROM line of a base, and what is known of it."""
    what = f"{base.libc} {base.version}".strip()
    of = f" ({base.distro} {base.release})".replace(" )", ")") if base.distro else ""
    return Evidence(base.file, int(base.image_line_no), f"FROM {base.image}: {what}{of}")


def _of_shared(facts: Facts, platform: str) -> LibcSeen:
    """Shared objects on a link line name the C library that they need."""
    named = {
        PurePath(name).name
        for command in each(facts.on(facts.link_commands, platform))
        for _, name in command.inputs
    }
    for row in each(facts.objects[facts.objects["kind"] == "shared"]):
        if PurePath(row.file).name not in named or facts.platform_of_file.get(row.file) != platform:
            continue
        for needed in row.needed:
            libc = "glibc" if needed == "libc.so.6" else "musl" if _MUSL.fullmatch(needed) else ""
            if libc:
                return LibcSeen(libc, "", (Evidence(row.file, None, f"needs {needed}"),))
    return LibcSeen()


def _of_own_objects(facts: Facts, platform: str) -> LibcSeen:
    """Plain objects of the last link: a distribution's own compiler writes its name into them, and
    compiles for the C library of that distribution unless its command says another (heard before).
    """
    commands = list(each(facts.on(facts.link_commands, platform)))
    plain = objects_of(commands[-1]) if commands else set()
    for row in each(facts.of_platform(facts.objects, platform)):
        maker = _MAKER.search(row.compiler or "") if PurePath(row.file).name in plain else None
        if maker:
            text = f"an object of this link was compiled by {row.compiler}"
            return LibcSeen(_MAKERS[maker[0].lower()], "", (Evidence(row.file, None, clip(text)),))
    return LibcSeen()


def dockerfile_of_libc() -> Missing:
    """The artefact: what tells which C library it is."""
    return Missing(
        "the Dockerfile, or the whole link command",
        "which C library the link is made against, and of which version, is told there",
        (
            "diag investigate build.log --dockerfile Dockerfile",
            "put -v on the link (gcc -v, -C link-arg=-v) and keep the log: the linker's own command names its libraries",
            "docker run --rm IMAGE ldd --version",
        ),
    )
