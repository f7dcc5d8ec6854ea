"""Names that a linker was told to ignore and left out of its output altogether, as GNU ld does."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.link_inputs import objects_of
from diag.knowledge import linker_names
from diag.schema import each

__all__ = ["dropped"]

# With these a linker leaves out the code that wants a name or gives it another name, or the object
# is no machine code; what stands in a file of arguments nobody sees.
_LEAVES_OUT = re.compile(r"--?gc-sections\b|-flto\b|-dead_strip\b|--?wrap\b|@")
# The linker rewrites the calls of these itself, and their names go.
_REWRITTEN = {"__tls_get_addr", "___tls_get_addr", "_TLS_MODULE_BASE_"}


def dropped(facts: Facts, platform: str, flag: re.Pattern[str]) -> list[Symbol]:
    """What an object on the link command with the switch wants, and neither an input nor the
    output of it has: its own table of names is there, so it would say."""
    for command in each(facts.on(facts.link_commands, platform)):
        text = " ".join(command.words)
        if flag.search(text) and not _LEAVES_OUT.search(text) and not command.is_shortened:
            names = _dropped_by(facts, platform, command)
            if names:
                return [Symbol(name, platform) for name in names]
    return []


def _dropped_by(facts: Facts, platform: str, command: Any) -> list[str]:
    own = facts.of_platform(facts.objects, platform)
    rows = facts.of_platform(facts.symbols, platform)
    programs = own.loc[own["kind"] == "executable", "file"].drop_duplicates()
    output = PurePath(command.output).name if isinstance(command.output, str) else "a.out"
    made = [file for file in programs if PurePath(file).name == output]
    told = rows[rows["file"].isin(made) & (rows["table"] == ".symtab")]
    if len(made) != 1 or told.empty:
        return []
    linked = objects_of(command)
    files = [file for file in own["file"].unique() if PurePath(file).name in linked]
    if len({PurePath(file).name for file in files}) != len(files):
        return []  # two of one name: which of them was linked is not told
    inputs = rows[rows["file"].isin(files)]
    wanted = inputs[~inputs["is_defined"].astype(bool) & (inputs["bind"] == "GLOBAL")]
    others = rows[rows["file"].isin(made) | rows["is_defined"].astype(bool)]
    known = set(others["name"]) | linker_names() | _REWRITTEN | {""}
    return [name for name in dict.fromkeys(wanted["name"]) if name not in known]
