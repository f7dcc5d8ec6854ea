"""Facts of a link made of a few words, for tests of causes: what files want and define."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from diag import schema
from diag.causes import CATALOGUE
from diag.causes.facts import Facts
from diag.causes.model import Finding
from tests.facts_builder import AMD64, LOG, make_facts

_MEMBER = re.compile(r"(?P<file>[^()]+)\((?P<member>[^()]+)\)")
# A program that wants f, an object that defines it, and both beside each other.
MAIN = {"wants": ["f"]}
K = {"defines": ["f"]}
ARCHIVE = {"main.o": MAIN, "libk.a(k.o)": K}
_KINDS = ((r"\.o$", "object"), (r"\.(a|rlib)$", "archive"), (r"\.so[\d.]*$", "shared"))


def world(
    files: Mapping[str, Mapping[str, Any]] | None = None,
    command: str | None = None,
    said: Sequence[Mapping[str, Any]] = (),
    *,
    linker: str = "ld.bfd",
    unreadable: Sequence[Mapping[str, Any]] = (),
    **frames: Any,
) -> Facts:
    """Facts of one platform.

    `files`: `main.o` or `libk.a(k.o)` -> wants, weak, defines, local, hidden (lists of names) and
    any column of `objects` (arch, has_index of the archive, ...). `command`: words after `cc`.
    `said`: rows of link_errors; an undefined symbol may be given by its name alone.
    """
    objects, symbols, sightings = _objects(files or {})
    errors = [_error(one, linker, no) for no, one in enumerate(said)]
    facts = make_facts(
        objects=objects,
        symbols=symbols,
        sightings=sightings,
        link_errors=errors,
        link_commands=[_command(command)] if command is not None else [],
        **frames,
    )
    return replace(facts, errors=schema.make("errors", [_fault(row) for row in unreadable]))


def _error(one: Any, linker: str, no: int) -> dict[str, Any]:
    row = {"symbol": one, "object": "main.o"} if isinstance(one, str) else dict(one)
    return {"linker": linker, "line_no": 40 + no, **row}


def _fault(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"where": "byte 0", "member": "", "help": "", **row}


def _command(words: str) -> dict[str, Any]:
    parts = words.split()
    inputs, output = [], None
    for before, word in zip(["", *parts], parts, strict=False):
        if before == "-o":
            output = word
        elif word.startswith("-l"):
            inputs.append(["library", word[2:]])
        elif kind := next((k for pattern, k in _KINDS if re.search(pattern, word)), None):
            inputs.append([kind, word])
    flags = [word for word in parts if word.startswith("-") and not word.startswith("-l")]
    return {"line_no": 39, "inputs": inputs, "words": parts, "flags": flags, "output": output}


def _objects(
    files: Mapping[str, Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    objects: list[dict[str, Any]] = []
    symbols: list[dict[str, Any]] = []
    members: dict[str, int] = {}
    for name, told in files.items():
        found = _MEMBER.fullmatch(name)
        file, member = (found["file"], found["member"]) if found else (name, "")
        is_shared = bool(re.search(r"\.so[\d.]*$", file))
        if found and file not in members:
            index = told.get("has_index", True)
            objects.append(
                {
                    "file": file,
                    "member_no": -1,
                    "kind": "archive",
                    "format": "archive",
                    "has_index": index,
                }
            )
        number = members[file] = members.get(file, -1) + 1
        place = {"file": file, "member": member, "member_no": number}
        columns = {k: v for k, v in told.items() if k not in _LISTS and k != "has_index"}
        objects.append({**place, "kind": "shared" if is_shared else "relocatable", **columns})
        table = ".dynsym" if is_shared else ".symtab"
        symbols += [{**place, **one} for one in _symbols(told, table)]
    is_output = {o["file"] for o in objects if o["kind"] == "executable"}
    sightings = [_sighting(one, is_output) for one in symbols]
    return objects, [{**s, "index": no} for no, s in enumerate(symbols, 1)], sightings


_LISTS = ("wants", "weak", "defines", "local", "hidden")


def _symbols(told: Mapping[str, Any], table: str) -> Iterable[dict[str, Any]]:
    for name in told.get("wants", ()):
        yield _symbol(name, table, is_defined=False)
    for name in told.get("weak", ()):
        yield _symbol(name, table, is_defined=False, bind="WEAK")
    for name in told.get("defines", ()):
        yield _symbol(name, table)
    for name in told.get("local", ()):
        yield _symbol(name, ".symtab", bind="LOCAL")
    for name in told.get("hidden", ()):
        yield _symbol(name, ".symtab", bind="LOCAL", visibility="HIDDEN")


def _symbol(name: str, table: str, **columns: Any) -> dict[str, Any]:
    """`x@V1` and `x@@V1` carry a version, `x:TLS` a type."""
    name, _, kind = name.partition(":")
    base, at, version = name.partition("@")
    columns = {"is_defined": True, **columns, **({"type": kind} if kind else {})}
    return {"name": base, "table": table, "version": at + version if at else None, **columns}


def _sighting(row: Mapping[str, Any], outputs: set[str]) -> dict[str, Any]:
    kept = {k: v for k, v in row.items() if k not in ("is_defined", "value")}
    role = "defined" if row["is_defined"] else "wanted"
    return {**kept, "role": role, "is_output": row["file"] in outputs}


def judged(cause: str, facts: Facts) -> list[Finding]:
    """What one judge says."""
    return list(CATALOGUE[cause].judge(facts))


def status(cause: str, facts: Facts) -> str:
    """The status of its only finding; "" where it says nothing."""
    found = judged(cause, facts)
    assert len(found) <= 1
    return found[0].status if found else ""


def spoken(causes: tuple[str, ...], said: dict[str, object], **other: object) -> list[str]:
    """Which of the causes support themselves on this message."""
    facts = world(said=[said], **other)
    return [cause for cause in causes if status(cause, facts) == "supported"]


__all__ = ["AMD64", "ARCHIVE", "LOG", "MAIN", "K", "judged", "spoken", "status", "world"]
