"""One self-contained HTML page of a verdict: no script, no request, light, dark and in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from diag import __version__
from diag.errors import InputError
from diag.show.comparison_words import changed_symbols, found_words, places, result_words
from diag.show.complaints import complaints
from diag.show.deciding import (
    Deciding,
    what_is_refuted,
    what_would_decide,
)
from diag.show.differences import df_differences
from diag.show.frame_tables import df_errors, df_steps, told_columns
from diag.show.html import html_table
from diag.show.redact import MASK, Redactor, redactor_for
from diag.show.report_items import (
    complaint_told,
    deciding_told,
    group_told,
    more,
    other_told,
    refuted_told,
)
from diag.show.report_parts import (
    Docs,
    Other,
    Page,
    breakable,
    df_others,
    df_sources,
    excerpts,
    objects_told,
    subject_of,
    ticked,
    typed,
    with_pages,
)
from diag.show.sentences import (
    answer,
    grouped,
    headline,
    outcome_words,
    supported,
    what_stays,
    what_to_do,
)
from diag.show.tables import df_changes, df_platforms
from diag.show.text import as_text, listed

if TYPE_CHECKING:
    import pandas as pd

    from diag.case import Case
    from diag.compare import Comparison
    from diag.verdict import Verdict

MAX_GROUPS = 60  # explanations on one page
MAX_ROWS = 40  # of a table beside a chart


def write_report(
    path: str | Path,
    case: Case,
    verdict: Verdict | None = None,
    *,
    others: Sequence[Other] = (),
    pages: Sequence[Page] = (),
    docs: Docs | None = None,
    mask: Redactor | None = None,
    command: str = "",
) -> Path:
    """Write the page; the folder is made where it is not there. InputError if it cannot be written.

    `verdict` left out, the case is diagnosed. `pages` are named as the walkthrough; names of causes lead
    to their pages among `docs`, where these stand beside it. Secrets are
    masked unless `mask` is switched off. `command` is the one that makes the page again, if any.
    """
    page = report_page(
        case, verdict, others=others, pages=pages, docs=docs, mask=mask, command=command
    )
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", file=str(path), help="give another path"
        ) from None
    return target


def report_page(
    case: Case,
    verdict: Verdict | None = None,
    *,
    others: Sequence[Other] = (),
    pages: Sequence[Page] = (),
    docs: Docs | None = None,
    mask: Redactor | None = None,
    command: str = "",
) -> str:
    """The page as text."""
    mask = mask or redactor_for(case)
    verdict = mask.data(verdict if verdict is not None else case.diagnose())
    told = [mask.data(other) for other in others]
    charts = _charts(case, mask)
    groups, refuted = grouped(supported(verdict)), what_is_refuted(verdict)
    wanted, checks = _wanted_and_checks(verdict)
    page = _render(
        "report.html.j2",
        page_title=f"diag: {as_text(verdict.title) or outcome_words(verdict)}",
        title=as_text(verdict.title) or subject_of(case, verdict, mask),
        headline=as_text(headline(verdict)),
        sections=_sections(verdict, charts, told, pages),
        outcome=verdict.outcome,
        outcome_word=outcome_words(verdict),
        answer=[ticked(sentence) for sentence in answer(verdict)],
        to_do=[ticked(step) for step in what_to_do(verdict)],
        stays=[ticked(told) for told in what_stays(verdict)],
        pages=pages,
        platforms=Markup(_platform_table(verdict, case)),
        differences=_table_of(df_differences(verdict, is_whole=True)),
        groups=[group_told(group) for group in groups[:MAX_GROUPS]],
        complaints=[complaint_told(one) for one in complaints(verdict)],
        n_groups_left=more(len(groups) - MAX_GROUPS, "explanation"),
        charts=charts,
        others=[other_told(other) for other in told],
        others_table=Markup(html_table(df_others(told))),
        missing_title=_missing_title(wanted),
        missing=[deciding_told(one) for one in wanted],
        checks=[deciding_told(one) for one in checks],
        refuted=[refuted_told(one) for one in refuted[:MAX_GROUPS]],
        n_refuted_left=more(len(refuted) - MAX_GROUPS, "explanation"),
        errors=_table_of(df_errors(verdict.errors)),
        sources=Markup(html_table(df_sources(case, mask))),
        **objects_told(case, mask),
        command=as_text(command),
        is_command_masked=MASK in command,
        docs=docs,
    )
    return with_pages(page, docs) if docs else page


def comparison_page(comparison: Comparison) -> str:
    """A page of one comparison."""
    return _render(
        "comparison.html.j2",
        page_title=f"diag: {comparison.result}",
        before=as_text(comparison.before_title) or "before",
        after=as_text(comparison.after_title) or "after",
        result=comparison.result,
        said=result_words(comparison),
        changes=Markup(html_table(df_changes(comparison))),
        found=[ticked(as_text(text)) for text in found_words(comparison)],
        items=excerpts(places(comparison), changed_symbols(comparison)),
    )


def document_page(
    title: str, body: Markup, links: Sequence[Page] = (), *, more_css: str = ""
) -> str:
    """A page of prose in the dress of the report: `body` is HTML, `links` stand above it.

    Backticks in titles mark code.
    """
    css = (_TEMPLATES / "document.css").read_text(encoding="utf-8")
    page_title = as_text(title).replace("`", "")
    return _render(
        "document.html.j2", css + more_css, page_title=page_title, body=body, links=links
    )


_TEMPLATES = Path(__file__).parent / "templates"


def _render(template: str, more_css: str = "", **told: Any) -> str:
    loader = FileSystemLoader(_TEMPLATES)
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    env.filters |= {"ticked": ticked, "breakable": breakable, "typed": typed}
    css = Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8") + more_css)
    return env.get_template(template).render(css=css, version=__version__, **told)


def _sections(
    verdict: Verdict,
    charts: Sequence[Mapping[str, Any]],
    others: Sequence[Other],
    pages: Sequence[Page],
) -> list[tuple[str, str]]:
    """(anchor, heading) of each section that the page has."""
    wanted, checks = _wanted_and_checks(verdict)
    return [
        ("answer", "Answer"),
        *([("do", "What to do")] if what_to_do(verdict) else []),
        *([("walkthrough", "Walkthrough")] if pages else []),
        ("platforms", "Platforms"),
        *([("explanations", "Evidence")] if supported(verdict) else []),
        *([("complaints", "Complaints")] if complaints(verdict) else []),
        *([("missing", _missing_title(wanted).split(",")[0])] if wanted or not checks else []),
        *([("checks", "To check")] if checks else []),
        *([("refuted", "Refuted")] if what_is_refuted(verdict) else []),
        *((chart["id"], chart["heading"]) for chart in charts),
        *([("others", "Other builds")] if others else []),
        *([("unread", "Not read")] if len(verdict.errors) else []),
        ("sources", "Sources"),
        ("again", "Made again"),
    ]


def _charts(case: Case, mask: Redactor) -> list[dict[str, Any]]:
    from diag.show.chart_style import as_image_tag, is_empty
    from diag.show.chart_words import words_flags, words_steps, words_symbols
    from diag.show.charts import draw_flags, draw_steps, draw_symbols
    from diag.show.flags import df_flags
    from diag.show.steps import case_steps
    from diag.show.symbols import df_symbols, in_words

    flags, symbols = df_flags(case, mask=mask), mask.data(df_symbols(case))
    steps = mask.data(case_steps(case))
    parts = (
        ("flags", "Flags by platform", words_flags(flags), draw_flags(flags), flags),
        ("symbols", "Symbols wanted and defined", words_symbols(symbols), draw_symbols(symbols), in_words(symbols)),
        ("steps", "Steps of the build", words_steps(steps), draw_steps(steps), df_steps(steps)),
    )  # fmt: skip
    return [
        {
            "id": name,
            "heading": heading,
            "image": Markup(as_image_tag(figure, words.alt)),
            "caption": words.caption,
            "table": Markup(html_table(table, limit=MAX_ROWS)) if not is_empty(figure) else "",
        }
        for name, heading, words, figure, table in parts
    ]


def _platform_table(verdict: Verdict, case: Case) -> str:
    """One row a platform; columns of which nothing was seen are named, and take no room."""
    whole = df_platforms(verdict, case)
    table = told_columns(whole, ("platform", "build"))
    absent = [name for name in whole.columns if name not in table.columns]
    return html_table(table, f"Not seen: {listed(absent)}." if absent else "")


def _wanted_and_checks(verdict: Verdict) -> tuple[list[Deciding], list[Deciding]]:
    """What would decide or confirm; and what only checks the evidence."""
    told = what_would_decide(verdict)
    return [one for one in told if not one.is_check], [one for one in told if one.is_check]


def _table_of(frame: pd.DataFrame) -> Markup | str:
    """The table, or nothing where there is no row."""
    return Markup(html_table(frame)) if len(frame) else ""


def _missing_title(wanted: Sequence[Deciding]) -> str:
    """What the section holds: no artefact may be known, and of a known one nothing may wait."""
    if wanted and all(one.missing is None for one in wanted):
        return "What stays open"
    is_open = any(one.missing and one.groups for one in wanted)
    is_told = any(one.confirms for one in wanted)
    does = "decide" if is_open else "confirm" if is_told else ""
    return f"What was missing, and what it would {does}" if does else "What was missing"
