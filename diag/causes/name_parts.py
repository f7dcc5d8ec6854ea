"""The parts of a demangled name: scope, template arguments, argument list. For comparing names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LIBRARY_SCOPES = ("std::", "__gnu_cxx::", "__cxxabiv1::")  # of the C++ run-time library

_TAG = re.compile(r"\[abi:\w+\]")
_SPACE_BY_SIGN = re.compile(r"\s*([<>(),&*\[\]:])\s*")
_PLAIN = re.compile(r"[A-Za-z_$][\w$]*")
_TEMPLATE = re.compile(r"<[^<>]*>")
_OPERATOR = re.compile(r"operator *(?:\(\)|->\*?|<=>|<<=?|>>=?|<=?|>=?)")
_OF_OPERATOR = re.compile(r"(?P<name>operator *[^\w\s<>]*[<>=]*) ?(?P<templates><.+>)$")
# Inline namespaces that libraries put their version or ABI into.
_VERSIONED = re.compile(r"\b(?:__cxx11|lts_\d+|__\d+|_V\d+|v\d+(?:_\d+)*|__1|__ndk1)::")
_STRING = "std::basic_string<char,std::char_traits<char>,std::allocator<char>>"
_SPECIAL = re.compile(
    r"^(?P<what>vtable|typeinfo name|typeinfo|VTT|guard variable) for (?P<of>.+)$"
)
_QUALIFIERS = re.compile(
    r"\)((?: (?:const|volatile|noexcept)| ?&&?)*)(?: \(\.[^)]*\)| \[clone .*)?$"
)


@dataclass(frozen=True)
class Parts:
    """A demangled function or variable.

    `path`: the qualified name without template arguments; `templates`: the template arguments of
    all its parts, `<double>`; `arguments`: the list with its parentheses, None for data;
    `qualifiers`: const and the like.
    """

    text: str
    path: str
    templates: str
    arguments: str | None
    qualifiers: str = ""

    @property
    def base(self) -> str:
        """The last identifier."""
        return self.path.rpartition("::")[2]

    @property
    def scope(self) -> str:
        """What stands before it; "" for the global scope."""
        return self.path.rpartition("::")[0]


def is_plain(name: str) -> bool:
    """Whether a name is that of C, Fortran or assembly: one identifier that is not mangled."""
    return bool(_PLAIN.fullmatch(name)) and not name.startswith(("_Z", "__Z", "_R"))


@lru_cache(maxsize=65_536)
def parts_of(text: str) -> Parts | None:
    """The parts of a demangled C++ or Rust name; None for tables, thunks and plain names."""
    tidy = _TAG.sub("", text)
    if is_plain(tidy) or special_of(tidy) or " to " in tidy or " for " in tidy:
        return None
    head, arguments, qualifiers = _split_arguments(tidy)
    name = _without_return_type(head)
    path, templates = _split_templates(name)
    return Parts(text, path, templates, arguments, qualifiers)


def special_of(text: str) -> tuple[str, str] | None:
    """(vtable, typeinfo, VTT, ..., class) of the names that compilers make for a class."""
    found = _SPECIAL.match(text)
    return (found["what"], found["of"]) if found else None


def unversioned(text: str) -> str:
    """The text without inline namespaces of versions, ABI tags and spaces, and with the short name
    of the string."""
    plain = "".join(_VERSIONED.sub("", _TAG.sub("", text)).split())
    return plain.replace(_STRING, "std::string")


def _split_arguments(text: str) -> tuple[str, str | None, str]:
    """(name with return type, argument list, qualifiers): by the first `(` outside of `<>`."""
    start = _first_parenthesis(text)
    if start < 0:
        return text, None, ""
    tail = _QUALIFIERS.search(text)
    qualifiers = tail[1].strip() if tail else ""
    end = tail.start() + 1 if tail else len(text)
    return text[:start], _SPACE_BY_SIGN.sub(r"\1", text[start:end]), qualifiers


def _first_parenthesis(text: str) -> int:
    depth, at = 0, 0
    while at < len(text):
        operator = _OPERATOR.match(text, at)
        if operator:
            at = operator.end()
            continue
        if text.startswith("(anonymous namespace)", at):
            at += len("(anonymous namespace)")
            continue
        sign = text[at]
        if sign == "(" and depth == 0:
            return at
        depth += (sign == "<") - (sign == ">")
        at += 1
    return -1


def _without_return_type(head: str) -> str:
    """The qualified name: what follows the last space outside of template arguments."""
    head = head.replace("(anonymous namespace)", "{anonymous}")
    place = re.search(r"\boperator\b", head)
    depth, cut = 0, 0
    for at, sign in enumerate(head[: place.start() if place else len(head)]):
        depth += (sign == "<") - (sign == ">")
        if sign == " " and depth == 0:
            cut = at + 1
    return head[cut:]


def _split_templates(name: str) -> tuple[str, str]:
    place = re.search(r"\boperator\b", name)
    head, tail = (name[: place.start()], name[place.start() :]) if place else (name, "")
    path = head
    while (shorter := _TEMPLATE.sub("", path)) != path:
        path = shorter
    taken = "".join(re.findall(r"<.*>", head))
    of_operator = _OF_OPERATOR.match(tail)
    if of_operator:
        tail, taken = of_operator["name"], of_operator["templates"]
    return path + tail, _SPACE_BY_SIGN.sub(r"\1", taken)
