"""The third set, half of it once held out: visibility, versions, positions and the switches of a linker."""

from __future__ import annotations

from situation import Situation

C = "$(CC) -O2 -c -o "
X = "$(CXX) -O2 -c -o "
SHARED = "$(CC) -O2 -fPIC -shared $(SMALL) "
CODEC = {
    "codec.c": "int codec_open(int m) { return m; }\nint codec_flush(int m) { return m + 1; }",
    "codec.map": "{\n  global: codec_open;\n  local: *;\n};\n",
    "play.c": "int codec_open(int), codec_flush(int);\nint main(int c, char **v) { return codec_open(c) + codec_flush(c); }",
}
KEYS = {
    "keys.c": "int key_derive(int n) { return n * 7; }\nint key_wipe(int n) { return 0 * n; }",
    "app.c": "int key_derive(int), key_wipe(int);\nint main(int c, char **v) { return key_derive(c) + key_wipe(c); }",
}
TWO_DBS = {
    "Cargo.toml": '[workspace]\nmembers = ["app", "hashkit-sys", "hashkit-sys-next"]\nresolver = "2"\n',
    "app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nhashkit-sys = { path = "../hashkit-sys" }\nhashkit-sys-next = { path = "../hashkit-sys-next" }\n',
    "app/src/main.rs": "fn main() {\n    std::process::exit(hashkit_sys::old() + hashkit_sys_next::new());\n}\n",
} | {
    f"{crate}/{path}": text
    for crate, name, version in (
        ("hashkit-sys", "old", "1.4.0"),
        ("hashkit-sys-next", "new", "2.0.0"),
    )
    for path, text in {
        "Cargo.toml": f'[package]\nname = "{crate}"\nversion = "{version}"\nedition = "2021"\nbuild = "build.rs"\n',
        "src/lib.rs": f'extern "C" {{\n    fn hk_{name}(n: i32) -> i32;\n}}\npub fn {name}() -> i32 {{\n    unsafe {{ hk_{name}(3) }}\n}}\n',
        "c/hk.c": f"int hk_seed = 5;\nint hk_round(int n) {{ return n + hk_seed; }}\nint hk_{name}(int n) {{ return hk_round(n); }}\n",
        "build.rs": f'use std::process::Command;\nfn main() {{\n    let out = std::env::var("OUT_DIR").unwrap();\n    assert!(Command::new("gcc").args(["-O2", "-fPIC", "-c", "c/hk.c", "-o"]).arg(format!("{{out}}/hk.o")).status().unwrap().success());\n    assert!(Command::new("ar").arg("crs").arg(format!("{{out}}/libhk_{name}.a")).arg(format!("{{out}}/hk.o")).status().unwrap().success());\n    println!("cargo:rustc-link-search=native={{out}}\\ncargo:rustc-link-lib=static=hk_{name}");\n}}\n',
    }.items()
}
TLS_MADE = (
    "mkdir -p third_party/boringssl/lib third_party/openssl/lib; echo 'int SSL_new(int x) { return x; } int SSL_write(int x) { return x; } int SSL_set_enable_ech_grease(int x) { return x; }' > b.c; echo 'int SSL_new(int x) { return x + 1; } int SSL_write(int x) { return x; } int SSL_CTX_set_ciphersuites(int x) { return x; }' > o.c;"
    " $CC -O2 -c -o ssl_lib.o b.c; $AR rcs third_party/boringssl/lib/libssl.a ssl_lib.o; $CC -O2 -c -o ssl_lib.o o.c; $AR rcs third_party/openssl/lib/libssl.a ssl_lib.o; rm b.c o.c ssl_lib.o"
)
STATION = {
    "log.c": "int level;\nint log_line(int n) { return n > level; }",
    "net.c": "int level;\nint net_up(void) { return level; }",
    "main.c": "int log_line(int), net_up(void);\nint main(int c, char **v) { return log_line(c) + net_up(); }",
}
PANIC = '#![no_std]\n#[panic_handler]\nfn on_panic(_: &core::panic::PanicInfo) -> ! {\n    loop {}\n}\n#[no_mangle]\npub extern "C" fn @_run(x: u32) -> u32 {\n    x.wrapping_mul(31)\n}\n'
ORBIT = {
    "orbit.f90": "program orbit\n  implicit none\n  real(8), save :: a(400000000), b(400000000)\n  real(8), save :: c(10)\n  integer :: n\n  n = command_argument_count()\n  a(n + 1) = 1d0\n  b(n + 1) = 2d0\n  c(n + 1) = a(n + 1) + b(n + 1)\n  if (c(n + 1) > 5d0) stop 2\nend program\n"
}

SITUATIONS: list[Situation] = [
    Situation(
        "k-plugin-main", "entry-point-missing", "a plugin linked without -shared", "$(CXX) -O2 -fPIC -c -o plug.o plug.cpp\n$(LINKXX) -o plug.so plug.o", {"plug.cpp": "extern \"C\" int plugin_init(int api) { return api >= 3; }"}, archs="arm64 riscv64 i386", linkers="bfd mold", symbol="main", not_causes="definition-not-found sysroot-crt-missing object-not-linked libstdcxx-not-linked",
    ),
    Situation(
        "k-station", "duplicate-definition", "a station with a variable in each file", "$(CC) -O2 -c log.c net.c main.c\n$(LINK) -o station main.o log.o net.o", STATION, archs="arm64 riscv64 i386", linkers="lld mold", symbol="level", not_causes="duplicate-native-crate duplicate-ignored tls-library-collision rust-runtime-duplicated",
    ),
    Situation(
        "k-two-rust", "rust-runtime-duplicated", "a C++ host of two Rust modules", "for m in tiles route; do rustc --edition 2021 --crate-name $$m --crate-type lib --emit obj=$$m.o -C panic=abort -C opt-level=s $$m.rs || exit; $(AR) rcs lib$$m.a $$m.o; done\n" + X + "host.o host.cpp\n$(LINKXX) -o host host.o -L. -ltiles -lroute", {f"{n}.rs": PANIC.replace("@", n) for n in ("tiles", "route")} | {"host.cpp": 'extern "C" unsigned tiles_run(unsigned), route_run(unsigned);\nint main(int c, char **) { return tiles_run(c) + route_run(c); }'},
        archs="amd64", linkers="bfd lld", symbol="rust_begin_unwind", not_causes="duplicate-definition duplicate-native-crate rust-symbol-mangled",
    ),
    Situation(
        "k-firsttaken", "duplicate-ignored", "a meter with two tariffs", X + "main.o main.cpp\n" + X + "day.o day.cpp\n" + X + "night.o night.cpp\n$(LINKXX) $(SMALL) -Wl,--allow-multiple-definition -o meter main.o night.o day.o\n$(RUN) ./meter", {"main.cpp": "int tariff();\nint main() { return tariff() - 32; }", "day.cpp": "int tariff() { return 32; }", "night.cpp": "int tariff() { return 18; }"}, archs="amd64 arm64", linkers="bfd mold", symbol="tariff", ended=-1, not_causes="duplicate-definition definition-not-found", note="links; the program takes the wrong one",
    ),
    Situation(
        "k-weak-hook", "weak-undefined", "a pump with an optional alarm", C + "pump.o pump.c\n$(LINK) $(SMALL) -static -o pump pump.o\n$(RUN) ./pump", {"pump.c": "#pragma weak alarm_raise\nint alarm_raise(int level);\nint main(int c, char **v) { return alarm_raise(c); }"}, archs="riscv64 i386", linkers="bfd mold", symbol="alarm_raise", ended=-1, not_causes="undefined-ignored definition-not-found ifunc-on-static-musl", note="links; dies at the call",
    ),
    Situation(
        "k-resolver-musl", "ifunc-on-static-musl", "a hash that is chosen at start", C + "pick.o pick.c\n$(LINK) -static -o pick pick.o\n./pick", {"pick.c": "static unsigned fnv(const char *p) { return *p * 16777619u; }\ntypedef unsigned hash_fn(const char *);\nstatic hash_fn *choose(void) { return fnv; }\nunsigned hash(const char *p) __attribute__((ifunc(\"choose\")));\nint main(int c, char **v) { return hash(v[0]) == 3; }"}, archs="musl musl-new", linkers="bfd mold", symbol="hash", ended=-1, not_causes="weak-undefined undefined-ignored native-cpu-in-image libstdcxx-wrong-libc", note="links; dies at the first call",
    ),
    Situation(
        "k-errcode", "tls-mismatch", "a driver whose error code belongs to a thread", X + "drv.o drv.cpp\n" + C + "ctl.o ctl.c\n$(LINKXX) -o ctl ctl.o drv.o", {"drv.cpp": "extern \"C\" { __thread int drv_error = 3; int drv_ping() { return drv_error; } }", "ctl.c": "extern int drv_error;\nint drv_ping(void);\nint main(int c, char **v) { drv_error = c; return drv_ping(); }"}, archs="amd64 i386 riscv64", linkers="bfd gold", symbol="drv_error", not_causes="definition-not-found duplicate-definition language-linkage-mismatch",
    ),
    Situation(
        "k-tests-section", "start-stop-gc", "a test runner that collects its tests in a section", "$(CC) -O2 -ffunction-sections -c -o runner.o runner.c\n$(CC) -O2 -c -o cases.o cases.c\n$(LINK) -Wl,--gc-sections -Wl,-z,start-stop-gc -o runner runner.o cases.o", {"runner.c": "typedef int (*test_fn)(void);\nextern test_fn __start_unit_tests[], __stop_unit_tests[];\nint main(void) { int bad = 0; for (test_fn *t = __start_unit_tests; t != __stop_unit_tests; t++) bad += (*t)(); return bad; }", "cases.c": "typedef int (*test_fn)(void);\nstatic int adds(void) { return 1 + 1 != 2; }\n__attribute__((used, section(\"unit_tests\"))) static test_fn one = adds;"},
        archs="amd64 arm64 armhf", linkers="lld", symbol="__start_unit_tests", not_causes="definition-not-found object-not-linked",
    ),
    Situation(
        "k-transitive", "transitive-dso-missing", "a console that calls what its library's library has", SHARED + "-o libtty2.so tty.c\n" + SHARED + "-o libui.so ui.c -L. -ltty2\n" + C + "con.o con.c\n$(LINK) -o con con.o -L. -lui -Wl,-rpath-link,.", {"tty.c": "int tty_raw(int x) { return x; }", "ui.c": "int tty_raw(int);\nint ui_draw(int x) { return tty_raw(x); }", "con.c": "int ui_draw(int), tty_raw(int);\nint main(int c, char **v) { return ui_draw(c) + tty_raw(c); }"}, archs="arm64 riscv64 i386", linkers="bfd gold", symbol="tty_raw", not_causes="dso-underlinked definition-not-found object-not-linked",
    ),
]  # fmt: skip
