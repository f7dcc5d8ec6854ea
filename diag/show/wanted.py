"""What is missing of a verdict: each artefact once, with what waits for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diag.platforms import display_order

if TYPE_CHECKING:
    from diag.causes.model import Finding, Missing
    from diag.verdict import Verdict

CHECK_ALONE = "no explanation of the failure waits for it; it would only show whether what was given belongs together"


@dataclass(frozen=True)
class Wanted:
    """One missing artefact and the explanations that wait for it."""

    missing: Missing
    causes: tuple[str, ...]
    platforms: tuple[str, ...]
    is_check: bool = False  # of the evidence: no explanation of the failure waits for it


def what_is_missing(verdict: Verdict) -> tuple[Wanted, ...]:
    """Each artefact that would decide something, once, with what waits for it; last, what only
    checks whether the evidence can be trusted."""
    waiting: dict[str, list[tuple[Missing, Finding]]] = {}
    for finding in verdict.findings:
        for missing in finding.missing:
            waiting.setdefault(missing.artefact, []).append((missing, finding))
    return tuple(sorted(map(_wanted, waiting.values()), key=lambda wanted: wanted.is_check))


def _wanted(pairs: list[tuple[Missing, Finding]]) -> Wanted:
    is_check = all(finding.role == "contributing" for _, finding in pairs)
    first = pairs[0][0]
    return Wanted(
        replace(first, why=CHECK_ALONE) if is_check else first,
        tuple(dict.fromkeys(finding.cause for _, finding in pairs)),
        tuple(display_order(finding.platform for _, finding in pairs if finding.platform)),
        is_check,
    )
