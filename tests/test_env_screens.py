"""What a reader sees of the environment flow: the table, the way of a value, what CI is told."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from diag import schema
from diag.flow import env_at
from diag.flow.written import written_at
from diag.platforms import DEFAULT_PLATFORMS
from diag.schema_columns import LOST_BY
from diag.show.env_expected import unexpected
from diag.show.env_groups import calls
from diag.show.env_screen import EnvScreen
from diag.show.env_values import fit
from diag.show.env_ways import EnvWays
from diag.show.loss_words import LOSSES
from diag.show.redact import MASK, Redactor
from diag.show.terminal import as_plain_text
from tests import handmade as h

LOSS = """\
FROM debian
ARG TARGETARCH
RUN export CFLAGS="-O2 -g"
RUN case "$TARGETARCH" in \\
      amd64) export FLAGS="-a -b=generic -c=one" ;; \\
      arm64) (export FLAGS=-a) ;; \\
    esac && \\
    make first && \\
    make all
"""
HANGS = """\
FROM debian
RUN export F="$(curl u)"; \\
    if [ -f /x ]; then export G=1; elif grep -q y /z; then export G=2; fi; \\
    make
"""
SHELLS = ("dash", "bash", "bash-posix", "busybox-ash")
OFF = Redactor(is_on=False)


def table(env: pd.DataFrame, width: int = 100, **more: Any) -> str:
    """The table as a pipe has it."""
    return as_plain_text(EnvScreen(env, **more), width=width)


def env_of(text: str, **more: Any) -> pd.DataFrame:
    return env_at(text.encode(), **more)


def explained(text: str, width: int = 100, **more: Any) -> str:
    """What --explain prints."""
    lines = dict(enumerate(text.splitlines(), 1))
    written = written_at(text.encode(), platforms=DEFAULT_PLATFORMS)
    return as_plain_text(EnvWays(env_of(text, **more), lines, written), width=width)


def rows_of(screen: str) -> list[list[str]]:
    """The lines of a screen in their columns."""
    return [re.split(r" {2,}", line.strip()) for line in screen.splitlines()]


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


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [20, 40, 80])
@pytest.mark.parametrize("n", [0, 5, 50])
def test_the_deciding_difference_is_never_cut(room: int, n: int) -> None:
    """Long values with a long common beginning and end show where they differ."""
    values = [f"{'-C same ' * n}-C cpu={cpu}{' -l end' * n}" for cpu in ("generic", "native")]
    for fitted, cpu in zip(fit(values, room), ("generic", "native"), strict=True):
        assert len(fitted.text) <= room
        assert f"cpu={cpu}" in fitted.text or f"…{cpu}" in fitted.text
        assert cpu in fitted.text[fitted.start : fitted.end]


def test_a_value_that_continues_another_shows_its_end() -> None:
    """What one has more than the other."""
    base = "-C link-arg=--x " * 8
    shorter, longer = fit([base.strip(), base + "-C avx512=no"], 40)
    assert shorter.text != longer.text
    assert longer.text.endswith("-C avx512=no")


# -- the way of a value ----------------------------------------------------------------------------


def test_each_line_shows_its_text_and_what_it_gave() -> None:
    """The physical line, the value after it, the loss with reason and mending, the end."""
    said = explained(LOSS, 200, name="FLAGS", command="make all")
    own = said[said.index("linux/arm64: unset") : said.index("linux/arm/v7")].splitlines()
    assert own[1].split(maxsplit=1) == ["6", "arm64) (export FLAGS=-a) ;;"]
    assert [line.strip()[0] for line in own[2:5]] == ["→", "✘", "→"]
    assert "FLAGS = -a" in own[2]
    assert LOSSES["subshell"].reason in own[3]
    assert "fix: take the parentheses away" in own[4]
    assert own[5].split(maxsplit=1) == ["9", "make all"]


def test_lines_stand_in_the_order_of_the_file() -> None:
    """Also where the value is lost behind the command that misses it."""
    said = explained("FROM a\nRUN make $V\nARG V=1\n", name="V")
    numbers = re.findall(r"^ +(\d+)  ", said, re.MULTILINE)
    assert numbers == ["2", "3"]
    assert "arg-declared-late" in said


def test_a_line_of_a_long_instruction_is_the_one_with_the_name() -> None:
    """Not the first line of the ENV."""
    said = explained("FROM a\nENV A=1 \\\n# note\n\n    B=2 \\\n    C=3\nRUN make\n", name="B")
    assert re.search(r"^ +5  B=2$", said, re.MULTILINE)


def test_a_value_made_of_another_shows_both() -> None:
    """The line of the other variable tells that variable's value."""
    said = explained('FROM a\nENV X=-O2\nRUN export F="$X -g" && make\n', name="F")
    assert "X = -O2" in said
    assert "F = -O2 -g" in said


def test_what_a_tool_makes_of_a_variable_shows_that_variable() -> None:
    """Of an ENV of several names, the one that gave it."""
    text = "FROM a\nENV LD=gcc-12 \\\n    CC=gcc-12\nRUN cargo build\n"
    said = explained(text, name="CC (cc crate)")
    assert re.search(r"^ +3  CC=gcc-12$", said, re.MULTILINE)
    assert "→ CC = gcc-12" in said
    assert "LD =" not in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HANGS, ("output of `curl u`", "what would decide it", "diag probe")),
        ("FROM a\nRUN export F=$PATH; make\n", ("$PATH of the base image", "--base-env")),
        ("FROM a\nRUN export F=$(cat /f); make\n", ("the file /f", "--build-arg")),
    ],
)
def test_unknown_says_what_would_decide_it(text: str, words: tuple[str, ...]) -> None:
    """The command or file it hangs on, and the option."""
    said = " ".join(explained(text, name="F", command="make").split())
    for word in words:
        assert word in said


def test_an_argument_without_a_value_says_how_to_give_one() -> None:
    """Its line, and --build-arg."""
    said = explained("FROM a\nARG VERSION\nRUN make\n", name="VERSION")
    assert "--build-arg VERSION=..." in said


def test_the_same_way_is_told_once() -> None:
    """Platforms together; nothing runs past the width of the screen."""
    said = explained(LOSS, 80, name="CFLAGS", command="make all")
    assert said.count("separate-run") == 1
    assert "linux/amd64, linux/arm64 and linux/arm/v7: unset" in said
    assert max(map(len, said.splitlines())) <= 80


def test_every_loss_has_words() -> None:
    """The closed list, and no word of a loss that is none; names are filled in."""
    assert set(LOSSES) == set(LOST_BY)
    for loss in LOSSES.values():
        said = loss.said("NAME", "7", "3")
        assert said.reason
        assert not re.search(r"\{(name|line|origin)\}", said.reason + said.fix)


# -- what CI is told -------------------------------------------------------------------------------


def test_the_message_names_platform_call_and_the_line_that_loses() -> None:
    """Two lines a call; platforms with one way together."""
    told = unexpected(env_of(LOSS, command="make all"), "FLAGS", "-a -b=generic -c=one", OFF)
    assert [text.count("\n") for text in told] == [1, 1]
    arm64, armv7 = told
    assert arm64.startswith("Dockerfile:9: `make all` on linux/arm64 receives no FLAGS (unset)")
    assert "\n  Dockerfile:6: lost here (subshell)" in arm64
    assert "linux/arm/v7" in armv7
    assert "Dockerfile:4: lost here (no-branch-matched)" in armv7


@pytest.mark.parametrize(
    ("line", "expected", "words"),
    [
        ("ENV F=", "", None),
        ("ENV F=1", "", "receives F = 1; expected it empty"),
        ("ENV G=1", "", "receives no F (unset); expected it empty"),
        ("ENV F=", "1", "receives F empty; expected 1"),
        ("ENV F=unset", "unset", None),
        ("ENV F=$HOME/x", "1", "unknown counts as a failure: depends on"),
    ],
)
def test_empty_unset_and_unknown_are_told_apart(
    line: str, expected: str, words: str | None
) -> None:
    """Empty is a value, unset is none, unknown is not as expected whatever is expected."""
    env = env_at(f"FROM a\n{line}\nRUN make\n".encode(), name="F", platforms="linux/amd64")
    told = unexpected(env, "F", expected, OFF)
    assert len(told) == (words is not None)
    assert words is None or words in told[0]


def test_a_secret_is_compared_and_not_told() -> None:
    """The right one passes, the wrong one fails, neither is shown."""
    env = env_of("FROM a\nENV NPM_TOKEN=hunter22x\nRUN make\n")
    assert unexpected(env, "NPM_TOKEN", "hunter22x", Redactor()) == []
    told = "".join(unexpected(env, "NPM_TOKEN", "hunter33x", Redactor()))
    assert "hunter" not in told
    assert "receives another NPM_TOKEN than is expected; both are masked" in told
    empty = "".join(unexpected(env, "NPM_TOKEN", "", Redactor()))
    assert f"receives NPM_TOKEN = {MASK}; expected it empty" in empty


def test_each_call_of_a_line_is_met_on_every_platform() -> None:
    """A loop calls one line several times; platforms meet call by call."""
    found = calls(env_of("FROM a\nRUN for i in 1 2 3; do F=$i make $i; done\n", name="F"))
    assert [call.texts for call in found] == [("make 1",), ("make 2",), ("make 3",)]
    assert all(len(call.places) == 3 for call in found)


def test_a_call_of_several_ways_is_one_though_they_called_more_before_it() -> None:
    """Ways that exclude each other; calls one after the other stay apart."""
    text = "FROM a\nRUN if a; then export F=1; elif b; then export F=2; fi; make; make\n"
    found = [call for call in calls(env_of(text, name="F")) if call.texts == ("make",)]
    assert [len(call.variables[0].entries) for call in found] == [3, 3]


# -- what new users found ---------------------------------------------------------------------------


def test_calls_of_one_number_on_two_ways_are_two_calls() -> None:
    """`cargo build` on one way and `cargo test` on the other: neither receives for the other."""
    text = "FROM a\nENV R=-Ca\nRUN if cargo fetch; then cargo build; else R=-Cb cargo test; fi\n"
    shown = table(env_of(text))
    build, test = shown.index("cargo build"), shown.index("cargo test")
    assert "-Cb" not in shown[build:test]
    assert "-Cb" in shown[test:]


def test_a_call_that_only_one_platform_makes_on_a_condition() -> None:
    """On arm64 the second call is made where the first fails; elsewhere it always is."""
    text = 'FROM a\nARG TARGETARCH\nRUN [ "$TARGETARCH" = arm64 ] && make c || make d\n'
    shown = table(env_of(text))
    assert "make c  only on linux/arm64" in shown
    assert "only if on linux/arm64 `make c` (line 3) fails" in shown


def test_the_builder_that_is_taken_for_granted_is_named() -> None:
    """Values of the builder's own platform are told to be of an assumed one."""
    text = "FROM a\nARG BUILDARCH\nRUN make\n"
    assert "the builder is taken to be linux/amd64" in table(env_of(text))
    other = env_of("FROM a\nARG BUILDPLATFORM\nRUN make\n", build_args={"BUILDPLATFORM": "x"})
    assert "the builder is taken" not in table(other)
