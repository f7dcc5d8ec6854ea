"""The third set, half of it once held out: Dockerfiles whose own lines are the fault, built by a real BuildKit."""

from __future__ import annotations

from situation import Situation

IMAGE = "localhost/build-links:bookworm"
BUILD = f"FROM --platform=$BUILDPLATFORM {IMAGE} AS build\n"
LAST = "\nFROM scratch\nCOPY --from=build /w/harbor /harbor\n"
WHICH = 'if [ "$TARGETARCH" = arm64 ]; then export CROSS=aarch64-linux-gnu-; elif [ "$TARGETARCH" = arm ]; then export CROSS=arm-linux-gnueabihf-; else export CROSS=; fi'
HARBOR = {
    "Makefile": "CC = $(CROSS)gcc\nharbor: o/harbor.o o/crane.o $(MORE)\n\t$(CC) -o $@ $^\no/%.o: src/%.c\n\t@mkdir -p o\n\t$(CC) -O2 -c $< -o $@\n",
    "src/harbor.c": "int crane_lift(int);\nint main(int c, char **v) { return crane_lift(c); }",
    "src/crane.c": "int crane_lift(int n) { return n * 40; }",
    ".dockerignore": "Dockerfile*\n",
}
WINCH = HARBOR | {
    "src/crane.c": "int winch_turn(int);\nint crane_lift(int n) { return winch_turn(n) * 40; }"
}
WINCH_MADE = "mkdir lib; echo 'int winch_turn(int n) { return n / 3; }' > w.c; $CC -O2 -c -o winch.o w.c; $AR rcs lib/libwinch.a winch.o; rm w.c winch.o"

SITUATIONS: list[Situation] = [
    Situation(
        "k-harbor-cache", "cache-mount-shared-across-arch", "a harbor whose objects lie in a cache", "", HARBOR, archs="armhf", linkers="buildkit", before="amd64 arm64", symbol="o/harbor.o",
        dockerfile=BUILD + "ARG TARGETARCH\nWORKDIR /w\nCOPY . .\nRUN --mount=type=cache,target=/w/o,sharing=locked " + WHICH + "; make harbor" + LAST,
        also="stale-build-output", not_causes="target-linker-not-set wrong-cc-for-c-deps wrong-arch-prebuilt-archive arg-scope-lost",
    ),
    Situation(
        "k-harbor-branch", "no-branch-matched", "a harbor for machines by their kernel's names", "", WINCH, prepare=WINCH_MADE, archs="arm64", linkers="buildkit", symbol="libwinch.a",
        dockerfile=BUILD + 'ARG TARGETARCH\nWORKDIR /w\nCOPY . .\nRUN case $TARGETARCH in x86_64) export CROSS= ;; aarch64) export CROSS=aarch64-linux-gnu- ;; armv7l) export CROSS=arm-linux-gnueabihf- ;; esac; make MORE=lib/libwinch.a' + LAST,
        also="wrong-arch-prebuilt-archive wrong-arch-object", not_causes="target-linker-not-set arg-scope-lost variables-lost-after-case cache-mount-shared-across-arch", note="TARGETARCH is arm64, the branch says aarch64",
    ),
]  # fmt: skip
