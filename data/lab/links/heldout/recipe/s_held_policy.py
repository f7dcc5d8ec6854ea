"""Held out: visibility, versions, positions and the switches of a linker."""

from __future__ import annotations

from s_third_policy import CODEC, KEYS, ORBIT, SHARED, TLS_MADE, TWO_DBS, C
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-codec-map", "symbol-hidden", "a codec whose map makes a function local", SHARED + "-Wl,--version-script=codec.map -o libcodec.so codec.c\n" + C + "play.o play.c\n$(LINK) -o play play.o -L. -lcodec", CODEC, archs="arm64 riscv64 i386", linkers="bfd lld", symbol="codec_flush", heldout=True, not_causes="definition-not-found symbol-version-missing dso-underlinked version-script-undefined-symbol",
    ),
    Situation(
        "k-keys-local", "symbol-hidden", "an object whose symbols were made local", C + "keys.o keys.c\n$(OBJCOPY) --localize-symbol=key_wipe keys.o\n$(AR) rcs libkeys.a keys.o\n" + C + "app.o app.c\n$(LINK) -o app app.o libkeys.a", KEYS, archs="amd64 armhf", linkers="bfd lld", symbol="key_wipe", heldout=True, not_causes="definition-not-found static-link-order language-linkage-mismatch",
    ),
    Situation(
        "k-rolled-back", "symbol-version-missing", "a module that wants a newer version of a library", "$(LINK) -o run run.o libmod.so -Lusr/lib -lwave -Wl,-rpath-link,usr/lib", {},
        prepare="mkdir -p usr/lib; echo 'int wave_gain(int x) { return x; }' > w.c; echo 'WAVE_1.9 { global: wave_gain; };' > n; echo 'WAVE_1.4 { global: wave_gain; };' > o; echo 'int wave_gain(int); int mod(int x) { return wave_gain(x); }' > m.c; echo 'int mod(int); int main(int c, char **v) { return mod(c); }' > r.c; $CC -O2 -c -o run.o r.c; f='-O2 -fPIC -shared'; $CC $f $SMALL -Wl,-soname,libwave.so -Wl,--version-script=n -o usr/lib/libwave.so w.c; $CC $f $SMALL -o libmod.so m.c usr/lib/libwave.so; $CC $f $SMALL -Wl,-soname,libwave.so -Wl,--version-script=o -o usr/lib/libwave.so w.c; rm w.c n o m.c r.c",
        archs="arm64 riscv64", linkers="bfd gold lld", passes="riscv64-lld", symbol="wave_gain", heldout=True, not_causes="symbol-hidden dso-underlinked runtime-glibc-too-old transitive-dso-missing",
    ),
    Situation(
        "k-mock-clock", "wrap-target-missing", "a test that mocks the clock and a sensor", C + "test.o test.c\n" + C + "mock.o mock.c\n$(LINK) -Wl,--wrap=time -Wl,--wrap=read_sensor -o test test.o mock.o", {"test.c": "#include <time.h>\nint read_sensor(int);\nint main(int c, char **v) { return read_sensor(c) + (int)time(0); }", "mock.c": "int __wrap_read_sensor(int n) { return n; }"},
        archs="amd64 armhf arm64", linkers="gold mold", symbol="__wrap_time", heldout=True, not_causes="definition-not-found library-not-linked glibc-archive-on-musl",
    ),
    Situation(
        "k-hashkit", "duplicate-native-crate", "an app on two versions of one sys crate", 'RUSTFLAGS="-C linker=gcc -C link-arg=$(FUSE) -C strip=debuginfo" cargo build --offline --target-dir out -p app', TWO_DBS, archs="amd64", linkers="bfd mold", symbol="hk_round", keep="out/debug/build/*/output", heldout=True, not_causes="duplicate-definition tls-library-collision rust-runtime-duplicated duplicate-ignored",
    ),
    Situation(
        "k-two-tls", "tls-library-collision", "a proxy with two TLS libraries", C + "proxy.o proxy.c\n$(LINK) -o proxy proxy.o third_party/boringssl/lib/libssl.a third_party/openssl/lib/libssl.a", {"proxy.c": "int SSL_set_enable_ech_grease(int), SSL_CTX_set_ciphersuites(int);\nint main(int c, char **v) { return SSL_set_enable_ech_grease(c) + SSL_CTX_set_ciphersuites(c); }"}, prepare=TLS_MADE, archs="riscv64 armhf", linkers="bfd mold", symbol="SSL_new", heldout=True, not_causes="duplicate-definition duplicate-native-crate duplicate-ignored rust-runtime-duplicated",
    ),
    Situation(
        "k-ignored", "undefined-ignored", "a kiosk linked whatever is missing", C + "kiosk.o kiosk.c\n$(LINK) $(SMALL) -no-pie -Wl,--unresolved-symbols=ignore-all -o kiosk kiosk.o\n$(RUN) ./kiosk", {"kiosk.c": "int print_receipt(int);\nint main(int c, char **v) { return print_receipt(c); }"}, archs="amd64 arm64 armhf", linkers="bfd", symbol="print_receipt", ended=-1, heldout=True, not_causes="weak-undefined definition-not-found", note="links; dies at the call",
    ),
    Situation(
        "k-orbit", "relocation-overflow", "an orbit of six gigabytes in Fortran", "gfortran -O0 -fno-pie -c -o orbit.o orbit.f90\ngfortran $(FUSE) -no-pie -o orbit orbit.o", ORBIT, archs="amd64", linkers="bfd gold lld mold", symbol="reloc", says="reloc", heldout=True, not_causes="non-pic-in-pie non-pic-archive-in-shared library-not-linked",
    ),
    Situation(
        "k-protected", "copy-relocation-protected", "a palette protected in its library", SHARED + "-fvisibility=protected -o libpal.so pal.c\n$(CC) -O2 -fno-pie -c -o pick.o pick.c\n$(LINK) -no-pie -o pick pick.o -L. -lpal", {"pal.c": "int palette[8] = {1, 2, 3};\nint first(void) { return palette[0]; }", "pick.c": "extern int palette[8];\nint first(void);\nint main(int c, char **v) { return palette[c & 7] + first(); }"}, archs="amd64", linkers="bfd gold lld mold", symbol="palette", heldout=True, not_causes="symbol-hidden definition-not-found relocation-overflow",
    ),
    Situation(
        "k-exports", "version-script-undefined-symbol", "a library whose list names what it no longer has", "$(CC) -O2 -fPIC -c -o imu.o imu.c\n$(LINK) -shared -Wl,--no-undefined-version,--version-script=imu.ver -o libimu.so.3 imu.o", {"imu.c": "int imu_read(int x) { return x; }\nint imu_zero(void) { return 0; }", "imu.ver": "IMU_3.0 {\n  global: imu_read; imu_zero; imu_calibrate;\n  local: *;\n};\n"}, archs="amd64 arm64 armhf", linkers="bfd lld", symbol="imu_calibrate", heldout=True, not_causes="symbol-hidden definition-not-found symbol-version-missing",
    ),
    Situation(
        "k-underlinked", "dso-underlinked", "a viewer on a renderer that names no library", SHARED + "-o librender.so render.c\n" + C + "view.o view.c\n$(LINK) -o view view.o -L. -lrender", {"render.c": "double sample_cubic(double);\nint render(int n) { return (int)sample_cubic(n); }", "view.c": "int render(int);\nint main(int c, char **v) { return render(c); }"}, archs="arm64 riscv64 i386", linkers="bfd lld", symbol="sample_cubic", heldout=True, not_causes="transitive-dso-missing library-not-linked definition-not-found object-not-linked",
    ),
]  # fmt: skip
