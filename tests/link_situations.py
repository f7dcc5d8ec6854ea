"""Link lines that decide differently by order, binding, visibility, version or machine.

`SITUATIONS` are small programs with the line that links them; `link` runs a real linker over one
and tells from its own trace (`-y`) who defined each name and what stayed open.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LINKERS = {
    "ld.bfd": "in order", "ld.gold": "in order", "ld.lld": "any order", "mold": "any order",
}  # fmt: skip
MAIN = "int foo(void); int main(void) { return foo(); }"


@dataclass(frozen=True)
class Situation:
    """`sources`: object -> C text; `archives`: archive -> objects; `shared`: library -> objects.

    `names`: what is looked at; `flags`: object or library -> words for the compiler; `after`:
    commands before the link; `files`: other files.
    """

    line: str
    sources: dict[str, str]
    archives: dict[str, list[str]] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    names: tuple[str, ...] = ("foo",)
    flags: dict[str, list[str]] = field(default_factory=dict)
    after: tuple[tuple[str, ...], ...] = ()
    files: dict[str, str] = field(default_factory=dict)


FOO = "int foo(void) { return 1; }"
FOO_BAR = "int bar(void); int foo(void) { return bar(); }"
BAR_FOO = "int foo(void); int bar(void) { return 0; } int baz(void) { return foo(); }"

SITUATIONS = {
    "archive after its user": Situation(
        "m.o liba.a", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "archive before its user": Situation(
        "liba.a m.o", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "archives in the wrong order": Situation(
        "m.o libb.a liba.a",
        {"m.o": MAIN, "a.o": FOO_BAR, "b.o": BAR_FOO},
        {"liba.a": ["a.o"], "libb.a": ["b.o"]},
        names=("foo", "bar"),
    ),
    "archives in a group": Situation(
        "m.o --start-group libb.a liba.a --end-group",
        {"m.o": MAIN, "a.o": FOO_BAR, "b.o": BAR_FOO},
        {"liba.a": ["a.o"], "libb.a": ["b.o"]},
        names=("foo", "bar"),
    ),
    "archives that need each other": Situation(
        "m.o liba.a libb.a",
        {
            "m.o": MAIN,
            "a.o": FOO_BAR,
            "a2.o": "int qux(void) { return 3; }",
            "b.o": "int qux(void); int bar(void) { return qux(); }",
        },
        {"liba.a": ["a.o", "a2.o"], "libb.a": ["b.o"]},
        names=("foo", "bar", "qux"),
    ),
    "archive named twice": Situation(
        "m.o liba.a libb.a liba.a",
        {
            "m.o": MAIN,
            "a.o": FOO_BAR,
            "a2.o": "int qux(void) { return 3; }",
            "b.o": "int qux(void); int bar(void) { return qux(); }",
        },
        {"liba.a": ["a.o", "a2.o"], "libb.a": ["b.o"]},
        names=("foo", "bar", "qux"),
    ),
    "weak want takes no member": Situation(
        "m.o liba.a",
        {
            "m.o": "__attribute__((weak)) int foo(void); int main(void) { return foo ? foo() : 0; }",
            "a.o": FOO,
        },
        {"liba.a": ["a.o"]},
    ),
    "weak and strong want": Situation(
        "m.o n.o liba.a",
        {
            "m.o": "__attribute__((weak)) int foo(void); int main(void) { return foo ? foo() : 0; }",
            "n.o": "int foo(void); int other(void) { return foo(); }",
            "a.o": FOO,
        },
        {"liba.a": ["a.o"]},
    ),
    "weak definition is enough for an archive": Situation(
        "m.o w.o liba.a",
        {"m.o": MAIN, "w.o": "__attribute__((weak)) int foo(void) { return 2; }", "a.o": FOO},
        {"liba.a": ["a.o"]},
    ),
    "strong definition beats a weak one": Situation(
        "m.o w.o a.o",
        {"m.o": MAIN, "w.o": "__attribute__((weak)) int foo(void) { return 2; }", "a.o": FOO},
    ),
    "two strong definitions": Situation(
        "m.o a.o b.o", {"m.o": MAIN, "a.o": FOO, "b.o": "int foo(void) { return 2; }"}
    ),
    "member that brings a second definition": Situation(
        "m.o a.o liba.a",
        {
            "m.o": "int foo(void), bar(void); int main(void) { return foo() + bar(); }",
            "a.o": FOO,
            "b.o": "int foo(void) { return 2; } int bar(void) { return 1; }",
        },
        {"liba.a": ["b.o"]},
        names=("foo", "bar"),
    ),
    "archive taken whole": Situation(
        "--whole-archive liba.a --no-whole-archive m.o",
        {"m.o": MAIN, "a.o": FOO},
        {"liba.a": ["a.o"]},
    ),
    "hidden among objects": Situation(
        "m.o a.o",
        {"m.o": MAIN, "a.o": '__attribute__((visibility("hidden"))) int foo(void) { return 1; }'},
    ),
    "hidden in a shared object": Situation(
        "m.o libs.so",
        {"m.o": MAIN, "a.o": '__attribute__((visibility("hidden"))) int foo(void) { return 1; }'},
        shared={"libs.so": ["a.o"]},
    ),
    "local definition": Situation(
        "m.o a.o",
        {
            "m.o": MAIN,
            "a.o": "static int foo(void) { return 1; } int (*use(void))(void) { return foo; }",
        },
    ),
    "shared object before an archive": Situation(
        "m.o libs.so liba.a",
        {"m.o": MAIN, "a.o": FOO, "s.o": FOO},
        {"liba.a": ["a.o"]},
        {"libs.so": ["s.o"]},
    ),
    "archive before a shared object": Situation(
        "m.o liba.a libs.so",
        {"m.o": MAIN, "a.o": FOO, "s.o": FOO},
        {"liba.a": ["a.o"]},
        {"libs.so": ["s.o"]},
    ),
    "only an old version": Situation(
        "m.o libs.so",
        {
            "m.o": MAIN,
            "s.o": '__asm__(".symver foo_1, foo@V1"); int foo_1(void) { return 1; }',
        },
        shared={"libs.so": ["s.o"]},
        flags={"libs.so": ["-Wl,--version-script=v.map"]},
        files={"v.map": "V1 { local: *; };"},
    ),
    "default version": Situation(
        "m.o libs.so",
        {
            "m.o": MAIN,
            "s.o": '__asm__(".symver foo_2, foo@@V2"); int foo_2(void) { return 1; }',
        },
        shared={"libs.so": ["s.o"]},
        flags={"libs.so": ["-Wl,--version-script=v.map"]},
        files={"v.map": "V2 { local: *; };"},
    ),
    "archive without an index": Situation(
        "m.o liba.a",
        {"m.o": MAIN, "a.o": FOO},
        {"liba.a": ["a.o"]},
        after=(("ar", "rcS", "new.a", "a.o"), ("mv", "new.a", "liba.a")),
    ),
    "object of another machine in an archive": Situation(
        "m.o liba.a",
        {"m.o": MAIN, "a.o": FOO},
        {"liba.a": ["a.o"]},
        flags={"a.o": ["-m32"]},
    ),
    "common symbols": Situation(
        "m.o a.o",
        {"m.o": "int foo; int main(void) { return foo; }", "a.o": "int foo;"},
        flags={"m.o": ["-fcommon"], "a.o": ["-fcommon"]},
    ),
    "common beside a strong definition": Situation(
        "m.o a.o",
        {"m.o": "int foo; int main(void) { return foo; }", "a.o": "int foo = 3;"},
        flags={"m.o": ["-fcommon"]},
    ),
    "groups of equal code": Situation(
        "m.o a.o b.o",
        {
            "m.o": MAIN,
            "a.o": '__asm__(".section .text.foo,\\"axG\\",@progbits,foo,comdat\\n.globl foo\\nfoo: ret");',
            "b.o": '__asm__(".section .text.foo,\\"axG\\",@progbits,foo,comdat\\n.globl foo\\nfoo: ret");',
        },
    ),
    "nobody defines it": Situation("m.o a.o", {"m.o": MAIN, "a.o": "int bar(void) { return 1; }"}),
    "bytecode without the plugin": Situation(
        "m.o a.o", {"m.o": MAIN, "a.o": FOO}, flags={"a.o": ["-flto", "-fno-fat-lto-objects"]}
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Linked:
    """What a linker said: name -> who defines it; names left open; names defined twice.

    `is_cut`: it gave up over a file before it had resolved the line.
    """

    by: dict[str, list[str]]
    open: frozenset[str]
    doubled: frozenset[str]
    is_cut: bool = False


def build(situation: Situation, folder: Path) -> None:
    """Compile and archive what the situation needs."""
    for name, text in situation.files.items():
        (folder / name).write_text(text)
    for name, text in situation.sources.items():
        source = (folder / name).with_suffix(".c")
        source.write_text(text + "\n")
        flags = ["-fno-stack-protector", "-fPIC", *situation.flags.get(name, [])]
        _run(folder, "gcc", "-c", "-o", name, source.name, *flags)
    for name, members in situation.archives.items():
        _run(folder, "ar", "rcs", name, *members)
    for name, members in situation.shared.items():
        words = [*situation.flags.get(name, []), "-nostdlib"]
        _run(folder, "gcc", "-shared", "-o", name, *members, *words)
    for command in situation.after:
        _run(folder, *command)


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


_DEFINED = re.compile(r"(?:\S*: )??(?P<by>\S+): (?:common |shared )?definition of (?P<name>\w+)")
_OPEN = re.compile(r"undefined (?:reference to|symbol:) [`']?(?P<name>\w+)")
_DOUBLED = re.compile(
    r"(?:multiple definition of [`']|duplicate symbol: (?:\S+: \S+: )?)(?P<name>\w+)"
)
# A file that a linker refuses, so that it stops or passes it over.
_CUT = re.compile(r"incompatible|no index|no archive symbol table|LTO object|lto object")


def link(situation: Situation, linker: str, folder: Path) -> Linked:
    """Run a linker over the line of the situation."""
    trace = [word for name in situation.names for word in ("-y", name)]
    command = [linker, "-e", "main", "-o", "out", *trace, *situation.line.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    by: dict[str, list[str]] = {}
    for found in _DEFINED.finditer(text):
        by.setdefault(found["name"], []).append(found["by"])
    return Linked(
        by,
        frozenset(found["name"] for found in _OPEN.finditer(text)),
        frozenset(found["name"] for found in _DOUBLED.finditer(text)),
        _CUT.search(text) is not None,
    )
