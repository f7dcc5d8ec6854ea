"""The command and environment with which the sandbox starts one RUN.

A variable that is unknown (the base image may set it) gets a value that can be recognised
wherever it arrives: what contains it is unknown too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from diag.flow.images import DEFAULT_PATH
from diag.flow.stages import DEFAULT_SHELL
from diag.flow.tool_names import TOOL_FOLDERS, command_name
from diag.flow.values import RunContext, Value
from diag.probe.scripts import HOME_FOLDER, MARK, OWN, STUBS
from diag.probe.shells import NAMED_SHELLS, Shell, find_program
from diag.probe.worlds import DEFAULT_WORLD, World

_UNKNOWN = f"{MARK}-unknown/"
UNKNOWN_TEXT = re.compile(rf"(?:# |#!)?{re.escape(MARK)}[\w/-]*")

# Variables that change what shells and tools do by their value: unknown ones are left unset.
_ACTING = frozenset(("LANG", "LANGUAGE", "LC_ALL", "LD_LIBRARY_PATH", "TERM", "TZ"))


def is_unknown(value: str) -> bool:
    """Whether a recorded value holds a text that stands for something unknown."""
    return MARK in value


def starting_env(env: Mapping[str, Value], world: World = DEFAULT_WORLD) -> dict[str, str]:
    """The environment of a RUN, with PATH led to the stubs last, and with HOME."""
    given = {
        name: _text(name, value, world) for name, value in env.items() if value.status != "unset"
    }
    known = {name: text for name, text in given.items() if text is not None}
    path = env.get("PATH")
    is_known = path is not None and path.text is not None
    known["PATH"] = f"{path.text if path and is_known else DEFAULT_PATH}:{STUBS}"
    if "HOME" not in env or env["HOME"].text is None:
        known["HOME"] = HOME_FOLDER
    return known


def _text(name: str, value: Value, world: World) -> str | None:
    if value.text is not None:
        return value.text
    return None if name in _ACTING or world.base_env is None else world.base_env or _UNKNOWN + name


def without_stubs(value: str, env: Mapping[str, Value]) -> str:
    """A recorded value without the stubs' folder, where PATH was known before that was added."""
    path = env.get("PATH")
    if path is None or path.text is not None:
        return value.replace(f":{STUBS}", "")
    return value


def stub_folders(env: Mapping[str, Value]) -> list[str]:
    """Folders of a PATH that has none of the usual ones: text tools would not be found."""
    path = env.get("PATH")
    folders = [f for f in (path.text or "").split(":") if f.startswith("/")] if path else []
    return [] if any(folder.rstrip("/") in TOOL_FOLDERS for folder in folders) else folders


def command_of(context: RunContext, shell: Shell, world: World = DEFAULT_WORLD) -> list[str] | None:
    """argv of the RUN; None where its SHELL is none that the sandbox has.

    `shell` is what the image's sh is. A SHELL instruction that names bash, dash or ash gets that
    program with its options, whatever sh is.
    """
    start = [f"{OWN}/env", "-i", *(f"{k}={v}" for k, v in starting_env(context.env, world).items())]
    if context.is_exec_form:
        return [*start, *context.argv]
    program, *options = _interpreter(context.shell or DEFAULT_SHELL)
    name = command_name(program)
    if context.script.startswith("#!") and "-c" not in options:
        options.append("-c")  # the engine lets it read a file; it is given the text here
    if name == "sh":
        return [*start, *shell.command, *options, context.script]
    if name in NAMED_SHELLS and find_program(NAMED_SHELLS[name]) is not None:
        return [*start, f"/usr/bin/{name}", *options, context.script]
    return None


def _interpreter(shell: tuple[str, ...]) -> tuple[str, ...]:
    """What `#!/usr/bin/env bash` or `env -S bash -e` calls."""
    if command_name(shell[0]) != "env" or len(shell) < 2:
        return shell
    words = " ".join(shell[1:]).split()
    return tuple(words[1:] if words[:1] == ["-S"] else words) or shell
