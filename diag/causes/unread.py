"""What of a link was not given and could have decided: who else may want a name, and which library
may hold a definition that seems to be left out."""

from __future__ import annotations

import re
from pathlib import PurePath

import pandas as pd

from diag.causes.facts import Facts, objects_missing
from diag.causes.file_names import SYSTEM_SWITCHES
from diag.causes.link_inputs import command_missing, files_of_input, unnumbered
from diag.causes.link_said import errors_of
from diag.causes.made_here import archives_on
from diag.causes.model import Missing
from diag.causes.on_line import library_name
from diag.causes.wants import Want
from diag.knowledge.names import is_known_library, library_of
from diag.schema import each

# What every program begins and ends with, and the parts of Rust's own library: they want and define
# no name of a project.
_START = re.compile(r"(?:[SMgr]?crt[1in]|rcrt1|gcrt1|crt(?:begin|end)[ST]?)\.o")
_OF_RUST = re.compile(r"(?:^|/)rustlib/[^/]+/lib/")


def unread_of_project(want: Want) -> tuple[str, ...]:
    """Inputs that were not given, as the command names them, and that can have to do with the name. A
    well-known library has only to do with names of such libraries."""
    if want.command is None:
        return ()
    unread, is_system = set(want.unread), library_of(want.symbol.name) is not None
    inputs = [(kind, str(name)) for kind, name in want.command.inputs]
    own = [_word(kind, name) for kind, name in inputs if not is_part(name)]
    words = [word for word in dict.fromkeys(own) if word in unread - SYSTEM_SWITCHES]
    return tuple(w for w in words if is_system or not is_known_library(library_name(w)))


def words_of(want: Want) -> list[str]:
    """Every input as the command names it, without its folder."""
    inputs = [] if want.command is None else want.command.inputs
    return [_word(kind, str(name)) for kind, name in inputs]


def _word(kind: str, name: str) -> str:
    return f"-l{name}" if kind == "library" else PurePath(name).name


def is_part(name: str) -> bool:
    """A start file, or a part of Rust's own library: no input of a project."""
    return bool(_START.fullmatch(PurePath(name).name) or _OF_RUST.search(name))


# -- who stands where -----------------------------------------------------------------------------


def users_of(facts: Facts, want: Want) -> set[str]:
    """Names of the files that want it: by the objects, and by the linker's words."""
    rows = errors_of(facts, want.symbol.platform)
    rows = rows[(rows["symbol"] == want.symbol.name) & rows["object"].notna()]
    users = {PurePath(str(name)).name for name in rows["object"]}
    return users | {PurePath(file).name for file in facts.seen(want.symbol, "wanted")["file"]}


def last_places(want: Want) -> dict[str, int]:
    """Base name of each file that an input may stand for -> where it stands last."""
    inputs = [] if want.command is None else want.command.inputs
    return {
        file: at
        for at, (kind, name) in enumerate(inputs)
        for file in files_of_input(kind, str(name))
    }


def first_user(facts: Facts, want: Want) -> int | None:
    """Behind this place a linker that reads the line once finds every definition: a user of the name
    has been read by then. None where no user stands on the line."""
    last = last_places(want)
    rows = errors_of(facts, want.symbol.platform)
    rows = rows[(rows["symbol"] == want.symbol.name) & rows["object"].notna()]
    said = {PurePath(str(name)).name for name in rows["object"]}
    places = [last[name] for name in said or users_of(facts, want) if name in last]
    return min(places, default=None)


# -- what is asked for ----------------------------------------------------------------------------


def order_missing(facts: Facts, want: Want, definers: set[str]) -> Missing | None:
    """What has to be read before the order can be ruled out: None where nothing has."""
    last, user = last_places(want), first_user(facts, want)
    places = [last[name] for name in definers if name in last]
    if user is not None and places and max(places) > user:
        return None  # the log names a user, and a file that defines the name stands behind it
    if unread := unread_of_project(want):
        why = "what wants the name, or brings in what wants it, may stand there behind the file that defines it"
        return inputs_missing(want, unread, why)
    ends = want.why.outcomes if want.why is not None else ()
    if not ends:
        return command_missing(want.symbol)
    is_unwanted = all(end.status == "unwanted" for end in ends)  # and the linker says otherwise
    if is_unwanted and want.why is not None and not want.why.bytecode:
        return objects_missing(want.symbol.platform)
    is_open = is_unwanted or any(end.status == "unknown" for end in ends)
    return bytecode_missing(want) if is_open else None


def holders_missing(facts: Facts, want: Want, definers: set[str]) -> Missing | None:
    """The libraries of the command that were not given and may hold what defines the name; `definers`:
    base names of its files and members. None where there is none."""
    last, user = last_places(want), first_user(facts, want)
    made = archives_on(facts, want.symbol.platform)
    shared = _linked_with(facts, want.symbol.platform, definers)
    is_by_place = want.reads_once or want.rule is None
    held = [
        word
        for word in unread_of_project(want)
        if library_name(word)
        and (
            not shared.isdisjoint(map(unnumbered, _files_of(word)))
            or (is_by_place and _may_hold(word, definers, made, last, user))
        )
    ]
    if not held:
        return None
    why = f"it may hold {sorted(definers)[0]}: then that is linked, and something else is wrong"
    return inputs_missing(want, held, why)


def _may_hold(
    word: str, definers: set[str], made: dict[str, frozenset[str]], last: dict[str, int], user: int | None
) -> bool:  # fmt: skip
    """Behind a user of the name it would have been found there. Where the log shows what was put
    into the archive, that tells."""
    files = _files_of(word)
    if user is not None and max((last.get(file, -1) for file in files), default=-1) > user:
        return False
    shown = [made[file] for file in files if file in made]
    return not shown or any(not definers.isdisjoint(members) for members in shown)


def _files_of(word: str) -> tuple[str, ...]:
    return tuple(files_of_input("library", word[2:])) if word.startswith("-l") else (word,)


def _linked_with(facts: Facts, platform: str, definers: set[str]) -> set[str]:
    """Base names of what the log shows to be linked of one of these files: a shared library that holds
    the definition, wherever it stands, and may keep it to itself."""
    commands = each(facts.on(facts.link_commands, platform).dropna(subset=["output"]))
    return {
        unnumbered(PurePath(command.output).name)
        for command in commands
        if not definers.isdisjoint(PurePath(str(name)).name for _, name in command.inputs)
    }


def file_names(rows: pd.DataFrame) -> set[str]:
    """Base names of the files and members of `sightings`."""
    return {PurePath(file).name for file in rows["file"]} | set(rows["member"]) - {""}


def inputs_missing(want: Want, names: tuple[str, ...] | list[str], why: str) -> Missing:
    """The artefact: inputs of the link command, by the words that name them there."""
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    how = objects_missing(want.symbol.platform).how
    return Missing(f"{shown} of the link command", f"{why}; give it beside the files at hand", how)


def bytecode_missing(want: Want) -> Missing:
    """The artefact: what stands in LTO bytecode."""
    units = want.why.bytecode if want.why is not None else []
    names = ", ".join(unit.title for unit in units[:3])
    return Missing(
        f"the names inside the bytecode of {names}",
        "its symbol table is the compiler's own, and it may define the symbol",
        (f"gcc-nm {units[0].file}", f"llvm-nm {units[0].file}") if units else (),
    )
