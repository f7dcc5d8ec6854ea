"""What the grammars of linkers have in common: rules as a table, programs' names, literals."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from diag.read.linkers.ledger import Ledger

# A path up to the program's own name, and what cross tools put before it.
PROGRAM_START = r"(?:[A-Za-z]:)?(?:[^\s:]*[/\\])?(?:[\w.+]+-)*"
PROGRAM_END = r"(?:-\d[\d.]*)?(?:\.exe)?"
# Symbol versions as linkers print them: name@VERSION, name@@VERSION. A number after @ is
# Windows' size of the arguments and belongs to the name.
_VERSIONED = re.compile(r"(?P<name>[^@\s]+)@{1,2}(?P<version>[A-Za-z_][\w.]*)")


@dataclass(frozen=True)
class Rule:
    """One message: `literal` is searched first, then `pattern` is matched from the start.

    Named groups: symbol, object, place (a GNU location). `kind` is of ERROR_KINDS, or the name
    of what the grammar does with it.
    """

    kind: str
    literal: str
    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled when a line first holds the literal: most never are."""
        return re.compile(self.text, re.DOTALL)


def rule(kind: str, literal: str, pattern: str) -> Rule:
    """A Rule; `pattern` as a regular expression for the whole message."""
    return Rule(kind, literal, pattern)


def first_match(rules: tuple[Rule, ...], text: str) -> tuple[Rule, re.Match[str]] | None:
    """The first rule that the whole text fits."""
    for candidate in rules:
        if candidate.literal in text and (found := candidate.pattern.fullmatch(text)):
            return candidate, found
    return None


def group(found: re.Match[str], name: str) -> str | None:
    """A named group that the pattern may not have."""
    return found[name] if name in found.re.groupindex else None


def bare_symbol(name: str | None) -> str | None:
    """The symbol without its version."""
    found = _VERSIONED.fullmatch(name) if name else None
    return found["name"] if found else name


class Grammar(ABC):
    """Reads the lines of one step in which its literals occur; records errors in the ledger."""

    literals: ClassVar[tuple[str, ...]]
    own: ClassVar[tuple[str, ...]] = ()  # words that no other linker prints: it is asked alone

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @abstractmethod
    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is one of this linker's."""

    @property
    def is_open(self) -> bool:
        """Whether a record has begun that the next line may go on with."""
        return False

    @property
    def goes_on(self) -> bool:
        """Whether the next line is to be shown to it though it may hold none of its literals."""
        return False

    def end_record(self) -> None:
        """A line of something else follows: what was open is complete."""
        return

    def end_run(self) -> None:
        """The linker has ended."""
        self.end_record()
