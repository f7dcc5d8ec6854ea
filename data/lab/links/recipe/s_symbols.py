"""Order, visibility, versions, relocations and policy of a link."""

from __future__ import annotations

from situation import ALL, Situation

MAIN = "$(CC) -O1 -c -o main.o main.c\n"
POOL = {
    "main.c": "int pool_take(int n);\nint main(int argc, char **argv) { return pool_take(argc); }",
    "pool.c": "int pool_take(int n) { return n + 1; }",
}

SITUATIONS = [
    Situation(
        "archive-before-user", "static-link-order", "a pool allocator",
        MAIN + "$(CC) -O1 -c -o pool.o pool.c\n$(AR) rcs libpool.a pool.o\n$(LINK) -o app -L. -lpool main.o",
        POOL, archs=ALL, passes="lld mold", symbol="pool_take",
        not_causes="definition-not-found object-not-linked archive-without-index library-not-linked",
    ),
    Situation(
        "archives-need-one-another", "static-link-order", "a client of two small archives",
        MAIN + "$(CC) -O1 -c -o net.o net.c\n$(CC) -O1 -c -o log.o log.c\n$(CC) -O1 -c -o tls.o tls.c\n$(AR) rcs libnet.a net.o tls.o\n"
        "$(AR) rcs liblog.a log.o\n$(LINK) -o app main.o libnet.a liblog.a",
        {
            "main.c": "int net_up(void);\nint main(void) { return net_up(); }",
            "net.c": "int log_line(int);\nint net_up(void) { return log_line(1); }",
            "tls.c": "int tls_seal(int x) { return x ^ 5; }",
            "log.c": "int tls_seal(int);\nint log_line(int x) { return tls_seal(x); }",
        },
        archs="amd64 arm64", passes="lld mold", symbol="tls_seal", not_causes="definition-not-found object-not-linked",
    ),
    Situation(
        "libm-before-its-user", "static-link-order", "a static program with -lm in front",
        "$(CC) -O1 -fno-builtin -c -o wave.o wave.c\n$(LINK) -static -o wave -lm wave.o",
        {"wave.c": "#include <math.h>\n#include <stdlib.h>\nint main(int argc, char **argv) { return exp2(argc) > 4; }"},
        archs="amd64 arm64", passes="lld mold", symbol="exp2", not_causes="library-not-linked definition-not-found",
    ),
    Situation(
        "hidden-by-default", "symbol-hidden", "a library with -fvisibility=hidden",
        "$(CC) -O1 -fPIC -fvisibility=hidden -shared $(SMALL) -o libpool.so pool.c\n" + MAIN + "$(LINK) -o app main.o -L. -lpool",
        POOL | {"pool.c": '#define API __attribute__((visibility("default")))\nint pool_take(int n) { return n + 1; }\nAPI int pool_size(void) { return pool_take(3); }'},
        archs="amd64 arm64 riscv64", symbol="pool_take", not_causes="definition-not-found dso-underlinked symbol-version-missing",
    ),
    Situation(
        "made-local-by-a-map", "symbol-hidden", "a library with a version script",
        "$(CC) -O1 -fPIC -shared $(SMALL) -Wl,--version-script=pool.map -o libpool.so pool.c\n" + MAIN + "$(LINK) -o app main.o -L. -lpool",
        POOL | {"pool.map": "POOL_1 { global: pool_size; local: *; };", "pool.c": POOL["pool.c"] + "\nint pool_size(void) { return pool_take(3); }"},
        archs="amd64 riscv64", symbol="pool_take", not_causes="definition-not-found version-script-undefined-symbol symbol-version-missing",
    ),
    Situation(
        "hidden-object-for-a-dso", "symbol-hidden", "a hidden function that a library wants",
        "$(CC) -O1 -fPIC -shared $(SMALL) -o libtask.so task.c\n$(CC) -O1 -c -o main.o main.c\n$(LINK) -o app main.o -L. -ltask",
        {
            "main.c": '__attribute__((visibility("hidden"))) int app_clock(void) { return 3; }\nint task_run(void);\nint main(void) { return task_run() + app_clock(); }',
            "task.c": "int app_clock(void);\nint task_run(void) { return app_clock(); }",
        },
        archs="amd64 arm64", passes="gold lld mold", symbol="app_clock", not_causes="dso-underlinked definition-not-found",
    ),
    Situation(
        "library-of-an-older-version", "symbol-version-missing", "a program for a newer library",
        MAIN + "$(LINK) -o app main.o plug.o -L. -lpool",
        {"main.c": "int plug(void);\nint main(void) { return plug(); }"},
        prepare="echo '__asm__(\".symver pool_take_2, pool_take@POOL_2\"); int pool_take_2(int); int plug(void) { return pool_take_2(4); }' > p.c;"
        " $CC -O1 -fPIC -c -o plug.o p.c; echo 'POOL_1 { global: pool_take; local: *; };' > m; echo 'int pool_take(int n) { return n; }' > l.c;"
        " $CC -fPIC -shared $SMALL -Wl,--version-script=m -Wl,-soname,libpool.so -o libpool.so l.c; rm p.c m l.c",
        archs="amd64 riscv64", symbol="pool_take@POOL_2", says="pool_take", not_causes="symbol-hidden definition-not-found runtime-glibc-too-old",
    ),
    Situation(
        "map-names-what-is-not-there", "version-script-undefined-symbol", "a version script of an older release",
        "$(CC) -O1 -fPIC -c -o pool.o pool.c\n$(LINK) -shared -Wl,--no-undefined-version -Wl,--version-script=pool.map -o libpool.so pool.o",
        {"pool.c": POOL["pool.c"], "pool.map": "POOL_1 { global: pool_take; pool_drain; local: *; };"},
        archs="amd64 arm64 armhf", linkers="bfd gold lld mold", passes="mold", symbol="pool_drain",
        not_causes="definition-not-found symbol-version-missing symbol-hidden",
    ),
    Situation(
        "two-of-one-name", "duplicate-definition", "a logger in two files",
        MAIN + "$(CC) -O1 -c -o log_file.o log_file.c\n$(CC) -O1 -c -o log_net.o log_net.c\n$(LINK) -o app main.o log_file.o log_net.o",
        {
            "main.c": "int log_open(int);\nint main(int argc, char **argv) { return log_open(argc); }",
            "log_file.c": "int log_open(int x) { return x; }",
            "log_net.c": "int log_open(int x) { return x + 1; }",
        },
        archs=ALL, symbol="log_open", not_causes="rust-runtime-duplicated duplicate-native-crate duplicate-ignored tls-library-collision",
    ),
    Situation(
        "tentative-in-a-header", "duplicate-definition", "a header with a variable",
        MAIN + "$(CC) -O1 -c -o poll.o poll.c\n$(LINK) -o app main.o poll.o",
        {
            "state.h": "int debug_level;",
            "main.c": '#include "state.h"\nint poll_once(void);\nint main(void) { debug_level = 2; return poll_once(); }',
            "poll.c": '#include "state.h"\nint poll_once(void) { return debug_level; }',
        },
        archs="amd64 arm64", symbol="debug_level", not_causes="duplicate-native-crate duplicate-ignored tls-mismatch",
    ),
    Situation(
        "first-of-two-is-taken", "duplicate-ignored", "a logger in two files, allowed",
        MAIN + "$(CC) -O1 -c -o log_file.o log_file.c\n$(CC) -O1 -c -o log_net.o log_net.c\n"
        "$(LINK) $(SMALL) -Wl,--allow-multiple-definition -o app main.o log_net.o log_file.o\n$(RUN) ./app",
        {
            "main.c": "int log_open(int);\nint main(int argc, char **argv) { return log_open(argc) == 1 ? 0 : 3; }",
            "log_file.c": "int log_open(int x) { return x; }",
            "log_net.c": "int log_open(int x) { return x + 1; }",
        },
        archs="amd64 arm64", symbol="log_open", ended=3, not_causes="duplicate-definition", note="links; the program takes the wrong one",
    ),
    Situation(
        "two-crates-one-c-library", "duplicate-native-crate", "two releases of one C library",
        MAIN + "$(LINK) -o app main.o -Wl,--start-group target/release/build/zpack-sys-4f1c0a91/out/libzpack.a target/release/build/zpack-sys-b07d55e2/out/libzpack.a -Wl,--end-group",
        {"main.c": "int zpack_pack(int), zpack_stream(int);\nint main(int argc, char **argv) { return zpack_pack(argc) + zpack_stream(argc); }"},
        prepare="for v in 4f1c0a91 b07d55e2; do d=target/release/build/zpack-sys-$v/out; mkdir -p $d; echo \"int zpack_$v = 1; int zpack_crc(int x) { return x * 3; } int zpack_reset(void) { return 0; }\" > c.c;"
        " if [ $v = 4f1c0a91 ]; then echo 'int zpack_pack(int x) { return x; }' >> c.c; else echo 'int zpack_stream(int x) { return x; }' >> c.c; fi;"
        " $CC -O1 -c -o $d/zpack.o c.c; $AR rcs $d/libzpack.a $d/zpack.o; rm $d/zpack.o c.c; done",
        archs="amd64 arm64", symbol="zpack_crc", not_causes="rust-runtime-duplicated duplicate-definition tls-library-collision duplicate-ignored",
    ),
    Situation(
        "two-tls-libraries", "tls-library-collision", "a client with two TLS libraries",
        MAIN + "$(LINK) -o client main.o third_party/boringssl/libssl.a third_party/openssl/libssl.a third_party/boringssl/libcrypto.a",
        {"main.c": "void *SSL_CTX_new(const void *); int SSL_CTX_set1_groups_list(void *, const char *); int SSL_CTX_set_ciphersuites(void *, const char *);\n"
         "int main(int argc, char **argv) { void *c = SSL_CTX_new(0); return SSL_CTX_set_ciphersuites(c, argv[0]) + SSL_CTX_set1_groups_list(c, argv[0]); }"},
        prepare="mkdir -p third_party/boringssl third_party/openssl; b=third_party/boringssl; o=third_party/openssl;"
        " echo 'int CRYPTO_refcount_inc(int); void *SSL_CTX_new(const void *m) { return (void *)(long)CRYPTO_refcount_inc(1); } int SSL_CTX_set1_groups_list(void *c, const char *l) { return 1; }' > s.c;"
        " $CC -O1 -c -o ssl_lib.o s.c; $AR rcs $b/libssl.a ssl_lib.o; echo 'int CRYPTO_refcount_inc(int x) { return x + 1; }' > s.c; $CC -O1 -c -o refcount.o s.c; $AR rcs $b/libcrypto.a refcount.o;"
        " echo 'void *SSL_CTX_new(const void *m) { return 0; } int SSL_CTX_set_ciphersuites(void *c, const char *l) { return 1; }' > s.c; $CC -O1 -c -o ssl_lib.o s.c; $AR rcs $o/libssl.a ssl_lib.o; rm s.c *.o",
        archs="amd64 arm64", symbol="SSL_CTX_new", not_causes="duplicate-definition duplicate-native-crate duplicate-ignored",
    ),
    Situation(
        "static-code-in-a-dso", "non-pic-archive-in-shared", "an archive in a shared object",
        "$(LINK) -shared -o libtable.so wrap.c vendor/libtable.a -fPIC",
        {"wrap.c": "int table_at(int);\nint wrap_at(int i) { return table_at(i); }"},
        prepare="mkdir vendor; echo 'extern char **environ; static int rows[64] = {1, 2}; int table_at(int i) { return rows[i & 63] + (environ[0] != 0); }' > t.c; $CC -O1 -fno-pic -fno-pie -c -o table.o t.c; $AR rcs vendor/libtable.a table.o; rm t.c table.o",
        archs=ALL, passes="arm64-gold armhf-mold", symbol="environ", says="recompile with -fPIC", not_causes="non-pic-in-pie text-relocation relocation-overflow",
    ),
    Situation(
        "static-code-in-a-pie", "non-pic-in-pie", "an archive without -fPIE",
        "$(CC) -O1 -fPIE -c -o main.o main.c\n$(LINK) -pie -o app main.o vendor/libtable.a",
        {"main.c": "int table_at(int);\nint main(int argc, char **argv) { return table_at(argc); }"},
        prepare="mkdir vendor; echo 'static int rows[64] = {1, 2}; int table_at(int i) { return rows[i & 63]; }' > t.c; $CC -O1 -fno-pic -fno-pie -c -o table.o t.c; $AR rcs vendor/libtable.a table.o; rm t.c table.o",
        archs="amd64", symbol="rows", says="recompile with", not_causes="non-pic-archive-in-shared text-relocation relocation-overflow",
    ),
    Situation(
        "absolute-words-in-text", "text-relocation", "a jump table in text",
        "$(CC) -c -o jump.o jump.s\n$(LINK) -shared -Wl,-z,text -o libjump.so jump.o",
        {"jump.s": ".text\n.globl jump_table\njump_table:\n.long handler\n.globl handler\nhandler:\n.long 0\n"},
        archs="i386 armhf",
        linkers="bfd gold", symbol="handler", says="", not_causes="non-pic-archive-in-shared non-pic-in-pie",
    ),
    Situation(
        "absolute-words-refused", "non-pic-archive-in-shared", "a vector of words in text",
        "$(CC) -c -o vector.o vector.s\n$(LINK) -shared -Wl,-z,text -o libvector.so vector.o",
        {"vector.s": ".text\n.globl vector_table\nvector_table:\n.long handler\n.globl handler\nhandler:\n.long 0\n"},
        archs="i386 armhf",
        linkers="lld mold", symbol="handler", says="", also="text-relocation", not_causes="non-pic-in-pie",
    ),
    Situation(
        "tls-on-one-side", "tls-mismatch", "a per-thread depth",
        MAIN + "$(CC) -O1 -c -o walk.o walk.c\n$(LINK) -o app main.o walk.o",
        {
            "main.c": "extern int depth;\nint walk(void);\nint main(void) { depth = 1; return walk() + depth; }",
            "walk.c": "__thread int depth;\nint walk(void) { return depth; }",
        },
        archs=ALL, passes="mold armhf-lld arm64-lld", symbol="depth", not_causes="definition-not-found duplicate-definition",
        note="where it links, the two sides read different places",
    ),
    Situation(
        "three-gigabytes-of-bss", "relocation-overflow", "a big table",
        "$(CC) -O1 -fno-pie -c -o main.o main.c\n$(CC) -O1 -fno-pie -c -o table.o table.c\n$(CC) -O1 -fno-pie -c -o last.o last.c\n$(LINK) -no-pie -o app main.o table.o last.o",
        {
            "table.c": "char table[0x180000000];",
            "last.c": "char after_table;",
            "main.c": "extern char table[], after_table;\nstatic int tail;\nint main(int argc, char **argv) { table[argc] = 1; tail = argc; after_table = tail; return after_table; }",
        },
        archs="amd64 arm64", passes="arm64-mold", symbol="after_table", says="reloc", not_causes="non-pic-in-pie non-pic-archive-in-shared",
    ),
    Situation(
        "copy-of-a-protected-variable", "copy-relocation-protected", "a counter in a library",
        "$(CC) -O1 -fPIC -shared -o libcount.so count.c\n$(CC) -O1 -fno-pie -mno-direct-extern-access -c -o other.o other.c\n$(CC) -O1 -fno-pie -c -o main.o main.c\n$(LINK) -no-pie -o app main.o -L. -lcount",
        {
            "count.c": '__attribute__((visibility("protected"))) int total = 3;\nint next(void) { return ++total; }',
            "other.c": "extern int total;\nint other(void) { return total; }",
            "main.c": "extern int total;\nint next(void);\nint main(void) { return next() + total; }",
        },
        archs="amd64", symbol="total", not_causes="symbol-hidden non-pic-in-pie",
    ),
    Situation(
        "section-that-nobody-fills", "start-stop-gc", "a registry of commands",
        "$(CC) -O1 -ffunction-sections -c -o main.o main.c\n$(CC) -O1 -c -o cmd.o cmd.c\n$(LINK) -Wl,--gc-sections -Wl,-z,start-stop-gc -o app main.o cmd.o",
        {
            "main.c": "typedef int (*fn)(void);\nextern const fn __start_commands[], __stop_commands[];\nint main(void) { int n = 0; for (const fn *f = __start_commands; f < __stop_commands; f++) n += (*f)(); return n; }",
            "cmd.c": 'static int hello(void) { return 1; }\n__attribute__((section("commands"), used)) static int (*const entry)(void) = hello;',
        },
        archs="amd64 arm64", linkers="lld mold", symbol="__start_commands", passes="mold", not_causes="definition-not-found object-not-linked",
    ),
    Situation(
        "unresolved-are-let-be", "undefined-ignored", "a client with a switch that silences the linker",
        MAIN + "$(LINK) $(SMALL) -Wl,--unresolved-symbols=ignore-all -o app main.o\n$(RUN) ./app",
        {"main.c": "int queue_drain(int id);\nint main(int argc, char **argv) { return queue_drain(argc); }"},
        archs="amd64 arm64", linkers="bfd gold lld mold", symbol="queue_drain", ended=-1,
        not_causes="definition-not-found weak-undefined", note="links; dies at the call",
    ),
    Situation(
        "weak-hook-without-body", "weak-undefined", "a program with an optional hook",
        MAIN + "$(LINK) $(SMALL) -no-pie -o app main.o\n$(RUN) ./app",
        {"main.c": "__attribute__((weak)) int on_start(int n);\nint main(int argc, char **argv) { return on_start(argc); }"},
        archs="amd64 arm64", symbol="on_start", ended=-1, not_causes="definition-not-found undefined-ignored",
        note="links; dies at the call",
    ),
    Situation(
        "weak-hook-that-is-asked", "", "a program that asks whether its hook is there",
        MAIN + "$(LINK) $(SMALL) -o app main.o\n$(RUN) ./app",
        {"main.c": "__attribute__((weak)) int on_start(int n);\nint main(int argc, char **argv) { return on_start ? on_start(argc) : 0; }"},
        archs="amd64 arm64", linkers="bfd lld", symbol="on_start", ended=0, not_causes="weak-undefined definition-not-found undefined-ignored",
        note="a look-alike: the weak reference is tested before the call",
    ),
]  # fmt: skip
