"""Patterns of the engine's `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?`, and no brackets.

Each pattern becomes a regular expression whose stars cannot backtrack into each other, so a
hostile pattern costs no more than length of value times length of pattern.
"""

from __future__ import annotations

import re

from diag.errors import DiagError

# `${x/p/r}` tries every start: squared length, hence a limit on the value.
MAX_SEARCHED = 1 << 12

# A replacement of `${x//p/r}` is a template: `$$`, `$0`, `${0}`; other groups do not exist.
_TEMPLATE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<plain>\w+)|\{(?P<braced>\w+)\})")


class GlobError(DiagError):
    """A pattern that the engine refuses, or that would take too long."""


def _segments(pattern: str) -> list[list[str]]:
    """The pattern's pieces between stars; each piece is a list of one-character expressions."""
    segments: list[list[str]] = [[]]
    characters = iter(enumerate(pattern))
    for at, character in characters:
        if character == "*":
            segments.append([])
        elif character == "?":
            segments[-1].append(".")
        elif character == "\\":
            following = pattern[at + 1 : at + 2]
            if following in ("}", "/"):
                continue
            if following not in ("*", "?", "\\"):
                raise GlobError(f"invalid escape '\\{following}'")
            next(characters)
            segments[-1].append(re.escape(following))
        else:
            segments[-1].append(re.escape(character))
    return segments


def _compile(segments: list[list[str]], is_longest: bool) -> re.Pattern[str]:
    """Leftmost placing of all but the last piece leaves most room for the last one."""
    first, *rest = ["".join(segment) for segment in segments]
    parts = [first, *(f"(?>.*?{piece})" for piece in rest)]
    if rest and is_longest:
        parts[-1] = f".*{rest[-1]}"
    return re.compile("".join(parts))


def trim_prefix(value: str, pattern: str, is_longest: bool) -> str:
    """`value` without the shortest or longest prefix that matches."""
    match = _compile(_segments(pattern), is_longest).match(value)
    return value[match.end() :] if match else value


def trim_suffix(value: str, pattern: str, is_longest: bool) -> str:
    """`value` without the shortest or longest suffix that matches."""
    mirrored = [segment[::-1] for segment in reversed(_segments(pattern))]
    match = _compile(mirrored, is_longest).match(value[::-1])
    return value[: len(value) - match.end()] if match else value


def replace_glob(
    value: str, pattern: str, replacement: str, replaces_all: bool, max_length: int
) -> str:
    """`value` with the first match (or every one) of `pattern` replaced.

    Raises GlobError for a bad pattern, or where the work or the result would be too large.
    """
    segments = _segments(pattern)
    if len(segments) > 1 and len(value) > MAX_SEARCHED:
        raise GlobError(f"value longer than {MAX_SEARCHED} characters searched for a star")
    compiled = _compile(segments, is_longest=True)
    pieces: list[str] = []
    at, last_end, length = 0, -1, len(value)
    while at <= len(value) and (match := compiled.search(value, at)):
        # An empty match right after a match does not count.
        if match.end() > match.start() or match.start() != last_end:
            new = _fill(replacement, match.group()) if replaces_all else replacement
            pieces += [value[max(last_end, 0) : match.start()], new]
            last_end = match.end()
            length += len(new)
            if length > max_length:
                raise GlobError(f"the result grows beyond {max_length} characters")
            if not replaces_all:
                break
        at = match.end() + (match.end() == match.start())
    return "".join(pieces) + value[max(last_end, 0) :]


def _fill(template: str, matched: str) -> str:
    def group(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        name = match["plain"] or match["braced"]
        return matched if not name.strip("0") else ""

    return _TEMPLATE.sub(group, template) if "$" in template else template
