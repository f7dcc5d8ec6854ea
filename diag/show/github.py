"""A verdict as annotations: the workflow commands that a runner of GitHub Actions reads.

Syntax and escapes are those of GitHub's page "Workflow commands for GitHub Actions": data escapes
%, CR and LF, a property also `:` and `,`. A runner shows ten annotations of a kind for each step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diag.platforms import display_order
from diag.show.complaints import complaints
from diag.show.deciding import n_causes, what_would_decide
from diag.show.failure_words import left_open
from diag.show.places import Place, Places, Roots
from diag.show.sentences import (
    headline,
    is_failure_seen,
    outcome_words,
    steps_of,
    supported,
)
from diag.show.text import as_text, clip, counted, focus, listed
from diag.show.wanted import what_is_missing

if TYPE_CHECKING:
    from diag.causes.model import Evidence, Finding
    from diag.verdict import Verdict

MAX_OF_KIND = 10  # annotations of one kind that a step shows
MAX_TITLE = 200  # GitHub takes 255 characters
MAX_SENTENCE = 600
MAX_EXCERPT = 240
MAX_EVIDENCE = 3  # places named in one annotation; the summary has more
MAX_NAME = 80  # characters of one symbol in a list of several
KINDS = ("error", "warning", "notice")
_KIND_OF = {"cause": "error", "claim": "warning", "contributing": "warning", "latent": "notice"}


@dataclass(frozen=True)
class Annotation:
    """One workflow command: `kind` is error, warning or notice."""

    kind: str
    title: str
    message: str
    place: Place | None = None

    def command(self, roots: Roots) -> str:
        """The line that a runner reads; a file outside of the repository is not named."""
        path = roots.relative(self.place.file) if self.place else None
        told = {"title": clip(as_text(self.title), MAX_TITLE)}
        if self.place and path:
            lines = {"line": self.place.line_no, "endLine": self.place.end_line_no}
            told = {"file": path, **{k: str(v) for k, v in lines.items() if v}, **told}
        properties = ",".join(f"{name}={_escaped_property(text)}" for name, text in told.items())
        return f"::{self.kind} {properties}::{_escaped(self.message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def annotation_lines(places: Places, roots: Roots) -> list[str]:
    """Every line to print: at most ten commands of a kind, then how many there are in all."""
    every = list(iter_annotations(places))
    lines = [one.command(roots) for kind in KINDS for one in _limited(every, kind)]
    counts = {kind: sum(one.kind == kind for one in every) for kind in KINDS}
    told = listed([counted(count, kind) for kind, count in counts.items() if count])
    return [*lines, f"diag: {told or 'nothing to annotate'}"]


def _limited(every: list[Annotation], kind: str) -> list[Annotation]:
    """Those of a kind; where a step would not show them all, the last one counts the rest."""
    own = [one for one in every if one.kind == kind]
    if len(own) <= MAX_OF_KIND:
        return own
    rest = own[MAX_OF_KIND - 1 :]
    title = f"{counted(len(rest), f'further {kind}')} not shown here"
    names = listed(dict.fromkeys(one.title for one in rest))
    return [*own[: MAX_OF_KIND - 1], Annotation(kind, title, f"{names}. The summary has them.")]


def iter_annotations(places: Places) -> Iterator[Annotation]:
    """What holds, each explanation once a place; then what is not known."""
    groups: dict[tuple[str, str, Place | None], list[Finding]] = {}
    for finding in supported(places.verdict):
        key = (finding.cause, finding.role, places.of(finding))
        groups.setdefault(key, []).append(finding)
    for (_, _, place), findings in groups.items():
        yield _explained(findings, place)
    yield from _open(places)


def _explained(findings: list[Finding], place: Place | None) -> Annotation:
    """One explanation at one place, of all its platforms and symbols."""
    first = findings[0]
    platforms = list(display_order({f.platform for f in findings if f.platform}))
    role = "" if first.role == "cause" else f" ({first.role})"
    where = f" on {listed(platforms)}" if platforms else ""
    lines = [focus(first.claim, MAX_SENTENCE, first.symbols)]
    names = [name for f in findings for name in f.symbols if name]
    others = [
        clip(as_text(name), MAX_NAME) for name in dict.fromkeys(names) if name != first.symbol
    ]
    lines += [f"Also of {listed(others)}."] if others else []
    lines += _seen([item for f in findings for item in f.evidence], names)
    lines += [f"To do: {focus(step, MAX_SENTENCE)}" for step in steps_of(first.fix)[:1]]
    lines.append(f"More: diag explain {first.cause}")
    return Annotation(_KIND_OF[first.role], f"{first.cause}{role}{where}", "\n".join(lines), place)


def _seen(evidence: Iterable[Evidence], words: list[str]) -> Iterator[str]:
    """Places with their text; a log is no file of the repository, so it is cited in the words."""
    items = list(dict.fromkeys(evidence))
    for item in items[:MAX_EVIDENCE]:
        yield f"{as_text(item.place)}  {focus(item.text, MAX_EXCERPT, words)}"
    if len(items) > MAX_EVIDENCE:
        yield f"and {counted(len(items) - MAX_EVIDENCE, 'further place')}"


def _open(places: Places) -> Iterator[Annotation]:
    """A failure that nothing explains is a warning; what would decide the rest, a notice."""
    verdict = places.verdict
    wanted = [
        focus(f"{w.missing.artefact}: {w.missing.why}", MAX_SENTENCE)
        for w in what_is_missing(verdict)
        if not w.is_check
    ]
    if verdict.outcome == "undecided":
        is_failed = is_failure_seen(verdict)
        kind, title = (
            ("warning", "failure not yet explained") if is_failed else ("notice", "not decided")
        )
        told = [focus(headline(verdict), MAX_SENTENCE), *_complained(verdict), *_deciding(wanted)]
        yield Annotation(kind, title, "\n".join(told), places.failed_step(None))
        return
    for left in left_open(verdict):
        told = [f"Nothing explains it: {left}.", *_complained(verdict, left.platform)]
        yield Annotation(
            "warning", outcome_words(verdict), "\n".join(told), places.failed_step(left.platform)
        )
    if verdict.outcome == "explained" and wanted:
        n_open = n_causes(one for one in what_would_decide(verdict) if not one.is_check)
        title = f"{counted(n_open, 'explanation')} open" if n_open else "what would confirm it"
        yield Annotation("notice", title, "\n".join(_deciding(wanted)))


def _complained(verdict: Verdict, platform: str = "") -> Iterator[str]:
    """What the log complains of, of one platform or of all."""
    own = (one for one in complaints(verdict) if not platform or platform in one.platforms)
    return _seen([item for one in own for item in one.evidence], [])


def _deciding(wanted: list[str]) -> list[str]:
    more = [f"and {counted(len(wanted) - 5, 'further artefact')}"] if len(wanted) > 5 else []
    return ["What would decide:", *(f"- {one}" for one in wanted[:5]), *more] if wanted else []
