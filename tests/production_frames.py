"""Names that a link misses, lines of its log, and what a cause says of them."""

from __future__ import annotations

from diag.causes import CATALOGUE
from diag.causes.model import Finding
from tests.facts_builder import AMD64, make_facts

ARM64 = "linux/arm64"


def judge(cause: str, platform: str = AMD64, **frames: object) -> list[Finding]:
    """The findings of one cause on facts of these rows."""
    return list(CATALOGUE[cause].judge(make_facts(platforms=(platform,), **frames)))  # type: ignore[arg-type]


def undefined(*names: str, platform: str = AMD64, user: str = "main.o") -> list[dict[str, object]]:
    return [{"symbol": n, "line_no": 40 + i, "object": user, "platform": platform} for i, n in enumerate(names)]  # fmt: skip


def lines(*texts: str, platform: str = AMD64, kind: str = "output") -> list[dict[str, object]]:
    return [{"line_no": n, "kind": kind, "text": t, "platform": platform} for n, t in enumerate(texts, 1)]  # fmt: skip
