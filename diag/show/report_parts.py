"""Parts of the report: evidence with its marks, the other builds of an incident, the sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from diag.show.deciding import shell_lines
from diag.show.frame_tables import table_of
from diag.show.html import MAX_COMMAND, html_table
from diag.show.redact import Redactor
from diag.show.sentences import outcome_words
from diag.show.text import as_text, code_pieces, counted, focus, listed, marked_pieces

if TYPE_CHECKING:
    import pandas as pd

    from diag.case import Case
    from diag.causes.model import Evidence
    from diag.compare import Comparison
    from diag.verdict import Verdict

MAX_TEXT = 400  # characters of one excerpt
# In a sentence or heading, and alone in a cell.
_CAUSE = re.compile(
    r"(?P<before><td[^>]*>|(?=<code>))(?P<told>(?:<code>)?(?P<name>[\w-]+)(?:</code>|(?=</td>)))"
)
_TAG = re.compile(r"(<[^<>]*>)")
# A word of more than MAX_WHOLE characters is broken after a slash, a part of more than MAX_UNBROKEN
# at its other joints, or anywhere. Escaped, a sign may be many.
MAX_WHOLE, MAX_UNBROKEN = 16, 30
_WORD = re.compile(rf"(?:&#?\w+;|[^\s&]){{{MAX_WHOLE + 1},}}")
_LONG = re.compile(rf"(?:&#?\w+;|[^\s&/]){{{MAX_UNBROKEN + 1},}}")
_JOINT = re.compile(r"(?<=..)[_,=@]+|::")  # at a hyphen browsers break by themselves
_PART = re.compile(rf"(?:&#?\w+;|[^\s&<]){{{MAX_UNBROKEN}}}(?=[^\s<])")
MAX_STILL = 36  # of a line of a command that a telephone shows without scrolling


@dataclass(frozen=True)
class Other:
    """Another case of the same incident: its name, verdict, and what changed to it."""

    name: str
    verdict: Verdict
    comparison: Comparison


@dataclass(frozen=True)
class Page:
    """Another page to read: its title, and its address from where it is named (none: this one)."""

    title: str
    href: str


@dataclass(frozen=True)
class Docs:
    """Pages of the documentation beside the report, by their addresses from there: the first one,
    and that of each cause."""

    index: str
    causes: Mapping[str, str]


def with_pages(page: str, docs: Docs) -> str:
    """The page, with each name of a cause that stands alone leading to the page of that cause."""

    def led(found: re.Match[str]) -> str:
        href = docs.causes.get(found["name"])
        if href is None:
            return found[0]
        return f'{found["before"]}<a class="cause" href="{escape(href)}">{found["told"]}</a>'

    return _CAUSE.sub(led, page)


def excerpts(evidence: Iterable[Evidence], symbols: Iterable[str | None]) -> list[dict[str, Any]]:
    """Evidence as text with marks, and place."""
    words = [symbol for symbol in symbols if symbol]
    return [
        {
            "text": marked_html(focus(item.text, MAX_TEXT, words), words),
            "place": as_text(item.place),
        }
        for item in evidence
    ]


def marked_html(text: str, words: Iterable[str | None] = ()) -> Markup:
    """The text escaped, with the words that decide in <mark>."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if is_marked else piece
        for piece, is_marked in marked_pieces(text, words)
    )


def ticked(text: str) -> Markup:
    """The text escaped, what stands between backticks as code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if is_code else piece
        for piece, is_code in code_pieces(text)
    )


def breakable(text: str) -> Markup:
    """Text or HTML whose long words may go on in the next line: paths after a slash, others at
    their joints. A short one is never broken, nor is the number of a line."""
    parts = _TAG.split(str(escape(text)))
    return Markup("".join(part if n % 2 else _with_breaks(part) for n, part in enumerate(parts)))


def _with_breaks(text: str) -> str:
    def broken(part: re.Match[str]) -> str:
        return _PART.sub(r"\g<0><wbr>", _JOINT.sub(r"\g<0><wbr>", part[0]))

    return _WORD.sub(lambda word: _LONG.sub(broken, word[0]).replace("/", "/<wbr>"), text)


def typed(command: str) -> Markup:
    """A command to be copied, whole: broken where a shell reads on. What may have to be scrolled
    can be reached by keyboard."""
    lines = shell_lines(command, MAX_COMMAND)
    is_wide = max(map(len, lines), default=0) > MAX_STILL
    reached = Markup(' tabindex="0" role="group" aria-label="Command"') if is_wide else ""
    return Markup('<pre class="command"{}>{}</pre>').format(reached, "\n".join(lines))


def df_others(others: Sequence[Other]) -> pd.DataFrame:
    """One row another build: result, by what, its cause now, what happened to each platform."""
    return table_of(
        ("build", "result", "by", "cause now", "what happened"),
        [
            (
                other.name,
                other.comparison.result,
                other.comparison.by or "",
                other.verdict.cause or outcome_words(other.verdict),
                _happened(other.comparison),
            )
            for other in others
        ],
    )  # fmt: skip


def _happened(comparison: Comparison) -> str:
    """Platforms whose build ended otherwise first; those that ended alike together."""
    told: list[str] = []
    alike: dict[str, list[str]] = {}
    for change in comparison.platforms:
        if change.before == change.after:
            alike.setdefault(change.after, []).append(change.platform)
        else:
            told.append(f"{change.platform} {change.before}, now {change.after}")
    return "; ".join([*told, *(f"{listed(names)} still {end}" for end, names in alike.items())])


def subject_of(case: Case, verdict: Verdict, mask: Redactor) -> str:
    """What a page without a title is about: the logs' names, else the platforms."""
    logs = dict.fromkeys(mask.text(log.name) for log in case.inputs.logs)
    named = dict.fromkeys(str(name) for name in verdict.outcomes["platform"].dropna() if name)
    return as_text(listed(logs, limit=3) or listed(named) or case.inputs.dockerfile or "")


def df_sources(case: Case, mask: Redactor) -> pd.DataFrame:
    """What was read, except the objects: what, where, for which platform."""
    rows = [("build log", mask.text(log.name), log.platform or "all") for log in case.inputs.logs]
    if case.inputs.dockerfile:
        rows.append(("Dockerfile", mask.text(case.inputs.dockerfile), case.engine))
    rows += [
        ("build argument", f"{k}={mask.value(k, v)}", "all") for k, v in case.build_args.items()
    ]
    return table_of(("what", "where", "for"), rows)


def objects_told(case: Case, mask: Redactor) -> dict[str, Any]:
    """The objects given, masked, as a table and in words."""
    rows = [
        (mask.text(str(path)), platform or "by their machine")
        for platform, paths in case.inputs.objects.items()
        for path in paths
    ]
    table = Markup(html_table(table_of(("file or folder", "for"), rows), limit=500))
    told = f"{counted(len(rows), 'file or folder', 'files and folders')} of objects"
    return {"objects": table if rows else "", "objects_told": told}
