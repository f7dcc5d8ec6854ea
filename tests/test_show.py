"""Displays: what is told is told fully, harmlessly, and at any width."""

from __future__ import annotations

import itertools
import re
import shlex
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.causes.model import Evidence, Missing
from diag.show import sentences, tables, terminal
from diag.show.chart_style import as_svg
from diag.show.chart_words import words_flags, words_steps, words_symbols
from diag.show.charts import (
    draw_flags,
    draw_steps,
    draw_symbols,
    plot_flags,
    plot_steps,
    plot_symbols,
)
from diag.show.deciding import shell_lines, what_is_refuted, what_would_decide
from diag.show.display import attach
from diag.show.flags import COLUMNS as FLAG_COLUMNS
from diag.show.flags import df_flags, flags_of
from diag.show.frame_tables import df_errors, df_link_errors, df_steps
from diag.show.grid import frame_table
from diag.show.html import html_table
from diag.show.report import comparison_page, report_page, write_report
from diag.show.report_parts import Other
from diag.show.steps import drawn_steps
from diag.show.symbols import COLUMNS as SYMBOL_COLUMNS
from diag.show.symbols import df_symbols
from diag.show.text import DECIDING_WORDS, clip, deciding_spans, focus, listed, printable
from diag.show.wanted import what_is_missing
from tests import handmade as h

HOSTILE = "\x1b[31mred\x1b[0m <script>alert(1)</script> $x$ [bold]b[/bold] \u202eevil\u202c {{7*7}}"


def plain(shown: object, width: int = 120) -> str:
    """The renderable as plain text."""
    return terminal.as_plain_text(shown, width=width)  # type: ignore[arg-type]


# -- text -----------------------------------------------------------------------------------------


@given(st.text(max_size=80))
def test_printable_text_holds_no_control_and_no_direction_mark(text: str) -> None:
    """Whatever a log holds, no control character and no bidi mark reaches the terminal."""
    shown = printable(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=60))
def test_printable_text_keeps_ordinary_text(text: str) -> None:
    """Letters, digits and signs of any script stay as they are."""
    assert printable(text) == text


@given(st.text("ab cd", max_size=300), st.integers(10, 80))
def test_focus_keeps_the_width_and_the_word(noise: str, width: int) -> None:
    """A window is never wider than asked, and holds the word that decides if it fits."""
    text = f"{noise} needle {noise}"
    window = focus(text, width, ["needle"])
    assert len(window) <= width
    assert "needle" in window


def test_focus_prefers_the_symbol_to_a_general_word() -> None:
    """The named symbol outweighs an `error` that stands before it, and keeps its message."""
    window = focus(h.LINK_LINE, 70, [h.SYMBOL])
    assert f"undefined reference to `{h.SYMBOL}'" in window
    assert window.startswith("…")
    assert window.endswith("…")


EXAMPLES = (
    "undefined symbol: x",
    "multiple definition of x",
    "cannot find -lx",
    "bad value for -march",
    "skipping the kernel",
    "the compiler refused it",
    "was killed by signal 9",
    "step was canceled",
    "an error was seen",
    "a warning: x",
)


@pytest.mark.parametrize(("pattern", "text"), list(zip(DECIDING_WORDS, EXAMPLES, strict=True)))
def test_every_deciding_word_is_marked(pattern: str, text: str) -> None:
    """Each pattern of the table marks its own example, and no other pattern does it first."""
    found = re.search(pattern, text, re.IGNORECASE)
    assert found
    assert deciding_spans(text)[0] == found.span()


def test_ordinary_words_are_not_marked() -> None:
    """Flags and words that only hold a deciding word stay plain."""
    assert deciding_spans("-Werror --no-warnings mirrored unskippable") == []


def test_marks_do_not_overlap() -> None:
    """Spans ascend without overlap, also where a given word lies inside a general one."""
    spans = deciding_spans(
        "error: undefined reference to `undefined_thing'", ["undefined_thing", "defined"]
    )
    assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))
    assert len(spans) == 3


def test_listed_and_clip() -> None:
    """Lists read as speech and count what they leave out; a cut is shown."""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed("abcdefgh", limit=4) == "a, b, c and 5 more"
    assert clip("abcdef", 4) == "abc…"


# -- sentences ------------------------------------------------------------------------------------


def test_headline_names_cause_platform_and_symbol() -> None:
    """The first sentence at three in the morning: what, where, which symbol."""
    said = sentences.headline(h.verdict())
    assert "kernel-object-not-built on linux/amd64" in said
    assert h.SYMBOL in said


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"outcome": "no_failure", "cause": None, "findings": ()}, "No failure found."),
        (
            {"outcome": "undecided", "cause": None, "findings": (h.untestable(),)},
            "does not decide why",
        ),
    ],
)
def test_headline_never_claims_what_is_not_supported(changes: dict, expected: str) -> None:
    """Without a supported cause, none is named."""
    said = sentences.headline(h.verdict(**changes))
    assert expected in said
    assert "archive-order" not in said


def test_answer_has_three_sentences_for_every_outcome() -> None:
    """What happened, why, what follows; the refuted are named; nothing is empty."""
    for outcome in ("explained", "undecided", "no_failure"):
        findings = h.FINDINGS if outcome == "explained" else h.FINDINGS[1:]
        told = sentences.answer(h.verdict(outcome=outcome, findings=findings))
        assert len(told) == 3
        assert all(part.endswith(".") for part in told)
    assert "`variables-lost-after-case`" in sentences.answer(h.verdict())[2]


def test_a_canceled_platform_is_told_and_never_called_sound() -> None:
    """arm/v7 was canceled: the sentence says so."""
    assert "linux/arm/v7 was canceled" in sentences.platform_sentence(h.verdict())


def test_grouping_loses_no_finding() -> None:
    """Findings of the same words stand together; the counts add up."""
    groups = sentences.grouped(h.FINDINGS)
    assert sum(len(group.findings) for group in groups) == len(h.FINDINGS)
    together = next(g for g in groups if g.first.cause == "variables-lost-after-case")
    assert together.platforms == ("linux/amd64", "linux/arm64")


def test_missing_artefacts_stand_once_with_all_that_waits_for_them() -> None:
    """Two findings that need the same artefact make one entry."""
    other = h.untestable().__class__(**{**vars(h.untestable()), "cause": "tls-mismatch"})
    wanted = what_is_missing(h.verdict(findings=(h.untestable(), other)))
    assert [w.causes for w in wanted] == [("archive-order", "tls-mismatch")]


# -- tables ---------------------------------------------------------------------------------------


def test_verdict_table_has_a_row_a_finding_and_a_place_in_each() -> None:
    """Nothing vanishes between verdict and table; the last column cites or says what is needed."""
    table = tables.df_verdict(h.verdict())
    assert len(table) == len(h.FINDINGS)
    assert table["where"].tolist() == [
        f"{h.LOG}:12", f"{h.LOG}:20", f"{h.LOG}:30", "needs objects of linux/arm64",
    ]  # fmt: skip


def test_platform_table_counts_members_or_says_not_seen() -> None:
    """With objects: how many members want and define; without: not seen, never zero."""
    with_objects = tables.df_platforms(h.verdict(), h.case()).set_index("platform")
    assert with_objects.loc["linux/amd64", ["wanted by", "defined by"]].tolist() == [
        "1 of 2", "0 of 2",
    ]  # fmt: skip
    assert with_objects.loc["linux/arm64", "wanted by"] == "not seen"
    assert with_objects["build"].tolist() == ["✘ failed", "✔ built", "– canceled"]
    bare = tables.df_platforms(h.verdict())
    assert set(bare["wanted by"]) == {"not seen"}


def test_link_error_table_tells_a_lower_bound() -> None:
    """Where the linker stopped counting, the number reads as at least."""
    rows = schema.make("link_errors", [h.link_error(n_refs=4, is_lower_bound=True)])
    assert df_link_errors(rows)["references"].tolist() == ["≥ 4"]
    assert df_link_errors(rows)["referenced by"].tolist() == ["libpaint.a(blend.o)"]


def test_step_table_keeps_every_row() -> None:
    """One row in, one row out; what is missing is told as such."""
    assert len(df_steps(h.steps())) == len(h.steps())
    assert df_steps(h.steps())["status"].tolist()[1] == "error, exit 101"


def test_error_table_names_the_member() -> None:
    """A broken member of an archive is told with its archive."""
    row = {
        "file": "x.a",
        "where": "member b.o",
        "member": "b.o",
        "reason": "cut",
        "help": "rebuild",
    }
    assert df_errors(schema.make("errors", [row]))["where"].tolist() == ["x.a(b.o)"]


# -- terminal -------------------------------------------------------------------------------------


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


# -- HTML -----------------------------------------------------------------------------------------


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


# -- charts ---------------------------------------------------------------------------------------


def flags_table(n: int, platforms: tuple[str, ...] = ("linux/amd64",)) -> pd.DataFrame:
    """A df_flags frame of n flags on each platform."""
    rows = [
        (p, "RUSTFLAGS", "cargo", f"-C flag{i}=$x$", "yes", "yes" if i else "no", "not seen", "D:1")
        for p in platforms
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=list(FLAG_COLUMNS))


def symbols_table(n: int) -> pd.DataFrame:
    """A df_symbols frame: n members that want one symbol, none that defines it."""
    head = ("linux/amd64", "", h.SYMBOL, f"wanted by {n}, defined by 0", n, "")
    rows = [("linux/amd64", f"lib.a(m{i}.o)", h.SYMBOL, "wanted", n, "lib.a") for i in range(n)]
    return pd.DataFrame([head, *rows], columns=list(SYMBOL_COLUMNS))


def many_steps(n: int) -> pd.DataFrame:
    """A frame `steps` of n steps of every status."""
    status = ["ok", "cached", "error", "canceled", "unfinished"]
    rows = [h.step(f"#{i}", h.PLATFORMS[i % 3], status[i % 5], i / 3, i + 1) for i in range(n)]
    return schema.make("steps", rows)


@pytest.mark.parametrize("n", [0, 1, 60])
def test_charts_are_drawn_with_no_one_and_sixty_rows(n: int) -> None:
    """No warning, no exception; every row has its label, up to 40 of them."""
    figures = [
        draw_flags(flags_table(n, h.PLATFORMS)),
        draw_symbols(symbols_table(n)),
        draw_steps(drawn_steps(many_steps(n))),
    ]
    for figure in figures:
        assert as_svg(figure).startswith("<?xml")
    if n:
        assert len(figures[1].axes[0].get_yticklabels()) == min(n + 1, 40)


def test_chart_titles_state_the_finding() -> None:
    """A title is a sentence about the data, not the name of the axes."""
    assert words_flags(flags_table(3)).title == "1 of 3 written flags did not arrive on linux/amd64"
    assert "defined in no object there" in words_symbols(symbols_table(2)).title
    assert words_steps(drawn_steps(h.steps())).title.startswith(
        "Step #2 of linux/amd64 failed after 6.0 s"
    )


def test_chart_words_hold_n_and_alt() -> None:
    """The subtitle counts what is shown; the alternative text tells the finding and the rows."""
    for words in (
        words_flags(flags_table(3)),
        words_symbols(symbols_table(2)),
        words_steps(drawn_steps(h.steps())),
    ):
        assert "n = " in words.subtitle
        assert words.alt.startswith(words.title)
        assert len(words.alt) > len(words.title)


def test_charts_are_the_same_on_every_run() -> None:
    """A report made twice is the same byte for byte."""
    first, second = (as_svg(draw_symbols(symbols_table(3))) for _ in range(2))
    assert first == second


def test_plots_take_a_case() -> None:
    """The public functions read the frames of a case."""
    case = h.case()
    assert plot_flags(case).axes
    assert plot_symbols(case).axes
    assert plot_steps(case).axes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-C a=b -Clink-arg=x -g", ["-C a=b", "-Clink-arg=x", "-g"]),
        ("-Ca\x1f--cfg\x1fx", ["-Ca", "--cfg x"]),
        ("", []),
    ],
)
def test_flags_are_split_as_tools_take_them(value: str, expected: list[str]) -> None:
    """An option and its word are one flag; CARGO_ENCODED_RUSTFLAGS is split at its separator."""
    assert flags_of(value) == expected


def test_flags_table_tells_received_and_echoed_apart() -> None:
    """amd64 receives and echoes; arm64 receives nothing and has no row of a flag."""
    table = df_flags(h.case())
    assert table["received"].tolist() == ["yes", "yes"]
    assert table["echoed"].tolist() == ["yes", "yes"]
    assert set(table["platform"]) == {"linux/amd64"}


def test_flags_table_shows_an_echo_that_differs() -> None:
    """The log echoes another flag than the flow gives: both are rows, and the title says it."""
    lines = schema.make("log_lines", [h.log_line(20, "RUSTFLAGS=-C old=1")])
    table = df_flags(h.case(log_lines=lines)).set_index("flag")
    assert table.loc["-C old=1", ["received", "echoed"]].tolist() == ["no", "yes"]
    assert table.loc["-C target-cpu=generic", ["received", "echoed"]].tolist() == ["yes", "no"]
    assert "other flags than this Dockerfile" in words_flags(table.reset_index()).title


def test_symbol_table_heads_each_platform_and_counts() -> None:
    """A platform without objects has its row too: absence is told, not left blank."""
    table = df_symbols(h.case())
    heads = table[table["member"] == ""].set_index("platform")["role"]
    assert heads["linux/amd64"] == "wanted by 1, defined by 0"
    assert heads["linux/arm64"] == "no objects given"
    assert table.loc[table["member"] != "", "role"].tolist() == ["wanted"]


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=30))
def test_charts_take_any_text(text: str) -> None:
    """No flag, however odd, breaks a chart's words."""
    table = flags_table(1).assign(flag=printable(text))
    assert words_flags(table).alt


# -- notebooks ------------------------------------------------------------------------------------


def test_objects_show_as_tables_in_notebooks_and_as_text_at_a_prompt() -> None:
    """The hooks of IPython and rich hang on Verdict, Comparison, Finding and Case."""
    attach()
    verdict, comparison = h.verdict(), h.comparison()
    assert "<table" in verdict._repr_html_()
    assert "masked" in comparison._repr_html_()
    assert "<table" in h.finding()._repr_html_()
    assert "a paint program" in h.case()._repr_html_()
    assert "What to do" in plain(verdict)
    assert "MASKED" in plain(comparison)


def test_a_case_shows_no_secret() -> None:
    """Build arguments that are called a token are masked in a notebook."""
    attach()
    shown = h.case()._repr_html_()
    assert "NPM_TOKEN=[masked]" in shown
    assert h.SECRET not in shown


def test_a_platform_that_dies_is_told_once() -> None:
    """What failed is its run: the sentence about the others leaves it out."""
    seen = {"outcome": "linked", "file": "build.log", "line_no": 1, "text": "ok"}
    ends = [
        {"platform": "linux/amd64", "ran": False, "ended": "SIGILL", **seen},
        {"platform": "linux/arm64", "ended": "", **seen},
    ]
    verdict = h.verdict(
        outcome="undecided", cause=None, findings=(), outcomes=schema.make("outcomes", ends),
        link_errors=schema.empty("link_errors"),
    )  # fmt: skip
    assert (
        sentences.platform_sentence(verdict)
        == "linux/arm64 was built; linux/amd64 was built and dies."
    )
    told = " ".join(sentences.answer(verdict))
    assert told.count("linux/amd64") == 1
