"""The programs that call linkers: what they say when a link begins, ends or cannot be made.

gcc's collect2, clang, rustc, the go linker. rustc and go say that a link has failed before they
show the linker's words (unwrap.py takes them out of rustc's notes); the others after them. A linker
that was killed made no error: its line is left to be told as one of a killed process.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, rule
from diag.read.linkers.ledger import Ledger

# `failure`: the link is over and has failed. `start`: rustc or go begins to tell of one that has
# failed. `after`: the compiler has ended, over that link or anything else. `killed`: the link is
# over and was not at fault.
RULES = (
    rule("killed", "failed: signal: ", r"error: linking with `.*` failed: signal: .*"),
    rule("start", "linking with ", r"error: linking with `.*` failed: .*"),
    rule("no_linker", "linker `", r"error: linker `(?P<object>.*)` not found"),
    rule("failure", "collect2", r"collect2(?:\.exe)?: (?:error: )?ld returned \d+ exit status"),
    rule("killed", "collect2", r"collect2(?:\.exe)?: (?:fatal )?error: ld terminated with signal \d+.*"),
    rule("missing", "cannot find 'ld'", r"collect2(?:\.exe)?: fatal error: cannot find '(?P<object>ld)'"),
    rule("killed", "failed due to signal", r".*: error: linker command failed due to signal .*"),
    rule("failure", "linker command failed", r".*: error: linker command failed .*"),
    rule("after", "could not compile", r"error: could not compile .*"),
    rule("after", "aborting due to ", r"error: aborting due to .*"),
    rule("start", "link: running ", r".*link: running \S+ failed: exit status \d+"),
    rule("lto", "lto1", r"lto1(?:\.exe)?: fatal error: .*"),
    rule("lto", "bytecode stream", r"(?:lto1|cc1): .*bytecode stream.*"),
    rule("lto_note", "lto-wrapper", r"(?:lto-wrapper(?:\.exe)?|.*/lto-wrapper): (?:fatal )?error: .*"),
)  # fmt: skip
_COULD_BE = re.compile("collect2|link|lto|could not|aborting|bytecode")


class Drivers(Grammar):
    """What compilers' drivers say about a link; ends the runs of a step."""

    literals = ("collect2", "linking with ", "linker command failed", "could not compile",
                "aborting due to ", "link: running ", "error: linker `", "lto1: ", "lto-wrapper", "bytecode stream")  # fmt: skip

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.has_ended = False
        self.has_failed = False
        self._is_told = False  # that the link failed whose words follow

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is a driver's; `has_ended`, `has_failed` tell what became of the run."""
        matched = first_match(RULES, text) if _COULD_BE.search(text) else None
        self.has_ended = self.has_failed = False
        if matched is None:
            return False
        kind, found = matched[0].kind, matched[1]
        self.has_failed = kind in ("failure", "missing", "no_linker") or (
            kind == "after" and self._is_told
        )
        self.has_ended = self.has_failed or kind in ("start", "after", "killed")
        self._is_told = kind == "start" or (self._is_told and not self.has_ended)
        if kind == "lto":
            self.ledger.add("collect2", "lto", line_no, found[0])
        elif kind == "lto_note":
            self.ledger.hold("collect2", line_no, found[0])
        elif kind == "missing":
            self.ledger.add("collect2", "other", line_no, found[0])
        elif kind == "no_linker":
            self.ledger.add("rustc", "other", line_no, found[0])
        return kind not in ("after", "killed")
