"""Whether the log shows how each input of a link was made, and whether a condition took part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import stem_of, unhashed
from diag.causes.hollow import empty_objects
from diag.causes.link_inputs import inputs_of
from diag.causes.model import Missing
from diag.causes.name_arches import MACHINE_SWITCH, speaks_of_machine
from diag.causes.skips import skips_on
from diag.causes.wants import Want
from diag.schema import each

MAX_INPUTS = 400  # files whose making is looked for
MAX_ROWS = 20_000
_SHOWN = re.compile(
    r"(?:^|[\s\"'])-c(?=[\s\"']|$)|\bBuilding \w+ object |^\s*(?:\[\S+\]\s*)?(?:CC|CXX|C\+\+|AS|FC|AR|CCLD)\b:?\s"
    r"|(?:^|[\s\"/-])(?:ar|libtool|rustc|nasm|yasm|as)\"?\s|Linking \w+ static library|--emit|-shared\b"
)
_NAME = re.compile(r"(?<![\w+.-])[\w+.-]+\.(?:(?:o|obj|lo|a|so)|(?:c|cc|cpp|cxx|c\+\+|s|S|asm|f|f90|F90|m|mm|rs|go))(?=[\s\"':]|$)")  # fmt: skip
# A macro that chooses what is compiled; switches of the machine set such macros too.
_CHOOSES = re.compile(
    r"(?<!\S)\"?-[DU]\w*(?:HAVE|USE|ENABLE|DISABLE|WITH|CONFIG|HAS|NO|BUILD|FEATURE|OPT|SUPPORT)_\w*"
)
_MACRO = re.compile(r"(?<!\S)\"?-[DU](?P<macro>\w+)")
# Compilers of other languages, and tools that take names away or give others.
_TONGUE = re.compile(
    r"(?:^|[\s/\"])(?:rustc|cargo|go tool|(?:[\w.]+-)*(?:gfortran|flang|gnat\w*|gdc|objcopy|strip|nvcc|ldc2))(?:-\d[\d.]*)?\"?\s"
)
_SAID = re.compile(r"^\S+: (?:In function|warning|error|note)|^\S+:\d+:")
_CHOICE = re.compile(
    r"\b(?:not found|missing|disabled|unsupported|not supported|skipp\w+|checking (?:for|whether))\b"
    r"|\.\.\. ?no\b|: (?:no|NO|off|OFF)\s*$"
)


def not_made_here(facts: Facts, want: Want) -> Missing | None:
    """An input whose making the log does not show, or that was compiled under a condition."""
    platform = want.symbol.platform
    names = sorted(_inputs(facts, want))
    rows = list(_making(facts, platform, names)) if len(names) <= MAX_INPUTS else []
    shown = {_stem(found[0]) for row in rows for found in _NAME.finditer(row.text[:8192])}
    left = [name for name in names if _stem(name) not in shown]
    if left:
        return _left(platform, left)
    return (
        _in_other_tongue(rows)
        or _made_besides(facts, platform, names)
        or _empty(facts, platform, names)
        or _under_condition(want.symbol, rows, names)
        or _said(facts, want.symbol)
    )


def _inputs(facts: Facts, want: Want) -> set[str]:
    """Base names of what the command names and of the members of its archives."""
    named = inputs_of(want.command)  # known: the whole link command was read
    own = facts.of_platform(facts.objects, want.symbol.platform)
    rows = [row for row in each(own) if PurePath(row.file).name in named]
    files = {PurePath(row.file).name for row in rows}
    return files | {PurePath(row.member).name for row in rows if row.member}


def _stem(name: str) -> str:
    """What object and source have in common, the hash of the cc crate apart."""
    return unhashed(stem_of(name))


def _making(facts: Facts, platform: str, names: list[str]) -> Iterator[Any]:
    """The log lines that compile or archive one of the files; what only links names it too."""
    literals = tuple(sorted({f"{_stem(name)}." for name in names}))
    rows = facts.on(facts.lines_with(literals), platform) if literals else facts.lines[:0]
    for row in each(rows[rows["kind"] != "linker"].head(MAX_ROWS)):
        if _SHOWN.search(row.text[:8192]) or _TONGUE.search(row.text[:8192]):
            yield row


def _left(platform: str, left: list[str]) -> Missing:
    return Missing(
        f"how {left[0]} came to be",
        "the log does not show that it was made in this build: it may be older than its source, or of another version",
        ("build once from an empty folder (make clean, --no-cache) with V=1, VERBOSE=1 or -vv, and keep the log",),
    )  # fmt: skip


def _in_other_tongue(rows: list[Any]) -> Missing | None:
    """An input in a language with names of its own, or one that a tool has changed after."""
    for row in rows:
        found = _TONGUE.search(row.text[:8192])
        if found:
            name = next(iter(_NAME.findall(row.text[:8192])), "the input")
            return Missing(
                f"the names that {name} was meant to give",
                f"{found[0].strip()} made or changed it: it may be there under another name, or be taken away",
                (f"nm {name}",),
            )
    return None


def _made_besides(facts: Facts, platform: str, names: list[str]) -> Missing | None:
    """What the log makes and neither the link names nor anyone gave: it may define the name."""
    known = {_stem(name) for name in names}
    own = facts.of_platform(facts.objects, platform)
    for column in ("file", "member"):
        known |= {_stem(str(name)) for name in own[column]}
    rows = facts.on(facts.lines_with((" -c ", " -shared", ".a ")), platform)
    for row in each(rows[rows["kind"] != "linker"].head(MAX_ROWS)):
        text = row.text[:8192]
        made = _NAME.findall(text) if _SHOWN.search(text) and not _SAID.match(text) else []
        left = [name for name in made if _stem(name) not in known]
        if left:
            return Missing(
                left[0],
                "this build makes it as well, the link does not name it, and it may define the symbol",
                (f"nm {left[0]}",),
            )
    return None


def _empty(facts: Facts, platform: str, names: list[str]) -> Missing | None:
    """An input that defines nothing at all: what its source holds was left out by a condition."""
    name = next((name for name in empty_objects(facts, platform) if name in names), "")
    if not name:
        return None
    return Missing(
        f"the source of {name}",
        "the object is there and defines nothing: a condition may have left all of it out",
        (f"nm {name}",),
    )


def _under_condition(symbol: Symbol, rows: list[Any], names: list[str]) -> Missing | None:
    """A switch that chooses code, or a source, a folder or an object named after a machine."""
    for row in rows:
        text = row.text[:8192]
        found = _CHOOSES.search(text) or MACHINE_SWITCH.search(text)
        macros = [m["macro"] for m in _MACRO.finditer(text)]
        of_machine = [m for m in macros if _speaks_of_machine(m)]
        words = [
            w for w in text.split() if _NAME.fullmatch(PurePath(w).name) and not w.startswith("/")
        ]
        of_machine += [w for w in words if _speaks_of_machine(w)]
        if found or of_machine:
            what = found[0].strip() if found else of_machine[0]
            return _condition(symbol, what)
    odd = next((name for name in names if _speaks_of_machine(name)), "")
    return _condition(symbol, odd) if odd else None


def _speaks_of_machine(text: str) -> bool:
    parts = "_".join(re.findall(r"[a-z]+\d*", text.lower()))
    return speaks_of_machine(parts) or bool(re.search(r"(?:^|_)(?:arm|simd|asm)(?:_|$)", parts))


def _condition(symbol: Symbol, what: str) -> Missing:
    return Missing(
        f"the sources that declare {symbol.name}",
        f"the build chooses what it compiles ({what}), and a choice may have left the definition out",
        (f"git grep -nw '{symbol.name}'",),
    )


def _said(facts: Facts, symbol: Symbol) -> Missing | None:
    """A compile was refused or left out, or something was looked for and not found."""
    rows = facts.on(facts.lines, symbol.platform)
    rows = rows[~rows["kind"].isin(["linker", "link_command"])]
    told = next((r for r in each(rows) if _CHOICE.search(r.text[:2000])), None)
    if skips_on(facts, symbol.platform) or told is not None:
        return _condition(
            symbol, told.text.strip()[:60] if told is not None else "a compile was left out"
        )
    return None
