"""Sources that real linkers fail on, links of them, and the rows that their words make."""

from __future__ import annotations

import subprocess
from pathlib import Path

from diag import schema
from diag.read.linkers import parse_link_errors
from tests.tools import need

LINKERS = ("bfd", "gold", "lld", "mold")
SOURCES = {
    # f1 calls foo three times, f2 four times and bar once, main once; p holds the address of data
    "a.c": "int foo(int); int bar(void); extern int data; int *p = &data;\n"
    "int f1(void) { return foo(1) + foo(2) + foo(3); }\n"
    "int f2(void) { return foo(4) + foo(5) + foo(6) + foo(7) + bar(); }\n"
    "int main(void) { return f1() + f2() + foo(9); }\n",
    "d.c": "int dup(void) { return 1; }\n",
    "e.c": "int dup(void) { return 2; }\nint main(void) { return dup(); }\n",
    "ok.c": "int main(void) { return 0; }\n",
    "pic.c": "extern int x; int *get(void) { return &x; }\n",
    "far.c": "extern char far[]; char *get(void) { return far; }\n",
    "tls1.c": "extern int level; int main(void) { return level; }\n",
    "tls2.c": "__thread int level;\n",
    "libb.c": "int inner(void) { return 1; }\n",
    "liba.c": "int inner(void); int outer(void) { return inner(); }\n",
    "dso.c": "int outer(void); int inner(void); int main(void) { return outer() + inner(); }\n",
    "warn.c": "#include <stdio.h>\nint main(void) { char b[L_tmpnam]; return tmpnam(b) == 0; }\n",
    "cpp.cc": "namespace n { int h(const char *, int); struct S { virtual ~S(); virtual void f(); }; }\n"
    'n::S s; int main() { return n::h("a", 1); }\n',
}
STEPS = (
    "gcc -fno-pic -c ok.c d.c e.c pic.c far.c tls1.c tls2.c dso.c warn.c",
    "gcc -c a.c",
    "gcc -g -c a.c -o ag.o",
    "g++ -fno-pic -c cpp.cc",
    "ar rcs liba_archive.a a.o",
    "gcc -shared -fPIC libb.c -o libb.so",
    "gcc -shared -fPIC liba.c -o liba.so -L. -lb",
)


def link(folder: Path, linker: str, arguments: str) -> tuple[int, str]:
    """The exit status and the words of a link."""
    need(f"ld.{linker}")
    command = ["gcc", f"-fuse-ld={linker}", *arguments.split(), "-o", "out"]
    ran = subprocess.run(
        command, cwd=folder, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    return ran.returncode, ran.stderr.decode()


def rows_of(text: str) -> list[dict]:
    """The rows of a log, put through the frame's own check."""
    rows = parse_link_errors(text)
    schema.check(schema.make("link_errors", rows), "link_errors")
    return rows


def said(rows: list[dict], *columns: str) -> set[tuple]:
    return {tuple(row[column] for column in columns) for row in rows}
