"""The third set, half of it once held out: names that one side spells otherwise, and things that only a C++ or Rust compiler leaves out."""

from __future__ import annotations

from situation import Situation

X = "$(CXX) -std=c++17 -O1 -c -o "
C = "$(CC) -std=gnu17 -O1 -c -o "
ZLIBISH = {
    "src/squeeze.h": "#pragma once\n#include <stddef.h>\nsize_t squeeze(void *dst, const void *src, size_t n);\nsize_t squeeze_bound(size_t n);\n",
    "src/squeeze.c": '#include "squeeze.h"\nsize_t squeeze(void *dst, const void *src, size_t n) { return n / 2; }\nsize_t squeeze_bound(size_t n) { return n + 16; }\n',
    "app/backup.cxx": '#include "../src/squeeze.h"\n#include <vector>\nint main(int argc, char **argv) {\n  std::vector<char> out(squeeze_bound(argc));\n  return (int)squeeze(out.data(), argv[0], argc);\n}\n',
}
HOOKS = {
    "engine.c": "struct ev { int kind; };\nvoid on_frame(struct ev *e);\nvoid on_quit(struct ev *e);\nint main(int argc, char **argv) { struct ev e = {argc}; on_frame(&e); on_quit(&e); return e.kind; }",
    "hooks.cpp": 'struct ev { int kind; };\nvoid on_frame(ev *e) { e->kind++; }\nextern "C" void on_quit(ev *e) { e->kind = 0; }',
}
SIZES = {
    "pool.hpp": "namespace pool { void *grab(unsigned bytes, int flags); }",
    "pool.cpp": "#include <cstddef>\nnamespace pool { static char arena[512]; void *grab(std::size_t bytes, int flags) { return flags ? arena : arena + bytes; } }",
    "main.cpp": '#include "pool.hpp"\nint main(int argc, char **) { return pool::grab(16, argc) == nullptr; }',
}
POISSON = {
    "solve_rhs.f90": "module poisson\n  implicit none\ncontains\n  subroutine solve_rhs(n, u)\n    integer, intent(in) :: n\n    real(8), intent(inout) :: u(n)\n    u(1) = 2.0d0 * n\n  end subroutine\nend module\n",
    "driver.c": "void solve_rhs_(int *n, double *u);\nint main(int argc, char **argv) { double u[4] = {0}; int n = 4; solve_rhs_(&n, u); return u[0] > 9; }",
}
BLAS = {
    "axpy.f": "      SUBROUTINE MY_AXPY(N, A, X, Y)\n      INTEGER N, I\n      REAL A, X(*), Y(*)\n      DO 10 I = 1, N\n   10 Y(I) = Y(I) + A * X(I)\n      END\n",
    "fit.cpp": 'extern "C" void my_axpy_(int *, float *, float *, float *);\nint main(int argc, char **) { float a = 2, x[2] = {1, 2}, y[2] = {}; my_axpy_(&argc, &a, x, y); return y[0] > 1; }',
}
CDYLIB = {
    "Cargo.toml": '[package]\nname = "geohash"\nversion = "1.0.2"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[profile.release]\nstrip = "debuginfo"\npanic = "abort"\n',
    "src/lib.rs": '#![no_std]\n#[panic_handler]\nfn stop(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}\n/// Encodes a place.\n#[inline(never)]\npub extern "C" fn geohash_encode(lat: f64, lon: f64) -> u64 {\n    (lat.to_bits() >> 32) ^ lon.to_bits()\n}\n#[no_mangle]\npub extern "C" fn geohash_version() -> u32 {\n    geohash_encode(core::hint::black_box(1.5), 2.5) as u32\n}\n',
    "geo.c": "#include <stdint.h>\nuint64_t geohash_encode(double, double);\nuint32_t geohash_version(void);\nint main(int c, char **v) { return geohash_encode(c, 2.0) == geohash_version(); }",
}
METRICS = {
    "Cargo.toml": '[workspace]\nmembers = ["metrics-sys", "agent"]\nresolver = "2"\n',
    "metrics-sys/Cargo.toml": '[package]\nname = "metrics-sys"\nversion = "0.1.0"\nedition = "2021"\n',
    "metrics-sys/src/lib.rs": 'extern "C" {\n    pub fn metrics_push(key: *const u8, value: f64) -> i32;\n}\n',
    "agent/Cargo.toml": '[package]\nname = "agent"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nmetrics-sys = { path = "../metrics-sys" }\n',
    "agent/src/main.rs": 'fn main() {\n    std::process::exit(unsafe { metrics_sys::metrics_push(b"up\\0".as_ptr(), 1.0) });\n}\n',
    "native/metrics.c": "int metrics_push(const char *key, double value) { return key[0] + value > 0; }",
}
GO_LIB = {
    "go.mod": "module example.org/probe\n\ngo 1.19\n",
    "probe.go": 'package main\n\n/*\nint probe_depth(int cm);\n#cgo CFLAGS: -Ilibprobe\n*/\nimport "C"\n\nfunc main() { println(C.probe_depth(12)) }\n',
    "libprobe/depth.c": "int probe_depth(int cm) { return cm / 2; }",
}
HEAP = {
    "heap.hpp": "#pragma once\n#include <utility>\ntemplate <class K, class V> class Heap {\n  std::pair<K, V> top_{};\npublic:\n  void push(K k, V v);\n  V pop();\n};\n",
    "heap.cpp": '#include "heap.hpp"\ntemplate <class K, class V> void Heap<K, V>::push(K k, V v) { top_ = {k, v}; }\ntemplate <class K, class V> V Heap<K, V>::pop() { return top_.second; }\ntemplate class Heap<int, float>;\n',
    "sim.cpp": '#include "heap.hpp"\nint main(int argc, char **argv) { Heap<double, char *> events; events.push(argc, argv[0]); return events.pop() == nullptr; }',
}
LIMITS = {
    "limits.cc": "#include <algorithm>\nstruct Limits { static const int kMaxJobs = 8; static constexpr double kRate = 1.5; };\nint clamp_jobs(int n) { return std::min(n, Limits::kMaxJobs); }\nint main(int argc, char **) { const double *r = &Limits::kRate; return clamp_jobs(argc) + (int)*r; }",
}
SHADER = {
    "shader.hpp": "struct Stage { virtual ~Stage() = default; virtual int emit(int *out); virtual int cost() const { return 1; } };\nstruct Blur : Stage { int cost() const override; int emit(int *out) override { return out[0]; } };\n",
    "blur.cpp": '#include "shader.hpp"\nint radius(const Blur &b) { return b.Stage::cost(); }\n',
    "main.cpp": '#include "shader.hpp"\nint radius(const Blur &);\nint main(int argc, char **) { Blur b; return radius(b) + argc; }',
}
VISITOR = {
    "ast.hpp": "struct Node { virtual ~Node(); virtual int eval() const = 0; };\nNode *parse(const char *);\n",
    "ast.cpp": '#include "ast.hpp"\nNode::~Node() {}\nstruct Leaf : Node { int v = 3; int eval() const override { return v; } };\nNode *parse(const char *) { return new Leaf; }\n',
    "tool.cpp": '#include "ast.hpp"\n#include <typeinfo>\nint main(int, char **argv) { Node *n = parse(argv[0]); return typeid(*n) == typeid(Node); }',
}
ABI = {
    "cfg.hpp": "#include <string>\n#include <vector>\nnamespace cfg { struct Section { std::string title() const; bool set(const std::string &key, std::vector<std::string> values); }; }\n",
    "main.cpp": '#include "cfg.hpp"\nint main(int argc, char **argv) { cfg::Section s; return s.set(argv[0], {}) + (int)s.title().size(); }',
}
JSON = {
    "main.cpp": "namespace tinyjson { inline namespace abi_v3_11_3 { class value { int n; public: explicit value(int); int dump(int indent) const; }; } }\nint main(int argc, char **) { tinyjson::value v(argc); return v.dump(2); }",
}

SITUATIONS: list[Situation] = [
    Situation(
        "k-pool", "signature-mismatch", "a pool whose header names another width", X + "pool.o pool.cpp\n" + X + "main.o main.cpp\n$(LINKXX) -o pool main.o pool.o", SIZES, archs="amd64 arm64 armhf i386", linkers="bfd lld", passes="armhf i386", symbol="pool::grab(unsigned int, int)",
        not_causes="language-linkage-mismatch definition-not-found object-not-linked", note="size_t is unsigned int on 32-bit machines alone",
    ),
    Situation(
        "k-agent", "native-library-not-declared", "an agent whose sys crate names no library", "$(CC) -O2 -c -o native/metrics.o native/metrics.c\n$(AR) rcs native/libmetrics.a native/metrics.o\nLIBRARY_PATH=native RUSTFLAGS=\"-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo\" cargo build --offline --target-dir out -p agent", METRICS,
        archs="amd64", linkers="bfd gold mold", symbol="metrics_push", not_causes="definition-not-found rust-symbol-mangled kernel-object-not-built rustflags-precedence-or-target-split",
    ),
    Situation(
        "k-probe-go", "native-library-not-declared", "a Go probe on a library in its tree", "$(CC) -O2 -c -o libprobe/depth.o libprobe/depth.c\n$(AR) rcs libprobe/libprobe.a libprobe/depth.o\nCGO_ENABLED=1 go build -o probe .", GO_LIB, archs="amd64", linkers="default", symbol="probe_depth",
        not_causes="definition-not-found cgo-cc-not-cross static-link-order newer-glibc-archive",
    ),
    Situation(
        "k-leap", "inline-not-emitted", "a calendar with an inline function in its C file", "$(CC) -std=gnu17 -O0 -c -o cal.o cal.c\n$(LINK) -o cal cal.o", {"cal.c": "inline int is_leap(int y) { return y % 4 == 0; }\nint days(int y) { return 365 + is_leap(y); }\nint main(int c, char **v) { return days(1999 + c) - 365; }"},
        archs="amd64 armhf", linkers="gold lld", symbol="is_leap", not_causes="definition-not-found object-not-linked kernel-object-not-built",
    ),
    Situation(
        "k-shader", "vtable-key-function-missing", "shader stages in C++", X + "blur.o blur.cpp\n" + X + "main.o main.cpp\n$(LINKXX) -o shade main.o blur.o", SHADER, archs="arm64 i386", linkers="bfd mold", symbol="vtable for ", not_causes="rtti-disabled object-not-linked signature-mismatch",
    ),
    Situation(
        "k-tinyjson", "inline-namespace-version-mismatch", "a document tool on a shared JSON library", X + "main.o main.cpp\n$(LINKXX) -o doc main.o -Ldeps/lib -ltinyjson", JSON, archs="amd64 armhf", linkers="bfd lld", symbol="tinyjson::abi_v3_11_3::value::",
        prepare="mkdir -p deps/lib; echo 'namespace tinyjson { inline namespace abi_v3_11_2 { class value { int n; public: explicit value(int); int dump(int) const; }; value::value(int x) : n(x) {} int value::dump(int i) const { return n + i; } } }' > j.cpp; $CXX -O2 -fPIC -shared $SMALL -o deps/lib/libtinyjson.so j.cpp; rm j.cpp",
        not_causes="signature-mismatch cxx11-abi-mismatch definition-not-found symbol-version-missing",
    ),
]  # fmt: skip
