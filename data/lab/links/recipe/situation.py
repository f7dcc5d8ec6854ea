"""What the lab is made of: machines with the words that reach their compilers, and situations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LINKERS = ("bfd", "gold", "lld", "mold")


@dataclass(frozen=True)
class Machine:
    """A platform and the words that reach its compilers."""

    platform: str
    prefix: str = ""
    cc: str = "gcc"
    cxx: str = "g++"
    flags: str = ""
    linkers: tuple[str, ...] = LINKERS
    triple: str = ""

    def variables(self) -> dict[str, str]:
        """Variables of make and of the preparing shell."""
        tools = {"AR": "ar", "NM": "nm", "RANLIB": "ranlib", "STRIP": "strip", "OBJCOPY": "objcopy"}
        names = {key: self.prefix + value for key, value in tools.items()}
        compilers = {"CC": self.prefix + self.cc, "CXX": self.prefix + self.cxx}
        return names | {k: f"{v} {self.flags}".strip() for k, v in compilers.items()}


MACHINES = {
    "amd64": Machine("linux/amd64", triple="x86_64-linux-gnu"),
    "arm64": Machine("linux/arm64", "aarch64-linux-gnu-", triple="aarch64-linux-gnu"),
    "armhf": Machine("linux/arm/v7", "arm-linux-gnueabihf-", triple="arm-linux-gnueabihf"),
    # lld 14 does not relax, which the start files of riscv64 ask for.
    "riscv64": Machine(
        "linux/riscv64", "riscv64-linux-gnu-", linkers=("bfd", "mold"), triple="riscv64-linux-gnu"
    ),
    "i386": Machine("linux/386", flags="-m32", triple="i386-linux-gnu"),
    "musl": Machine("linux/amd64", cc="musl-gcc", cxx="musl-gcc", triple="x86_64-linux-musl"),
    # musl 1.2.5 of TOOLCHAINS (fetch.sh); the compilers are wrappers, as musl-gcc is one.
    "musl-new": Machine("linux/amd64", cc="x86_64-linux-musl-gcc", triple="x86_64-linux-musl"),
    "musl-arm64": Machine("linux/arm64", "aarch64-linux-musl-", triple="aarch64-linux-musl"),
    "musl-armhf": Machine("linux/arm/v7", "arm-linux-musleabihf-", triple="arm-linux-musleabihf"),
}
FETCHED = {"musl-new": "amd64", "musl-arm64": "arm64", "musl-armhf": "armhf"}
TOOLCHAINS = Path(os.environ.get("TOOLCHAINS", "/tmp/links-toolchains"))
EMULATORS = {
    arch: f"qemu-{name}-static -L /usr/{MACHINES[arch].triple}"
    for arch, name in (("arm64", "aarch64"), ("armhf", "arm"), ("riscv64", "riscv64"))
}
ALL = "amd64 arm64 armhf riscv64"


@dataclass(frozen=True)
class Situation:
    """One small project and what is wrong with it.

    `build` and `prepare` are lines; `$(LINK)` and `$(LINKXX)` are the compiler with its linker.
    `passes`: linkers, machines or `machine-linker` where it links all the same. `causes`: the true
    cause where it is another one, by the same keys ("" nothing is wrong). `says`: what the log of
    a failure holds (the symbol). `ended`: how the program
    ends that the last line runs (-1: badly). `fails`: fails although no cause is told.
    `before`: machines for which BuildKit builds the Dockerfile first. `given`: a Dockerfile of
    another revision that the case gives. `objects_of`: the machine whose objects it gives. `plain`: linkers are not told apart (no link at all).
    Programs of the folder `tools`
    are found before those of the system. `keep`, `drop`: files to keep or not besides objects; `hide`: folders of the system that the
    build sees empty (root, a mount namespace).
    """

    name: str
    cause: str
    title: str
    build: str
    files: dict[str, str] = field(default_factory=dict)
    prepare: str = ""
    archs: str = ALL
    linkers: str = "bfd gold lld mold"
    passes: str = ""
    causes: dict[str, str] = field(default_factory=dict)
    also: str = ""
    not_causes: str = ""
    symbol: str = ""
    says: str | None = None
    note: str = ""
    ended: int | None = None
    fails: bool = False
    dockerfile: str = ""
    given: str = ""
    before: str = ""
    objects_of: str = ""
    keep: str = ""
    drop: str = ""
    hide: str = ""
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    heldout: bool = False

    def cases(self) -> Iterator[tuple[str, str]]:
        """(machine, linker) of each case."""
        for arch in self.archs.split():
            for linker in self.linkers.split():
                if linker in MACHINES[arch].linkers or linker in ("default", "buildkit"):
                    yield arch, linker

    def applies(self, words: str, arch: str, linker: str) -> bool:
        """Whether a machine, a linker or both stand in the words."""
        return bool({arch, linker, f"{arch}-{linker}"} & set(words.split()))

    def cause_of(self, arch: str, linker: str) -> str:
        """The true cause of a case; empty where it links and nothing is wrong."""
        for key in (f"{arch}-{linker}", arch, linker):
            if key in self.causes:
                return self.causes[key]
        return "" if self.applies(self.passes, arch, linker) else self.cause
