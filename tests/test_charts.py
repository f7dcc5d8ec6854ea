"""Charts of flags, steps and symbols: their frames, words and drawings."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
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
from diag.show.flags import COLUMNS as FLAG_COLUMNS
from diag.show.flags import df_flags, flags_of
from diag.show.steps import drawn_steps
from diag.show.symbols import COLUMNS as SYMBOL_COLUMNS
from diag.show.symbols import df_symbols
from diag.show.text import printable
from tests import handmade as h


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
