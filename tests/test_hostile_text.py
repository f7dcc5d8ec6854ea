"""Hostile text in every field: shown harmless and readable, on every way out."""

from __future__ import annotations

import io
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
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
from tests.at_prompt import AtPrompt
from tests.elf_builder import build_elf

NEEDLE = "needle"
HOSTILE = {
    "html": '<img src=x onerror=alert(1)><script>alert(2)</script></td></table><a href="http://x">',
    "attribute": "\" onmouseover=\"alert(1)\" '><svg/onload=alert(2)>",
    "entities": "&lt;b&gt; &#60;i&#62; &amp;amp;",
    "ansi": "\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 \x1b]0;title\x07 \x1b[2J\x1bc \x9b31m",
    "carriage": "shown\rhidden\x08\x08 \x0b\x0c bell\x07 nul\x00 del\x7f",
    "bidi": "\u202egnp.exe\u202c \u2066a\u2069 \u200fb \u061cc \u200ed \u2028e \u2029f \ufeffg \u200bh",
    "tags": "\U000e0041\U000e0042 \xad \u2060 mem\u200dcpy",
    "surrogates": "\udc80 \ud800 half",
    "maths": "$x$ $$y$$ \\(z\\) \\[w\\] \\$v\\$ \\begin{align}u\\end{align}",
    "rich": "[red]r[/red] [/] [link=http://x]l[/link] [bold [builder 5/9] :smile:",
    "jinja": "{{ 7*7 }} {% raw %} {# c #} ${HOME} %s {0}",
    "markdown": "**b** _i_ [l](javascript:alert(1)) ![i](http://x/y.png) `c` ``d # h | - > <http://x> ~~s~~",
    "lines": "one\ntwo\r\n# three\n\n---\n| a | b |\n```\nfour",
}  # fmt: skip
ALL = f"{NEEDLE} " + " ".join(HOSTILE.values())
GROUPS = {
    "markup": ("html", "attribute", "entities", "maths"),
    "steering": ("ansi", "carriage", "bidi", "tags", "surrogates"),
    "templates": ("rich", "jinja", "markdown"),
    "lines": ("lines",),
}
EVERY = [(name, " ".join(HOSTILE[one] for one in group)) for name, group in GROUPS.items()]
IDS = list(GROUPS)

# What a terminal acts on, and what turns or hides text; a line may end.
_STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
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
            assert not _STEERS.search(words), kind
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
        assert not _STEERS.search(_COLOUR.sub("", stream.getvalue()))
    text_of = terminal.as_plain_text(screens[0], width=400)
    for sign in ("[red]r[/red] [/]", "{{ 7*7 }}", "$x$ $$y$$", "<script>", "[builder 5/9] :smile:"):
        assert (sign in text_of) == (sign in text)


def test_pages_make_no_element() -> None:
    """The report and the page of a comparison: their elements are the same as with plain words."""
    plain = Seen(report_page(h.case(), poisoned("words `c` \u0627")))
    page = Seen(report_page(h.case(), poisoned(ALL)))
    assert page.tags <= plain.tags | {"br", "wbr", "bdi", "code"}
    assert page.attributes <= plain.attributes
    assert not _STEERS.search(page.text.replace("\t", ""))
    other = Seen(comparison_page(compared(ALL)))
    assert not {"script", "img", "svg", "a"} & (other.tags - {"a"})
    assert NEEDLE in page.text
    assert NEEDLE in other.text


LOG = """\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#5 [linux/amd64 builder 2/2] RUN {text} make
#5 0.100 CFLAGS={text}
#5 0.400 /usr/bin/ld: {text}.o: in function `{text}':
#5 0.400 a.c:(.text+0x26): undefined reference to `{text}'
#5 0.400 /usr/bin/ld: cannot find -l{text}: No such file or directory
#5 0.400 collect2: error: ld returned 1 exit status
#5 ERROR: process "/bin/sh -c {text} make" did not complete successfully: exit code: 2
"""
DOCKERFILE = """\
FROM debian AS builder
ARG TARGETARCH
ENV CFLAGS {text}
RUN echo "{text}" && cargo build {text}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A log, a Dockerfile and a case.toml that hold it all."""
    left_out = ("attribute", "carriage", "lines")  # quotes and ends of lines are the files' own
    text = NEEDLE + " ".join(text for name, text in HOSTILE.items() if name not in left_out)
    data = text.encode("utf-8", "surrogatepass")
    for name, form in (("build.log", LOG), ("Dockerfile", DOCKERFILE)):
        (tmp_path / name).write_bytes(form.encode().replace(b"{text}", data))
    title = json.dumps(printable(text), ensure_ascii=False)
    (tmp_path / "case.toml").write_text(
        f'title = {title}\nlogs = ["build.log"]\ndockerfile = "Dockerfile"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "args",
    [("investigate", "."), ("log", "build.log"), ("env", "Dockerfile"), ("compare", ".", ".")],
    ids=lambda args: args[0],
)
def test_commands_print_nothing_that_steers(folder, at_prompt: AtPrompt, args) -> None:
    """From files to both streams: no code, no mark of direction, no traceback."""
    ended = at_prompt(*args)
    assert ended.status in (0, 1)
    assert not _STEERS.search(ended.told)
    assert "error in diag itself" not in ended.told


def test_json_holds_the_text_itself(folder, at_prompt: AtPrompt) -> None:
    """JSON is data: it is read back whole, and holds no raw control character."""
    out = at_prompt("investigate", ".", "--format", "json").out
    assert json.loads(out)["link_errors"]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", out)


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


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_a_file_whose_name_is_no_text_is_read(tmp_path, at_prompt: AtPrompt, monkeypatch) -> None:
    """A byte that is no UTF-8 in the name of a log, a Dockerfile, an object: cited as an escape."""
    monkeypatch.chdir(tmp_path)
    log, dockerfile, folder = ("b\udcff.log", "D\udcff", "o\udcff")
    Path(log).write_text("a.c:(.text+0x1): undefined reference to `f'\ncollect2: error: ld\n")
    Path(dockerfile).write_text("FROM x\nRUN make CFLAGS=-O2\n")
    Path(folder).mkdir()
    Path(folder, "x\udcff.o").write_bytes(build_elf([(b"f", 18, 0, 1, 0, 8)]))
    for args in (
        ["investigate", log, "--dockerfile", dockerfile, "--objects", folder, "--html", "x.html"],
        ["investigate", log, "--objects", folder, "--format", "json"],
        ["log", log],
        ["symbols", folder],
        ["isa", folder],
    ):
        told = at_prompt(*args).told
        assert "error in diag itself" not in told
        assert "\\xff" in told.replace("\\\\", "\\") or args[0] == "isa"
    verdict = diag.Case(log=log, dockerfile=dockerfile, objects=[folder]).diagnose()
    assert verdict.link_errors["file"].tolist() == [r"b\xff.log"]
