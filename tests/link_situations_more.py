"""Link lines that decide differently by commons, bytecode, threads, or words that change names."""

from __future__ import annotations

from tests.situation import (
    BAR_USES_FOO,
    COMMON,
    DATA_MAIN,
    FOO,
    FOO_BAR,
    HIDDEN_FOO,
    MAIN,
    TWO_MAIN,
    USE_BAR,
    WEAK_FOO,
    WEAK_MAIN,
    Situation,
)

MORE = {
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
