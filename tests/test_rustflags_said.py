"""rustflags-precedence-or-target-split by what a log's own commands show, without a Dockerfile."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.rivals import explained_once
from tests.facts_builder import AMD64, make_facts

CAUSE, NATIVE = "rustflags-precedence-or-target-split", "native-library-not-declared"
TARGET = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"
FILE = "printf '[build]\\nrustflags = [\"-lxy\"]\\n' > .cargo/config.toml"
OBJECT = "/src/t/debug/deps/x-0123456789abcdef.a.rcgu.o"


def found(*texts: str) -> dict[str, str]:
    """Cause -> status, of the two, where a crate misses a name of libxy.a."""
    error = {"symbol": "xy_open", "line_no": 40, "object": OBJECT, "platform": AMD64}
    facts = make_facts(
        platforms=(AMD64,),
        lines=[{"line_no": n, "kind": "echo", "text": t} for n, t in enumerate(texts, 1)],
        link_errors=[error],
        link_commands=[{"line_no": 30, "words": ["-o", "x", "-lc"], "is_shortened": True}],
        objects=[{"file": "libxy.a", "member": "xy.o"}],
        sightings=[{"file": "libxy.a", "member": "xy.o", "name": "xy_open", "role": "defined"}],
    )
    findings = [f for cause in (CAUSE, NATIVE) for f in CATALOGUE[cause].judge(facts)]
    return {f.cause: f.status for f in explained_once(findings, CATALOGUE)}


@pytest.mark.parametrize(
    "texts",
    [
        [f'{TARGET}="-L. -lxy" RUSTFLAGS="-C opt-level=1" cargo build'],
        [f'RUSTFLAGS= {TARGET}="-l static=xy" cargo +nightly b -v'],
        ['CARGO_ENCODED_RUSTFLAGS="-Cdebuginfo=1" RUSTFLAGS="-lxy" cargo test'],
        [f'{TARGET}="-g" CARGO_BUILD_RUSTFLAGS="-lxy" cargo build'],
        [FILE, 'RUSTFLAGS="-C strip=debuginfo" cargo build'],
    ],
)
def test_flags_of_higher_rank_win(texts):
    """Both stand in the log, and the link names no such library: no crate forgot to ask."""
    assert found(*texts) == {CAUSE: "supported", NATIVE: "refuted"}


@pytest.mark.parametrize(
    "texts",
    [
        ['RUSTFLAGS="-lxy" cargo build'],  # the winner itself asks: the loss is another
        [f'RUSTFLAGS="$FLAGS -g" {TARGET}="-lxy" cargo build'],  # what the shell makes of it
        ['CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-lxy" RUSTFLAGS="-g" cargo build'],
        [f'unset RUSTFLAGS; {TARGET}="-lxy" cargo build'],
        [FILE, f'{TARGET}="-g" cargo build'],  # a file's [target] would be joined with it
        [FILE, "cargo build"],
        ['RUSTFLAGS="-g" cargo build', FILE],  # written after it was read
        [f'{TARGET}="-lxyz" RUSTFLAGS="-g" cargo build'],  # another library
    ],
)
def test_flags_that_do_not_win_are_not_told(texts):
    """It stays with what was open before."""
    assert CAUSE not in found(*texts)
