"""nvlink, the linker of CUDA's device code.

Source: CUDA 13.0's nvlink and public logs of 10 to 12 (`(target: sm_NN)` at the end). A symbol is
named once for an object however often that refers, so the numbers are lower bounds. Members of
archives are spelled `lib.a:member.o`.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, group, rule
from diag.read.linkers.ledger import Ledger
from diag.read.linkers.places import NOWHERE, Place, split_object

NAME = "nvlink"
_HEAD = re.compile(r"nvlink (?P<level>error|fatal|warning|info) *: (?P<message>.*)", re.DOTALL)
_TARGET = re.compile(r" \(target: \w+\)$")
_MEMBER = re.compile(r"(?P<object>.+\.a):(?P<member>[^/:]+)", re.DOTALL)

RULES = (
    rule("undefined", "Undefined reference to ", r"Undefined reference to '(?P<symbol>[^']+)'(?: in '(?P<object>[^']+)')?"),
    rule("duplicate", "Multiple definition of ", r"Multiple definition of '(?P<symbol>[^']+)' in '(?P<object>[^']+)', first defined in '[^']+'"),
    rule("other", "doesn't match for ", r".+ doesn't match for '(?P<symbol>[^']+)' in '(?P<object>[^']+)', first specified in '[^']+'"),
    rule("object_not_found", "Could not open input file ", r"Could not open input file '(?P<object>[^']+)'(?:: .*)?"),
    rule("object_not_found", "could not be opened", r"Input file '(?P<object>[^']+)' could not be opened"),
    rule("library_not_found", "not found in paths", r"Library file '(?P<object>[^']+)' not found in paths"),
    rule("wrong_arch", "does not match target", r"Input file '(?P<object>[^']+)' (?:arch|size) does not match target '[^']*'"),
    rule("version", "is incompatible with target ABI", r"Input file '(?P<object>[^']+)' ABI version '\d+' is incompatible with target ABI version '\d+'"),
    rule("version", "abi does not match", r"Input file '(?P<object>[^']+)' abi does not match"),
    rule("version", "with toolkit >= ", r"Input file '(?P<object>[^']+)' must be recompiled with toolkit >= .*"),
    rule("version", "newer than toolkit", r"Input file '(?P<object>[^']+)' newer than toolkit .*"),
    rule("format", "not in expected format", r"Input file '(?P<object>[^']+)' not in expected format"),
    rule("format", "not ET_REL", r"Input file '(?P<object>[^']+)' not ET_REL"),
    rule("overflow", " uses too much ", r"Entry function '(?P<symbol>[^']+)' uses too much .*"),
    rule("overflow", "File uses too much ", r"File uses too much .*"),
    rule("trailer", "_elf failed", r"\w+_elf failed(?:: .*)?"),
)  # fmt: skip
# A warning: the object holds no code for the architecture that is linked, and is left out.
_NO_CODE = re.compile(r"SM Arch \('[^']*'\) not found in '(?P<object>[^']+)'")
_MAX_LEFT_OUT = 1000


class Nvlink(Grammar):
    """The grammar of nvlink."""

    literals = ("nvlink ",)

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._left_out: list[tuple[int, str, str]] = []

    def end_run(self) -> None:
        """The link is over; what was left out harmed nothing."""
        self._left_out.clear()

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of nvlink's."""
        head = _HEAD.fullmatch(text)
        if head is None:
            return False
        if head["level"] in ("warning", "info"):
            self._warning(line_no, head["message"])
            return True
        message = _TARGET.sub("", head["message"])
        matched = first_match(RULES, message)
        if matched is not None and matched[0].kind == "trailer":
            return True  # the error stands before it
        kind = matched[0].kind if matched else "other"
        symbol = group(matched[1], "symbol") if matched else None
        name = group(matched[1], "object") if matched else None
        error = self.ledger.add(NAME, kind, line_no, head["message"], symbol, _place(name))
        if kind == "undefined":
            error.is_lower_bound = True
            self._blame()
        return True

    def _warning(self, line_no: int, message: str) -> None:
        found = _NO_CODE.fullmatch(message)
        if found is not None and len(self._left_out) < _MAX_LEFT_OUT:
            self._left_out.append((line_no, found["object"], message))

    def _blame(self) -> None:
        """Symbols are undefined: the objects that were left out are why."""
        for line_no, name, message in self._left_out:
            self.ledger.add(NAME, "wrong_arch", line_no, message, None, _place(name))
        self._left_out.clear()


def _place(name: str | None) -> Place:
    if name is None:
        return NOWHERE
    found = _MEMBER.fullmatch(name)
    return Place(found["object"], found["member"]) if found else Place(*split_object(name))
