"""The programs that call linkers: what they say when a link ends, and how they wrap its words.

gcc's collect2, clang, rustc, the go linker, make. rustc puts the linker command and all that the
linker printed into notes: the first line after `  = note: `, the rest indented by ten columns.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, rule
from diag.read.linkers.ledger import Ledger

# `failure`: the link is over and has failed. `start`: rustc begins to tell of one. `after`: the
# compiler has ended, over a link or anything else.
RULES = (
    rule("start", "linking with ", r"error: linking with `.*` failed: .*"),
    rule("failure", "collect2", r"collect2(?:\.exe)?: (?:error: )?ld returned \d+ exit status"),
    rule("failure", "collect2", r"collect2(?:\.exe)?: (?:fatal )?error: ld terminated with signal \d+.*"),
    rule("missing", "cannot find 'ld'", r"collect2(?:\.exe)?: fatal error: cannot find '(?P<object>ld)'"),
    rule("failure", "linker command failed", r".*: error: linker command failed .*"),
    rule("after", "could not compile", r"error: could not compile .*"),
    rule("after", "aborting due to ", r"error: aborting due to .*"),
    rule("failure", "link: running ", r".*link: running \S+ failed: exit status \d+"),
    rule("lto", "lto1", r"lto1(?:\.exe)?: fatal error: .*"),
    rule("lto", "bytecode stream", r"(?:lto1|cc1): .*bytecode stream.*"),
    rule("lto_note", "lto-wrapper", r"(?:lto-wrapper(?:\.exe)?|.*/lto-wrapper): (?:fatal )?error: .*"),
)  # fmt: skip
_COULD_BE = re.compile("collect2|linking with|link|lto|could not|aborting|bytecode")


class Drivers(Grammar):
    """What compilers' drivers say about a link; ends the runs of a step."""

    literals = ("collect2", "linking with ", "linker command failed", "could not compile",
                "aborting due to ", "link: running ", "lto1: ", "lto-wrapper", "bytecode stream")  # fmt: skip

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.has_ended = False
        self.has_failed = False

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is a driver's; `has_ended`, `has_failed` tell what became of the run."""
        matched = first_match(RULES, text) if _COULD_BE.search(text) else None
        self.has_ended = self.has_failed = False
        if matched is None:
            return False
        kind, found = matched[0].kind, matched[1]
        self.has_failed = kind in ("failure", "missing")
        self.has_ended = self.has_failed or kind in ("start", "after")
        if kind == "lto":
            self.ledger.add("collect2", "lto", line_no, found[0])
        elif kind == "lto_note":
            self.ledger.hold("collect2", line_no, found[0])
        elif kind == "missing":
            self.ledger.add("collect2", "other", line_no, found[0])
        return kind != "after"
