"""Dockerfiles whose own lines are the fault, built by a real BuildKit (image.sh, buildkit.py)."""

from __future__ import annotations

from situation import Situation

FROM = "FROM --platform=$BUILDPLATFORM localhost/build-links:bookworm AS build\n"
END = "\nFROM scratch\nCOPY --from=build /src/app /app\n"
CHOICE = 'case "$TARGETARCH" in amd64) CC=gcc ;; arm64) CC=aarch64-linux-gnu-gcc ;; arm) CC=arm-linux-gnueabihf-gcc ;; esac'
PROJECT = {
    "Makefile": "app: out/main.o out/tide.o\n\t$(CC) -o $@ $^ $(LIBS)\nout/%.o: %.c\n\t@mkdir -p out\n\t$(CC) -O1 -c -o $@ $<\n",
    "main.c": "int tide_level(int hour);\nint main(int c, char **v) { return tide_level(c); }",
    "tide.c": "int tide_level(int hour) { return hour % 12; }",
    ".dockerignore": "Dockerfile*\n",
}
VENDORED = PROJECT | {
    "tide.c": "int moon_phase(int);\nint tide_level(int hour) { return moon_phase(hour) % 12; }"
}
MOON = "mkdir vendor; echo 'int moon_phase(int x) { return x & 7; }' > m.c; $CC -O1 -c -o moon.o m.c; $AR rcs vendor/libmoon.a moon.o; rm m.c moon.o"
READER = {
    "Makefile": "app: main.o\n\t$(CC) -static -o $@ $^ vendor/libreader.a\nmain.o: main.c\n\t$(CC) -O1 -c -o $@ $<\n",
    "main.c": "int reader_open(const char *path, int n);\nint main(int c, char **v) { return reader_open(v[0], c); }",
    ".dockerignore": "Dockerfile*\n",
}
GLIBC_MADE = (
    "mkdir vendor; printf '#include <string.h>\\n#include <stdio.h>\\nint reader_open(const char *p, int n) { char b[64]; memcpy(b, p, n); strcat(b, p); return fprintf(stderr, \"%%s\", b); }\\n' > r.c;"
    " gcc -O2 -D_FORTIFY_SOURCE=2 -fno-stack-protector -c -o reader.o r.c; ar rcs vendor/libreader.a reader.o; rm r.c reader.o"
)

SITUATIONS = [
    Situation(
        "one-cache-for-all-platforms", "cache-mount-shared-across-arch", "a tide table for two machines", "", PROJECT,
        archs="arm64 armhf", linkers="buildkit", before="amd64", symbol="out/main.o",
        dockerfile=FROM + "ARG TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN --mount=type=cache,target=/src/out " + CHOICE + " && make CC=$CC" + END,
        also="stale-build-output", not_causes="target-linker-not-set wrong-cc-for-c-deps wrong-arch-prebuilt-archive arg-scope-lost", note="built for amd64 just before, on the same engine",
    ),
    Situation(
        "argument-of-another-scope", "arg-scope-lost", "a tide table with a library for each machine", "", VENDORED, prepare=MOON,
        archs="arm64 armhf", linkers="buildkit", symbol="libmoon.a",
        dockerfile="ARG TARGETARCH\n" + FROM + "WORKDIR /src\nCOPY . .\nRUN CC=gcc; " + CHOICE + "; make CC=$CC LIBS=vendor/libmoon.a" + END,
        not_causes="dockerfile-env-flow-broken target-linker-not-set wrong-cc-for-c-deps cache-mount-shared-across-arch no-branch-matched", also="wrong-arch-prebuilt-archive wrong-arch-object",
        note="TARGETARCH is declared before FROM only; the vendored archive is of the right machine",
    ),
    Situation(
        "export-in-another-run", "dockerfile-env-flow-broken", "a tide table whose compiler is exported", "", VENDORED, prepare=MOON,
        archs="arm64", linkers="buildkit", symbol="libmoon.a",
        dockerfile=FROM + "ARG TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN " + CHOICE + " && export CC && $CC --version\nRUN make LIBS=vendor/libmoon.a" + END,
        not_causes="target-linker-not-set arg-scope-lost variables-lost-after-case cache-mount-shared-across-arch", also="wrong-arch-prebuilt-archive wrong-arch-object",
        note="each RUN is a new shell; the vendored archive is of the right machine",
    ),
    Situation(
        "machine-without-a-branch", "no-branch-matched", "a tide table for a third machine", "", VENDORED, prepare=MOON,
        archs="armhf", linkers="buildkit", symbol="libmoon.a",
        dockerfile=FROM + 'ARG TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN export CC=gcc; case "$TARGETARCH" in amd64) export CC=gcc ;; arm64) export CC=aarch64-linux-gnu-gcc ;; armv7) export CC=arm-linux-gnueabihf-gcc ;; esac; make LIBS=vendor/libmoon.a' + END,
        not_causes="dockerfile-env-flow-broken target-linker-not-set arg-scope-lost variables-lost-after-case cache-mount-shared-across-arch", also="wrong-arch-prebuilt-archive wrong-arch-object",
        note="TARGETARCH is arm, the branch says armv7",
    ),
    Situation(
        "reader-on-a-musl-image", "glibc-archive-on-musl", "a reader built with musl", "", READER, prepare=GLIBC_MADE, archs="amd64", linkers="buildkit", symbol="__memcpy_chk",
        dockerfile=FROM + "WORKDIR /src\nCOPY . .\nRUN make CC=musl-gcc" + END, not_causes="musl-lfs64-removed host-libc-headers-leak newer-glibc-archive definition-not-found",
    ),
    Situation(
        "link-stage-by-the-host", "target-linker-not-set", "a tide table that the makefile links by gcc", "", PROJECT | {"Makefile": PROJECT["Makefile"].replace("\t$(CC) -o $@", "\tgcc -o $@")}, archs="arm64", linkers="buildkit", symbol="out/main.o",
        dockerfile=FROM + "ARG TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN " + CHOICE + " && make CC=$CC" + END, not_causes="log-from-other-dockerfile dockerfile-env-flow-broken cache-mount-shared-across-arch arg-scope-lost no-branch-matched wrong-cc-for-c-deps",
        note="a look-alike of a shared cache: there is none",
    ),
    Situation(
        "log-of-an-older-revision", "target-linker-not-set", "a tide table whose Dockerfile was mended since", "", PROJECT | {"Makefile": PROJECT["Makefile"].replace("\t$(CC) -o $@", "\tgcc -o $@")}, archs="arm64", linkers="buildkit", symbol="out/main.o",
        dockerfile=FROM + "ARG TARGETARCH\nWORKDIR /src\nCOPY . .\nRUN " + CHOICE + " && make CC=$CC" + END,
        given=FROM + "ARG TARGETARCH\nWORKDIR /src\nCOPY Makefile *.c .\nRUN " + CHOICE + " && make CC=$CC LD=$CC V=1" + END,
        also="log-from-other-dockerfile", not_causes="cache-mount-shared-across-arch arg-scope-lost no-branch-matched", note="the Dockerfile given is not the one that was built",
    ),
    Situation(
        "objects-of-another-build", "object-not-linked", "a config reader whose objects come from another machine", "$(CC) -O1 -c -o main.o main.c\n$(CC) -O1 -c -o lexer.o lexer.c\n$(LINK) -o reader main.o",
        {"main.c": "int lex_more(const char *text);\nint main(int c, char **v) { return lex_more(v[0]); }", "lexer.c": "int lex_more(const char *text) { return text[0] == '#'; }"},
        archs="arm64 armhf", linkers="bfd lld", symbol="lex_more", objects_of="amd64", also="artefacts-disagree", not_causes="wrong-arch-object wrong-arch-prebuilt-archive target-linker-not-set",
        note="the log is of this machine, the objects given are of amd64: that they disagree is what can be told",
    ),
]  # fmt: skip
