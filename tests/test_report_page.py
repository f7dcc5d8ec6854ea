"""The report as one page: nothing to load, nothing of strangers run, what is left out is counted."""

from __future__ import annotations

import re

import pandas as pd

from diag import schema
from diag.causes.model import Evidence
from diag.show.html import html_table
from diag.show.report import comparison_page, report_page, write_report
from diag.show.report_parts import Other
from tests import handmade as h
from tests.shown import HOSTILE


def test_html_tables_are_harmless_and_left_alone_by_mathjax() -> None:
    """Markup of strangers is escaped; numbers stand to the right; MathJax keeps off."""
    html = html_table(pd.DataFrame({"text": [HOSTILE], "n": [3]}), HOSTILE)
    assert "<script>" not in html
    assert "mathjax_ignore" in html
    assert '<td style="text-align:right">3</td>' in html
    assert "\x1b" not in html


def test_report_is_one_file_without_script_or_address() -> None:
    """Nothing to load: no script, no link out, images inside the page; alternative texts told."""
    page = report_page(h.case(), h.verdict(), others=[Other("after", h.verdict(), h.comparison())])
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    images = re.findall(r"<img alt=\"([^\"]*)\"", page)
    assert len(images) == 3
    assert all(len(alt) > 40 for alt in images)
    for heading in ("The answer in three sentences", "What to do", "What was missing", "Sources"):
        assert heading in page


def test_report_escapes_hostile_text_everywhere() -> None:
    """HTML, template braces and control characters in any field stay text."""
    evidence = (Evidence(HOSTILE, 1, HOSTILE),)
    finding = h.finding(claim=HOSTILE, evidence=evidence, fix=(HOSTILE,), experiment=HOSTILE)
    page = report_page(h.case(), h.verdict(title=HOSTILE, findings=(finding,)))
    assert "<script" not in page
    assert "{{7*7}}" in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_report_marks_the_deciding_words() -> None:
    """The symbol stands in a mark in the evidence."""
    page = report_page(h.case(), h.verdict())
    assert f"<mark>{h.SYMBOL}</mark>" in page
    assert "<mark>undefined reference to</mark>" in page


def test_report_says_what_it_leaves_out() -> None:
    """More explanations and places than fit are counted on the page."""
    many = tuple(h.finding(symbol=f"symbol_{n}") for n in range(70))
    page = report_page(h.case(), h.verdict(findings=many))
    assert "10 explanations not shown here" in page
    crowded = h.finding(evidence=tuple(Evidence(h.LOG, n, "error") for n in range(1, 12)))
    assert "3 further places in the JSON" in report_page(h.case(), h.verdict(findings=(crowded,)))


def test_report_of_an_empty_case(tmp_path) -> None:
    """Nothing at hand: the page is written all the same and says what is not seen."""
    empty = {name: schema.empty(name) for name in ("outcomes", "link_errors", "steps")}
    frames = {
        "steps": schema.empty("steps"),
        "link_errors": schema.empty("link_errors"),
        "log_lines": schema.empty("log_lines"),
        "env": schema.empty("env"),
        "_scanned": (schema.empty("objects"), schema.empty("symbols"), {}),
        "platform_of_file": {},
        "platforms": (),
    }
    verdict = h.verdict(outcome="undecided", findings=(), **empty)
    path = write_report(tmp_path / "new" / "page.html", h.case(**frames), verdict)
    assert "No flags are seen" in path.read_text(encoding="utf-8")


def test_comparison_page_holds_result_and_proof() -> None:
    """The page of a comparison tells the same as the screen."""
    page = comparison_page(h.comparison()).replace("<wbr>", "")  # where a long path may break
    assert "masked" in page
    assert "after/Dockerfile:3" in page
