"""The programs that call linkers: what they say when a link begins, ends or cannot be made.

gcc's collect2, clang, rustc, the go linker. rustc and go say that a link has failed before they
show the linker's words (unwrap.py takes them out of rustc's notes); the others after them. A linker
that was killed made no error: its line is left to be told as one of a killed process.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, group, rule
from diag.read.linkers.ledger import Ledger
from diag.read.linkers.places import NOWHERE, Place, split_object
from diag.read.linkers.translate import split_level, to_english

# `failure`: the link is over and has failed. `start`: rustc or go begins to tell of one that has
# failed. `after`: the compiler has ended, over that link or anything else. `killed`: the link is
# over and was not at fault. `make`: a command of a makefile has failed, whatever it was.
RULES = (
    rule("killed", "failed: signal: ", r"error: linking with `.*` failed: signal: .*"),
    rule("start", "linking with ", r"error: linking with `.*` failed: .*"),
    rule("no_linker", "linker `", r"error: linker `(?P<object>.*)` not found"),
    rule("failure", "collect2", r"collect2(?:\.exe)?: (?:fatal )?(?:error: )?ld returned \d+ exit status"),
    rule("killed", "collect2", r"collect2(?:\.exe)?: (?:fatal )?error: ld terminated with signal \d+.*"),
    rule("missing", "cannot find 'ld'", r"collect2(?:\.exe)?: fatal error: cannot find '(?P<object>ld)'"),
    rule("killed", "failed due to signal", r".*: error: linker command failed due to signal .*"),
    rule("failure", "linker command failed", r".*: error: linker command failed .*"),
    rule("after", "could not compile", r"error: could not compile .*"),
    rule("after", "aborting due to ", r"error: aborting due to .*"),
    rule("start", "link: running ", r".*link: running \S+ failed: exit status \d+"),
    rule("make", "*** [", r"(?:\S*[/\\])?[gm]*make(?:\.exe)?(?:\[\d+\])?: \*\*\* \[.*\] [^\]\d]{1,60} \d{1,3}(?: \(.*\))?"),
    rule("lto", "bytecode stream", r"(?:lto1|cc1)(?:\.exe)?: .*bytecode stream (?:in file [‘“”«„»「']\s?(?P<object>[^’”»“«」']+?)\s?[’”»“«」'] )?.*"),
    rule("lto", "lto1", r"lto1(?:\.exe)?: fatal error: .*"),
    rule("lto_note", "lto-wrapper", r"(?:lto-wrapper(?:\.exe)?|.*/lto-wrapper): (?:fatal )?error: .*"),
)  # fmt: skip
_COULD_BE = re.compile(r"collect2|link|lto|could not|aborting|bytecode|\*\*\* \[")
_GCC = re.compile(
    r"(?P<program>collect2|lto1|lto-wrapper)(?:\.exe)?\s?[:：]\s?(?P<message>.+)", re.DOTALL
)


def _in_english(text: str) -> str:
    """What gcc's own programs say, if it is a translation that is known; else the text."""
    found = _GCC.fullmatch(text)
    if found is None:
        return text
    message = found["message"]
    level = split_level(message, "gcc")
    message = level[2] if level and not level[0] else re.sub("^(?:fatal )?error: ", "", message)
    english = to_english(message, "gcc")
    if level is None and english is None and found["program"] != "lto-wrapper":
        return text
    return f"{found['program']}: fatal error: {english or message}"


class Drivers(Grammar):
    """What compilers' drivers say about a link; ends the runs of a step."""

    # The last is the mark of Spack: it breaks lines, and what it breaks holds no literal whole.
    literals = ("collect2", "linking with ", "linker command failed", "could not compile",
                "aborting due to ", "link: running ", "error: linker `", "lto1: ", "lto-wrapper", "bytecode stream", "*** [", "  >> ")  # fmt: skip

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.has_ended = False
        self.has_failed = False
        self._is_told = False  # that the link failed whose words follow

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is a driver's; `has_ended`, `has_failed` tell what became of the run."""
        matched = None
        if _COULD_BE.search(text):
            matched = first_match(RULES, text) or first_match(RULES, _in_english(text))
        self.has_ended = self.has_failed = False
        if matched is None:
            return False
        kind, found = matched[0].kind, matched[1]
        self.has_failed = (
            kind in ("failure", "missing", "no_linker")
            or (kind == "after" and self._is_told)
            # make speaks of any command: what a linker just said and no grammar knows is why.
            or (kind == "make" and self.ledger.holds_near(line_no))
        )
        self.has_ended = self.has_failed or kind in ("start", "after", "killed")
        self._is_told = kind == "start" or (self._is_told and not self.has_ended)
        if kind == "lto":
            name = group(found, "object")
            place = Place(*split_object(name)) if name else NOWHERE
            self.ledger.add("collect2", "lto", line_no, found[0], place=place)
        elif kind == "lto_note":
            self.ledger.hold("collect2", line_no, found[0], "lto")
        elif kind == "missing":
            self.ledger.add("collect2", "other", line_no, found[0])
        elif kind == "no_linker":
            self.ledger.add("rustc", "other", line_no, found[0])
        return kind not in ("after", "killed", "make")
