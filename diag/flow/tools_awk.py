"""Models of awk and expr, of their most frequent uses: fields that are printed, a number that is
reckoned. Everything else raises NotModelledError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from diag.flow.holes import has_hole
from diag.flow.tools import Call, NotModelledError, Result, model
from diag.flow.tools_sed import python_expression
from diag.flow.tools_text import known_text, longest_line

# `NR==2 {print $1, "text" $NF}`, each part optional; or `BEGIN { exit 1 }`.
_PROGRAM = re.compile(
    r"\s*(?:NR\s*==\s*(?P<line>\d{1,9})|/(?P<match>(?:[^/\\\n]|\\.)+)/)?\s*"
    r"(?:\{\s*print\b(?P<items>[^{};\n]*)(?P<exit>;\s*exit\s*)?;?\s*\})?\s*"
)
_EXIT = re.compile(r"\s*BEGIN\s*\{\s*exit(?:\s+(?P<status>\d{1,3}))?\s*;?\s*\}\s*")
_ITEM = re.compile(
    r"\s*(?:\$(?P<field>\d{1,4}|NF)|(?P<name>NR|NF)|\"(?P<text>[^\"\\]*)\"|(?P<comma>,))"
)
_NUMBER = re.compile(r"-?\d{1,15}")


@model("awk")
def _awk(call: Call) -> Result:
    options, rest = call.options("", "F")
    program, files = (rest or [""])[0], rest[1:]
    ends = _EXIT.fullmatch(program)
    if ends:
        return Result("", int(ends["status"] or 0) % 256)
    found = _PROGRAM.fullmatch(program)
    if not found or not program.strip() or has_hole(program) or any("=" in f for f in files):
        raise NotModelledError("awk")
    text = known_text(call, files)
    mark = _separator(options.get("F", " "))
    items = list(_items(found["items"] or ""))
    lines = []
    for number, line in _chosen(found, text):
        fields = line.split() if mark == " " else line.split(mark) if line else []
        printed = "".join(_printed(item, line, fields, number) for item in items)
        lines.append(printed if items else line)
        if found["exit"]:
            break
    return Result("".join(line + "\n" for line in lines))


def _separator(text: str) -> str:
    """One plain character; longer ones are expressions."""
    if len(text) != 1 or text in "\\t|^$.*+?()[]{}" or has_hole(text):
        raise NotModelledError("awk -F")
    return text


def _chosen(found: re.Match[str], text: str) -> Iterator[tuple[int, str]]:
    source = found["match"]
    if source is not None:
        source = python_expression(source, is_extended=True, length=longest_line(text))
    for number, line in enumerate(text.split("\n")[: text.count("\n") + (text[-1:] != "\n")], 1):
        is_line = found["line"] is None or int(found["line"]) == number
        if is_line and (source is None or re.search(source, line)):
            yield number, line


def _items(text: str) -> Iterator[re.Match[str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        item = _ITEM.match(text, at)
        if item is None:
            raise NotModelledError("awk")
        yield item
        at = item.end()


def _printed(item: re.Match[str], line: str, fields: list[str], number: int) -> str:
    if item["comma"]:
        return " "
    if item["text"] is not None:
        return str(item["text"])
    if item["name"]:
        return str(number if item["name"] == "NR" else len(fields))
    place = len(fields) if item["field"] == "NF" else int(item["field"])
    if place == 0:
        return line
    return fields[place - 1] if place <= len(fields) else ""


@model("expr")
def _expr(call: Call) -> Result:
    if len(call.args) != 3 or has_hole(" ".join(call.args)):
        raise NotModelledError("expr")
    left, operator, right = call.args
    if not _NUMBER.fullmatch(left) or not _NUMBER.fullmatch(right):
        raise NotModelledError("expr")
    value = _reckoned(int(left), operator, int(right))
    return Result(f"{value}\n", int(value == 0))


def _reckoned(left: int, operator: str, right: int) -> int:
    if operator in ("/", "%"):
        if right == 0:
            raise NotModelledError("expr")
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if operator == "/" else left - quotient * right
    known = {
        "+": left + right, "-": left - right, "*": left * right, "=": int(left == right),
        "!=": int(left != right), "<": int(left < right), "<=": int(left <= right),
        ">": int(left > right), ">=": int(left >= right),
    }  # fmt: skip
    if operator not in known:
        raise NotModelledError("expr")
    return known[operator]
