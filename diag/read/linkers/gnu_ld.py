"""GNU ld (bfd): link errors from its messages.

ld names object and function once, in a header line, and leaves them out while they stay the same
(ld/ldmisc.c): they are carried forward here, and dropped where a message names an object itself.
After five references to a symbol in a row it says only that more follow: from there on the
numbers of that symbol are lower bounds.
"""

from __future__ import annotations

import re

from diag.read.linkers.gnu_ld_rules import ADDING, RULES, UNNAMED_RULES
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
from diag.read.linkers.translate import (
    FOREIGN,
    split_level,
    to_english,
    with_english_place,
    with_english_reason,
    without_level,
)

NAME = "ld.bfd"
# What the grammar does before it records a row of another name.
_KINDS = {"dso": "undefined", "region": "script", "expression": "script"}
_NAMELESS = "no symbol"  # bfd's name of a symbol that has none
# French sets a space before the colon.
_PROGRAM = re.compile(
    rf"(?P<program>{PROGRAM_START}ld(?:\.bfd)?{PROGRAM_END})(?P<gap>[\xa0 ]?)[:：](?:[\xa0 ]|(?=\S))"
)


_FOREIGN = (*FOREIGN, "file not recognized: ")
_SCRIPT = re.compile(r"[^\s:]{1,400}:\d{1,9}: ")  # ld before 2.31, of a linker script


class GnuLd(Grammar):
    """The grammar of GNU ld, with the header's object and function carried forward."""

    literals = (
        "ld:", "ld.bfd:", "ld.exe: ", "undefined reference", "n function ", "multiple definition of ",
        "first defined here", "undefined references to", "relocation ", "referenced in section",
        "file not recognized: ", " referenced in expression", "ld\xa0:", "ld.bfd\xa0:", "ld：",
        "DSO missing from command line", *ADDING, *FOREIGN,
    )  # fmt: skip

    own = ("undefined reference to `", "n function `")

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._sticky = NOWHERE
        self._last: LinkError | None = None  # whose message the next line may go on with
        self._silenced: set[str] = set()  # symbols of which more references follow, unseen
        self._is_header = False

    def end_run(self) -> None:
        """The next ld prints its own headers."""
        self._sticky, self._last, self._is_header = NOWHERE, None, False
        self._silenced.clear()

    @property
    def goes_on(self) -> bool:
        """After a header the message follows, in whatever language."""
        return self._is_header

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of ld's."""
        was_header, self._is_header = self._is_header, False
        program = _PROGRAM.match(text)
        message = text[program.end() :] if program else text
        is_known = program is not None or any(words in text for words in ADDING)
        rules = RULES if is_known else UNNAMED_RULES
        matched = first_match(rules, without_level(message) if program else message)
        if matched is None and (program or was_header or _is_foreign(text)):
            matched = first_match(rules, _in_english(message))
        if matched is not None:
            rule, found = matched
            return self._apply(rule.kind, found, line_no, message, is_named=program is not None)
        if program is None or program["gap"] == " ":
            return False
        self.ledger.hold(NAME, line_no, message)
        return True

    def _apply(
        self, kind: str, found: re.Match[str], line_no: int, text: str, *, is_named: bool
    ) -> bool:
        if kind == "header":
            return self._header(found, is_named)
        if kind == "first":
            return self._first(text)
        if kind == "region" and self._last is not None and self._last.kind == "script":
            self._last.add_detail(text)
            return True
        if kind == "dso_detail" and self._last is not None:
            self._last.add_detail(text)
            return True
        if kind in ("note", "dso_detail") or group(found, "level"):
            return True
        if kind in ("trailer", "lto_trailer"):
            self.ledger.hold(NAME, line_no, text, "lto" if kind == "lto_trailer" else "other")
            return True
        place = self._place(found, is_named)
        if place is None:
            return False
        if place.section is None and (section := group(found, "section")):
            place = place._replace(section=section)
        symbol = bare_symbol(group(found, "symbol"))
        if kind == "follow":
            self._follow(str(symbol), place, line_no, text)
        else:
            kind = _KINDS.get(kind, kind)
            self._last = self.ledger.add(NAME, kind, line_no, text, symbol, place)
            # References that ld kept silent about may have stood in this function too.
            self._last.is_lower_bound |= kind == "undefined" and symbol in self._silenced
        return True

    def _header(self, found: re.Match[str], is_named: bool) -> bool:
        if not (is_named or is_object(found["object"])):
            return False
        name, member = split_object(found["object"])
        function = found["function"] if found["function"] != _NAMELESS else None
        self._is_header = True
        self._sticky = Place(name, member, function)
        return True

    def _first(self, text: str) -> bool:
        """The second line of a duplicate, as ld before 2.30 prints it."""
        if self._last is None or self._last.kind != "duplicate":
            return False
        self._last.add_detail(text)
        return True

    def _place(self, found: re.Match[str], is_named: bool) -> Place | None:
        """Where the message stands; None for prose that only sounds like ld."""
        if (name := group(found, "object")) is not None:
            return Place(*split_object(name))
        text = group(found, "place")
        if text is None:  # the message alone: after a header, or as people quote it
            return NOWHERE
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
        self._silenced.add(symbol)


def _is_foreign(text: str) -> bool:
    """Whether a line without the program's name may be ld's in another language."""
    return any(map(text.__contains__, _FOREIGN)) or _SCRIPT.match(text) is not None


def _in_english(message: str) -> str:
    """The message in English, if it is a translation that the catalogues have."""
    head, semicolon, tail = message.rpartition("; ")
    if semicolon and (first := to_english(tail, "ld")):
        return f"{to_english(head, 'ld') or head}; {first}"
    level = split_level(message, "ld")
    if level is not None and level[1] == "warning" and not level[0]:
        return f"warning: {level[2]}"
    message = without_level(message)
    return (
        to_english(message, "ld")
        or to_english(message, "bfd")
        or with_english_place(message, "ld")
        or with_english_reason(message)
        or message
    )
