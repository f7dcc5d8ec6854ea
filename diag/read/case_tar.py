"""A case folder that `diag collect` packed into a tar: unpacked into a folder of its own.

Only plain files and folders with names below the tar's root are written, never a link, a device or
a path that leads out; the bytes and the members are bounded.
"""

from __future__ import annotations

import tarfile
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from diag.errors import InputError
from diag.paths import is_file

SUFFIXES = (".tar.gz", ".tgz", ".tar")
MAX_BYTES = 1 << 30
MAX_MEMBERS = 100_000
_NO_CASE = "take no case from this tar"


def is_case_tar(path: str | Path) -> bool:
    """Whether the file's name is a tar's; what is in it `unpack_case` tells."""
    return str(path).endswith(SUFFIXES) and is_file(path)


def unpack_case(path: str | Path, folder: str | Path, *, max_bytes: int = MAX_BYTES) -> Path | None:
    """Unpack the tar into the empty `folder` and give the folder with the case.toml; None where
    there is none, so that the tar is no case. InputError: damaged, too large, or leading out."""
    try:
        with tarfile.open(path, "r:*") as tar:
            for count, entry in enumerate(tar):
                if count >= MAX_MEMBERS or (max_bytes := max_bytes - max(entry.size, 0)) < 0:
                    raise _too_large(path)
                _write(tar, entry, Path(folder), str(path))
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise InputError(f"this tar cannot be read: {error}", file=str(path)) from None
    found = [*Path(folder).glob("case.toml"), *Path(folder).glob("*/case.toml")]
    if not found:
        return None
    _check(found[0], str(path))
    return found[0].parent


def _check(case: Path, path: str) -> None:
    """The case.toml names files of the tar alone: it comes from somebody else."""
    try:
        stated = tomllib.loads(case.read_text(encoding="utf-8", errors="replace"))
    except tomllib.TOMLDecodeError:
        return  # whoever reads it tells where
    named = {key: stated.get(key) for key in ("logs", "objects", "dockerfile", "probe", "platform")}
    for text in _strings(named):
        if PurePosixPath(text).is_absolute() or ".." in PurePosixPath(text).parts:
            raise InputError(
                f"its case.toml names {text}, which is not in it", file=path, help=_NO_CASE
            )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _write(tar: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path, path: str) -> None:
    name = PurePosixPath(entry.name)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.name or "\0" in entry.name:
        raise InputError(
            "leads out of its folder",
            file=f"{path}!{entry.name}",
            help=_NO_CASE,
        )
    target = folder.joinpath(*name.parts)
    if entry.isdir():
        target.mkdir(parents=True, exist_ok=True)
    elif entry.isfile() and (content := tar.extractfile(entry)) is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:  # a name that comes twice is no case of ours
            while block := content.read(1 << 20):
                stream.write(block)


def _too_large(path: str | Path) -> InputError:
    return InputError(
        f"more than {MAX_BYTES >> 20} MiB or {MAX_MEMBERS:,} members when unpacked",
        file=str(path),
        help=f"unpack it yourself: mkdir case && tar -xf {path} -C case --strip-components=1; then give the folder case",
    )
