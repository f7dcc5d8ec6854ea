"""Link lines that decide differently by order, binding, visibility, version or machine.

`SITUATIONS` are small programs with the line that links them; `link` runs a real linker over one
and tells from its own trace (`-y`) who defined each name and what stayed open.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LINKERS = {"ld.bfd": "ld.bfd", "ld.gold": "gold", "ld.lld": "lld", "mold": "mold"}  # rules
MAIN = "int foo(void); int main(void) { return foo(); }"


@dataclass(frozen=True)
class Situation:
    """`sources`: object -> C text; `archives`: archive -> objects; `shared`: library -> objects.

    `names`: what is looked at; `flags`: object or library -> words for the compiler; `after`:
    commands before the link; `files`: other files. `driver`: link with gcc, which
    passes its plugin and makes a program that can stand anywhere.
    """

    line: str
    sources: dict[str, str]
    archives: dict[str, list[str]] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    names: tuple[str, ...] = ("foo",)
    flags: dict[str, list[str]] = field(default_factory=dict)
    after: tuple[tuple[str, ...], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    driver: bool = False


FOO = "int foo(void) { return 1; }"
FOO_BAR = "int bar(void); int foo(void) { return bar(); }"
BAR_FOO = "int foo(void); int bar(void) { return 0; } int baz(void) { return foo(); }"
WEAK_FOO = "__attribute__((weak)) int foo(void) { return 2; }"
HIDDEN_FOO = '__attribute__((visibility("hidden"))) int foo(void) { return 1; }'
WEAK_MAIN = "__attribute__((weak)) int foo(void); int main(void) { return foo ? foo() : 0; }"
DATA_MAIN = "extern int foo; int main(void) { return foo; }"
TWO_MAIN = "int foo(void), bar(void); int main(void) { return foo() + bar(); }"
USE_BAR = "int bar(void); int main(void) { return bar(); }"
COMMON = {"c.o": ["-fcommon"]}
BAR_USES_FOO = "int foo(void); int bar(void) { return foo(); }"

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
    "member taken first, then an object with the name": Situation(
        "m.o liba.a b.o", {"m.o": MAIN, "a.o": FOO, "b.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "member taken for another name beside an object": Situation(
        "m.o liba.a b.o",
        {"m.o": TWO_MAIN, "a.o": f"{FOO} int bar(void) {{ return 1; }}", "b.o": FOO},
        {"liba.a": ["a.o"]},
        names=("foo", "bar"),
    ),
    "archive, user, object": Situation(
        "liba.a m.o b.o", {"m.o": MAIN, "a.o": FOO, "b.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "weak member, then a strong member": Situation(
        "m.o libw.a liba.a",
        {"m.o": MAIN, "w.o": WEAK_FOO, "a.o": FOO},
        {"libw.a": ["w.o"], "liba.a": ["a.o"]},
    ),
    "weak member, user, strong member": Situation(
        "libw.a m.o liba.a",
        {"m.o": MAIN, "w.o": WEAK_FOO, "a.o": FOO},
        {"libw.a": ["w.o"], "liba.a": ["a.o"]},
    ),
    "object named twice": Situation("m.o a.o a.o", {"m.o": MAIN, "a.o": FOO}),
    "common, then a member with data": Situation(
        "m.o c.o libd.a",
        {"m.o": DATA_MAIN, "c.o": "int foo;", "d.o": "int foo = 5;"},
        {"libd.a": ["d.o"]},
        flags=COMMON,
    ),
    "member with a common, then one with data": Situation(
        "m.o libc.a libd.a",
        {"m.o": DATA_MAIN, "c.o": "int foo;", "d.o": "int foo = 5;"},
        {"libc.a": ["c.o"], "libd.a": ["d.o"]},
        flags=COMMON,
    ),
    "member with data before a common": Situation(
        "libd.a c.o m.o",
        {"m.o": DATA_MAIN, "c.o": "int foo;", "d.o": "int foo = 5;"},
        {"libd.a": ["d.o"]},
        flags=COMMON,
    ),
    "wanted by a shared object only": Situation(
        "m.o libu.so", {"m.o": USE_BAR, "u.o": BAR_USES_FOO}, shared={"libu.so": ["u.o"]}
    ),
    "hidden from the shared object that wants it": Situation(
        "m.o libu.so h.o", {"m.o": USE_BAR, "u.o": BAR_USES_FOO, "h.o": HIDDEN_FOO},
        shared={"libu.so": ["u.o"]},
    ),
    "member for a shared object": Situation(
        "m.o libu.so liba.a", {"m.o": USE_BAR, "u.o": BAR_USES_FOO, "a.o": FOO},
        {"liba.a": ["a.o"]}, {"libu.so": ["u.o"]},
    ),
    "archive before the shared object that wants it": Situation(
        "m.o liba.a libu.so", {"m.o": USE_BAR, "u.o": BAR_USES_FOO, "a.o": FOO},
        {"liba.a": ["a.o"]}, {"libu.so": ["u.o"]},
    ),
    "wanted by a shared object whose library is not given": Situation(
        "m.o libu.so", {"m.o": USE_BAR, "u.o": BAR_USES_FOO, "s.o": FOO},
        shared={"liblow.so": ["s.o"], "libu.so": ["u.o", "liblow.so"]},
        flags={"liblow.so": ["-Wl,-soname,liblow.so"]},
    ),
    "wanted by a shared object whose library is given": Situation(
        "m.o libu.so liblow.so", {"m.o": USE_BAR, "u.o": BAR_USES_FOO, "s.o": FOO},
        shared={"liblow.so": ["s.o"], "libu.so": ["u.o", "liblow.so"]},
        flags={"liblow.so": ["-Wl,-soname,liblow.so"]},
    ),
    "object of another machine": Situation(
        "m.o c.o a.o", {"m.o": MAIN, "c.o": "int other;", "a.o": FOO}, flags={"c.o": ["-m32"]}
    ),
    "variable of a thread, plain want": Situation(
        "m.o t.o", {"m.o": DATA_MAIN, "t.o": "__thread int foo = 1;"}, driver=True
    ),
    "variable of a thread, plain want, fixed place": Situation(
        "-no-pie m.o t.o", {"m.o": DATA_MAIN, "t.o": "__thread int foo = 1;"}, driver=True,
        flags={"m.o": ["-fno-pie"]},
    ),
    "variable of a thread wanted so, defined plainly": Situation(
        "m.o t.o", {"m.o": DATA_MAIN.replace("int foo", "__thread int foo"), "t.o": "int foo = 1;"},
        driver=True,
    ),
    "variable of a thread": Situation(
        "m.o t.o",
        {"m.o": DATA_MAIN.replace("int foo", "__thread int foo"), "t.o": "__thread int foo = 1;"},
        flags={"m.o": ["-fno-pic"]},
    ),
    "bytecode with the plugin": Situation(
        "m.o a.o", {"m.o": MAIN, "a.o": FOO}, driver=True,
        flags={"a.o": ["-flto", "-fno-fat-lto-objects"]},
    ),
    "bytecode in an archive with the plugin": Situation(
        "m.o liba.a", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]}, driver=True,
        flags={"a.o": ["-flto", "-fno-fat-lto-objects"]},
        after=(("gcc-ar", "rcs", "liba.a", "a.o"),),
    ),
    "asked for by -u": Situation(
        "libb.a m.o liba.a -u foo", {"m.o": WEAK_MAIN, "a.o": FOO, "b.o": FOO},
        {"liba.a": ["a.o"], "libb.a": ["b.o"]},
    ),
    "-u of a name that is nowhere": Situation(
        "-u bar m.o --undefined=baz a.o", {"m.o": MAIN, "a.o": FOO}, names=("foo", "bar", "baz")
    ),
    "--defsym alone": Situation("--defsym=foo=main m.o", {"m.o": MAIN}),
    "--defsym before an archive": Situation(
        "--defsym=foo=main m.o liba.a", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "--defsym behind an archive": Situation(
        "m.o liba.a --defsym foo=main", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "--defsym beside a definition": Situation(
        "m.o a.o --defsym=foo=main", {"m.o": MAIN, "a.o": FOO}
    ),
    "--wrap without the wrapper": Situation(
        "--wrap=foo m.o a.o", {"m.o": MAIN, "a.o": FOO}, names=("foo", "__wrap_foo")
    ),
    "--wrap with the wrapper in an archive": Situation(
        "--wrap=foo m.o libw.a",
        {"m.o": MAIN, "w.o": "int __real_foo(void); int __wrap_foo(void) { return __real_foo(); }"},
        {"libw.a": ["w.o"]}, names=("foo", "__wrap_foo"),
    ),
    "--wrap whose wrapper calls the real one": Situation(
        "--wrap=foo m.o w.o liba.a",
        {"m.o": MAIN, "a.o": FOO,
         "w.o": "int __real_foo(void); int __wrap_foo(void) { return __real_foo(); }"},
        {"liba.a": ["a.o"]}, names=("foo", "__wrap_foo"),
    ),
    "--start-lib behind its user": Situation(
        "m.o --start-lib a.o b.o --end-lib",
        {"m.o": MAIN, "a.o": "int bar(void) { return 1; }", "b.o": FOO_BAR}, names=("foo", "bar"),
    ),
    "--start-lib before its user": Situation(
        "--start-lib a.o --end-lib m.o", {"m.o": MAIN, "a.o": FOO}
    ),
    "-l with a file name": Situation(
        "m.o -L. -l:liba.a", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]}
    ),
    "words of a compiler": Situation(
        "-Wl,--whole-archive,liba.a -Wl,--no-whole-archive m.o", {"m.o": MAIN, "a.o": FOO},
        {"liba.a": ["a.o"]}, driver=True,
    ),
    "--as-needed before its user": Situation(
        "--as-needed libs.so m.o",
        {"m.o": MAIN, "s.o": FOO},
        shared={"libs.so": ["s.o"]},
    ),
    "--as-needed before its user, then an archive": Situation(
        "--as-needed libs.so m.o liba.a",
        {"m.o": MAIN, "s.o": FOO, "a.o": FOO},
        {"liba.a": ["a.o"]},
        {"libs.so": ["s.o"]},
    ),
    "archive without an index that nobody needs": Situation(
        "m.o a.o libb.a",
        {"m.o": MAIN, "a.o": FOO, "b.o": FOO},
        {"libb.a": ["b.o"]},
        after=(("ar", "rcS", "new.a", "b.o"), ("mv", "new.a", "libb.a")),
    ),
    "weak want before a shared object's": Situation(
        "m.o libu.so", {"m.o": WEAK_MAIN, "u.o": BAR_USES_FOO}, shared={"libu.so": ["u.o"]}
    ),
    "weak want behind a shared object's": Situation(
        "libu.so m.o", {"m.o": WEAK_MAIN, "u.o": BAR_USES_FOO}, shared={"libu.so": ["u.o"]}
    ),
    "--defsym beside two definitions": Situation(
        "m.o a.o b.o --defsym=foo=main", {"m.o": MAIN, "a.o": FOO, "b.o": FOO}
    ),
    "linker script that names an archive": Situation(
        "m.o libs.so", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]},
        files={"libs.so": "/* GNU ld script */\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( liba.a )\n"},
    ),
    "linker script before its user": Situation(
        "libs.so m.o", {"m.o": MAIN, "a.o": FOO}, {"liba.a": ["a.o"]},
        files={"libs.so": "INPUT(liba.a)\n"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Linked:
    """What a linker said: name -> who defines it; names left open; names defined twice.

    `is_cut`: it gave up over a file before it had resolved the line. `is_linked`: it made a program.
    """

    by: dict[str, list[str]]
    open: frozenset[str]
    doubled: frozenset[str]
    is_cut: bool = False
    is_linked: bool = False


def build(situation: Situation, folder: Path) -> None:
    """Compile and archive what the situation needs."""
    for name, text in situation.files.items():
        (folder / name).write_text(text)
    for name, text in situation.sources.items():
        flags = ["-fno-stack-protector", "-fPIC", *situation.flags.get(name, [])]
        _object(text, tuple(flags), folder / name)
    for name, members in situation.archives.items():
        _run(folder, "ar", "rcs", name, *members)
    for name, members in situation.shared.items():
        words = [*situation.flags.get(name, []), "-nostdlib"]
        _run(folder, "gcc", "-shared", "-o", name, *members, *words)
    for command in situation.after:
        _run(folder, *command)


_MADE: dict[tuple[str, tuple[str, ...]], bytes] = {}


def _object(text: str, flags: tuple[str, ...], path: Path) -> None:
    """Most situations share their sources: each text is compiled once."""
    source = path.with_suffix(".c")
    source.write_text(text + "\n")
    if (text, flags) not in _MADE:
        _run(path.parent, "gcc", "-c", "-o", path.name, source.name, *flags)
        _MADE[text, flags] = path.read_bytes()
    path.write_bytes(_MADE[text, flags])


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


_DEFINED = re.compile(r"(?:\S*: )??(?P<by>\S+): (?:common |shared )?definition of (?P<name>\w+)")
_OPEN = re.compile(r"undefined (?:reference to|symbol:) [`']?(?P<name>\w+)")
_DOUBLED = re.compile(
    r"(?:multiple definition of [`']|duplicate symbol: (?:\S+: \S+: )?)(?P<name>\w+)"
)
# A file that a linker refuses, so that it stops or passes it over.
_CUT = re.compile(
    r"incompatible|no index|no archive symbol table|LTO object|lto object|wrong format|unsupported ELF"
)


def link(situation: Situation, linker: str, folder: Path) -> Linked:
    """Run a linker over the line of the situation."""
    trace = [word for name in situation.names for word in ("-y", name)]
    command = [linker, "-e", "main", "-o", "out", *trace, *situation.line.split()]
    if situation.driver:
        words = [f"-fuse-ld={linker.removeprefix('ld.')}", "-nostdlib", "-Wl,-e,main"]
        traced = [f"-Wl,{','.join(trace)}"]
        command = ["gcc", *words, *traced, "-o", "out", *situation.line.split()]
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
        done.returncode == 0,
    )
