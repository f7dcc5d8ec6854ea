"""Objects in what packs files: layer tars, image archives, OCI layouts.

Names: `layer.tar!/usr/lib/libx.so` in a tar, `image.tar!3f2a9c1d04ab!/usr/lib/libx.so` in an image
(the layer's digest, cut to twelve digits), `image.tar!linux/arm64!3f2a9c1d04ab!/usr/lib/libx.so`
where it holds several images: each is read, with all its layers. Nothing is written to disk but
the expanded form of a compressed image archive, to a temporary file that has no name or is gone
with this process.
"""

from __future__ import annotations

import mmap
import posixpath
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from diag.paths import is_file
from diag.read.files import Problems, open_bytes
from diag.read.images import Blobs, labels, layer_word, read_images, tidy_path
from diag.read.layers import Layer, Selection, Stack, tidy
from diag.read.tars import BLOCK, Entry, is_tar, iter_tar
from diag.read.unpack import (
    CHUNK_BYTES,
    Budget,
    PackedError,
    PlainStream,
    compression,
    open_stream,
)

MAX_LAYERS = 5000  # of all images of a file; an engine takes 127 for one
# What image archives hold: files at their top, blobs, and (before 2024) a folder for each layer.
_IMAGE_NAME = re.compile(r"[^/]+|blobs/.*|[0-9a-f]{12,}/.*|[^/]+/(?:layer\.tar|VERSION|json)")
_IMAGE_FOLDER = re.compile(r"[^/]*|blobs/.*")
MAX_TARS_TOLD = 8

Objects = Iterator[tuple[str, memoryview]]


def is_packed(data: memoryview) -> bool:
    """Whether it is a tar, plain or compressed."""
    try:
        return is_tar(open_stream(data, Budget(len(data))).read(BLOCK))
    except PackedError:
        return False


def is_layout(folder: str) -> bool:
    """Whether a folder is an OCI image layout."""
    return all(is_file(Path(folder, name)) for name in ("oci-layout", "index.json"))


def iter_packed(
    file: str, data: memoryview, problems: Problems, wanted: Selection | None = None
) -> Objects:
    """(name, bytes) of each object in a tar or image archive; `wanted`: of those alone."""
    if not _may_be_image(data):
        yield from _of_stacks(file, len(data), [[Layer(file, data)]], problems, wanted)
        return
    if compression(data) is not None:
        data = _spooled(file, data, problems)
    blobs = _Archive(file, data)
    stacks = _stacks(file, blobs, problems) or blobs.without_manifest()
    if stacks:
        blobs.tell_damage(problems)
    yield from _of_stacks(file, len(data), stacks or [[Layer(file, data)]], problems, wanted)


def iter_layout(folder: str, problems: Problems, wanted: Selection | None = None) -> Objects:
    """(name, bytes) of each object in an OCI layout folder."""

    def blob(path: str) -> memoryview | None:
        place = Path(folder, path)
        return open_bytes(str(place), problems) if is_file(place) else None

    stacks = _stacks(folder, blob, problems)
    size = sum(len(layer.data) for layers in stacks for layer in layers)
    yield from _of_stacks(folder, size, stacks, problems, wanted)


def _of_stacks(
    file: str,
    size: int,
    stacks: list[list[Layer]],
    problems: Problems,
    wanted: Selection | None,
) -> Objects:
    first, second = Budget(size), Budget(size)
    tars: list[str] = []
    is_any = False
    for layers in stacks:
        stack = Stack(layers, problems, wanted)
        for found in stack.objects(first, second):
            is_any = True
            yield found
        tars += stack.tars
    if tars and not is_any and wanted is None:
        _tell_tars(file, tars, problems)
    if wanted is not None and not wanted.is_met:
        reason = f"holds no file {wanted.pattern!r}"
        problems.add(file, reason, help="its names are those that the other commands show")


def _tell_tars(file: str, tars: list[str], problems: Problems) -> None:
    """A row for a tar of tars that is no image: nothing says how they lie over one another."""
    named = ", ".join(tars[:MAX_TARS_TOLD]) + (", ..." if len(tars) > MAX_TARS_TOLD else "")
    help = "extract it and give the tars that are in it as files, in a row"
    problems.add(file, f"holds tars, which are not read inside of a tar: {named}", help=help)


def _stacks(file: str, blobs: Blobs, problems: Problems) -> list[list[Layer]]:
    """The layers of each image."""
    images = read_images(file, blobs, problems)
    stacks: list[list[Layer]] = []
    known: dict[str, memoryview | None] = {}
    left = MAX_LAYERS
    for image, label in zip(images, labels(images), strict=True):
        stem = f"{file}!{label}" if label else file
        for path in image.layers[:left]:
            if path not in known:
                known[path] = _layer(file, path, blobs(path), problems)
        found = [(path, known[path]) for path in image.layers[:left]]
        stacks.append([Layer(f"{stem}!{layer_word(p)}", d) for p, d in found if d is not None])
        left -= len(found)
    if sum(len(image.layers) for image in images) > MAX_LAYERS:
        problems.add(file, f"more than {MAX_LAYERS} layers: the others are not read")
    return stacks


def _layer(file: str, path: str, data: memoryview | None, problems: Problems) -> memoryview | None:
    """A layer's bytes; None, and a row, where it cannot be read."""
    if data is None:
        reason = "is not in it"
    elif is_packed(data) or (len(data) >= BLOCK and not any(data[:BLOCK])):  # an empty tar
        return data
    else:
        reason = "is no tar"
    help = "pull the image and save it again"
    problems.add(file, f"the layer {path} {reason}", member=path, help=help)
    return None


def _may_be_image(data: memoryview) -> bool:
    """By the names alone, and as a rule by the first that is none of an image archive."""
    budget = Budget(len(data))
    names: set[str] = set()
    try:
        for entry in iter_tar(open_stream(data, budget), budget):
            path = tidy(entry.path)
            if not (_IMAGE_FOLDER if entry.kind == "folder" else _IMAGE_NAME).fullmatch(path):
                return False
            names.add(path)
    except PackedError:  # told when it is read
        return any("/" in name for name in names)
    return bool(names & {"index.json", "manifest.json"})


def _spooled(file: str, data: memoryview, problems: Problems) -> memoryview:
    """The expanded bytes, mapped: layers are read twice, and the manifest comes last."""
    stream = open_stream(data, Budget(len(data)))
    with tempfile.TemporaryFile() as spool:
        try:
            while piece := stream.read(CHUNK_BYTES):
                spool.write(piece)
        except PackedError as error:
            problems.add(file, error.reason, offset=error.offset, help="copy it again, whole")
        except OSError as error:
            problems.add(file, f"cannot be expanded: {error.strerror}", help="make room for it")
        spool.flush()
        if not spool.tell():
            return memoryview(b"")
        return memoryview(mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ))


class _Archive:
    """The files of an image archive by their paths; links inside it lead to files of it."""

    def __init__(self, file: str, data: memoryview) -> None:
        self.file = file
        self._damage: PackedError | None = None
        self._files: dict[str, memoryview] = {}
        self._links: dict[str, str] = {}
        budget = Budget(len(data))
        try:
            for entry in iter_tar(PlainStream(data), budget):
                self._take(entry, data)
        except PackedError as error:
            self._damage = error

    def tell_damage(self, problems: Problems) -> None:
        """A row for what ended the archive early."""
        if (error := self._damage) is not None:
            help = "save it again, whole"
            problems.add(
                self.file, error.reason, member=error.member, offset=error.offset, help=help
            )

    def _take(self, entry: Entry, data: memoryview) -> None:
        path = tidy(entry.path)
        if entry.kind == "file":
            if not entry.is_copied:  # of a layer that is cut, the files before the cut are whole
                self._files[path] = data[entry.offset + BLOCK :]
            self._files[path] = entry.content()
        elif entry.kind == "hard link":
            self._links[path] = tidy_path(entry.link)
        elif entry.kind == "symbolic link":  # docker save of old: a layer that two images share
            self._links[path] = tidy_path(posixpath.join(posixpath.dirname(path), entry.link))

    def __call__(self, path: str) -> memoryview | None:
        return self._files.get(self._links.get(path, path))

    def without_manifest(self) -> list[list[Layer]]:
        """The layers of an archive that was cut before its manifest, in the order of the file."""
        inside = [(path, data) for path, data in self._files.items() if "/" in path]
        layers = [Layer(f"{self.file}!{layer_word(p)}", d) for p, d in inside if is_packed(d)]
        return [layers] if layers else []
