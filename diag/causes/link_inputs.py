"""What a link was given, by its command line, and how much of it was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol, clip, objects_missing
from diag.causes.model import Evidence, Missing
from diag.causes.once import asked_once
from diag.errors import InputError
from diag.join.link_line import LinkLine, parse_link_line
from diag.join.why import Why, explain_each
from diag.platforms import BY_NAME
from diag.schema import each

_NUMBERED = re.compile(r"\.so(?:\.\d+)+$")
# What a shell replaces; the loader's own words ($ORIGIN) stay as they are.
_EXPANDED = re.compile(r"`|\$\(|\$\{?(?!ORIGIN|LIB\b|PLATFORM)[A-Za-z_]")
_STATIC = {
    "-static": True, "--static": True, "-static-pie": True, "-Bstatic": True, "-dn": True,
    "-non_shared": True, "-Bdynamic": False, "-dy": False, "-call_shared": False,
}  # fmt: skip


def link_command(facts: Facts, symbol: Symbol) -> Any | None:
    """The command that was run last before the first error about the symbol, else the last one."""
    commands = _commands(facts, symbol.platform)
    if len(commands) < 2:
        return next(iter(commands), None)
    places = _error_places(facts, symbol)
    before = [c for c in commands if any(c.file == f and c.line_no <= n for f, n in places)]
    return (before or commands)[-1]


@asked_once
def _commands(facts: Facts, platform: str) -> list[Any]:
    return list(each(facts.on(facts.link_commands, platform)))


def _error_places(facts: Facts, symbol: Symbol) -> list[tuple[str, int]]:
    """File and line of the first error about the symbol in each log."""
    own = facts.errors_of(symbol) if symbol.name else facts.on(facts.link_errors, symbol.platform)
    return [(r.file, int(r.line_no)) for r in each(own.drop_duplicates(["file"]))]


def flags_of(facts: Facts, platform: str) -> dict[str, Evidence]:
    """Every word of the platform's link commands that is a switch, `-Wl,` taken apart, and where
    it stands."""
    found: dict[str, Evidence] = {}
    for command in each(facts.on(facts.link_commands, platform)):
        for word in (*command.flags, *(w for w in command.words if w.startswith("-"))):
            for part in word.removeprefix("-Wl,").split(",") if word.startswith("-Wl,") else [word]:
                text = clip(f"the link command has {part}")
                found.setdefault(part, Evidence(command.file, int(command.line_no), text))
    return found


def line_of_command(facts: Facts, command: Any, platform: str = "") -> tuple[LinkLine, list[str]]:
    """(the command as a link line over the objects given, names of its inputs that were not).

    Files of that platform go before files of the same name of others.
    """
    files = [file for file in _given_files(facts) if _may_serve(facts, file, platform)]
    files.sort(key=lambda file: facts.platform_of_file.get(file, "") not in (platform, ""))
    by_name: dict[str, list[str]] = {}
    for file in files:
        own = by_name.setdefault(PurePath(file).name, [])
        if not own or facts.platform_of_file.get(own[0]) == facts.platform_of_file.get(file):
            own.append(file)
    for name in list(by_name):  # libx.so is a link to it, and links are not followed
        by_name.setdefault(unnumbered(name), by_name[name])
    words, unread, is_static = [], [], False
    for word in linker_words(command.words):
        is_static = _STATIC.get(word, is_static)
        given = _given(word, by_name, is_static)
        if given is None and _is_input(word, command.inputs):
            unread.append(word)
        else:
            words.append(given or word)
    return parse_link_line(words, files), unread


@asked_once
def _given_files(facts: Facts) -> tuple[str, ...]:
    return tuple(str(file) for file in facts.objects["file"].unique())


def _may_serve(facts: Facts, file: str, platform: str) -> bool:
    """A file of another platform is an input here too, unless that one's own links name it."""
    own = facts.platform_of_file.get(file, "")
    return own in ("", platform) or PurePath(file).name not in _inputs_on(facts, own)


@asked_once
def _inputs_on(facts: Facts, platform: str) -> frozenset[str]:
    links = facts.link_commands[facts.link_commands["platform"] == platform]
    return frozenset().union(*map(inputs_of, each(links)))


def unnumbered(name: str) -> str:
    """libx.so.1.2 as links name it."""
    return _NUMBERED.sub(".so", name)


def linker_words(words: Iterable[str]) -> Iterator[str]:
    """The words as the linker gets them: what `-Wl,` and `-Xlinker` hold, taken apart."""
    rest = iter(words)
    for word in rest:
        if word == "-Xlinker":
            yield next(rest, "")
        elif word.startswith("-Wl,"):
            yield from word[4:].split(",")
        elif word == "-l":
            yield f"-l{next(rest, '')}"
        else:
            yield word


def _is_input(word: str, inputs: Iterable[Any]) -> bool:
    name = word.removeprefix("-l") if word.startswith("-l") else word
    return any(name == given for _, given in inputs)


def _given(word: str, by_name: dict[str, list[str]], is_static: bool) -> str | None:
    """The file given that a word of the command names: by its name, the longest common end first."""
    if word.startswith("-l"):
        name = word[2:]
        names = [f"lib{name}.a"] if is_static else [f"lib{name}.so", f"lib{name}.a"]
        names = [name[1:]] if name.startswith(":") else names
        return next((by_name[name][0] for name in names if name in by_name), None)
    if word.startswith("-") or PurePath(word).name not in by_name:
        return None
    return max(by_name[PurePath(word).name], key=lambda file: _common_end(file, word))


def _common_end(one: str, two: str) -> int:
    pairs = zip(reversed(PurePath(one).parts), reversed(PurePath(two).parts), strict=False)
    count = 0
    for a, b in pairs:
        if a != b:
            break
        count += 1
    return count


def why_of(facts: Facts, symbol: Symbol) -> Why | None:
    """How the link of the symbol resolves it under each rule, by the objects given and the link
    command; None where one of the two is missing or the command cannot be followed."""
    command = link_command(facts, symbol)
    if command is None or not is_whole(command) or not facts.has_objects(symbol.platform):
        return None
    key = ("why", symbol.platform, command.file, command.line_no)
    if key not in facts.known:
        own = [one for one in facts.wanted if one.platform == symbol.platform]
        names = [raw for one in (*own, symbol) for raw in facts.raw_of(one)]
        facts.known[key] = _whys(facts, names, command, symbol.platform)
    raw = facts.raw_of(symbol)  # objects know no other: the log may tell the name demangled
    if not facts.known[key].keys() & set(raw):
        facts.known[key] |= _whys(facts, list(raw), command, symbol.platform)
    known = [why for name in raw if (why := facts.known[key].get(name)) is not None]
    # Of a constructor's symbols the one that somebody wants.
    return next((why for why in known if why.wants), known[0] if known else None)


def _whys(facts: Facts, names: list[str], command: Any, platform: str) -> dict[str, Why | None]:
    known = BY_NAME.get(platform)
    arch = known.elf_arch if known else _arch_of(facts)
    try:
        line, _ = line_of_command(facts, command, platform)
    except InputError:
        return dict.fromkeys(names)
    return dict(explain_each(dict.fromkeys(names), line, facts.units, arch))


def _arch_of(facts: Facts) -> str:
    named = facts.objects.loc[facts.objects["arch"] != "", "arch"]
    return str(named.mode().iloc[0]) if len(named) else ""


def is_whole(command: Any | None) -> bool:
    """Whether every argument of the link is known: no part left out, no response file, nothing that
    a shell puts in its place."""
    if command is None or command.is_shortened:
        return False
    return not any(str(word).startswith("@") or _EXPANDED.search(word) for word in command.words)


def unread_inputs(facts: Facts, command: Any) -> list[str]:
    """Inputs of the command that are not among the objects given, by file name."""
    key = ("unread inputs", command.file, command.line_no)
    if key not in facts.known:  # of a link that misses thousands of names each one asks
        files = ((kind, name, files_of_input(kind, str(name))) for kind, name in command.inputs)
        told = command.platform if isinstance(command.platform, str) else ""
        read = _read_files(facts, told)
        facts.known[key] = [
            f"-l{name}" if kind == "library" else own[0]
            for kind, name, own in files
            if read.isdisjoint(own)
        ]
    return facts.known[key]  # type: ignore[no-any-return]


@asked_once
def _read_files(facts: Facts, platform: str) -> frozenset[str]:
    files = [
        file for file in _given_files(facts) if not platform or _may_serve(facts, file, platform)
    ]
    names = {PurePath(file).name for file in files}
    return frozenset(names | {unnumbered(name) for name in names})


def command_evidence(command: Any, what: str) -> Evidence:
    """The command's line in the log."""
    text = f"{what}: {' '.join((command.driver, *command.words))}"
    return Evidence.of_row(command, text)


def inputs_of(command: Any) -> frozenset[str]:
    """Base names of what a link command names; a library by the file names that `-l` stands for."""
    names: set[str] = set()
    for kind, name in command.inputs:
        names |= set(files_of_input(kind, str(name)))
    return frozenset(names)


def objects_of(command: Any) -> set[str]:
    """Base names of the plain objects that it names."""
    return {PurePath(str(name)).name for kind, name in command.inputs if kind == "object"}


def files_of_input(kind: str, name: str) -> tuple[str, ...]:
    """Base names of the files that an input of a command may stand for."""
    base = PurePath(name.removeprefix(":")).name  # `-l:libx.a` names the file itself
    is_short = kind == "library" and not name.startswith(":")
    return (f"lib{base}.so", f"lib{base}.a") if is_short else (base,)


def names_given(objects: pd.DataFrame) -> set[str]:
    """The names by which a shared object may ask for one of these: of files, and sonames."""
    return {PurePath(str(file)).name for file in objects["file"]} | set(objects["soname"].dropna())


def platform_missing(facts: Facts) -> Missing:
    """The artefact: which platform a log is for that names none."""
    log = next(iter(facts.link_errors["file"]), "build.log")
    return Missing(
        "the platform that was built",
        "whether the input or the linker is of the wrong machine depends on what was to be built",
        (f"diag investigate --log linux/arm64={log}",),
    )


def command_missing(symbol: Symbol) -> Missing:
    """The artefact: the command line of the link."""
    return Missing(
        f"the whole link command of {symbol.platform or 'the link'}",
        "which inputs the linker was given, in which order, stands there",
        ("put -vv on the cargo command (or V=1, VERBOSE=1) and keep the log",),
    )


def other_inputs_missing(facts: Facts, symbol: Symbol, command: Any | None) -> Missing:
    """The artefact: what was linked or built beside the objects given."""
    why = "only some of the build's objects were given, and one of the others may define it"
    if command is not None:
        unread = unread_inputs(facts, command)
        if unread:
            shown = ", ".join(unread[:3]) + (", ..." if len(unread) > 3 else "")
            why = (
                f"{len(unread)} of {len(command.inputs)} inputs of the link were not given: {shown}"
            )
    how = objects_missing(symbol.platform).how
    return Missing(
        f"the other objects of the build on {symbol.platform or 'this platform'}", why, how
    )
