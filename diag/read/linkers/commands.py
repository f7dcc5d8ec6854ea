"""Linker command lines: driver, output, inputs in order, flags.

Forms: rustc's note (each argument quoted as Rust's Debug does), `gcc -v`'s collect2 line, and
driver lines as make, ninja and libtool print them. What rustc leaves out, it says in angle
brackets or in a later note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ARGUMENTS = 200_000

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_WORD = re.compile(r"""(?:[^\s"'\\]++|\\.|"(?:[^"\\]|\\.)*+"|'[^']*+')+""", re.DOTALL)
_UNQUOTE = re.compile(r"""\\(.)|"((?:[^"\\]|\\.)*+)"|'([^']*+)'""", re.DOTALL)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_DRIVER = re.compile(
    r"(?:.*[/\\])?(?:[\w.+]+-)*"
    r"(?P<program>collect2|ld(?:\.(?:bfd|gold|lld|mold))?|mold|rust-lld|lld|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|gfortran|wild)"
    r"(?:-\d[\d.]*)?(?:\.exe)?"
)
_LINKERS = (
    "collect2",
    "ld",
    "ld.bfd",
    "ld.gold",
    "ld.lld",
    "ld.mold",
    "mold",
    "rust-lld",
    "lld",
    "wild",
)
_KINDS = (
    (re.compile(r".*\.(?:o|obj|lo|os|oS|o\.\d+)", re.DOTALL), "object"),
    (re.compile(r".*\.(?:a|rlib|lib)", re.DOTALL), "archive"),
    (re.compile(r".*\.(?:so|dylib|dll|tbd)(?:\.[\d.]+)?", re.DOTALL), "shared"),
)
# Options whose value is the next argument, of the drivers and of the linkers.
_VALUE_OPTIONS = """
    -L -B -z -T -m -e -h -u -y -R -x -A -b -c -F -I -D -Xlinker -Map -soname -rpath -rpath-link -dynamic-linker -plugin
    -target -arch -framework -isysroot --sysroot -install_name -undefined -defsym --defsym -wrap --wrap
    --dynamic-list --version-script -flavor -idirafter -isystem -include
"""
_WITH_VALUE = frozenset(_VALUE_OPTIONS.split())
_NO_LINK = frozenset(("-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "--version", "-r"))
_BRACES = re.compile(r"(?P<before>[^{}]*)\{(?P<choices>[^{}]*)\}(?P<after>[^{}]*)")
_FUSE = re.compile(r"-fuse-ld=(?P<name>.+)|--ld-path=(?P<path>.+)")
_OMITTED = re.compile(r"<\d+ object files? omitted>")
# What stands before a command: libtool, ninja, `set -x`, and the prompt of a terminal or GitLab.
_BEFORE = re.compile(r"(?:libtool: link: |: && |\[\d+/\d+\] |\++ |\$ )+")

# One call (behind `cd FOLDER && ` too), as far as to a word ` -c `: it compiles, whatever follows.
_CD = r" *(?:cd [^ \"'\\;|&]+ && )*"
_PART = r"""[^\"'\\;|&]|\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'"""
COMPILES = rf"{_CD}[^ \"'\\;|&](?:{_PART})* -c "  # for RE2, whose time is linear
_BEFORE_C = re.compile(rf"{_CD}[^ \"'\\;|&](?:[^\"'\\;|&]++|{_PART})*+")


@dataclass(frozen=True)
class LinkCommand:
    """A command line that links."""

    driver: str
    linker: str | None
    output: str | None
    inputs: tuple[tuple[str, str], ...]  # (object, archive, shared or library; name)
    flags: tuple[str, ...]
    is_shortened: bool
    words: tuple[str, ...] = ()  # every argument as it stands, `-l`, groups and all


def parse_link_command(text: str) -> LinkCommand | None:
    """The link command on a line, or None if there is none."""
    words = list(_words(text))
    if not words:
        return None
    driver = _DRIVER.fullmatch(words[0])
    if driver is None or not _NO_LINK.isdisjoint(words) or len(words) < 2:
        return None
    inputs, flags, output = _sort(words[1:])
    is_shortened = any(_OMITTED.fullmatch(word) for word in words)
    if not inputs and not is_shortened:
        return None
    return LinkCommand(
        driver=words[0],
        linker=_linker(driver["program"], words[1:]),
        output=output,
        inputs=tuple(inputs),
        flags=tuple(flags),
        is_shortened=is_shortened,
        words=tuple(words[1:]),
    )


def could_link(text: str) -> bool:
    """A cheap test that lets every link command through and few other lines."""
    return (" -o " in text or '"-o"' in text or " -l" in text) and (
        ".o" in text or ".a" in text or ".rlib" in text or "omitted>" in text or ".lo" in text
    )


def compiles(text: str) -> bool:
    """Whether the line is a call that compiles and links nothing, as COMPILES has it."""
    at = text.find(" -c ")
    while at > 0:
        if _BEFORE_C.fullmatch(text, 0, at):
            return True
        at = text.find(" -c ", at + 1)
    return False


def _words(text: str) -> Iterator[str]:
    """The command's words, assignments and `env -u NAME` before it left out."""
    text = text.strip()
    text = text[match.end() :] if (match := _BEFORE.match(text)) else text
    is_rust = text.startswith('"') or ' "-o" "' in text
    found = _QUOTED.finditer(text) if is_rust else _WORD.finditer(text)
    words = (_debug(m[1]) if is_rust else _UNQUOTE.sub(_literal, m[0]) for m in found)
    has_begun = False
    for place, word in enumerate(words):
        if place > MAX_ARGUMENTS or (has_begun and not is_rust and word in ("&&", ";", "||", "|")):
            return
        if is_rust and not has_begun and not _DRIVER.fullmatch(word):
            continue  # a value of LC_ALL="C" PATH="..."
        if not has_begun and not is_rust and _ASSIGNED.match(word):
            continue
        has_begun = True
        yield word


def _debug(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted) if "\\" in quoted else quoted


def _literal(found: re.Match[str]) -> str:
    return next((part for part in found.groups() if part is not None), "")


def _sort(words: Iterable[str]) -> tuple[list[tuple[str, str]], list[str], str | None]:
    """(inputs, flags, output) of the arguments, each in order."""
    inputs: list[tuple[str, str]] = []
    flags: list[str] = []
    output: str | None = None
    rest = iter(words)
    for word in rest:
        if word in ("-o", "--output"):
            output = next(rest, None)
        elif word == "-l":
            inputs.append(("library", next(rest, "")))
        elif word.startswith("-l") and len(word) > 2:
            inputs.append(("library", word[2:]))
        elif word in _WITH_VALUE:
            flags += [word, *([value] if (value := next(rest, None)) is not None else [])]
        elif word.startswith(("-", "@")) or _OMITTED.fullmatch(word):
            flags.append(word)
        else:
            _sort_file(word, inputs, flags)
    return inputs, flags, output


def _sort_file(word: str, inputs: list[tuple[str, str]], flags: list[str]) -> None:
    for name in _unfold(word):
        kind = next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), None)
        if kind is None:
            flags.append(name)
        else:
            inputs.append((kind, name))


def _unfold(word: str) -> list[str]:
    """`dir/{a,b}.rlib`, as newer rustc folds paths, in full."""
    found = _BRACES.fullmatch(word)
    if found is None:
        return [word]
    choices = found["choices"].split(",")
    return [f"{found['before']}{choice}{found['after']}" for choice in choices]


def _linker(program: str, words: Iterable[str]) -> str | None:
    """The linker that the command names, if it names one."""
    told = None
    for word in words:
        if found := _FUSE.fullmatch(word):
            told = found["name"] or found["path"].rsplit("/", 1)[-1]
    if told is not None:
        return told
    return program if program in _LINKERS and program != "collect2" else None
