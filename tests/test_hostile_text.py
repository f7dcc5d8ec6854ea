"""Hostile text in every field: shown harmless and readable, on every way out."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from markdown_it import MarkdownIt
from rich.console import Console

import diag
from diag import schema
from diag.causes.model import Evidence, Missing
from diag.show import terminal
from diag.show.display import attach
from diag.show.report import comparison_page, report_page
from diag.show.text import MAX_TEXT, printable
from tests import handmade as h
from tests.hostile_words import HOSTILE, NEEDLE, STEERS

ALL = f"{NEEDLE} " + " ".join(HOSTILE.values())
GROUPS = {
    "markup": ("html", "attribute", "entities", "maths"),
    "steering": ("ansi", "carriage", "bidi", "tags", "surrogates"),
    "templates": ("rich", "jinja", "markdown"),
    "lines": ("lines",),
}
EVERY = [(name, " ".join(HOSTILE[one] for one in group)) for name, group in GROUPS.items()]
IDS = list(GROUPS)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TAGS = frozenset(
    [
        "div",
        "p",
        "strong",
        "b",
        "br",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "pre",
        "mark",
        "bdi",
        "ol",
        "ul",
        "li",
        "details",
        "summary",
    ]
)
_ATTRIBUTES = frozenset(["class", "style", "scope", "open"])


class Seen(HTMLParser):
    """The elements, attributes and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.left_open: list[str] = []
        self.feed(page)
        self.text = "".join(self.words)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.left_open += [] if tag in ("br", "img", "meta", "link", "hr", "wbr") else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.left_open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def poisoned(text: str) -> diag.Verdict:
    """The hand-made verdict with the text in every field that is free."""
    text = f"{NEEDLE} {text}"
    held = text.encode("utf-8", "replace").decode()  # a frame takes no half characters
    evidence = (Evidence(text, 7, text), Evidence(text, None, text))
    missing = (Missing(text, text, (text, "ls " + text)),)
    findings = [
        h.finding(symbol=held, claim=text, evidence=evidence, fix=(text,), experiment=text,
                  covers=(text, text + "2")),
        h.finding(role="latent", symbol=held, claim=text, evidence=evidence),
        h.finding(role="claim", status="refuted", symbol=held, claim=text, evidence=evidence),
        replace(h.untestable(), claim=text, symbol=held, evidence=evidence, missing=missing,
                experiment=text),
    ]  # fmt: skip
    errors = dict.fromkeys(("file", "where", "member", "reason", "help"), held)
    said = dict.fromkeys(("symbol", "object", "member", "detail_text", "file"), held)
    return h.verdict(
        title=text,
        findings=tuple(findings),
        outcomes=h.outcomes().assign(file=held, text=held),
        link_errors=schema.make("link_errors", [h.link_error(**said)]),
        steps=h.steps().assign(name_text=held, file=held, stage=held),
        errors=schema.make("errors", [errors]),
    )  # fmt: skip


def compared(text: str) -> diag.Comparison:
    """The hand-made comparison, poisoned."""
    text = f"{NEEDLE} {text}"
    evidence = (Evidence(text, 3, text),)
    change = replace(h.comparison().platforms[0], symbol=text, evidence=evidence)
    return h.comparison(platforms=(change,), evidence=evidence, before_title=text, after_title=text)


def case_of(text: str) -> diag.Case:
    """A case whose inputs are named so."""
    text = f"{NEEDLE} {text}".replace("\x00", "")
    return diag.Case(
        log=b"x", objects=["/no/" + text[:200]], build_args={text: text}, base_env={text: text},
        title=text, claims=[text],
    )  # fmt: skip


def displays(shown: Any) -> dict[str, str]:
    """What a notebook is given, and what Python prints."""
    attach()
    formatter = DisplayFormatter()
    formatter.active_types = list(formatter.format_types)
    data, _ = formatter.format(shown)
    return {**data, "repr": repr(shown), "str": str(shown)}


@pytest.mark.parametrize(("name", "text"), EVERY, ids=IDS)
def test_no_display_is_steered(name: str, text: str) -> None:
    """No element but ours, no code of a terminal, no mark of direction; the words can be read."""
    verdict = poisoned(text)
    comparison = compared(text)
    for shown in (verdict, comparison, case_of(text), *verdict.findings):
        told = displays(shown)
        page = Seen(told["text/html"])
        assert page.tags <= _TAGS
        assert page.attributes <= _ATTRIBUTES
        assert page.left_open == []
        for kind, words in {**told, "page": page.text}.items():
            assert not STEERS.search(words), kind
            assert NEEDLE in words, kind


@pytest.mark.parametrize(("name", "text"), EVERY, ids=IDS)
def test_markdown_makes_nothing_of_it(name: str, text: str) -> None:
    """Rendered with HTML allowed: no link, no picture, no element of the text's own."""
    render = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render
    ours = {*_TAGS, "h2", "h3", "hr", "em", "span"}
    for shown in (poisoned(text), compared(text), case_of(text)):
        page = Seen(render(displays(shown)["text/markdown"]))
        assert page.tags <= ours
        assert page.attributes <= {*_ATTRIBUTES, "start"}
        assert NEEDLE in page.text


@pytest.mark.parametrize(("name", "text"), EVERY, ids=IDS)
def test_a_terminal_gets_our_colours_alone(name: str, text: str) -> None:
    """With colours on, no other code passes; markup of rich stays text."""
    screens = [terminal.verdict_screen(poisoned(text)), terminal.comparison_screen(compared(text))]
    for screen in screens:
        stream = io.StringIO()
        Console(file=stream, force_terminal=True, color_system="truecolor", width=90).print(screen)
        assert not STEERS.search(_COLOUR.sub("", stream.getvalue()))
    text_of = terminal.as_plain_text(screens[0], width=400)
    for sign in ("[red]r[/red] [/]", "{{ 7*7 }}", "$x$ $$y$$", "<script>", "[builder 5/9] :smile:"):
        assert (sign in text_of) == (sign in text)


def test_pages_make_no_element() -> None:
    """The report and the page of a comparison: their elements are the same as with plain words."""
    plain = Seen(report_page(h.case(), poisoned("words `c` \u0627")))
    page = Seen(report_page(h.case(), poisoned(ALL)))
    assert page.tags <= plain.tags | {"br", "wbr", "bdi", "code"}
    assert page.attributes <= plain.attributes
    assert not STEERS.search(page.text.replace("\t", ""))
    other = Seen(comparison_page(compared(ALL)))
    assert not {"script", "img", "svg", "a"} & (other.tags - {"a"})
    assert NEEDLE in page.text
    assert NEEDLE in other.text


def test_a_long_name_is_cut_and_counted() -> None:
    """Names that differ at the end are told apart; what is left out is counted."""
    name = "n" * 4996 + "_end"
    verdict = poisoned(name)
    told = displays(verdict)
    for kind in ("text/html", "text/plain", "text/markdown"):
        assert len(told[kind]) < 60_000, kind
        assert "_end" in told[kind], kind
    assert "characters]…" in told["text/html"]
    assert max(map(len, displays(compared(name)).values())) < 12_000
    assert len(displays(case_of(name))["text/html"]) < 12_000
    assert printable(name) == name  # cut for display alone
    report = len(report_page(h.case(), verdict))
    assert report < len(report_page(h.case(), h.verdict())) + 60_000
    assert MAX_TEXT <= 1000


def test_scripts_of_the_world_are_readable() -> None:
    """Chinese, Arabic, Hebrew, Hindi, Thai and emoji stand as they are; what runs from the right is
    kept apart from its neighbours."""
    words = (
        "未定义的引用",
        "مرجع غير معرف",
        "הפניה",
        "अपरिभाषित",
        "ไม่พบ",
        "👩\u200d💻",
        "ل\u200cا",
    )
    verdict = poisoned(" ".join(words))
    told = displays(verdict)
    for kind in ("text/html", "text/markdown", "text/plain"):
        for word in words:
            assert word in told[kind], (kind, word)
    assert "<bdi>" in told["text/html"]
    assert "<bdi>" not in displays(h.verdict())["text/html"]


def test_wide_letters_stand_below_each_other() -> None:
    """In a terminal a Chinese letter takes two columns: the next column begins at one place."""
    from rich.cells import cell_len

    from diag.show.grid import frame_table

    frame = pd.DataFrame({"a": ["未定义", "abc", "👍"], "b": ["|x", "|y", "|z"]})
    lines = terminal.as_plain_text(frame_table(frame), width=60).splitlines()[2:5]
    assert len({cell_len(line[: line.index("|")]) for line in lines}) == 1
