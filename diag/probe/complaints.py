"""What a shell or a tool says of a file, folder or command that is not there.

A RUN stands on things that outside commands, the build context or the base image would have
made; in the sandbox none of them is. What is complained about is supplied, and the RUN is run
again: so the probe goes the way on which every outside command does what it should.
"""

from __future__ import annotations

import posixpath
import re

from diag.flow.tool_names import is_outside
from diag.probe.stub_names import Needs, can_be_stub

_ABSENT = "No such file or directory"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.MULTILINE) for pattern in patterns)


_COMMANDS = _patterns(
    r"^(?:\S+: )?(?:line )?\d+: (?:exec: )?(?P<it>[^\s:]+): (?:command )?not found$",
    r"^\S*ash: (?:exec: )?(?:line \d+: )?(?P<it>[^\s:]+): not found$",
    r"^\S*(?:env|nice|nohup|timeout): (?:failed to run command )?['‘](?P<it>[^'’\n]+)['’]: No such",
    rf"^\S*xargs: (?P<it>[^\s:]+): {_ABSENT}$",
    r"^\S*setsid: failed to execute (?P<it>[^\s:]+): No such",
)
# bash says the same of a command by path and of a file that is sourced or read.
_COMMANDS_OR_FILES = _patterns(rf"^\S*bash: line \d+: (?:exec: )?(?P<it>[^\n:]+): {_ABSENT}$")
_FOLDERS = _patterns(
    rf"^\S+: (?:line )?\d+: cd: (?P<it>[^\n:]+): {_ABSENT}$",
    rf"can't cd to (?P<it>[^\n:]+?)(?:: {_ABSENT})?$",
)
_FILES = _patterns(
    r"^\S+: \d+: (?:\.: )?cannot open (?P<it>[^\n:]+): No such file$",
    rf"^\S*ash: (?:\.: )?(?:line \d+: )?can't open '?(?P<it>[^\n:']+)'?: (?:no such file|{_ABSENT})$",
    rf"^(?!\S*(?:env|nice|nohup|timeout|setsid):)[\w-]+: [a-z ']*['‘](?P<it>[^'’\n]+)['’](?: for reading)?: {_ABSENT}$",
    rf"^(?!\S*(?:bash|xargs):)[\w-]+: (?:can't read |cannot read: )?(?P<it>[^\s:'‘]+): {_ABSENT}$",
)
# Something is to be made in a folder that is not there.
_PARENTS = _patterns(
    r"^\S+: \d+: cannot create (?P<it>[^\n:]+): Directory nonexistent$",
    rf"^\S*ash: can't create (?P<it>[^\n:]+): (?:nonexistent directory|{_ABSENT})$",
    rf"^[\w-]+: (?:cannot|failed to) (?:create|touch|move|make)[^\n'‘]*(?:['‘][^'’\n]+['’] to )?['‘](?P<it>[^'’\n]+)['’]: {_ABSENT}$",
)
_READ = r"(?:(?:^|[\s;&|({{])(?:\.|source)\s+|<\s*)[\"']?[^\s;&|<\"']*{name}(?=[\s;&|<\"')}}]|$)"


def needs_of_complaints(output: str, script: str = "") -> Needs:
    """What the script's output says to be absent. Builtins and text tools are never supplied."""
    commands = _found(_COMMANDS, output)
    to_be_made = _found(_PARENTS, output)
    files = _found(_FILES, output) - to_be_made
    for path in _found(_COMMANDS_OR_FILES, output):
        is_command = "/" in path and not _is_read(path, script)
        (commands if is_command else files).add(path)
    commands = {word for word in commands if is_outside(word)}
    parents = {posixpath.dirname(path.rstrip("/")) for path in to_be_made} - {"", "/"}
    return Needs(
        names=frozenset(filter(can_be_stub, commands)),
        paths=frozenset(word for word in commands if word.startswith("/")),
        folders=frozenset(_found(_FOLDERS, output) | parents),
        programs=frozenset(w for w in commands if "/" in w and not w.startswith("/")),
        files=frozenset(files),
    )


def _found(patterns: tuple[re.Pattern[str], ...], output: str) -> set[str]:
    return {match["it"] for pattern in patterns for match in pattern.finditer(output)}


def _is_read(path: str, script: str) -> bool:
    """Whether the script sources a file of that name or takes input from it."""
    name = re.escape(posixpath.basename(path))
    return re.search(_READ.format(name=name), script, re.MULTILINE) is not None
