"""Image archives and OCI layouts: what a container would see, layer by layer.

The archives here are made by hand, in the documented forms (OCI image specification; the image
tarball of `docker save`, of old and of now); tests/images has small ones that buildah made.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.case import Case
from diag.read import unpack
from diag.read.files import Problems
from diag.read.objects import read_symbols, scan_objects
from diag.read.packed import iter_packed
from tests.elf_builder import build_elf
from tests.test_tars import compressed, tar_of

ONE, OTHER, THREE = (build_elf([(name, 0x12, 0, 1, 0, 4)]) for name in (b"one", b"other", b"three"))
ARM = build_elf([(b"arm", 0x12, 0, 1, 0, 4)], machine=183)
Files = Iterable[tuple[str, bytes]]
IMAGES = Path(__file__).parent / "images"

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


def listed(data: bytes, problems: Problems | None = None) -> dict[str, bytes]:
    """Path in the container -> bytes; each name comes once."""
    found = list(iter_packed("i.tar", memoryview(data), problems or Problems()))
    assert len({name for name, _ in found}) == len(found)
    paths = {name.partition("!/")[2]: bytes(part) for name, part in found}
    assert len(paths) == len(found)
    return paths


@pytest.mark.parametrize("how", ["plain", "gz", "zst"])
@pytest.mark.parametrize("outer", ["plain", "gz", "zst"])
@pytest.mark.parametrize("form", ["oci", "save", "old save"])
def test_an_archive_holds_what_a_container_sees(form: str, how: str, outer: str) -> None:
    """Replaced, removed and emptied folders; layers and the archive plain or compressed."""
    layers = [compressed(layer, how) for layer in LAYERS]
    data = layout_of(layers).tar() if form == "oci" else docker_save(layers, is_old=form != "save")
    problems = Problems()
    assert listed(compressed(data, outer), problems) == LEFT
    assert problems.rows == []


def test_a_hard_link_outlives_the_first_name() -> None:
    """One file, two names: read once, under the first; under the other where that is removed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        first = tarfile.TarInfo("usr/one.o")
        first.size = len(ONE)
        tar.addfile(first, io.BytesIO(ONE))
        link = tarfile.TarInfo("opt/same.o")
        link.type, link.linkname = tarfile.LNKTYPE, "usr/one.o"
        tar.addfile(link)
    layers = [out.getvalue(), tar_of(("usr/.wh.one.o", b"")), tar_of(("usr/one.o", OTHER))]
    assert listed(layout_of(layers[:1]).tar()) == {"usr/one.o": ONE}
    assert listed(layout_of(layers[:2]).tar()) == {"opt/same.o": ONE}
    assert listed(layout_of(layers).tar()) == {"opt/same.o": ONE, "usr/one.o": OTHER}


def test_a_layout_folder_is_an_image(tmp_path: Path) -> None:
    """As `docker buildx build --output type=oci,tar=false` leaves it; names have the layer."""
    folder = layout_of(LAYERS).write(tmp_path / "out")
    scan = scan_objects([folder])
    digests = [hashlib.sha256(layer).hexdigest()[:12] for layer in LAYERS]
    assert scan.objects["file"].tolist() == [
        f"{folder}!{digests[1]}!/usr/lib/two.o",
        f"{folder}!{digests[2]}!/opt/new.o",
    ]
    assert scan.errors.empty


def test_symbols_are_those_of_the_unpacked_image(tmp_path: Path) -> None:
    """The frame but for the names of files."""
    for path, data in LEFT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    frames = [read_symbols(layout_of(LAYERS).tar()), read_symbols(tmp_path)]
    bare = [f.drop(columns="file").sort_values("name", ignore_index=True) for f in frames]
    pd.testing.assert_frame_equal(*bare)


def test_platforms_are_told_apart(tmp_path: Path) -> None:
    """Each platform of an index is read, also below an index of its own; attestations are not."""
    made = Layout()
    images = [made.image([tar_of(("x.o", ONE))]), made.image([tar_of(("x.o", ARM))], "arm64")]
    notes = {"vnd.docker.reference.type": "attestation-manifest"}
    attested = made.blob(
        {"layers": [made.blob({"_type": "in-toto"}, "application/vnd.in-toto+json")]}
    )
    unknown = {"os": "unknown", "architecture": "unknown"}
    nested = made.blob(
        {"manifests": [*images, {**attested, "annotations": notes, "platform": unknown}]}
    )
    file = tmp_path / "i.tar"
    file.write_bytes(made.index(nested).tar())
    scan = scan_objects([file])
    assert scan.errors.empty
    shorts = [f.removeprefix(f"{file}!") for f in scan.objects["file"]]
    assert [(s.split("!")[0], s.split("!")[2]) for s in shorts] == [
        ("linux/amd64", "/x.o"),
        ("linux/arm64", "/x.o"),
    ]
    assert scan.objects["arch"].tolist() == ["x86_64", "aarch64"]
    case = Case(objects=[str(file)])
    assert sorted(case.platform_of_file.values()) == ["linux/amd64", "linux/arm64"]
    one = scan_objects([f"{file}!linux/arm64!*"])
    assert one.objects["arch"].tolist() == ["aarch64"]
    case = Case(objects={"linux/arm64": f"{file}!linux/arm64!/x.o"})
    assert list(case.platform_of_file.values()) == ["linux/arm64"]
    assert case.errors.empty


def test_images_of_one_platform_are_told_apart() -> None:
    """By their names where there are, and always by a word of their own."""
    made = Layout()
    images = [made.image([tar_of(("x.o", data))]) for data in (ONE, OTHER)]
    images[0]["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
    found = list(iter_packed("i", memoryview(made.index(*images).tar()), Problems()))
    words = [name.split("!")[1] for name, _ in found]
    assert words[0] == "linux/amd64@v1"
    assert words[1].startswith("linux/amd64@")
    assert words[0] != words[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("layer", "is not in it"),
        ("text layer", "is no tar"),
        ("manifest", "images that the index names are not in it: linux/amd64"),
        ("json", "index.json is no JSON"),
        ("deep json", "index.json is no JSON"),
        ("loop", ""),
        ("strange", ""),
    ],
)
def test_what_an_index_gets_wrong_is_told(change: str, reason: str) -> None:
    """Absent blobs, layers that are none, no JSON, an index of itself: a row, or nothing to read."""
    made = Layout()
    image = made.image([tar_of(("x.o", ONE)), b"text" if change == "text layer" else LAYERS[0]])
    made.index(image)
    if change == "layer":
        del made.files[f"blobs/sha256/{hashlib.sha256(LAYERS[0]).hexdigest()}"]
    elif change == "manifest":
        del made.files[f"blobs/sha256/{image['digest'][7:]}"]
    elif change == "json":
        made.files["index.json"] = b"{"
    elif change == "deep json":
        made.files["index.json"] = b"[" * 200_000
    elif change == "loop":
        digest = "0" * 64
        again = {"manifests": [{"digest": f"sha256:{digest}"}]}
        made.files[f"blobs/sha256/{digest}"] = json.dumps(again).encode()
        made.index({"digest": f"sha256:{digest}"}, image)
    elif change == "strange":
        odd: list[Any] = [1, None, {"digest": 5}, {"digest": "sha256:../../etc"}, image]
        odd += [{**image, "platform": [1]}, {**image, "annotations": 3}]
        made.files["index.json"] = json.dumps({"manifests": odd}).encode()
    problems = Problems()
    found = listed(made.tar(), problems)
    assert all(reason in row["reason"] for row in problems.rows)
    assert bool(problems.rows) == bool(reason)
    if change in ("layer", "text layer", "loop", "strange"):
        assert found["x.o"] == ONE


def test_a_save_that_was_cut_gives_its_layers() -> None:
    """The manifest comes last: without it, layers are read in the order of the file, and told."""
    for data in (docker_save(LAYERS), docker_save(LAYERS, is_old=True)):
        cut = data[: data.index(b"0123456789ab.json") + 40]
        for part in (cut, gzip.compress(cut), compressed(cut, "zst")):
            problems = Problems()
            assert listed(part, problems) == LEFT
            assert problems.rows


def test_expanding_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compressed archive needs a temporary file; it is gone while the objects are still read."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    data = gzip.compress(docker_save(LAYERS))
    for _ in iter_packed("i.tar.gz", memoryview(data), Problems()):
        assert list(tmp_path.iterdir()) == []


def test_one_layer_a_thousand_times_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Manifests cost little, what they name together does: all images share one budget."""
    monkeypatch.setattr(unpack, "FREE_BYTES", len(LAYERS[0]) * 50)
    monkeypatch.setattr(unpack, "MAX_RATIO", 0)
    for layer in (LAYERS[0], gzip.compress(LAYERS[0])):
        made = Layout()
        images = [made.image([layer], f"cpu{number}") for number in range(300)]
        data = made.index(*images).tar()
        problems = Problems()
        found = list(iter_packed("i.tar", memoryview(data), problems))
        assert 0 < len(found) < 300 * 4
        assert "expands to more" in problems.rows[-1]["reason"]


NAMES = st.lists(st.sampled_from(["a", "b", "c.o"]), min_size=1, max_size=3)
CHANGES = st.lists(
    st.tuples(NAMES, st.sampled_from(["one", "other", "text", "remove", "opaque"])), max_size=6
)


@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_random_layers_leave_what_the_rules_say(layers: list[Any]) -> None:
    """Against the rules of the specification, written down over plain paths."""
    contents = {"one": ONE, "other": OTHER, "text": b"text"}
    left: dict[str, bytes] = {}
    tars = []
    for changes in layers:
        members, own = [], {}
        for parts, what in changes:
            folder, path = "/".join(parts[:-1]), "/".join(parts)
            if what == "remove":
                left = {n: c for n, c in left.items() if n != path and not n.startswith(f"{path}/")}
                members.append((f"{folder}/.wh.{parts[-1]}", b""))
            elif what == "opaque":
                left = {n: c for n, c in left.items() if not n.startswith(f"{path}/")}
                members.append((f"{path}/.wh..wh..opq", b""))
            else:
                _put(own, path, contents[what])
                members.append((path, contents[what]))
        for path, content in own.items():
            _put(left, path, content)
        tars.append(tar_of(*members))
    expected = {n: c for n, c in left.items() if c != b"text"}
    assert listed(layout_of(tars).tar()) == expected
    assert listed(docker_save(tars, is_old=True)) == expected


def _put(tree: dict[str, bytes], path: str, content: bytes) -> None:
    """A file takes the place of what is above it and below it."""
    for name in list(tree):
        if path.startswith(f"{name}/") or name.startswith(f"{path}/"):
            del tree[name]
    tree[path] = content


@pytest.mark.parametrize("name", ["oci.tar", "docker.tar.gz"])
def test_an_archive_of_buildah(name: str) -> None:
    """What tests/images/make.sh built: one.o removed, two.o replaced, an archive and a link added."""
    scan = scan_objects([IMAGES / name])
    paths = [f.rpartition("!/")[2] for f in scan.objects["file"]]
    assert list(zip(paths, scan.objects["member"], strict=True)) == [
        ("usr/lib/three.o", ""),
        ("usr/lib/libk.a", ""),
        ("usr/lib/libk.a", "three.o"),
        ("usr/lib/two.o", ""),
    ]
    functions = scan.symbols[scan.symbols["type"] == "FUNC"]
    assert functions["name"].tolist() == ["three", "three", "changed"]
    assert scan.errors.empty


def test_two_platforms_of_buildah() -> None:
    """One object of each, told apart by the index."""
    scan = scan_objects([IMAGES / "platforms.tar"])
    told = [f.split("!")[1] for f in scan.objects["file"]]
    assert dict(zip(told, scan.objects["arch"], strict=True)) == {
        "linux/amd64": "x86_64",
        "linux/arm64": "aarch64",
    }
    assert scan.errors.empty


def test_a_layer_that_was_cut_gives_what_came_before() -> None:
    """A save cut inside its first layer, of either form: the files before the cut, and a row."""
    layer = tar_of(("usr/lib/one.o", ONE), ("usr/lib/big.o", ONE + bytes(9000)), ("z.o", THREE))
    for is_old in (False, True):
        whole = docker_save([layer], is_old=is_old)
        cut = whole[: whole.index(ONE, whole.index(ONE) + 1) + 2000]
        for data in (cut, gzip.compress(cut)):
            problems = Problems()
            assert listed(data, problems) == {"usr/lib/one.o": ONE}
            assert any("ends inside" in row["reason"] for row in problems.rows)


def test_layer_folders_may_have_short_names() -> None:
    """`aaa/layer.tar`, named by the manifest, is a layer."""
    stated = json.dumps([{"Layers": ["aaa/layer.tar", "bbb/layer.tar"]}]).encode()
    layers = [
        (f"{name}/layer.tar", data) for name, data in zip(("aaa", "bbb"), LAYERS, strict=False)
    ]
    data = tar_of(*layers, ("manifest.json", stated))
    assert listed(data) == {"usr/lib/two.o": OTHER, "opt/y.o": ONE}


def test_a_tar_of_tars_is_told() -> None:
    """No manifest: which tars are inside and how to give them; nothing where an object is found."""
    problems = Problems()
    inside = [("x/a.tar", LAYERS[0]), ("b.tar.gz", gzip.compress(LAYERS[1])), ("c.txt", b"text")]
    assert listed(tar_of(*inside), problems) == {}
    (row,) = problems.rows
    assert "x/a.tar, b.tar.gz" in row["reason"]
    assert "extract" in row["help"]
    problems = Problems()
    assert listed(tar_of(*inside, ("d.o", ONE)), problems) == {"d.o": ONE}
    assert problems.rows == []
