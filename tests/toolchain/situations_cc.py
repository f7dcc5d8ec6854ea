"""The situations that the real cc crate is asked about (record_cc.py)."""

from __future__ import annotations

from typing import Any

HOST = "x86_64-unknown-linux-gnu"
ARM = "aarch64-unknown-linux-gnu"
DASHES, UNDERSCORES = ARM, ARM.replace("-", "_")
HOST_UNDERSCORES = HOST.replace("-", "_")


def _s(name: str, target: str, env: dict[str, str] | None = None, **more: str) -> dict[str, Any]:
    return {"name": name, "target": target, "env": {**(env or {}), **more}}


SITUATIONS = [
    _s("nothing, host", HOST),
    _s("CC, host", HOST, CC="plain-gcc"),
    _s("CC, cross", ARM, CC="plain-gcc"),
    _s("CC with arguments", ARM, CC="plain-gcc -DARG"),
    _s("CC with a wrapper", ARM, CC="ccache plain-gcc -DARG"),
    _s("CC empty", HOST, CC=""),
    _s("form empty before a set one", ARM, {f"CC_{UNDERSCORES}": ""}, TARGET_CC="target-gcc"),
    _s("dashes", ARM, {f"CC_{DASHES}": "dash-gcc"}, CC="plain-gcc"),
    _s("underscores", ARM, {f"CC_{UNDERSCORES}": "under-gcc"}, CC="plain-gcc"),
    _s("dashes and underscores", ARM, {f"CC_{DASHES}": "dash-gcc", f"CC_{UNDERSCORES}": "under-gcc"}),
    _s("TARGET_CC, cross", ARM, TARGET_CC="target-gcc", HOST_CC="host-gcc", CC="plain-gcc"),
    _s("TARGET_CC, host", HOST, TARGET_CC="target-gcc", HOST_CC="host-gcc", CC="plain-gcc"),
    _s("TARGET_CC alone, host", HOST, TARGET_CC="target-gcc"),
    _s("underscores over TARGET_CC", ARM, {f"CC_{UNDERSCORES}": "under-gcc"}, TARGET_CC="target-gcc"),
    _s("of another target", HOST, {f"CC_{UNDERSCORES}": "under-gcc"}, CC="plain-gcc"),
    _s("upper case of target", ARM, {f"CC_{UNDERSCORES.upper()}": "upper-gcc"}, CC="plain-gcc"),
    _s("CXX forms", ARM, {f"CXX_{UNDERSCORES}": "under-g++"}, CXX="plain-g++", CC="plain-gcc"),
    _s("CXX only", ARM, TARGET_CXX="target-g++"),
    _s("AR forms", ARM, {f"AR_{DASHES}": "dash-ar"}, AR="plain-ar", CC="plain-gcc"),
    _s("AR kind", ARM, TARGET_AR="target-ar", AR="plain-ar", CC="plain-gcc"),
    _s("CFLAGS", HOST, CC="plain-gcc", CFLAGS="-DA  -DB"),
    _s("CFLAGS forms", ARM, {f"CFLAGS_{UNDERSCORES}": "-DUNDER"}, CC="plain-gcc", CFLAGS="-DPLAIN"),
    _s("CFLAGS all forms", ARM, {f"CFLAGS_{UNDERSCORES}": "-DUNDER", f"CFLAGS_{DASHES}": "-DDASH"},
       CC="plain-gcc", CFLAGS="-DPLAIN", TARGET_CFLAGS="-DTARGET", HOST_CFLAGS="-DHOST"),
    _s("CFLAGS of the host", HOST, {f"CFLAGS_{HOST_UNDERSCORES}": "-DUNDER"}, CC="plain-gcc",
       CFLAGS="-DPLAIN", TARGET_CFLAGS="-DTARGET", HOST_CFLAGS="-DHOST"),
    _s("CFLAGS form empty", ARM, {f"CFLAGS_{UNDERSCORES}": ""}, CC="plain-gcc", CFLAGS="-DPLAIN"),
    _s("CFLAGS empty", HOST, CC="plain-gcc", CFLAGS=""),
    _s("CXXFLAGS apart from CFLAGS", ARM, {f"CXXFLAGS_{UNDERSCORES}": "-DUNDER"}, CC="plain-gcc",
       CXX="plain-g++", CFLAGS="-DC", CXXFLAGS="-DPLAIN"),
    _s("quotes", HOST, CC="plain-gcc", CFLAGS="-DA='x -Dy'"),
    _s("quotes, shell", HOST, CC="plain-gcc", CFLAGS="-DA='x -Dy'", CC_SHELL_ESCAPED_FLAGS="1"),
    _s("no defaults", HOST, CC="plain-gcc", CFLAGS="-DA", CRATE_CC_NO_DEFAULTS="1"),
    _s("no defaults, 0", HOST, CC="plain-gcc", CRATE_CC_NO_DEFAULTS="0"),
    _s("no defaults, false", HOST, CC="plain-gcc", CRATE_CC_NO_DEFAULTS="false"),
    _s("no defaults, empty", HOST, CC="plain-gcc", CRATE_CC_NO_DEFAULTS=""),
    _s("no defaults, no", HOST, CC="plain-gcc", CRATE_CC_NO_DEFAULTS="no"),
]  # fmt: skip
