"""Family C: the name is in a shared object that only another shared object asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, objects_missing
from diag.causes.invites import has_shared_library
from diag.causes.model import Cause, Evidence, Finding
from diag.causes.named import Named, group_finding, is_defined_somewhere, wanted_on
from diag.causes.on_line import command_told, library_name, plain_words, whole_command
from diag.knowledge.names import library_of
from diag.schema import each

FAMILY = "library"
TRANSITIVE = "transitive-dso-missing"
MAX_LOOKED_AT = 300  # names of one platform
_SAID = re.compile(
    r"(?:^|\n|; )(?P<file>[^;\n]+): error adding symbols: DSO missing from command line"
    r"|is defined in DSO (?P<old>\S+)"
)
# The C library: a driver always names it. That it is not on the line says something else.
OF_LIBC = re.compile(r"libc\.so|ld-linux|ld-musl|libc\.musl")


def judge_transitive(facts: Facts) -> Iterator[Finding]:
    """transitive-dso-missing: GNU ld says so; of other linkers the objects tell."""
    for platform in facts.judged:
        groups: dict[str, tuple[list[Named], list[Evidence]]] = {}
        looked_at = wanted_on(facts, platform)[:MAX_LOOKED_AT]
        for named in looked_at:
            library, evidence = _said(named) or _seen(facts, named) or ("", [])
            if library and not OF_LIBC.match(PurePath(library).name):
                groups.setdefault(library, ([], evidence))[0].append(named)
        for library, (names, evidence) in groups.items():
            name = library_name(PurePath(library).name) or PurePath(library).name
            fix = _fix(name)
            yield group_finding(facts, FAMILY, TRANSITIVE, "supported", names, evidence, fix=fix)
        names = [named for named in looked_at if _is_invited(facts, named)]
        if names:
            missing = (objects_missing(platform),)
            yield group_finding(facts, FAMILY, TRANSITIVE, "untestable", names, (), missing)


def _is_invited(facts: Facts, named: Named) -> bool:
    """The log alone is there, a shared library is on the link that may need another one, and the
    linker is not GNU ld, which would say so."""
    linkers = {ref.linker for ref in named.references}
    if _said(named) or not linkers or linkers & {"ld.bfd", "bfd"}:
        return False
    if facts.has_objects(named.symbol.platform):
        return False
    return has_shared_library(facts, named.symbol) and library_of(named.raw[0]) is None


def _said(named: Named) -> tuple[str, list[Evidence]] | None:
    for ref in named.references:
        found = _SAID.search(ref.detail)
        if found:
            return found["file"] or found["old"], [ref.evidence]
    return None


def said_of_libc(named: Named) -> list[Evidence]:
    """Where the linker says that the C library itself is the shared object that is not named."""
    found = _said(named)
    return found[1] if found and OF_LIBC.match(PurePath(found[0]).name) else []


def _seen(facts: Facts, named: Named) -> tuple[str, list[Evidence]] | None:
    """A shared object given defines it, is not on the line, and one that is on the line needs it."""
    if not is_defined_somewhere(facts, named):
        return None
    defined = facts.definitions(named.symbol)
    command = whole_command(facts, [named])
    if command is None:
        return None
    shared = facts.objects[facts.objects["kind"] == "shared"]
    on_line = _on_line(command)
    for row in each(shared[shared["file"].isin(set(defined["file"]))]):
        names = {PurePath(row.file).name, *([row.soname] if isinstance(row.soname, str) else [])}
        if any(_is_on(name, on_line) for name in names):
            continue
        for other in each(shared[shared["file"] != row.file]):
            if names & set(other.needed) and _is_on(PurePath(other.file).name, on_line):
                return row.file, _told(row, other, named, command)
    return None


def _is_on(name: str, on_line: set[str]) -> bool:
    return name in on_line or library_name(name) in on_line


def _on_line(command: Any) -> set[str]:
    """File names of the command's words, and X of each `-lX`."""
    words = plain_words(command)
    files = {PurePath(word).name for word in words if not word.startswith("-")}
    return files | {word[2:] for word in words if word.startswith("-l")}


def _told(row: Any, other: Any, named: Named, command: Any) -> list[Evidence]:
    return [
        Evidence(row.file, None, f"{PurePath(row.file).name} defines {named.raw[0]}"),
        Evidence(
            other.file,
            None,
            f"{PurePath(other.file).name} needs {row.soname if isinstance(row.soname, str) else PurePath(row.file).name}",
        ),
        command_told(command, f"names the second and not {PurePath(row.file).name}"),
    ]


def _fix(name: str) -> tuple[str, ...]:
    return (
        f"Name the library on the link: -l{name} (its package's pkg-config file may have it under Libs.private).",
        f'CMake: target_link_libraries(TARGET PRIVATE {name}). A build script for cargo: println!("cargo:rustc-link-lib={name}"). go: #cgo LDFLAGS: -l{name}.',
        "Or, for a library of your own: make the dependency public where the first library is declared.",
    )


CAUSES = (
    Cause(
        TRANSITIVE, FAMILY, "cause", judge_transitive, telling=("DSO missing from command line",)
    ),
)
