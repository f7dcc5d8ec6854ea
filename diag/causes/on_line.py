"""Libraries and switches on a link command, and what stands before what."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.drivers import is_compiler, is_cxx, is_fortran, is_linker
from diag.causes.facts import Facts
from diag.causes.link_inputs import command_missing, is_whole, link_command, linker_words
from diag.causes.model import Evidence, Missing
from diag.causes.named import Named
from diag.causes.once import asked_once
from diag.schema import each

# GNU ld and gold read the line once; the others remember every archive (diag/join/resolve.py).
IN_ORDER = ("ld.bfd", "bfd", "gold", "ld.gold", "ld")
NO_LIBRARIES = ("-nostdlib", "-nodefaultlibs", "--nostdlib", "-nolibc")
_FILE = re.compile(r"lib(?P<name>.+?)(?:-[0-9a-f]{16})?\.(?:a|so(?:\.[\d.]+)?|rlib|lib)")
_OF_DRIVER = re.compile(
    r"^(?:.*/)?cc\w{4,8}\.o$|^(?:.*/)?[\w.-]+-[0-9a-f]{6}\.o$"
)  # GCC's and clang's own
_NO_LINK = frozenset(["-c", "-S", "-E", "-M", "-MM"])
MAX_LINES = 200


def _names_users(command: Any, names: Sequence[Named]) -> bool:
    """The command has the object of the first reference among its words."""
    files = {ref.object for ref in names[0].references}
    return any(word in files for word in command.words)


@dataclass(frozen=True)
class OneStep:
    """A command that compiles and links, in the words of the frame `link_commands`."""

    file: str
    line_no: int
    driver: str
    words: tuple[str, ...]
    is_shortened: bool = False


def whole_command(facts: Facts, names: Sequence[Named]) -> Any | None:
    """The link command of the first of these names, where all of its arguments are known."""
    command = link_command(facts, names[0].symbol)
    if command is None or not _names_users(command, names):
        command = one_step_command(facts, names) or command
    return command if is_whole(command) else None


def one_step_command(facts: Facts, names: Sequence[Named]) -> OneStep | None:
    """The command that compiles a source and links it in one go (`cc a.c -o app`), where the
    first reference is from the object that a driver makes for itself."""
    refs = [ref for named in names[:1] for ref in named.references if _OF_DRIVER.search(ref.object)]
    sources = sorted({PurePath(ref.source).name for ref in refs if ref.source})
    rows = _lines_naming(facts, tuple(sources), names[0].symbol.platform)
    rows = rows[rows["line_no"] < max((ref.evidence.line_no or 0 for ref in refs), default=0)]
    for row in reversed(list(each(rows.tail(MAX_LINES)))):
        words = row.text.lstrip("+ ").split()
        named = {PurePath(word).name for word in words}
        if words and is_compiler(words[0]) and _NO_LINK.isdisjoint(words) and named & set(sources):
            return OneStep(row.file, int(row.line_no), words[0], tuple(words[1:]))
    return None


@asked_once
def _lines_naming(facts: Facts, sources: tuple[str, ...], platform: str) -> pd.DataFrame:
    return facts.on(facts.lines_with(sources), platform)


def plain_words(command: Any) -> list[str]:
    """Every argument as the linker or the driver takes it: what `-Wl,` holds, taken apart; the
    name of `-l NAME` at its place."""
    return list(linker_words(command.words))


def library_name(word: str) -> str:
    """X of `-lX` or of a file libX.a, libX.so.1; "" for another word."""
    if word.startswith("-l") and len(word) > 2:
        name = word[2:]
        if not name.startswith(":"):
            return name
        word = name[1:]
    elif word.startswith("-"):
        return ""
    found = _FILE.fullmatch(PurePath(word).name)
    return found["name"] if found else ""


def places_of(command: Any, libraries: Collection[str]) -> list[int]:
    """The places among the command's plain words where one of the libraries is named."""
    return [n for n, word in enumerate(plain_words(command)) if library_name(word) in libraries]


def has_any(command: Any, switches: Collection[str]) -> str:
    """The first of the switches that the command has (`-fsanitize=a,b` counts for each)."""
    for word in [*plain_words(command), *command.words]:
        for one in _spread(word):
            if one in switches:
                return str(word)
    return ""


def _spread(word: str) -> list[str]:
    """`-fsanitize=address,undefined` as two switches."""
    if not word.startswith("-fsanitize="):
        return [word]
    return [f"-fsanitize={part}" for part in word.removeprefix("-fsanitize=").split(",")]


def is_cxx_driver(command: Any) -> bool:
    """The driver adds the C++ library by itself."""
    return is_cxx(command.driver) or has_any(command, ("--driver-mode=g++",)) != ""


def is_fortran_driver(command: Any) -> bool:
    """The driver adds the Fortran runtime by itself."""
    return is_fortran(command.driver)


def is_linker_itself(command: Any) -> bool:
    """The linker is called, not a compiler's driver: nothing is added."""
    return is_linker(command.driver) and not command.driver.endswith("collect2")


def is_before_its_users(command: Any, libraries: Collection[str], names: Sequence[Named]) -> bool:
    """The last place of the libraries is before every object that wants one of the names, and the
    linker that complained reads the line once."""
    own = places_of(command, libraries)
    linkers = {ref.linker for named in names for ref in named.references}
    if not own or not linkers or not linkers <= set(IN_ORDER):
        return False
    users = {PurePath(ref.object).name for named in names for ref in named.references}
    words = plain_words(command)
    places = [
        n for n, word in enumerate(words) if PurePath(word).name in users or _lib_in(word, users)
    ]
    return bool(places) and max(own) < max(places)


def _lib_in(word: str, files: Collection[str]) -> bool:
    """`-lfoo` names one of the files libfoo.a, libfoo.so."""
    return word.startswith("-l") and any(f"lib{word[2:]}.{end}" in files for end in ("a", "so"))


def command_told(command: Any, what: str) -> Evidence:
    """The command's line, and what it has or has not."""
    return Evidence.of_row(command, f"the link command ({command.driver}) {what}")


def whole_command_missing(names: Sequence[Named]) -> Missing:
    """The artefact: the whole link command."""
    return command_missing(names[0].symbol)
