"""What a case is made of, before anything is read: paths sorted by what they are.

`case.toml` is described in docs/DESIGN.md. Its title and the names of folders are never evidence.
"""

from __future__ import annotations

import glob
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from diag.case_unread import absent_row, missing_log
from diag.cited import PASTED
from diag.errors import InputError
from diag.near_files import logs_in, meant
from diag.paths import READABLE, blocked, exists, found_in, is_file, is_folder
from diag.platforms import find_platform
from diag.read.buildscript import is_build_script_output
from diag.read.globs import expand
from diag.read.sources import NO_MATCH_HELP, inside_of
from diag.read.textlines import source_name

Source = str | Path | bytes | IO[Any]
MAX_FILES = 200_000  # of one folder of objects


class Pasted(bytes):
    """The text of a log or Dockerfile that was given in place of a path."""


def source_of(given: Any) -> Any:
    """A text of several lines is no path: its bytes, counted from the line after the quotes. Anything else as it is."""
    if not isinstance(given, str) or "\n" not in given:
        return given
    return Pasted(given.removeprefix("\n").encode("utf-8", "surrogateescape"))


@dataclass(frozen=True)
class LogInput:
    """One log: what to read, the name to cite, and the platform that the user says it is for."""

    source: Source
    name: str
    platform: str | None = None


@dataclass(frozen=True)
class PlatformFacts:
    """What the case's author saw on one platform; None where it was not tried."""

    name: str
    linked: bool | None = None
    ran: bool | None = None
    exit_code: int | None = None
    signal: str | None = None
    runs: tuple[Mapping[str, Any], ...] = ()
    file: str = ""

    def run_rows(self) -> list[dict[str, Any]]:
        """Rows of the `runs` frame; without any, the decisive run that the case tells of."""
        rows = [
            {
                "platform": self.name,
                "machine": str(run.get("machine", f"run {number}")),
                "is_emulated": bool(run.get("emulated", False)),
                "is_decisive": _end(run) == (self.exit_code, self.signal),
                "exit_code": run.get("exit_code"),
                "signal": run.get("signal"),
                "file": self.file or None,
            }
            for number, run in enumerate(self.runs, 1)
        ]
        if not rows and self.ran is not None:
            ended = {"exit_code": self.exit_code, "signal": self.signal}
            told = {"machine": "", "is_emulated": False, "is_decisive": True}
            rows = [{"platform": self.name, **told, **ended, "file": self.file or None}]
        return rows


def _end(run: Mapping[str, Any]) -> tuple[Any, Any]:
    return run.get("exit_code"), run.get("signal")


@dataclass
class Inputs:
    """Paths by what they are; `errors` tells of those that cannot be used."""

    logs: list[LogInput] = field(default_factory=list)
    dockerfile: str | None = None
    objects: dict[str, list[Path]] = field(default_factory=dict)  # platform ("" unknown) -> paths
    build_scripts: list[Path] = field(default_factory=list)
    build_script_platform: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def platforms(self) -> list[str]:
        """Platforms that the logs and objects were given for."""
        return [log.platform for log in self.logs if log.platform] + [p for p in self.objects if p]


def gather(log: Any, dockerfile: Any, objects: Any, absent: Iterable[dict[str, Any]]) -> Inputs:
    """The inputs of a Case, sorted by what they are."""
    inputs = Inputs(errors=list(absent))
    for platform, sources in _by_platform(log):
        for source in map(source_of, sources):
            inputs.logs.append(LogInput(source, _name(source), platform or None))
            inputs.errors += missing_log(source)
    dockerfile = source_of(dockerfile)
    if dockerfile is not None:
        if isinstance(dockerfile, str | Path) and not is_file(dockerfile):
            inputs.errors.append(absent_row(dockerfile, "Dockerfile"))
        else:
            inputs.dockerfile = "Dockerfile" if isinstance(dockerfile, bytes) else _name(dockerfile)
    for platform, paths in _by_platform(objects):
        named = [found for path in paths for found in _expanded(inputs, path)]
        _sort_objects(inputs, platform, named)
    return inputs


def _by_platform(given: Any) -> list[tuple[str, list[Any]]]:
    """(platform or "", sources) pairs of a source, a sequence of them, or a mapping."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [(find_platform(name).name if name else "", _many(v)) for name, v in given.items()]
    return [("", _many(given))]


def _many(given: Any) -> list[Any]:
    if isinstance(given, Sequence) and not isinstance(given, str | bytes):
        return list(given)
    return [given]


def _expanded(inputs: Inputs, path: str | Path) -> list[Path]:
    """The paths that a pattern names; the path itself where it is none."""
    matches = expand(path) if inside_of(path) is None else None
    if matches is None:
        return [Path(path)]
    if not matches:
        row = {"file": str(path), "where": "object", "reason": "the pattern names no file"}
        inputs.errors.append({**row, "help": NO_MATCH_HELP})
    return [Path(match) for match in matches]


def _sort_objects(inputs: Inputs, platform: str, paths: list[Path]) -> None:
    for path in paths:
        if is_folder(path):
            found = [p for p in _walk(path) if is_build_script_output(p)]
        elif is_file(path):
            found = [path] if is_build_script_output(path) else []
        elif inside_of(path) is not None:  # members of a tar or image
            found = []
        else:
            inputs.errors.append(absent_row(path, "object"))
            inputs.objects.setdefault(platform, [])  # its platform was asked for all the same
            continue
        inputs.build_scripts += found
        inputs.build_script_platform |= {str(p): platform for p in found}
        if not found or is_folder(path):
            inputs.objects.setdefault(platform, []).append(path)


def _walk(folder: Path) -> list[Path]:
    """Candidates for a build script's output: cargo keeps it two folders below `build`."""
    return [p for p in found_in(folder, "**/output") if is_file(p)][:MAX_FILES]


def _name(source: Any) -> str:
    return PASTED if isinstance(source, Pasted) else source_name(source)


def read_case_toml(folder: Source) -> dict[str, Any]:
    """The keyword arguments of Case that `folder/case.toml` (or that file itself) states."""
    if not isinstance(folder, str | Path):
        raise InputError("a case is a folder with a case.toml", help="give its path")
    path = Path(folder)
    path = path / "case.toml" if is_folder(path) else path
    if not is_file(path):
        raise _no_case(Path(folder), path)
    return _CaseToml(path, _stated(path)).arguments()


def _stated(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise InputError(reason, file=str(path), help=READABLE) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"case.toml is not valid TOML: {error}", file=str(path), help="mend that line"
        ) from None


def _no_case(given: Path, path: Path) -> InputError:
    if why := blocked(path):
        return InputError(f"cannot be looked at: {why}", file=str(path), help=READABLE)
    ways = (
        "give a folder that holds a case.toml, the log itself, or --log, --dockerfile and --objects"
    )
    if not is_folder(given):
        said = "no such case: there is no case.toml"
        return InputError(said, file=str(path), help=f"{meant(path)}{ways}")
    logs = logs_in(given)
    said = "no such case: the folder holds no case.toml, which names a case's log, Dockerfile and objects"
    return InputError(said, file=str(given), help=f"{ways}{f'; {logs}' if logs else ''}")


class _CaseToml:
    """One parsed case.toml; collects what it names and is not there."""

    def __init__(self, path: Path, stated: dict[str, Any]) -> None:
        self.path, self.stated = path, stated
        self.absent: list[dict[str, Any]] = []

    def arguments(self) -> dict[str, Any]:
        stated, tables = self.stated, self._tables()
        names = [find_platform(str(table.get("name", ""))).name for table in tables]
        logs: dict[str, list[Path]] = {"": self._files(stated.get("logs", []), "log")}
        objects = {"": self._files(stated.get("objects", []), "object")}
        for name, table in zip(names, tables, strict=True):
            logs[name] = self._files(table.get("log", table.get("logs", [])), "log")
            objects[name] = self._files(table.get("objects", []), "object")
        dockerfile = self._files(
            [stated["dockerfile"]] if "dockerfile" in stated else [], "Dockerfile"
        )
        return {
            "title": str(stated.get("title", "")),
            "engine": str(stated.get("engine", "buildkit")),
            "claims": [str(claim) for claim in stated.get("claims", [])],
            "build_args": {k: str(v) for k, v in stated.get("build_args", {}).items()},
            "base_env": {k: str(v) for k, v in stated.get("base_env", {}).items()},
            "log": {name: files for name, files in logs.items() if files},
            "objects": {name: files for name, files in objects.items() if files},
            "dockerfile": dockerfile[0] if dockerfile else None,
            "facts": [self._facts(n, t) for n, t in zip(names, tables, strict=True)],
            "probe": self._files(stated.get("probe", []), "recorded probe"),
            "absent": self.absent,
        }

    def _tables(self) -> list[dict[str, Any]]:
        tables = self.stated.get("platform", [])
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise InputError(
                "`platform` is not a list of tables", file=str(self.path), help="write [[platform]]"
            )
        return tables

    def _files(self, names: Iterable[Any], what: str) -> list[Path]:
        found = []
        for name in [names] if isinstance(names, str) else names:
            path = _tidy(self.path.parent, str(name))
            if what == "object" and not exists(path) and glob.has_magic(str(name)):
                found.append(_tidy(Path(glob.escape(str(self.path.parent))), str(name)))
            elif exists(path) or (what == "object" and inside_of(path) is not None):
                found.append(path)
            else:
                self.absent.append({**absent_row(path, what), "where": f"named in {self.path}"})
        return found

    def _facts(self, name: str, table: Mapping[str, Any]) -> PlatformFacts:
        kept = {key: table.get(key) for key in ("linked", "ran", "exit_code", "signal")}
        return PlatformFacts(name, **kept, runs=tuple(table.get("runs", ())), file=str(self.path))


def _tidy(folder: Path, name: str) -> Path:
    """`folder/name` with `case/../other` folded away, so that citations read well."""
    parts: list[str] = []
    for part in (folder / name).parts:
        if part == ".." and parts and parts[-1] not in ("..", "/"):
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts)
