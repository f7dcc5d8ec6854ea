"""A verdict as SARIF 2.1.0 (OASIS, with errata 01), the form that code scanning takes.

Only what the evidence supports is a result: GitHub makes an alert of each result, whatever its
`kind`, and would show a refuted explanation as a problem. What is refuted or open stands among the
notifications of the invocation, with the kind that it would have. Nothing depends on clock or machine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from diag.schema import each
from diag.show.failure_words import left_open
from diag.show.places import Place, Places, Roots
from diag.show.sarif_files import Files
from diag.show.sarif_rules import LEVELS, UNEXPLAINED, Rules
from diag.show.sentences import headline, is_failure_seen, not_cured_of, steps_of
from diag.show.text import as_text, clip, is_missing, listed

if TYPE_CHECKING:
    from diag.causes.model import Evidence, Finding
    from diag.verdict import Verdict

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
KINDS = {"supported": "fail", "refuted": "pass", "untestable": "open"}
MAX_RELATED = 100  # places of one result: GitHub keeps no more
MAX_CITED = 3  # of them in the message
MAX_TEXT = 1000
_LINK_SIGNS = re.compile(r"[\\\[\]]")


def sarif_log(places: Places, roots: Roots, *, status: int = 1) -> dict[str, Any]:
    """The log with one run; `status` is the exit status of the command."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(places, roots).told(status)]}


class _Run:
    """One run: its rules and artifacts are numbered as results name them."""

    def __init__(self, places: Places, roots: Roots) -> None:
        self.places, self.verdict = places, places.verdict
        self.files, self.rules = Files(places, roots), Rules()

    def told(self, status: int) -> dict[str, Any]:
        """Results and notifications first: they fill rules and artifacts."""
        results = [*self._unexplained(), *map(self._result, self._with_status("supported"))]
        notifications = [
            *map(self._notification, self._with_status("untestable")),
            *map(self._notification, self._with_status("refuted")),
            *self._unread(),
        ]
        invocation = {
            "executionSuccessful": True,
            "exitCode": status,
            "toolExecutionNotifications": notifications,
        }
        return {
            "tool": {"driver": self.rules.driver()},
            "invocations": [invocation],
            "originalUriBaseIds": self.files.bases(),
            "artifacts": self.files.artifacts(),
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": _about(self.verdict),
        }

    def _with_status(self, status: str) -> Iterator[Finding]:
        return (finding for finding in self.verdict.findings if finding.status == status)

    def _result(self, finding: Finding) -> dict[str, Any]:
        place = self.places.of(finding)
        evidence = list(dict.fromkeys(finding.evidence))
        related = [
            {"id": number, **self.files.location(_place_of(item)), "message": _message(item.text)}
            for number, item in enumerate(evidence[:MAX_RELATED], 1)
        ]
        first = place or next(map(_place_of, evidence), None)
        return {
            **self.rules.reference(finding.cause),
            "kind": "fail",
            "level": LEVELS[finding.role],
            "message": {"text": _said(finding, evidence)},
            "locations": [self.files.location(first)],
            "relatedLocations": related,
            "partialFingerprints": _fingerprints(finding.cause, finding.platform, finding.symbol),
            "properties": _properties(finding),
        }

    def _unexplained(self) -> Iterator[dict[str, Any]]:
        """A failure was seen and nothing explains it, or a part of it: that is a result too."""
        if self.verdict.outcome == "undecided" and is_failure_seen(self.verdict):
            seen, symbol = self._first_error()
            place = self.places.failed_step(None) or seen
            yield self._open(headline(self.verdict), place, None, symbol)
        for left in left_open(self.verdict):
            place = self.places.failed_step(left.platform)
            symbol = next(iter(left.symbols), None)
            yield self._open(f"Nothing explains it: {left}.", place, left.platform, symbol)

    def _open(
        self, said: str, place: Place | None, platform: str | None, symbol: str | None
    ) -> dict[str, Any]:
        return {
            **self.rules.reference(UNEXPLAINED),
            "kind": "fail",
            "level": "warning",
            "message": _message(said),
            "locations": [self.files.location(place)],
            "partialFingerprints": _fingerprints(UNEXPLAINED, platform, symbol),
        }

    def _first_error(self) -> tuple[Place | None, str | None]:
        """Where a linker says first that it fails, and over which symbol."""
        for row in each(self.verdict.link_errors.head(1)):
            symbol = None if is_missing(row.symbol) else str(row.symbol)
            return Place(str(row.file), int(row.line_no)), symbol
        return None, None

    def _notification(self, finding: Finding) -> dict[str, Any]:
        is_open = finding.status == "untestable"
        needs = [f"needs {m.artefact}: {m.why}" for m in finding.missing] if is_open else []
        said = "; ".join([f"{finding.status}: {finding.claim.rstrip('.')}", *needs])
        seen = dict.fromkeys(map(_place_of, finding.evidence))
        places = [self.files.location(place) for place in list(seen)[:MAX_CITED]]
        return {
            "associatedRule": self.rules.associated(finding.cause),
            "level": "note" if is_open else "none",
            "message": _message(said),
            **({"locations": places} if places else {}),
            "properties": _properties(finding),
        }

    def _unread(self) -> Iterator[dict[str, Any]]:
        """What could not be read."""
        for row in each(self.verdict.errors):
            line = None if is_missing(row.line_no) else int(row.line_no)
            inside = f"{row.member}: " if row.member else ""
            told = f"{inside}{row.reason}" + (f" ({row.help})" if row.help else "")
            yield {
                "level": "warning",
                "message": _message(told),
                "locations": [self.files.location(Place(str(row.file), line, line))],
            }


def _place_of(item: Evidence) -> Place:
    return Place(item.file, item.line_no, item.line_no)


def _said(finding: Finding, evidence: list[Evidence]) -> str:
    """Claim, where, the places as links to the related locations, and the first step of a fix."""
    on = f" ({finding.platform})" if finding.platform else ""
    parts = [f"{_linkless(finding.claim.rstrip('.'))}{on}."]
    if finding.covers:
        parts.append(f"Also of {_linkless(listed(finding.covers))}.")
    cited = [f"[{_linkless(item.place)}]({n})" for n, item in enumerate(evidence[:MAX_CITED], 1)]
    parts += [f"Seen at {listed(cited)}."] if cited else []
    parts += [f"To do: {_linkless(step)}" for step in steps_of(finding.fix)[:1]]
    return " ".join(parts)


def _message(text: str) -> dict[str, str]:
    return {"text": _linkless(text)}


def _linkless(text: str) -> str:
    """The text as a message: of links (3.11.6) and placeholders (3.11.5) it holds none."""
    told = _LINK_SIGNS.sub(r"\\\g<0>", clip(as_text(text), MAX_TEXT))
    return told.replace("{", "{{").replace("}", "}}")


def _fingerprints(cause: str, platform: str | None, symbol: str | None) -> dict[str, str]:
    """The same for the same explanation of the same symbol, whatever line of a log shows it.

    GitHub compares `primaryLocationLineHash` alone, by rule and file.
    """
    told = "\0".join((cause, platform or "", symbol or ""))
    digest = sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
    return {"diagFinding/v1": digest, "primaryLocationLineHash": f"{digest}:1"}


def _properties(finding: Finding) -> dict[str, Any]:
    """What SARIF has no place for, without what stands elsewhere in the result."""
    fix = {"fix": list(steps_of(finding.fix)), "not_cured": list(not_cured_of(finding.fix))}
    told = {**finding.to_json(), **fix}
    kept = ("status", "role", "family", "platform", "symbol", *fix, "experiment", "missing")
    return {
        "kind": KINDS[finding.status],
        **{name: _shown(told[name]) for name in kept if told[name]},
    }


def _shown(value: Any) -> Any:
    """The same structure with its texts as they can be shown."""
    if isinstance(value, dict):
        return {name: _shown(one) for name, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, list) else as_text(value)


def _about(verdict: Verdict) -> dict[str, Any]:
    """Outcome, headline, platforms, and how many findings there are of each status: of 0 too."""
    counts = Counter[str](finding.status for finding in verdict.findings)
    ends = verdict.outcomes
    return {
        "outcome": verdict.outcome,
        "cause": verdict.cause,
        "headline": as_text(headline(verdict)),
        "findings": {status: counts[status] for status in KINDS},
        "platforms": dict(zip(map(as_text, ends["platform"]), ends["outcome"], strict=True)),
    }
