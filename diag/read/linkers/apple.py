"""Apple's linkers: ld64 and the new one of Xcode 15.

Source: ld64 src/ld/Resolver.cpp, SymbolTable.cpp, Options.cpp, ld.cpp (messages end in ` for
architecture A`); the new linker as seen in public logs. An undefined symbol has a block of its
own: the symbol, then a line for each function that refers, up to seven. A function is named once
however often it refers ("if undefined used twice in a function, only show first"), so every
number of a function is a lower bound.

A file of another architecture is only warned of and left out. Where undefined symbols follow in
the same link, the warning is their usual cause and becomes an error of kind wrong_arch; else it is
a note.
"""

from __future__ import annotations

import re

from diag.read.linkers.apple_rules import ERRORS, IGNORED
from diag.read.linkers.grammar import Grammar, first_match, group
from diag.read.linkers.ledger import Ledger
from diag.read.linkers.places import NOWHERE, Place, split_object

OLD, NEW = "ld64", "ld-prime"
_HEAD = re.compile(r"(?:ld: )?Undefined symbols(?: for architecture \S+)?:")
_REFERENCED = re.compile(r'(?P<quote>"?)(?P<symbol>.+)(?P=quote), referenced from:', re.DOTALL)
_REFERENCE = re.compile(r"(?P<function>\S.*) in (?P<object>.+)", re.DOTALL)
# As old collect2 leaves it when it demangles.
_GLUED = re.compile(r"(?P<function>\S.* const)in (?P<object>.+)", re.DOTALL)
_OBJECT = re.compile(
    r".*(?:\.(?:o|a|dylib|tbd|bc|obj|rlib|framework/.+)|\)|^[\w+-]+(?:\[[\w, ]+\])?)", re.DOTALL
)
# xcpretty's form of the same block.
_PRETTY_SYMBOL = re.compile(r"> Symbol: (?P<symbol>.+)", re.DOTALL)
_PRETTY_REFERENCE = "> Referenced from: "
_IMPLICIT = re.compile(
    r"implicit entry/start for main executable|-\S+ command line option|<initial-undefines>"
)
_NOTE = re.compile(r"\(maybe you meant: .*\)?|NOTE: .*|\.\.\.", re.DOTALL)
_DUPLICATE = re.compile(r"duplicate symbol '?(?P<symbol>.+?)'? in:", re.DOTALL)
_PATH = re.compile(r"[~/.]?.*(?:\.(?:o|a|dylib|tbd|bc|obj|rlib)|\))|/.*", re.DOTALL)
_NOT_FOUND = re.compile(r"ld: symbol\(s\) not found\b.*")
_N_DUPLICATES = re.compile(r"ld: (?P<count>\d{1,9}) duplicate symbols?\b.*")
_WARNING = re.compile(r"ld: warning: (?P<text>.*)", re.DOTALL)
_XCODE = re.compile(r"(?:(?:Error \(Xcode\)|error): )?Undefined symbol: (?P<symbol>.+)", re.DOTALL)
_ARCH = re.compile(r" for (?:inferred )?architecture [\w.]+$")
_MAX_FOREIGN = 200  # lines of others, as of a parallel build, inside one block
_MAX_IGNORED = 1000


class Apple(Grammar):
    """The grammar of ld64 and of its successor."""

    literals = (
        "ld: ",
        "Undefined symbol",
        ", referenced from:",
        "duplicate symbol ",
        "maybe you meant: ",
        "> Symbol: ",
    )

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._linker = OLD
        self._block = ""  # undefined, duplicate or none
        self._symbol: str | None = None
        self._line_no = 0
        self._n_places = 0
        self._first = ""  # definition of a duplicate
        self._foreign = 0
        self._named: set[str] = set()  # undefined symbols of this step
        self._ignored: list[tuple[int, str, str]] = []

    @property
    def goes_on(self) -> bool:
        """References and paths hold no literal."""
        return bool(self._block)

    def end_run(self) -> None:
        """The link is over; what was ignored harmed nothing."""
        self._close()
        self._ignored.clear()
        self._linker = OLD

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of Apple's linkers'."""
        if not text:
            return False
        text = text.removeprefix(_PRETTY_REFERENCE)
        if self._block and self._inside(line_no, text):
            self._foreign = 0
            return True
        if self._begin(line_no, text) or self._message(line_no, text):
            self._foreign = 0
            return True
        self._foreign += 1
        if self._foreign > _MAX_FOREIGN:
            self._close()
        return False

    def _begin(self, line_no: int, text: str) -> bool:
        """A head of a block, or the line that ends it."""
        if _HEAD.fullmatch(text):
            self._close()
            self._linker = NEW if text.startswith("ld: ") else OLD
            self._open("undefined", None, line_no)
        elif text.endswith(" in:") and (found := _DUPLICATE.fullmatch(text)):
            self._close()
            self._open("duplicate", found["symbol"], line_no)
        elif found := _PRETTY_SYMBOL.fullmatch(text):
            self._open_symbol(found["symbol"], line_no)
        elif _NOT_FOUND.fullmatch(text):
            self._close()
        elif found := _N_DUPLICATES.fullmatch(text):
            self._close()
            self.ledger.hold(self._linker, line_no, text[4:])
        else:
            return False
        return True

    def _open(self, block: str, symbol: str | None, line_no: int) -> None:
        self._block, self._symbol, self._line_no, self._n_places = block, symbol, line_no, 0

    def _open_symbol(self, symbol: str, line_no: int) -> None:
        self._end_symbol()
        self._open("undefined", symbol, line_no)
        self._named.add(symbol)
        self._blame_ignored()

    def _inside(self, line_no: int, text: str) -> bool:
        """A line of the open block."""
        if self._block == "duplicate":
            return self._definition(line_no, text.removeprefix("> "))
        named = _REFERENCED.fullmatch(text) if text.endswith(", referenced from:") else None
        if named is not None:
            self._open_symbol(named["symbol"], line_no)
            return True
        if self._symbol is None:
            return False
        if _NOTE.fullmatch(text):
            return True
        if _IMPLICIT.fullmatch(text):
            self._refer(text, NOWHERE, is_exact=True)
            return True
        found = _GLUED.fullmatch(text) or _REFERENCE.fullmatch(text)
        if found is None or not _OBJECT.fullmatch(found["object"]):
            return False
        self._refer(text, Place(*split_object(found["object"]), found["function"].rstrip()))
        return True

    def _refer(self, text: str, place: Place, *, is_exact: bool = False) -> None:
        self._n_places += 1
        detail = f'"{self._symbol}", referenced from: {text}'
        error = self.ledger.add(
            self._linker, "undefined", self._line_no, detail, self._symbol, place
        )
        error.is_lower_bound = not is_exact

    def _definition(self, line_no: int, text: str) -> bool:
        """A path that defines the symbol; the first definition is the one that stands."""
        if not _PATH.fullmatch(text) or text.startswith(("ld: ", "clang", "make")):
            self._close()
            return False
        self._n_places += 1
        if self._n_places == 1:
            self._first = text
            return True
        detail = f"duplicate symbol {self._symbol} in: {text}; first in: {self._first}"
        place = Place(*split_object(text))
        self.ledger.add(self._linker, "duplicate", self._line_no, detail, self._symbol, place)
        return True

    def _end_symbol(self) -> None:
        """A symbol of which nothing was told but its name is an error too."""
        if self._symbol is None or self._n_places:
            return
        told = "referenced from" if self._block == "undefined" else "duplicate symbol in"
        detail = f'"{self._symbol}", {told}: not told'
        error = self.ledger.add(self._linker, self._block, self._line_no, detail, self._symbol)
        error.is_lower_bound = True

    def _close(self) -> None:
        self._end_symbol()
        self._block, self._symbol, self._foreign = "", None, 0

    def _message(self, line_no: int, text: str) -> bool:
        """A message in one line."""
        if warned := _WARNING.fullmatch(text):
            return self._warning(line_no, warned["text"])
        if found := _XCODE.fullmatch(text):
            return self._summary(line_no, text, found["symbol"])
        if not text.startswith("ld: "):
            return False
        message = text[4:]
        matched = first_match(ERRORS, _ARCH.sub("", message))
        if matched is None:
            return False
        kind, found = matched[0].kind, matched[1]
        if (name := group(found, "library")) is not None:
            place = Place(f"-l{name}")
        else:
            name = group(found, "object")
            place = Place(*split_object(name)) if name else NOWHERE
        place = place._replace(function=group(found, "function"))
        linker = NEW if "'" in message and kind == "library_not_found" else self._linker
        self.ledger.add(linker, kind, line_no, message, group(found, "symbol"), place)
        return True

    def _warning(self, line_no: int, text: str) -> bool:
        matched = first_match(IGNORED, text)
        if matched is None:
            return False
        if len(self._ignored) < _MAX_IGNORED:
            self._ignored.append((line_no, matched[1]["object"], text))
        return True

    def _blame_ignored(self) -> None:
        """Undefined symbols follow: the files that were left out are why."""
        for line_no, name, text in self._ignored:
            place = Place(*split_object(name))
            self.ledger.add(self._linker, "wrong_arch", line_no, text, None, place)
        self._ignored.clear()

    def _summary(self, line_no: int, text: str, symbol: str) -> bool:
        """Xcode's summary, which repeats what the linker said, or stands alone."""
        if symbol not in self._named:
            self._named.add(symbol)
            self._blame_ignored()
            error = self.ledger.add(NEW, "undefined", line_no, text, symbol)
            error.is_lower_bound = True
        return True
