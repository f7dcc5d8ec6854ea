"""Held out: Dockerfiles whose own lines are the fault, built by a real BuildKit."""

from __future__ import annotations

from s_third_docker import BUILD, LAST, WHICH, WINCH, WINCH_MADE
from situation import Situation

SITUATIONS: list[Situation] = [
    Situation(
        "k-harbor-arg", "arg-scope-lost", "a harbor whose argument stands above the first stage", "", WINCH, prepare=WINCH_MADE, archs="arm64", linkers="buildkit", symbol="libwinch.a", heldout=True,
        dockerfile="ARG TARGETARCH\nARG JOBS=2\n" + BUILD + "ARG JOBS\nWORKDIR /w\nCOPY . .\nRUN " + WHICH + "; make -j1 MORE=lib/libwinch.a" + LAST,
        also="wrong-arch-prebuilt-archive wrong-arch-object", not_causes="target-linker-not-set cache-mount-shared-across-arch dockerfile-env-flow-broken",
    ),
    Situation(
        "k-harbor-env", "dockerfile-env-flow-broken", "a harbor whose prefix is exported one line above", "", WINCH, prepare=WINCH_MADE, archs="arm64 armhf", linkers="buildkit", symbol="libwinch.a", heldout=True,
        dockerfile=BUILD + "ARG TARGETARCH\nWORKDIR /w\nRUN " + WHICH + '; echo "prefix: $CROSS"\nCOPY . .\nRUN make MORE=lib/libwinch.a' + LAST,
        also="wrong-arch-prebuilt-archive wrong-arch-object", not_causes="target-linker-not-set arg-scope-lost cache-mount-shared-across-arch no-branch-matched",
    ),
    Situation(
        "k-harbor-gone", "definition-not-found", "a harbor whose winch is nowhere", "", WINCH, archs="armhf", linkers="buildkit", symbol="winch_turn", heldout=True,
        dockerfile=BUILD + "ARG TARGETARCH\nWORKDIR /w\nCOPY . .\nRUN " + WHICH + "; make" + LAST, not_causes="arg-scope-lost target-linker-not-set no-branch-matched kernel-object-not-built static-link-order",
    ),
]  # fmt: skip
