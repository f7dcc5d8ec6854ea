"""lld (ELF; rust-lld is the same program) and mold: an error line, then lines that begin `>>>`.

Source: LLVM lld/ELF/Relocations.cpp, Symbols.cpp, InputSection.cpp; rui314/mold elf/passes.cc.
lld shows three references of a symbol and says how many more there are, so its counts are exact
unless its limit of errors was reached. mold 1.x forgets line ends between references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from diag.read.linkers.grammar import (
    PROGRAM_END,
    PROGRAM_START,
    Grammar,
    bare_symbol,
    first_match,
    group,
)
from diag.read.linkers.ledger import Ledger
from diag.read.linkers.lld_rules import RULES
from diag.read.linkers.places import NOWHERE, Place, is_object, parse_place, split_object

_HEAD = re.compile(
    rf"(?P<program>{PROGRAM_START}(?P<name>ld\.lld|rust-lld|lld-link|ld64\.lld|wasm-ld|lld|ld\.mold|mold|ld)"
    rf"{PROGRAM_END}): (?:(?P<level>error|warning|fatal|note): |(?<=mold: )(?=(?:undefined|duplicate) symbol: ))(?P<message>.*)",
    re.DOTALL,
)
_LEVEL = re.compile(
    r"(?:ld|link|mold)[^\s:]*: (?:error|warning|fatal|note): |mold: (?:undefined|duplicate) symbol: "
)
_MOLD = re.compile(r"mold(?:-[\d.]+)?(?:\.exe)?$")
_GLUED = re.compile(r"(?<=[^ ])(?=>>> )")
_MORE = re.compile(r">>> referenced (?P<count>\d{1,18}) more times?")
_REFERENCED = re.compile(r">>> referenced by (?P<what>.+)", re.DOTALL)
_DEFINED = re.compile(r">>> defined (?:at|in) (?P<what>.+)", re.DOTALL)
_INDENTED = re.compile(r">>>\s{2,}(?P<what>.+)", re.DOTALL)
_OTHER = re.compile(
    r">>> (?:did you mean|defined in:|the vtable symbol|section group signature|prevailing definition"
    r"|defined as|the encapsulation symbol|see |referenced by|this |consider )"
)
_INSIDE = re.compile(
    r"(?>(?P<object>[^\s].*?):\()(?P<inside>.*)\)(?: in archive (?P<archive>.+))?", re.DOTALL
)
_SYMBOL = re.compile(r"symbol (?P<symbol>.+)\+0x[0-9A-Fa-f]{1,16}", re.DOTALL)  # ld64.lld
_IN_FUNCTION = re.compile(r"(?>(?P<file>.+?):\(function )(?P<function>.+)\)", re.DOTALL)  # LLVM 4
_DISALLOWED = " (disallowed by --no-allow-shlib-undefined)"
_OFFSET = re.compile(r"(?P<section>.+)\+0x(?P<offset>[0-9A-Fa-f]{1,16})")
_SOURCE = re.compile(
    r"(?P<short>.+?)(?::(?P<line>\d{1,9}))?(?: \((?P<full>[^()]+?)(?::(?P<full_line>\d{1,9}))?\))?",
    re.DOTALL,
)


@dataclass
class _Record:
    """A message and what its `>>>` lines have told so far."""

    linker: str
    kind: str
    symbol: str | None
    line_no: int
    place: Place
    texts: list[str]
    places: list[Place] = field(default_factory=list)
    is_half: bool = False  # the next line may name the last place better
    source: Place | None = None  # told, and its object not yet
    n_more: int = 0


class Lld(Grammar):
    """The grammar of lld and mold."""

    literals = ("lld: ", "-link: ", "wasm-ld: ", "mold: ", "ld: error: ", "ld.lld-", ">>> ")

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._open: _Record | None = None

    @property
    def is_open(self) -> bool:
        """Whether the next line may go on with a record."""
        return self._open is not None

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of lld's or mold's."""
        if text.startswith(">>>"):
            return self._open is not None and all(map(self._continue, _GLUED.split(text)))
        found = _HEAD.fullmatch(text) if _LEVEL.search(text) else None
        if found is None:
            return False
        self.end_record()
        matched = first_match(RULES, found["message"])
        is_ld = found["name"] == "ld" and "wasm-ld" not in found["program"]
        if is_ld and (matched is None or found["level"] != "error"):
            return False  # also the name of other linkers, whose words are not lld's
        self._begin(found, matched, line_no)
        return True

    def _begin(self, found: re.Match[str], matched: object, line_no: int) -> None:
        rule, parts = matched if isinstance(matched, tuple) else (None, None)
        kind = rule.kind if rule else "other"
        if kind == "limit":
            self.ledger.doubt_run()
            return
        if found["level"] in ("warning", "note"):
            kind = "note"
        if kind == "lto_trailer":
            self.ledger.hold(_linker(found["program"]), line_no, found["message"], "lto")
            return
        self._open = _Record(
            linker=_linker(found["program"]),
            kind=kind,
            symbol=bare_symbol(group(parts, "symbol")) if parts else None,
            line_no=line_no,
            place=_message_place(parts) if parts else NOWHERE,
            texts=[found["message"]],
        )

    def _continue(self, text: str) -> bool:
        record = self._open
        if record is None:
            return False
        if more := _MORE.fullmatch(text):
            record.n_more += int(more["count"])
        elif named := _REFERENCED.fullmatch(text) or _DEFINED.fullmatch(text):
            _close_source(record)
            _note(record, named["what"], is_indented=False)
        elif named := _INDENTED.fullmatch(text):
            _note(record, named["what"], is_indented=True)
        elif not (_OTHER.match(text) or record.kind in ("script", "other")):
            return False
        if len(record.texts) < 20:
            record.texts.append(" ".join(text[3:].split()))
        return True

    def end_record(self) -> None:
        """Records what was open: undefined symbols once a place, everything else once."""
        record, self._open = self._open, None
        if record is None or record.kind == "note":
            return
        _close_source(record)
        places = record.places or [record.place]
        if record.kind == "duplicate":
            places = places[-1:]  # the definition that came second
        elif record.kind != "undefined":
            places = [record.place if record.place != NOWHERE else places[0]]
        for place in places:
            self._add(record, place, 1)
        if record.n_more and record.kind == "undefined":
            self._add(record, NOWHERE, record.n_more)

    def _add(self, record: _Record, place: Place, n_refs: int) -> None:
        detail = "; ".join(record.texts)
        self.ledger.add(
            record.linker, record.kind, record.line_no, detail, record.symbol, place, n_refs
        )


def _linker(program: str) -> str:
    """The linker's name by that of its program."""
    if _MOLD.search(program):
        return "mold"
    return "rust-lld" if "rust-lld" in program else "lld"


def _note(record: _Record, what: str, *, is_indented: bool) -> None:
    """One place: a source, or an object that belongs to the source told before it."""
    place = _object_place(what, is_sure=is_indented)
    if place is None:
        record.source = _source_place(what)
        return
    if is_indented and record.is_half and record.places[-1].object == place.object:
        place = record.places.pop()._replace(function=place.function)  # mold, without a source
    record.is_half = not is_indented
    if record.source is not None:
        told = record.source
        place = Place(*place[:5], told.source_file, told.source_line)
        record.source = None
    record.places.append(place)


def _close_source(record: _Record) -> None:
    if record.source is not None:
        record.places.append(record.source)
        record.source = None


def _object_place(what: str, *, is_sure: bool) -> Place | None:
    """`OBJ:(FUNCTION)`, `OBJ:(SECTION+0xOFFSET)`, each perhaps ` in archive A`; or a lone object."""
    what = what.removesuffix(_DISALLOWED)
    found = _INSIDE.fullmatch(what)
    if found is None:
        return Place(*split_object(what)) if is_sure or is_object(what) else None
    name, member = split_object(found["object"])
    if found["archive"]:
        name, member = found["archive"], found["object"]
    if symbol := _SYMBOL.fullmatch(found["inside"]):
        return Place(name, member, symbol["symbol"])
    if offset := _OFFSET.fullmatch(found["inside"]):
        return Place(name, member, None, offset["section"], int(offset["offset"], 16))
    return Place(name, member, found["inside"] or None)


def _source_place(what: str) -> Place:
    found = _SOURCE.fullmatch(what)
    if found is None:
        return Place(source_file=what)
    line = found["full_line"] or found["line"]
    return Place(
        source_file=found["full"] or found["short"], source_line=int(line) if line else None
    )


def _message_place(parts: re.Match[str]) -> Place:
    """The place that the first line itself names."""
    if (name := group(parts, "library")) is not None:
        return Place(f"-l{name}")  # as the other linkers spell it
    if (name := group(parts, "object")) is not None:
        return Place(*split_object(name))
    text = group(parts, "place")
    if not text:
        return Place(section=group(parts, "section"))
    if inside := _IN_FUNCTION.fullmatch(text):
        is_source = not is_object(inside["file"])
        return Place(
            None if is_source else inside["file"], None, inside["function"], None, None,
            inside["file"] if is_source else None,
        )  # fmt: skip
    return parse_place(text) or Place(*split_object(text))
