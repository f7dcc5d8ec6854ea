"""The order in which findings are shown: what holds, what cannot be told, what is refuted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from diag.causes.model import Cause, Finding
from diag.platforms import display_order

STATUS_ORDER = {"supported": 0, "untestable": 1, "refuted": 2}
_ROLE_ORDER = {"cause": 0, "contributing": 1, "latent": 2, "claim": 3}
# One runtime often lacks two things at once: what explains more of the missing names comes first.
_RUNTIME = ("runtime", "runtime_cxx")


def ordered(
    findings: Iterable[Finding], catalogue: Mapping[str, Cause], claims: tuple[str, ...]
) -> list[Finding]:
    """Supported causes in the order of the tests first; then what else holds, what cannot be told
    (what a trial decides, then the more exact before what yields to it), and what is refuted: what
    someone claimed before the rest."""
    found = list(findings)
    ranks = {cause: rank for rank, cause in enumerate(catalogue)}
    runtime_rank = min(ranks[c.id] for c in catalogue.values() if c.family in _RUNTIME)
    places = {name: at for at, name in enumerate(display_order(f.platform or "" for f in found))}
    vague = _how_vague(found, catalogue)
    return sorted(
        found,
        key=lambda f: (
            STATUS_ORDER[f.status],
            f.status == "refuted" and f.cause not in claims,
            _ROLE_ORDER[f.role],
            f.status == "untestable" and not any(item.is_trial for item in f.missing),
            vague.get(f.cause, 0) if f.status == "untestable" else 0,
            runtime_rank if f.family in _RUNTIME else ranks[f.cause],
            -len(f.symbols) if f.family in _RUNTIME else 0,
            ranks[f.cause],
            places[f.platform or ""],
        ),
    )


def _how_vague(findings: Iterable[Finding], catalogue: Mapping[str, Cause]) -> dict[str, int]:
    """Of each open explanation: to how many open ones it yields, less how many yield to it."""
    names = {finding.cause for finding in findings if finding.status == "untestable"}
    counts = dict.fromkeys(names, 0)
    for name in names:
        asked = set(catalogue[name].yields_to)
        for other in names - {name} if asked == {"*"} else names & asked:
            counts[name] += 1
            counts[other] -= 1
    return counts
