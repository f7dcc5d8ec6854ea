"""Build logs that are cut, broken, packed, or none at all."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.errors import InputError
from diag.read.linkers import read_build_log, read_link_errors, read_log, read_log_lines
from tests.buildlog_messages import LD, LOG, MESSAGES
from tests.buildlog_samples import check_piece

RAW = "\n".join(map(json.dumps, MESSAGES)).encode()


@given(
    cut=st.integers(0, 4000),
    start=st.integers(0, 4000),
    source=st.sampled_from([LOG.encode(), RAW]),
)
@settings(max_examples=250, deadline=None)
def test_a_log_cut_anywhere(cut, start, source):
    """Any piece of a log is read without an exception, and every line of it is in a row."""
    frames = check_piece(source[start : start + cut])
    if frames is not None:
        assert len(frames.steps) >= frames.link_errors["step_id"].nunique()


@given(st.lists(st.sampled_from([
    b"#1 ", b"#2 0.1 ", b"DONE 1s", b"CACHED", b"------", b" > x:", b"\x1b[31m", b"\xff\xfe", b"\r",
    b"ld: ", b"ld.lld: error: ", b">>> referenced by ", b"undefined symbol: ", b"undefined reference to `x'",
    b"a.o:", b"(.text+0x1)", b"  = note: ", b"\"cc\" \"-o\" ", b"{", b"\"vertexes\": [", b"}", b"\n", b"collect2: ",
    b"in function `f':", b"more undefined references to `x' follow", b"'", b"[a 1/2] RUN", b"'; ", b": first defined here",
]), max_size=40))  # fmt: skip
@settings(max_examples=250, deadline=None)
def test_any_mixture_is_read(parts):
    """Fragments of every grammar in any order raise nothing and lose no line."""
    log = b"x" + b"".join(parts)
    frames = read_log(log)
    schema.check(frames.link_errors, "link_errors")
    n_lines = log.count(b"\n") + (not log.endswith(b"\n"))
    assert len(frames.log_lines) >= n_lines


def test_terminal_codes_and_broken_text():
    """Colours, control bytes and invalid UTF-8 do not hide an error."""
    log = (
        b"\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m: linking with `cc` failed: exit status: 1\n"
        b"\x1b[1m  = note: \x1b[0mld.lld: \x1b[0;31merror: \x1b[0mundefined symbol: f\xc3\xa9\xff\n"
        b"          >>> referenced by a.o:(m\x00ain)\n"
    )
    rows = read_link_errors(log)
    assert list(rows["symbol"]) == ["fé�"]
    assert list(rows["function"]) == ["main"]
    lines = read_log_lines(log)
    assert not lines["text"].str.contains("[\x00-\x08\x1b]", regex=True).any()


def test_github_prefixes():
    """The runner's times come off, in a log of a build and in one of bare output."""
    stamped = "".join(f"2024-05-06T07:08:09.1234567Z {line}\n" for line in LOG.splitlines())
    frames = read_log(("\ufeff" + stamped).encode())
    assert frames.format == "github-actions+buildkit-plain"
    assert frames.link_errors.drop(columns="file").equals(
        read_link_errors(LOG.encode()).drop(columns="file")
    )


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, lambda data: data.decode().encode("utf-16")],
    ids=["gzip", "bzip2", "xz", "utf-16"],
)
def test_packed_logs(pack, tmp_path):
    """A packed log gives the same rows as the log."""
    path = tmp_path / "log"
    path.write_bytes(pack(LOG.encode()))
    plain = read_log(LOG.encode(), file=str(path))
    assert read_log(path).link_errors.equals(plain.link_errors)
    assert read_log(path).steps.equals(plain.steps)


def test_zstd():
    """zstd by pyarrow's codec."""
    import pyarrow as pa

    packed = pa.Codec("zstd").compress(LOG.encode(), asbytes=True)
    assert len(read_link_errors(packed)) == 1


def test_a_cut_gzip_gives_its_beginning():
    """What can be unpacked is used."""
    packed = gzip.compress(LOG.encode() * 50)
    assert len(read_build_log(packed[: len(packed) // 2])) == 2


def test_sources(tmp_path, monkeypatch):
    """A path, bytes, an open file of either kind, and standard input give the same."""
    path = tmp_path / "build.log"
    path.write_text(LOG)
    wanted = read_build_log(path).drop(columns="file")
    with path.open("rb") as binary, path.open() as text:
        assert read_build_log(binary).drop(columns="file").equals(wanted)
        assert read_build_log(text).drop(columns="file").equals(wanted)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOG.encode())))
    read = read_log("-")
    assert read.file == "-"
    assert read.steps.drop(columns="file").equals(wanted)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 50, "ELF"),
        (b"!<arch>\n", "archive"),
        (b"a\0b\0" * 100, "binary"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x1f\x8b rubbish", "gzip"),
    ],
)
def test_what_is_no_log(content, words, tmp_path):
    """One clear message that names the file and says what would help."""
    path = tmp_path / "build.log"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_log(path)
    assert words in caught.value.message
    assert caught.value.file == str(path)


def test_no_file_and_a_folder(tmp_path):
    """A missing path and a folder are told apart."""
    with pytest.raises(InputError, match="no such log"):
        read_log(tmp_path / "absent.log")
    with pytest.raises(InputError, match="folder"):
        read_log(tmp_path)


def test_a_very_long_line_is_one_row():
    """A line of megabytes is clipped in its row; lines around it and their errors stay."""
    log = b"#1 [a 1/1] RUN x\n#1 0.1 " + b"x" * 6_000_000 + b"\n"
    log += b"".join(b"#1 0.1 " + line.encode() + b"\n" for line in LD.splitlines())
    frames = read_log(log)
    assert len(frames.log_lines) == 4
    assert frames.log_lines["text"].str.len().max() < 70_000
    assert len(frames.link_errors) == 1


def test_reading_without_frames_needs_no_pandas():
    """`import diag.read.linkers` stays cheap: pandas comes with the first frame."""
    import subprocess
    import sys

    code = "import diag.read.linkers, sys; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
