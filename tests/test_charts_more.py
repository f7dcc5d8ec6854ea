"""Charts of the way of a value, of instruction sets and of interventions: right, in words and with
no, one and sixty rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

import diag
from diag import schema
from diag.flow import env_at
from diag.platforms import DEFAULT_PLATFORMS
from diag.show.chart_interventions import plot_interventions, state_of, told, words_interventions
from diag.show.chart_isa import COLUMNS, df_isa, draw_isa, plot_isa, words_isa
from diag.show.chart_style import PLATFORM_COLOURS, as_svg
from diag.show.chart_way import draw_way, plot_way
from diag.show.chart_words import words_way
from diag.show.ways import in_file, stops_of, told_rows, way_rows

DATA = "data/avx512-link"
AMD64 = "linux/amd64"


def texts(figure: Figure) -> str:
    """Every text that a chart shows."""
    axes = figure.axes[0]
    found = [*figure.texts, *axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    return "\n".join(text.get_text() for text in found)


# -- interventions ----------------------------------------------------------------------------------

CELL: dict[str, Any] = {
    "case": "a", "title": "", "platform": AMD64, "linked": True, "ran": True, "ended": "exit 0",
    "machine": "m", "is_emulated": False, "runs": [], "agrees": True, "where": "x:1",
}  # fmt: skip


def frame_of(*cells: dict[str, Any]) -> pd.DataFrame:
    """An interventions frame."""
    return schema.make("interventions", [{**CELL, **cell} for cell in cells])


def many_cells(n: int) -> pd.DataFrame:
    """n cases of every kind on three platforms."""
    kinds = [
        {"result": "cured"},
        {"linked": False, "ran": None, "ended": "", "result": "unproven"},
        {"ran": False, "ended": "SIGSEGV", "is_emulated": True, "result": "masked"},
        {"ran": None, "ended": ""},
        {"linked": None, "ran": None, "ended": "", "agrees": False},
    ]
    return frame_of(
        *({"case": f"c{i}", "platform": p, **kinds[i % 5]} for i in range(n) for p in DEFAULT_PLATFORMS)
    )  # fmt: skip


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


# -- instruction sets -------------------------------------------------------------------------------


def isa_table(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """A df_isa frame."""
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"before": "Int64", "after": "Int64"})


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


# -- the way of a value -----------------------------------------------------------------------------

DOCKERFILE = b"""FROM debian
ARG TARGETARCH
RUN case $TARGETARCH in \\
      amd64) export FLAGS="-a $x" ;; \\
      arm64) (export FLAGS=-b) ;; \\
    esac && \\
    export FLAGS="$FLAGS" && \\
    make
"""


def ways() -> pd.DataFrame:
    """amd64 keeps its value, arm64 loses it in a subshell, arm/v7 has no branch."""
    return env_at(DOCKERFILE, command="make", name="FLAGS")


def test_stops_are_the_lines_of_the_way() -> None:
    """Set, kept, lost, each with its place."""
    found = {
        row["platform"]: [(stop.what, stop.place.rpartition(":")[2]) for stop in stops_of(row)]
        for row in ways().to_dict("records")
    }
    assert found[AMD64] == [("set", "4"), ("kept", "7")]
    assert ("lost", "5") in found["linux/arm64"]


def test_the_chart_shows_each_line_and_the_end() -> None:
    """Platforms as rows, lines as columns; the reason of a loss and the value in words."""
    shown = texts(plot_way(ways(), "FLAGS"))
    for text in ("line 4", "line 7", "set", "kept", "lost: subshell", "-a", "linux/arm64\nmake"):
        assert text in shown
    words = words_way(way_rows(ways(), "FLAGS"), "FLAGS")
    assert words.title.startswith("FLAGS is lost on the way to ")
    assert "n = 3 calls on 3 platforms" in words.subtitle


def test_a_case_shows_the_text_of_its_lines() -> None:
    """The incident's value arrives whole; the columns carry what stands in the Dockerfile."""
    case = diag.open_case(f"{DATA}/before")
    shown = texts(plot_way(case, "RUSTFLAGS", command="cargo build"))
    assert "RUSTFLAGS arrives whole at `cargo build` on linux/amd64, linux/arm64 and" in shown
    assert "with 2 different values" in shown
    assert "export" in shown
    assert "-avx512vl" in shown
    one = way_rows(case, "RUSTFLAGS", AMD64)
    assert set(one["platform"]) == {AMD64}
    assert words_way(one, "RUSTFLAGS").title == (
        "RUSTFLAGS arrives whole at 2 of 3 calls; nothing sets it for the others"
    )


def test_lines_of_several_files_are_stops() -> None:
    """Then a column is the first stop, the second; each mark carries its line, each row its file."""
    second = ways().assign(file="other/Dockerfile")
    second["came_through"] = [[p.replace("Dockerfile", "other/Dockerfile") for p in places] for places in second["came_through"]]  # fmt: skip
    both = pd.concat([ways(), second], ignore_index=True)
    shown = texts(draw_way(both, "FLAGS"))
    assert "stop 1" in shown
    assert "set :4" in shown
    assert "linux/amd64\nother/Dockerfile" in shown


def test_unknown_and_never_set_are_told_apart() -> None:
    """Neither is a loss."""
    rows = env_at(b"FROM a\nRUN F=$(curl u); export F; make\n", command="make", name="F")
    assert words_way(rows, "F").title == "F is not known at 3 of 3 calls"
    rows = env_at(b"FROM a\nRUN make\n", command="make", name="F")
    assert words_way(rows, "F").title == "Nothing sets F for any of 3 calls"


def test_a_loss_stands_where_the_file_has_it() -> None:
    """A `case` without a branch, and the export behind it."""
    text = b"FROM a\nRUN case x in y) export F=1;; esac; \\\n export F=$F; make\n"
    row = env_at(text, name="F", platforms=AMD64).to_dict("records")[0]
    assert [(stop.what, in_file(stop.place)[1]) for stop in stops_of(row)] == [
        ("lost", 2),
        ("set", 3),
    ]


def test_calls_that_nothing_sets_it_for_are_counted() -> None:
    """They have no row beside those that tell something; alone, they have."""
    text = DOCKERFILE.replace(b"    make\n", b"    make\nRUN make late\nRUN make later\n")
    rows = env_at(b"FROM b AS early\nRUN make deps\n" + text, name="FLAGS")
    shown = texts(draw_way(rows, "FLAGS"))
    assert "not drawn: 3 calls that nothing sets it for" in shown
    assert "make deps" not in shown
    alone = env_at(b"FROM b\nRUN make deps\n", name="FLAGS")
    assert "make deps" in texts(draw_way(alone, "FLAGS"))


def test_ways_that_nothing_tells_apart_are_one() -> None:
    """Two ways with one value, a third with another: two rows, and the ways named."""
    text = b"FROM a\nRUN export F=1; if [ -f /a ]; then export F=2 G=1; elif [ -f /b ]; then export G=2; fi; make\n"
    rows = env_at(text, command="make", name="F", platforms=AMD64)
    assert words_way(rows, "F").subtitle.count("ways to 1 call") == (len(rows) > 1)
    told, n_unset = told_rows(rows)
    assert n_unset == 0
    assert sum(len(row["ways"]) for row in told) == len(rows)
    doubled = pd.concat([rows, rows.assign(path_no=9)], ignore_index=True)
    told, _ = told_rows(doubled)
    assert [row["ways"][-1] for row in told] == [9] * len(told)
    assert "ways 1, 9" in texts(draw_way(doubled, "F")).replace(" and ", ", ")


def test_secrets_do_not_show() -> None:
    """A value called a token is masked in the chart too."""
    rows = env_at(b"FROM a\nENV NPM_TOKEN=hunter2hunter2\nRUN make\n", name="NPM_TOKEN")
    assert "hunter2" not in texts(plot_way(rows, "NPM_TOKEN"))


# -- all of them ------------------------------------------------------------------------------------


def many_ways(n: int) -> pd.DataFrame:
    """n ways over three platforms."""
    rows = pd.concat([ways()] * (n // 3 + 1), ignore_index=True).head(n)
    return rows.assign(command_no=range(1, n + 1))


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
