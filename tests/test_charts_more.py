"""Charts of the way of a value, of instruction sets and of interventions: right, in words and with
no, one and sixty rows."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.colors import to_rgba

import diag
from diag.platforms import DEFAULT_PLATFORMS
from diag.show.chart_interventions import plot_interventions, state_of, told, words_interventions
from diag.show.chart_isa import df_isa, draw_isa, plot_isa, words_isa
from diag.show.chart_style import PLATFORM_COLOURS, as_svg
from diag.show.chart_way import draw_way, plot_way
from diag.show.chart_words import words_way
from tests.chart_frames import AMD64, frame_of, isa_table, many_cells, many_ways, texts, ways

DATA = "data/avx512-link"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({}, "links, runs"),
        ({"is_emulated": True, "result": "cured"}, "links, runs* · cured"),
        ({"linked": False, "ran": None, "ended": "", "result": "unproven"}, "does not link · unproven"),
        ({"ran": False, "ended": "SIGILL", "result": "masked"}, "dies: SIGILL · masked"),
        ({"ran": False, "ended": "exit 127"}, "dies: exit 127"),
        ({"ran": None, "ended": ""}, "links, not run"),
        ({"linked": None, "ran": None, "agrees": False}, "not known · verdict differs"),
    ],
)  # fmt: skip
def test_a_cell_says_what_happened_and_what_the_change_did(
    cell: dict[str, Any], words: str
) -> None:
    """Words for each state; emulation and a verdict that differs are marked."""
    assert told(frame_of(cell).to_dict("records")[0]) == words


def test_states_have_shapes_of_their_own() -> None:
    """Status is told by shape and word, in the platform's colour, never by colour alone."""
    frame = many_cells(5)
    figure = plot_interventions(frame)
    lines = figure.axes[0].get_lines()
    shapes = {(line.get_marker(), line.get_markerfacecolor() == "white") for line in lines}
    assert len(shapes) == len({state_of(cell) for cell in frame.to_dict("records")}) == 5
    assert {to_rgba(line.get_markeredgecolor()) for line in lines} == {
        to_rgba(PLATFORM_COLOURS[platform]) for platform in DEFAULT_PLATFORMS
    }


def test_the_title_counts_cures_and_the_rest() -> None:
    """Unit and n below it; every cell in the alternative text."""
    frame = frame_of(
        {"case": "first", "linked": False, "ran": None},
        {"case": "good", "result": "cured"},
        {"case": "bad", "linked": False, "ran": None, "result": "unproven"},
        {"case": "dead", "ran": False, "ended": "SIGSEGV", "result": "masked"},
    )
    words = words_interventions(frame)
    assert words.title == (
        "1 of 3 changes cured the failure on linux/amd64; 1 did not link and 1 linked and died"
    )
    assert "n = 4 builds x 1 platform = 4 cells; the verdict agrees with what happened in 4" in (
        words.subtitle
    )
    assert "dead on linux/amd64: dies: SIGSEGV · masked." in words.alt


def test_one_build_alone_has_no_change() -> None:
    """Nothing is claimed of changes."""
    assert words_interventions(frame_of({})).title == "One build alone: nothing was changed"
    assert words_interventions(frame_of()).title == "No intervention was tried"


def test_members_are_counted_before_and_after() -> None:
    """The kernel that was not built is new; the output is there after only."""
    before, after = diag.open_case(f"{DATA}/before"), diag.open_case(f"{DATA}/explicit-march")
    table = df_isa(before, after)
    amd64 = table[table["platform"] == AMD64]
    assert amd64["part"].tolist() == ["object", "object", "linked output"]
    assert amd64["before"].fillna(-1).tolist() == [0, 1, -1], "no output: missing, not nought"
    assert amd64["after"].tolist() == [1, 1, 2]
    assert table["platform"].unique().tolist() == list(DEFAULT_PLATFORMS)
    assert words_isa(table).title.startswith("1 AVX-512 function before, 2 after on linux/amd64; ")
    shown = texts(plot_isa(before, after))
    assert "no output before" in shown
    assert "2 after" in shown


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([], "No objects were given: their instructions are not seen"),
        ([(AMD64, "", "object", None, 2, "f")], "AVX-512 functions can be counted in one build alone"),
        ([(AMD64, "a.o", "object", 2, 2, "f")], "The objects hold as many AVX-512 functions after as before: 2 on linux/amd64"),
        ([(AMD64, "a.o", "object", 2, 0, "f")], "2 AVX-512 functions before, 0 after on linux/amd64; a.o is gone"),
        ([(AMD64, f"{i}.o", "object", 0, 1, "f") for i in "ab"], "0 AVX-512 functions before, 2 after on linux/amd64; 2 members are new"),
    ],
)  # fmt: skip
def test_the_title_says_what_changed(rows: list[tuple[Any, ...]], title: str) -> None:
    """What is missing is never counted as nought."""
    assert words_isa(isa_table(*rows)).title == title


def test_bars_begin_at_nought_and_carry_their_number() -> None:
    """Striped before, solid after: told apart without colour."""
    figure = draw_isa(isa_table((AMD64, "a.o", "object", 1, 3, "f")))
    axes = figure.axes[0]
    assert axes.get_xlim()[0] == 0
    bars = [patch for container in axes.containers for patch in container]
    assert [bar.get_width() for bar in bars] == [1, 3]
    assert bars[0].get_hatch()
    assert not bars[1].get_hatch()
    assert "1 before" in texts(figure)
    assert "3 after" in texts(figure)


@pytest.mark.parametrize("n", [0, 1, 60])
def test_charts_are_drawn_with_no_one_and_sixty_rows(n: int) -> None:
    """No warning, and a label a row; where there are too many, for those that are drawn."""
    members = [(AMD64, f"m{i}.o", "object", i % 3, i % 4, "f") for i in range(n)]
    figures = [
        plot_interventions(many_cells(n)),
        draw_isa(isa_table(*members)),
        draw_way(many_ways(n), "FLAGS"),
    ]
    for figure in figures:
        assert as_svg(figure).startswith("<?xml")
        if n:
            n_drawn = len(figure.axes[0].get_yticklabels())
            assert n_drawn == n or 15 < n_drawn <= 40
            assert figure.get_size_inches()[1] > n_drawn * 0.25


def test_words_are_whole() -> None:
    """A finding as title, n below it, and an alternative text that tells the rows."""
    tables = (
        words_interventions(many_cells(3)),
        words_isa(isa_table((AMD64, "a.o", "object", 0, 1, "f"))),
        words_way(ways(), "FLAGS"),
    )
    for words in tables:
        assert "n = " in words.subtitle
        assert words.alt.startswith(words.title)
        assert len(words.alt) > len(words.title) + 20
        assert words.caption.startswith(words.title)


def test_charts_are_the_same_on_every_run() -> None:
    """A notebook made twice holds the same picture."""
    first, second = (as_svg(draw_way(ways(), "FLAGS")) for _ in range(2))
    assert first == second


def test_they_are_found_where_the_others_are() -> None:
    """diag.show.charts holds them all."""
    from diag.show import charts

    assert charts.plot_way is plot_way
    assert charts.plot_isa is plot_isa
    assert charts.plot_interventions is plot_interventions
