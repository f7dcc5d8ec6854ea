"""Frames of links that miss names of a C library, a runtime or a well-known library."""

from __future__ import annotations

from tests.facts_builder import judge

ARM64, ARMV7, RISCV = "linux/arm64", "linux/arm/v7", "linux/riscv64"
MUSL = {
    "line_no": 39,
    "driver": "musl-gcc",
    "inputs": [["object", "main.o"]],
    "words": ["-o", "app", "main.o", "libvendor.a"],
}
GNU = {
    "line_no": 39,
    "driver": "x86_64-linux-gnu-gcc",
    "words": ["-o", "app", "main.o", "libvendor.a"],
}
ALPINE = {
    "image": "alpine:3.19",
    "distro": "alpine",
    "release": "3.19",
    "libc": "musl",
    "version": "1.2.4",
}
BOOKWORM = {
    "image": "debian:bookworm",
    "distro": "debian",
    "release": "bookworm",
    "libc": "glibc",
    "version": "2.36",
}


def states(cause: str, **frames: object) -> list[str]:
    """Their statuses in order."""
    return [finding.status for finding in judge(cause, **frames)]


def error(symbol: str, **other: object) -> dict[str, object]:
    """An undefined symbol, wanted by a member of a vendored archive."""
    row = {"symbol": symbol, "line_no": 40, "object": "libvendor.a", "member": "io.o"}
    return {**row, "detail_text": f"undefined reference to `{symbol}'", **other}


def on(platform: str, words: str, *symbols: str, **other: object) -> dict[str, object]:
    """Frames of a link on a platform: its command and what it misses, wanted by a plain object."""
    driver, *rest = words.split()
    command = {"line_no": 39, "driver": driver, "words": rest, "platform": platform}
    wanted = {"platform": platform, "object": "main.o", "member": None}
    errors = [error(name, **{**wanted, **other}) for name in symbols]
    return {"platforms": (platform,), "link_commands": [command], "link_errors": errors}
