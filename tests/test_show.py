"""Displays: what is told is told fully and harmlessly, in words, sentences, tables and notebooks."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag import schema
from diag.show import sentences, tables
from diag.show.display import attach
from diag.show.frame_tables import df_errors, df_link_errors, df_steps
from diag.show.text import DECIDING_WORDS, clip, deciding_spans, focus, listed, printable
from diag.show.wanted import what_is_missing
from tests import handmade as h
from tests.shown import plain


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


def test_a_word_without_end_takes_no_time() -> None:
    """What decides is sought in a line of 50,000 letters as in any other."""
    begun = time.process_time()
    assert focus("n" * 50_000, 40) == "n" * 39 + "…"
    assert time.process_time() - begun < 1


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
