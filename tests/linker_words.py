"""What three linkers print of failed links, and lines that no linker prints."""

from __future__ import annotations

BFD = """\
/usr/bin/ld: src/a.o: in function `main':
a.c:(.text+0x5): undefined reference to `foo'
/usr/bin/ld: a.c:(.text+0xf): undefined reference to `bar(int)'
/usr/bin/ld: b.o: relocation R_X86_64_32 against symbol `far' can not be used when making a shared object; recompile with -fPIC
/usr/bin/ld: b.o:b.c:(.text+0x0): multiple definition of `dup'; a.o:a.c:(.text+0x0): first defined here
/usr/bin/ld: cannot find -lnone: No such file or directory
collect2: error: ld returned 1 exit status"""
LLD = """\
ld.lld: error: undefined symbol: foo
>>> referenced by a.c:3 (/src/a.c:3)
>>>               a.o:(main)
>>> referenced 2 more times
ld.lld: error: unable to find library -lnone
collect2: error: ld returned 1 exit status"""
GOLD = """\
a.o:a.c:function main: error: undefined reference to 'foo'
b.o:b.c:function f: error: undefined reference to 'bar(int)'
/usr/bin/ld.gold: error: cannot find -lnone
collect2: error: ld returned 1 exit status"""
WORDS = {"bfd": BFD, "lld": LLD, "gold": GOLD}
PLAIN = [
    "   Compiling x v1.0.0", "    Finished release", "[ 50%] Building C object a.c.o", "", "ok",
    "warning: the kernel is skipped", "warning: unused variable: `y`", " --> src/m.rs:1:2", "  |",
    "CC=gcc", "gcc -c a.c -o a.o", "gcc -o app a.o -lm", "+ ar crs libx.a a.o", "Killed",
    "a.c:1:2: error: no", "\u2018quoted\u2019", "\x1b[1mwarning\x1b[0m: bold", "50%\r100%", "tab\there",
    "[output clipped, log limit 2MiB reached]", "#3 1.0 not a step", '{"reason":"compiler-artifact"}',
]  # fmt: skip
