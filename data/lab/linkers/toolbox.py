"""The linkers that recipe.py runs: where each was unpacked, its version, how it is called.

fetch.sh unpacks Debian's packages below LAB, one root a suite.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

LAB = Path(os.environ.get("LAB", "/tmp/linkers"))
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/gold-ld", "lib/x86_64-linux-gnu")
BOOKWORM = LAB / "roots/bookworm/usr/bin"
NEWER = (
    "trixie",
    "sid",
)  # than the machine's own C library: fetch.sh has patched the GNU ones and mold
QUIET = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
# Those whose catalogues hold the messages of that version. The catalogues of 2.40 keep some of before
# 2018, which GNU ld 2.26 prints; those in Danish and Indonesian end it with a crash.
LANGUAGES = {
    ("ld.bfd", "elf-x86_64", ""): "es fr pt_BR ru uk",
    ("ld.bfd", "elf-x86_64", "sid"): "bg de es fr pt_BR ro ru sr sv uk",
    ("ld.bfd", "avr", "bookworm"): "it ja tr vi zh_CN zh_TW",
    ("gold", "elf-x86_64", ""): "es fr it ja sv uk zh_CN",
}


@dataclass(frozen=True)
class Linker:
    """`name` and `family` as the link_errors frame has them; `calls_itself` is its argv[0]."""

    family: str
    program: Path
    calls_itself: str
    flavour: str  # elf-ARCH, coff, macho, wasm, avr, h8300
    root: str = ""  # suite below LAB/roots; empty for the machine's own
    language: str = ""  # of its messages; empty for the C locale
    first: tuple[str, ...] = ()  # arguments that choose the linker among several in one program

    @cached_property
    def version(self) -> str:
        said = self.run("--version").stdout + self.run("-v").stderr
        found = re.search(r"(?:Binutils.*?|LLD |mold |ld.*? )(\d+\.[\d.]*\d)", said)
        assert found, f"{self.program} tells no version"
        return ".".join(part for part in found[1].split(".") if len(part) < 8)  # no date

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    @property
    def minor(self) -> int:
        return int(self.version.split(".")[1])

    @property
    def folder(self) -> str:
        """The name of its folder of logs."""
        name = {
            "ld.lld": "lld",
            "lld-link": "lld-link",
            "ld64.lld": "ld64.lld",
            "wasm-ld": "wasm-ld",
        }.get(self.calls_itself, self.family)
        arch = self.flavour.removeprefix("elf-")
        return (
            f"{name}-{self.version}"
            + ("" if arch in ("x86_64", "coff", "macho", "wasm") else f"-{arch}")
            + (f"-{self.language}" if self.language else "")
        )

    @property
    def command(self) -> list[str]:
        """The shell words that run it under the name that it is to call itself by."""
        if self.family == "lld" and self.root in NEWER:
            loader = LAB / "roots" / self.root / "usr/lib64/ld-linux-x86-64.so.2"
            return [
                str(loader),
                "--argv0",
                self.calls_itself,
                "--library-path",
                self._libraries(),
                str(self.program),
            ]
        if (
            self.family == "ld.bfd" and self.root == "sid"
        ):  # tells the path of its file, not argv[0]
            target = "/usr/bin/x86_64-linux-gnu-ld.bfd"
            bound = f'mount --bind {self.program} {target} && exec {target} "$@"'
            return ["unshare", "-m", "bash", "-c", bound, "bash"]
        return [
            "bash",
            "-c",
            f'exec -a {shlex.quote(self.calls_itself)} {self.program} "$@"',
            "bash",
            *self.first,
        ]

    @property
    def environment(self) -> dict[str, str]:
        own = self.root and self.root not in NEWER
        return self.locale | ({"LD_LIBRARY_PATH": self._libraries()} if own else {})

    @property
    def locale(self) -> dict[str, str]:
        """The environment that makes gcc, make and the linker speak its language: fetch.sh has put
        the catalogues into one folder, to which catalogues.c leads."""
        if not self.language:
            return QUIET
        suite = (
            self.root if self.root in ("bullseye", *NEWER) and self.flavour != "avr" else "bookworm"
        )
        return QUIET | {
            "LC_ALL": "en_US.UTF-8", "LANGUAGE": self.language, "LOCPATH": str(LAB / "locales"),
            "LD_PRELOAD": str(LAB / "catalogues.so"), "CATALOGUES": str(LAB / "catalogues" / suite),
        }  # fmt: skip

    def _libraries(self) -> str:
        root = LAB / "roots" / self.root
        llvm = sorted(str(p) for p in root.glob("usr/lib/llvm-*/lib"))
        return ":".join([*(str(root / name) for name in LIBRARIES), *llvm])

    def run(
        self, *arguments: str, folder: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments], cwd=folder, env=self.environment | more,
            capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def wrapper(self, folder: Path) -> Path:
        """A folder for `gcc -B` in which this linker is `ld`, `ld.bfd`, `ld.lld` and so on."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [
            f"export {key}={shlex.quote(value)}"
            for key, value in self.environment.items()
            if key != "LC_ALL"
        ]
        call = " ".join(map(shlex.quote, self.command)) + ' "$@"'
        for name in ("ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold"):
            (folder / name).write_text("\n".join(["#!/bin/bash", *lines, f"exec {call}", ""]))
            (folder / name).chmod(0o755)
        return folder


def _in(root: str, name: str) -> Path:
    return LAB / "roots" / root / "usr" / name


def linkers() -> list[Linker]:
    """Every linker of the recipe that this machine has."""
    bfd, gold = "bin/x86_64-linux-gnu-ld.bfd", "bin/x86_64-linux-gnu-ld.gold"
    found = [
        Linker("ld.bfd", Path("/usr/bin/ld.bfd"), "/usr/bin/ld", "elf-x86_64"),
        Linker("gold", Path("/usr/bin/ld.gold"), "/usr/bin/ld.gold", "elf-x86_64"),
        Linker("mold", Path("/usr/bin/mold"), "mold", "elf-x86_64"),
        Linker("ld.bfd", Path("/usr/bin/aarch64-linux-gnu-ld.bfd"), "/usr/bin/aarch64-linux-gnu-ld", "elf-aarch64"),
        Linker("ld.bfd", Path("/usr/bin/arm-linux-gnueabihf-ld.bfd"), "/usr/lib/gcc-cross/arm-linux-gnueabihf/12/../../../../arm-linux-gnueabihf/bin/ld", "elf-arm"),
        Linker("ld.bfd", _in("bookworm", "bin/avr-ld"), "/usr/lib/avr/bin/ld", "avr", "bookworm"),
        Linker("ld.bfd", _in("trixie", "bin/avr-ld.bfd"), "/usr/lib/avr/bin/ld", "avr", "trixie"),
        Linker("ld.bfd", _in("bookworm", "bin/h8300-hitachi-coff-ld"), "h8300-hitachi-coff-ld", "h8300", "bookworm"),
        Linker("rust-lld", next(iter(Path.home().glob(".rustup/toolchains/stable-*/lib/rustlib/*/bin/rust-lld")), Path("/none")), "rust-lld", "elf-x86_64", first=("-flavor", "gnu")),
    ]  # fmt: skip
    for arch, triple in (
        ("riscv64", "riscv64-linux-gnu"),
        ("s390x", "s390x-linux-gnu"),
        ("ppc64le", "powerpc64le-linux-gnu"),
    ):
        found.append(
            Linker(
                "ld.bfd",
                _in("bookworm", f"bin/{triple}-ld.bfd"),
                f"/usr/bin/{triple}-ld",
                f"elf-{arch}",
                "bookworm",
            )
        )
    for suite in ("bullseye", *NEWER):
        found.append(Linker("ld.bfd", _in(suite, bfd), "/usr/bin/ld", "elf-x86_64", suite))
        if suite != "sid":  # which has the gold of trixie
            found.append(Linker("gold", _in(suite, gold), "/usr/bin/ld.gold", "elf-x86_64", suite))
        found.append(Linker("mold", _in(suite, "bin/mold"), "mold", "elf-x86_64", suite))
    for root, version in (
        ("bullseye", 11), ("bullseye", 13), ("", 14), ("bookworm", 16), ("trixie", 18), ("bookworm", 19), ("sid", 22),
    ):  # fmt: skip
        program = _in(root, f"lib/llvm-{version}/bin/lld") if root else Path("/usr/bin/lld-14")
        for name, flavour in (
            ("ld.lld", "elf-x86_64"),
            ("lld-link", "coff"),
            ("ld64.lld", "macho"),
            ("wasm-ld", "wasm"),
        ):
            if version != 18 or flavour == "elf-x86_64":
                found.append(Linker("lld", program, name, flavour, root))
    found += [replace(one, language=language) for one in found for language in LANGUAGES.get(
        (one.family, one.flavour, one.root), "").split()]  # fmt: skip
    known: dict[str, Linker] = {}
    for linker in found:
        if linker.program.exists() and not (
            linker.flavour == "macho" and "llvm-11" in str(linker.program)
        ):
            known.setdefault(linker.folder, linker)
    return list(known.values())
