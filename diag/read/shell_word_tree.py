"""The words of a shell script as a tree: literal text, expansions, substitutions.

Offsets count characters of the script. See shell_tree.py for the commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diag.read.shell_tree import Item


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it stands; `is_quoted` if no pattern, brace or tilde in it has a meaning."""

    text: str
    is_quoted: bool
    is_single_quoted: bool = False


@dataclass(frozen=True, slots=True)
class AnsiString:
    """`$'...'`, its text still escaped: not understood by every shell."""

    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` or `${name...}`. `operator` is "" for the plain value and "length" for `${#name}`.

    `word` follows the operator; `second` is what `${name/word/second}` or `${name:word:second}`
    adds. `index` is the subscript of an array, `is_indirect` is `${!name}`.
    """

    name: str
    is_quoted: bool
    start: int
    operator: str = ""
    word: Word | None = None
    second: Word | None = None
    index: Word | None = None
    is_indirect: bool = False


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    """`$(...)` or backticks, parsed."""

    body: tuple[Item, ...]
    is_quoted: bool
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((...))`: its text with the expansions in it."""

    word: Word
    is_quoted: bool
    start: int


@dataclass(frozen=True, slots=True)
class ProcessSubstitution:
    """`<(...)` (`is_input`: its output is read) or `>(...)`: bash only."""

    body: tuple[Item, ...]
    start: int
    end: int
    is_input: bool


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """`(a b c)` on the right of an assignment: bash only."""

    words: tuple[Word, ...]


Part = Any  # one of the six classes above; a recursive union costs more than it tells


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its parts in order, its span, and its text as written."""

    parts: tuple[Part, ...]
    start: int
    end: int
    text: str

    @property
    def literal(self) -> str | None:
        """Its text where nothing in it is expanded, else None."""
        if all(type(part) is Literal for part in self.parts):
            return "".join(part.text for part in self.parts)
        return None

    @property
    def bare(self) -> str | None:
        """Its text where nothing in it is quoted or expanded, else None."""
        if len(self.parts) == 1 and type(self.parts[0]) is Literal and not self.parts[0].is_quoted:
            text: str = self.parts[0].text
            return text
        return None
