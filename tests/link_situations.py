"""Link lines that decide differently by order, binding, visibility, version or machine.

`SITUATIONS` are small programs with the line that links them (tests/situation.py): those of this
module, then those of tests/link_situations_more.py.
"""

from __future__ import annotations

from tests.link_situations_more import MORE
from tests.situation import (
    BAR_FOO,
    FOO,
    FOO_BAR,
    MAIN,
    Situation,
)

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
    **MORE,
}  # fmt: skip
