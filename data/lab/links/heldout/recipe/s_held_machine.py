"""Held out: objects, tools and words of another machine."""

from __future__ import annotations

from s_third_machine import GO_GAUGE, TTS, TTS_MADE
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-gauge-cc", "cgo-cc-not-cross", "a Go gauge for another machine", "CGO_ENABLED=1 GOOS=linux GOARCH=$(GOARCH) CC=$(GOCC) go build -o gauge .", GO_GAUGE, archs="i386 riscv64", linkers="default", symbol="", heldout=True,
        variables={"i386": {"GOARCH": "386", "GOCC": "aarch64-linux-gnu-gcc"}, "riscv64": {"GOARCH": "riscv64", "GOCC": "gcc"}},
        not_causes="build-rs-host-cfg target-linker-not-set wrong-cc-for-c-deps", note="fails in the compile; i386 as built on a machine of arm64",
    ),
    Situation(
        "k-speak", "wrong-arch-prebuilt-archive", "a speech program with a vendor's archive", "$(CXX) -O2 -c -o speak.o speak.cc\n$(LINKXX) -o speak speak.o -Lprebuilts/linux-x86_64 -ltts", {"speak.cc": TTS["speak.cc"]}, prepare=TTS_MADE,
        archs="arm64 i386", linkers="bfd lld", symbol="tts", heldout=True, not_causes="target-linker-not-set wrong-cc-for-c-deps static-link-order cross-pkgconfig-host-library",
    ),
    Situation(
        "k-icon-object", "wrong-arch-object", "a window program with an icon made an object", "ld -r -b binary -o icon.o icon.xpm\n$(CC) -O2 -c -o win.o win.c\n$(LINK) -o win win.o icon.o",
        {"icon.xpm": "! XPM2\n2 2 1 1\n. c black\n..\n..\n", "win.c": "extern const char _binary_icon_xpm_start[];\nint main(int c, char **v) { return _binary_icon_xpm_start[c]; }"},
        archs="arm64 riscv64 i386", linkers="bfd mold", symbol="icon.o", heldout=True, not_causes="wrong-arch-prebuilt-archive target-linker-not-set object-truncated wrong-cc-for-c-deps", note="ld of the build machine writes the object",
    ),
]  # fmt: skip
