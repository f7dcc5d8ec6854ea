"""The table of the environment flow: what differs is marked, what is alike is told once."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from diag import schema
from diag.platforms import DEFAULT_PLATFORMS
from diag.show.env_expected import unexpected
from diag.show.env_ways import EnvWays
from diag.show.terminal import as_plain_text
from tests import handmade as h
from tests.env_shown import HANGS, LOSS, OFF, env_of, explained, rows_of, table

SHELLS = ("dash", "bash", "bash-posix", "busybox-ash")

# -- the table -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 100, 160])
def test_what_differs_is_marked_and_aligned(width: int) -> None:
    """One sign without colour; each platform with its value, or how and where it lost it."""
    shown = table(env_of(LOSS, name="FLAGS"), width)
    rows = rows_of(shown)
    assert ["≠", "FLAGS", "linux/amd64", "-a -b=generic -c=one", ":5"] in rows
    assert ["linux/arm64", "(unset)", "✘ subshell at :6", ":6"] in rows
    assert ["linux/arm/v7", "(unset)", "✘ no-branch-matched at :4"] in rows
    starts = {line.index("linux/") for line in shown.splitlines()[3:] if "linux/" in line}
    assert len(starts) == 1
    assert max(map(len, shown.splitlines())) <= width


def test_what_is_alike_is_told_once_and_not_marked() -> None:
    """All platforms in one row; calls that receive the same in one block; the file named once."""
    shown = table(env_of(LOSS, name="CFLAGS"))
    assert rows_of(shown).count(["CFLAGS", "all 3", "(unset)", "✘ separate-run at :3", ":3"]) == 1
    assert "≠" not in shown
    assert shown.count("Dockerfile") == 1
    assert ":8  make first\n:9  make all\n" in shown


def test_a_variable_that_no_line_sets_gets_no_row_of_its_own() -> None:
    """It is named; where it alone is asked for, it has its row."""
    text = "FROM a\nENV F=1\nRUN make\nENV G=1\n"
    assert ["not set here", "G"] in rows_of(table(env_of(text)))
    assert ["G", "all 3", "(unset)"] in rows_of(table(env_of(text, name="G")))


def test_ways_show_their_condition_where_they_differ() -> None:
    """Alike on all three ways: one row, no condition; else one row for each value."""
    shown = " ".join(table(env_of(HANGS, command="make")).split())
    assert "F all 3 (unknown) depends on output of `curl u` (line 2) :2 on each of 3 ways" in shown
    for value in ("1 :3 if [ -f /x ] holds", "2 :3 if [ -f /x ] does not hold; `grep", "(unset) ✘"):
        assert shown.count(value) == 1


def test_a_call_of_some_platforms_names_them() -> None:
    """And stands where the file has it."""
    text = "FROM a\nARG TARGETARCH\nRUN if [ $TARGETARCH = arm64 ]; then nasm; fi; make\n"
    shown = table(env_of(text))
    assert ":3  nasm  only on linux/arm64" in shown
    assert shown.index("nasm") < shown.index("make")


def test_the_words_of_a_call_that_differ_have_a_row() -> None:
    """Above it, what they begin with alike; also where one is the beginning of the other."""
    text = "FROM a\nARG TARGETVARIANT\nRUN make all $TARGETVARIANT\n"
    shown = table(env_of(text, platforms=["linux/amd64", "linux/arm/v7"]))
    assert ":3  make all …" in shown
    assert ["≠", "(its words)", "linux/amd64", "make all"] in rows_of(shown)
    assert ["linux/arm/v7", "make all v7"] in rows_of(shown)


def test_what_could_not_be_followed_says_so() -> None:
    """A script that does not parse: the place and the reason, in the table and in --explain."""
    text = "FROM a\nENV F=1\nRUN make; if true; then make\n"
    for shown in (table(env_of(text)), explained(text)):
        assert "(not followed)" in shown
        assert "does not parse" in shown


@pytest.mark.parametrize("n_calls", [1, 60, 300])
def test_calls_past_the_limit_are_counted(n_calls: int) -> None:
    """Shown and counted calls add up."""
    rows = [
        h.env_row(p, f"-O{i}{p}", command_no=i + 1, line_no=i + 1)
        for p in DEFAULT_PLATFORMS for i in range(n_calls)
    ]  # fmt: skip
    shown = table(schema.make("env", rows), limit=60)
    more = re.search(r"(\d+) further calls, (\d+) of them with a difference", shown)
    n_shown = len(re.findall(r"^:\d+  cargo build", shown, re.MULTILINE))
    assert n_shown + int(more[1] if more else 0) == n_calls
    assert len(shown.splitlines()) < 120
    assert not more or more[1] == more[2]


def test_text_of_strangers_steers_no_terminal() -> None:
    """Codes are taken out, brackets are no markup."""
    rows = [h.env_row("linux/amd64", "\x1b[31m[bold]x", argv_text="cargo \x1b[2J[/]")]
    env = schema.make("env", rows)
    shown = table(env) + as_plain_text(EnvWays(env, {}), width=80)
    assert "\x1b" not in shown
    assert "[bold]x" in shown
    assert "cargo [/]" in shown


def test_no_rows_are_no_error() -> None:
    """A Dockerfile without a RUN."""
    env = env_of("FROM a\n")
    assert "call no program" in table(env)
    assert as_plain_text(EnvWays(env, {}), width=80)


# -- shells ----------------------------------------------------------------------------------------


def probed(values: dict[str, str]) -> pd.DataFrame:
    rows = [
        h.env_row(p, values.get(shell), shell=shell, came_through=[])
        for p in DEFAULT_PLATFORMS[:2] for shell in SHELLS
    ]  # fmt: skip
    return schema.make("env", rows, extra=("shell",))


def test_shells_that_agree_are_one_row() -> None:
    """And it is said that they do."""
    shown = table(probed(dict.fromkeys(SHELLS, "-g")))
    assert "all four shells agree: dash, bash, bash-posix and busybox-ash" in shown
    assert ["RUSTFLAGS", "all 2", "-g"] in rows_of(shown)


def test_shells_that_differ_are_named() -> None:
    """One row for each answer, no word of agreement."""
    shown = table(probed({**dict.fromkeys(SHELLS[:3], "-g"), "busybox-ash": "-x"}))
    assert "agree" not in shown
    told = " ".join(shown.split())
    assert "all 2 dash, bash, -g bash-posix" in told
    assert "all 2 ash -x" in told


def test_a_probe_claims_nothing_of_lines() -> None:
    """Neither that one sets the value nor that none does."""
    env = probed({"dash": "-g"})
    said = as_plain_text(EnvWays(env, {}), width=100)
    assert "linux/amd64 and linux/arm64 in dash: set" in said
    assert "receives RUSTFLAGS = -g" in said
    told = unexpected(env, "RUSTFLAGS", "-g", OFF)
    assert len(told) == 1
    assert "in bash, bash-posix and busybox-ash receives no RUSTFLAGS" in told[0]
    assert "no line" not in said + told[0]
