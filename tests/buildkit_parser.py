"""A Dockerfile as BuildKit's own parser reads it, in a wheel, and the same rows of our reading."""

from __future__ import annotations

import dockerfile

from diag.errors import InputError
from diag.read.dockerfile import Instruction, split_dockerfile
from diag.read.dockerfile_words import READERS, SyntaxFault, read_arguments, split_line

Row = tuple[object, ...]


def by_wheel(text: str) -> list[Row] | str:
    """BuildKit's own parser: rows, or its complaint."""
    try:
        commands = dockerfile.parse_string(text)
    except dockerfile.GoParseError as error:
        return str(error)
    return [
        (
            (command.cmd or "").upper(),
            command.sub_cmd,
            command.json,
            command.start_line,
            command.end_line,
            command.flags,
            command.value,
            # The wheel drops those of an ONBUILD.
            () if command.sub_cmd else tuple((h.name, h.content) for h in command.heredocs),
        )
        for command in commands
    ]


def by_us(text: str) -> list[Row] | str:
    """The same rows of our own reading."""
    try:
        return [_row(instruction) for instruction in split_dockerfile(text, "Dockerfile")]
    except InputError as error:
        return error.message
    except SyntaxFault as error:
        return str(error)


def _row(instruction: Instruction) -> Row:
    name, value, sub = instruction.instruction, instruction.value_text, None
    if name == "ONBUILD" and value:
        inner = split_line(value)
        sub, value = inner.name, value[inner.start : inner.end]
    words, is_json = _words((sub or name).upper(), value, instruction.escape)
    return (
        name,
        sub,
        is_json,
        instruction.line_no,
        instruction.end_line_no,
        # Go reads flags by bytes; only tests of plain flags mean the same by characters.
        tuple(flag.encode().decode("latin-1") for flag in instruction.flags),
        words,
        () if sub else tuple((h.name, h.body) for h in instruction.heredocs),
    )


def _words(name: str, value: str, escape: str) -> tuple[tuple[str, ...], bool]:
    if name not in READERS:
        return (() if name == "ONBUILD" else ("",)), False
    arguments = read_arguments(name, value, escape)
    if name in ("ENV", "LABEL"):
        # The wheel's rows leave out whether a pair was written with "=".
        return tuple(w for place, w in enumerate(arguments.words) if place % 3 != 2), False
    return arguments.words, arguments.is_json
