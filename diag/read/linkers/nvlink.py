"""nvlink, the linker of CUDA's device code.

Source: CUDA 13.0's nvlink and public logs of 10 to 12 (`(target: sm_NN)` at the end). A symbol is
named once for an object however often that refers, so the numbers are lower bounds. Members of
archives are spelled `lib.a:member.o`.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, group, rule
from diag.read.linkers.places import NOWHERE, Place, split_object

NAME = "nvlink"
_HEAD = re.compile(r"nvlink (?P<level>error|fatal|warning|info) *: (?P<message>.*)", re.DOTALL)
_TARGET = re.compile(r" \(target: \w+\)$")
_MEMBER = re.compile(r"(?P<object>.+\.a):(?P<member>[^/:]+)", re.DOTALL)

RULES = (
    rule("undefined", "Undefined reference to ", r"Undefined reference to '(?P<symbol>[^']+)'(?: in '(?P<object>[^']+)')?"),
    rule("duplicate", "Multiple definition of ", r"Multiple definition of '(?P<symbol>[^']+)' in '(?P<object>[^']+)', first defined in '[^']+'"),
    rule("other", "doesn't match for ", r"\w+ doesn't match for '(?P<symbol>[^']+)' in '(?P<object>[^']+)', first specified in '[^']+'"),
    rule("object_not_found", "Could not open input file ", r"Could not open input file '(?P<object>[^']+)'(?:: .*)?"),
    rule("library_not_found", "ibrary file ", r"(?:Could not open|Could not find) library file '(?P<object>[^']+)'"),
    rule("wrong_arch", "is not a supported", r"Input file '(?P<object>[^']+)' .*is not a supported .*"),
    rule("wrong_arch", "newer than toolkit", r"Input file '(?P<object>[^']+)' newer than toolkit.*"),
    rule("wrong_arch", "incompatible", r".*'(?P<object>[^']+)'.* incompatible .*"),
    rule("overflow", "uses too much ", r"(?:entry )?[Ff]unction '(?P<symbol>[^']+)' uses too much .*"),
    rule("trailer", "_elf failed", r"\w+_elf failed(?:: .*)?"),
    rule("trailer", "merge", r"elfLink .*error.*"),
)  # fmt: skip


class Nvlink(Grammar):
    """The grammar of nvlink."""

    literals = ("nvlink ",)

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of nvlink's."""
        head = _HEAD.fullmatch(text)
        if head is None:
            return False
        if head["level"] in ("warning", "info"):
            return True
        message = _TARGET.sub("", head["message"])
        matched = first_match(RULES, message)
        if matched is not None and matched[0].kind == "trailer":
            return True  # the error stands before it
        kind = matched[0].kind if matched else "other"
        symbol = group(matched[1], "symbol") if matched else None
        name = group(matched[1], "object") if matched else None
        error = self.ledger.add(NAME, kind, line_no, head["message"], symbol, _place(name))
        error.is_lower_bound |= kind == "undefined"
        return True


def _place(name: str | None) -> Place:
    if name is None:
        return NOWHERE
    found = _MEMBER.fullmatch(name)
    return Place(found["object"], found["member"]) if found else Place(*split_object(name))
