"""The tiny objects that recipe.py links, one set a target."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from toolbox import BOOKWORM, LAB, QUIET

CLANG = LAB / "roots/bookworm/usr/lib/llvm-14/bin/clang"
CLANG_LIBRARIES = LAB / "roots/bookworm/usr/lib/llvm-14/lib"
TRIPLES = {
    "elf-x86_64": "x86_64-linux-gnu",
    "elf-aarch64": "aarch64-linux-gnu",
    "elf-arm": "arm-linux-gnueabihf",
    "elf-riscv64": "riscv64-linux-gnu",
    "elf-s390x": "s390x-linux-gnu",
    "elf-ppc64le": "powerpc64le-linux-gnu",
    "coff": "x86_64-pc-windows-msvc",
    "macho": "arm64-apple-macos11",
    "wasm": "wasm32",
}
# calls.c: f1 calls foo three times, f2 four times and bar once, main once; p holds data's address.
C_SOURCES = {
    "calls": "int foo(int); int bar(void); extern int data; int *p = &data;\n"
    "int f1(void) {\n  return foo(1)\n    + foo(2)\n    + foo(3);\n}\n"
    "int f2(void) { return foo(4) + foo(5) + foo(6) + foo(7) + bar(); }\n"
    "int main(void) { return f1() + f2() + foo(9); }\n",
    "one": "int lone(void);\nint main(void) {\n  return lone();\n}\n",
    "first": "int twin(void) { return 1; }\n",
    "second": "int twin(void) { return 2; }\nint main(void) { return twin(); }\n",
    "third": "int twin(void) { return 3; }\n",
    "fine": "int main(void) { return 0; }\n",
    "hider": "__attribute__((visibility(\"hidden\"))) int secret(void);\nint main(void) { return secret(); }\n",
    "tls_use": "extern int level; int main(void) { return level; }\n",
    "tls_def": "__thread int level;\n",
    "unfit": "extern char far[]; char *get(void) { return far; }\nint main(void) { return get() != 0; }\n",
    "inner": "int inner(void) { return 1; }\n",
    "outer": "int inner(void); int outer(void) { return inner(); }\n",
    "both": "int outer(void); int inner(void); int main(void) { return outer() + inner(); }\n",
    "crowd": "".join(f"int w{n:02}(void);\n" for n in range(30))
    + "int main(void) { return " + " + ".join(f"w{n:02}()" for n in range(30)) + "; }\n",
    "signed": "int pick(int); int main(void) { return pick(1); }\n",
    "pick": "int pick(long long a, int b) { return (int)a + b; }\n",
}  # fmt: skip
CXX_SOURCES = {
    "cxx": "namespace n { int h(const char *, int); struct S { virtual ~S(); virtual void f(); }; }\n"
    'n::S s; int main() { return n::h("a", 1); }\n',
}
ASSEMBLY = {
    # a reference from kept.s into the comdat group that keeper.s has won
    "keeper": '.section .text.pair,"axG",%progbits,pair,comdat\n.globl pair\npair: .byte 1\n'
    ".text\n.globl _start\n_start: .byte 0\n",
    "loser": '.section .text.pair,"axG",%progbits,pair,comdat\n.globl pair\npair: .byte 1\n.Llost: .byte 2\n'
    '.section .other,"aw"\n.long .Llost\n',
    # the address of a byte does not fit in two bytes
    "narrow": ".data\n.globl wide\nwide: .byte 0\n.text\n.globl _start\n_start: .2byte wide\n",
    "versioned": ".globl api\n.text\napi: .byte 0\n.symver api, api@NOSUCH_1\n",
    "stacked": '.section .note.GNU-stack,"x",%progbits\n.text\n.globl _start\n_start: .byte 0\n',
}
SCRIPTS = {
    "garbage.o": "GARBAGE that is no object\n",
    "broken.ld": "SECTIONS { .text : { *(.text) }\n",
    "small.ld": "MEMORY { rom (rx) : ORIGIN = 0x1000, LENGTH = 4 }\n"
    "SECTIONS { .text : { *(.text*) } > rom /DISCARD/ : { *(.comment* .note* .eh_frame*) } }\n",
    "wanting.ld": "top = missing_name + 4;\nSECTIONS { .text : { *(.text*) } }\n",
    "bad.map": "VERS_1 { global: api; local: *\n",
}


def make_inputs(flavour: str, folder: Path) -> None:
    """All inputs of a target below `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in SCRIPTS.items():
        (folder / name).write_text(text)
    if flavour in ("avr", "h8300"):
        _make_small(flavour, folder)
        return
    _make_compiled(flavour, folder)
    if flavour == "elf-x86_64":
        _make_native(folder)


def clang(folder: Path, triple: str, *arguments: str) -> None:
    environment = QUIET | {"LD_LIBRARY_PATH": str(CLANG_LIBRARIES)}
    subprocess.run(
        [CLANG, f"--target={triple}", *arguments], cwd=folder, env=environment, check=True
    )


def run(folder: Path, command: str, **environment: str) -> None:
    subprocess.run(command.split(), cwd=folder, env=QUIET | environment, check=True)


def _make_compiled(flavour: str, folder: Path) -> None:
    triple = TRIPLES[flavour]
    common = ("-fPIC",) if flavour not in ("wasm", "coff") else ()
    for name, text in C_SOURCES.items():
        (folder / f"{name}.c").write_text(text)
        clang(folder, triple, *common, "-c", f"{name}.c", "-o", f"{name}.o")
    (folder / "debugged.c").write_text(C_SOURCES["calls"])
    clang(
        folder,
        triple,
        *common,
        "-gdwarf-4" if flavour != "coff" else "-g",
        "-fdebug-compilation-dir=/src",
        "-c",
        "debugged.c",
        "-o",
        "debugged.o",
    )
    for name, text in CXX_SOURCES.items():
        (folder / f"{name}.cc").write_text(text)
        clang(
            folder,
            triple,
            *common,
            "-Wno-stdlibcxx-not-found",
            "-c",
            f"{name}.cc",
            "-o",
            f"{name}.o",
        )
    clang(folder, triple, "-fno-pic", "-O2", "-c", "unfit.c", "-o", "nopic.o")
    other = "aarch64-linux-gnu" if flavour != "elf-aarch64" else "x86_64-linux-gnu"
    if flavour in ("coff", "macho"):
        other = {"coff": "aarch64-pc-windows-msvc", "macho": "x86_64-apple-macos11"}[flavour]
    clang(folder, other, "-c", "first.c", "-o", "foreign.o")
    run(folder, "llvm-ar rcs libcalls.a calls.o")
    run(folder, "llvm-ar rcs libtwin.a first.o")
    (folder / "cut.o").write_bytes((folder / "fine.o").read_bytes()[:100])
    if flavour.startswith("elf"):
        for name, text in ASSEMBLY.items():
            if name == "narrow" and flavour == "elf-riscv64":
                continue  # has no relocation of two bytes
            (folder / f"{name}.s").write_text(text)
            clang(folder, triple, "-c", f"{name}.s", "-o", f"{name}.o")


def _make_native(folder: Path) -> None:
    """What only the machine's own gcc makes: shared libraries, LTO objects."""
    run(folder, "gcc -shared -nostdlib inner.o -o libinner.so")
    run(folder, "gcc -shared -nostdlib outer.o -o libouter.so -L. -linner")
    run(folder, "gcc -shared -nostdlib outer.o -o libneedy.so")
    run(folder, "gcc -flto -fno-fat-lto-objects -c calls.c -o slim.o")
    (folder / "stale.o").write_bytes(_of_other_version(folder / "slim.o"))
    (folder / "lib32").mkdir()
    clang(folder, "i386-linux-gnu", "-c", "first.c", "-o", "lib32/first.o")
    run(folder, "ar rcs lib32/libtwin.a lib32/first.o")
    rustc = shutil.which("rustc")
    if rustc:
        (folder / "newer.rs").write_text(
            '#![no_std]\n#[no_mangle]\npub extern "C" fn newer() -> i32 { 1 }\n'
        )
        run(
            folder,
            f"{rustc} --crate-type lib -O --emit llvm-bc newer.rs -o newer.bc",
            HOME=os.environ["HOME"],
        )


def _of_other_version(path: Path) -> bytes:
    """gcc's LTO object as its predecessor would mark it: the major version opens a section."""
    command = ["readelf", "-SW", str(path)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"\.gnu\.lto_\.lto\.\S+\s+PROGBITS\s+\S+\s+([0-9a-f]+)", listed)
    assert found, "gcc's LTO sections are named otherwise"
    data = bytearray(path.read_bytes())
    data[int(found[1], 16)] -= 1
    return bytes(data)


def _make_small(flavour: str, folder: Path) -> None:
    """Assembly for the targets whose old binutils are packaged."""
    call = "call " if flavour == "avr" else "jsr @"
    assembler = f"{BOOKWORM}/avr-as -mmcu=avr5" if flavour == "avr" else f"{BOOKWORM}/h8300-hms-as"
    archiver = BOOKWORM / ("avr-ar" if flavour == "avr" else "h8300-hms-ar")
    texts = {
        "calls": _calls(call),
        "first": _function("twin", []),
        "second": _function("twin", []) + _function("main", []),
        "fine": _function("main", []),
        "one": _function("main", [f"{call}lone"]),
    }
    for name, text in texts.items():
        (folder / f"{name}.s").write_text(text)
        run(folder, f"{assembler} {name}.s -o {name}.o")
    run(folder, f"{archiver} rcs libcalls.a calls.o")
    clang(folder, "x86_64-linux-gnu", "-c", "-xc", "/dev/null", "-o", "foreign.o")
    (folder / "cut.o").write_bytes((folder / "fine.o").read_bytes()[:30])


def _function(name: str, body: list[str]) -> str:
    lines = "".join(f"\t{line}\n" for line in body)
    return f"\t.text\n\t.global {name}\n{name}:\n{lines}\tnop\n"


def _calls(call: str) -> str:
    def to(*names: str) -> list[str]:
        return [f"{call}{name}" for name in names]

    text = _function("f1", to(*["foo"] * 3)) + _function("f2", to(*["foo"] * 4, "bar"))
    return text + _function("main", to("foo")) + "\t.data\np:\t.word data\n"
