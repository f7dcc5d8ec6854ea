"""Container images as the tars that they are made of: what their manifests say.

Formats: OCI image layout (`oci-layout`, `index.json`, `blobs/ALGORITHM/HEX`) as a folder or in a
tar, with nested indexes for several platforms; the archives of `docker save` (`manifest.json`).
Nothing that a manifest says is trusted: it names blobs of the same archive, or nothing.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from diag.read.files import Problems

MAX_JSON_BYTES = 4 << 20  # registries refuse larger manifests
MAX_IMAGES = 1000
MAX_DEPTH = 4  # of indexes in indexes
HELP = "save it again, whole"

_DIGEST = re.compile(r"(?P<algorithm>[a-z0-9]{1,20}):(?P<hex>[0-9a-f]{32,128})")
_HEX = re.compile(r"[0-9a-f]{12,}")
_PLAIN_WORD = re.compile(r"[\w./:@+-]{1,200}")
_ATTESTATION = "vnd.docker.reference.type"
_NAME_KEYS = ("io.containerd.image.name", "org.opencontainers.image.ref.name")

Blobs = Callable[[str], memoryview | None]  # by the path in the archive or layout


@dataclass(frozen=True)
class Image:
    """One image: platform as os/architecture[/variant], a name, and the paths of its layers."""

    platform: str
    name: str
    layers: tuple[str, ...]


def read_images(file: str, blobs: Blobs, problems: Problems) -> list[Image]:
    """The images of an archive or layout; none where it is neither."""
    reader = _Reader(file, blobs, problems)
    images: list[Image] = []
    if blobs("oci-layout") is not None and blobs("index.json") is not None:
        images = list(reader.of_index(reader.json("index.json"), 0))
    if not images and blobs("manifest.json") is not None:
        images = list(reader.of_docker(reader.json("manifest.json")))
    reader.tell_absent()
    return images[:MAX_IMAGES]


def labels(images: list[Image]) -> list[str]:
    """A word for each image, all different; empty where there is only one."""
    if len(images) == 1:
        return [""]
    words = [image.platform or image.name for image in images]
    if len(set(words)) < len(words):
        words = [f"{image.platform}@{image.name}".strip("@") for image in images]
    seen: Counter[str] = Counter()
    for place, word in enumerate(words):
        seen[word] += 1
        if seen[word] > 1 or not word:
            words[place] = f"{word}#{place + 1}"
    return words


def layer_word(path: str) -> str:
    """A layer's digest, cut to twelve digits, or its path where that has none."""
    found = _HEX.search(path)
    return found[0][:12] if found else path


class _Reader:
    """The JSON of one archive."""

    def __init__(self, file: str, blobs: Blobs, problems: Problems) -> None:
        self.file, self.blobs, self.problems = file, blobs, problems
        self._seen: set[str] = set()
        self._absent: list[str] = []
        self._platforms: dict[str, str] = {}

    def json(self, path: str) -> Any:
        """The value in a blob; None, and a row, where it is no JSON."""
        data = self.blobs(path)
        if data is None or len(data) > MAX_JSON_BYTES:
            reason = "is not there" if data is None else f"has more than {MAX_JSON_BYTES} bytes"
        else:
            try:
                return json.loads(bytes(data))
            except (ValueError, RecursionError):
                reason = "is no JSON"
        self.problems.add(self.file, f"{path} {reason}", member=path, help=HELP)
        return None

    def of_index(self, value: Any, depth: int, platform: str = "") -> Iterator[Image]:
        """The images of an index, a manifest, or an index of them."""
        value = value if isinstance(value, dict) else {}
        if isinstance(value.get("layers"), list):
            yield self._of_manifest(value, platform)
        for descriptor in _dicts(value.get("manifests")):
            path = _path_of(descriptor)
            notes = _dict(descriptor.get("annotations"))
            if path is None or path in self._seen or depth == MAX_DEPTH or _ATTESTATION in notes:
                continue  # an attestation is about an image and is none
            self._seen.add(path)
            stated = _platform(descriptor.get("platform")) or platform
            if len(self._seen) > MAX_IMAGES:
                return
            if self.blobs(path) is None:
                self._absent.append(stated or layer_word(path))
                continue
            for image in self.of_index(self.json(path), depth + 1, stated):
                name = next((notes[key] for key in _NAME_KEYS if key in notes), "")
                yield Image(
                    image.platform, image.name or _word(name) or layer_word(path), image.layers
                )

    def _of_manifest(self, value: dict[str, Any], platform: str) -> Image:
        if not platform:
            platform = self._of_config(_path_of(_dict(value.get("config"))) or "")
        layers = []
        for descriptor in _dicts(value["layers"]):
            path = _path_of(descriptor)
            if path is not None and "in-toto" not in str(descriptor.get("mediaType")):
                layers.append(path)
        return Image(platform, "", tuple(layers))

    def _of_config(self, path: str) -> str:
        """The platform that a config tells, read once though many images share it."""
        if path not in self._platforms:
            is_there = self.blobs(path) is not None
            self._platforms[path] = _platform(self.json(path)) if is_there else ""
        return self._platforms[path]

    def of_docker(self, value: Any) -> Iterator[Image]:
        """The images that `docker save` lists."""
        for stated in _dicts(value)[:MAX_IMAGES]:
            layers = [tidy_path(name) for name in _strings(stated.get("Layers"))]
            config = stated.get("Config")
            path = tidy_path(config) if isinstance(config, str) else ""
            platform = self._of_config(path)
            tags = _strings(stated.get("RepoTags"))
            yield Image(platform, _word(tags[0] if tags else layer_word(path)), tuple(layers))

    def tell_absent(self) -> None:
        """One row for what an index names and the archive has not: a save of one platform."""
        if self._absent:
            named = ", ".join(self._absent[:8]) + (", ..." if len(self._absent) > 8 else "")
            reason = f"images that the index names are not in it: {named}"
            self.problems.add(self.file, reason, help="pull that platform before saving")


def tidy_path(path: str) -> str:
    """A path inside an archive, without `.` and `..`."""
    return posixpath.normpath("/" + path).strip("/")


def _path_of(descriptor: dict[str, Any]) -> str | None:
    match = _DIGEST.fullmatch(str(descriptor.get("digest")))
    return f"blobs/{match['algorithm']}/{match['hex']}" if match else None


def _platform(value: Any) -> str:
    """os/architecture[/variant] of a platform or a config; empty where it is not told."""
    stated = _dict(value)
    words = [_word(stated.get(key)) for key in ("os", "architecture", "variant")]
    return "/".join(word for word in words if word) if words[0] and words[1] else ""


def _word(value: Any) -> str:
    """A word that is put into names: of plain signs, else empty."""
    return value if isinstance(value, str) and _PLAIN_WORD.fullmatch(value) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
