"""The second set, once held out: Dockerfiles built by a real BuildKit."""

from __future__ import annotations

from situation import Situation

HOST = "FROM --platform=$BUILDPLATFORM localhost/build-links:bookworm AS "
SCRATCH = "\nFROM scratch\nCOPY --from=build /build/srv /srv\n"
TOOLS = "sh tools.sh"
PROJECT = {
    "tools.sh": 'case "$1" in\n  arm64) echo aarch64-linux-gnu-gcc ;;\n  arm) echo arm-linux-gnueabihf-gcc ;;\n  *) echo gcc ;;\nesac\n',
    "GNUmakefile": "srv: obj/srv.o obj/route.o\n\t$(CC) -o $@ obj/srv.o obj/route.o $(EXTRA)\nobj/srv.o: srv.c\n\tmkdir -p obj && $(CC) -O2 -c -o $@ srv.c\nobj/route.o: route.c\n\tmkdir -p obj && $(CC) -O2 -c -o $@ route.c\n",
    "srv.c": "int route(const char *path);\nint main(int c, char **v) { return route(v[0]); }",
    "route.c": "int route(const char *path) { return path[0] == '/'; }",
    ".dockerignore": "Dockerfile*\n",
}
VENDOR = PROJECT | {
    "route.c": "int cert_check(const char *);\nint route(const char *path) { return cert_check(path + 1); }"
}
CERT = "mkdir ext; echo 'int cert_check(const char *p) { return p[0]; }' > c.c; $CC -O2 -c -o cert.o c.c; $AR rcs ext/libcert.a cert.o; rm c.c cert.o"

SITUATIONS = [
    Situation(
        "h-named-cache", "cache-mount-shared-across-arch", "a server built with a named cache", "", PROJECT, archs="arm64", linkers="buildkit", before="armhf", symbol="obj/srv.o",
        dockerfile=HOST + "build\nARG TARGETARCH\nWORKDIR /build\nCOPY . .\nRUN --mount=type=cache,id=srv-obj,target=/build/obj CC=$(" + TOOLS + " $TARGETARCH); make CC=$CC" + SCRATCH,
        also="stale-build-output", not_causes="target-linker-not-set wrong-cc-for-c-deps wrong-arch-prebuilt-archive arg-scope-lost",
    ),
    Situation(
        "h-stage-without-arg", "arg-scope-lost", "a server whose second stage does not declare its argument", "", VENDOR, prepare=CERT, archs="arm64 armhf", linkers="buildkit", symbol="libcert.a",
        dockerfile=HOST + "base\nARG TARGETARCH\nRUN echo building for $TARGETARCH\n" + HOST + "build\nWORKDIR /build\nCOPY . .\nRUN CC=$(" + TOOLS + " $TARGETARCH); make CC=$CC EXTRA=ext/libcert.a" + SCRATCH,
        also="wrong-arch-prebuilt-archive wrong-arch-object", not_causes="target-linker-not-set cache-mount-shared-across-arch no-branch-matched",
    ),
    Situation(
        "h-sourced-file", "dockerfile-env-flow-broken", "a server whose compiler stands in a file that is sourced", "", VENDOR, prepare=CERT, archs="armhf", linkers="buildkit", symbol="libcert.a",
        dockerfile=HOST + 'build\nARG TARGETARCH\nWORKDIR /build\nCOPY . .\nRUN echo "export CC=$(' + TOOLS + ' $TARGETARCH)" > env.sh && . ./env.sh && echo "CC is $CC"\nRUN make CC=${CC:-gcc} EXTRA=ext/libcert.a' + SCRATCH,
        also="wrong-arch-prebuilt-archive wrong-arch-object", not_causes="target-linker-not-set arg-scope-lost cache-mount-shared-across-arch",
    ),
    Situation(
        "h-undefined-in-buildkit", "definition-not-found", "a server that lost a file, on a cross machine", "", PROJECT | {"route.c": "int cert_check(const char *);\nint route(const char *path) { return cert_check(path + 1); }"}, archs="armhf", linkers="buildkit", symbol="cert_check",
        dockerfile=HOST + "build\nARG TARGETARCH\nWORKDIR /build\nCOPY . .\nRUN CC=$(" + TOOLS + " $TARGETARCH); make CC=$CC" + SCRATCH,
        not_causes="arg-scope-lost kernel-object-not-built target-linker-not-set cache-mount-shared-across-arch",
    ),
]  # fmt: skip
