"""The timeline of a build: who waited, what was cached, what failed, by word and shape; and the
instruction sets of one case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import diag
from diag import schema
from diag.show.chart_isa_sets import COLUMNS, df_isa_sets, draw_isa_sets, words_isa_sets
from diag.show.chart_steps import draw_steps, plot_steps
from diag.show.chart_words import words_steps
from diag.show.charts import plot_isa
from diag.show.steps import drawn_steps
from tests import handmade as h
from tests.test_charts_fit import misplaced

BUILDERS = "data/lab/builders"
AMD64, ARM64, ARM7 = h.PLATFORMS
LOCKED = "RUN --mount=type=cache,id=deps,target=/root/.cache,sharing=locked make"


def table(steps: Sequence[Any], lines: Sequence[Any] = ()) -> pd.DataFrame:
    """A drawn_steps frame."""
    return drawn_steps(schema.make("steps", steps), None, schema.make("log_lines", lines))


def line(step_id: str, seconds: float | None, text: str, number: int) -> dict[str, Any]:
    """What a step printed."""
    return h.log_line(number, text, step_id=step_id, seconds=seconds, kind="output")


def shown(figure: Figure) -> str:
    """Every text beside a bar."""
    return "\n".join(text.get_text() for text in figure.axes[0].texts)


# -- waiting ----------------------------------------------------------------------------------------

LOCKS = {
    "cargo": ("    Blocking waiting for file lock on build directory", "build directory"),
    "apt": ("Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by "
            "process 12 (apt-get)", "/var/lib/dpkg/lock-frontend"),
    "bazel": ("Another command (pid=7) is running. Waiting for it to complete on the server...",
              "Another command (pid=7) is running"),
    "nix": ("waiting for lock on '/nix/store/x'...", "lock on '/nix/store/x'..."),
}  # fmt: skip


@pytest.mark.parametrize(("said", "what"), LOCKS.values(), ids=LOCKS)
def test_a_lock_is_a_wait_to_the_next_line(said: str, what: str) -> None:
    """Told in words, drawn as a part of its own, and named in the title."""
    steps = [h.step("#1", AMD64, "ok", 30.0, 1), h.step("#2", ARM64, "ok", 40.0, 2)]
    drawn = table(steps, [line("#2", 2.0, said, 3), line("#2", 14.5, "   Compiling x", 4)])
    figure = draw_steps(drawn)
    assert f"waited up to 12.5 s for a lock: {what}"[:40] in shown(figure)
    assert words_steps(drawn).title.endswith("linux/arm64 waited up to 12.5 s for a lock")
    assert "||| waited for a lock" in words_steps(drawn).subtitle.replace("\xa0", " ")
    bars = [bar for bars in figure.axes[0].containers for bar in bars]
    assert [bar.get_width() for bar in bars if bar.get_hatch() == "||||"] == [12.5]


def test_a_lock_without_an_end_has_no_length() -> None:
    """What is missing is not nought."""
    steps = [h.step("#1", AMD64, "canceled", None, 1)]
    drawn = table(steps, [line("#1", None, LOCKS["cargo"][0], 2)])
    assert "waited for a lock: build directory" in shown(draw_steps(drawn))
    assert "0.0" not in words_steps(drawn).alt


@pytest.mark.parametrize(
    "text", ["+ echo Blocking waiting for file lock on x", "waiting 1", "error: lock file is old"]
)
def test_other_words_are_no_wait(text: str) -> None:
    """A shell's trace and a program's own words say nothing of a lock."""
    drawn = table([h.step("#1", AMD64, "ok", 9.0, 1)], [line("#1", 1.0, text, 2)])
    assert drawn["wait_text"].tolist() == [""]


def test_a_locked_cache_may_be_waited_for_and_more_is_not_said() -> None:
    """BuildKit tells nothing of it; of a cache that no other platform mounts, nor does the chart."""
    steps = [
        h.step("#1", AMD64, "ok", 60.0, 1, name_text=LOCKED),
        h.step("#2", ARM64, "canceled", None, 2, name_text=LOCKED),
        h.step("#3", ARM7, "ok", 70.0, 3, name_text=LOCKED),
    ]
    lines = [line("#1", 0.2, "cc", 4), line("#3", 33.0, "cc", 5)]
    told = table(steps, lines).set_index("step_id")["wait_text"]
    assert told["#1"] == ""
    assert told["#2"] == "printed nothing: may have waited for its locked cache"
    assert told["#3"] == "silent for 33.0 s: may have waited for its locked cache"
    assert "waited" not in words_steps(table(steps, lines)).title
    alone = table(steps[1:2], [line("#2", 33.0, "cc", 5)])
    assert alone["wait_text"].tolist() == [""]
    plain = [{**step, "name_text": LOCKED.replace("locked", "shared")} for step in steps]
    assert set(table(plain, lines)["wait_text"]) == {""}


# -- how it ended -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sign", "hatch", "word"),
    [
        ("ok", "●", None, "9.0 s"),
        ("cached", "◇", "////", "cached"),
        ("error", "✖", "xxxx", "failed"),
        ("canceled", "□", "....", "canceled"),
        ("unfinished", "□", "....", "unfinished"),
    ],
)
def test_each_end_has_a_word_a_sign_and_a_pattern(
    status: str, sign: str, hatch: str | None, word: str
) -> None:
    """Never colour alone; the legend explains only what is there."""
    drawn = table([h.step("#1", AMD64, status, 9.0, 1)])
    figure = draw_steps(drawn)
    assert shown(figure).startswith(sign)
    assert word in shown(figure)
    assert figure.axes[0].patches[0].get_hatch() == hatch
    signs = {sign for sign in "●✖□◇" if sign in words_steps(drawn).subtitle}
    assert signs == {sign}


def test_a_failed_step_without_a_time_ran_to_its_last_line() -> None:
    """A lower bound, rounded down, and said to be one."""
    drawn = table([h.step("#1", AMD64, "error", None, 1)], [line("#1", 93.77, "ld: no", 2)])
    assert words_steps(drawn).title == "Step #1 of linux/amd64 failed after at least 93.7 s"
    assert draw_steps(drawn).axes[0].patches[0].get_width() == 93.77


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([], "No steps are seen"),
        ([(AMD64, "ok", 3.0)], "The one step ended after 3.0 s"),
        ([(AMD64, "ok", None)], "The one step ended; the log tells no times"),
        ([(AMD64, "ok", None), (AMD64, "cached", None)],
         "Every step ended; 1 of 2 steps came from the cache; the log tells no times"),
        ([(None, "ok", 1.0), (None, "ok", 3.0)], "Every step ended; the longest is #1 (3.0 s)"),
        ([(None, "error", 3.0)], "Step #0 of the build failed after 3.0 s"),
        ([(AMD64, "error", 2.0), (ARM64, "canceled", 3.0), (ARM7, "ok", 1.0)],
         "Step #0 of linux/amd64 failed after 2.0 s; linux/arm64 did not end; "
         "what began on linux/arm/v7 ended"),
        ([(AMD64, "error", 2.0), (ARM64, "error", None)],
         "2 steps failed: #0 of linux/amd64 after 2.0 s and #1 of linux/arm64"),
        ([(AMD64, "canceled", 2.0)], "1 step did not end on linux/amd64"),
    ],
)  # fmt: skip
def test_the_title_says_no_more_than_the_log(rows: list[Any], title: str) -> None:
    """With one platform, with none, without seconds, without a failure."""
    steps = [h.step(f"#{n}", p, status, s, n + 1) for n, (p, status, s) in enumerate(rows)]
    assert words_steps(table(steps)).title == title


def test_a_build_of_one_platform_shares_nothing() -> None:
    """A step without a platform is shared only where there are several."""
    steps = [h.step("#1", AMD64, "ok", 1.0, 1, target_platform=None)]
    steps.append(h.step("#2", AMD64, "ok", 1.0, 2))
    assert table(steps)["whose"].tolist() == ["amd64", ""]
    steps.append(h.step("#3", ARM64, "ok", 1.0, 3))
    assert table(steps)["whose"].tolist() == ["amd64", "arm64", "shared"]
    assert "several platforms wait for it" in words_steps(table(steps)).subtitle


def test_logs_of_a_platform_each_are_one_timeline() -> None:
    """As a matrix of CI jobs gives them; a log of the same platform is another build."""
    steps = [
        h.step("#1", AMD64, "ok", 1.0, 1, file="amd64.log"),
        h.step("#2", AMD64, "ok", 1.0, 2, file="amd64.log"),
        h.step("#1", ARM64, "error", 1.0, 1, file="arm64.log"),
        h.step("#1", AMD64, "ok", 1.0, 1, file="again.log"),
    ]
    drawn = table(steps)
    assert drawn["file"].tolist() == ["amd64.log", "amd64.log", "arm64.log"]
    assert "of 2 logs" in words_steps(drawn).subtitle


def test_steps_that_could_not_begin_are_counted() -> None:
    """Of the stage of a step that did not end."""
    steps = [
        h.step("#1", AMD64, "ok", 1.0, 1, step_no=1),
        h.step("#2", AMD64, "error", 1.0, 2, step_no=2),
    ]
    assert table(steps)["n_after"].tolist() == [0, 7]
    assert "7 later steps not begun" in shown(draw_steps(table(steps)))


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("multi.plain", "Step #11 of linux/arm64 failed after at least 1.9 s; linux/amd64 did not end"),
        ("cached.legacy", "Every step ended; 6 of 9 steps came from the cache; the log tells no times"),
        ("bare.make", "No steps are seen"),
    ],
)  # fmt: skip
def test_recorded_builds(log: str, words: str) -> None:
    """One that fails on one platform, one from the cache and without times, one without steps."""
    figure = plot_steps(diag.Case(log=f"{BUILDERS}/{log}.log"))
    assert figure.alt.startswith(words)  # type: ignore[attr-defined]
    assert misplaced(figure) == []
    if log == "bare.make":
        assert not figure.axes
        assert figure._repr_mimebundle_()[0] == {"text/plain": words + "."}  # type: ignore[attr-defined]


# -- instruction sets of one case -------------------------------------------------------------------


def sets(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """A df_isa_sets frame."""
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"guarded": "Int64"})


HEAD = (AMD64, "", "", 3, None, 5, "")


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ([], "No object with code that is read was given: its instruction sets are not seen"),
        ([(AMD64, "", "", 0, None, 1, "")], "No function of 1 object member uses AVX-512"),
        ([HEAD, (AMD64, "a.o", "avx2", 3, None, 5, "f")], "3 functions on linux/amd64 use avx2"),
        ([(AMD64, "", "", 1, None, 5, ""), (AMD64, "a.o", "avx2", 1, 0, 5, "f"), (ARM64, "", "", 0, None, 2, "")],
         "1 function on linux/amd64 uses avx2; none on linux/arm64"),
    ],
)  # fmt: skip
def test_the_title_tells_sets_and_platforms(rows: list[Any], title: str) -> None:
    """What was not looked at is not said to have none."""
    assert words_isa_sets(sets(*rows), "AVX-512").title == title
    assert bool(draw_isa_sets(sets(*rows)).axes) == (len(rows) > 1)


def test_guarded_functions_are_hollow() -> None:
    """Where every one of them runs only on a processor that has the set."""
    rows = [HEAD, (AMD64, "a.o", "avx2", 3, 3, 5, "f"), (AMD64, "a.o", "fma", 3, 2, 5, "f")]
    faces = [mark.get_markerfacecolor() for mark in draw_isa_sets(sets(*rows)).axes[0].get_lines()]
    assert faces.count("white") == 1
    assert len(faces) == 2


def test_one_case_alone_shows_its_instruction_sets() -> None:
    """The linked output holds the functions of its members again: they are not counted twice."""
    case = diag.open_case("data/avx512-link/explicit-march")
    table = df_isa_sets(case)
    assert table.loc[table["member"] == "", "functions"].tolist() == [2, 0, 0]
    assert table["member"].str.endswith(", the linked output").any()
    figure = plot_isa(case)
    assert figure.alt.startswith("2 functions on linux/amd64 use ")  # type: ignore[attr-defined]
    assert misplaced(figure) == []


# -- room -------------------------------------------------------------------------------------------


def test_how_a_step_ended_is_not_cut_and_the_axis_ends_with_the_bars() -> None:
    """The axis ran to four times the longest step, and the words behind it were cut all the same."""
    name = f"[linux/arm64 builder 5/9] RUN make -C {'src/' * 20}"
    failed = h.step("#2", ARM64, "error", 12.5, 2, exit_code=2, name_text=name, n_steps=6)
    figure = draw_steps(table([h.step("#1", AMD64, "ok", 2.3, 1, name_text=name), failed]))
    assert "12.5 s  failed, exit 2; 1 later step not begun" in shown(figure)
    (axes,) = figure.axes
    assert axes.spines["bottom"].get_bounds() == (0, 12.5)
    assert list(axes.get_xticks()) == [0, 5, 10]
    assert misplaced(figure) == []
