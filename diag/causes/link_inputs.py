"""What a link was given, by its command line, and how much of it was read."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol, clip, objects_missing
from diag.causes.model import Evidence, Missing
from diag.schema import each


def link_command(facts: Facts, symbol: Symbol) -> Any | None:
    commands = facts.on(facts.link_commands, symbol.platform)
    return next(each(commands.tail(1)), None)


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
    text = f"{what}: {command.driver}, {len(command.inputs)} inputs"
    return Evidence(command.file, int(command.line_no), clip(text))


def command_missing(symbol: Symbol) -> Missing:
    return Missing(
        f"the whole link command of {symbol.platform}",
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
