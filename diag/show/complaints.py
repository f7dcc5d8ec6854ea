"""What the log complains of where no explanation holds: the lines that a reader looks for first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diag.causes.model import Evidence
from diag.schema import each

if TYPE_CHECKING:
    from diag.verdict import Verdict

TITLE = "What the log complains of"


@dataclass(frozen=True)
class Complaint:
    """The lines of one platform, or of the platforms whose lines say the same."""

    platforms: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def complaints(verdict: Verdict) -> tuple[Complaint, ...]:
    """The frame `failure_lines` by platform; where several say the same, the first one's lines."""
    own: dict[str, list[Evidence]] = {}
    for row in each(verdict.failure_lines):
        own.setdefault(row.platform, []).append(Evidence.of_row(row))
    alike: dict[tuple[str, ...], list[str]] = {}
    for platform, items in own.items():
        alike.setdefault(tuple(item.text for item in items), []).append(platform)
    return tuple(
        Complaint(tuple(filter(None, names)), tuple(own[names[0]])) for names in alike.values()
    )
