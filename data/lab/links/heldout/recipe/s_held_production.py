"""Held out: definitions that a build was to make and did not make."""

from __future__ import annotations

from s_third_production import BLEND
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-blend", "build-rs-host-cfg", "a compositor crate that picks its assembly in build.rs",
        "rustc --edition 2021 -C strip=debuginfo -o target-build-script-build build.rs\nHOST=x86_64-unknown-linux-gnu TARGET=$(RUSTNAME) TARGET_AS=$(PREFIX)as ./target-build-script-build",
        BLEND, archs="arm64 riscv64", linkers="default", symbol="asm/blend_x86_64.s", drop="target-build-script-build", heldout=True,
        variables={"arm64": {"RUSTNAME": "aarch64-unknown-linux-gnu"}, "riscv64": {"RUSTNAME": "riscv64gc-unknown-linux-gnu"}},
        not_causes="asm-backend-disabled cgo-cc-not-cross wrong-cc-for-c-deps kernel-object-not-built", note="fails in the assembly; cfg!(target_arch) of a build script is the host's",
    ),
]  # fmt: skip
