"""What `echo` and `printf` print."""

from __future__ import annotations

import re
from collections.abc import Callable

from diag.flow.ansi import echo_text, format_text
from diag.flow.arithmetic import ArithmeticFault, number
from diag.flow.holes import has_hole
from diag.flow.tools import NotModelledError

ECHO_OPTIONS = re.compile(r"-[neE]+")
FORMAT = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\d+|\*)?(?:\.(?P<precision>\d+|\*))?(?P<kind>[a-zA-Z%])"
)
MAX_ROUNDS = 1000
MAX_WIDTH = 10_000  # columns of one directive


def echo(args: list[str], is_dash: Callable[[], bool]) -> str:
    """The output of `echo args`; `is_dash` is asked only where shells differ."""
    takes_n = bool(args) and args[0] == "-n"
    if takes_n and (len(args) < 2 or not ECHO_OPTIONS.fullmatch(args[1])):
        args = args[1:]
        return _ended(args, is_dash, has_newline=False)
    if args and ECHO_OPTIONS.fullmatch(args[0]):
        if not is_dash():
            return _with_options(args)
        args = args[1:] if takes_n else args
        return _escaped(args, has_newline=not takes_n)
    return _ended(args, is_dash, has_newline=True)


def _ended(args: list[str], is_dash: Callable[[], bool], *, has_newline: bool) -> str:
    text = " ".join(args)
    if "\\" in text and is_dash():
        return _escaped(args, has_newline=has_newline)
    return text + ("\n" if has_newline else "")


def _escaped(args: list[str], *, has_newline: bool) -> str:
    text, is_stopped = echo_text(" ".join(args))
    return text + ("\n" if has_newline and not is_stopped else "")


def _with_options(args: list[str]) -> str:
    has_newline, has_escapes = True, False
    while args and ECHO_OPTIONS.fullmatch(args[0]):
        for letter in args[0][1:]:
            has_newline = has_newline and letter != "n"
            has_escapes = {"e": True, "E": False}.get(letter, has_escapes)
        args = args[1:]
    if has_escapes:
        return _escaped(args, has_newline=has_newline)
    return " ".join(args) + ("\n" if has_newline else "")


def printf(args: list[str]) -> str:
    """The output of `printf format args`; NotModelledError for what it does not cover."""
    if not args:
        raise NotModelledError("printf")
    source, *rest = args
    if has_hole(source):
        raise NotModelledError(source)
    out = ""
    for _ in range(MAX_ROUNDS):
        before = len(rest)
        out += _round(source, rest)
        if not rest or len(rest) == before:
            return out
    raise NotModelledError("printf")


def _round(source: str, rest: list[str]) -> str:
    """The format once, taking what it wants from `rest`."""
    out, at = "", 0
    for found in FORMAT.finditer(source):
        out += format_text(source[at : found.start()]) + _directive(found, rest)
        at = found.end()
    tail = source[at:]
    if "%" in tail:
        raise NotModelledError(source)
    return out + format_text(tail)


def _directive(found: re.Match[str], rest: list[str]) -> str:
    kind = found["kind"]
    if kind == "%":
        return "%"
    if "*" in (found["width"], found["precision"]) or kind not in "sbcdiuxXo":
        raise NotModelledError(found.group())
    if any(int(found[name] or 0) > MAX_WIDTH for name in ("width", "precision")):
        raise NotModelledError(found.group())
    given = rest.pop(0) if rest else ""
    form = f"%{found['flags']}{found['width'] or ''}"
    if kind in "sbc":
        text = echo_text(given)[0] if kind == "b" else given[:1] if kind == "c" else given
        if found["precision"]:
            form += f".{found['precision']}"
        if form == "%" or not has_hole(given):
            return (form + "s") % text
        raise NotModelledError(found.group())
    if has_hole(given):
        raise NotModelledError(given)
    return (form + ("d" if kind in "iu" else kind)) % _integer(given)


def _integer(text: str) -> int:
    text = text.strip() or "0"
    if text[:1] in "'\"" and len(text) > 1:
        return ord(text[1])
    sign = -1 if text.startswith("-") else 1
    try:
        return sign * number(text.lstrip("+-"))
    except ArithmeticFault:
        raise NotModelledError(text) from None
