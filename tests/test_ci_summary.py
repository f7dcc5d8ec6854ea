"""The summary of a step in GitHub's Markdown: read back by a parser, nothing of it is markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from diag import schema
from diag.show import github_summary
from diag.show.display_html import verdict_html
from diag.show.github_summary import summary_markdown
from diag.show.markdown import code, fence, plain, prose, table
from diag.show.outline import outline
from diag.show.terminal import as_plain_text, verdict_screen
from diag.show.text import as_text
from tests import handmade as h
from tests.ci_samples import HOSTILE, hostile_verdict

# -- Markdown -------------------------------------------------------------------------------------

_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False, "html": True})


class Seen(HTMLParser):
    """The text that a reader sees, and the elements in which it stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(markdown: str) -> Seen:
    return Seen(_MARKDOWN.render(markdown))


TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text("ab1 `|\\*_~<>&$@#:/.![](){}+=-\n\t", max_size=24)
)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_running_text_reads_as_it_is(text: str) -> None:
    """No sign of it marks anything up, in a paragraph and in a table; in our own words pairs of
    ticks are code."""
    told = "".join(as_text(text).split())
    cell = seen(table(["x"], [[plain(text)]]))
    for shown, wanted in ((seen(plain(text)), told), (cell, f"x{told}"), (seen(prose(text)), told)):
        kept = "".join(shown.text.split())
        assert kept == wanted or ("code" in shown.tags and kept == wanted.replace("`", ""))
        assert shown.tags <= {"p", "span", "code", "table", "thead", "tbody", "tr", "th", "td"}


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_code_reads_as_it_is(text: str) -> None:
    """In a span and in a block."""
    told = as_text(text)
    block = seen(fence([text, "end"]))
    assert block.text.rstrip() == f"{told}\nend"
    assert block.tags == {"pre", "code"}
    assert "".join(seen(f"x {code(text)}").text.split()) == "x" + "".join(told.split())


def test_what_github_finds_in_text_is_broken_up() -> None:
    """Mathematics, mentions, issues, addresses and emoji: no one piece of text holds one whole."""
    texts = [
        t for t in re.split(r"<[^>]*>", _MARKDOWN.render(prose(HOSTILE[10] + " $x$ :tada:"))) if t
    ]
    assert not [t for t in texts if re.search(r"[@#]\w|https?://|www\.\w|\$.*\$|:\w+:", t)]


# -- the summary ----------------------------------------------------------------------------------


def test_the_summary_tells_all_in_the_order_of_need() -> None:
    """Headline, platforms, evidence with its lines, fix, what would decide, what is refuted."""
    text = summary_markdown(h.verdict())
    parts = ["## diag: failure explained", "| platform |", "### What the evidence shows", "```text\n",
             f"{h.LOG}\n", "### What to do", "1. give the kernel", "### What would decide",
             "```sh\n", "<details><summary>Refuted: 1 explanation"]  # fmt: skip
    assert sorted(parts, key=text.index) == parts
    assert h.SKIPPED in text


def test_hostile_text_stays_text_in_a_summary() -> None:
    """Only our own elements are there, and every fence is closed by its like."""
    shown = seen(summary_markdown(hostile_verdict()))
    ours = {"h2", "h3", "p", "strong", "span", "code", "pre", "table", "thead", "tbody", "tr", "th",
            "td", "ol", "ul", "li", "details", "summary"}  # fmt: skip
    assert shown.tags <= ours
    assert "alert(1)" in shown.text
    assert shown.text.count("What could not be read") == 1


def test_a_summary_that_is_too_long_counts_what_it_leaves_out() -> None:
    """Whole parts only, and never more bytes than there is room for."""
    verdict = hostile_verdict()
    whole = summary_markdown(verdict)
    assert len(whole.encode("utf-8", "replace")) < github_summary.MAX_BYTES
    for room in (0, 100, 600, 9_000):
        text = summary_markdown(verdict, room=room)
        assert len(text.encode("utf-8", "replace")) <= room
        assert seen(text).tags <= seen(whole).tags
    assert "further parts would exceed" in text


def test_what_a_summary_does_not_show_is_counted() -> None:
    """No part ends without a word: explanations, what can fail later, steps, what is refuted."""
    numbers = range(70)
    fix = tuple(f"step {n}" for n in numbers)
    findings = [h.finding(cause=f"cause-{n}", fix=fix) for n in numbers]
    findings += [h.finding(cause=f"latent-{n}", role="latent") for n in numbers]
    findings += [h.finding(cause=f"wrong-{n}", status="refuted", role="claim") for n in numbers]
    text = summary_markdown(h.verdict(findings=tuple(findings)))
    holding, later = text.split("### Seen too")
    assert "And 30 further explanations." in holding
    assert "And 10 further steps." in holding
    assert "And 30 further explanations." in later
    assert "And 10 further explanations." in later.split("Refuted: 70")[1]


@pytest.mark.parametrize("shown", ["screen", "html", "markdown"])
def test_every_display_tells_its_parts_in_one_order(shown: str) -> None:
    """Screen, cell and summary have the parts of the outline; a summary has its platforms first."""
    findings = (*h.FINDINGS, h.finding(cause="can-fail-later", role="latent"))
    errors = schema.make(
        "errors", [{"file": "x", "where": "x", "member": "", "reason": "broken", "help": ""}]
    )
    verdict = h.verdict(findings=findings, errors=errors)
    text = {
        "screen": lambda: as_plain_text(verdict_screen(verdict)),
        "html": lambda: verdict_html(verdict),
        "markdown": lambda: summary_markdown(verdict),
    }[shown]()
    parts = outline(verdict)
    assert [part.name for part in parts] == [
        "holding", "to_do", "platforms", "latent", "open", "refuted", "steps", "unread"
    ]  # fmt: skip
    left_out = {"screen": ["steps"], "html": [], "markdown": ["steps", "platforms"]}[shown]
    titles = [part.title for part in parts if part.name not in left_out]
    assert sorted(titles, key=text.index) == titles
    assert "Steps of the build" not in text or shown == "html"
