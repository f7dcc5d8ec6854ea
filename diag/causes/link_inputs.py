"""What a link was given, by its command line, and how much of it was read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol, clip, objects_missing
from diag.causes.model import Evidence, Missing
from diag.join.link_line import LinkLine, parse_link_line
from diag.join.why import Why, explain
from diag.platforms import BY_NAME
from diag.schema import each


def link_command(facts: Facts, symbol: Symbol) -> Any | None:
    """The command that was run last before the first error about the symbol, else the last one."""
    commands = list(each(facts.on(facts.link_commands, symbol.platform)))
    if len(commands) < 2:
        return next(iter(commands), None)
    places = _error_places(facts, symbol)
    before = [c for c in commands if any(c.file == f and c.line_no <= n for f, n in places)]
    return (before or commands)[-1]


def _error_places(facts: Facts, symbol: Symbol) -> list[tuple[str, int]]:
    """File and line of the first error about the symbol in each log."""
    errors = facts.on(facts.link_errors, symbol.platform)
    own = errors[errors["symbol"] == symbol.name] if symbol.name else errors
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


def line_of_command(facts: Facts, command: Any) -> tuple[LinkLine, list[str]]:
    """(the command as a link line over the objects given, names of its inputs that were not)."""
    files = list(facts.objects["file"].unique())
    by_name: dict[str, list[str]] = {}
    for file in files:
        by_name.setdefault(PurePath(file).name, []).append(file)
    words, unread = [], []
    for word in command.words:
        given = _given(word, by_name)
        if given is not None:
            words.append(given)
        elif _is_input(word, command.inputs):
            unread.append(word)
        else:
            words.append(word)
    return parse_link_line(words, files), unread


def _is_input(word: str, inputs: Iterable[Any]) -> bool:
    name = word.removeprefix("-l") if word.startswith("-l") else word
    return any(name == given for _, given in inputs)


def _given(word: str, by_name: dict[str, list[str]]) -> str | None:
    """The file given that a word of the command names: by its name, the longest common end first."""
    if word.startswith("-l"):
        names = [f"lib{word[2:]}.so", f"lib{word[2:]}.a"]
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
    key = ("why", symbol)
    if key not in facts.known:
        facts.known[key] = _why_of(facts, symbol)
    return facts.known[key]  # type: ignore[no-any-return]


def _why_of(facts: Facts, symbol: Symbol) -> Why | None:
    command = link_command(facts, symbol)
    platform = BY_NAME.get(symbol.platform)
    if command is None or command.is_shortened or not facts.has_objects(symbol.platform):
        return None
    line, _ = line_of_command(facts, command)
    arch = platform.elf_arch if platform else _arch_of(facts)
    return explain(facts.raw_of(symbol)[0], line, facts.units, arch)


def _arch_of(facts: Facts) -> str:
    named = facts.objects.loc[facts.objects["arch"] != "", "arch"]
    return str(named.mode().iloc[0]) if len(named) else ""


def place_on(command: Any, file: str) -> int | None:
    """The place of a file among the command's inputs, by its name."""
    name = PurePath(file).name
    names = [PurePath(item[1]).name for item in command.inputs]
    return names.index(name) if name in names else None


def unread_inputs(facts: Facts, command: Any) -> list[str]:
    """Inputs of the command that are not among the objects given, by file name."""
    read = {PurePath(file).name for file in facts.objects["file"]}
    names = [PurePath(name).name for _, name in command.inputs]
    return [name for name in names if name not in read]


def command_evidence(command: Any, what: str) -> Evidence:
    """The command's line in the log."""
    text = f"{what}: {command.driver}, {len(command.inputs)} inputs"
    return Evidence(command.file, int(command.line_no), clip(text))


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
