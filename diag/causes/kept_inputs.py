"""The inputs of a link that this build did not make again: it says so, or its log shows how others of
the link are made and of these nothing. And the line that makes a file, where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import BROUGHT, OBJECT, SOURCE, source_stem
from diag.causes.link_inputs import command_evidence, is_whole, link_command
from diag.causes.model import Evidence
from diag.schema import each

MAX_INPUTS = 300  # of one link command that are looked for in the log
# What build tools say of a file that they leave as it is. Sources: make, scons, Boost.Build, waf.
_UP_TO_DATE = re.compile(
    r"(?:^|\s)[\w.+-]*(?:make|scons|b2|jam|waf|nmake)(?:\[\d+\])?: [`'\"‘](?P<name>\S+?)['\"’] is up to date"
    r"|(?:^|\s)[\w.+-]*make(?:\[\d+\])?: Nothing to be done for [`'\"‘](?P<idle>\S+?)['\"’]\."
)
_MAKES_OWN = re.compile(r"^\s*[\w.+-]*make(?:\[\d+\])?: ")  # what make says itself, in any language
_FRESH = re.compile(r"^ *Fresh (?P<crate>\S+) v")
_OF_CRATE = re.compile(
    r"/build/(?P<crate>.+)-[0-9a-f]{16}/out/|/deps/lib(?P<lib>.+)-[0-9a-f]{16}\.rlib$"
)
_PLACE = re.compile(r":\d+(?::\d+)?:?$")
# Folders of what comes as it is: nobody's build makes it again.
_SHIPPED = re.compile(rf"(?:^|/)(?:{BROUGHT}|external|deps?)/")


@dataclass(frozen=True)
class Kept:
    """An input that was not made again, as the link command names it, and what shows that."""

    name: str
    evidence: tuple[Evidence, ...]


def kept_inputs(facts: Facts, symbol: Symbol) -> list[Kept]:
    """Inputs of the symbol's link that the build left as they were: it says so, or its log shows
    how others of the link are made, and of these nothing."""
    command = link_command(facts, symbol)
    if command is None or not is_whole(command):
        return []
    key = ("kept inputs", symbol.platform, command.file, command.line_no)
    if key not in facts.known:
        names = [_file_of(facts, kind, str(name), command) for kind, name in command.inputs]
        names = [name for name in dict.fromkeys(names) if name][:MAX_INPUTS]
        told = list(_told(facts, symbol.platform, names))
        said = {one.name for one in told}
        told += [k for k in _unmade(facts, symbol.platform, command, names) if k.name not in said]
        facts.known[key] = told
    return facts.known[key]  # type: ignore[no-any-return]


def _file_of(facts: Facts, kind: str, name: str, command: Any) -> str:
    """The file that a build may have made; "" for what is the system's or came as it is."""
    if kind != "library":
        return "" if name.startswith(("/usr/", "/lib")) or _SHIPPED.search(name) else name
    folders = _folders(command)
    is_shared = facts.objects["file"].str.endswith(f"/lib{name}.so").any()
    return f"{folders[0]}/lib{name}.{'so' if is_shared else 'a'}" if folders else ""


def _folders(command: Any) -> list[str]:
    """The folders of `-L` that may be the build's own."""
    named = [str(word)[2:] for word in command.words if str(word).startswith("-L")]
    return [name for name in named if name and name[0] != "/" and not _SHIPPED.search(f"{name}/")]


def _told(facts: Facts, platform: str, names: list[str]) -> Iterator[Kept]:
    """Those of which the build tool says that it left them."""
    by_name = {PurePath(name).name: name for name in names}
    by_crate = {crate_of(name): name for name in names if crate_of(name)}
    lines = facts.on(
        facts.lines_with((" is up to date", "Nothing to be done for", " Fresh ")), platform
    )
    for row in each(lines):
        file, crate = left_as_is(row.text)
        found = by_crate.get(crate) if crate else by_name.get(file)
        if found:
            yield Kept(found, (Evidence.of_row(row),))


def left_as_is(text: str) -> tuple[str, str]:
    """(file, crate) of which a build tool says in this line that it left it as it is; "" for none."""
    done, fresh = _UP_TO_DATE.search(text), _FRESH.match(text)
    file = PurePath(done["name"] or done["idle"]).name if done else ""
    return file, fresh["crate"].replace("-", "_") if fresh else ""


def crate_of(name: str) -> str:
    """The crate whose build made an archive of cargo; "" for other files."""
    found = _OF_CRATE.search(name)
    return (found["crate"] or found["lib"]).replace("-", "_") if found else ""


def _unmade(facts: Facts, platform: str, command: Any, names: list[str]) -> Iterator[Kept]:
    """Those that no line of the log makes, where lines make their neighbours."""
    made = _makers(facts, platform, command, names)
    if not made:
        return
    first = next(iter(made.values()))
    parents = {PurePath(name).parent for name in made if name}
    for name in names:
        if name not in made and _is_neighbour(name, parents):
            text = f"the link takes {name}, and no line of the log makes it"
            told = command_evidence(command, text)
            yield Kept(name, (told, first))


def _makers(facts: Facts, platform: str, command: Any, names: list[str]) -> dict[str, Evidence]:
    """Input -> the line that makes it; "" for a source that the link command compiles itself."""
    literals = {PurePath(name).name for name in names} | {f"{source_stem(name)}." for name in names}
    rows = facts.on(facts.lines_with(tuple(sorted(literals))), platform)
    places = {(c.file, int(c.line_no)) for c in each(facts.link_commands)}
    made: dict[str, Evidence] = {}
    if any(SOURCE.search(str(word)) for word in command.words if not str(word).startswith("-")):
        made[""] = command_evidence(command, "it compiles a source")
    for row in each(rows):
        if row.kind == "linker" or _MAKES_OWN.search(row.text) or _UP_TO_DATE.search(row.text):
            continue
        words = {PurePath(_PLACE.sub("", word.strip("\"'`,;()"))).name for word in row.text.split()}
        is_link = (row.file, int(row.line_no)) in places
        for name in names:
            if name not in made and _is_named(name, words, is_link, row.text):
                made[name] = Evidence.of_row(row)
    return made


def making_line(facts: Facts, symbol: Symbol, file: str) -> Evidence | None:
    """The line of the log that makes the file, by its name; None where none does."""
    command = link_command(facts, symbol)
    name = PurePath(file).name
    made = _makers(facts, symbol.platform, command, [name]) if command is not None else {}
    return made.get(name)


def _is_named(name: str, words: set[str], is_link: bool, text: str) -> bool:
    """A line names the file or its source; of a link's own line only its output counts."""
    base = PurePath(name).name
    if is_link:
        return bool(re.search(rf"-o\s*(?:\S*/)?{re.escape(base)}(?:\s|$)", text))
    return base in words or any(
        SOURCE.search(word) and source_stem(name) == source_stem(word) for word in words
    )


def _is_neighbour(name: str, parents: Iterable[PurePath]) -> bool:
    """It lies among what this build makes. A plain object nearly always is the build's own; a
    shared object often is another's, and counts only where the build tool speaks of it."""
    path = PurePath(name)
    if re.search(r"\.so(?:\.|$)", path.name):
        return False
    if OBJECT.search(name) and not path.is_absolute():
        return True
    return any(path.parent == parent or parent in path.parents[:-1] for parent in parents)
