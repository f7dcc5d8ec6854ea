"""Tars as inputs: the same rows as from the unpacked folder, by whatever tool it was written."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from diag import schema
from diag.read.details import read_details
from diag.read.isa import read_isa
from diag.read.objects import read_objects, read_symbols, scan_objects
from tests.elf_builder import bsd_archive, build_elf
from tests.tar_files import ONE, TWO, compressed, listed, tar_of
from tests.tools import need

# 40 stretches of data between holes of a page: more than a sparse header holds itself.
HOLES = build_elf(
    [(b"far", 0x12, 0, 1, 0, 4)], code=(b"\1" * 4096 + bytes(8192)) * 40 + bytes(1 << 20)
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a layer has it: compiled files, an archive, links, long names, other files."""
    need("cc", "ar", "tar")
    top = tmp_path_factory.mktemp("unpacked") / "root"
    deep = top / "usr" / "lib" / ("n" * 90) / ("m" * 90) / ("o" * 90)
    deep.mkdir(parents=True)
    (top / "x.c").write_text("int used(int); int made(int a) { return used(a) + 1; }\n")
    compile_ = ["cc", "-O1", "-fPIC", "-o"]
    subprocess.run([*compile_, top / "x.o", "-c", top / "x.c"], check=True)
    subprocess.run([*compile_, deep / "libx.so", "-shared", top / "x.c"], check=True)
    subprocess.run(["ar", "rc", top / "usr" / "libx.a", top / "x.o"], check=True)
    with (top / "usr" / "holes.o").open("wb") as file:
        for at in range(0, len(HOLES), 4096):
            if any(HOLES[at : at + 4096]):
                file.seek(at)
                file.write(HOLES[at : at + 4096])
    (top / "usr" / "größe two.o").write_bytes(TWO)
    (top / "usr" / "empty.o").write_bytes(b"")
    (top / "usr" / "link.o").symlink_to("holes.o")
    (top / "usr" / "lib" / "away").symlink_to("/etc")
    (top / "z-hard.o").hardlink_to(top / "x.o")
    return top


def relative(frame: pd.DataFrame, top: Path | None = None) -> pd.DataFrame:
    """The rows with `file` as the path in the tar or folder, in one order."""
    names = [
        f.partition("!/")[2] if "!/" in f else str(Path(f).relative_to(top or ""))
        for f in frame["file"]
    ]
    key = ("file", "member_no", "table", "index", "kind", "item_no", "extension")
    moved = frame.assign(file=names)
    by = [name for name in key if name in moved]
    return moved.sort_values(by, kind="stable", ignore_index=True)


@pytest.mark.parametrize("how", ["plain", "gz", "bz2", "xz", "zst"])
@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_of_tarfile_has_the_rows_of_the_folder(
    tree: Path, tmp_path: Path, how: str, format: int
) -> None:
    """Symbols are equal, whatever the header format and the compression."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for path in sorted(tree.rglob("*")):
            if format != tarfile.USTAR_FORMAT or len(str(path.relative_to(tree))) < 100:
                tar.add(path, str(path.relative_to(tree)), recursive=False)
    file = tmp_path / f"layer.tar.{how}"
    file.write_bytes(compressed(out.getvalue(), how))
    got, wanted = relative(read_symbols(file)), relative(read_symbols(tree), tree)
    if format == tarfile.USTAR_FORMAT:
        wanted = wanted[wanted["file"].str.len() < 100].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, wanted)
    assert "errors" not in got.attrs


GNU_TAR = [
    ["--format=v7"], ["--format=oldgnu"], ["--format=gnu"], ["--format=ustar"], ["--format=posix"],
    ["--format=gnu", "-S", "--hole-detection=raw"], ["--format=posix", "-S", "--hole-detection=raw", "--sparse-version=0.0"],
    ["--format=posix", "-S", "--hole-detection=raw", "--sparse-version=0.1"],
    ["--format=posix", "-S", "--hole-detection=raw", "--sparse-version=1.0"], ["--format=gnu", "--gzip"],
]  # fmt: skip


@pytest.mark.parametrize("options", GNU_TAR, ids=" ".join)
def test_a_tar_of_gnu_tar_has_the_rows_of_the_folder(
    tree: Path, tmp_path: Path, options: list[str]
) -> None:
    """Every format that GNU tar writes; sparse files in each of its four ways."""
    file = tmp_path / "layer.tar"
    command = ["tar", *options, "--sort=name", "-cf", file, "."]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    is_short = "ustar" in options[0] or "v7" in options[0]  # these refuse long names
    assert done.returncode == 0 or is_short, done.stderr
    wanted = relative(read_symbols(tree), tree)
    if is_short:
        wanted = wanted[wanted["file"].str.len() < 100].reset_index(drop=True)
    pd.testing.assert_frame_equal(relative(read_symbols(file)), wanted)
    if "-S" in options:
        assert file.stat().st_size < 1 << 20 < (tree / "usr" / "holes.o").stat().st_size


@pytest.mark.parametrize("read", [read_objects, read_details, lambda p: read_isa(p, extension="")])
def test_every_reader_takes_tars(
    tree: Path, tmp_path: Path, read: Callable[[Path], pd.DataFrame]
) -> None:
    """Headers, details and instruction sets: the rows of the folder."""
    file = tmp_path / "layer.tar"
    subprocess.run(["tar", "--sort=name", "-cf", file, "."], cwd=tree, check=True)
    pd.testing.assert_frame_equal(relative(read(file)), relative(read(tree), tree))


def test_bytes_and_open_files_are_tars_too(tmp_path: Path) -> None:
    """As objects are: the names begin with that of the source."""
    data = tar_of(("./usr/one.o", ONE))
    (tmp_path / "layer.tar").write_bytes(data)
    with (tmp_path / "layer.tar").open("rb") as file:
        assert read_objects(file)["file"].tolist() == [f"{tmp_path}/layer.tar!/usr/one.o"]
    assert read_objects(data)["file"].tolist() == ["<bytes>!/usr/one.o"]


def test_archives_in_a_tar_have_their_members() -> None:
    """A library in a tar is read as one on disk is."""
    scan = scan_objects(tar_of(("lib.a", bsd_archive([(b"one.o", ONE), (b"two.o", TWO)]))))
    assert scan.objects["member"].tolist() == ["", "one.o", "two.o"]
    assert scan.symbols["name"].tolist() == ["one", "two"]


def test_the_last_of_a_name_counts(tmp_path: Path) -> None:
    """As on unpacking a tar that was appended to; `./x` and `x` are one name."""
    assert listed(tar_of(("x.o", ONE), ("./x.o", TWO))) == {"x.o": TWO}
    assert listed(tar_of(("x.o", ONE), ("x.o", b"text"))) == {}
    assert listed(tar_of(("x/y.o", ONE), ("x", TWO))) == {"x": TWO}


def test_members_are_taken_by_name(tmp_path: Path) -> None:
    """A member, a folder or a glob of the tar; a link and an absent one are told."""
    out = io.BytesIO(tar_of(("usr/one.o", ONE), ("usr/two.o", TWO), ("opt/one.o", ONE)))
    with tarfile.open(fileobj=out, mode="a") as tar:
        link = tarfile.TarInfo("usr/link.o")
        link.type, link.linkname = tarfile.SYMTYPE, "one.o"
        tar.addfile(link)
    file = tmp_path / "layer.tar"
    file.write_bytes(out.getvalue())

    def names(*given: str) -> list[str]:
        scan = scan_objects([f"{file}!{name}" for name in given])
        return [f.partition("!/")[2] for f in scan.objects["file"]] or scan.errors[
            "reason"
        ].tolist()

    assert names("/usr/one.o") == ["usr/one.o"]
    assert names("/usr") == names("/usr/*.o", "/usr/one.o") == ["usr/one.o", "usr/two.o"]
    assert names("/*one.o") == ["usr/one.o", "opt/one.o"]
    assert names("/usr/link.o") == ["is a symbolic link to 'one.o'"]
    assert names("/usr/three.o") == ["holds no file '/usr/three.o'"]
    (tmp_path / "one.o").write_bytes(ONE)
    told = scan_objects([f"{tmp_path}/one.o!/x.o", f"{tmp_path}!/x.o"]).errors["reason"]
    assert told.tolist() == ["is no tar and no image: it holds no '/x.o'", "does not exist"]


def test_names_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that lead out, absolute ones, control bytes: shown, and nothing is written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ["../../etc/x.o", "/abs.o", "a\x1b[31m\n.o", "!/b.o", "c" * 300 + ".o"]
    data = tar_of(*[(name, ONE) for name in names])
    scan = scan_objects(data)
    assert [f.partition("!/")[2] for f in scan.objects["file"]] == [n.lstrip("/") for n in names]
    assert schema.check(scan.objects, "objects") is not None
    assert list(tmp_path.iterdir()) == []
