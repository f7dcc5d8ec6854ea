"""The third set, half of it once held out: C libraries, compiler runtimes and C++ runtimes that do not fit."""

from __future__ import annotations

from situation import Situation

MAIN_C = "$(CC) -O2 -c -o main.o main.c\n"
TROVE = {
    "main.c": "int trove_read(const char *path, char *out, unsigned long n);\nint main(int argc, char **argv) { char b[32]; return trove_read(argv[0], b, sizeof b); }"
}
TROVE_MADE = (
    'mkdir -p libs/release; printf \'#include <stdio.h>\\n#include <unistd.h>\\n#include <execinfo.h>\\nint trove_read(const char *p, char *o, unsigned long n) { char b[64]; FILE *f = fopen(p, "rb"); long k = fread(b, 1, n, f) + read(0, b, n); fgets(b, n, f); snprintf(o, n, "%%s", b); return k + backtrace((void **)o, 4); }\n\' > t.c;'
    " $GLIBC_CC -O2 -D_FORTIFY_SOURCE=2 -fno-stack-protector -c -o trove.o t.c; $AR rcs libs/release/libtrove.a trove.o; rm t.c trove.o"
)
TAIL = {
    "tail.c": '#define _GNU_SOURCE\n#include <stdio.h>\n#include <sys/stat.h>\nlong tail_from(const char *path) {\n  struct stat64 st;\n  FILE *f = fopen64(path, "r");\n  stat64(path, &st);\n  fseeko64(f, st.st_size, 0);\n  return ftello64(f);\n}\nint main(int c, char **v) { return tail_from(v[0]) != 0; }'
}
RING = {
    "ring.c": "#include <sys/mman.h>\nvoid *mmap64();\nint lockf64();\nvoid *ring_map(int fd, unsigned long n) { return mmap64(0L, n, 3, 1, fd, 0L); }\nint ring_lock(int fd) { return lockf64(fd, 1, 0L); }",
    "main.c": "void *ring_map(int, unsigned long);\nint ring_lock(int);\nint main(int c, char **v) { return ring_map(c, 64) == 0 || ring_lock(c); }",
}
WASM_GO = {
    "go.mod": "module example.org/wasmhost\n\ngo 1.19\n",
    "host.go": 'package main\n\n// #cgo LDFLAGS: -L${SRCDIR}/third_party/wasm -lwasmrt\n// long wasm_parse(const char *s);\nimport "C"\n\nfunc main() {\n\tif C.wasm_parse(C.CString("12")) != 12 {\n\t\tpanic("wasm")\n\t}\n}\n',
}
CXXGO = {
    "go.mod": "module example.org/tokens\n\ngo 1.19\n",
    "main.go": 'package main\n\n// #cgo LDFLAGS: ${SRCDIR}/native/libtok.a\n// int tok_count(const char *s);\nimport "C"\n\nfunc main() { println(C.tok_count(C.CString("a b"))) }\n',
    "native/tok.cpp": "#include <string>\n#include <vector>\nextern \"C\" int tok_count(const char *s) {\n  std::vector<std::string> words;\n  for (; *s; s++)\n    if (*s == ' ') words.emplace_back(s);\n  return words.size();\n}",
}
LAYOUT = {
    "Cargo.toml": '[package]\nname = "layout"\nversion = "0.4.0"\nedition = "2021"\nlinks = "flow"\nbuild = "build.rs"\n',
    "build.rs": 'use std::process::Command;\nfn main() {\n    let out = std::env::var("OUT_DIR").unwrap();\n    for a in [vec!["g++", "-O2", "-c", "cpp/flow.cc", "-o"], vec!["ar", "crs"]] {\n        let mut c = Command::new(a[0]);\n        c.args(&a[1..]);\n        if a[0] == "ar" { c.arg(format!("{out}/libflow.a")); }\n        c.arg(format!("{out}/flow.o"));\n        assert!(c.status().unwrap().success());\n    }\n    println!("cargo:rustc-link-search=native={out}\\ncargo:rustc-link-lib=static=flow");\n}\n',
    "cpp/flow.cc": '#include <map>\n#include <stdexcept>\nstatic std::map<int, int> widths;\nextern "C" int flow_width(int id) {\n  if (id < 0) throw std::out_of_range("id");\n  return widths[id] = id * 2;\n}',
    "src/main.rs": 'extern "C" {\n    fn flow_width(id: i32) -> i32;\n}\nfn main() {\n    std::process::exit(unsafe { flow_width(0) });\n}\n',
}

SITUATIONS: list[Situation] = [
    Situation(
        "k-ruler-headers", "host-libc-headers-leak", "a ruler compiled with CPPFLAGS of the build machine", "$(CC) -O2 $(CPPFLAGS) -c -o ruler.o ruler.c\n$(LINK) -o ruler ruler.o",
        {"ruler.c": "#include <string.h>\n#include <unistd.h>\nint main(int argc, char **argv) {\n  char b[16], p[64];\n  memmove(b, argv[0], argc * 2);\n  return (int)read(0, b, argc * 4) + (getcwd(p, argc * 8) == 0) + b[2] + p[1];\n}"},
        archs="musl musl-arm64", linkers="bfd lld", symbol="__read_chk", variables={"musl": {"CPPFLAGS": "-D_FORTIFY_SOURCE=2 -isystem /usr/include -isystem /usr/include/x86_64-linux-gnu"}, "musl-arm64": {"CPPFLAGS": "-D_FORTIFY_SOURCE=2 -isystem /usr/aarch64-linux-gnu/include"}},
        not_causes="glibc-archive-on-musl musl-lfs64-removed newer-glibc-archive definition-not-found",
    ),
    Situation(
        "k-old-libgcc", "outline-atomics-helpers-missing", "a scheduler linked in a rootfs with an older compiler", "$(CC) -O2 -c -o sched.o sched.c\n$(LINK) -Lrootfs/usr/lib/gcc/aarch64-linux-gnu/8 -o sched sched.o", {"sched.c": "static long runq, mask;\nint main(int c, char **v) { long w = 0; __atomic_compare_exchange_n(&runq, &w, c, 0, 4, 0); return (int)__atomic_fetch_or(&mask, c, 2); }"},
        prepare="d=rootfs/usr/lib/gcc/aarch64-linux-gnu/8; mkdir -p $d; echo 'int __popcountdi2(long x) { return (int)x; }' > p.c; $CC -O2 -fno-builtin -c -o _popcountdi2.o p.c; $AR rcs $d/libgcc.a _popcountdi2.o; rm p.c _popcountdi2.o", archs="arm64", linkers="bfd lld", symbol="__aarch64_cas8_acq_rel",
        not_causes="lse-init-getauxval libatomic-missing-wide definition-not-found static-link-order", note="the older libgcc is a stub without the helpers",
    ),
    Situation(
        "k-ledger128", "compiler-rt-builtin-missing", "sums of 128 bits by clang", "clang --target=$(TARGET) -O2 -c -o sums.o sums.c\n" + MAIN_C + "$(LINK) -o sums main.o sums.o",
        {"sums.c": "typedef unsigned _BitInt(128) wide;\nvoid share(unsigned *a, unsigned n) { wide w = (wide)a[0] << 70 | a[1], d = (wide)n << 66 | 5; w *= (wide)n << 33 | a[2]; a[0] = (unsigned)(w % d); a[1] = (unsigned)(w / (d + 2)); }", "main.c": "void share(unsigned *, unsigned);\nint main(int c, char **v) { unsigned a[3] = {c, 2, 3}; share(a, 7); return a[1]; }"},
        archs="armhf i386", linkers="bfd mold", symbol="__udivti3", variables={"armhf": {"TARGET": "arm-linux-gnueabihf"}, "i386": {"TARGET": "i386-linux-gnu"}}, not_causes="libatomic-missing-wide definition-not-found library-not-linked nostdlib-drops-runtime outline-atomics-helpers-missing",
    ),
    Situation(
        "k-dispatch-dso", "cpu-model-symbol-missing", "a library that asks the processor and a program that does", "$(CXX) -O2 -fPIC -shared -nostartfiles -nodefaultlibs -o libpick.so pick.cc\n$(CXX) -O2 -c -o use.o use.cc\n$(LINKXX) -o use use.o ./libpick.so", {"pick.cc": 'extern "C" int pick() { return __builtin_cpu_supports("bmi2") ? 1 : 0; }', "use.cc": 'extern "C" int pick();\nint main() { return pick() + !!__builtin_cpu_supports("popcnt"); }'},
        archs="amd64 i386", linkers="bfd", symbol="__cpu_model", also="nostdlib-drops-runtime", not_causes="symbol-hidden definition-not-found kernel-object-not-built",
    ),
]  # fmt: skip
