"""Models of programs that change text: tr, cut, head, tail, sed, grep, sort, uniq, wc, rev, tac."""

from __future__ import annotations

import re

from diag.flow.ansi import format_text
from diag.flow.holes import has_hole, is_affordable
from diag.flow.tools import Call, NotModelledError, Result, model

CLASSES = {
    "lower": "abcdefghijklmnopqrstuvwxyz", "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "digit": "0123456789", "space": " \t\n\v\f\r", "blank": " \t",
    "punct": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "xdigit": "0123456789ABCDEFabcdef",
}  # fmt: skip
CLASSES["alpha"] = CLASSES["upper"] + CLASSES["lower"]
CLASSES["alnum"] = CLASSES["digit"] + CLASSES["alpha"]
SET_ITEM = re.compile(r"\[:(?P<class>\w+):\]|(?P<first>.)-(?P<last>.)|(?P<char>.)", re.DOTALL)
RANGE = re.compile(r"(?P<first>\d+)?(?P<dash>-)?(?P<last>\d+)?")
# sed: `s` with its delimiter, `d` or `p`, each with at most one address.
SED_COMMAND = re.compile(
    r"\s*(?:(?P<line>\d+|\$)|/(?P<match>(?:[^/\\]|\\.)*)/)?\s*"
    r"(?:s(?P<mark>[^\w\s\\])(?P<old>(?:(?!(?P=mark))[^\\\n]|\\.)*)(?P=mark)"
    r"(?P<new>(?:(?!(?P=mark))[^\\]|\\.)*)(?P=mark)(?P<flags>[gpI]*)|(?P<do>[dp]))\s*(?:;|\n|$)",
    re.DOTALL,
)
# What a basic expression escapes to give it a meaning, an extended one and Python's leave bare.
BASIC = re.compile(r"\\(?P<escaped>.)|(?P<bracket>\[\^?\]?[^\]]*\])|(?P<bare>[+?|(){}])", re.DOTALL)
PYTHON_ONLY = re.compile(r"\\[^1-9.\[\]*^$/+?|(){}\\nt&#,:@!=-]|\(\?")
REPEATS = re.compile(r"[*+{]")
REPEATED_GROUP = re.compile(r"\)(?:[*+{?]|\\[+{?])")
BRACKET_CLASS = re.compile(r"\[:(\w+):\]")


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def longest_line(text: str) -> int:
    """Characters of the longest line."""
    return max(map(len, text.splitlines()), default=0)


def _text(call: Call, files: list[str]) -> str:
    """The input, which must be known to its last character."""
    text, _ = call.inputs(files)
    if has_hole(text) or len(text) > 100_000:
        raise NotModelledError("unknown input")
    return text


@model("tr")
def _tr(call: Call) -> Result:
    options, sets = call.options("dscC")
    text = _text(call, [])
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
    text = _text(call, files)
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
    text = _text(call, files)
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
    lines = _text(call, files).splitlines()
    if not all(line.isalnum() for line in lines):
        raise NotModelledError("the order depends on the locale")
    lines = sorted(set(lines) if "u" in options else lines, reverse="r" in options)
    if len({line.lower() for line in lines}) < len({*lines}):
        raise NotModelledError("the order depends on the locale")
    return Result("".join(line + "\n" for line in lines))


@model("uniq")
def _uniq(call: Call) -> Result:
    _, files = call.options("")
    lines = _text(call, files).splitlines()
    kept = [line for place, line in enumerate(lines) if place == 0 or line != lines[place - 1]]
    return Result("".join(line + "\n" for line in kept))


@model("rev")
def _rev(call: Call) -> Result:
    _, files = call.options("")
    return Result("".join(line[::-1] + "\n" for line in _text(call, files).splitlines()))


@model("tac")
def _tac(call: Call) -> Result:
    _, files = call.options("")
    return Result("".join(reversed(_lines(_text(call, files)))))


@model("wc")
def _wc(call: Call) -> Result:
    options, files = call.options("lwc")
    text = _text(call, files)
    if len(options) != 1 or files:
        raise NotModelledError("wc")
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    return Result(f"{counts[next(iter(options))]}\n")


# --- expressions --------------------------------------------------------------------------------


def python_expression(source: str, *, is_extended: bool, length: int) -> str:
    """A POSIX expression in Python's language, for lines of at most `length` characters;

    NotModelledError where the two languages may part, and where a match may take for ever.
    """
    if PYTHON_ONLY.search(source) or has_hole(source) or len(source) > 500:
        raise NotModelledError(source)
    if REPEATED_GROUP.search(source) or not is_affordable(length, len(REPEATS.findall(source)) + 1):
        raise NotModelledError(source)
    source = BRACKET_CLASS.sub(
        lambda m: re.escape(CLASSES[m[1]]) if m[1] in CLASSES else m[0], source
    )
    if not is_extended:
        source = BASIC.sub(_from_basic, source)
        source = re.sub(r"(^|\\\(|\()\*", r"\1\\*", source)
    try:
        re.compile(source)
    except re.error:
        raise NotModelledError(source) from None
    return source


def _from_basic(found: re.Match[str]) -> str:
    if found["bracket"]:
        return found["bracket"].replace("\\", "\\\\")
    if found["bare"]:
        return "\\" + found["bare"]
    return found["escaped"] if found["escaped"] in "+?|(){}" else "\\" + found["escaped"]


@model("grep", "egrep", "fgrep")
def _grep(call: Call) -> Result:
    options, rest = call.options("EFivqxcos", "e")
    if "e" in options:
        rest.insert(0, options["e"])
    if not rest or len(rest) > 2 or "o" in options:
        raise NotModelledError("grep")
    source = rest[0]
    is_fixed = "F" in options or call.name == "fgrep"
    is_extended = "E" in options or call.name == "egrep"
    text = _text(call, rest[1:])
    if not is_fixed:
        source = python_expression(source, is_extended=is_extended, length=longest_line(text))
    else:
        source = re.escape(source)
    compiled = re.compile(source, re.IGNORECASE if "i" in options else 0)
    find = compiled.fullmatch if "x" in options else compiled.search
    lines = text.splitlines()
    kept = [line for line in lines if bool(find(line)) != ("v" in options)]
    out = f"{len(kept)}\n" if "c" in options else "".join(line + "\n" for line in kept)
    return Result("" if "q" in options else out, 0 if kept else 1)


@model("sed")
def _sed(call: Call) -> Result:
    options, rest = call.options("nErsi", "e")
    script = options["e"] if "e" in options else (rest.pop(0) if rest else "")
    is_extended = "E" in options or "r" in options
    if "i" in options:
        if not rest or any(call.entry(word) is None for word in rest):
            raise NotModelledError("sed -i")
        for word in rest:
            text = _text(call, [word])
            commands = _sed_commands(script, is_extended, longest_line(text))
            call.write(word, _edited(text, commands, "n" in options))
        return Result()
    text = _text(call, rest)
    return Result(
        _edited(text, _sed_commands(script, is_extended, longest_line(text)), "n" in options)
    )


SedCommand = tuple[re.Match[str], re.Pattern[str] | None, re.Pattern[str] | None]


def _sed_commands(script: str, is_extended: bool, length: int) -> list[SedCommand]:
    if has_hole(script):
        raise NotModelledError("sed")
    found: list[SedCommand] = []
    at = 0
    while at < len(script):
        command = SED_COMMAND.match(script, at)
        if not command or command.end() == at:
            raise NotModelledError(script)
        at = command.end()
        found.append((command, *_sed_patterns(command, is_extended, length)))
    return found


def _sed_patterns(
    command: re.Match[str], is_extended: bool, length: int
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    compiled: list[re.Pattern[str] | None] = []
    for source, mark in ((command["match"], "/"), (command["old"], command["mark"])):
        if source is None:
            compiled.append(None)
            continue
        source = source.replace("\\" + mark, mark)
        flags = re.IGNORECASE if "I" in (command["flags"] or "") else 0
        source = python_expression(source, is_extended=is_extended, length=length)
        compiled.append(re.compile(source, flags))
    return compiled[0], compiled[1]


def _edited(text: str, commands: list[SedCommand], is_quiet: bool) -> str:
    lines = text.splitlines()
    out = ""
    for number, line in enumerate(lines, 1):
        is_deleted = False
        for command, address, old in commands:
            wanted = str(len(lines)) if command["line"] == "$" else command["line"]
            if (wanted and int(wanted) != number) or (address and not address.search(line)):
                continue
            if old is not None:
                line, n_done = _substituted(line, old, command)
                out += line + "\n" if n_done and "p" in command["flags"] else ""
            elif command["do"] == "p":
                out += line + "\n"
            else:
                is_deleted = True
                break
        out += "" if is_deleted or is_quiet else line + "\n"
    is_open = bool(text) and not text.endswith("\n")
    return out[:-1] if is_open and out else out


def _substituted(line: str, old: re.Pattern[str], command: re.Match[str]) -> tuple[str, int]:
    new = command["new"].replace("\\" + command["mark"], command["mark"])

    def replace(found: re.Match[str]) -> str:
        return re.sub(
            r"\\(?P<group>\d)|\\(?P<char>.)|(?P<whole>&)",
            lambda m: _inserted(m, found),
            new,
            flags=re.DOTALL,
        )

    return old.subn(replace, line, count=0 if "g" in command["flags"] else 1)


def _inserted(piece: re.Match[str], found: re.Match[str]) -> str:
    if piece["whole"]:
        return found.group()
    if piece["group"]:
        return found.group(int(piece["group"])) or ""
    return {"n": "\n", "t": "\t"}.get(piece["char"], piece["char"])
