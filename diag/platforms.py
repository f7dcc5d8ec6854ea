"""One closed table: Docker platform = Rust target = GNU triplet = ELF machine and class.

Its order is the order of display everywhere. Sources: the OCI image specification (platform
spelling), the Rust platform-support list, the ELF gABI machine numbers.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from diag.errors import UnknownPlatformError


@dataclass(frozen=True)
class Platform:
    """One architecture as each tool spells it."""

    name: str  # as docker buildx --platform takes it
    architecture: str  # TARGETARCH
    variant: str  # TARGETVARIANT; empty where there is none
    rust_targets: tuple[str, ...]  # GNU libc first
    triplet: str  # GNU triplet, also the cross compiler's prefix
    debian: str  # dpkg --print-architecture
    uname: str  # uname -m
    go_arch: str
    elf_machine: int  # e_machine
    elf_arch: str  # the name used in the frames' `arch` column
    bits: int
    byte_order: str = "little"

    @property
    def os(self) -> str:
        """TARGETOS."""
        return self.name.split("/", 1)[0]


def _linux(
    name: str,
    rust: str,
    triplet: str,
    debian: str,
    uname: str,
    machine: int,
    elf_arch: str,
    bits: int,
    byte_order: str = "little",
) -> Platform:
    _, architecture, *variant = name.split("/")
    return Platform(
        name=name,
        architecture=architecture,
        variant=variant[0] if variant else "",
        rust_targets=tuple(rust.split()),
        triplet=triplet,
        debian=debian,
        uname=uname,
        go_arch=architecture,
        elf_machine=machine,
        elf_arch=elf_arch,
        bits=bits,
        byte_order=byte_order,
    )


# fmt: off
PLATFORMS: tuple[Platform, ...] = (
    _linux("linux/amd64", "x86_64-unknown-linux-gnu x86_64-unknown-linux-musl", "x86_64-linux-gnu", "amd64", "x86_64", 62, "x86_64", 64),
    _linux("linux/arm64", "aarch64-unknown-linux-gnu aarch64-unknown-linux-musl", "aarch64-linux-gnu", "arm64", "aarch64", 183, "aarch64", 64),
    _linux("linux/arm/v7", "armv7-unknown-linux-gnueabihf armv7-unknown-linux-musleabihf armv7-unknown-linux-gnueabi", "arm-linux-gnueabihf", "armhf", "armv7l", 40, "arm", 32),
    _linux("linux/arm/v6", "arm-unknown-linux-gnueabihf arm-unknown-linux-musleabihf", "arm-linux-gnueabihf", "armhf", "armv6l", 40, "arm", 32),
    _linux("linux/arm/v5", "armv5te-unknown-linux-gnueabi arm-unknown-linux-gnueabi", "arm-linux-gnueabi", "armel", "armv5tel", 40, "arm", 32),
    _linux("linux/386", "i686-unknown-linux-gnu i686-unknown-linux-musl", "i686-linux-gnu", "i386", "i686", 3, "i386", 32),
    _linux("linux/riscv64", "riscv64gc-unknown-linux-gnu riscv64gc-unknown-linux-musl", "riscv64-linux-gnu", "riscv64", "riscv64", 243, "riscv64", 64),
    _linux("linux/ppc64le", "powerpc64le-unknown-linux-gnu powerpc64le-unknown-linux-musl", "powerpc64le-linux-gnu", "ppc64el", "ppc64le", 21, "ppc64", 64),
    _linux("linux/s390x", "s390x-unknown-linux-gnu s390x-unknown-linux-musl", "s390x-linux-gnu", "s390x", "s390x", 22, "s390x", 64, "big"),
    _linux("linux/loong64", "loongarch64-unknown-linux-gnu loongarch64-unknown-linux-musl", "loongarch64-linux-gnu", "loong64", "loongarch64", 258, "loongarch64", 64),
    _linux("linux/mips64le", "mips64el-unknown-linux-gnuabi64", "mips64el-linux-gnuabi64", "mips64el", "mips64", 8, "mips", 64),
)
# fmt: on

BY_NAME = {platform.name: platform for platform in PLATFORMS}
# The engine normalises some spellings; so does this table, and no others.
ALIASES = {
    "linux/arm64/v8": "linux/arm64",
    "linux/aarch64": "linux/arm64",
    "linux/arm": "linux/arm/v7",
    "linux/armhf": "linux/arm/v7",
    "linux/armel": "linux/arm/v6",
    "linux/x86_64": "linux/amd64",
    "linux/x86-64": "linux/amd64",
    "linux/i386": "linux/386",
    "linux/amd64/v1": "linux/amd64",
}
# How a condition of the frame `env` begins that rests on a builder of which nobody told.
BUILDER_IS = "the builder is "

DEFAULT_PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7")

_BY_TARGET = {target: platform for platform in PLATFORMS for target in platform.rust_targets}
_BY_MACHINE: dict[tuple[int, int], Platform] = {}
for _platform in PLATFORMS:
    _BY_MACHINE.setdefault((_platform.elf_machine, _platform.bits), _platform)


def find_platform(name: str) -> Platform:
    """The platform of that name or alias; UnknownPlatformError lists near names.

    An architecture alone is that of Linux, as for the engine's `--platform`.
    """
    lowered = name.strip().lower()
    lowered = lowered if "/" in lowered else f"linux/{lowered}"
    platform = BY_NAME.get(ALIASES.get(lowered, lowered))
    if platform is not None:
        return platform
    near = _near(lowered)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UnknownPlatformError(
        f"unknown platform {name!r}", help=f"{hint}known: {', '.join(BY_NAME)}"
    )


def _near(name: str) -> list[str]:
    """Platforms whose name resembles, or begins or goes on like it. "linux/" is common to all: it
    makes none near."""
    os, _, architecture = name.partition("/")
    names = [*BY_NAME, *ALIASES]
    if os != "linux":
        near = difflib.get_close_matches(name, names, cutoff=0.85)
    else:
        known = [one.partition("/")[2] for one in names]
        near = difflib.get_close_matches(architecture, known, n=2, cutoff=0.7)
        if len(architecture) > 2:
            near += [one for one in known if one.startswith(architecture)]
        near = [f"linux/{one}" for one in near]
    return list(dict.fromkeys(ALIASES.get(one, one) for one in near))


def platform_of_target(rust_target: str) -> Platform | None:
    """The platform of a Rust target triple, or None."""
    return _BY_TARGET.get(rust_target)


def platform_of_drivers(drivers: Iterable[str]) -> Platform | None:
    """The platform that cross compilers make programs for, by the triplet before their names; None
    where one has none, or where they are for several."""
    found = {_of_driver(driver.rpartition("/")[2]) for driver in drivers}
    return found.pop() if len(found) == 1 else None


def _of_driver(name: str) -> Platform | None:
    for platform in PLATFORMS:
        for triplet in (platform.triplet, platform.triplet.replace("-linux-gnu", "-linux-musl")):
            if name.startswith(f"{triplet}-"):
                return platform
    return None


def platform_of_machine(elf_machine: int, bits: int) -> Platform | None:
    """The first platform of that ELF machine number and class, or None."""
    return _BY_MACHINE.get((elf_machine, bits))


def platform_of_architecture(architecture: str, variant: str = "") -> Platform | None:
    """The platform of a TARGETARCH (and TARGETVARIANT) value, or None."""
    if architecture == "arm" and not variant:
        variant = "v7"
    return BY_NAME.get("/".join(part for part in ("linux", architecture, variant) if part))


def display_order(names: Iterable[str]) -> list[str]:
    """Distinct names in the table's order; names that it does not hold follow, sorted."""
    rank = {platform.name: place for place, platform in enumerate(PLATFORMS)}
    return sorted(set(names), key=lambda name: (rank.get(name, len(rank)), name))
