"""The bytes of a log, whatever they are packed in, and their lines.

A log is given as a path, an open file, bytes, or "-" for standard input. gzip (RFC 1952), zstd
(RFC 8878), bzip2 and xz are unpacked, UTF-16 as PowerShell writes it is turned into UTF-8.
Lines are counted as `grep -n` counts them: by the line feed alone.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import mmap
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from diag.cited import BYTES, STDIN, cited
from diag.errors import InputError
from diag.near_files import meant
from diag.paths import READABLE, is_file, is_folder
from diag.read.terminal_lines import ANSI, CONTROLS

Source = str | Path | bytes | IO[Any]

MAX_EXPANDED = 1 << 30  # bytes that a compressed log or a pipe may yield
MAX_LINE = 4 << 20  # bytes of a line that are looked at; the longest linker commands seen are 1 MB
MAX_TEXT = 64 << 10  # characters of a line that a row keeps
BLOCK = 8 << 20  # bytes that are searched at once
MAP_FROM = 64 << 20  # files of this size are mapped, smaller ones read
_BOM = codecs.BOM_UTF8
_NUL_SHARE = 0.05  # a text log holds no NUL, a damaged one a few
_SAMPLE = 512  # bytes without which a share of control bytes says little
_CONTROL_SHARE = 0.05  # of bytes that no terminal is sent; colour codes (ESC) are not among them
_NEVER_SENT = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x08\x0c\x1b")

_HAS_CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")

_BINARY_MAGIC = {
    b"\x7fELF": "an ELF file",
    b"!<arch>\n": "an ar archive",
    b"!<thin>\n": "a thin ar archive",
    b"PK\x03\x04": "a zip archive",
    b"\x89PNG": "a PNG image",
    b"SQLite format 3": "an SQLite database",
    b"%PDF-": "a PDF document",
    b"\xca\xfe\xba\xbe": "a Mach-O or Java class file",
    b"\xcf\xfa\xed\xfe": "a Mach-O file",
    b"MZ\x90": "a Windows program",
}
_HELP = {
    "an ELF file": "objects and binaries go to --objects; a log is what the build printed",
    "an ar archive": "archives go to --objects; a log is what the build printed",
    "a thin ar archive": "archives go to --objects; a log is what the build printed",
    "a zip archive": "unpack it and give the log inside",
}
_TEXT_HELP = (
    "give the build's output as text, such as of `docker buildx build . 2>&1 | tee build.log`"
)


@dataclass(frozen=True)
class LogText:
    """A log's bytes in memory or mapped, and the name to cite."""

    name: str
    data: bytes | mmap.mmap


def load_text(source: Source, file: str | None = None) -> LogText:
    """The log's bytes, unpacked. InputError: no such file, a folder, empty, or not text."""
    name = file or source_name(source)
    data = _as_text(_unpack(_fetch(source, name), name), name)
    if not any(block.strip() for block in iter_blocks(data)):
        way = "2>&1 | diag investigate -" if name == STDIN else "> build.log 2>&1"
        help = f"was standard error kept too? `docker buildx build . {way}`"
        raise InputError("the log is empty", file=name, help=help)
    return LogText(name, data)


def source_name(source: Source) -> str:
    """The name under which a source is cited."""
    if isinstance(source, bytes):
        return BYTES
    if isinstance(source, str | Path):
        return cited(source)
    return cited(getattr(source, "name", STDIN)).replace("<stdin>", STDIN)


def _fetch(source: Source, name: str) -> bytes | mmap.mmap:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str) and source == "-":
        return _drain(sys.stdin.buffer, name)
    if isinstance(source, str | Path):
        return _fetch_path(Path(source), name)
    return _drain(source, name)


def _fetch_path(path: Path, name: str) -> bytes | mmap.mmap:
    try:
        if is_folder(path):
            raise InputError(
                "this is a folder, not a log", file=name, help="give the log file inside it"
            )
        with path.open("rb") as stream:
            if is_file(path) and path.stat().st_size >= MAP_FROM:
                return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            return _drain(stream, name)
    except FileNotFoundError:
        raise no_such_log(path, name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        help = READABLE if isinstance(error, PermissionError) else None
        raise InputError(f"the log cannot be read: {reason}", file=name, help=help) from None


def no_such_log(path: Path, name: str) -> InputError:
    """The error of a log that is not there, with the files that may be meant."""
    return InputError("no such log", file=name, help=f"{meant(path)}check the path")


def _drain(stream: IO[Any], name: str) -> bytes:
    """All of an open file, up to the limit; a text file gives UTF-8."""
    got = stream.read(MAX_EXPANDED + 1)
    data = got.encode("utf-8", "surrogatepass") if isinstance(got, str) else bytes(got or b"")
    if len(data) > MAX_EXPANDED:
        raise InputError(
            f"the log is larger than {MAX_EXPANDED >> 20} MiB",
            file=name,
            help="save it as a plain file, which is read piece by piece, and give its path",
        )
    return data


def _zstd(stream: IO[bytes]) -> IO[Any]:
    import pyarrow as pa

    opened: IO[Any] = pa.CompressedInputStream(stream, "zstd")
    return opened


def _gzip(stream: IO[bytes]) -> IO[Any]:
    return cast(IO[Any], gzip.GzipFile(fileobj=stream))


_UNPACKERS: dict[bytes, tuple[str, Callable[[IO[bytes]], IO[Any]]]] = {
    b"\x1f\x8b": ("gzip", _gzip),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
    b"BZh": ("bzip2", bz2.BZ2File),
    b"\xfd7zXZ\x00": ("xz", lzma.LZMAFile),
}


def _unpack(data: bytes | mmap.mmap, name: str) -> bytes | mmap.mmap:
    for magic, (packer, opener) in _UNPACKERS.items():
        if data[: len(magic)] == magic:
            return _sound_part(opener(io.BytesIO(bytes(data))), packer, name)
    return data


def _sound_part(stream: IO[Any], packer: str, name: str) -> bytes:
    """What can be unpacked: a log that was cut still gives its beginning."""
    # One step of the unpacker at a time: read() would lose what stands before a cut.
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    parts: list[bytes] = []
    size = 0
    try:
        while size <= MAX_EXPANDED and (part := read(BLOCK)):
            parts.append(part)
            size += len(part)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        if not parts:
            raise InputError(f"this is no sound {packer} file: {error}", file=name) from None
    if size > MAX_EXPANDED:
        raise InputError(
            f"the {packer} file unpacks to more than {MAX_EXPANDED >> 20} MiB",
            file=name,
            help="unpack it yourself and give the plain file",
        )
    return b"".join(parts)


def _as_text(data: bytes | mmap.mmap, name: str) -> bytes | mmap.mmap:
    """UTF-8 bytes; InputError where the bytes are no text."""
    head = data[:BLOCK]
    for magic, what in _BINARY_MAGIC.items():
        if head.startswith(magic):
            raise InputError(
                f"this is {what}, not a log", file=name, help=_HELP.get(what, _TEXT_HELP)
            )
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _from_utf16(data, name)
    if _is_binary(head):
        raise InputError("this is binary data, not a log", file=name, help=_TEXT_HELP)
    if head.startswith(_BOM) and isinstance(data, bytes):
        return data.removeprefix(_BOM)
    return data


def _from_utf16(data: bytes | mmap.mmap, name: str) -> bytes:
    """The text as UTF-8, made piece by piece."""
    decoder, text = codecs.getincrementaldecoder("utf-16")("replace"), bytearray()
    for start in range(0, len(data), BLOCK):
        text += decoder.decode(data[start : start + BLOCK]).encode("utf-8", "replace")
        if len(text) > MAX_EXPANDED:
            raise InputError(f"the log is larger than {MAX_EXPANDED >> 20} MiB", file=name)
    return bytes(text + decoder.decode(b"", final=True).encode("utf-8", "replace"))


def _is_binary(head: bytes) -> bool:
    """Many NULs; or many control bytes in what is not UTF-8 (a damaged log has one of both)."""
    if head.count(0) > len(head) * _NUL_SHARE:
        return True
    if len(head) < _SAMPLE:
        return False
    n_controls = len(head) - len(head.translate(None, _NEVER_SENT))
    return n_controls > len(head) * _CONTROL_SHARE and not _is_utf8(head)


def _is_utf8(head: bytes) -> bool:
    """Whether the bytes begin a UTF-8 text; a character that the end cuts is no fault."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def iter_blocks(data: bytes | mmap.mmap) -> Iterator[bytes]:
    """The bytes in order, in blocks of about BLOCK bytes that end at a line's end."""
    start, size = (len(_BOM) if data[: len(_BOM)] == _BOM else 0), len(data)
    while start < size:
        end = min(start + BLOCK, size)
        if end < size:
            cut = data.rfind(b"\n", start, end)
            if cut < 0:
                cut = data.find(b"\n", end)
            end = size if cut < 0 else cut + 1
        yield data[start:end]
        _release(data, start, end)
        start = end


def _release(data: bytes | mmap.mmap, start: int, end: int) -> None:
    """Gives back the pages of a mapped file that were read: the next reading maps them again."""
    if isinstance(data, mmap.mmap) and hasattr(data, "madvise"):
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        data.madvise(mmap.MADV_DONTNEED, first, end - first)


def split_lines(block: bytes) -> list[bytes]:
    """The lines of a block, without their ends."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def clean(raw: bytes) -> str:
    """A line as a terminal would show it: no colour codes, no control bytes, no overwritten text."""
    if len(raw) > MAX_LINE:  # perhaps a progress bar that wrote over itself
        raw = raw[raw.rfind(b"\r", 0, len(raw) - 1) + 1 :][:MAX_LINE]
    if raw.isascii() and (text := raw.decode("ascii")).isprintable():  # as nearly all lines are
        return text
    if _HAS_CONTROLS.search(raw):
        raw = ANSI.sub(b"", raw).translate(None, CONTROLS)
        if b"\r" in raw:
            raw = next((part for part in reversed(raw.split(b"\r")) if part), b"")
    return raw.decode("utf-8", "replace")


def clip(text: str) -> str:
    """The text as a row keeps it."""
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]} [{len(text) - MAX_TEXT} more characters]"
