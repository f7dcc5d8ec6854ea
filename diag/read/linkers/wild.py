"""wild: an error line, then indented lines with the source and the object.

Source: davidlattimore/wild libwild/src/layout.rs, symbol_db.rs, input_data.rs, error.rs and issues
1562, 314 and 591; before 0.6 messages begin with `Error: ` and undefined symbols are a list.
It names every reference that it finds, so its counts are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from diag.read.linkers.grammar import Grammar, bare_symbol, first_match, group, rule
from diag.read.linkers.ledger import Ledger
from diag.read.linkers.places import NOWHERE, Place, is_object, parse_place, split_object

NAME = "wild"
_LIST = "Error: Undefined symbols found!"
_PROGRAM = re.compile(
    r"(?:(?:\S*[/\\])?wild(?:\.exe)?: (?P<level>error|warning)|Error): (?P<message>.*)", re.DOTALL
)
_DUPLICATE = re.compile(
    r"(?>(?P<symbol>\S.*?), defined in )(?>(?P<first>.*?) and )(?P<object>.+)", re.DOTALL
)
MAX_LINES = 3  # of one record after its first
RULES = (
    rule("undefined", "Undefined symbol ", r"Undefined symbol (?P<symbol>.+), referenced by(?: (?P<place>.+))?"),
    rule("duplicate", "Duplicate symbols detected: ", r"Duplicate symbols detected: (?P<first>.+)"),
    rule("overflow", " relocation out of range by ", r"\S+ relocation out of range by \S+ for symbol (?P<symbol>.+)"),
    rule("library_not_found", "Couldn't find library ", r"Couldn't find library `(?P<library>[^`]+)` on library search path"),
    rule("object_not_found", "Failed to open input file ", r"Failed to open input file `(?P<object>[^`]+)`"),
)  # fmt: skip


@dataclass
class _Record:
    kind: str
    line_no: int
    text: str
    symbol: str | None
    place: Place
    more: list[str] = field(default_factory=list)


class Wild(Grammar):
    """The grammar of wild."""

    literals = ("wild: error: ", "wild: warning: ", _LIST, "Error: Duplicate symbols detected: ")

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._open: _Record | None = None
        self._goes_on = ""  # `list` or `duplicate`: the next line may be a record of its own

    @property
    def is_open(self) -> bool:
        """Whether the next line may go on with a record."""
        return self._open is not None or bool(self._goes_on)

    @property
    def goes_on(self) -> bool:
        """Lines after the first hold no words of wild's own."""
        return self.is_open

    def end_record(self) -> None:
        """Records what was open, at the object that its last line names."""
        record, self._open, self._goes_on = self._open, None, ""
        if record is not None and record.kind != "note":
            text = "; ".join([record.text, *record.more])
            place = _with_lines(record.place, record.more)
            self.ledger.add(NAME, record.kind, record.line_no, text, record.symbol, place)

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of wild's."""
        if text.strip() == _LIST:
            self.end_record()
            self._goes_on = "list"
            return True
        found = _PROGRAM.fullmatch(text)
        if found is None:
            return self._continue(line_no, text)
        matched = first_match(RULES, found["message"])
        if found["level"] is None and (matched is None or matched[0].kind != "duplicate"):
            return False  # `Error: ` opens other programs' messages too
        self.end_record()
        kind = matched[0].kind if matched else "other"
        if kind == "duplicate" and matched is not None:
            self._goes_on = "duplicate"
            return self._listed(line_no, matched[1]["first"])
        parts = matched[1] if matched else None
        symbol = bare_symbol(group(parts, "symbol")) if parts else None
        kind = "note" if found["level"] == "warning" else kind
        self._open = _Record(kind, line_no, found["message"], symbol, _place(parts))
        return True

    def _continue(self, line_no: int, text: str) -> bool:
        if self._goes_on:
            return self._listed(line_no, text.strip())
        record = self._open
        if record is None or len(record.more) >= MAX_LINES or not text.strip():
            return False
        if record.kind not in ("undefined", "note") and not text.startswith("Caused by:"):
            return False
        record.more.append(text.strip())
        return True

    def _listed(self, line_no: int, text: str) -> bool:
        """One line of a list: an undefined symbol, or one that two files define."""
        if self._goes_on == "list" and (matched := first_match(RULES[:1], text)):
            symbol, place = bare_symbol(matched[1]["symbol"]), _place(matched[1])
            self.ledger.add(NAME, "undefined", line_no, text, symbol, place)
            return True
        if self._goes_on == "duplicate" and (found := _DUPLICATE.fullmatch(text)):
            place = Place(*split_object(found["object"]))
            self.ledger.add(NAME, "duplicate", line_no, text, bare_symbol(found["symbol"]), place)
            return True
        return False


def _place(parts: re.Match[str] | None) -> Place:
    """The place that the first line names."""
    if parts is None:
        return NOWHERE
    if (name := group(parts, "library")) is not None:
        return Place(f"-l{name}")  # as the other linkers spell it
    text = group(parts, "object") or group(parts, "place")
    if not text:
        return NOWHERE
    return parse_place(text) or (Place(*split_object(text)) if is_object(text) else NOWHERE)


def _with_lines(place: Place, lines: list[str]) -> Place:
    """The place with what the lines after the first tell: a source, then the object."""
    for line in lines:
        if is_object(line):
            name, member = split_object(line)
            place = place._replace(object=name, member=member)
        elif (told := parse_place(line)) is not None and told.source_file:
            place = place._replace(source_file=told.source_file, source_line=told.source_line)
    return place
