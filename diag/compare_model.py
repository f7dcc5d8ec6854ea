"""What a comparison says: one word for all, and for each platform the word, what it consists of in
sentences, and where that is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from diag.causes.model import NEVER_SHOWN, Evidence, Pairs

__all__ = [
    "DEFINED", "GONE", "IMPORTED", "MADE", "ONE_LEFT", "RAN", "RESPELLED", "STUB", "Comparison", "Judged",
    "PlatformChange",
]  # fmt: skip

# How a cause was removed.
DEFINED = "defined"
IMPORTED = "imported"
GONE = "no longer referenced"
RESPELLED = "referenced by another name"
ONE_LEFT = "one definition left"
STUB = "defined, maybe by a stub"
MADE = "output made"
RAN = "ran to its end"


@dataclass(frozen=True)
class Judged:
    """What is found of one platform: the word, what it is by, where it is seen, and in sentences
    what it consists of. `how`: how the cause was removed, where it was."""

    result: str | None
    by: str | None
    evidence: tuple[Evidence, ...]
    says: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True)
class PlatformChange:
    """One platform before and after. `result` is None where it was sound both times; `symbol` is
    the first of `n_symbols` that the failure is about; `says` and `how` as in Judged."""

    platform: str
    result: str | None
    by: str | None
    before: str
    after: str
    symbol: str | None
    evidence: tuple[Evidence, ...]
    n_symbols: int = 0
    how: str = ""
    says: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """One item of `platforms` in the JSON contract."""
        return {
            "platform": self.platform or None,
            "result": self.result,
            "by": self.by,
            "before": self.before,
            "after": self.after,
            "symbol": self.symbol,
            "how": self.how or None,
            "says": list(self.says),
            "evidence": [item.to_json() for item in self.evidence],
        }


@dataclass(frozen=True)
class Comparison:
    """What the change did: the worst word over all platforms, and each platform apart."""

    result: str
    by: str | None
    platforms: tuple[PlatformChange, ...]
    evidence: tuple[Evidence, ...]
    before_title: str = ""
    after_title: str = ""
    known: Pairs = field(default=(), repr=False, compare=False, metadata=NEVER_SHOWN)
    how: str = ""
    says: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of `compare`, schema 1."""
        return {
            "schema": 1,
            "result": self.result,
            "by": self.by,
            "how": self.how or None,
            "says": list(self.says),
            "platforms": [change.to_json() for change in self.platforms],
            "evidence": [item.to_json() for item in self.evidence],
        }
