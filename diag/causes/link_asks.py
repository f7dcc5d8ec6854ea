"""Names that the link itself asks for: the entry point, and what `--wrap` puts in place of a name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from diag.causes.facts import Facts
from diag.causes.link_inputs import command_evidence, flags_of, is_whole
from diag.causes.link_said import about, errors_of, lines_with, read_lines
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.wants import Answer, Want, defines, each_want
from diag.schema import each

FAMILY = "link_files"
ENTRY = "entry-point-missing"
WRAP = "wrap-target-missing"
NO_ENTRY = re.compile(r"cannot find entry symbol (?P<name>\w+)")
_CRT = re.compile(r"crt1\S*\.o$|libcrt\S*\.a$|crt0\.o$")
_ENTRIES = ("main", "_start", "WinMain", "MAIN__")

# -- entry-point-missing --------------------------------------------------------------------------


def judge_entry(facts: Facts) -> Iterator[Finding]:
    """entry-point-missing: `main` for the start files, or the entry symbol itself."""
    yield from each_want(FAMILY, ENTRY, _judge_main)(facts)
    for platform in facts.judged:
        rows = lines_with(facts, platform, NO_ENTRY)
        # Linkers only warn of it: what one of them stopped over goes first.
        if len(rows) and errors_of(facts, platform).empty:
            found = NO_ENTRY.search(str(rows["text"].iloc[0]))
            names = [found["name"]] if found else []
            answer = Answer("supported", read_lines(rows, 2))
            yield about(facts, FAMILY, ENTRY, platform, names, answer)


def _judge_main(facts: Facts, want: Want) -> Answer | None:
    symbol = want.symbol
    if symbol.name not in _ENTRIES:
        return None
    rows = errors_of(facts, symbol.platform)
    rows = rows[(rows["symbol"] == symbol.name) & (rows["kind"] == "undefined")]
    by_start = [
        bool(_CRT.search(str(obj))) or function == "_start"
        for obj, function in zip(rows["object"], rows["function"], strict=True)
    ]
    if not any(by_start):
        return None
    evidence = [*facts.reference_evidence(symbol)]
    if len(want.defined):
        return Answer("refuted", defines(want.defined, symbol.name))
    if _is_meant_shared(want.command):
        fix = (
            "Link a library with -shared: the output is named as one, and the start files ask a program for main.",
        )
        return Answer(
            "supported", [*evidence, command_evidence(want.command, "no -shared on it")], fix=fix
        )
    if want.is_all_read and want.reason != "bytecode":
        return Answer(
            "supported", [*evidence, command_evidence(want.command, "every input was read")]
        )
    return Answer("untestable", evidence, (_main_missing(),))


def _is_meant_shared(command: Any | None) -> bool:
    """The output is named as a shared library, and nothing makes it one."""
    if command is None or not isinstance(command.output, str):
        return False
    is_library = bool(re.search(r"\.so(?:\.[\d.]+)?$", command.output))
    return is_library and is_whole(command) and "-shared" not in command.words


def _main_missing() -> Missing:
    return Missing(
        "the objects of the link",
        "one that was left out, or that holds bytecode, may define it",
        ("nm -A *.o *.a | grep ' T main$'", "diag investigate build.log --objects DIR"),
    )


# -- wrap-target-missing --------------------------------------------------------------------------


def judge_wrap(facts: Facts, want: Want) -> Answer | None:
    """wrap-target-missing: `--wrap=X` on the line, and nothing defines `__wrap_X`."""
    symbol = want.symbol
    if not symbol.name.startswith("__wrap_"):
        return None
    wrapped = symbol.name.removeprefix("__wrap_")
    switch = _wrap_switch(facts, symbol.platform, wrapped)
    if len(want.defined):
        return Answer("refuted", defines(want.defined, symbol.name))
    evidence = [*facts.reference_evidence(symbol)]
    if switch is None:
        missing = Missing(
            "the whole link command",
            f"whether it has --wrap={wrapped}",
            ("put V=1, VERBOSE=1 or -vv on the build and keep the log",),
        )
        return Answer("untestable", evidence, (missing,))
    fix = (
        f"Name the object that defines {symbol.name} on the link command, or take --wrap={wrapped} away.",
    )
    return Answer("supported", [switch, *evidence], fix=fix)


def _wrap_switch(facts: Facts, platform: str, wrapped: str) -> Evidence | None:
    words = flags_of(facts, platform)
    for word in (f"--wrap={wrapped}", f"-wrap={wrapped}"):
        if word in words:
            return words[word]
    for command in each(facts.on(facts.link_commands, platform)):
        parts = [p for w in command.words for p in str(w).removeprefix("-Wl,").split(",")]
        if any(a in ("--wrap", "-wrap") and b == wrapped for a, b in itertools.pairwise(parts)):
            return command_evidence(command, f"--wrap {wrapped} on the link command")
    return None


CAUSES = (
    Cause(ENTRY, FAMILY, "cause", judge_entry, telling=("cannot find entry symbol",),
          yields_to=("lto-foreign-bytecode", "lto-plugin-not-loaded", "ar-without-lto-plugin", "object-truncated")),
    Cause(WRAP, FAMILY, "cause", each_want(FAMILY, WRAP, judge_wrap)),
)  # fmt: skip
