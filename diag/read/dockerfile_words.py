"""One instruction's text -> its name, flags and arguments, as BuildKit's line parsers split them.

Behaviour: BuildKit's Dockerfile parser as of docker 28; the tests compare with the PyPI package
`dockerfile`, which is that parser in a wheel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from diag.errors import DiagError
from diag.read.dockerfile_lexer import SPACES, is_space

# White space between an instruction and its arguments, and between arguments. Not `\\s`: a
# no-break space is trimmed from the ends of a line and does not separate words.
_GAP = re.compile(r"[\t\v\f\r ]+")

# Flags and HEALTHCHECK are read by bytes: wider spaces do not end one. (Nor do we end one inside of a letter whose
# last byte happens to be a no-break space, as the engine does.)
_ASCII_SPACES = "\t\n\v\f\r "

_TORN = re.compile(r"[\ud800-\udfff]")


class SyntaxFault(DiagError):
    """An instruction that the engine's parser refuses."""


@dataclass(frozen=True)
class Parts:
    """`name` as written, `flags` without quotes, and where the rest of the line starts and ends."""

    name: str
    flags: tuple[str, ...]
    start: int
    end: int


def split_line(line: str) -> Parts:
    """The parts of a logical line; `line[start:end]` is the value."""
    end = len(line.rstrip(SPACES))
    begin = len(line) - len(line.lstrip(SPACES))
    gap = _GAP.search(line, begin, end)
    if gap is None:
        return Parts(line[begin:end], (), end, end)
    return split_value(line, line[begin : gap.start()], gap.end(), end)


def split_value(line: str, name: str, start: int, end: int) -> Parts:
    """The parts of a line whose instruction is known and whose flags begin at `start`."""
    flags, start = _read_flags(line, start, end)
    while start < end and is_space(line[start]):
        start += 1
    return Parts(name, flags, start, max(start, end))


def _read_flags(line: str, at: int, end: int) -> tuple[tuple[str, ...], int]:
    """Leading `--flag` words, and where the first other word starts."""
    flags: list[str] = []
    while at < end:
        if line[at] in _ASCII_SPACES:
            at += 1
        elif not line.startswith("--", at, end):
            return tuple(flags), at
        else:
            word, at = _read_flag(line, at, end)
            if word == "--":
                return tuple(flags), at
            flags.append(word)
    return tuple(flags), end


def _read_flag(line: str, at: int, end: int) -> tuple[str, int]:
    """One flag without its quotes and backslashes, and where it ends.

    The escape directive has no say here: the engine takes a backslash.
    """
    word: list[str] = []
    quote = ""
    while at < end:
        character = line[at]
        if not quote and character in _ASCII_SPACES:
            break
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        else:
            if character == "\\":
                at += 1
            word.append(line[at] if at < end else "")
        at += 1
    return "".join(word), min(at, end)


def read_json(text: str) -> tuple[str, ...] | None:
    """The strings of a JSON array, or None where the text is none (it is then plain words).

    Raises SyntaxFault for an array that holds anything but strings.
    """
    stripped = text.lstrip(SPACES)
    if not stripped.startswith("["):
        return None
    try:
        values = json.loads(stripped, parse_int=_number, parse_constant=_refuse)
    except ValueError:
        return None
    except RecursionError:
        values = [None]
    if not all(isinstance(value, str) for value in values):
        raise SyntaxFault("when using JSON array syntax, arrays must be comprised of strings only")
    # A lone surrogate cannot be written as UTF-8; the engine puts U+FFFD there, so do we.
    return tuple(_TORN.sub("\ufffd", value) for value in values)


def _number(text: str) -> int:
    return 0  # any number is refused; its size is of no account


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def read_words(text: str, escape: str) -> list[str]:
    """Words between white space; quotes and escapes stay in them."""
    words: list[str] = []
    at = 0
    while at < len(text):
        if is_space(text[at]):
            at += 1
            continue
        word, at = _read_quoted_word(text, at, escape)
        if word:
            words.append(word)
    return words


def _read_quoted_word(text: str, at: int, escape: str) -> tuple[str, int]:
    word: list[str] = []
    quote = ""
    while at < len(text):
        character = text[at]
        if not quote and is_space(character):
            break
        if character == escape and quote != "'":
            word.append(text[at : at + 2] if at + 1 < len(text) else "")
            at += 2
            continue
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        word.append(character)
        at += 1
    return "".join(word), at


def read_pairs(text: str, escape: str, instruction: str) -> tuple[str, ...]:
    """ENV and LABEL: name, value, "=" (or "" in the old form `ENV name value`), repeated."""
    words = read_words(text, escape)
    if not words:
        return ()
    if "=" not in words[0]:
        parts = _GAP.split(text, maxsplit=1)
        if len(parts) < 2:
            raise SyntaxFault(f"{instruction} must have two arguments")
        return (parts[0], parts[1], "")
    result: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise SyntaxFault(
                f"Syntax error - can't find = in {json.dumps(word, ensure_ascii=False)}. "
                "Must be of the form: name=value"
            )
        result += [name, value, "="]
    return tuple(result)


@dataclass(frozen=True)
class Arguments:
    """The arguments of an instruction, and whether they were written as a JSON array."""

    words: tuple[str, ...]
    is_json: bool = False


def _plain(text: str, escape: str) -> Arguments:
    return Arguments((text,) if text else ())


def _separated(text: str, escape: str) -> Arguments:
    return Arguments(tuple(_GAP.split(text)) if text else ())


def _quoted(text: str, escape: str) -> Arguments:
    return Arguments(tuple(read_words(text, escape)))


def _json_or(text: str, escape: str, otherwise: Callable[[str, str], Arguments]) -> Arguments:
    strings = read_json(text)
    return otherwise(text, escape) if strings is None else Arguments(strings, True)


def _command(text: str, escape: str) -> Arguments:
    return _json_or(text, escape, _plain)


def _paths(text: str, escape: str) -> Arguments:
    return _json_or(text, escape, _separated)


def _health(text: str, escape: str) -> Arguments:
    kind = re.split(f"[{_ASCII_SPACES}]", text, maxsplit=1)[0]
    if not kind:
        return Arguments(())
    rest = _command(text[len(kind) :].lstrip(_ASCII_SPACES), escape)
    return Arguments((kind, *rest.words), rest.is_json)


def _pairs(instruction: str) -> Callable[[str, str], Arguments]:
    return lambda text, escape: Arguments(read_pairs(text, escape, instruction))


READERS: dict[str, Callable[[str, str], Arguments]] = {
    "ADD": _paths,
    "ARG": _quoted,
    "CMD": _command,
    "COPY": _paths,
    "ENTRYPOINT": _command,
    "ENV": _pairs("ENV"),
    "EXPOSE": _separated,
    "FROM": _separated,
    "HEALTHCHECK": _health,
    "LABEL": _pairs("LABEL"),
    "MAINTAINER": _plain,
    "RUN": _command,
    "SHELL": _command,
    "STOPSIGNAL": _plain,
    "USER": _plain,
    "VOLUME": _paths,
    "WORKDIR": _plain,
}


def read_arguments(instruction: str, value_text: str, escape: str) -> Arguments:
    """The arguments of any instruction but ONBUILD; none for one that the engine does not know.

    Raises SyntaxFault for what the parser refuses.
    """
    reader = READERS.get(instruction.upper())
    return reader(value_text, escape) if reader else Arguments(())
