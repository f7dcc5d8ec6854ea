"""Follows what a verdict cites: the file, the line, the member, the symbol."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from diag.read.objects import scan_objects
from diag.verdict import Verdict

# Three characters at least, so that `is` and `at` are no tie; CC and the tools of two letters are.
_WORD = re.compile(r"[A-Za-z_$][\w$.+]{2,}|\b(?:[A-Z]{2}|ar|cc|go|ld)\b")
_MEMBER = re.compile(r"^(?P<member>\S+\.(?:o|obj|bc|lo))\b(?!\S)")


@lru_cache(maxsize=64)
def _lines(file: str) -> tuple[str, ...]:
    return tuple(Path(file).read_text(encoding="utf-8", errors="replace").splitlines())


@lru_cache(maxsize=64)
def _members(file: str) -> frozenset[str]:
    return frozenset(scan_objects([file]).objects["member"])


def follow(verdict: Verdict) -> tuple[int, tuple[str, ...]]:
    """(citations, those that lead nowhere: no such file, line or member; a line that shares no
    word with what is told of it)."""
    cited = [(f.cause, item) for f in verdict.findings for item in f.evidence]
    told = ((cause, item, fault_of(item.file, item.line_no, item.text)) for cause, item in cited)
    return len(cited), tuple(
        f"{cause}: {item.place}: {item.text}: {fault}" for cause, item, fault in told if fault
    )


def fault_of(file: str, line_no: int | None, text: str) -> str:
    """Why the citation leads nowhere; "" where it leads to what it tells."""
    if not file or not Path(file).exists():
        return "no such file"
    if line_no is None:
        found = _MEMBER.match(text)
        is_archive = file.endswith((".a", ".rlib"))
        return (
            "no such member"
            if found and is_archive and found["member"] not in _members(file)
            else ""
        )
    lines = _lines(file)
    if not 1 <= line_no <= len(lines):
        return f"the file has {len(lines)} lines"
    own = set(_WORD.findall(lines[line_no - 1]))
    return "" if own & set(_WORD.findall(text)) else "the line says nothing of it"
