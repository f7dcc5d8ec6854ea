"""Models of programs that change text: tr, cut, head, tail, sed, grep, sort, uniq, wc, rev, tac."""

from __future__ import annotations

import re

from diag.flow.ansi import format_text
from diag.flow.holes import has_hole
from diag.flow.tools import Call, NotModelledError, Result, UnknownInputError, model

CLASSES = {
    "lower": "abcdefghijklmnopqrstuvwxyz", "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "digit": "0123456789", "space": " \t\n\v\f\r", "blank": " \t",
    "punct": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "xdigit": "0123456789ABCDEFabcdef",
}  # fmt: skip
CLASSES["alpha"] = CLASSES["upper"] + CLASSES["lower"]
CLASSES["alnum"] = CLASSES["digit"] + CLASSES["alpha"]
SET_ITEM = re.compile(r"\[:(?P<class>\w+):\]|(?P<first>.)-(?P<last>.)|(?P<char>.)", re.DOTALL)
REPEATED = re.compile(r"\[.\*\d*\]|\[=.=\]", re.DOTALL)  # `[x*9]` and `[=x=]`
RANGE = re.compile(r"(?P<first>\d+)?(?P<dash>-)?(?P<last>\d+)?")


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def longest_line(text: str) -> int:
    """Characters of the longest line."""
    return max(map(len, text.splitlines()), default=0)


def known_text(call: Call, files: list[str]) -> str:
    """The input, which must be known to its last character."""
    text, status = call.inputs(files)
    if has_hole(text) or len(text) > 100_000:
        raise UnknownInputError(status)
    return text


@model("tr")
def _tr(call: Call) -> Result:
    options, sets = call.options("dscC")
    text = known_text(call, [])
    if not sets or has_hole("".join(sets)):
        raise NotModelledError("tr")
    first = _set(sets[0])
    is_outside = "c" in options or "C" in options
    second = _set(sets[1]) if len(sets) > 1 else ""
    if "d" in options:
        text = "".join(char for char in text if (char in first) == is_outside)
    elif second:
        text = "".join(_mapped(char, first, second, is_outside) for char in text)
    if "s" in options:
        squeezed = set(second or first)
        text = re.sub(r"(.)\1+", lambda m: m[1] if m[1] in squeezed else m[0], text, flags=re.S)
    return Result(text)


def _mapped(char: str, first: str, second: str, is_outside: bool) -> str:
    if is_outside:
        return char if char in first else second[-1]
    place = first.rfind(char)
    return char if place < 0 else second[min(place, len(second) - 1)]


def _set(text: str) -> str:
    if REPEATED.search(text):
        raise NotModelledError(text)
    found = ""
    for item in SET_ITEM.finditer(format_text(text)):
        if item["class"]:
            if item["class"] not in CLASSES:
                raise NotModelledError(text)
            found += CLASSES[item["class"]]
        elif item["first"]:
            found += "".join(map(chr, range(ord(item["first"]), ord(item["last"]) + 1)))[:70_000]
        else:
            found += item["char"]
    return found


@model("cut")
def _cut(call: Call) -> Result:
    options, files = call.options("sn", "dfcb")
    text = known_text(call, files)
    chosen = options.get("f") or options.get("c") or options.get("b")
    if not chosen:
        raise NotModelledError("cut")
    mark = options.get("d", "\t")
    lines = []
    for line in text.splitlines():
        if "f" not in options:
            lines.append("".join(_picked(list(line), chosen)))
        elif mark in line:
            lines.append(mark.join(_picked(line.split(mark), chosen)))
        elif "s" not in options:
            lines.append(line)
    return Result("".join(line + "\n" for line in lines))


def _picked(items: list[str], ranges: str) -> list[str]:
    wanted: set[int] = set()
    for part in ranges.split(","):
        found = RANGE.fullmatch(part)
        if not found or not part:
            raise NotModelledError(ranges)
        first = int(found["first"] or 1)
        last = int(found["last"] or len(items)) if found["dash"] else first
        wanted |= set(range(first, min(last, len(items)) + 1))
    return [item for number, item in enumerate(items, 1) if number in wanted]


@model("head", "tail")
def _ends(call: Call) -> Result:
    call.args = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in call.args]
    options, files = call.options("q", "nc")
    text = known_text(call, files)
    count = options.get("c") or options.get("n", "10")
    if not re.fullmatch(r"[-+]?\d{1,9}", count):
        raise NotModelledError(count)
    items = list(text) if "c" in options else _lines(text)
    number = int(count.lstrip("+-"))
    if call.name == "head":
        return Result("".join(items[:-number] if count[0] == "-" and number else items[:number]))
    if count[0] == "+":
        return Result("".join(items[max(number - 1, 0) :]))
    return Result("".join(items[-number:] if number else []))


@model("sort")
def _sort(call: Call) -> Result:
    options, files = call.options("ru")
    lines = known_text(call, files).splitlines()
    if not all(line.isalnum() for line in lines):
        raise NotModelledError("the order depends on the locale")
    lines = sorted(set(lines) if "u" in options else lines, reverse="r" in options)
    if len({line.lower() for line in lines}) < len({*lines}):
        raise NotModelledError("the order depends on the locale")
    return Result("".join(line + "\n" for line in lines))


@model("uniq")
def _uniq(call: Call) -> Result:
    _, files = call.options("")
    lines = known_text(call, files).splitlines()
    kept = [line for place, line in enumerate(lines) if place == 0 or line != lines[place - 1]]
    return Result("".join(line + "\n" for line in kept))


@model("rev")
def _rev(call: Call) -> Result:
    _, files = call.options("")
    return Result("".join(line[::-1] + "\n" for line in known_text(call, files).splitlines()))


@model("tac")
def _tac(call: Call) -> Result:
    _, files = call.options("")
    return Result("".join(reversed(_lines(known_text(call, files)))))


@model("wc")
def _wc(call: Call) -> Result:
    options, files = call.options("lwc")
    text = known_text(call, files)
    if len(options) != 1 or files:
        raise NotModelledError("wc")
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    return Result(f"{counts[next(iter(options))]}\n")
