"""Models of grep and sed, as far as POSIX expressions and Python's mean alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from diag.flow.holes import has_hole, is_affordable
from diag.flow.tools import Call, NotModelledError, Result, UnknownInputError, model
from diag.flow.tools_text import CLASSES, known_text, longest_line

# sed: `s` with its delimiter, `d` or `p`, each with at most one address.
SED_COMMAND = re.compile(
    r"\s*(?:(?P<line>\d+|\$)|/(?P<match>(?:[^/\\]|\\.)*)/)?\s*"
    r"(?:s(?P<mark>[^\w\s\\])(?P<old>(?:(?!(?P=mark))[^\\\n]|\\.)*)(?P=mark)"
    r"(?P<new>(?:(?!(?P=mark))[^\\]|\\.)*)(?P=mark)(?P<flags>[gpI]*|[1-9]p?)|(?P<do>[dp]))\s*(?:;|\n|$)",
    re.DOTALL,
)
# What a basic expression escapes to give it a meaning, an extended one and Python's leave bare.
BASIC = re.compile(r"\\(?P<escaped>.)|(?P<bracket>\[\^?\]?[^\]]*\])|(?P<bare>[+?|(){}])", re.DOTALL)
PYTHON_ONLY = re.compile(r"\\[^1-9.\[\]*^$/+?|(){}\\nt&#,:@!=-]|\(\?")
REPEATS = re.compile(r"[*+{?]")
REPEATED_GROUP = re.compile(r"\)(?:[*+{?]|\\[+{?])")
BRACKET_CLASS = re.compile(r"\[:(\w+):\]")


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
        if "\n" in options["e"]:
            raise NotModelledError("several expressions")
    if not rest or len(rest) > 2 or "o" in options:
        raise NotModelledError("grep")
    source = rest[0]
    is_fixed = "F" in options or call.name == "fgrep"
    is_extended = "E" in options or call.name == "egrep"
    try:
        text = known_text(call, rest[1:])
    except UnknownInputError as error:  # whether a line matches is the status
        raise NotModelledError("grep") from error
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
            text = known_text(call, [word])
            commands = _sed_commands(script, is_extended, longest_line(text))
            call.write(word, _edited(text, commands, "n" in options))
        return Result()
    text = known_text(call, rest)
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

    if command["flags"][:1].isdigit():
        return _with_one(line, list(old.finditer(line)), int(command["flags"][0]), replace)
    return old.subn(replace, line, count=0 if "g" in command["flags"] else 1)


def _with_one(
    line: str, found: list[re.Match[str]], number: int, replace: Callable[[re.Match[str]], str]
) -> tuple[str, int]:
    """The line with the match of that number replaced."""
    if len(found) < number:
        return line, 0
    one = found[number - 1]
    return line[: one.start()] + replace(one) + line[one.end() :], 1


def _inserted(piece: re.Match[str], found: re.Match[str]) -> str:
    if piece["whole"]:
        return found.group()
    if piece["group"]:
        return found.group(int(piece["group"])) or ""
    return {"n": "\n", "t": "\t"}.get(piece["char"], piece["char"])
