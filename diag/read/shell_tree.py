"""The syntax tree of a shell script: what was written, with its offsets, and nothing of its meaning.

Offsets count characters of the script. Names follow the POSIX shell grammar. Parts that only
bash understands are marked by their own classes, so that a reader of the tree can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diag.read.shell_word_tree import (
    AnsiString,
    Arithmetic,
    ArrayLiteral,
    CommandSubstitution,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    Word,
)

__all__ = [
    "AndOr",
    "AnsiString",
    "Arithmetic",
    "ArithmeticFor",
    "ArrayLiteral",
    "Assignment",
    "Case",
    "CaseItem",
    "Command",
    "CommandSubstitution",
    "DoubleBracket",
    "DoubleParenthesis",
    "Fault",
    "For",
    "Function",
    "Group",
    "Heredoc",
    "If",
    "Item",
    "Literal",
    "Loop",
    "Parameter",
    "Part",
    "Pipeline",
    "ProcessSubstitution",
    "Redirect",
    "Redirected",
    "Script",
    "Simple",
    "Subshell",
    "Word",
]  # fmt: skip

# --- commands ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Heredoc:
    """A here-document; its body stands after the line that names it and is filled in then."""

    delimiter: str
    is_expanded: bool
    strips_tabs: bool
    body: Word | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """`[fd]operator target`; `fd` is None for the operator's own."""

    fd: int | None
    operator: str
    target: Word | None
    start: int
    heredoc: Heredoc | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name=value`, `name+=value`, `name[index]=value`."""

    name: str
    value: Word
    start: int
    is_append: bool = False
    index: Word | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, a command word with its arguments, redirections: each may be absent."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """`{ ...; }`."""

    body: tuple[Item, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Subshell:
    """`( ... )`."""

    body: tuple[Item, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class If:
    """`arms` are pairs (condition, body) of if and each elif."""

    arms: tuple[tuple[tuple[Item, ...], tuple[Item, ...]], ...]
    otherwise: tuple[Item, ...] | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Loop:
    """`while` or `until`."""

    condition: tuple[Item, ...]
    body: tuple[Item, ...]
    is_until: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class For:
    """`for name [in words]`; `words` is None for the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: tuple[Item, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ArithmeticFor:
    """`for ((first; condition; step))`: bash only."""

    first: Word
    condition: Word
    step: Word
    body: tuple[Item, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CaseItem:
    """Patterns, body, and the operator that ends it: `;;`, `;&` or `;;&`."""

    patterns: tuple[Word, ...]
    body: tuple[Item, ...]
    terminator: str
    start: int


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in ... esac`."""

    word: Word
    items: tuple[CaseItem, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Function:
    """`name() body`."""

    name: str
    body: Command
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DoubleBracket:
    """`[[ ... ]]`: its words and operators in order. dash has no such command."""

    tokens: tuple[Word | str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DoubleParenthesis:
    """`(( ... ))`: arithmetic in bash; in other shells a subshell in a subshell, `subshell`."""

    word: Word
    subshell: Subshell | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command with redirections."""

    command: Command
    redirects: tuple[Redirect, ...]
    start: int
    end: int


Command = Any  # one of the classes from Simple to Redirected


@dataclass(frozen=True, slots=True)
class Pipeline:
    """`[!] command | command ...`; `pipes` holds the offset of each `|`."""

    commands: tuple[Command, ...]
    is_negated: bool
    pipes: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AndOr:
    """`first && second || third`: `rest` holds pairs (operator, pipeline)."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """One list of a script; `background` is the offset of the `&` that ends it, or None."""

    body: AndOr
    background: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a script stops being a script: nothing from that line on is run."""

    offset: int
    message: str


@dataclass(frozen=True, slots=True)
class Script:
    """A parsed script. `fault` tells of the first place that does not parse; `items` are those

    of the lines before it, which a shell runs before it comes to the fault. `bash_only` holds
    (offset, what) of each syntax that a POSIX shell refuses to parse.
    """

    text: str
    items: tuple[Item, ...]
    fault: Fault | None = None
    bash_only: tuple[tuple[int, str], ...] = field(default=())
