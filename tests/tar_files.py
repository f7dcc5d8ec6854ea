"""Small objects, and tars of them as tools write them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile

import pyarrow as pa

from diag.read.files import Problems
from diag.read.packed import iter_packed
from tests.elf_builder import build_elf

ONE = build_elf([(b"one", 0x12, 0, 1, 0, 4)])
TWO = build_elf([(b"two", 0x10, 0, 0, 0, 0)], machine=183)


def compressed(data: bytes, how: str) -> bytes:
    """The bytes as a tool for that format writes them."""
    if how == "zst":
        done = pa.BufferOutputStream()
        with pa.CompressedOutputStream(done, "zstd") as out:
            out.write(data)
        return done.getvalue().to_pybytes()
    if how == "plain":
        return data
    return {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}[how](data)


def tar_of(*members: tuple[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of regular files in that order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def listed(data: bytes, problems: Problems | None = None) -> dict[str, bytes]:
    """Path -> bytes of the objects in a tar or an image; each name, and each path, comes once."""
    found = list(iter_packed("t.tar", memoryview(data), problems or Problems()))
    assert len({name for name, _ in found}) == len(found)
    paths = {name.partition("!/")[2]: bytes(part) for name, part in found}
    assert len(paths) == len(found)
    return paths
