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
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.case import Case
from diag.read.files import Problems
from diag.read.objects import read_symbols, scan_objects
from diag.read.packed import iter_packed
from tests.elf_builder import build_elf
from tests.image_files import LAYERS, LEFT, ONE, OTHER, Layout, docker_save, layout_of
from tests.tar_files import compressed, listed, tar_of

ARM = build_elf([(b"arm", 0x12, 0, 1, 0, 4)], machine=183)
IMAGES = Path(__file__).parent / "images"


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
