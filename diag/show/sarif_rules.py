"""The causes of a verdict as rules of SARIF: their words are those of `diag explain`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from diag import __version__
from diag.causes import CATALOGUE, explain
from diag.causes.model import Cause

UNEXPLAINED = "failure-not-explained"
LEVELS = {"cause": "error", "claim": "warning", "contributing": "warning", "latent": "note"}
_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
_UNEXPLAINED_TEXT = "The build failed, and the evidence at hand does not decide why."
_UNEXPLAINED_HELP = (
    "Give diag more of the build: a log of `docker buildx build --progress=plain`, the Dockerfile, "
    "the objects. What each would decide stands in the notifications of this run."
)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


class Rules:
    """Rules in the order in which results name them first."""

    def __init__(self) -> None:
        self.number_of: dict[str, int] = {}

    def associated(self, cause: str) -> dict[str, Any]:
        """A reference from a notification, which has no other place for the rule."""
        number = self.number_of.setdefault(cause, len(self.number_of))
        return {"id": cause, "index": number}

    def reference(self, cause: str) -> dict[str, Any]:
        """The rule of a result."""
        told = self.associated(cause)
        return {"ruleId": told["id"], "ruleIndex": told["index"]}

    def driver(self) -> dict[str, Any]:
        """The tool with its rules."""
        return {
            "name": "diag",
            "semanticVersion": __version__,
            "rules": [_rule(cause) for cause in self.number_of],
        }


def _rule(cause: str) -> dict[str, Any]:
    """A rule with all that code scanning asks for: both descriptions and help."""
    entry = CATALOGUE.get(cause)
    if entry is None:
        is_ours = cause == UNEXPLAINED  # else a finding that was made elsewhere
        claim, page = (_UNEXPLAINED_TEXT, _UNEXPLAINED_HELP) if is_ours else (cause, cause)
        return _described(cause, claim, (page, page), "warning")
    told = _described(
        cause,
        entry.texts.claim,
        (explain(cause), "\n\n".join(_page(entry)) + "\n"),
        LEVELS[entry.role],
    )
    told["properties"]["tags"] = [entry.family, entry.role]
    return told


def _described(cause: str, claim: str, help: tuple[str, str], level: str) -> dict[str, Any]:
    return {
        "id": cause,
        "shortDescription": {"text": claim},
        "fullDescription": {"text": claim},
        "help": {"text": help[0], "markdown": help[1]},
        "defaultConfiguration": {"level": level},
        "properties": {"problem.severity": _SEVERITIES[level]},
    }


def _page(entry: Cause) -> Iterator[str]:
    """The words of a cause as Markdown; links to its neighbours' pages lead nowhere here."""
    texts = entry.texts
    sections = {
        "What it looks like": texts.looks_like,
        "Why it happens": texts.why,
        "How to tell it from its look-alikes": texts.tell_apart,
        "Refuted by": texts.refutation,
        "Fix": texts.fix_notes or "\n".join(f"- {step}" for step in texts.fix),
        "It does not cure": texts.not_cured,
        "Experiment": texts.experiment,
        "Limits": texts.limits_notes or texts.limits,
    }
    yield texts.claim
    for title, text in sections.items():
        if text.strip():
            yield f"### {title}"
            yield _LINK.sub(r"\1", text.strip())
