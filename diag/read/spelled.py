"""Demangled names in one spelling: what GNU's and LLVM's demanglers, and people, write differently.

GNU (ld, gold, `nm -C`, c++filt) puts a blank between two closing brackets, LLVM none; lambdas,
types without a name, clones and thread-local helpers are worded in two ways. People leave out what
a template returns, template arguments, arguments, `const` behind them, Rust's brackets around a
type, the default allocator, and write std::string for what it stands for.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SPACE = re.compile(r"\s+")
_HASH = re.compile(r"(?:::h[0-9a-f]{16}$)|\[[0-9a-f]{5,16}\]")  # of Rust, printed or not
_STRING = "std::basic_string<char,std::char_traits<char>,std::allocator<char>>"
_ABBREVIATED = (  # GNU's demangler writes the short names of the standard library, LLVM's the long
    (_STRING, "std::string"),
    ("std::basic_istream<char,std::char_traits<char>>", "std::istream"),
    ("std::basic_ostream<char,std::char_traits<char>>", "std::ostream"),
    ("std::basic_iostream<char,std::char_traits<char>>", "std::iostream"),
)
_THREAD_LOCAL = (
    ("TLS init function for ", "thread-local initialization routine for "),
    ("TLS wrapper function for ", "thread-local wrapper routine for "),
)
_LAMBDA = re.compile(r"\{lambda(?P<arguments>\((?:[^(){}]|\([^(){}]*\))*\))#(?P<number>[0-9]+)\}")
_UNNAMED = re.compile(r"\{unnamed type#(?P<number>[0-9]+)\}")
_CLONES = re.compile(r"(?: ?\[clone (?P<suffix>[^\]]*)\])")
_INLINE = re.compile(r"std::__(?:cxx11|1|ndk1)::")
_TAG = re.compile(r"\[abi:\w+\]")
_NESTED = r"<(?:[^<>]|<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>)*>"
_DEFAULTED = re.compile(rf",std::(?:allocator|char_traits|less|default_delete){_NESTED}(?=[,>])")

_TOKEN = re.compile(
    r"(?<![\w$])operator(?:\(\)|\[\]|->\*?|<=>|<<=?|>>=?|&&|\|\||\+\+|--|[-+*/%^&|!=<>]=?|[~,]|(?=\W))"
    r"|->|[<>()\[\]{} ]"
)
_CLOSING = {">": "<", ")": "(", "]": "[", "}": "{"}
_BEHIND = re.compile(r"(?: const| volatile| ?&&?| noexcept| \[clone [^\]]*\]| \(\.[^)]*\))*")
_ABOUT = re.compile(  # what is no function, though the text of one stands in it
    r"(?:(?:construction )?vtable|VTT|typeinfo(?: name)?|guard variable|reference temporary"
    r"|thread-local \w+ routine|template parameter object|invocation function)(?: #[0-9]+)? for "
    r"|(?:non-virtual |virtual |covariant return )*thunk to "
)
_RUST_TYPE = re.compile(r" as (?=[\w:<>]+$)")

MAX_TAKEN_APART = 20_000  # characters; longer names are compared as they are
MAX_DEPTH = 8  # of what returns a function that returns a function, and of Rust's types

Group = tuple[str, int, int]  # (bracket, start, end)


def as_llvm(text: str) -> str:
    """GNU's words as LLVM has them; blanks stay as they are."""
    for gnu, llvm in _THREAD_LOCAL:
        if text.startswith(gnu):
            text = llvm + text[len(gnu) :]
    if "{" in text:
        text = _LAMBDA.sub(lambda m: f"'lambda{_count(m)}'{m['arguments']}", text)
        text = _UNNAMED.sub(lambda m: f"'unnamed{_count(m)}'", text)
        text = text.replace("{anonymous}", "(anonymous namespace)")
    return _CLONES.sub(lambda m: f" ({m['suffix']})", text) if "[clone " in text else text


def _count(match: re.Match[str]) -> str:
    """GNU counts from 1, LLVM from none and then 0."""
    number = int(match["number"][:9]) - 2
    return str(number) if number >= 0 else ""


def plain_text(text: str) -> str:
    """A demangled name without what demanglers write in different ways: spaces, Rust's hashes."""
    plain = _SPACE.sub("", as_llvm(_HASH.sub("", text))).replace("::<", "<")
    for long, short in _ABBREVIATED:
        plain = plain.replace(long, short)
    return plain


def loose_text(plain: str) -> str:
    """A plain text as people write it: one std::string for both ABIs, no default allocator."""
    loose = _TAG.sub("", _INLINE.sub("std::", plain))
    for long, short in _ABBREVIATED:
        loose = loose.replace(long, short)
    return _DEFAULTED.sub("", loose)


@lru_cache(maxsize=4096)
def forms(text: str) -> frozenset[str]:
    """The plain texts that a demangled name is asked by: with and without its return type,
    template arguments, arguments and what stands behind them, Rust's brackets around a type."""
    if len(text) > MAX_TAKEN_APART:
        return frozenset([plain_text(text)])
    name, arguments, behind = _parts(text)
    endings = {"", arguments, arguments + behind}
    found = {text, *(name + ending for name in _names(name) for ending in endings)}
    return frozenset(plain_text(form) for form in found if form)


def _parts(text: str, depth: int = 0) -> tuple[str, str, str]:
    """(name without the type that a template returns, arguments in brackets, what is behind)."""
    groups, blanks = _outer(text)
    for bracket, start, end in reversed(groups):
        if bracket == "(" and start > 0 and _BEHIND.fullmatch(text, end):
            break
    else:
        return text, "", ""
    inner = _returned(text, groups, start)
    if inner is not None and depth < MAX_DEPTH:
        return _parts(inner, depth + 1)
    about = _ABOUT.match(text)
    begin = max((at for at in blanks if at < start), default=0) if about is None else 0
    return text[begin:start], text[start:end], text[end:]


def _returned(text: str, groups: list[Group], start: int) -> str | None:
    """`f<int>(int)` of `int (*f<int>(int))(char)`, which returns a pointer to a function."""
    for bracket, first, last in groups:
        if last == start and bracket == "(" and text[first + 1 : first + 2] in ("*", "&"):
            return text[first + 2 : last - 1]
    return None


def _outer(text: str) -> tuple[list[Group], list[int]]:
    """(brackets that stand in no others, places behind blanks outside of them)."""
    groups: list[Group] = []
    blanks: list[int] = []
    waiting: list[tuple[str, int]] = []
    is_operator = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "<([{":
            waiting.append((token, match.start()))
        elif token in _CLOSING:
            if waiting and waiting[-1][0] == _CLOSING[token]:
                bracket, start = waiting.pop()
                groups += [(bracket, start, match.end())] if not waiting else []
        elif not waiting and token == " " and not is_operator:
            blanks.append(match.end())
        elif not waiting and token.startswith("operator"):
            is_operator = True  # a type that is converted to may hold blanks
    return groups, blanks


def _names(name: str, depth: int = 0) -> set[str]:
    """The name with all, with none of its last, and without any template arguments."""
    found = {name}
    groups, _ = _outer(name)
    if (
        groups and groups[0][:2] == ("<", 0) and depth < MAX_DEPTH
    ):  # Rust: <type>::f, <type as trait>::f
        inner, rest = name[1 : groups[0][2] - 1], name[groups[0][2] :]
        return found | _names(_RUST_TYPE.split(inner)[0] + rest, depth + 1)
    templates = [(start, end) for bracket, start, end in groups if bracket == "<"]
    if templates and templates[-1][1] == len(name):
        found.add(name[: templates[-1][0]].rstrip().removesuffix("::"))
    bare = name
    for start, end in reversed(templates):
        bare = bare[:start] + bare[end:]
    return found | {bare.rstrip().removesuffix("::")}
