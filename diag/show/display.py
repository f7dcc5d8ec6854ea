"""Case, Verdict and Comparison as tables in notebooks and as text at a prompt.

The classes themselves know nothing of display: this module, which stands above them, hangs the
hooks of IPython and rich on them. `diag.__init__` calls `attach` when one of them is first used.
"""

from __future__ import annotations

from html import escape
from typing import Any

from diag.case import Case
from diag.causes.model import Finding
from diag.compare import Comparison
from diag.show.frame_tables import df_errors
from diag.show.html import html_table
from diag.show.redact import Redactor
from diag.show.sentences import RESULT_WORDS, headline
from diag.show.tables import df_changes, df_evidence, df_explanations, df_missing, df_platforms
from diag.show.terminal import as_plain_text, comparison_screen, finding_screen, verdict_screen
from diag.show.text import as_text
from diag.verdict import Verdict


def attach() -> None:
    """Give the classes their displays; a second call changes nothing."""
    for shown, page, screen in (
        (Verdict, verdict_html, verdict_screen),
        (Comparison, comparison_html, comparison_screen),
        (Finding, finding_html, finding_screen),
        (Case, case_html, None),
    ):
        _hang(shown, "_repr_html_", _masking(page))
        if screen is not None:
            _hang(shown, "__rich__", _masking(screen))
            _hang(shown, "_repr_pretty_", _pretty(_masking(screen)))


def _hang(shown: type, name: str, method: Any) -> None:
    setattr(shown, name, method)


def _masking(show: Any) -> Any:
    """The display of an object with its secrets masked."""

    def method(self: Any) -> Any:
        return show(self if isinstance(self, Case) else Redactor().data(self))

    return method


def _pretty(screen: Any) -> Any:
    """IPython's text display: plain text of the same screen."""

    def method(self: Any, printer: Any, cycle: bool) -> None:
        printer.text(type(self).__name__ if cycle else as_plain_text(screen(self)).rstrip("\n"))

    return method


def verdict_html(verdict: Verdict) -> str:
    """Headline, platforms, explanations, what was missing or unreadable."""
    parts = [
        f"<p><strong>{escape(as_text(headline(verdict)))}</strong></p>",
        html_table(df_platforms(verdict), "Platforms"),
        html_table(df_explanations(verdict), "Explanations, and what the evidence says of each"),
    ]
    missing = df_missing(verdict)
    if len(missing):
        parts.append(html_table(missing, "What is missing"))
    if len(verdict.errors):
        parts.append(html_table(df_errors(verdict.errors), "What could not be read"))
    return _page(parts)


def comparison_html(comparison: Comparison) -> str:
    """The result in words and one row a platform."""
    said = f"{comparison.result}: {RESULT_WORDS[comparison.result]}"
    by = f" (by {comparison.by})" if comparison.by else ""
    head = f"<p><strong>{escape(said + by)}</strong></p>"
    return _page([head, html_table(df_changes(comparison), "What the change did")])


def finding_html(finding: Finding) -> str:
    """Claim and evidence of one finding."""
    where = f" on {finding.platform}" if finding.platform else ""
    head = f"{finding.cause}{where}: {finding.status}"
    claim = f"<p><strong>{escape(head)}</strong><br>{escape(as_text(finding.claim))}</p>"
    return _page([claim, html_table(df_evidence(finding), "Evidence")])


def case_html(case: Case) -> str:
    """What the case holds, without reading any of it."""
    mask = Redactor()
    facts = {
        "title": case.title,
        "logs": ", ".join(log.name for log in case.inputs.logs),
        "Dockerfile": case.inputs.dockerfile or "",
        "objects": ", ".join(str(p) for paths in case.inputs.objects.values() for p in paths),
        "build arguments": ", ".join(f"{k}={mask.value(k, v)}" for k, v in case.build_args.items()),
        "claims": ", ".join(case.claims),
    }
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(mask.text(as_text(told)) or "not given")}</td></tr>'
        for name, told in facts.items()
    )
    return _page([f'<table class="diag mathjax_ignore tex2jax_ignore">{rows}</table>'])


def _page(parts: list[str]) -> str:
    return f'<div class="mathjax_ignore tex2jax_ignore">{"".join(parts)}</div>'
