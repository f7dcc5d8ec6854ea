"""Which stubs a RUN needs: every word of the Dockerfile that could be an outside command.

A superset does no harm, as a stub that is not called records nothing. Names that only appear at
run time (`${TARGET}-gcc`) are learned from the shell's complaint, and the RUN is run again.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from diag.flow.tool_names import is_outside

# A word without a slash; quotes around it may belong to the shell. NAME=word ends in a word too.
_BARE_WORD = re.compile(r"[A-Za-z0-9_.+@%:,\[-][A-Za-z0-9_.+@%:,-]*")
# A path where a command stands: at the start, after an operator, a keyword, a wrapper, or
# assignments.
_COMMAND_PATH = re.compile(
    r"""(?:^|[;&|({\n`]|\$\(|\b(?:then|do|else|elif|if|while|until|exec|env|nice|nohup|time|xargs)\s|!\s)
        \s*(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"';&|()`])*\s+)*
        ["']?(?P<path>/[A-Za-z0-9_.+@%:,/-]*[A-Za-z0-9_+])(?=[\s;&|()<>"'`]|$)""",
    re.VERBOSE,
)
_REDIRECTED = re.compile(r">\s*[\"']?(?P<path>/[A-Za-z0-9_.+@%:,/-]+)")

_MAX_STUBS = 4000


@dataclass(frozen=True)
class Needs:
    """Stubs by bare name and by absolute path; folders, programs and files by any path."""

    names: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Needs(*(mine | theirs for mine, theirs in pairs))

    def __sub__(self, paths: frozenset[str]) -> Needs:
        """Without these paths."""
        return Needs(*(kept - paths for kept in astuple(self)))

    def beyond(self, other: Needs) -> bool:
        """Whether this holds anything that `other` does not."""
        return (self | other) != other

    def wanted(self) -> list[tuple[str, str]]:
        """(kind, path) of what is made at the start and by the stubs, folders first.

        In `cd made && ./program` no stub is called that could make the program between the two.
        """
        below = {posixpath.join(f, path) for f in self.folders for path in self.programs}
        return [
            *(("folder", path) for path in sorted(self.folders)),
            *(("program", path) for path in sorted(self.programs | below)),
            *(("file", path) for path in sorted(self.files)),
        ]

    def told(self) -> list[str]:
        """Sentences about what the sandbox supplied although no line of the script makes it."""
        kinds = (
            ("folders", self.folders),
            ("programs", self.programs | self.paths),
            ("files", self.files),
        )
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
    outside = sorted(name for name in names if can_be_stub(name))
    paths = sorted(posixpath.normpath(path) for path in called if is_outside(path))
    return Needs(frozenset(outside[:_MAX_STUBS]), frozenset(paths[:_MAX_STUBS]))


def can_be_stub(name: str) -> bool:
    """Whether a bare word is the name of an outside command that a stub can stand for."""
    return "/" not in name and name not in (".", "..") and len(name) < 256 and is_outside(name)
