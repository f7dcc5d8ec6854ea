"""cargo's configuration, of the files that the Dockerfile itself writes.

Format: the Cargo book, "Configuration": TOML; of two files the one in the deeper folder wins, the
home's last; lists are joined, those of the winner last; `--config` wins over all. Measured on
cargo 1.95 (tests/toolchain): a list and a string of one key are refused, and so is a broken file,
even where nothing of it would count.
"""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from diag.flow.event import Event
from diag.flow.file_store import resolve
from diag.flow.holes import HOLE, has_hole, show
from diag.flow.state import FileEntry
from diag.flow.values import Copy

CONFIG_NAMES = ("config", "config.toml")  # where both are, cargo takes the first
MAX_FOLDERS = 64
MAX_TEXT = 200_000  # characters of a configuration that is read
MAX_INCLUDES = 20
NAMES = tuple(f"/{name}" for name in CONFIG_NAMES)


class RefusedError(Exception):
    """cargo stops with an error; the text says why."""


@dataclass(frozen=True)
class Layer:
    """One file, or one `--config`; relative paths in it start at `base`."""

    values: Mapping[str, Any]
    places: tuple[str, ...]
    base: str


@dataclass(frozen=True)
class Config:
    """What cargo finds: files, the lowest in rank first, and over the environment `given`.

    `doubt` says which further file may count and is not known, `refusal` why cargo stops.
    """

    files: tuple[Layer, ...] = ()
    given: tuple[Layer, ...] = ()
    doubt: str = ""
    refusal: str = ""
    merged: Mapping[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> Mapping[str, Any]:
        found = self.merged.get(name)
        return found if isinstance(found, dict) else {}

    def layers(self, *path: str) -> list[tuple[Any, Layer]]:
        """The value of a key in each layer that has it, the lowest in rank first."""
        found = [(dig(layer.values, path), layer) for layer in (*self.files, *self.given)]
        return [(value, layer) for value, layer in found if value is not None]


def dig(values: Any, path: Iterable[str]) -> Any:
    """The value under the keys of a path, or None."""
    for key in path:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def read_config(
    event: Event, folder: str, given: Iterable[str], brought: Iterable[Copy] = ()
) -> Config:
    """The configuration of a call whose folder is `folder`; `given` are the texts of `--config`.

    `brought` are the copies of what is not in the Dockerfile.
    """
    reader = _Reader(event, tuple(brought))
    try:
        files = [layer for path in reversed(reader.paths(folder)) for layer in reader.file(path)]
        over = [layer for text in given for layer in reader.option(text)]
        merged = _merged([*files, *over])
    except (RefusedError, RecursionError) as error:
        reason = str(error) if isinstance(error, RefusedError) else "its tables nest too deeply"
        return Config(refusal=reason, doubt=reader.doubt)
    return Config(tuple(files), tuple(over), reader.doubt, "", merged)


@dataclass
class _Reader:
    event: Event
    brought: tuple[Copy, ...]
    doubt: str = ""
    n_includes: int = 0

    def doubted(self, reason: str) -> None:
        self.doubt = self.doubt or reason

    # -- where ---------------------------------------------------------------------------------

    def paths(self, folder: str) -> list[str]:
        """Configuration files in the order of their rank: from the folder upwards, then home."""
        folders = [posixpath.join(at, ".cargo") for at in _upwards(folder)]
        home = self._home()
        if home and home not in folders:
            folders.append(home)
        if has_hole(folder):
            self.doubted(f"the working folder {folder}")
        return [found for place in folders if (found := self._file_in(place))]

    def _home(self) -> str:
        home = self.event.var("CARGO_HOME")
        user = self.event.var("HOME").text or "/root"
        text = home.text if home.is_exported else None
        path = text or posixpath.join(user, ".cargo")
        if has_hole(path):
            self._doubt_home(path)
        return resolve(self.event.cwd, path)

    def _doubt_home(self, home: str) -> None:
        """A configuration in some home may be in the one that the base image decides."""
        user = self.event.var("HOME").text
        for path, entry in self.event.files.items():
            folder = posixpath.dirname(path)
            is_home = path.endswith(NAMES) and folder.rpartition("/")[2] in (".cargo", "cargo")
            if is_home and entry.text is not None and folder != home and not entry.is_folder:
                where = "$CARGO_HOME" if self.event.var("CARGO_HOME").text else "$HOME"
                if posixpath.dirname(folder) not in _upwards(self.event.cwd):
                    told = path.replace(user, "$HOME") if user and has_hole(user) else path
                    self.doubted(show(f"{where} of the base image, for {told}"))

    def _file_in(self, folder: str) -> str:
        for name in CONFIG_NAMES:
            path = posixpath.join(folder, name)
            entry = self.event.files.get(path)
            if entry is not None and entry.text is not None:
                return path
        if posixpath.join(folder, CONFIG_NAMES[1]) not in self.event.files:
            self._doubt_brought(folder)
        return ""

    def _doubt_brought(self, folder: str) -> None:
        for copy in self.brought:
            if may_bring(copy, folder):
                self.doubted(show(f"{folder}/config.toml, which COPY {copy.source} may bring"))

    # -- what ----------------------------------------------------------------------------------

    def file(self, path: str) -> Iterator[Layer]:
        """The layers of a file, what it includes before itself; none where it is not known."""
        entry = self.event.files.get(path, FileEntry(None))
        base = posixpath.dirname(posixpath.dirname(path))
        values = self._parsed(entry.text, path)
        if values is None:
            return
        yield from self._included(values, path)
        yield Layer(values, tuple(entry.came_through), base)

    def option(self, text: str) -> Iterator[Layer]:
        """The layer of one `--config`: a file of that name, else `KEY=VALUE`."""
        entry = self.event.files.get(resolve(self.event.cwd, text))
        if entry is not None and entry.text is not None:
            for layer in self.file(resolve(self.event.cwd, text)):
                yield Layer(layer.values, (*layer.places, self.event.place), layer.base)
        elif "=" not in text and not has_hole(text):
            self.doubted(f"the file {text} of --config")
        else:
            values = self._parsed(text, "--config")
            if values is not None:
                yield Layer(values, (self.event.place,), self.event.cwd)

    def _included(self, values: Mapping[str, Any], path: str) -> Iterator[Layer]:
        told = values.get("include")
        for item in told if isinstance(told, list) else [told] if isinstance(told, str) else []:
            name = item.get("path") if isinstance(item, dict) else item
            self.n_includes += 1
            if not isinstance(name, str) or self.n_includes > MAX_INCLUDES:
                self.doubted(show(f"what {path} includes"))
                continue
            other = resolve(posixpath.dirname(path), name)
            if other not in self.event.files:
                self.doubted(show(f"{other}, which {path} includes"))
            yield from self.file(other)

    def _parsed(self, text: str | None, path: str) -> dict[str, Any] | None:
        if text is None:
            return None
        if len(text) > MAX_TEXT:
            self.doubted(show(f"{path}, which is longer than {MAX_TEXT} characters"))
            return None
        values, fault = parse(text)
        if has_hole(text) and (fault or _has_unknown_key(values)):
            self.doubted(f"{show(path)}, which holds {HOLE.findall(text)[0]}")
            return None
        if fault:
            raise RefusedError(show(f"{path} does not parse: {fault}"))
        return values


def _upwards(folder: str) -> list[str]:
    folders = [folder]
    while len(folders) < MAX_FOLDERS and folders[-1] not in ("/", ""):
        folders.append(posixpath.dirname(folders[-1]))
    return [at for at in folders if at]


def may_bring(copy: Copy, folder: str) -> bool:
    """Whether a COPY of the build context or of another image may put a file into a folder."""
    source = posixpath.basename(copy.source.rstrip("/"))
    is_file = "." in source.lstrip(".") and source not in (".", "..")
    target = copy.destination.rstrip("/")
    inside = folder == target or folder.startswith(target + "/")
    return copy.text is None and copy.from_stage_no is None and inside and not is_file


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[dict[str, Any], str]:
    """The values of a TOML text, and why it is none, or ""; not to be changed by the caller."""
    try:
        return tomllib.loads(text), ""
    except tomllib.TOMLDecodeError as error:
        return {}, str(error)
    except RecursionError:
        return {}, "its values nest too deeply"
    except ValueError as error:  # a date or a number that no machine holds
        return {}, str(error)


def _has_unknown_key(values: Any) -> bool:
    if isinstance(values, dict):
        return any(has_hole(key) or _has_unknown_key(value) for key, value in values.items())
    return False


def _merged(layers: Iterable[Layer]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for layer in layers:
        _merge(merged, layer.values, "")
    return merged


def _merge(base: dict[str, Any], over: Mapping[str, Any], path: str) -> None:
    for key, value in over.items():
        mine, name = base.get(key), f"{path}{key}"
        for kind in (dict, list):
            if mine is not None and isinstance(mine, kind) != isinstance(value, kind):
                raise RefusedError(f"{name} is of two kinds in two configurations")
        if isinstance(value, dict):
            base[key] = dict(mine) if isinstance(mine, dict) else {}
            _merge(base[key], value, f"{name}.")
        else:
            base[key] = [*mine, *value] if isinstance(mine, list) else value
