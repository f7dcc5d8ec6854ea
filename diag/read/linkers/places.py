"""Where a linker says a reference stands: object, archive member, function, section, source line."""

from __future__ import annotations

import re
from typing import NamedTuple

_SECTION = re.compile(
    r":?\((?P<section>[^()]*(?:\([^()]*\)[^()]*)?)\+0x(?P<offset>[0-9a-fA-F]{1,16})\)"
    r"|:\((?P<whole>\.[^()]+)\)"
)
_ARCHIVED = re.compile(r"(?P<object>[^()]*?[^()\s])(?:\[\d+\])?\((?P<member>[^()]+)\)")
# A folder may have brackets in its name: `C:\\Program Files (x86)\\z.lib(z.obj)`
_BRACKETED = re.compile(
    r"(?P<object>.+\.(?:a|lib|rlib))(?:\[\d+\])?\((?P<member>[^()]+)\)", re.DOTALL
)
_OBJECT_END = re.compile(
    r"(?:\.(?:o|obj|lo|os|oS|a|lib|rlib|rmeta|dylib|dll|bc|res)|\.so(?:\.[0-9.]+)?|\.o\.[0-9.]+)"
)
_OBJECT = re.compile(rf".*{_OBJECT_END.pattern}", re.DOTALL)
# `libx.a(m.o):` or `m.o:` at the start of a longer location
_LEADING = re.compile(
    rf"(?P<object>(?:[A-Za-z]:[\\/])?[^:]*?(?:{_OBJECT_END.pattern}(?:\([^()]+\))?|\([^():]+\))):(?=.)"
)
_LINE = re.compile(r":(?P<line>\d{1,9})")
MAX_PLACE = 8192  # characters


class Place(NamedTuple):
    """Parts that the message does not tell are None."""

    object: str | None = None
    member: str | None = None
    function: str | None = None
    section: str | None = None
    offset: int | None = None
    source_file: str | None = None
    source_line: int | None = None


NOWHERE = Place()


def split_object(text: str) -> tuple[str, str | None]:
    """(file, member) of `lib.a(member.o)`; (file, None) of a plain object."""
    if not text.endswith(")"):
        return text, None
    found = _ARCHIVED.fullmatch(text) or _BRACKETED.fullmatch(text)
    return (found["object"], found["member"]) if found else (text, None)


def is_object(text: str) -> bool:
    """Whether the text is spelled like an object, archive, member or shared library."""
    if len(text) > MAX_PLACE:
        return False
    return bool(_OBJECT.fullmatch(text)) or (
        text.endswith(")") and _ARCHIVED.fullmatch(text) is not None
    )


def parse_place(text: str) -> Place | None:
    """A GNU location: `[OBJ:][FILE][:LINE][:(SEC+0xOFF)]`; None for what is spelled otherwise.

    Formats: bfd's %C, %D and %H (ld/ldmisc.c). A lone name is an object if spelled like one.
    """
    if len(text) > MAX_PLACE:
        return None
    rest, section, offset = _cut_section(text)
    rest, line = _cut_line(rest)
    leading = _LEADING.match(rest)
    given, source = (leading["object"], rest[leading.end() :]) if leading else (None, rest)
    if given is None and (is_object(rest) and line is None):
        given, source = rest, ""
    if given is None and section is None and line is None:
        return None
    object_name, member = split_object(given) if given else (None, None)
    return Place(object_name, member, None, section, offset, source or None, line)


def _cut_section(text: str) -> tuple[str, str | None, int | None]:
    if not text.endswith(")"):
        return text, None, None
    start = text.rfind(":(")
    start = start if start >= 0 else text.rfind("(")
    found = _SECTION.fullmatch(text, start) if start >= 0 else None
    if found is None:
        return text, None, None
    offset = int(found["offset"], 16) if found["offset"] else None
    return text[:start], found["section"] or found["whole"], offset


def _cut_line(text: str) -> tuple[str, int | None]:
    start = text.rfind(":")
    found = _LINE.fullmatch(text, start) if start > 0 else None
    return (text[:start], int(found["line"])) if found else (text, None)
