"""Small files that `tests.fuzz` breaks: made by the compilers of this machine, else byte by byte.

Every seed is a few kB, so that a mutation hits something. A compiler that is absent leaves its
seeds out; those of `BY_HAND` are always there.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import struct
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.elf_builder import ar_member, bsd_archive, build_elf, sym64_archive

SOURCE = """
int common_one, defined = 3; static int inner_data = 4;
extern int wanted(int); __attribute__((weak)) extern int wanted_weakly(void);
__attribute__((visibility("hidden"))) int inner(void) { return inner_data; }
__attribute__((weak)) int perhaps(float x) { return (int)(x * 3.5f); }
int first(int x) { return wanted(x) + wanted_weakly() + inner() + common_one; }
"""
LIBRARY = "int wanted(int x) { return x + 1; }\nint wanted_weakly(void) { return 2; }\n"
COMDAT = """
template <class T> struct Box { T held; virtual ~Box() {} virtual T get() { return held; } };
inline int counted() { static int count; return ++count; }
int run() { Box<int> a; Box<double> b; return a.get() + (int)b.get() + counted(); }
"""
GUARDED = """
typedef float v16 __attribute__((vector_size(64)));
__attribute__((target("avx512f"), noinline)) static void wide(v16 *x) { *x = *x * *x + *x; }
__attribute__((noinline)) static void plain(v16 *x) { *x = *x + *x; }
static int has(void) { __builtin_cpu_init(); return __builtin_cpu_supports("avx512f"); }
static void (*choose(void))(v16 *) { return has() ? wide : plain; }
void work(v16 *x) __attribute__((ifunc("choose")));
void call(v16 *x) { work(x); }
"""
ATOMIC = "#include <stdatomic.h>\nint add(atomic_int *x) { return atomic_fetch_add(x, 1); }\n"
RUST = '#![no_std]\n#[no_mangle] pub extern "C" fn run(x: u8) -> u8 { x.wrapping_add(1) }\n'
VERSIONS = "V1 { global: wanted; local: hidden*; };\nV2 { global: wanted_weakly; first; } V1;\n"
LINKED = (
    "-shared", "-nostdlib", "-fPIC", "-Wl,-z,max-page-size=64,-z,noseparate-code",
    "-Wl,--hash-style=both,--build-id=sha1,--version-script=v.map", "-g0",
)  # fmt: skip
BARE = (
    "-static",
    "-nostdlib",
    "-no-pie",
    "-Wl,-z,max-page-size=64,--unresolved-symbols=ignore-all",
)


@dataclass(frozen=True)
class Seed:
    """A sound file."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Recipe:
    """How a compiler makes one seed: a source above and flags; `after` are libraries."""

    name: str
    compiler: str
    source: str
    flags: tuple[str, ...] = ("-c",)


def _recipes() -> list[Recipe]:
    found = [
        Recipe("x86_64.o", "gcc", "source.c", ("-c", "-fcommon", "-O1")),
        Recipe("x86_64-many.o", "gcc", "source.c", ("-c", "-ffunction-sections", "-g", "-gz=zlib")),
        Recipe("x86_64-slim.o", "gcc", "source.c", ("-c", "-flto", "-fno-fat-lto-objects")),
        Recipe("x86_64-fat.o", "gcc", "library.c", ("-c", "-flto", "-ffat-lto-objects")),
        Recipe("x86_64-guarded.o", "gcc", "guarded.c", ("-c", "-O1", "-fPIC")),
        Recipe("x86_64-guarded.so", "gcc", "guarded.c", (*LINKED[:-2], "-O1", "-lgcc")),
        Recipe("x86_64.so", "gcc", "source.c", (*LINKED, "-L.", "-l:libwanted.so")),
        Recipe("x86_64-stripped.so", "gcc", "source.c", (*LINKED, "-s", "-mavx2", "-O1")),
        Recipe("x86_64.exe", "gcc", "source.c", (*BARE, "-O1")),
        Recipe("x86_64-stripped.exe", "gcc", "guarded.c", (*BARE, "-s", "-O1", "-lgcc")),
        Recipe("i386.o", "gcc", "source.c", ("-c", "-m32", "-fcommon", "-msse2")),
        Recipe("comdat.o", "g++", "comdat.cc", ("-c", "-O1")),
        Recipe("rust.rlib", "rustc", "k.rs", ("--crate-type=rlib", "-Cpanic=abort", "-Copt-level=1")),
    ]  # fmt: skip
    for arch, compiler in (
        ("aarch64", "aarch64-linux-gnu-gcc"),
        ("arm", "arm-linux-gnueabihf-gcc"),
        ("riscv64", "riscv64-linux-gnu-gcc"),
    ):
        own = Recipe(f"{arch}.so", compiler, "source.c", (*LINKED, "-L.", "-l:libwanted.so"))
        found += [Recipe(f"{arch}.o", compiler, "source.c", ("-c", "-g", "-gz")), own]
    found += [
        Recipe("lse.o", "aarch64-linux-gnu-gcc", "atomic.c", ("-c", "-march=armv8.1-a+sve", "-O1")),
        Recipe(
            "a32.o", "arm-linux-gnueabihf-gcc", "atomic.c", ("-c", "-marm", "-march=armv7-a+fp")
        ),
        Recipe("neon.exe", "arm-linux-gnueabihf-gcc", "source.c", (*BARE, "-s", "-mfpu=neon")),
    ]
    targets = (
        "powerpc64-linux-gnu",
        "mips-linux-gnu",
        "x86_64-pc-windows-msvc",
        "arm64-apple-macos",
    )
    for target in targets:
        name = f"{target.partition('-')[0]}-{target.rpartition('-')[2]}.o"
        found.append(Recipe(name, "clang", "library.c", ("-c", f"--target={target}")))
    return [*found, Recipe("unit.bc", "clang", "library.c", ("-c", "-emit-llvm"))]


def make_seeds(folder: Path, *, with_rust: bool = True) -> list[Seed]:
    """The seeds that can be made here; `folder` keeps them and what thin archives lead to."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"source.c": SOURCE, "library.c": LIBRARY, "comdat.cc": COMDAT, "guarded.c": GUARDED}
    texts |= {"atomic.c": ATOMIC, "k.rs": RUST, "v.map": VERSIONS}
    for name, text in texts.items():
        (folder / name).write_text(text)
    made = []
    for recipe in _recipes():
        has_all = shutil.which(recipe.compiler) is not None
        if has_all and (with_rust or recipe.compiler != "rustc"):
            made.append(Seed(recipe.name, _compiled(folder, recipe)))
    return [*made, *(_bare(seed) for seed in made if seed.name.endswith(".so")), *_by_hand(folder)]


def _compiled(folder: Path, recipe: Recipe) -> bytes:
    if "libwanted.so" in recipe.flags[-1]:
        soname = ("-Wl,-soname,libwanted.so.1", "-o", "libwanted.so")
        _run(folder, [recipe.compiler, "library.c", *LINKED, *soname])
    command = [recipe.compiler, recipe.source, *recipe.flags, "-o", recipe.name]
    _run(folder, command)
    return (folder / recipe.name).read_bytes()


def _run(folder: Path, command: list[str]) -> None:
    # What the linker says of unresolved symbols is no news.
    subprocess.run(command, cwd=folder, check=True, stderr=subprocess.DEVNULL)


def _bare(seed: Seed) -> Seed:
    """The linked file as sstrip leaves it: no section headers, PT_DYNAMIC alone leads on."""
    data = bytearray(seed.data)
    is_wide = data[4] == 2
    at, size, counts = (40, 8, 58) if is_wide else (32, 4, 46)
    data[at : at + size] = bytes(size)
    data[counts : counts + 6] = bytes(6)
    return Seed(f"bare-{seed.name}", bytes(data))


def _by_hand(folder: Path) -> list[Seed]:
    """Seeds that need no compiler."""
    symbols = [
        (b"one", 0x12, 0, 1, 0, 4),
        (b"a_name_of_some_length", 0x10, 0, 0, 0, 0),
        (b"weak", 0x21, 2, 0xFFF2, 8, 4),
    ]
    made = [
        Seed(f"made-{bits}-{order}.o", build_elf(symbols, bits=bits, order=order, machine=machine))
        for bits, order, machine in (
            (32, "big", 20), (64, "big", 22), (32, "little", 40), (64, "little", 183),
        )
    ]  # fmt: skip
    one, two = made[2].data, made[3].data
    members = [(b"one.o", one), (b"a_name_longer_than_sixteen.o", two), (b"three.o", one[:300])]
    (folder / "beside.o").write_bytes(one)
    inner = sym64_archive(members[:2])
    (folder / "inner.a").write_bytes(inner)
    made += [
        Seed("bsd.a", bsd_archive(members)),
        Seed("sym64.a", inner),
        Seed("nested.a", bsd_archive([(b"inner.a", inner), (b"one.o", one)])),
        Seed("thin.a", _thin(one, inner)),
        *_tars(one, two, inner),
        Seed("pe.exe", _pe()),
        Seed("macho.o", _macho()),
        Seed("made.bc", b"BC\xc0\xde\x35\x14\0\0" + bytes(range(200))),
    ]
    return made


def _tars(one: bytes, two: bytes, inner: bytes) -> list[Seed]:
    """A layer, in the formats of tar and packed; an image archive of two layers."""
    found = []
    for format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        files = {"usr/lib/one.o": one, f"usr/{'deep/' * 30}two.o": two, "usr/lib/in.a": inner}
        found.append(_tar({**files, "usr/.wh.gone": b"", "opt/.wh..wh..opq": b""}, format))
        found.append(gzip.compress(found[-1], mtime=0))
    upper = _tar({"usr/lib/.wh.one.o": b"", "usr/lib/two.o": two}, tarfile.USTAR_FORMAT)
    layers = {"a/layer.tar": found[0], "b/layer.tar": gzip.compress(upper, mtime=0)}
    manifest = [{"Config": "c.json", "RepoTags": ["made:1"], "Layers": list(layers)}]
    texts = {"manifest.json": manifest, "c.json": {"architecture": "amd64", "os": "linux"}}
    files = {**layers, **{name: json.dumps(text).encode() for name, text in texts.items()}}
    found.append(_tar(files, tarfile.USTAR_FORMAT))
    return [Seed(f"layers-{number}.tar", data) for number, data in enumerate(found)]


def _tar(files: dict[str, bytes], format: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for kind, name in ((tarfile.LNKTYPE, "usr/hard.o"), (tarfile.SYMTYPE, "usr/soft.o")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, next(iter(files))
            tar.addfile(link)
    used = out.getvalue().rstrip(b"\0")  # without the 10 kB that tarfile fills up
    return used + bytes(-len(used) % 512 + 1024)


def _thin(one: bytes, inner: bytes) -> bytes:
    """A thin archive over beside.o, a member of inner.a, and something absent."""
    table = b"beside.o/\ninner.a/\nabsent.o/\n"
    at = inner.index(b"/0 ")  # the first real member
    names = (b"/0", len(one)), (b"/10:%d" % at, 300), (b"/19", 40)
    headers = b"".join(ar_member(name, b"", size=size) for name, size in names)
    return b"!<thin>\n" + ar_member(b"/", bytes(4)) + ar_member(b"//", table) + headers


def _pe() -> bytes:
    """A DOS stub that leads to a PE header with one section."""
    coff = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 112, 0x22) + struct.pack("<H", 0x20B)
    return b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0" + coff + bytes(300)


def _macho() -> bytes:
    """A Mach-O header with one LC_SYMTAB."""
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 1, 1, 24, 0, 0)
    return header + struct.pack("<IIIIII", 2, 24, 56, 2, 88, 16) + bytes(80)
