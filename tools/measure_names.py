"""Writes the measured tables of diag/knowledge/: which real library defines which names.

python tools/measure_names.py ROOTS

ROOTS holds unpacked Debian packages, one folder a suite and architecture (SOURCES says which). The
rest is taken from this system. Names are read with `nm`. What nobody can measure is in the tables
that are written by hand (libraries.toml, base_images.toml, helper_groups.toml).
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

TABLES = Path(__file__).resolve().parent.parent / "diag" / "knowledge"
# Folder below ROOTS -> the packages of Debian that it holds. Architectures stand in its name.
SOURCES = {
    "bullseye": "libc6 2.31, musl-dev 1.2.2",
    "bookworm-armhf": "musl-dev 1.2.3",
    "bookworm-rt": "libclang-rt-14-dev 14.0.6",
    "bookworm-rt-arm": "libclang-rt-14-dev 14.0.6",
    "bookworm-rt-arm64": "libclang-rt-14-dev 14.0.6, musl-dev 1.2.3",
    "bookworm-rt-i386": "libgcc-12-dev 12.2.0, libatomic1 12.2.0",
    "sid": "libc6 2.43, musl-dev 1.2.6",
    "sid-armhf": "libc6 2.43, musl-dev 1.2.6",
}
SYSTEM = Path("/usr/lib/x86_64-linux-gnu")
GCC = Path("/usr/lib/gcc/x86_64-linux-gnu/12")
CROSS = Path("/usr/lib/gcc-cross")
CROSS_LIBS = {
    "aarch64": "aarch64-linux-gnu", "arm": "arm-linux-gnueabihf", "riscv64": "riscv64-linux-gnu",
}  # fmt: skip
OLDEST = (2, 18)  # a glibc before this one is met nowhere any more
# Before 2.33 a static part of libc.so defined these; objects of either side link with either.
IN_NONSHARED = frozenset(
    [
        "stat",
        "fstat",
        "lstat",
        "mknod",
        "fstatat",
        "mknodat",
        "stat64",
        "fstat64",
        "lstat64",
        "fstatat64",
        "atexit",
        "at_quick_exit",
        "pthread_atfork",
    ]
)
_VERSION = re.compile(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?$")


def names_of(path: Path, *, dynamic: bool = False) -> set[str]:
    """Names that a library defines for others, versions left on."""
    command = ["nm", "-P", "--defined-only", "-g", *(["-D"] if dynamic else []), str(path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in out.splitlines())
    return {row[0] for row in rows if len(row) >= 3 and row[1] in "TWVDBRiuC"}


def bare(names: Iterable[str]) -> set[str]:
    """Without versions, and without the versions themselves (absolute symbols)."""
    return {name.partition("@")[0] for name in names} - {""}


def linkable(path: Path) -> set[str]:
    """What a new link can take of a shared object: default versions alone."""
    names = names_of(path, dynamic=True)
    return {name.partition("@")[0] for name in names if "@@" in name or "@" not in name}


def first_versions(path: Path) -> dict[str, tuple[int, int]]:
    """Name -> the oldest version of glibc under which the library has it."""
    first: dict[str, tuple[int, int]] = {}
    for name in names_of(path, dynamic=True):
        plain, _, version = name.partition("@")
        found = _VERSION.match(version.lstrip("@"))
        if found:
            number = int(found[1]), int(found[2])
            first[plain] = min(first.get(plain, number), number)
    return first


def write(name: str, head: str, groups: Mapping[str, Mapping[str, object]]) -> None:
    """One table: names as one text each, which is read a hundred times faster than a list."""
    lines = [*(f"# {line}" for line in head.strip().splitlines())]
    lines.append("# Written by tools/measure_names.py; not by hand.")
    for key, group in groups.items():
        lines += ["", f'["{key}"]' if re.search(r"[^\w-]", key) else f"[{key}]"]
        for field, value in group.items():
            if isinstance(value, set):
                text = textwrap.fill(" ".join(sorted(value)), 118, break_long_words=False,
                                     break_on_hyphens=False)  # fmt: skip
                lines.append(f"{field} = '''\n{text}\n'''")
            else:
                lines.append(f'{field} = "{value}"')
    (TABLES / f"{name}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_libc(roots: Path) -> None:
    """Names only in glibc, only in musl, those that musl took away, and those of 64-bit time."""
    musl_lib = "usr/lib/x86_64-linux-musl/libc.a"
    old, new = (
        bare(names_of(roots / "bullseye" / musl_lib)),
        bare(names_of(roots / "sid" / musl_lib)),
    )
    middle = bare(names_of(Path("/usr/lib/x86_64-linux-musl/libc.a")))
    musl = old | middle | new
    root = roots / "sid" / "usr/lib/x86_64-linux-gnu"
    glibc = linkable(root / "libc.so.6") | linkable(root / "libm.so.6")
    static = bare(names_of(roots / "bookworm-rt/usr/lib/x86_64-linux-gnu/libc.a"))
    held = linkable(SYSTEM / "libc.so.6") | linkable(SYSTEM / "libm.so.6")
    arm_old = bare(names_of(roots / "bookworm-armhf/usr/lib/arm-linux-musleabihf/libc.a"))
    arm_new = bare(names_of(roots / "sid-armhf/usr/lib/arm-linux-musleabihf/libc.a"))
    arm_root = roots / "sid-armhf/usr/lib/arm-linux-gnueabihf"
    arm_glibc = linkable(arm_root / "libc.so.6")
    is_time = re.compile(r"time64|64$")
    write("libc_names", """
Names of the C library that tell glibc from musl.
Measured: glibc 2.36 and 2.43, musl 1.2.2, 1.2.3 and 1.2.6, all of Debian, for amd64; time64 for armhf.
glibc_only: a link takes it from glibc's libc or libm, and no musl of these has it.
musl_only: the reverse (glibc's static libc looked at too). lfs64: in musl to 1.2.3, not after 1.2.4.
musl_new: in musl 1.2.6, not in 1.2.3. time64: in the 32-bit musl alone, not in the 64-bit one.
glibc_time64: the same of glibc.
""", {
        "glibc_only": {"names": (glibc | held) - musl},
        "musl_only": {"names": {n for n in musl - glibc - held - static if not n.endswith("64")}},
        "lfs64": {"names": {n for n in middle - new if re.search("64", n)}},
        "musl_new": {"names": new - middle},
        "time64": {"names": {n for n in (arm_old | arm_new) - musl if is_time.search(n)}},
        "glibc_time64": {"names": {n for n in arm_glibc - glibc - held if is_time.search(n)}},
    })  # fmt: skip


def write_versions(roots: Path) -> None:
    """The release of glibc that brought a name."""
    found: dict[tuple[int, int], set[str]] = {}
    for suite, triplet in (("sid", "x86_64-linux-gnu"), ("sid-armhf", "arm-linux-gnueabihf")):
        for library in ("libc.so.6", "libm.so.6"):
            first = first_versions(roots / suite / "usr/lib" / triplet / library)
            for name, number in first.items():
                if number >= OLDEST and name not in IN_NONSHARED:
                    found.setdefault(number, set()).add(name)
    seen: set[str] = set()
    groups = {}
    for number in sorted(found):
        groups[f"{number[0]}.{number[1]}"] = {"names": found[number] - seen}
        seen |= found[number]
    write("glibc_versions", """
The release of glibc that brought a name, for names younger than 2.17.
Measured: version tables of libc.so.6 and libm.so.6, glibc 2.43 of Debian, amd64 and armhf; the older
of both counts, and the oldest version of a name.
""", groups)  # fmt: skip


def write_helpers(roots: Path) -> None:
    """Names that compilers call by themselves, by runtime and machine."""
    gcc = {
        arch: bare(names_of(CROSS / triplet / "12" / "libgcc.a"))
        for arch, triplet in CROSS_LIBS.items()
    }
    gcc["x86_64"] = bare(names_of(GCC / "libgcc.a"))
    gcc["i386"] = bare(names_of(roots / "bookworm-rt-i386/usr/lib/gcc/i686-linux-gnu/12/libgcc.a"))
    where = "usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.builtins-{}.a"
    rt = {
        "x86_64": bare(names_of(roots / "bookworm-rt" / where.format("x86_64"))),
        "i386": bare(names_of(roots / "bookworm-rt" / where.format("i386"))),
        "arm": bare(names_of(roots / "bookworm-rt-arm" / where.format("armhf"))),
        "aarch64": bare(names_of(roots / "bookworm-rt-arm64" / where.format("aarch64"))),
    }
    groups: dict[str, dict[str, object]] = {}
    shared = set.intersection(*gcc.values())
    groups["libgcc"] = {"names": shared}
    for arch, names in sorted(gcc.items()):
        groups[f"libgcc-{arch}"] = {"names": names - shared}
    for arch, names in sorted(rt.items()):
        groups[f"compiler-rt-{arch}"] = {"names": names - gcc[arch]}
    groups["libgcc_eh"] = {"names": bare(names_of(GCC / "libgcc_eh.a"))}
    write("helper_names", """
Names that compilers call without being asked, and the runtime that has them.
libgcc: on every machine measured; libgcc-MACHINE: on that one besides; compiler-rt-MACHINE: there in
compiler-rt and not in libgcc. Measured: libgcc.a of GCC 12.2.0, compiler-rt 14.0.6, both of Debian 12.
""", groups)  # fmt: skip


def write_libraries() -> None:
    """Names of libraries that have no prefix of their own."""
    cross_atomic = {
        n for t in CROSS_LIBS.values() for n in bare(names_of(CROSS / t / "12/libatomic.a"))
    }
    shared = {
        "m": SYSTEM / "libm.so.6", "quadmath": SYSTEM / "libquadmath.so.0", "z": SYSTEM / "libz.so.1",
        "gomp": SYSTEM / "libgomp.so.1", "crypt": SYSTEM / "libcrypt.so.1",
        "uuid": SYSTEM / "libuuid.so.1", "resolv": SYSTEM / "libresolv.so.2",
    }  # fmt: skip
    groups = {
        key: {"names": {n for n in linkable(path) if not n.startswith("_Z")}}
        for key, path in shared.items()
    }
    # What the C library has too needs no library of its own.
    libc = linkable(SYSTEM / "libc.so.6")
    for group in groups.values():
        group["names"] -= libc
    words = tomllib.loads((TABLES / "libraries.toml").read_text(encoding="utf-8"))["crypto"][
        "words"
    ]
    crypto = {n.partition("@")[0] for n in names_of(SYSTEM / "libcrypto.so.3", dynamic=True)}
    groups["crypto"] = {"names": {n for n in crypto if n.startswith(tuple(words))}}
    groups["c"] = {"names": {n for n in libc if not n.startswith("_IO_")}}
    groups["atomic"] = {
        "names": {
            n for n in cross_atomic | linkable(SYSTEM / "libatomic.so.1") if n.startswith("__")
        }
    }
    plain = {n for n in linkable(SYSTEM / "libstdc++.so.6") if not n.startswith("_Z")}
    groups["stdc++"] = {"names": plain}
    for name in ("pthread", "dl", "rt", "util"):
        groups[f"{name}-old"] = {"names": _moved(SYSTEM / "libc.so.6", name)}
    write("library_names", """
Names that a link takes from a well-known library, where no prefix tells them (libraries.toml has those).
Measured: the libraries of Debian 12 (glibc 2.36, GCC 12.2.0, OpenSSL 3.0). NAME-old: what glibc kept in libNAME until
it moved to libc (2.34): names that libc.so.6 has under version 2.34 and under an older one.
""", groups)  # fmt: skip


_OWN = {
    "pthread": re.compile(r"pthread_|sem_|__pthread"),
    "dl": re.compile(r"dl(?:open|sym|close|error|addr|vsym|info|mopen|addr1)$"),
    "rt": re.compile(r"aio_|timer_|mq_|shm_|lio_"),
    "util": re.compile(r"(?:forkpty|openpty|login_tty|login|logout|logwtmp)$"),
}


def _moved(libc: Path, library: str) -> set[str]:
    names = names_of(libc, dynamic=True)
    moved = {n.partition("@")[0] for n in names if n.endswith("@@GLIBC_2.34")}
    older = {n.partition("@")[0] for n in names if "@GLIBC_" in n and "@@" not in n}
    return {n for n in moved & older if _OWN[library].match(n)}


def main() -> None:
    """Write all tables."""
    roots = Path(sys.argv[1])
    write_libc(roots)
    write_versions(roots)
    write_helpers(roots)
    write_libraries()


if __name__ == "__main__":
    main()
