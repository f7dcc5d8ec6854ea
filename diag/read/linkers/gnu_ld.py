"""GNU ld (bfd): link errors from its messages.

ld names object and function once, in a header line, and leaves them out while they stay the same
(ld/ldmisc.c): they are carried forward here, and dropped where a message names an object itself.
After five references to a symbol in a row it says only that more follow: from there on the
numbers of that symbol are lower bounds.
"""

from __future__ import annotations

import re

from diag.read.linkers.gnu_ld_rules import RULES, UNNAMED_RULES
from diag.read.linkers.grammar import (
    PROGRAM_END,
    PROGRAM_START,
    Grammar,
    bare_symbol,
    first_match,
    group,
)
from diag.read.linkers.ledger import Ledger, LinkError
from diag.read.linkers.places import NOWHERE, Place, is_object, parse_place, split_object

NAME = "ld.bfd"
_PROGRAM = re.compile(rf"(?P<program>{PROGRAM_START}ld(?:\.bfd)?{PROGRAM_END}):(?: |(?=\S))")


class GnuLd(Grammar):
    """The grammar of GNU ld, with the header's object and function carried forward."""

    literals = (
        "ld:", "ld.bfd:", "ld.exe: ", "undefined reference", "n function ", "multiple definition of ",
        "first defined here", "undefined references to", "relocation ", "referenced in section",
    )  # fmt: skip

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._sticky = NOWHERE
        self._last: LinkError | None = None  # whose message the next line may go on with

    def end_run(self) -> None:
        """The next ld prints its own headers."""
        self._sticky, self._last = NOWHERE, None

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of ld's."""
        program = _PROGRAM.match(text)
        message = text[program.end() :] if program else text
        matched = first_match(UNNAMED_RULES if program is None else RULES, message)
        if matched is not None:
            rule, found = matched
            return self._apply(rule.kind, found, line_no, is_named=program is not None)
        if program is None:
            return False
        self.ledger.hold(NAME, line_no, message)
        return True

    def _apply(self, kind: str, found: re.Match[str], line_no: int, *, is_named: bool) -> bool:
        if kind == "header":
            return self._header(found, is_named)
        if kind == "first":
            return self._first(found)
        if kind == "dso_detail" and self._last is not None:
            self._last.add_detail(found[0])
            return True
        if kind in ("note", "dso_detail") or group(found, "level"):
            return True
        if kind == "trailer":
            self.ledger.hold(NAME, line_no, found[0])
            return True
        place = self._place(found, is_named)
        if place is None:
            return False
        symbol = bare_symbol(group(found, "symbol"))
        if kind == "follow":
            self._follow(str(symbol), place, line_no, found[0])
        else:
            kind = "undefined" if kind == "dso" else kind
            self._last = self.ledger.add(NAME, kind, line_no, found[0], symbol, place)
            self._doubt_after_follow(self._last)
        return True

    def _header(self, found: re.Match[str], is_named: bool) -> bool:
        if not (is_named or is_object(found["object"])):
            return False
        name, member = split_object(found["object"])
        self._sticky = Place(name, member, found["function"])
        return True

    def _first(self, found: re.Match[str]) -> bool:
        """The second line of a duplicate, as ld before 2.30 prints it."""
        if self._last is None or self._last.kind != "duplicate":
            return False
        self._last.add_detail(found[0])
        return True

    def _place(self, found: re.Match[str], is_named: bool) -> Place | None:
        """Where the message stands; None for prose that only sounds like ld."""
        if (name := group(found, "object")) is not None:
            return Place(*split_object(name))
        text = group(found, "place")
        if text is None:
            return NOWHERE if is_named or self._sticky is not NOWHERE else None
        place = parse_place(text)
        if place is None:
            return Place(*split_object(text)) if is_named else None
        if place.object is None:
            carried = self._sticky
            return Place(carried.object, carried.member, carried.function, *place[3:])
        self._sticky = Place(place.object, place.member)
        return place

    def _follow(self, symbol: str, place: Place, line_no: int, text: str) -> None:
        earlier = self.ledger.of_symbol(NAME, symbol)
        if earlier:  # the function that was being counted; those before it are complete
            earlier[-1].is_lower_bound = True
        error = self.ledger.add(NAME, "undefined", line_no, text, symbol, place)
        error.is_lower_bound = True

    def _doubt_after_follow(self, error: LinkError) -> None:
        """References that ld kept silent about may have stood in this function too."""
        if error.symbol is not None:
            same = self.ledger.of_symbol(NAME, error.symbol)
            error.is_lower_bound |= any("references to" in other.detail for other in same[-3:])
