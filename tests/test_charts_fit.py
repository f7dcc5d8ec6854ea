"""Charts of one row and of very many: every text lies inside the figure and on no other text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from diag import schema
from diag.platforms import DEFAULT_PLATFORMS
from diag.show.chart_interventions import plot_interventions
from diag.show.chart_isa import COLUMNS as ISA_COLUMNS
from diag.show.chart_isa import draw_isa
from diag.show.chart_isa_sets import COLUMNS as SET_COLUMNS
from diag.show.chart_isa_sets import draw_isa_sets
from diag.show.chart_style import MAX_ALT, PLATFORM_COLOURS, UNKNOWN_COLOUR, kept, not_drawn
from diag.show.chart_way import draw_way
from diag.show.charts import draw_flags, draw_steps, draw_symbols
from diag.show.flags import COLUMNS as FLAG_COLUMNS
from diag.show.steps import drawn_steps
from diag.show.symbols import COLUMNS as SYMBOL_COLUMNS
from tests import handmade as h

MANY = ("linux/386", "linux/arm/v6", "linux/ppc64le", "linux/riscv64", "linux/s390x")
PLATFORMS = {1: DEFAULT_PLATFORMS[:1], 3: DEFAULT_PLATFORMS, 8: (*DEFAULT_PLATFORMS, *MANY)}
MANGLED = "_ZN12lance_linalg6kernel{:02}sum_4bit_dist_table_32bytes_batch_256EPKhS1_mPt"
MEMBER = "liblance_linalg-0123456789abcdef.rlib(dist_table_32bytes.{}.rcgu.o)"
MAX_HEIGHT_IN = 14.0  # at a width of nine: what a reader scrolls through once


def flags(n: int, platforms: tuple[str, ...] = DEFAULT_PLATFORMS) -> Figure:
    """n flags: every third one is lost."""
    rows = [
        (p, "RUSTFLAGS", "cargo", f"-Ctarget-feature=+avx512f,+avx512vl,+feature{i}", "yes",
         "no" if i % 3 == 0 else "yes", ("yes", "no", "not seen")[i % 3], "D:1")
        for p in platforms for i in range(n)
    ]  # fmt: skip
    return draw_flags(pd.DataFrame(rows, columns=list(FLAG_COLUMNS)))


def members(n: int, n_symbols: int = 1) -> Figure:
    """n members of each of three platforms; each symbol is wanted, defined or zero in them."""
    names = [MANGLED.format(i) for i in range(n_symbols)]
    rows: list[tuple[Any, ...]] = []
    for p in DEFAULT_PLATFORMS:
        rows += [(p, "", name, f"wanted by {n}, defined by {n}", n, "") for name in names]
        rows += [
            (p, MEMBER.format(i), name, ("wanted", "defined", "zero")[(i + k) % 3], n, "f")
            for i in range(n) for k, name in enumerate(names)
        ]  # fmt: skip
    return draw_symbols(pd.DataFrame(rows, columns=list(SYMBOL_COLUMNS)))


def symbols(n: int) -> Figure:
    """n symbols of two members."""
    return members(2, n)


def steps(n: int) -> Figure:
    """n steps of every status, of very different lengths."""
    status = ["error", "ok", "cached", "canceled", "unfinished"]
    rows = [
        h.step(
            f"#{i}", DEFAULT_PLATFORMS[i % 3], status[i % 5], 0.4 + i**2 % 977, i + 1, exit_code=101
        )
        for i in range(n)
    ]
    return draw_steps(drawn_steps(schema.make("steps", rows)))


def isa(n: int) -> Figure:
    """n members, all but the first half without a change."""
    rows = [
        (p, MEMBER.format(i), "object", 12345 * i, 12345 * i + (i < n / 2), "f")
        for p in DEFAULT_PLATFORMS for i in range(n)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(ISA_COLUMNS))
    return draw_isa(frame.astype({"before": "Int64", "after": "Int64"}))


def interventions(n: int, platforms: tuple[str, ...] = DEFAULT_PLATFORMS) -> Figure:
    """n builds of every kind, the longest words among them."""
    cell = {
        "title": "", "linked": True, "ran": False, "ended": "exit 127", "machine": "m", "runs": [],
        "is_emulated": True, "agrees": False, "result": "unproven", "where": "x:1",
    }  # fmt: skip
    kinds: list[dict[str, Any]] = [
        {}, {"ran": True, "result": "cured", "agrees": True}, {"linked": False, "ran": None},
    ]  # fmt: skip
    rows = [
        {**cell, "case": f"explicit-march-of-every-object-{i}", "platform": p, **kinds[i % 3]}
        for i in range(n) for p in platforms
    ]  # fmt: skip
    return plot_interventions(schema.make("interventions", rows))


def ways(n: int, n_lines: int = 3) -> Figure:
    """n calls, of whose values every second one is lost on the last of the lines."""
    value = "-C link-arg=-Wl,-z,now -C target-feature=" + ",".join(f"+f{i}" for i in range(40))
    rows = [
        h.env_row(
            DEFAULT_PLATFORMS[i % 3], None if i % 2 else value, command_no=i + 1,
            came_through=[f"{h.DOCKERFILE}:{20 + k}" for k in range(n_lines)],
            lost_by="no-branch-matched" if i % 2 else None,
            lost_at=f"{h.DOCKERFILE}:{20 + n_lines}" if i % 2 else None,
            status="unset" if i % 2 else "unknown" if i % 4 else "set",
        )
        for i in range(n)
    ]  # fmt: skip
    lines = {
        f"{h.DOCKERFILE}:{20 + k}": "RUN export RUSTFLAGS=" + value for k in range(n_lines + 1)
    }
    return draw_way(schema.make("env", rows), "RUSTFLAGS", lines)


def isa_sets(n: int) -> Figure:
    """n members of three platforms, of which each uses other sets."""
    rows: list[tuple[Any, ...]] = [(p, "", "", n, None, n, "") for p in DEFAULT_PLATFORMS]
    rows += [
        (p, MEMBER.format(i), f"avx512_set{k}", 1000 + i, i * (k % 2), n, "f")
        for p in DEFAULT_PLATFORMS for i in range(n) for k in range(i % 12 + 1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(SET_COLUMNS))
    return draw_isa_sets(frame.astype({"guarded": "Int64"}))


CHARTS = [flags, members, symbols, steps, isa, isa_sets, interventions, ways]


def texts(figure: Figure) -> Iterator[Text]:
    """Every text that is drawn."""
    found = list(figure.texts)
    for axes in figure.axes:
        found += [*axes.texts, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):  # a tick past the end has a label that is not drawn
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
            found += [text for place, text in ticks if low <= place <= high]
    return (text for text in found if text.get_visible() and text.get_text().strip())


def misplaced(figure: Figure) -> list[str]:
    """Texts that leave the figure, and pairs of texts of which one lies on the other."""
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    outside = [
        f"{told!r} leaves the figure"
        for told, box in boxes
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    # Letters do not fill their boxes: a pixel of overlap is none to see.
    tight = [(told, box.x0 + 1, box.y0 + 1, box.x1 - 1, box.y1 - 1) for told, box in boxes]
    return outside + [
        f"{a[0]!r} lies on {b[0]!r}"
        for a, b in combinations(tight, 2)
        if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
    ]


@pytest.mark.parametrize("n", [1, 60])
@pytest.mark.parametrize("draw", CHARTS)
def test_texts_lie_inside_and_apart(draw: Any, n: int) -> None:
    """With one row, with few and with more than are drawn; long names and values."""
    figure = draw(n)
    assert misplaced(figure) == []
    assert len(figure.alt) <= MAX_ALT
    assert figure.get_size_inches()[1] <= MAX_HEIGHT_IN


@pytest.mark.parametrize("draw", CHARTS)
def test_three_hundred_rows_are_no_higher_than_sixty(draw: Any) -> None:
    """What is drawn of them is as much, so it lies apart as well."""
    figure = draw(300)
    assert figure.get_size_inches()[1] <= MAX_HEIGHT_IN
    assert len(figure.alt) <= MAX_ALT


@pytest.mark.parametrize("draw", CHARTS)
def test_what_is_not_drawn_is_counted(draw: Any) -> None:
    """Rows drawn and rows named at the foot add up; a chart that holds all says nothing there."""
    per_row = {members: 3, isa: 3, isa_sets: 3}.get(draw, 1)
    figure = draw(60)
    foot = re.search(
        r"and (\d+) more (?:\w+), not drawn", " ".join(t.get_text() for t in figure.texts)
    )
    axes = figure.axes[0]
    drawn = len(axes.get_xticks()) if draw is symbols else len(axes.get_yticks())
    headings = 3 if draw in (members, isa_sets) else 0
    assert drawn - headings + (int(foot[1]) if foot else 0) == 60 * per_row
    assert not any("not drawn" in t.get_text() for t in draw(2).texts)


@pytest.mark.parametrize("draw", [flags, interventions])
@pytest.mark.parametrize("n", PLATFORMS)
def test_platforms_lie_apart(draw: Any, n: int) -> None:
    """One platform, three, and eight."""
    assert misplaced(draw(4, PLATFORMS[n])) == []


@pytest.mark.parametrize("n_lines", [1, 6, 12, 15, 24])
def test_lines_of_a_way_lie_apart(n_lines: int) -> None:
    """Few lines have their text above them, many their number, too many are stops."""
    assert misplaced(ways(4, n_lines)) == []


def test_the_weightiest_rows_are_kept_in_their_order() -> None:
    """Of equal ones the first; what is left out is named with its number."""
    assert kept([0, 2, 1, 2, 1], 3) == [1, 2, 3]
    assert kept([1, 1], 5) == [0, 1]
    assert kept([1, 1, 1, 1], 2, ["a", "a", "b", "b"]) == [0, 2]
    assert not_drawn((1, "flag")).startswith("and 1 more flag, not drawn")
    assert "2 more members and 3 more symbols" in not_drawn((2, "member"), (3, "symbol"))
    assert not_drawn((0, "flag")) == ""


def test_failures_are_drawn_even_when_they_come_last() -> None:
    """60 steps of which the last failed: it is among those that are drawn."""
    rows = [h.step(f"#{i}", "linux/amd64", "ok", 100.0, i + 1) for i in range(60)]
    rows.append(h.step("#60", "linux/arm/v7", "error", 0.1, 61, exit_code=101))
    figure = draw_steps(drawn_steps(schema.make("steps", rows)))
    assert any("failed, exit 101" in text.get_text() for text in texts(figure))


@pytest.mark.parametrize("colour", [*PLATFORM_COLOURS.values(), UNKNOWN_COLOUR])
def test_colours_are_dark_enough_in_grey(colour: str) -> None:
    """Printed without colour, every mark still stands out from the paper."""
    red, green, blue = to_rgb(colour)
    assert 0.299 * red + 0.587 * green + 0.114 * blue < 0.7
