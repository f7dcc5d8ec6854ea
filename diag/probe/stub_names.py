"""Which stubs a RUN needs: every word of the Dockerfile that could be an outside command.

A superset does no harm, as a stub that is not called records nothing. Names that only appear at
run time (`${TARGET}-gcc`) are learned from the shell's complaint, and the RUN is run again.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from diag.flow.tool_names import is_outside

# A word without a slash; quotes around it may belong to the shell. NAME=word ends in a word too.
_BARE_WORD = re.compile(r"[A-Za-z0-9_.+@%:,\[-][A-Za-z0-9_.+@%:,-]*")
_PATH_WORD = re.compile(r"(?<![\w./$}-])(?P<path>/[A-Za-z0-9_.+@%:,/-]+)")
# A path where a command stands: at the start, after an operator, a keyword, a wrapper, or
# assignments.
_COMMAND_PATH = re.compile(
    r"""(?:^|[;&|({\n`]|\$\(|\b(?:then|do|else|elif|if|while|until|exec|env|nice|nohup|time|xargs)\s|!\s)
        \s*(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"';&|])*\s+)*
        ["']?(?P<path>/[A-Za-z0-9_.+@%:,/-]+)""",
    re.VERBOSE,
)
_REDIRECTED = re.compile(r">\s*[\"']?(?P<path>/[A-Za-z0-9_.+@%:,/-]+)")

_MAX_STUBS = 4000

# What shells and wrappers say of a command that they do not find, of a folder that is not there.
_NOT_FOUND = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^(?:\S+: )?(?:line )?\d+: (?:exec: )?(?P<name>[^\s:]+): (?:command )?not found$",
        r"^ash: (?:exec: )?(?:line \d+: )?(?P<name>[^\s:]+): not found$",
        r"^\S*bash: line \d+: (?P<name>[^\s:]*/[^\s:]+): No such file or directory$",
        r"^\S*(?:env|nice|nohup|timeout): (?:failed to run command )?['‘](?P<name>[^'’\n]+)['’]: No such",
        r"^\S*xargs: (?P<name>[^\s:]+): No such file or directory$",
        r"^\S*setsid: failed to execute (?P<name>[^\s:]+): No such",
    )
)
_NO_FOLDER = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^\S+: (?:line )?\d+: cd: (?P<path>[^\n:]+): No such file or directory$",
        r"can't cd to (?P<path>[^\n:]+?)(?:: No such file or directory)?$",
    )
)


@dataclass(frozen=True)
class Needs:
    """Stubs by bare name and by absolute path; folders and programs by relative path."""

    names: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            self.names | other.names,
            self.paths | other.paths,
            self.folders | other.folders,
            self.programs | other.programs,
        )

    def beyond(self, other: Needs) -> bool:
        """Whether this holds anything that `other` does not."""
        return (self | other) != other

    def told(self) -> list[str]:
        """Sentences about what the sandbox supplied although no line of the script makes it."""
        kinds = (("folders", self.folders), ("programs", self.programs | self.paths))
        return [
            f"{kind} taken to be there, as the script does not make them: {', '.join(sorted(kept))}"
            for kind, kept in kinds
            if kept
        ]


def needs_of_words(texts: Iterable[str], scripts: Iterable[str]) -> Needs:
    """Stubs for the words of all these texts, and for the paths that the scripts call."""
    names: set[str] = set()
    for text in texts:
        names.update(_BARE_WORD.findall(text))
    called: set[str] = set()
    for script in scripts:
        called |= {m["path"] for m in _COMMAND_PATH.finditer(script)}
        called -= {m["path"] for m in _REDIRECTED.finditer(script)}
    outside = sorted(name for name in names if _can_be_stub(name))
    paths = sorted(posixpath.normpath(path) for path in called if is_outside(path))
    return Needs(frozenset(outside[:_MAX_STUBS]), frozenset(paths[:_MAX_STUBS]))


def _can_be_stub(name: str) -> bool:
    return name not in (".", "..") and len(name) < 256 and is_outside(name)


def needs_of_complaints(output: str) -> Needs:
    """Stubs, folders and programs whose absence the shell complained about."""
    missed = {m["name"] for pattern in _NOT_FOUND for m in pattern.finditer(output)}
    missed = {name for name in missed if is_outside(name)}
    folders = {m["path"] for pattern in _NO_FOLDER for m in pattern.finditer(output)}
    return Needs(
        names=frozenset(name for name in missed if "/" not in name and _can_be_stub(name)),
        paths=frozenset(name for name in missed if name.startswith("/")),
        folders=frozenset(folders),
        programs=frozenset(n for n in missed if "/" in n and not n.startswith("/")),
    )
