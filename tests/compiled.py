"""One C source as four compilers make objects and libraries of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.tools import need

SOURCE = """
#ifdef main_only
int puts(const char *); int main(void) { return puts(""); }
#else
int common_one, defined = 3; static int hidden_from_all = 4;
extern int wanted(int); __attribute__((weak)) extern int wanted_weakly(void);
__attribute__((visibility("hidden"))) int inner(void) { return hidden_from_all; }
__attribute__((visibility("protected"))) int guarded(void) { return defined; }
__attribute__((weak)) int perhaps(float x) { return (int)x; }
_Thread_local int each_thread = 1;
int first(int x) { return wanted(x) + wanted_weakly() + inner() + each_thread + common_one; }
#endif
"""
MAP = "V1 { global: first; local: hidden*; };\nV2 { global: guarded; perhaps; } V1;\n"
COMPILERS = ("gcc", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc")
ARCHES = dict(zip(COMPILERS, ("x86_64", "aarch64", "arm"), strict=True))


def compile_with(compiler: str, folder: Path, name: str, *flags: str) -> Path:
    """The file that the compiler makes of SOURCE with these flags."""
    need(compiler, "readelf")
    path = folder / f"{compiler}-{name}"
    if not path.exists():
        command = [compiler, "-w", *flags, "-o", str(path), str(folder / "source.c")]
        subprocess.run(command, check=True, cwd=folder)
    return path


def object_of(compiler: str, folder: Path) -> Path:
    return compile_with(compiler, folder, "source.o", "-c", "-fcommon")


def library_of(compiler: str, folder: Path) -> Path:
    flags = ("-shared", "-fPIC", "-Wl,--version-script=v.map", "-Wl,--build-id=sha1")
    return compile_with(compiler, folder, "libx.so", *flags, "-Wl,-soname,libx.so.1")
