"""MSVC's link.exe (and lib.exe): `ORIGIN : error LNK2019: TEXT`, in any of its languages.

Source: Microsoft's list of linker errors (codes), public logs (texts, wrappers). The code says
what is wrong, whatever the language: LNK4nnn are warnings, all others errors. ORIGIN is the object
that refers, `library(object)`, the output, or LINK. Wrapped by MSBuild as `23>`, ` [x.vcxproj]`
and a summary that says all again; copied from Visual Studio's list as columns between tabs.

link names a symbol once for a function (LNK2019) or an object (LNK2001), so its numbers are lower
bounds. LNK1120 tells how many distinct symbols there are: where fewer were read, the log has lost
some, and what was read is called a lower bound too (it is one already). A library of another
machine type is warned of (LNK4272), and becomes an error of kind wrong_arch where undefined
symbols follow in the same link.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, group
from diag.read.linkers.ledger import Ledger
from diag.read.linkers.msvc_rules import CODES, FALLBACK, MACHINE, RULES, SYMBOLS
from diag.read.linkers.places import NOWHERE, Place, split_object

NAME = "link.exe"
_LINE = re.compile(
    r"(?:\d{1,4}>\s*)?(?>(?P<origin>.+?)\s?: (?:: )?)(?P<level>[^\s:]+(?: [^\s:]+)?) LNK(?P<code>\d{4}) ?: (?P<message>.*)",
    re.DOTALL,
)
_BARE = re.compile(
    r"(?:\d{1,4}>\s*)?(?:[^\s:]+ )?(?:[^\s:]+) LNK(?P<code>\d{4}) ?: (?P<message>.*)", re.DOTALL
)
_COLUMNS = re.compile(
    r"(?:[^\t]{1,20}\t(?:\d{1,9}\t)?(?:[^\t]{0,30} )?)?LNK(?P<code>\d{4})(?:\t|: )(?P<message>[^\t]*)(?P<rest>(?:\t[^\t]*)*)"
)
_PROJECT = re.compile(r" \[[^\[\]]+\.\w*proj[^\[\]]*\]$")
_ORIGIN = re.compile(
    r".+\.(?:obj|o|lib\(.+\)|exe|dll|lib|res|pyd|sys|node)|LINK", re.DOTALL | re.IGNORECASE
)
_OUTPUT = re.compile(r".+\.(?:exe|dll|pdb|ilk|sys|exp|pyd|node)", re.DOTALL | re.IGNORECASE)
_HINT = re.compile(r"Hint on symbols that are defined and could potentially match:")
_TOTAL = re.compile(r"\D*(?P<count>\d{1,9})\b.*", re.DOTALL)
_MAX_SEEN = 50_000
_MAX_FOREIGN = 1000


class Msvc(Grammar):
    """The grammar of link.exe."""

    literals = (
        " LNK",
        "\tLNK",
        "LNK2001\t",
        "LNK2019\t",
        "Hint on symbols that are defined",
        "fatal error C1047",
    )

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._seen: set[int] = set()  # messages of this step: MSBuild says them again at its end
        self._undefined: set[str] = set()
        self._machines: list[tuple[int, str, str]] = []

    def end_run(self) -> None:
        """The link is over."""
        self._undefined.clear()
        self._machines.clear()

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of link's."""
        if "LNK" not in text:
            return _HINT.fullmatch(text) is not None or self._compiler(line_no, text)
        line = text.split(">", 1)[1].lstrip() if re.match(r"\d{1,4}>", text) else text
        parts = _parse(line)
        if parts is None:
            return False
        code, origin, message = parts
        key = hash(line.strip())
        if key in self._seen:
            return True
        if len(self._seen) < _MAX_SEEN:
            self._seen.add(key)
        self._take(line_no, code, origin, message)
        return True

    def _take(self, line_no: int, code: int, origin: str | None, message: str) -> None:
        detail = f"{origin or 'LINK'}: LNK{code}: {message}"
        if code == MACHINE:
            if len(self._machines) < _MAX_FOREIGN and origin is not None:
                self._machines.append((line_no, origin, detail))
        elif 4000 <= code < 5000:
            return
        elif code in (2001, 2019):
            self._unresolved(line_no, detail, origin, message)
        elif code == 1120:
            self._total(line_no, detail, message)
        elif code == 1169:
            self._end(line_no, detail, "duplicate")
        else:
            self._other(line_no, code, detail, origin, message)

    def _unresolved(self, line_no: int, detail: str, origin: str | None, message: str) -> None:
        for held_no, name, text in self._machines:
            place = Place(*split_object(name))
            self.ledger.add(NAME, "wrong_arch", held_no, text, None, place)
        self._machines.clear()
        symbol, function = _symbols(message)
        place = _place(origin)._replace(function=function)
        error = self.ledger.add(NAME, "undefined", line_no, detail, symbol, place)
        error.is_lower_bound = True
        self._undefined.add(symbol or detail)

    def _total(self, line_no: int, detail: str, message: str) -> None:
        """How many symbols are unresolved; the link is over."""
        found = _TOTAL.fullmatch(message)
        count = int(found["count"]) if found else 0
        if not self._undefined:
            error = self.ledger.add(
                NAME, "undefined", line_no, detail, None, _place(None), count or 1
            )
            error.is_lower_bound = True
        elif count > len(self._undefined):
            self.ledger.doubt_run()
        self.end_run()

    def _end(self, line_no: int, detail: str, kind: str) -> None:
        """A line that only sums up; an error of its own where the log has lost what it sums up."""
        if not self.ledger.has_errors():
            self.ledger.add(NAME, kind, line_no, detail).is_lower_bound = True

    def _other(
        self, line_no: int, code: int, detail: str, origin: str | None, message: str
    ) -> None:
        kind = CODES.get(code, "other")
        matched = first_match(RULES, message)
        symbol, function, name = None, None, origin
        if matched is not None:
            symbol, name = group(matched[1], "symbol"), group(matched[1], "object") or origin
            function = group(matched[1], "function")
        elif kind == "duplicate":
            symbol, function = _symbols(message)[0], None
        if kind == "object_not_found":
            quoted = re.search(r"['\"“](?P<name>[^'\"”]+)['\"”]", message)
            name = quoted["name"] if quoted else name
            kind = _missing(code, name)
        place = _place(name)._replace(function=_mangled(function))
        self.ledger.add(NAME, kind, line_no, detail, _mangled(symbol), place)

    def _compiler(self, line_no: int, text: str) -> bool:
        """The code generator that link calls for /LTCG."""
        found = re.fullmatch(r"(?:\d{1,4}>\s*)?fatal error C1047: .*?'(?P<object>[^']+)'.*", text)
        if found is None:
            return False
        self.ledger.add(NAME, "lto", line_no, text, None, Place(*split_object(found["object"])))
        return True


def _parse(line: str) -> tuple[int, str | None, str] | None:
    """(code, origin, message) of a line."""
    columns = _COLUMNS.fullmatch(line)
    if columns is not None:
        fields = [field.strip() for field in columns["rest"].split("\t")]
        origin = next((field for field in fields if _ORIGIN.fullmatch(field)), None)
        return int(columns["code"]), origin, columns["message"].strip()
    found = _LINE.fullmatch(line) or _BARE.fullmatch(line)
    if found is None:
        return None
    message = _PROJECT.sub("", found["message"].rstrip())
    return int(found["code"]), group(found, "origin"), message.strip()


def _missing(code: int, name: str | None) -> str:
    """Of what could not be opened: an output that is in use is no missing input."""
    if name and name.lower().endswith(".lib"):
        return "library_not_found"
    if code == 1104 and name and _OUTPUT.fullmatch(name):
        return "other"
    return "object_not_found"


def _place(origin: str | None) -> Place:
    if origin is None or origin.strip() in ("", "LINK"):
        return NOWHERE
    return Place(*split_object(origin.strip()))


def _mangled(name: str | None) -> str | None:
    """The mangled name of `"int __cdecl f(void)" (?f@@YAHXZ)`; a C name as it is."""
    if name is None:
        return None
    found = re.fullmatch(r'"[^"]*" \((?P<mangled>[^\s()]+)\)', name)
    return found["mangled"] if found else name.strip('"').rstrip(".。")


def _symbols(message: str) -> tuple[str | None, str | None]:
    """(symbol, function) of a message in one of the known languages, or by their form alone."""
    for pattern in SYMBOLS:
        if found := pattern.match(message):
            return _mangled(found["symbol"]), _mangled(group(found, "function"))
    names = [found["mangled"] for found in FALLBACK.finditer(message)]
    return (names[0] if names else None), (names[1] if len(names) > 1 else None)
