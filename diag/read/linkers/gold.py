"""gold: one line a reference, the location before `error: `.

Source: binutils gold/errors.cc, gold/object.cc (Relocate_info::location), gold/resolve.cc. gold
stops after four references of a symbol and does not say so: from four on, a number is a lower
bound. With debug information it names the source line and not the object.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import (
    PROGRAM_END,
    PROGRAM_START,
    Grammar,
    bare_symbol,
    first_match,
    group,
    rule,
)
from diag.read.linkers.ledger import Ledger, LinkError
from diag.read.linkers.places import NOWHERE, Place, parse_place, split_object
from diag.read.linkers.translate import FOREIGN, function_words, split_level, to_english

NAME = "gold"
MAX_SHOWN = 4  # references of one symbol
_PROGRAM = re.compile(
    rf"(?P<program>{PROGRAM_START}(?P<name>ld\.gold|gold|ld){PROGRAM_END})(?:[ \xa0]?: |：)(?P<rest>.*)",
    re.DOTALL,
)
_REFERENCE = re.compile(
    r"(?>(?P<place>.+?): error: undefined reference to ')(?P<symbol>.*?)'(?:, version '(?P<version>[^']*)')?",
    re.DOTALL,
)
_FUNCTION = re.compile(r"(?P<place>.*?):function (?P<function>.*)", re.DOTALL)
_VARIABLE = re.compile(r"(?P<place>.+?\.(?:o|a|lo)(?:\([^()]+\))?:[^:]*):(?P<name>[^:]*\D[^:]*)")
# Its levels in other languages, and words of lines that name no program.
_FOREIGN = (
    "\xa0: erreur\xa0: ", " : erreur : ", ": errore: ", ": エラー: ", ": помилка: ", ": 错误: ", "：错误：", "sin definir al ", *FOREIGN,
)  # fmt: skip
_NAMED = re.compile(r"(?>(?P<name>.+?) ?(?P<colon>: |：))(?P<message>.+)", re.DOTALL)
_OLD = re.compile(
    r"(?:\S{0,400}ld\S{0,20}: )?(?>(?P<object>\S+): in function )(?P<function>.+):(?P<source>[^:()]*)"
    r"\((?P<section>\.[^()+]+)\+0x(?P<offset>[0-9a-f]{1,16})\)"
)
_AT = re.compile(r"(?P<name>.+):\((?P<section>[^():]+)\+0x(?P<offset>[0-9a-f]{1,16})\)")  # 2.44
_COULD_BE = re.compile(r"error: |gold[^\s:：]*[ \xa0]?[:：]|: previous definition here")
_HINT = re.compile(r"(?:.*: )?warning: |use the --help option|the vtable symbol|the symbol should ")
_PREVIOUS = re.compile(r"(?P<object>.+): previous definition here")

RULES = (
    rule("duplicate", "multiple definition of ", r"(?P<object>.+?): multiple definition of '(?P<symbol>.*)'"),
    rule("library_not_found", "cannot find -l", r"cannot find (?P<object>-l.+)"),
    rule("object_not_found", "cannot open ", r"cannot open (?P<object>.+?): .*"),
    rule("wrong_arch", "ELF machine number", r"(?P<object>.+?): unsupported ELF machine number \d+"),
    rule("wrong_arch", "incompatible target", r"(?P<object>.+?): incompatible target"),
    rule("relocation", "requires ", r"(?P<object>.+?): requires (?:dynamic|unsupported dynamic) \S+ reloc(?: against '(?P<symbol>[^']*)')?.*"),
    rule("relocation", "unsupported reloc ", r"(?P<object>.+?): unsupported reloc \S+(?: against (?:global|local) symbol (?P<symbol>.+))?"),
    rule("overflow", "relocation overflow", r"relocation overflow(?: in \S.*|: reference to '?(?P<symbol>[^']*)'?.*)?"),
    rule("discarded", "in a discarded section", r'relocation refers to (?:global|local) symbol "(?P<symbol>[^"]*)"(?: \[\d+\])?, which is defined in a discarded section'),
    rule("hidden", "hidden symbol ", r"hidden symbol '(?P<symbol>[^']*)' is not defined locally"),
    rule("version", "has undefined version ", r"(?:(?P<object>.+?): )?symbol (?P<symbol>\S+) has undefined version .*"),
    rule("tls", "non-__thread", r"(?P<object>.+?): symbol '(?P<symbol>[^']*)' used as both __thread and non-__thread"),
    rule("script", "syntax error", r"(?P<object>[^\s:]+) ?:\s?\d+ ?:\s?\d+ ?:\s?syntax error.*"),
    rule("script", "unable to parse ", r"unable to parse (?:version )?script file (?P<object>.+)"),
    rule("script", "invalid character", r"(?P<object>[^\s:]+):\d+:\d+: invalid character"),
    rule("script", "overflows end of region", r"section (?P<section>\S+) overflows end of region .*"),
    rule("script", " referenced in expression", r"undefined symbol '(?P<symbol>[^']*)' referenced in expression"),
    rule("lto_trailer", "lto-wrapper failed", r"lto-wrapper failed"),
    rule("format", "truncated", r"(?>(?P<object>.+?): )(?!file truncated).*truncated.*"),
    rule("format", "too short", r"(?>(?P<object>.+?): )(?!file too short).*too short.*"),
    rule("format", "not an object or archive", r"(?P<object>.+?): not an object or archive"),
    rule("format", "file is empty", r"(?P<object>.+?): file is empty"),
)  # fmt: skip


class Gold(Grammar):
    """The grammar of gold."""

    literals = ("ld.gold", "gold: ", *_FOREIGN, "ld: error: ", "ld: fatal error: ", ": error: undefined reference to ",
                "previous definition here", "relocation overflow", "in a discarded section")  # fmt: skip

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._last: LinkError | None = None
        self._said: str | None = None  # the line, where it was translated

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of gold's."""
        is_its_own = "gold" in text or any(map(text.__contains__, _FOREIGN))
        english = _in_english(text) if is_its_own else None
        self._said = text if english not in (None, text) else None
        return self._feed(line_no, english or text)

    def _feed(self, line_no: int, text: str) -> bool:
        if not _COULD_BE.search(text):
            return False
        reference = _REFERENCE.fullmatch(text)
        if reference is not None:
            return self._reference(line_no, reference)
        program = _PROGRAM.fullmatch(text)
        if program is not None:
            return self._named(line_no, program)
        place, found, message = text.partition(": error: ")
        matched = first_match(RULES, message) if found else None
        if matched is None or (at := _place(place)) is None:
            return False
        self._add(matched[0].kind, line_no, text, group(matched[1], "symbol"), at)
        return True

    def _reference(self, line_no: int, found: re.Match[str]) -> bool:
        place = _place(found["place"])
        if place is None:
            return False
        error = self._add("undefined", line_no, found[0], found["symbol"], place)
        same = self.ledger.of_symbol(NAME, str(error.symbol))
        if same[0].is_lower_bound:
            error.is_lower_bound = True
        elif sum(other.n_refs for other in same) >= MAX_SHOWN:
            for other in same:
                other.is_lower_bound = True
        return True

    def _named(self, line_no: int, program: re.Match[str]) -> bool:
        """A message that begins with the program's name."""
        rest = program["rest"]
        previous = _PREVIOUS.fullmatch(rest)
        if previous and self._last is not None:
            self._last.add_detail(rest)
            return True
        level, _, message = rest.partition("error: ")
        if level not in ("", "fatal "):
            return program["name"] != "ld" and self._unknown(line_no, rest)
        matched = first_match(RULES, message)
        if matched is None and program["name"] == "ld":
            return False
        kind, symbol, place = "other", None, NOWHERE
        if matched is not None:
            kind, symbol = matched[0].kind, group(matched[1], "symbol")
            name = group(matched[1], "object")
            place = Place(*split_object(name)) if name else NOWHERE
            place = place._replace(section=group(matched[1], "section"))
        if kind == "lto_trailer":
            self.ledger.hold(NAME, line_no, message, "lto")
        elif not self._is_told(kind, message, place):
            self._add(kind, line_no, message, symbol, place)
        return True

    def _is_told(self, kind: str, message: str, place: Place) -> bool:
        """Whether the row of the message before is of the same file: gold tries a file that is no
        object as a script, and tells of a script that it cannot open twice."""
        last = self._last
        if last is None or last.place.object != place.object or place.object is None:
            return False
        if (last.kind, kind) not in (("script", "format"), ("object_not_found", "script")):
            return False
        last.kind = kind
        last.add_detail(message)
        return True

    def _unknown(self, line_no: int, rest: str) -> bool:
        """A warning, a hint, or an error that does not say so."""
        if not _HINT.match(rest):
            self.ledger.hold(NAME, line_no, rest)
        return True

    def _add(self, kind: str, line_no: int, text: str, symbol: str | None, at: Place) -> LinkError:
        self._last = self.ledger.add(
            NAME, kind, line_no, self._said or text, bare_symbol(symbol) or None, at
        )
        return self._last


def _old_place(text: str) -> Place | None:
    """`ld: OBJ: in function FN:FILE(SEC+0xOFF)`, as gold of 2.20 has it."""
    found = _OLD.fullmatch(text) if ": in function " in text else None
    if found is None:
        return None
    name, member = split_object(found["object"])
    offset = int(found["offset"], 16)
    return Place(name, member, found["function"], found["section"], offset, found["source"] or None)


def _in_english(text: str) -> str | None:
    """The line in English, if it is a translation that the catalogues have."""
    whole = to_english(text, "gold")
    if whole is not None and ": undefined reference to '" in whole:
        return _in_a_function(whole)
    level = split_level(text, "gold")
    if level is not None:
        before, english, message = level
        return f"{_in_a_function(before.strip(' :：'))}: {english}: {_message(message)}"
    program, colon, message = text.partition(": error: ")
    return f"{program}: error: {_message(message)}" if colon else whole


def _message(text: str) -> str:
    """A message in English, with the name of the file before it if there is one."""
    if (said := to_english(text, "gold")) is not None:
        return said
    named = _NAMED.fullmatch(text)
    said = to_english(named["message"], "gold") if named else None
    if named is None or (said is None and named["colon"] != "："):
        return text
    return f"{named['name']}: {said or named['message']}"


def _in_a_function(text: str) -> str:
    """The location with `function` for its translation."""
    for word in function_words():
        text = text.replace(f":{word} ", ":function ").replace(f":{word}", ":function ")
    return text


def _place(text: str) -> Place | None:
    """`FILE:LINE`, `OBJ:FILE:function FN`, `OBJ:FILE:VARIABLE` or `OBJ(SEC+0xOFF)`."""
    if (old := _old_place(text)) is not None:
        return old
    inside = _FUNCTION.fullmatch(text)
    name = inside["function"] if inside else None
    if inside is None and (inside := _VARIABLE.fullmatch(text)):
        name = inside["name"]
    if inside is None:
        return parse_place(text)
    leading, _, source = inside["place"].partition(":")
    object_name, member = split_object(leading)
    at = _AT.fullmatch(name or "")
    section, offset = (at["section"], int(at["offset"], 16)) if at else (None, None)
    return Place(object_name, member, at["name"] if at else name, section, offset, source or None)
