"""The file system of a stage between two RUNs: a tar in memory, never files of this machine.

A symbolic link that a hostile script leaves can so lead nowhere: nothing here opens a path.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterable, Mapping
from functools import lru_cache

from diag.flow.values import Copy
from diag.probe.scripts import (
    ANSWER,
    FILE_TEXT,
    HOME,
    HOME_FOLDER,
    OWN,
    RECORDS,
    STUBS,
    TOOLS,
    WANTED,
)
from diag.probe.worlds import DEFAULT_WORLD, World

END_OF_TAR = b"\0" * 10240
_RECORDS = RECORDS.lstrip("/")

_FOLDERS = (
    "etc",
    "home",
    "mnt",
    "opt",
    "root",
    "run",
    "srv",
    "tmp",
    "usr",
    "usr/bin",
    "usr/include",
    "usr/lib",
    "usr/libexec",
    "usr/local",
    "usr/local/bin",
    "usr/local/include",
    "usr/local/lib",
    "usr/local/sbin",
    "usr/local/share",
    "usr/sbin",
    "usr/share",
    "usr/src",
    "var",
    "var/cache",
    "var/lib",
    "var/log",
    "var/tmp",
)
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"
_GROUP = "root:x:0:\nnogroup:x:65534:\n"


class Layer:
    """Files to lay over a root: `bytes(layer)` is a tar without its end, so that tars join."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def add_folder(self, path: str, mode: int = 0o755) -> None:
        self._add(path, tarfile.DIRTYPE, mode)

    def add_link(self, path: str, target: str) -> None:
        self._add(path, tarfile.SYMTYPE, 0o777, target=target)

    def add_file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        self._add(path, tarfile.REGTYPE, mode, content)

    def add_wanted(self, kind: str, path: str, text: str) -> None:
        if kind == "folder":
            self.add_folder(path)
        elif kind == "program":
            self.add_link(path, f"{OWN}/stub")
        else:
            self.add_file(path, text.encode(), 0o755)

    def add_raw(self, member: tarfile.TarInfo, content: bytes) -> None:
        self._parts += [member.tobuf(tarfile.GNU_FORMAT, errors="surrogateescape"), content]
        self._parts.append(b"\0" * (-len(content) % tarfile.BLOCKSIZE))

    def _add(
        self, path: str, kind: bytes, mode: int, content: bytes = b"", target: str = ""
    ) -> None:
        member = tarfile.TarInfo("./" + path.lstrip("/"))
        member.type, member.mode, member.linkname, member.size = kind, mode, target, len(content)
        self.add_raw(member, content)

    def __bytes__(self) -> bytes:
        return b"".join(self._parts)


@lru_cache(maxsize=8)
def first_root(tools: tuple[str, ...], shell: str) -> bytes:
    """The root of a stage that begins: usual folders, /usr/bin of text tools, sh = that shell."""
    layer = Layer()
    for folder in _FOLDERS:
        layer.add_folder(folder, 0o1777 if folder.endswith("tmp") else 0o755)
    layer.add_file("etc/passwd", _PASSWD.encode())
    layer.add_file("etc/group", _GROUP.encode())
    for tool in tools:
        layer.add_link(f"usr/bin/{tool}", f"{TOOLS}/{tool}")
    layer.add_link("usr/bin/sh", f"{TOOLS}/{shell}")
    layer.add_link(HOME_FOLDER, "/root")
    return bytes(layer)


def stub_layer(
    names: Iterable[str],
    paths: Iterable[str],
    answering: Mapping[str, str],
    *,
    wanted: Iterable[tuple[str, str]] = (),
    workdir: str = "/",
    world: World = DEFAULT_WORLD,
) -> bytes:
    """Stubs for bare `names` and absolute `paths`, the answering tools, and what is `wanted`.

    `wanted` are pairs (folder, program or file; path): made in the working folder now, and by each
    stub in the folder that it is called in. `world` says how outside commands answer.
    """
    layer = Layer()
    layer.add_folder(HOME)
    layer.add_folder(STUBS)
    for name in names:
        layer.add_link(f"{STUBS}/{name}", f"{OWN}/stub")
    for path in paths:
        layer.add_link(path, f"{OWN}/stub")
    for name, text in answering.items():
        layer.add_file(f"{STUBS}/{name}", text.encode(), 0o755)
        layer.add_link(f"usr/bin/{name}", f"{STUBS}/{name}")
    for kind, path in wanted:
        place = posixpath.normpath(posixpath.join(workdir, path))
        layer.add_wanted(kind, place, world.file_text or "")
    listed = "".join(f"{kind} {path}\n" for kind, path in wanted)
    if listed:
        layer.add_file(WANTED, listed.encode(errors="surrogateescape"))
        layer.add_file(FILE_TEXT, (world.file_text or "").encode())
    if not world.is_default or world.outside_tools:
        layer.add_file(ANSWER, world.answer().encode())
    return bytes(layer)


def layer_of(files: Mapping[str, str]) -> bytes:
    """A layer of these files, absolute path -> text."""
    layer = Layer()
    for path, text in files.items():
        layer.add_file(path, text.encode())
    return bytes(layer)


@lru_cache(maxsize=64)
def paths_of(root: bytes) -> frozenset[str]:
    """The absolute paths of a root."""
    return frozenset(posixpath.normpath("/" + member.name) for member, _ in iter_members(root))


def split(files: bytes) -> tuple[dict[str, bytes], bytes]:
    """The sandbox's tar as (records: name -> content, the root as tar without its end).

    A tar that a hostile script has spoilt gives what stands before the fault.
    """
    records: dict[str, bytes] = {}
    start: int | None = None
    end = 0
    for member, content in iter_members(files, _RECORDS + "/"):
        if member.name.startswith(_RECORDS):
            records[posixpath.basename(member.name)] = content
        elif start is None:
            start = member.offset
        end = member.offset_data + -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    return records, files[start:end] if start is not None else b""


def iter_members(files: bytes, prefix: str = "") -> Iterable[tuple[tarfile.TarInfo, bytes]]:
    """Each member of a tar; the content of regular files whose name begins with `prefix`."""
    try:
        with tarfile.open(fileobj=io.BytesIO(files + END_OF_TAR), mode="r:") as archive:
            for member in archive:
                is_read = member.isreg() and member.name.startswith(prefix)
                start = member.offset_data
                yield member, files[start : start + member.size] if is_read else b""
    except (tarfile.TarError, ValueError, OverflowError):
        return


def with_copies(root: bytes, copies: Iterable[Copy], stages: Mapping[int, bytes]) -> bytes:
    """The root after COPY and ADD: here-documents, and files of other stages where they exist."""
    layer = Layer()
    for copy in copies:
        if copy.text is not None:
            layer.add_file(copy.destination, copy.text.encode(errors="surrogateescape"))
        elif copy.from_stage_no is not None and copy.from_stage_no in stages:
            _copy_tree(layer, stages[copy.from_stage_no], copy)
    return root + bytes(layer)


def _copy_tree(layer: Layer, source_root: bytes, copy: Copy) -> None:
    """A file goes to the destination (or into it, if that ends in /), a folder's content into it."""
    source = "." + posixpath.normpath("/" + copy.source.lstrip("/")).rstrip("/")
    destination = "./" + copy.destination.strip("/")
    for member, content in iter_members(source_root):
        if member.name == source and not member.isdir():
            name = posixpath.basename(source)
            target = f"{destination}/{name}" if copy.destination.endswith("/") else destination
        elif member.name.startswith(source + "/"):
            target = destination + member.name[len(source) :]
        else:
            continue
        member.name = posixpath.normpath(target)
        layer.add_raw(member, content)
