"""What a file is, by its first bytes.

Magic numbers: ELF gABI, ar(5), LLVM bitcode format (raw and wrapped), PE/COFF specification
(machine types), Mach-O loader.h, WebAssembly core specification (binary format).
"""

from __future__ import annotations

import re

_LFS = b"version https://git-lfs"
_HTML = re.compile(rb"\s*<(?:!doctype html|html)\b", re.IGNORECASE)
FORMATS_IN_FOLDERS = ("elf", "coff", "macho", "bitcode", "archive", "thin-archive")
SAMPLE_BYTES = 4096

_BY_MAGIC = (
    (b"\x7fELF", "elf"),
    (b"!<arch>\n", "archive"),
    (b"!<thin>\n", "thin-archive"),
    (b"BC\xc0\xde", "bitcode"),
    (b"\xde\xc0\x17\x0b", "bitcode"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
)
_WASM = b"\0asm"
_MAGICS = tuple(magic for magic, _ in _BY_MAGIC)
_FAT_MACHO = b"\xca\xfe\xba\xbe"  # Java class files too: those have a version from 45 up there
_COFF_MACHINES = {
    0x014C: "i386", 0x8664: "x86_64", 0x01C0: "arm", 0x01C2: "arm", 0x01C4: "arm",
    0xAA64: "aarch64", 0xA641: "aarch64", 0x5064: "riscv64", 0x6264: "loongarch64",
}  # fmt: skip
_COFF_HEADER_BYTES = 20
_COFF_MAX_SECTIONS = 0x7FFF
_BIG_COFF = b"\x00\x00\xff\xff"
_MACHO_CPUS = {7: "i386", 0x01000007: "x86_64", 12: "arm", 0x0100000C: "aarch64"}


def sniff(head: bytes | memoryview, size: int) -> str:
    """The format by the first 64 bytes of a file of that size: a word of `objects.format`."""
    start = bytes(head[:64])
    if start.startswith(_MAGICS):
        return next(format for magic, format in _BY_MAGIC if start.startswith(magic))
    if start.startswith(_FAT_MACHO) and 0 < int.from_bytes(start[4:8], "big") < 45:
        return "macho"
    if start.startswith(b"MZ") and len(start) == 64 and size > 64:
        return "coff"
    if _is_coff_object(start, size):
        return "coff"
    return "text" if _is_text(start) else "unknown"


def _is_coff_object(start: bytes, size: int) -> bool:
    """COFF objects have no magic: the machine is known, and the header's places fit the file."""
    if len(start) < _COFF_HEADER_BYTES:
        return False
    if start.startswith(_BIG_COFF):
        return int.from_bytes(start[6:8], "little") in _COFF_MACHINES
    n_sections = int.from_bytes(start[2:4], "little")
    symbols_at = int.from_bytes(start[8:12], "little")
    return (
        int.from_bytes(start[:2], "little") in _COFF_MACHINES
        and 0 < n_sections <= _COFF_MAX_SECTIONS
        and symbols_at <= size
        and start[16:18] == b"\0\0"  # objects have no optional header
    )


def foreign_arch(data: bytes | memoryview, format: str) -> str:
    """The machine of a COFF object, PE or thin Mach-O file as platforms.py names it; else empty."""
    start = bytes(data[:64])
    if format == "coff" and start.startswith(b"MZ"):
        return _pe_arch(data, int.from_bytes(start[60:64], "little"))
    if format == "coff":
        at = 6 if start.startswith(_BIG_COFF) else 0
        return _COFF_MACHINES.get(int.from_bytes(start[at : at + 2], "little"), "")
    if format == "macho" and start[:4] != _FAT_MACHO and len(start) >= 8:
        order = "little" if start[0] in (0xCE, 0xCF) else "big"
        return _MACHO_CPUS.get(int.from_bytes(start[4:8], order), "")  # type: ignore[arg-type]
    return ""


def _pe_arch(data: bytes | memoryview, place: int) -> str:
    """The machine in the header that the DOS stub of a PE file leads to; empty without one."""
    header = bytes(data[place : place + 6])
    if len(header) < 6 or not header.startswith(b"PE\0\0"):
        return ""
    return _COFF_MACHINES.get(int.from_bytes(header[4:6], "little"), "")


def is_stand_in(sample: bytes) -> bool:
    """Text that came in the place of a file: a git-lfs pointer, or a server's page."""
    return sample.startswith(_LFS) or _HTML.match(sample) is not None


def describe(data: memoryview) -> tuple[str, str]:
    """(what a file that is no object is, what would help)."""
    sample = bytes(data[:SAMPLE_BYTES])
    if not sample:
        return "is empty", "build it again; an interrupted copy leaves empty files"
    if sample.startswith(_WASM):
        return "is WebAssembly: its symbols are not read", "llvm-nm lists them"
    if not _is_text(sample):
        return (
            f"is no object that is known here (first bytes {sample[:8].hex(' ')})",
            "give ELF objects, archives or binaries",
        )
    if is_stand_in(sample):
        if sample.startswith(_LFS):
            return (
                "is a git-lfs pointer, not the file itself",
                "git lfs pull, before the build copies it",
            )
        return (
            "is an HTML page, not an object",
            "look at what was downloaded: curl --fail tells of an error page",
        )
    if sample.startswith(b"/* GNU ld script") or b"GROUP (" in sample or b"INPUT (" in sample:
        return "is a linker script, not an object", "give the libraries that it names"
    return (
        "is text, not an object",
        "`diag investigate` takes a log as it is, a Dockerfile with --dockerfile",
    )


def _is_text(sample: bytes) -> bool:
    if not sample or b"\0" in sample:
        return False
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 3 and error.reason == "unexpected end of data"
    return True
