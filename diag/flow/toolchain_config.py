"""cargo's configuration, of the files that the Dockerfile itself writes.

Format: the Cargo book, "Configuration": TOML; files of deeper folders win, lists are joined with
those of the winner last, `--config` wins over all.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diag.flow.event import Event
from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import has_hole

CONFIG_NAMES = ("config", "config.toml")  # where both are, cargo takes the first
MAX_FOLDERS = 64
ARCHITECTURES = {"armv7": "arm", "armv5te": "arm", "thumbv7neon": "arm", "i686": "x86", "i586": "x86",
                 "riscv64gc": "riscv64", "powerpc64le": "powerpc64", "mips64el": "mips64"}  # fmt: skip
CFG_TOKEN = re.compile(r'\s*(?:(?P<name>\w+)|(?P<string>"[^"]*")|(?P<mark>[(),=]))')


@dataclass(frozen=True)
class Config:
    """The merged configuration, and the places that wrote it."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    is_faulty: bool = False

    def table(self, name: str) -> Mapping[str, Any]:
        found = self.values.get(name)
        return found if isinstance(found, dict) else {}

    def value(self, table: str, key: str) -> Any:
        return self.table(table).get(key)


def read_configs(event: Event, given: list[str]) -> Config:
    """The configuration that a call of cargo finds; `given` are the texts of `--config`."""
    merged: dict[str, Any] = {}
    places: list[str] = []
    is_faulty = False
    for path in reversed(_paths(event)):
        entry = entry_of(event.files, path)
        if entry is None or entry.text is None:
            continue
        places += entry.came_through
        values = _parsed(entry.text)
        is_faulty = is_faulty or values is None
        _merge(merged, values or {})
    for text in given:
        values = _parsed(text) if "=" in text else None
        places += [event.place]
        _merge(merged, values or {})
    return Config(merged, tuple(dict.fromkeys(places)), is_faulty)


def _paths(event: Event) -> list[str]:
    """Configuration files in the order of their rank: from the working folder upwards, then home."""
    folders, folder = list[str](), event.cwd
    for _ in range(MAX_FOLDERS):
        folders.append(posixpath.join(folder, ".cargo"))
        if folder in ("/", "") or has_hole(folder):
            break
        folder = posixpath.dirname(folder)
    home = event.var("CARGO_HOME").text
    user = event.var("HOME").text or "/root"
    for place in (home, resolve("/", posixpath.join(user, ".cargo"))):
        if place and place not in folders:
            folders.append(place)
    return [found for place in folders if (found := _file_in(event, place))]


def _file_in(event: Event, folder: str) -> str:
    for name in CONFIG_NAMES:
        path = posixpath.join(folder, name)
        entry = event.files.get(path)
        if entry is not None and entry.text is not None:
            return path
    return ""


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        mine = base.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            _merge(mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            base[key] = [*mine, *value]
        else:
            base[key] = value


# --- cfg() --------------------------------------------------------------------------------------


def cfg_holds(text: str, triple: str) -> bool:
    """Whether `cfg(text)` holds for a target; what it does not know does not hold."""
    tokens = [found.group().strip() for found in CFG_TOKEN.finditer(text)]
    return _Cfg(tokens, facts_of(triple)).whole()


def facts_of(triple: str) -> frozenset[tuple[str, str]]:
    """What `cfg` knows of a Linux target by its name."""
    first, *rest = triple.split("-")
    environment = rest[-1] if rest else ""
    family = {("unix", ""), ("target_family", "unix"), ("target_os", "linux")}
    is_linux = "linux" in rest
    libc = "musl" if environment.startswith("musl") else "gnu" if environment[:3] == "gnu" else ""
    return frozenset(
        {("target_arch", ARCHITECTURES.get(first, first)), ("target_env", libc)}
        | (family if is_linux else set())
    )


class _Cfg:
    def __init__(self, tokens: list[str], facts: frozenset[tuple[str, str]]) -> None:
        self.tokens = tokens[:500]
        self.facts = facts
        self.at = 0

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def whole(self, depth: int = 0) -> bool:
        name = self.take()
        if self.peek() == "(" and depth < 30:
            self.take()
            inner = self._list(depth)
            return any(inner) if name == "any" else all(inner) == (name == "all")
        if self.peek() == "=":
            self.take()
            return (name, self.take().strip('"')) in self.facts
        return (name, "") in self.facts

    def _list(self, depth: int) -> list[bool]:
        found: list[bool] = []
        while self.peek() not in (")", ""):
            found.append(self.whole(depth + 1))
            if self.peek() == ",":
                self.take()
        self.take()
        return found
