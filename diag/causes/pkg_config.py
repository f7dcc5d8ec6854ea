"""How a library of the build machine came to a link: by an answer of pkg-config, or by a folder that is
named itself; and the package that has the target's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from diag.causes.facts import Facts
from diag.causes.machines_skipped import LIBRARY_FILE, Skipped
from diag.causes.model import Evidence
from diag.knowledge.names import package_of
from diag.schema import each

ASKS = re.compile(r"(?:^|[\s`(/-])pkg(?:-config|conf)\b")
_FOLDERS = re.compile(r"\bPKG_CONFIG_(?:PATH|LIBDIR)=[\"']?(?P<folders>[^\s\"';&|)]+)")
_NAMES = ("PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR", "PKG_CONFIG_ALLOW_CROSS", "PKG_CONFIG")  # fmt: skip
_SHARED = re.compile(r"/share/pkgconfig/?$")  # files for any machine, with no library beside them


def brought_by_pkg_config(facts: Facts, platform: str, skipped: Skipped) -> list[Evidence]:
    """What shows that the library came by pkg-config: it lies beside a folder of .pc files that the
    build named, the log shows the answer, or the link command asks and names no such library itself."""
    found = [*_beside_asked(facts, platform, skipped), *_answered(facts, platform, skipped)]
    return found[:2] or _asked_by_link(facts, platform, skipped)


def _beside_asked(facts: Facts, platform: str, skipped: Skipped) -> Iterator[Evidence]:
    folder = PurePath(skipped.file).parent
    lines = facts.on(facts.lines_with(("PKG_CONFIG_PATH=", "PKG_CONFIG_LIBDIR=")), platform)
    for row in each(lines.head(200)):
        for told in _FOLDERS.finditer(row.text[:4096]):
            if folder in _folders_of(told["folders"]):
                yield Evidence.of_row(row)
    rows = facts.env[facts.env["name"].isin(["PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR"])]
    for row in each(rows[rows["platform"] == platform].head(200)):
        if isinstance(row.value, str) and folder in _folders_of(row.value):
            yield Evidence.of_row(row, f"`{row.command}` receives {row.name}: {row.value}")  # fmt: skip


def _folders_of(value: str) -> list[PurePath]:
    """The folders of libraries that stand over the named folders of .pc files."""
    return [PurePath(f).parent for f in value.split(":") if f and not _SHARED.search(f)]


def _answered(facts: Facts, platform: str, skipped: Skipped) -> Iterator[Evidence]:
    """The answer in the log: `-L` of that folder and the library, in the line after the question."""
    switch, folder = f"-l{_name(skipped)}", f"-L{PurePath(skipped.file).parent}"
    lines = facts.on(facts.lines_with((folder,)), platform)
    for row in each(lines.head(200)):
        words = row.text[:4096].split()
        if switch in words and folder in words and all(w.startswith("-") for w in words):
            asked = facts.lines[
                (facts.lines["file"] == row.file) & (facts.lines["line_no"] == row.line_no - 1)
            ]
            if any(ASKS.search(text) for text in asked["text"]):
                yield Evidence.of_row(row)


def _asked_by_link(facts: Facts, platform: str, skipped: Skipped) -> list[Evidence]:
    """The last link command before the linker's word asks pkg-config, and names no such library."""
    commands = facts.on(facts.link_commands, platform)
    before = commands[
        (commands["file"] == skipped.missed.file)
        & (commands["line_no"] <= (skipped.missed.line_no or 0))
    ]
    for command in each(before.tail(1)):
        words = [str(word) for word in command.words]
        folders = [PurePath(word[2:]) for word in words if word.startswith("-L")]
        if f"-l{_name(skipped)}" in words or PurePath(skipped.file).parent in folders:
            return []
        if any(ASKS.search(word) for word in words):
            text = f"the link command of {command.driver} asks pkg-config for its libraries"
            return [Evidence.of_row(command, text)]
    return []


def settings_of(facts: Facts, platform: str) -> list[Evidence]:
    """What the commands of the build receive of pkg-config's variables."""
    rows = facts.env[(facts.env["platform"] == platform) & facts.env["name"].isin(_NAMES)]
    rows = rows[rows["source"] == "shell"].drop_duplicates(["name", "status", "value"])
    return [
        Evidence.of_row(r, f"`{r.command}` receives {r.name}: {r.status} {r.value or ''}")
        for r in each(rows)
    ][:3]  # fmt: skip


# -- a folder that the build names itself, and the package -----------------------------------------


def folder_named(facts: Facts, platform: str, skipped: Skipped) -> Evidence | None:
    """Where a command names the folder of the library by `-L`: in the link of the log, else in what the
    Dockerfile runs or sets."""
    switch = f"-L{PurePath(skipped.file).parent}"
    asked = re.compile(rf"(?<!\S)[\"']?{re.escape(switch)}/?[\"']?(?=\s|$)")
    for command in each(facts.on(facts.link_commands, platform)):
        if switch in [str(word).rstrip("/") for word in command.words]:
            return Evidence.of_row(command, f"the link command of {command.driver} has {switch}")
    for row in each(facts.env[facts.env["platform"] == platform]):
        if isinstance(row.value, str) and asked.search(row.value):
            return Evidence.of_row(row, f"`{row.command}` receives {row.name}={row.value}")
    for row in each(facts.instructions):
        if asked.search(row.value_text):
            return Evidence.of_row(row, f"{row.instruction} names {switch}")
    return None


def host_library_steps(
    steps: tuple[str, ...], skipped: Skipped, named: Evidence | None
) -> tuple[str, ...]:
    """The steps with the package of that library; where the folder is named by the build itself, that is
    to go, and no answer of pkg-config."""
    package = package_of(_name(skipped))
    found = f"$(dpkg -S {skipped.file} | cut -d: -f1)"
    steps = tuple(step.replace("lib...-dev", package or found) for step in steps)
    if named is None:
        return steps
    folder = PurePath(skipped.file).parent
    away = f"Take -L{folder} away ({named.place}): it is the build machine's, and the target's compiler finds its own."
    return (away, *(step for step in steps if "PKG_CONFIG" not in step))


def _name(skipped: Skipped) -> str:
    found = LIBRARY_FILE.search(PurePath(skipped.file).name)
    return found["name"] if found else ""
