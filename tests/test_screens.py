"""Screens of the terminal: everything is told, in the order of need, at any width, never as markup."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag import schema
from diag.causes.model import Evidence, Missing
from diag.show import terminal
from diag.show.deciding import shell_lines, what_is_refuted, what_would_decide
from diag.show.grid import frame_table
from tests import handmade as h
from tests.shown import HOSTILE, plain


@pytest.mark.parametrize("width", [40, 80, 160])
def test_screen_fits_the_width_and_tells_all(width: int) -> None:
    """No line is wider than the terminal; every section and every explanation is there."""
    text = plain(terminal.verdict_screen(h.verdict(), h.case()), width)
    assert max(map(len, text.splitlines())) <= width
    titles = ("What the evidence shows", "What to do", "Platforms", "What would decide", "Refuted")
    for told in (*titles, "$ diag collect"):
        assert told in text
    for finding in h.FINDINGS:
        assert finding.cause in re.sub(r"\s+", "", text)


def test_the_order_of_the_screen_is_the_order_of_need() -> None:
    """What it is, what shows it, what to do; then what would decide, then what is refuted."""
    text = plain(terminal.verdict_screen(h.verdict()))
    order = [
        "FAILURE EXPLAINED",
        "kernel-object-not-built on",
        "✔ supported",
        f"{h.LOG}:12",
        "What to do",
        "Platforms",
        "What would decide the rest",
        "? archive-order",
        "Refuted",
        "✘ variables-lost-after-case",
    ]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


def test_what_waits_for_one_artefact_is_said_once() -> None:
    """Five open explanations of one artefact: it, its commands and their common place once."""
    shared = (Evidence(h.LOG, 40, h.UNDEFINED),)
    names = [f"cause-{n}" for n in range(5)]
    waiting = [replace(h.untestable(), cause=name, evidence=shared) for name in names]
    text = plain(terminal.verdict_screen(h.verdict(findings=(h.finding(), *waiting))), 80)
    assert text.count("objects of linux/arm64") == 1
    assert text.count("$ diag collect") == 1
    assert text.count(f"{h.LOG}:40") == 2  # of what holds, and of what waits
    assert "decides 5 explanations" in text
    assert all(f"? {name}" in text for name in names)


def test_what_one_cause_explains_is_refuted_in_one_breath() -> None:
    """Explanations that yield to a more exact one share a line that names it."""
    told = (Evidence(h.LOG, 12, "explained by kernel-object-not-built: skipping"),)
    yielding = [h.finding(cause=f"c{n}", status="refuted", evidence=told) for n in range(3)]
    text = plain(terminal.verdict_screen(h.verdict(findings=(h.finding(), *yielding))))
    assert "✘ c0, c1 and c2: kernel-object-not-built explains it" in text


def test_no_open_and_no_refuted_explanation_is_lost() -> None:
    """Whatever the mixture, each finding that is not supported has its entry, once."""
    findings = (
        h.untestable(),
        replace(h.untestable(), cause="lonely", missing=()),
        *h.FINDINGS[1:3],
    )
    verdict = h.verdict(findings=findings)
    entries = [g for one in what_would_decide(verdict) for g in one.groups]
    entries += [g for one in what_is_refuted(verdict) for g in one.groups]
    assert sorted(id(f) for g in entries for f in g.findings) == sorted(map(id, findings))


@given(
    st.lists(
        st.from_regex(r"[a-z./=-]{1,30}|'[a-z ]{0,20}'", fullmatch=True), min_size=1, max_size=12
    ),
    st.integers(20, 80),
)
def test_a_broken_command_is_the_same_command(words: list[str], width: int) -> None:
    """Lines end in a backslash; a shell reads the words that were there."""
    lines = shell_lines(" ".join(words), width)
    assert shlex.split("\n".join(lines).replace("\\\n", " ")) == shlex.split(" ".join(words))
    words_in = [len(shlex.split(line.removesuffix(" \\"))) for line in lines]
    assert all(len(line) <= width or n == 1 for line, n in zip(lines, words_in, strict=True))


def test_a_comment_stands_before_its_command() -> None:
    """Broken behind a `#`, the rest of the comment would be run."""
    assert shell_lines("make -j  # see the page on make", 14) == [
        "# see the page",
        "# on make",
        "make -j",
    ]
    assert shell_lines("# keep it: RUN x", 80) == ["# keep it: RUN x"]


def test_what_is_said_is_no_command() -> None:
    """A step that begins as speech has no prompt before it."""
    missing = Missing("a log", "why", ("put -vv on it", "diag log x"))
    verdict = h.verdict(findings=(replace(h.untestable(), missing=(missing,)),))
    text = plain(terminal.verdict_screen(verdict))
    assert "- put -vv on it" in text
    assert "$ diag log x" in text


def test_log_text_is_never_markup() -> None:
    """`[builder 5/9]` and `[bold]` are shown as they stand, at any place of the screen."""
    evidence = (Evidence(h.LOG, 5, "[builder 5/9] RUN [bold]x[/bold] [/]"),)
    said = h.verdict(findings=(h.finding(evidence=evidence, claim="see [builder 5/9] [/red]"),))
    text = plain(terminal.verdict_screen(said))
    assert "[builder 5/9] RUN [bold]x[/bold] [/]" in text
    assert text.count("[builder 5/9] [/red]") >= 1


def test_piped_screen_has_no_terminal_codes() -> None:
    """Plain when piped, also if the evidence carries codes of its own."""
    verdict = h.verdict(title=HOSTILE, findings=(h.finding(claim=HOSTILE),))
    text = plain(terminal.verdict_screen(verdict))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u202e" in text


def test_screen_marks_the_deciding_words_in_a_terminal() -> None:
    """In a terminal the symbol and the message are bold."""
    shown = terminal.marked(h.UNDEFINED, [h.SYMBOL])
    bold = ["".join(shown.plain[s.start : s.end]) for s in shown.spans]
    assert bold == ["undefined reference to", h.SYMBOL]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("no_failure", "no failure found"),
        ("undecided", "nothing that was given tells how the build"),
    ],
)
def test_screen_of_an_empty_verdict(outcome: str, told: str) -> None:
    """No findings, no platforms, nothing read: a screen that says so, and claims no failure."""
    empty = {name: schema.empty(name) for name in ("outcomes", "link_errors", "steps")}
    text = plain(terminal.verdict_screen(h.verdict(outcome=outcome, findings=(), **empty)))
    assert told in text.lower()
    assert "not yet explained" not in text.lower()


def test_unreadable_parts_are_on_the_screen() -> None:
    """What could not be read is told beside the verdict, with its help."""
    row = {
        "file": "x.o",
        "where": "file",
        "member": "",
        "reason": "is truncated",
        "help": "copy it again",
    }
    text = plain(terminal.verdict_screen(h.verdict(errors=schema.make("errors", [row]))))
    assert "is truncated" in text
    assert "copy it again" in text


def test_comparison_screen_tells_result_and_proof() -> None:
    """Result, by what, and the line that shows it."""
    text = plain(terminal.comparison_screen(h.comparison()))
    assert "MASKED" in text
    assert "by undefined-ignored" in text
    assert "after/Dockerfile:3" in text


@pytest.mark.parametrize("width", [30, 60, 200])
def test_grid_shows_every_cell_at_every_width(width: int) -> None:
    """As a table or as blocks: no cell is lost, no line too wide."""
    frame = pd.DataFrame(
        {
            "platform": ["linux/amd64", "linux/arm64"],
            "n": [1, 22],
            "claim": ["a long claim " * 4, "short"],
            "where": ["some/log:1", "other/log:2"],
        }
    )
    text = plain(frame_table(frame), width)
    assert max(map(len, text.splitlines())) <= width
    for cell in ("linux/amd64", "22", "a long claim", "some/log:1", "other/log:2"):
        assert cell.replace(" ", "") in text.replace(" ", "").replace("\n", "")


def test_grid_counts_the_rows_that_it_leaves_out() -> None:
    """Past the limit, the number of further rows is told."""
    assert "58 further rows" in plain(frame_table(pd.DataFrame({"a": range(60)}), limit=2))
