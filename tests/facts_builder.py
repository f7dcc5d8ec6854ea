"""Facts made of a few rows, for tests of single causes: whatever is not named is empty."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from diag import schema
from diag.causes import CATALOGUE
from diag.causes.facts import Facts
from diag.causes.model import Finding

LOG, DOCKERFILE, FOLDER = "build.log", "Dockerfile", "target"
AMD64 = "linux/amd64"
_DEFAULTS: dict[str, dict[str, Any]] = {
    "steps": {"file": LOG, "stage": "builder", "instruction": "RUN", "is_clipped": False},
    "link_errors": {
        "file": LOG,
        "platform": AMD64,
        "linker": "ld.bfd",
        "kind": "undefined",
        "n_refs": 1,
        "is_lower_bound": False,
        "detail_text": "undefined reference",
    },
    "lines": {"file": LOG, "part_no": 1, "platform": AMD64},
    "link_commands": {
        "file": LOG,
        "platform": AMD64,
        "driver": "cc",
        "flags": [],
        "inputs": [],
        "words": [],
        "is_shortened": False,
    },
    "instructions": {
        "file": DOCKERFILE,
        "stage": "builder",
        "stage_no": 0,
        "flags_text": "",
        "heredocs": [],
        "comment_lines": [],
    },
    "env": {
        "file": DOCKERFILE,
        "platform": AMD64,
        "run_no": 1,
        "command_no": 1,
        "path_no": 1,
        "stage": "builder",
        "command": "cargo",
        "argv_text": "cargo build",
        "source": "shell",
        "is_exported": True,
        "came_through": [],
    },
    "case_assignments": {"file": DOCKERFILE, "pattern": "amd64"},
    "objects": {
        "member": "",
        "member_no": 0,
        "format": "elf",
        "arch": "x86_64",
        "bits": 64,
        "kind": "relocatable",
        "abi": "",
        "compiler": "",
        "needed": [],
        "is_lto": False,
        "size_bytes": 100,
    },
    "sightings": {
        "platform": AMD64,
        "member": "",
        "member_no": 0,
        "table": ".symtab",
        "is_output": False,
        "bind": "GLOBAL",
        "visibility": "DEFAULT",
        "type": "FUNC",
        "size_bytes": 0,
    },
    "build_script": {"package": "numerics"},
    "bases": {
        "file": DOCKERFILE,
        "line_no": 1,
        "stage": "builder",
        "stage_no": 0,
        "image": "",
        "image_line_no": 1,
        "distro": "",
        "release": "",
        "libc": "",
        "version": "",
        "is_last": True,
    },
    "packages": {"file": DOCKERFILE, "stage": "builder", "stage_no": 0, "manager": "apt"},
    "near": {
        "platform": AMD64,
        "member": "",
        "member_no": 0,
        "kind": "relocatable",
        "arch": "x86_64",
        "bind": "GLOBAL",
        "type": "FUNC",
        "visibility": "DEFAULT",
    },
    "symbols": {
        "member": "",
        "member_no": 0,
        "table": ".symtab",
        "arch": "x86_64",
        "bind": "GLOBAL",
        "type": "FUNC",
        "visibility": "DEFAULT",
        "value": 0,
        "size_bytes": 0,
    },
    "details": {"member": "", "member_no": 0, "item_no": 0},
    "drift": {"file": LOG, "dockerfile": DOCKERFILE},
    "arrivals": {"platform": AMD64, "file": LOG, "arrived_status": "set", "is_same": True},
    "outcomes": {"platform": AMD64, "ended": "", "file": LOG, "line_no": 1, "text": "RUN"},
}
_FRAME_OF = {"lines": "log_lines", "unlisted_env": "env"}
_FRAMES = (*_DEFAULTS, "unlisted_env")


def judge(cause: str, **frames: Any) -> list[Finding]:
    """The findings of one cause on facts of these rows."""
    return list(CATALOGUE[cause].judge(make_facts(**frames)))


def make_facts(
    *,
    platforms: Sequence[str] = (AMD64,),
    claims: Sequence[str] = (),
    platform_of_file: Mapping[str, str] | None = None,
    **rows: Sequence[Mapping[str, Any]],
) -> Facts:
    """Facts with the given rows (a log counts as given where there are lines or link errors)."""
    frames = {name: _frame(name, rows.get(name, ())) for name in _FRAMES}
    details = frames.pop("details")
    if frames["outcomes"].empty:
        failed = [{"platform": p, "outcome": "failed"} for p in platforms]
        frames["outcomes"] = _frame("outcomes", failed)
    return Facts(
        platforms=tuple(platforms),
        unlisted_platform="linux/riscv64",
        probe=schema.make("env", [], extra=["shell"]),
        probe_differences=pd.DataFrame(),
        platform_of_file=platform_of_file or dict.fromkeys(frames["objects"]["file"], AMD64),
        has_log=bool(rows.get("lines") or rows.get("link_errors") or rows.get("drift")),
        dockerfile=DOCKERFILE if rows.get("instructions") else None,
        claims=tuple(claims),
        load_details=lambda: details,
        load_lines=lambda literals: _lines_with(frames["lines"], literals),
        **frames,
    )


def _lines_with(lines: pd.DataFrame, literals: Collection[str]) -> pd.DataFrame:
    """As the log would give them: here every line is at hand already."""
    return lines[[any(one in text for one in literals) for text in lines["text"]]]


@cache
def _empty(name: str) -> pd.DataFrame:
    """Made once: causes only read, and most frames of a test are empty."""
    return _as_gathered(name, schema.empty(_FRAME_OF.get(name, name)))


def _as_gathered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """As diag/gather.py hands it to causes."""
    return frame if name == "symbols" else schema.plain(frame)


def _frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    if not rows:
        return _empty(name)
    defaults = _DEFAULTS.get("env" if name == "unlisted_env" else name, {})
    numbered = []
    for number, row in enumerate(rows, 1):
        counted = {"error_no": number} if name == "link_errors" else {}
        if name == "sightings":
            counted = {"index": number}
        numbered.append({**defaults, **counted, **row})
    return _as_gathered(name, schema.make(_FRAME_OF.get(name, name), numbered))
