"""Case, Verdict, Comparison, Finding and Evidence as a notebook, a page and a prompt show them."""

from __future__ import annotations

import io
import re
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.lib.pretty import pretty

import diag
from diag import schema
from diag.causes.model import Evidence
from diag.show.display import attach
from diag.show.display_html import MAX_GROUPS, MAX_ROWS, df_step_bars
from diag.show.html import excerpt_table, html_table
from diag.show.report import report_page
from diag.show.terminal import as_plain_text, verdict_screen
from tests import handmade as h
from tests.at_prompt import AtPrompt

attach()


def displays(shown: Any) -> dict[str, str]:
    """What a notebook keeps of it."""
    formatter = DisplayFormatter()
    formatter.active_types = list(formatter.format_types)
    return formatter.format(shown)[0]


class Tables(HTMLParser):
    """The rows of each table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_data(self, data: str) -> None:
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data


def test_a_verdict_tells_all_in_each_form() -> None:
    """Headline, evidence with its place, what to do, platforms, what is open, what is refuted."""
    told = displays(h.verdict())
    for kind in ("text/html", "text/markdown", "text/plain"):
        text = told[kind].replace("\\", "")
        for words in (
            "FAILURE EXPLAINED" if kind != "text/markdown" else "failure explained",
            h.SYMBOL, f"{h.LOG}:10", "skipping", "bad value", "give the kernel an explicit -march", "linux/arm/v7", "archive-order",
            "objects of linux/arm64", "variables-lost-after-case",
        ):  # fmt: skip
            assert words in text, (kind, words)


def test_excerpts_have_lines_and_marks() -> None:
    """The place with its line first; the words that decide marked, and bold where `mark` is taken."""
    html = displays(h.verdict())["text/html"]
    assert f"<code>{h.LOG}:12</code>" in html
    assert f"<mark><b>{h.SYMBOL}</b></mark>" in html
    assert "<mark><b>undefined reference to</b></mark>" in html
    assert "…" in excerpt_table([("x:1", "y " * 900 + f"`{h.SYMBOL}'")], [h.SYMBOL])


def test_it_reads_without_style_and_class() -> None:
    """GitHub takes both away: every table has headings, no table a column that is empty, nothing
    is told by colour."""
    html = re.sub(r' (?:style|class)="[^"]*"', "", displays(h.verdict())["text/html"])
    for table in Tables(html).tables:
        assert all(head for head in table[0])
        assert all(any(column) for column in zip(*table[1:], strict=True))
    assert "✘ failed" in html
    assert "<script" not in html
    assert "<style" not in html


def test_mathematics_keeps_off() -> None:
    """Every piece stands in a part that MathJax leaves alone; Markdown has no dollar in prose."""
    finding = h.finding(claim="$RUSTFLAGS and $CFLAGS are lost", fix=("keep $A and $B",))
    verdict = h.verdict(title="$x$", findings=(finding,))
    for shown in (verdict, finding, h.comparison(), h.case(), finding.evidence[0]):
        html = displays(shown)["text/html"]
        assert html.startswith('<div class="diag mathjax_ignore tex2jax_ignore">')
        assert html.count("<div") == 1
    prose = re.sub(r"`[^`]*`|```.*?```", "", displays(verdict)["text/markdown"], flags=re.DOTALL)
    assert not re.search(r"(?<![>\\])\$\w", prose)


def test_steps_are_bars_of_letters() -> None:
    """The longest is full, the shortest is seen, what was cached is counted, what failed is named."""
    bars = df_step_bars(h.steps())
    assert bars["time"].str.len().tolist()[:3] == [5, 20, 18]
    assert bars["time"].iloc[-1] == ""
    assert bars["how it ended"].tolist()[1].startswith("6.0 s  failed, exit 101")
    many = [h.step(f"#{n}", "linux/amd64", "ok", 1.0 + n, n + 1) for n in range(40)]
    kept = df_step_bars(
        schema.make("steps", [*many, h.step("#99", "linux/amd64", "error", 0.1, 99)])
    )
    assert len(kept) == MAX_ROWS
    assert kept["how it ended"].iloc[-1].startswith("0.1 s  failed")
    html = displays(h.verdict(steps=schema.make("steps", many)))["text/html"]
    assert "28 other steps not shown" in html


def test_a_case_tells_what_it_holds_and_reads_nothing(tmp_path) -> None:
    """What was given, what was not, what could not be used; secrets of the build arguments masked."""
    (tmp_path / "build.log").write_text("x")
    case = diag.Case(
        log={"linux/arm64": str(tmp_path / "build.log")}, dockerfile="absent/Dockerfile",
        build_args={"NPM_TOKEN": h.SECRET, "FLAGS": f"-D{h.SECRET}"}, title="a paint program",
    )  # fmt: skip
    for kind, text in displays(case).items():
        text = text.replace("\\", "")
        for words in (
            "a paint program",
            "build.log (linux/arm64)",
            "NPM_TOKEN=[masked]",
            "nothing yet",
        ):
            assert words in text, (kind, words)
        assert h.SECRET not in text
    assert "the Dockerfile does not exist" in displays(case)["text/html"]
    assert "logs" not in case.__dict__
    assert len(case.steps) == 0
    assert "0 steps" in repr(case)


def test_a_prompt_shows_the_screen_and_lists_one_line_each(monkeypatch) -> None:
    """`repr` at Python's prompt and IPython's text are the screen; within a list, one line."""
    verdict = h.verdict()
    assert repr(verdict) == str(verdict) == pretty(verdict)
    assert "What to do" in repr(verdict)
    listed = pretty(list(verdict.findings))
    assert len(listed.splitlines()) == len(verdict.findings)
    assert "<Finding kernel-object-not-built on linux/amd64" in listed
    assert "<Verdict explained: kernel-object-not-built>" in pretty([verdict])
    assert "<Comparison masked>" in pretty({"a": h.comparison()})
    assert "title: a paint program" in pretty((h.case(),))
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "stdout", terminal)
    coloured = repr(verdict)
    monkeypatch.undo()
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert max(map(len, plain.splitlines())) <= 60


def test_evidence_alone_is_masked() -> None:
    """A tuple of evidence is data that is printed too."""
    item = Evidence("x.log", 3, "NPM_TOKEN=hunter22 undefined reference to `f'")
    assert "hunter22" not in repr((item,)) + displays(item)["text/html"] + pretty([item])
    assert repr(item).startswith("Evidence(file='x.log', line_no=3, text=\"NPM_TOKEN=[masked]")
    assert item.text.endswith("`f'")


@pytest.mark.parametrize("outcome", ["no_failure", "undecided"])
def test_a_case_without_failure_claims_none(outcome: str) -> None:
    """Nothing is found, nothing is known: each form says so, and names no failure."""
    empty = {name: schema.empty(name) for name in ("link_errors", "steps", "outcomes")}
    told = displays(h.verdict(outcome=outcome, cause=None, findings=(), title="", **empty))
    words = {"no_failure": "no failure found", "undecided": "nothing that was given tells how"}
    for kind in ("text/html", "text/markdown", "text/plain"):
        assert words[outcome] in told[kind].lower()
        assert "✘" not in told[kind]
        assert "explained" not in told[kind].lower()


END = "collect2: error: ld returned 1 exit status\n"
LINE = "a.c:(.text+0x{n:x}): undefined reference to `function_of_the_library_{n}'\n"


def test_ten_thousand_link_errors_are_bounded_and_counted() -> None:
    """Of 10,000 errors and 2,000 findings each form shows the first ones and counts the rest."""
    errors = schema.make("link_errors", [h.link_error(n, f"f_{n}") for n in range(1, 10_001)])
    findings = tuple(h.finding(symbol=f"f_{n}", claim=f"f_{n} is nowhere") for n in range(2_000))
    verdict = h.verdict(findings=findings, link_errors=errors)
    told = displays(verdict)
    text = as_plain_text(verdict_screen(verdict))
    assert {kind: len(words) < 60_000 for kind, words in told.items()} == dict.fromkeys(told, True)
    assert f"{2_000 - MAX_GROUPS:,} further explanations" in told["text/html"]
    assert "further" in told["text/markdown"]
    assert "further explanations" in text
    assert len(text) < 60_000
    page = report_page(h.case(link_errors=errors), verdict)
    assert "1,940 explanations not shown" in page
    assert len(page) < 2_000_000


def test_a_log_of_two_thousand_link_errors_is_shown(tmp_path, at_prompt: AtPrompt) -> None:
    """The command shows the first ones and counts the rest; a case of many is judged and shown."""
    lines = [LINE.format(n=n) for n in range(2_000)]
    (tmp_path / "build.log").write_text("".join(lines) + END)
    told = at_prompt("log", tmp_path / "build.log").out
    assert "2,000 link errors" in told
    assert "1,940 further rows" in told
    assert len(told) < 30_000
    verdict = diag.Case(log=("".join(lines[:200]) + END).encode()).diagnose()
    assert len(verdict.link_errors) == 200
    assert all(len(words) < 60_000 for words in displays(verdict).values())


def test_long_tables_count_what_they_leave_out() -> None:
    """Rows past the limit, places past the limit."""
    crowded = h.finding(evidence=tuple(Evidence(h.LOG, n, "error") for n in range(1, 30)))
    assert "+ 23 further places" in displays(crowded)["text/html"]
    assert "further" in displays(crowded)["text/markdown"]
    assert "40 further rows not shown" in html_table(
        df_step_bars(h.steps()).sample(52, replace=True), limit=12
    )
