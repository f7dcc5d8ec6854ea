"""Case, Verdict, Comparison, Finding and Evidence in notebooks, in Markdown and at a prompt.

The classes themselves know nothing of display: this module, which stands above them, hangs the
hooks of IPython, rich and Python's own prompt on them. `diag.__init__` calls `attach` when one of
them is first used.

HTML is what JupyterLab, VS Code and GitHub show; Markdown what VS Code shows of a folder that is
not trusted, and nbconvert takes; text what a terminal, or anything else, has.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from diag.case import Case
from diag.causes.model import Evidence, Finding, Missing
from diag.compare import Comparison, PlatformChange
from diag.errors import InputError
from diag.show.display_case import Held, df_case, held_of
from diag.show.display_html import (
    case_html,
    comparison_html,
    evidence_html,
    finding_html,
    verdict_html,
)
from diag.show.display_markdown import (
    case_markdown,
    comparison_markdown,
    finding_markdown,
    verdict_markdown,
)
from diag.show.frame_tables import df_errors
from diag.show.grid import frame_table
from diag.show.investigation import problem_of
from diag.show.redact import Redactor, redactor_of
from diag.show.terminal import (
    as_plain_text,
    comparison_screen,
    console_for,
    finding_screen,
    verdict_screen,
)
from diag.show.text import as_text, clip, printable
from diag.verdict import Verdict

__all__ = ["attach", "error_line", "error_lines"]

MAX_LINE = 160  # characters of an object within a list
_PLAIN_REPR = "__diag_plain_repr__"


def attach() -> None:
    """Give the classes their displays; a second call changes nothing."""
    for shown, page, markdown, screen in (
        (Verdict, verdict_html, verdict_markdown, verdict_screen),
        (Comparison, comparison_html, comparison_markdown, comparison_screen),
        (Finding, finding_html, finding_markdown, finding_screen),
        (Case, case_html, case_markdown, _case_screen),
    ):
        setattr(shown, "_repr_html_", _masking(page))  # noqa: B010
        setattr(shown, "_repr_markdown_", _masking(markdown))  # noqa: B010
        setattr(shown, "__rich__", _masking(screen))  # noqa: B010
        setattr(shown, "__str__", _text(_masking(screen)))  # noqa: B010
        setattr(shown, "__repr__", one_line if shown is Finding else shown.__str__)  # noqa: B010
        setattr(shown, "_repr_pretty_", _pretty(_text(_masking(screen))))  # noqa: B010
    setattr(Evidence, "_repr_html_", _masking(evidence_html))  # noqa: B010
    for part in (Evidence, PlatformChange, Missing):
        if not hasattr(part, _PLAIN_REPR):
            setattr(part, _PLAIN_REPR, part.__repr__)
            setattr(part, "__repr__", _masking(getattr(part, _PLAIN_REPR)))  # noqa: B010


def _masking(show: Callable[[Any], Any]) -> Any:
    """The display of an object with its secrets masked, those that are known by their names too."""

    def method(self: Any) -> Any:
        if isinstance(self, Case):
            return show(held_of(self))
        return show(redactor_of(getattr(self, "known", ())).data(self))

    return method


def _text(screen: Callable[[Any], RenderableType]) -> Any:
    """The screen as text: in colour and as wide as the terminal, plain where there is none."""

    def method(self: Any) -> str:
        console = console_for(sys.stdout)
        if console.is_jupyter or not console.is_terminal:  # a kernel asks all tools for colours
            return as_plain_text(screen(self)).rstrip("\n")
        with console.capture() as capture:
            console.print(screen(self))
        return capture.get().rstrip("\n")

    return method


def _pretty(text: Callable[[Any], str]) -> Any:
    """IPython's text display; within a list or a mapping, one line."""

    def method(self: Any, printer: Any, cycle: bool) -> None:
        is_part = len(getattr(printer, "stack", ())) > 1
        printer.text(one_line(self) if cycle or is_part else text(self))

    return method


def one_line(shown: Any) -> str:
    """The object in one line."""
    return clip(f"<{type(shown).__name__} {printable(_masking(_in_words)(shown))}>", MAX_LINE)


def _in_words(shown: Any) -> str:
    if isinstance(shown, Finding):
        where = f" on {shown.platform}" if shown.platform else ""
        symbol = f" of {as_text(shown.symbol)}" if shown.symbol else ""
        return f"{shown.cause}{where}{symbol}: {shown.status}"
    if isinstance(shown, Verdict):
        return f"{shown.outcome}: {shown.cause}" if shown.cause else shown.outcome
    if isinstance(shown, Comparison):
        return shown.result
    return str(shown.line)


def _case_screen(held: Held) -> RenderableType:
    parts: list[RenderableType] = [frame_table(df_case(held))]
    if len(held.errors):
        parts += [Text("\nCould not be read", style="bold"), frame_table(df_errors(held.errors))]
    return Group(*parts)


def error_lines(error: InputError) -> list[str]:
    """What IPython shows in place of a traceback: what is wrong with what was given, in one line,
    and the text at fault. Where DIAG_DEBUG is set, the traceback."""
    if os.environ.get("DIAG_DEBUG"):
        return traceback.format_exception(error)
    excerpt = Redactor().text(error.excerpt or "").splitlines()
    told = f"{type(error).__name__}: {error_line(error)}"
    return [told, *(f"  | {printable(line)}" for line in excerpt)]


def error_line(error: InputError) -> str:
    """Place, what is wrong, and the help."""
    told, help = problem_of(error)
    text = f"{told}; help: {help}" if help else told
    return as_text(Redactor().text(" ".join(text.split())))
