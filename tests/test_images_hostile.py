"""Images that are wrong, cut or too large: what is left is read, and a row tells the rest."""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from diag.read import unpack
from diag.read.files import Problems
from diag.read.packed import iter_packed
from tests.image_files import LAYERS, LEFT, ONE, THREE, Layout, docker_save
from tests.tar_files import compressed, listed, tar_of


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
