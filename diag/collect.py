"""A case folder made of what is at hand: log, Dockerfile, objects and a case.toml beside them.

Nothing is executed and nothing of what was given is changed. Texts are written with their secrets
masked, line for line; objects are copied as they are, as many as the bound allows.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from diag.case_toml import case_toml
from diag.cited import NO_FILES
from diag.errors import InputError
from diag.paths import exists, is_empty, is_file, is_folder
from diag.read.buildscript import is_build_script_output
from diag.read.files import Problems, walk
from diag.read.magic import FORMATS_IN_FOLDERS, sniff
from diag.read.sources import inside_of
from diag.read.textlines import load_text
from diag.show.redact_text import mask_bytes

if TYPE_CHECKING:
    from diag.case import Case
    from diag.show.redact import Redactor

MAX_BYTES = 512 << 20  # of objects, where the caller names no other bound
TARS = (".tar.gz", ".tgz")
_PACKED = (".gz", ".zst", ".bz2", ".xz")


@dataclass
class Collected:
    """What was written: `packed` rows (what, given, as, size_bytes, n_masked), and `left_out`,
    rows as in the frame `errors`."""

    path: Path
    packed: list[tuple[str, str, str, int, int]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)


def collect(
    case: Case, out: str | Path, *, mask: Redactor, max_bytes: int = MAX_BYTES
) -> Collected:
    """Write the case to the folder `out`, or to a tar where it ends in .tar.gz or .tgz.

    `max_bytes` bounds the objects; those that the linker named come first, then the small ones.
    Raises InputError where `out` is there already, cannot be written, or nothing usable was given.
    """
    path = Path(out)
    if exists(path) and not is_empty(path):
        raise InputError("is there already", file=str(path), help="name another --out")
    try:
        return _written(case, path, mask, max_bytes)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"cannot be written: {reason}", file=str(path), help="name another --out"
        ) from None


def _written(case: Case, path: Path, mask: Redactor, max_bytes: int) -> Collected:
    if not path.name.endswith(TARS):
        path.mkdir(parents=True, exist_ok=True)
        return _Packer(case, path, mask, max_bytes).run(path)
    name = path.name.removesuffix(".tgz").removesuffix(".tar.gz") or "case"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".diag-") as folder:
        inside = Path(folder, name)
        inside.mkdir()
        found = _Packer(case, inside, mask, max_bytes).run(path)
        with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as stream:
            _write_tar(inside, stream)
    return found


def _write_tar(folder: Path, stream: IO[bytes] | gzip.GzipFile) -> None:
    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.add(folder, folder.name, filter=anonymous)


def _nothing(left_out: list[dict[str, Any]]) -> InputError:
    """Why nothing could be packed: the first reason."""
    help = "give a log, a Dockerfile, or objects"
    if not left_out:
        return InputError("nothing that was given can be used", help=help)
    first = left_out[0]
    return InputError(first["reason"], file=first["file"], help=first.get("help") or help)


def _each_once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `errors` without those that tell the same of the same file again."""
    return list({(row["file"], row["reason"]): row for row in reversed(rows)}.values())[::-1]


class _Packer:
    """Writes one case into a folder that is empty."""

    def __init__(self, case: Case, folder: Path, mask: Redactor, max_bytes: int) -> None:
        self.case, self.folder, self.mask, self.left = case, folder, mask, max_bytes
        self.names: set[str] = {"case.toml"}
        self.packed: list[tuple[str, str, str, int, int]] = []
        self.problems = Problems()

    def run(self, path: Path) -> Collected:
        logs = self._logs()
        dockerfile = self._dockerfile()
        probe = [name for p in self._probes() if (name := self._text(Path(p), "probe"))]
        objects = self._objects()
        left_out = _each_once([*self.case.inputs.errors, *self.problems.rows])
        if not (logs or dockerfile or objects):
            raise _nothing(left_out)
        text = "\n".join(case_toml(self.case, self.mask, logs, dockerfile, probe, objects)) + "\n"
        (self.folder / "case.toml").write_text(text, encoding="utf-8")
        return Collected(path, self.packed, left_out)

    def _logs(self) -> dict[str, list[str]]:
        """Platform ("" for all) -> logs as packed."""
        found: dict[str, list[str]] = {}
        for log in self.case.inputs.logs:
            try:
                data = bytes(load_text(log.source, log.name).data)
            except InputError as error:
                self.problems.add(log.name, error.message, help=error.help or "")
                continue
            name = "build.log" if log.name in NO_FILES else Path(log.name).name
            while name.endswith(_PACKED):
                name = name.rpartition(".")[0]
            packed = self._masked(log.name, "log", name, data)
            found.setdefault(log.platform or "", []).append(packed)
        return found

    def _dockerfile(self) -> str:
        source = self.case.dockerfile
        if source is None:
            return ""
        if isinstance(source, str | Path):
            return self._text(Path(source), "Dockerfile")
        data = source if isinstance(source, bytes) else source.read()
        text = data.encode() if isinstance(data, str) else data
        return self._masked(str(self.case.inputs.dockerfile), "Dockerfile", "Dockerfile", text)

    def _probes(self) -> list[Any]:
        probe = self.case.recorded_probe
        paths = probe if isinstance(probe, list | tuple) else ()
        return [path for path in paths if is_file(path)]

    def _text(self, path: Path, what: str) -> str:
        try:
            data = path.read_bytes()
        except OSError as error:
            self.problems.add(str(path), f"cannot be read: {error.strerror}")
            return ""
        return self._masked(str(path), what, path.name, data)

    def _masked(self, given: str, what: str, name: str, data: bytes) -> str:
        text, n_masked = mask_bytes(data, self.mask)
        packed = self._free(name)
        target = self.folder / packed
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        self.packed.append((what, given, packed, len(text), n_masked))
        return packed

    def _free(self, name: str) -> str:
        """The name where it is free; else in a numbered folder, as links go by a file's name."""
        folder, slash, last = name.rpartition("/")
        numbered = (f"{folder}{slash}{n}/{last}" for n in range(2, 1 << 20))
        packed = (
            name if name not in self.names else next(n for n in numbered if n not in self.names)
        )
        self.names.add(packed)
        return packed

    # -- objects ------------------------------------------------------------------------------

    def _objects(self) -> dict[str, list[str]]:
        """Platform ("" where none was named) -> files and folders as packed."""
        found: dict[str, list[str]] = {}
        todo: list[tuple[str, str, int]] = []  # path, packed as, size
        for platform, paths in self.case.inputs.objects.items():
            for path in paths:
                named = self._planned(platform, str(path), todo)
                found.setdefault(platform, []).extend([named] if named else [])
        for path in self.case.inputs.build_scripts:
            platform = self.case.inputs.build_script_platform.get(str(path), "")
            if not any(str(path) == done for done, _, _ in todo):
                name = self._planned(platform, str(path), todo)
                found.setdefault(platform, []).extend([name] if name else [])
        self._copy(todo)
        return {platform: names for platform, names in found.items() if names}

    def _planned(self, platform: str, path: str, todo: list[tuple[str, str, int]]) -> str:
        """The packed name of a file or folder; what of it is to be copied goes to `todo`."""
        inside = inside_of(path)
        file = inside.file if inside else path
        root = self._free(f"objects/{platform.replace('/', '-') or 'any'}/{_kept_name(file)}")
        if is_folder(file):
            for below in walk(file, self.problems):
                if _is_wanted(below) or inside:
                    todo.append((below, f"{root}/{os.path.relpath(below, file)}", _size(below)))
        elif not inside and _format(file) == "text" and not _is_script_output(file):
            self.problems.add(path, "left out: is text, no object", help="give a log with --log")
            return ""
        else:
            todo.append((file, root, _size(file)))
        return f"{root}!{inside.pattern}" if inside else root

    def _copy(self, todo: list[tuple[str, str, int]]) -> None:
        """Copy what the bound allows; what it does not is told."""
        for path, packed, size in self._ranked(todo):
            if size > self.left:
                told = f"{size:,} bytes are more than the {self.left:,} that are left"
                self.problems.add(
                    path, f"left out: {told}", help="raise --max-size, or give fewer objects"
                )
                continue
            self.left -= size
            self._copy_one(path, packed, size)

    def _ranked(self, todo: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
        if sum(size for _, _, size in todo) <= self.left:
            return todo
        errors, commands = self.case.link_errors, self.case.link_commands
        named = {Path(str(name)).name for name in errors["object"].dropna()}
        named |= {Path(str(item[1])).name for inputs in commands["inputs"] for item in inputs}
        return sorted(todo, key=lambda one: (Path(one[0]).name not in named, one[2]))

    def _copy_one(self, path: str, packed: str, size: int) -> None:
        target = self.folder / packed
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if _is_script_output(path):
                text, n_masked = mask_bytes(Path(path).read_bytes(), self.mask)
                target.write_bytes(text)
            else:
                n_masked = 0
                shutil.copyfile(path, target)
                shutil.copystat(path, target)
        except OSError as error:
            self.problems.add(path, f"cannot be copied: {error.strerror}")
            return
        self.packed.append(("object", path, packed, size, n_masked))


def _kept_name(path: str) -> str:
    """The last part of a path; of one in cargo's `build` folder all from there: the folder of a
    build script's output tells its package."""
    parts = [part for part in Path(path).parts if part not in ("..", "/")]
    first = parts[:-1].index("build") if "build" in parts[:-1] else len(parts) - 1
    return "/".join(parts[first:]) or "folder"


def _is_wanted(path: str) -> bool:
    """Whether a file of a folder is an object, an archive, a binary, or a build script's output."""
    try:
        if not is_file(path):  # a pipe would never end
            return False
        return _format(path) in FORMATS_IN_FOLDERS or _is_script_output(path)
    except OSError:
        return False


def _format(path: str) -> str:
    try:
        with Path(path).open("rb") as stream:
            return sniff(stream.read(64), _size(path))
    except OSError:  # told when it is copied
        return "unknown"


def _is_script_output(path: str) -> bool:
    try:
        return is_build_script_output(Path(path))
    except OSError:
        return False


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
