"""The parts of a verdict in the order of need: what shows it, what the log complains of where nothing
is known, what to do, how each platform ended and differs, what can fail later, what would decide the rest, what is
put aside, what could not be read.

Each display draws these parts, some leave one out; how a part looks, and how much of it is shown,
is the display's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diag.show import differences
from diag.show.complaints import TITLE, complaints
from diag.show.deciding import what_is_refuted, what_would_decide
from diag.show.frame_tables import df_errors
from diag.show.sentences import grouped, headline, supported, what_stays, what_to_do
from diag.show.tables import df_platforms

if TYPE_CHECKING:
    from diag.case import Case
    from diag.verdict import Verdict


@dataclass(frozen=True)
class Part:
    """`items` are groups of findings, complaints, steps of a fix, artefacts, or the rows of a
    frame; `notes` are sentences that stand behind them and are none of them."""

    name: str
    title: str
    items: Any
    notes: tuple[str, ...] = ()


def outline(verdict: Verdict, case: Case | None = None) -> list[Part]:
    """The parts that there are. What would only check whether the artefacts belong together is
    left to the page, the notebook and the JSON."""
    parts = (
        Part(
            "holding",
            "What the evidence shows",
            grouped(supported(verdict, "cause", "contributing", "claim")),
        ),
        Part("complaints", TITLE, complaints(verdict)),
        Part("to_do", "What to do", what_to_do(verdict), what_stays(verdict)),
        Part("platforms", "Platforms", df_platforms(verdict, case)),
        Part("differences", differences.TITLE, differences.df_differences(verdict)),
        Part(
            "latent",
            "Seen too: it can fail later, or elsewhere",
            grouped(supported(verdict, "latent")),
        ),
        Part(
            "open", "What would decide", [w for w in what_would_decide(verdict) if not w.is_check]
        ),
        Part("refuted", "Refuted", what_is_refuted(verdict)),
        Part("steps", "Steps of the build", verdict.steps),
        Part("unread", "What could not be read", df_errors(verdict.errors)),
    )
    return [part for part in parts if len(part.items)]


def told_before(verdict: Verdict) -> str:
    """What stands above the parts and needs not be said in them again."""
    return headline(verdict) if verdict.outcome == "explained" else ""
