"""Charts of the way of a value: each line that makes, keeps or loses it, with its place."""

from __future__ import annotations

import pandas as pd

import diag
from diag.flow import env_at
from diag.show.chart_way import draw_way, plot_way
from diag.show.chart_words import words_way
from diag.show.ways import in_file, stops_of, told_rows, way_rows
from tests.chart_frames import AMD64, DOCKERFILE, texts, ways

DATA = "data/avx512-link"


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
