"""Frames of a link that misses a kernel of a Rust library, and of a RUN with a `case`."""

from __future__ import annotations

from tests.facts_builder import DOCKERFILE, judge

WANTED = "fold_rows_avx512"
UNDEFINED = {"symbol": WANTED, "line_no": 40, "object": "/t/libnumerics-0123456789abcdef.rlib"}
SKIP = {
    "line_no": 10,
    "kind": "build_script",
    "text": "warning: skipping the avx512 kernel: refused",
}
RLIB = {"file": "libnumerics-0123456789abcdef.rlib", "member": "a.o"}
WANTS = {**RLIB, "name": WANTED, "role": "wanted"}


def status(cause: str, **frames: object) -> str:
    """The status of the only finding of one cause."""
    (finding,) = judge(cause, **frames)
    return finding.status


CASE = {"line_no": 5, "name": "RUSTFLAGS", "case_line_no": 4, "esac_line_no": 8, "run_line_no": 3}
RUN = {"line_no": 3, "end_line_no": 9, "instruction": "RUN", "value_text": "case ..."}
KEPT = {
    "name": "RUSTFLAGS",
    "line_no": 9,
    "status": "set",
    "value": "-C x",
    "came_through": [f"{DOCKERFILE}:5"],
}
