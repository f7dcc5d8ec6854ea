"""What one line of output is, told by its words: what kills a link, refusals, archivers, echoes."""

from __future__ import annotations

import pytest

from diag.read.buildlog_kinds import KindFinder

LINES = {
    "killed": (
        "c++: fatal error: Killed signal terminated program cc1plus",
        "virtual memory exhausted: Cannot allocate memory",
        "cc1plus: out of memory allocating 65536 bytes after a total of 1 bytes",
        "java.lang.OutOfMemoryError: Java heap space",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "LLVM ERROR: out of memory",
        "memory allocation of 805306368 bytes failed",
        "qemu: uncaught target signal 11 (Segmentation fault) - core dumped",
        "qemu: qemu_thread_create: Resource temporarily unavailable",
        "/usr/bin/sh: error while writing: no space left on device",
        "fatal error: error writing to /tmp/ccAb.s: No space left on device",
        "error: process didn't exit successfully: `rustc` (signal: 11, SIGSEGV: invalid memory reference)",
        "make[2]: *** [Makefile:12: a.o] Killed",
        "make: *** [Makefile:3: all] Error 137",
        "ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: 137",
        "go build x: /usr/lib/go/pkg/tool/linux_amd64/compile: signal: killed",
        "ninja: fatal: posix_spawn: Cannot allocate memory",
        "exec /bin/sh: exec format error",
        "standard_init_linux.go:228: exec user process caused: exec format error",
        "/bin/sh: 1: ./tool: Exec format error",
        "Illegal instruction (core dumped)",
        "internal compiler error: Segmentation fault signal terminated program cc1",
    ),
    "compiler": (
        "cc1: error: unrecognized command-line option ‘-mfpu=neon’; did you mean ‘-mcpu=’?",
        "clang: error: unsupported option '-march=native' for target 'aarch64'",
        "clang-14: error: unknown target CPU 'sapphirerapids'",
        "src/a.c(12): error C2065: 'x': undeclared identifier",
        "cl : Command line error D8021 : invalid numeric argument '/arch:AVX'",
        "kernel.asm:3: error: instruction not supported in 32-bit mode",
        "/tmp/ccX.s:14: Error: no such instruction: `vmovdqu64 (%rax),%zmm0'",
        "{standard input}: Assembler messages:",
        "error: could not compile `kernels` (lib) due to 1 previous error",
        "lto1: fatal error: bytecode stream in file 'a.o' generated with LTO version 9.2",
        "ptxas fatal   : Unresolved extern function 'f'",
        "CMake Error at CMakeLists.txt:3 (find_package):",
        "configure: error: C compiler cannot create executables",
    ),
    "archiver": (
        "ar: creating libx.a",
        "/usr/bin/aarch64-linux-gnu-ranlib: 'libx.a': No such file",
        "aarch64-linux-gnu-ar rcs libx.a x.o",
        "llvm-ar: error: unable to open 'x.o': No such file or directory",
        "a - build/x.o",
    ),
    "echo": ("RUSTFLAGS=", "TARGETARCH=arm64"),
    "cache": ("       Fresh libc v0.2.1", " ---> Using cache"),
    "output": (
        "test killed_by_signal ... ok",
        "Compiling oom-killer-tests v0.1.0",
        "checking for out-of-line definitions... yes",
        "a == b",
        "exit code 0",
        "Error 1",
        "make: *** [Makefile:3: all] Error 1",
        "the disk has space left",
        "warnings: 3",
        "export done",
        "++++ done",
        "+ export RUSTFLAGS=-C target-cpu=generic",  # an assignment, not what a command received
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, lines in LINES.items() for t in lines])
def test_a_line_is_what_it_says(kind: str, text: str) -> None:
    """By its own words, with nothing before it."""
    assert KindFinder().find(text) == kind
