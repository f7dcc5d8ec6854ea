"""Walks over the tree of a script, for what can be told without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from diag.read.shell import parse_script
from diag.read.shell_lexemes import DECLARATIONS
from diag.read.shell_tree import (
    Arithmetic,
    ArithmeticFor,
    Assignment,
    DoubleParenthesis,
    For,
    Literal,
    Parameter,
    Simple,
    Word,
)

MAX_INNER = 100_000  # characters of a script inside a script

_RUNS_TEXT = frozenset(["eval", "sh", "bash", "dash", "ash"])
_WRITES_TEXT = frozenset(["env", "echo", "printf", "command", "exec", "builtin"])
# What a file may assign that a later command reads; `env X=1 command`. Lists are TOML's.
_WRITTEN = re.compile(
    r"(?:^|\\n)\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?![\[{])", re.MULTILINE
)
_OPERAND = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]]*\])?(?:\+?=|$)")
_ARITHMETIC = re.compile(
    r"(?:\+\+|--)\s{0,400}(?P<after>[A-Za-z_]\w*)"
    r"|(?<!\w)(?P<before>[A-Za-z_]\w*+)(?:\[[^\]]{0,400}\])?\s{0,400}(?:\+\+|--|(?:<<|>>|[-+*/%&|^])?=(?!=))"
)
_BARE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


_FIELDS: dict[type, tuple[str, ...]] = {}


def _children(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node, last first; none for text and numbers."""
    if kind not in _FIELDS:
        found = fields(kind) if is_dataclass(kind) else ()
        _FIELDS[kind] = tuple(field.name for field in reversed(found))
    return _FIELDS[kind]


def walk(node: Any) -> Iterator[Any]:
    """The node and all that is in it, in the order of the script."""
    todo = [node]
    while todo:
        found = todo.pop()
        if isinstance(found, tuple):
            todo += reversed(found)
        elif names := _children(type(found)):
            yield found
            todo += [getattr(found, name) for name in names]


# Trees are kept by `parse_script` and asked again on every platform: the answers are kept by
# identity, beside the node itself, so that no other node can take its place.
_KEPT: dict[tuple[int, bool], tuple[Any, frozenset[str]]] = {}
_MAX_KEPT = 4096


def assigned_names(node: Any, *, with_texts: bool = True) -> frozenset[str]:
    """Every variable that something in the node assigns, declares, reads or loops over.

    `with_texts`: also those in texts that eval or another shell runs, or that are written to files.
    """
    kept = _KEPT.get((id(node), with_texts))
    if kept is None:
        if len(_KEPT) >= _MAX_KEPT:
            _KEPT.clear()
        kept = _KEPT[id(node), with_texts] = node, _assigned_names(node, with_texts)
    return kept[1]


def _assigned_names(node: Any, with_texts: bool) -> frozenset[str]:
    names: set[str] = set()
    for found in walk(node):
        kind = type(found)
        if (
            kind is Assignment
            or kind is For
            or (kind is Parameter and found.operator in ("=", ":="))
        ):
            names.add(found.name)
        elif kind is Simple and found.words:
            names |= _declared(found.words, with_texts)
        elif kind is Arithmetic or kind is DoubleParenthesis:
            names |= _in_arithmetic(found.word.text)
        elif kind is ArithmeticFor:
            for word in (found.first, found.condition, found.step):
                names |= _in_arithmetic(word.text)
    return frozenset(names)


def _in_arithmetic(text: str) -> set[str]:
    """Names that an expression assigns: `x = 1`, `x += 1`, `x++`, `--x`."""
    return {found["after"] or found["before"] for found in _ARITHMETIC.finditer(text)}


def _declared(words: tuple[Word, ...], with_texts: bool) -> set[str]:
    command = words[0].bare or ""
    if command in _RUNS_TEXT or command in _WRITES_TEXT:
        return _in_texts(command, words) if with_texts else set()
    if command in ("read", "getopts", "mapfile", "readarray"):
        return {word.bare for word in words[1:] if word.bare and _BARE_NAME.fullmatch(word.bare)}
    if command == "let":
        return {name for word in words[1:] for name in _in_arithmetic(_first_text(word))}
    if command not in DECLARATIONS:
        return set()
    found = (_OPERAND.match(_head(word)) for word in words[1:])
    return {match["name"] for match in found if match}


def _in_texts(command: str, words: tuple[Word, ...]) -> set[str]:
    """Names that the texts among the arguments assign: scripts, and what is written to files."""
    if command in _RUNS_TEXT:
        scripts = (word.literal for word in words[1:] if word.literal and "=" in word.literal)
        parsed = [parse_script(script).items for script in scripts if len(script) < MAX_INNER]
        return {name for items in parsed for name in assigned_names(items)}
    texts = [_first_text(word) for word in words[1:]]
    return {found["name"] for text in texts for found in _WRITTEN.finditer(text)}


def _first_text(word: Word) -> str:
    return "".join(part.text for part in word.parts if type(part) is Literal)


def _head(word: Word) -> str:
    """The text that the word begins with; a NUL where something is expanded after it."""
    text = ""
    for part in word.parts:
        if type(part) is not Literal:
            return text + "\0"
        text += part.text
    return text
