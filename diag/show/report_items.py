"""Explanations, artefacts and other builds, as the templates of the report take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diag.show.comparison_words import changed_symbols, found_words, places, result_words
from diag.show.deciding import Deciding, Refuted, is_command
from diag.show.report_parts import Other, excerpts, ticked
from diag.show.tables import STATUS_WORDS
from diag.show.text import as_text, command_text, counted, listed

if TYPE_CHECKING:
    from diag.show.complaints import Complaint
    from diag.show.sentences import Group

MAX_EVIDENCE = 8  # places of one explanation


def group_told(group: Group) -> dict[str, Any]:
    """An explanation with its evidence."""
    first = group.first
    return {
        "status": first.status,
        "word": STATUS_WORDS[first.status],
        "cause": first.cause,
        "role": first.role,
        "platforms": listed(group.platforms),
        "claim": ticked(first.claim),
        "evidence": excerpts(group.evidence[:MAX_EVIDENCE], group.symbols),
        "n_more": more(len(group.evidence) - MAX_EVIDENCE, "further place"),
        "experiment": ticked(first.experiment or "") if first.status != "refuted" else "",
    }


def complaint_told(one: Complaint) -> dict[str, Any]:
    """What the log complains of, with its lines."""
    return {"platforms": listed(one.platforms), "evidence": excerpts(one.evidence, ())}


def more(number: int, noun: str) -> str:
    """How many are not shown; empty for none."""
    return counted(number, noun) if number > 0 else ""


def deciding_told(one: Deciding) -> dict[str, Any]:
    """An artefact, and the explanations that wait for it with what they do not share."""
    missing, places = one.missing, one.evidence()
    return {
        "artefact": as_text(missing.artefact) if missing else "No artefact is known",
        "why": as_text(missing.why) if missing else "that would decide these",
        "how": [
            {"text": command_text(step), "is_command": is_command(step)}
            for step in (missing.how if missing else ())
        ],
        "decides": "" if one.is_check else one.use,
        "groups": [group_told(group) for group in one.groups],
        "evidence": excerpts(places[:MAX_EVIDENCE], one.symbols),
        "n_more": more(len(places) - MAX_EVIDENCE, "further place"),
    }


def refuted_told(one: Refuted) -> dict[str, Any]:
    """Who is put aside, and by what."""
    names = [group.first.cause for group in one.groups]
    return {"by": one.by, "reason": one.reason, "names": names, "group": group_told(one.first)}


def other_told(other: Other) -> dict[str, Any]:
    """Another build, and what it did to the cause."""
    comparison = other.comparison
    title = f"{as_text(other.verdict.title)}: " if other.verdict.title else ""
    return {
        "name": other.name,
        "result": comparison.result,
        "said": f"{title}{result_words(comparison)}.",
        "found": [ticked(as_text(text)) for text in found_words(comparison)],
        "evidence": excerpts(places(comparison), changed_symbols(comparison)),
    }
