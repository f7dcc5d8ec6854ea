"""Text of strangers in charts: no mathematics, no boxes, no marks that turn it, however long."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pandas as pd
import pytest
from matplotlib.text import Text

from diag import schema
from diag.show.chart_fonts import _installed, breadth, drawable, families, fit_end, fit_middle
from diag.show.chart_interventions import plot_interventions
from diag.show.chart_isa import COLUMNS as ISA_COLUMNS
from diag.show.chart_isa import draw_isa
from diag.show.chart_isa_sets import COLUMNS as SET_COLUMNS
from diag.show.chart_isa_sets import draw_isa_sets
from diag.show.chart_style import MAX_ALT, alt_of, as_image_tag, drawing, empty_chart, wrapped
from diag.show.chart_way import draw_way
from diag.show.chart_words import words_flags
from diag.show.charts import draw_flags, draw_steps, draw_symbols
from diag.show.flags import COLUMNS as FLAG_COLUMNS
from diag.show.steps import drawn_steps
from diag.show.symbols import COLUMNS as SYMBOL_COLUMNS
from tests import handmade as h
from tests.test_charts_fit import misplaced

HOSTILE = (
    "$x$_{y}^2 \\alpha",
    "中文名字_向量核心.o",
    "a\x1b[31mred\x07\x00",
    "rtl\u202eevil\u2066x",
    "<b>&amp;</b>",
    "l" + "o" * 5000 + "ng",
    "中" * 5000,
    "W" * 5000,
    "line\nbreak\ttab",
    "🎉 %s {0} [red]x[/red]",
)
P = h.PLATFORMS


def flags(names: tuple[str, ...]) -> Any:
    rows = [(p, n, n, n, "yes", "no", "not seen", n) for p in P for n in names]
    return draw_flags(pd.DataFrame(rows, columns=list(FLAG_COLUMNS)))


def symbols(names: tuple[str, ...]) -> Any:
    rows = [(p, "", n, "wanted by 1, defined by 0", 2, "") for p in P for n in names]
    rows += [(p, n, m, "wanted", 2, n) for p in P for n in names for m in names]
    return draw_symbols(pd.DataFrame(rows, columns=list(SYMBOL_COLUMNS)))


def steps(names: tuple[str, ...]) -> Any:
    rows = [
        h.step(n[:200], P[i % 3], "error", 1.0, i, name_text=f"[a] RUN {n}", stage=n)
        for i, n in enumerate(names)
    ]
    return draw_steps(drawn_steps(schema.make("steps", rows)))


def isa(names: tuple[str, ...]) -> Any:
    frame = pd.DataFrame([(p, n, "object", 1, 0, n) for p in P for n in names], columns=list(ISA_COLUMNS))  # fmt: skip
    return draw_isa(frame.astype({"before": "Int64", "after": "Int64"}))


def isa_sets(names: tuple[str, ...]) -> Any:
    rows: list[Any] = [(p, "", "", 9, None, 9, "") for p in P]
    rows += [(p, n, n, 2, 1, 9, n) for p in P for n in names]
    return draw_isa_sets(pd.DataFrame(rows, columns=list(SET_COLUMNS)).astype({"guarded": "Int64"}))


def interventions(names: tuple[str, ...]) -> Any:
    cell = {
        "title": "", "linked": True, "ran": False, "machine": "m", "runs": [], "where": "x:1",
        "is_emulated": True, "agrees": False, "result": "unproven",
    }  # fmt: skip
    rows = [{**cell, "case": n, "ended": n, "platform": p} for n in names for p in P]
    return plot_interventions(schema.make("interventions", rows))


def ways(names: tuple[str, ...]) -> Any:
    rows = [
        h.env_row(P[i % 3], n, command_no=i, argv_text=n, came_through=["D:1", "D:2"])
        for i, n in enumerate(names)
    ]
    return draw_way(schema.make("env", rows), names[0], {"D:1": names[0], "D:2": names[-1]})


CHARTS = [flags, symbols, steps, isa, isa_sets, interventions, ways]


@pytest.mark.parametrize("draw", CHARTS)
def test_hostile_text_is_shown_as_it_is_written(
    draw: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Inside the figure, on no other text; nothing missing, nothing that is told to stderr."""
    with warnings.catch_warnings(), drawing():
        warnings.simplefilter("error")
        figure = draw(HOSTILE)
        assert misplaced(figure) == []
    assert not caplog.records
    drawn = [text for text in figure.findobj(Text) if text.get_text()]
    assert not any(text.get_parse_math() for text in drawn if "$" in text.get_text())
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", "".join(t.get_text() for t in drawn))  # fmt: skip
    assert figure.alt.isprintable()
    assert len(figure.alt) <= MAX_ALT
    assert figure.get_facecolor()[:3] == (1, 1, 1), "readable on a dark page too"


@pytest.mark.parametrize("draw", CHARTS)
@pytest.mark.parametrize("name", [HOSTILE[6], HOSTILE[7]])
def test_one_row_with_an_endless_name(draw: Any, name: str) -> None:
    """Titles and labels that hold nothing else."""
    assert misplaced(draw((name,))) == []


def test_a_letter_that_no_font_has_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readable where a box would not be; what DejaVu has stays, and a font that is there is used."""
    monkeypatch.setattr("diag.show.chart_fonts._installed", lambda n: ())
    assert drawable("中é→") == "\\u4e2dé→"
    assert drawable("🎉\U0001f9ff") .startswith("\\U0001f389")  # fmt: skip
    assert families() == ["DejaVu Sans"]
    monkeypatch.undo()
    assert set(_installed(0)) == set(families()[1:])


def test_broad_letters_count_twice() -> None:
    """So that a line of them is no longer than another."""
    assert breadth("ab中") == 4
    assert len(fit_end("a" * 99, 20)) == len(fit_middle("a" * 99, 20, 5)) == 20
    assert fit_middle("abcdefghij", 6, 2) == "ab…hij"
    assert max(map(len, wrapped("word " * 99, 30, 3).split("\n"))) <= 30
    assert wrapped("word " * 99, 30, 3).endswith("…")


def test_an_alternative_text_ends_with_a_whole_sentence() -> None:
    """The number of what is not told adds up."""
    told = [f"Row {n} is told." for n in range(300)]
    text = alt_of("The finding", told, "row")
    assert len(text) <= MAX_ALT
    left = re.search(r"(\d+) further rows\.$", text)
    assert left
    assert text.count("is told") + int(left[1]) == 300
    assert alt_of("The finding", told[:2]) == "The finding. Row 0 is told. Row 1 is told."


def test_nothing_to_draw_is_a_sentence_and_no_picture() -> None:
    """In a notebook and in a page."""
    figure = empty_chart(words_flags(pd.DataFrame(columns=list(FLAG_COLUMNS))))
    assert figure._repr_mimebundle_()[0] == {"text/plain": "No flags are seen in this case."}
    assert as_image_tag(figure, figure.alt) == ""
    assert not figure.axes


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([("not seen", "not seen", "yes")], "The log shows 1 flag; what the Dockerfile writes is not seen"),
        ([("not seen", "yes", "not seen")], "No flag is seen to be written for any platform"),
        ([("no", "yes", "not seen")], "No flag is written for any platform"),
        ([("yes", "not seen", "not seen")], "Whether every written flag arrives is not known on linux/amd64"),
    ],
)  # fmt: skip
def test_what_is_not_seen_of_flags_is_not_claimed(rows: list[Any], title: str) -> None:
    """Neither written nor missing."""
    frame = pd.DataFrame([(P[0], "CFLAGS", "cc", "-O2", *row, "D:1") for row in rows], columns=list(FLAG_COLUMNS))  # fmt: skip
    assert words_flags(frame).title == title


def test_a_flag_that_the_log_does_not_echo_is_not_lost() -> None:
    """The cross is for what was written and not received."""
    rows = [(P[0], "CFLAGS", "cc", "-O2", "yes", "yes", "no", "D:1")]
    figure = draw_flags(pd.DataFrame(rows, columns=list(FLAG_COLUMNS)))
    assert not any("✕" in text.get_text() for text in figure.axes[0].texts)
