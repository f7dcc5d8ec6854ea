"""Images made by hand: as `docker save` writes them, and as OCI layouts."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.elf_builder import build_elf
from tests.tar_files import tar_of

ONE, OTHER, THREE = (build_elf([(name, 0x12, 0, 1, 0, 4)]) for name in (b"one", b"other", b"three"))
Files = Iterable[tuple[str, bytes]]

LAYERS = [
    tar_of(("usr/lib/one.o", ONE), ("usr/lib/two.o", ONE), ("opt/gone/x.o", ONE), ("opt/y.o", ONE)),
    tar_of(("usr/lib/two.o", OTHER), ("opt/.wh.gone", b""), ("usr/lib/.wh.one.o", b"")),
    tar_of(("opt/.wh..wh..opq", b""), ("opt/new.o", THREE), ("usr/lib/.wh.absent", b"")),
]
LEFT = {"usr/lib/two.o": OTHER, "opt/new.o": THREE}


class Layout:
    """Blobs by digest, and the index over them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}

    def blob(self, data: bytes | dict[str, Any], media: str = "") -> dict[str, Any]:
        """Keep bytes or JSON: its descriptor."""
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        digest = hashlib.sha256(raw).hexdigest()
        self.files[f"blobs/sha256/{digest}"] = raw
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(raw)}

    def image(self, layers: Iterable[bytes], architecture: str = "amd64") -> dict[str, Any]:
        """An image of one platform: the descriptor of its manifest."""
        config = self.blob({"os": "linux", "architecture": architecture})
        media = "application/vnd.oci.image.layer.v1.tar"
        stated = {"config": config, "layers": [self.blob(layer, media) for layer in layers]}
        manifest = self.blob({"schemaVersion": 2, **stated})
        return {**manifest, "platform": {"os": "linux", "architecture": architecture}}

    def index(self, *descriptors: dict[str, Any]) -> Layout:
        """The index on top."""
        self.files["index.json"] = json.dumps({"manifests": list(descriptors)}).encode()
        return self

    def tar(self) -> bytes:
        return tar_of(*sorted(self.files.items()))

    def write(self, folder: Path) -> Path:
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder


def layout_of(layers: Iterable[bytes]) -> Layout:
    made = Layout()
    return made.index(made.image(layers))


def docker_save(layers: list[bytes], *, is_old: bool = False) -> bytes:
    """`docker save`: of old, a folder for each layer, and a link for one that came before."""
    out = io.BytesIO()
    names, seen = [], {}
    with tarfile.open(fileobj=out, mode="w") as tar:
        for number, layer in enumerate(layers):
            digest = hashlib.sha256(layer).hexdigest()
            own = hashlib.sha256(bytes([number])).hexdigest()
            name = f"{own}/layer.tar" if is_old else f"blobs/sha256/{digest}"
            info = tarfile.TarInfo(name)
            if is_old and digest in seen:
                info.type, info.linkname = tarfile.SYMTYPE, f"../{seen[digest]}"
            else:
                info.size = len(layer)
            tar.addfile(info, io.BytesIO(layer))
            seen.setdefault(digest, name)
            names.append(name)
        config = b'{"os": "linux", "architecture": "arm", "variant": "v7"}'
        stated = [{"Config": "0123456789ab.json", "RepoTags": ["a:b"], "Layers": names}]
        for name, data in (("0123456789ab.json", config), ("manifest.json", json.dumps(stated))):
            raw = data if isinstance(data, bytes) else data.encode()
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return out.getvalue()
