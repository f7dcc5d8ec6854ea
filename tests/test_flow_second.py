"""What the flow says of stages that platforms choose, of programs behind sudo, of `+=` before a
command, of an untold builder, and which of two lines lost a value."""

from __future__ import annotations

import re
import subprocess

import pandas as pd
import pytest

from diag.causes.model import Finding
from diag.flow import env_rows
from diag.read.dockerfile import frame_of, parse_dockerfile
from diag.show.env_screen import EnvScreen
from diag.show.loss_words import LOSSES
from diag.show.terminal import as_plain_text
from tests.env_shown import env_of, explained, table
from tests.facts_builder import judge
from tests.flow_rows import row_of
from tests.tools import need

STAGES = """\
FROM a AS base
ENV CFLAGS="-O2 -fPIC"
FROM base AS build-amd64
ENV CXXFLAGS=-mavx2
FROM base AS build-arm64
FROM a AS build-arm
FROM build-${TARGETARCH}
RUN make one
RUN export CFLAGS="$CFLAGS -Wall"; make all
"""


def _rows(text: str, **asked: object) -> dict[str, dict[str, object]]:
    """platform -> the last row."""
    return {row["platform"]: row for row in env_of(text, **asked).to_dict("records")}


# --- stages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "value"), [("make one", None), ("make all", " -Wall")])
def test_an_env_below_the_stages_of_other_platforms(call: str, value: str | None) -> None:
    """It is missed where this platform's stage does not stand on it, and in what is made of it."""
    rows = _rows(STAGES, name="CFLAGS", command=call)
    arm = rows["linux/arm/v7"]
    assert (arm["lost_by"], arm["lost_at"]) == ("env-of-other-stage", "Dockerfile:6")
    assert (arm["value"] if arm["status"] == "set" else None) == value
    assert arm["came_through"][0] == "Dockerfile:2"
    assert pd.isna(rows["linux/arm64"]["lost_by"])


def test_an_env_that_is_made_of_a_lacking_one_tells_of_it() -> None:
    """`ENV CFLAGS="$CFLAGS -g"` in the stage that all platforms share."""
    text = STAGES.replace("RUN make one", 'ENV CFLAGS="$CFLAGS -g"\nRUN make one')
    arm = _rows(text, name="CFLAGS", command="make one")["linux/arm/v7"]
    assert (arm["value"], arm["lost_by"]) == (" -g", "env-of-other-stage")


def test_what_the_stage_of_a_platform_sets_itself_is_its_own_affair() -> None:
    """No other platform is told to miss what only amd64's own stage sets."""
    assert set(env_of(STAGES, name="CXXFLAGS")["lost_by"].dropna()) == set()


@pytest.mark.parametrize(
    "last",
    ["FROM base", "FROM other-${TARGETARCH}", "FROM build-amd64", "FROM build-${TARGETVARIANT:?}"],
)
def test_stages_that_no_platform_chooses(last: str) -> None:
    """A fixed FROM, and names that are no stage elsewhere, lose nothing."""
    text = STAGES.replace("FROM build-${TARGETARCH}", last).replace(
        " AS build-arm\n", " AS build-v7\n"
    )
    rows = env_of(text, platforms=["linux/arm/v7"])
    assert "env-of-other-stage" not in set(rows[rows["name"] != "CFLAGS"]["lost_by"].dropna())


def test_the_way_tells_the_line_that_sets_it() -> None:
    """The reason names the ENV and stands at the FROM of the stage."""
    said = explained(STAGES, 200, name="CFLAGS", command="make one")
    own = said[said.index("linux/arm/v7") :].splitlines()
    assert own[3].split(maxsplit=1) == ["6", "FROM a AS build-arm"]
    assert "line 2 sets it" in own[4]


# --- which line lost it ---------------------------------------------------------------------------


def test_an_env_behind_the_run_replaces_what_the_run_set() -> None:
    """Had the export stayed, the ENV would have won all the same: nothing is lost."""
    row = row_of("FROM a\nRUN export X=-O3\nENV X=-O2\nRUN cargo b")
    assert (row["value"], row["lost_by"]) == ("-O2", None)


def test_an_env_before_the_run_does_not() -> None:
    """The export would have won; the loss stands at the end of its RUN."""
    text = "FROM a\nENV X=-O2\nRUN export X=-O3\nRUN cargo b"
    row = row_of(text)
    assert (row["value"], row["lost_by"], row["lost_at"]) == ("-O2", "separate-run", "Dockerfile:3")
    assert "the RUN sets that ends at line 3" in explained(text, 200, name="X")


def test_a_loss_of_this_run_does_not_tell_the_lines_of_another() -> None:
    """What `sh -c` lost came through its own line, not through that of an earlier RUN."""
    row = row_of("FROM a\nRUN export X=1\nRUN sh -c 'export X=2'; cargo b")
    assert (row["lost_by"], row["came_through"]) == ("subshell", ["Dockerfile:3"])
    assert "sh -c" in LOSSES["subshell"].reason


def test_advice_names_the_variable_of_a_row_that_cargo_makes() -> None:
    """No shell has a variable `rustflags (effective)`."""
    text = "FROM a\nENV RUSTFLAGS=-Ca\nRUN RUSTFLAGS=-Cb cargo b"
    said = explained(text, 200, name="rustflags (effective)")
    assert "take RUSTFLAGS=... away" in said


# --- += before a command --------------------------------------------------------------------------

APPENDED = 'X+=" b" printenv X'


@pytest.mark.parametrize("shell", ["bash", "dash", "busybox sh"])
def test_a_prefix_that_appends_as_shells_do_it(shell: str) -> None:
    """bash appends; to the others it is the name of a command that is not there."""
    need(shell.split()[0])
    done = subprocess.run(
        [*shell.split(), "-c", APPENDED], env={"X": "a", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    name = {"busybox sh": "busybox ash"}.get(shell, shell)
    told = [
        row["value"]
        for row in env_of(f"FROM a\nENV X=a\nRUN {APPENDED}", name="X").to_dict("records")
        if name in re.sub("^sh is ", "", row["condition"] or name)
    ]
    assert {*told} == ({done.stdout.rstrip("\n")} if done.returncode == 0 else set())


def test_shells_that_do_not_come_to_a_call_do_not_agree() -> None:
    """A call that two of four shells make is told of these two."""
    probed = env_of("FROM a\nENV X=a\nRUN make", platforms=["linux/amd64"])
    shells = [probed.assign(shell=shell) for shell in ("dash", "bash")]
    later = probed.assign(shell="bash", line_no=4, run_no=2)
    said = as_plain_text(EnvScreen(pd.concat([*shells, later], ignore_index=True)), width=100)
    assert "shells agree" not in said
    assert ":4  make  only in bash" in said
    agreed = as_plain_text(EnvScreen(pd.concat(shells, ignore_index=True)), width=100)
    assert "all two shells agree" in agreed


# --- the builder ----------------------------------------------------------------------------------

UNAME = "RUN if [ $(uname -m) = x86_64 ]; then export X=1; fi; cargo b"


def test_a_builder_of_which_nobody_told_is_said_to_be_taken() -> None:
    """In the row, and on the screen."""
    text = f"FROM --platform=$BUILDPLATFORM a\n{UNAME}"
    assert row_of(text)["condition"] == "the builder is linux/amd64"
    said = table(env_of(text, name="X"))
    assert "--build-arg BUILDPLATFORM=" in said
    assert "taken for granted: the builder is linux/amd64" in said


@pytest.mark.parametrize(
    ("head", "args", "value"),
    [
        ("FROM a", {}, "1"),
        ("FROM --platform=$BUILDPLATFORM a", {"BUILDPLATFORM": "linux/arm64"}, None),
        ("ARG BUILDPLATFORM=linux/amd64\nFROM --platform=$BUILDPLATFORM a", {}, "1"),
        ("FROM --platform=linux/arm64 a", {}, None),
    ],
)
def test_a_machine_that_is_told_is_no_assumption(
    head: str, args: dict[str, str], value: str | None
) -> None:
    """By the platform itself, by a build argument, by the file."""
    row = row_of(f"{head}\n{UNAME}", build_args=args)
    assert (row["value"], row["condition"]) == (value, None)


# --- sudo and its like ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ("sudo make i", "unknown"),
        ("sudo -u build -n make i", "unknown"),
        ("X=2 sudo make i", "unknown"),
        ("doas make i", "unknown"),
        ("sudo -E make i", "set"),
        ("sudo --preserve-env=X,Y make i", "set"),
        ("sudo X=1 make i", "set"),
        ("sudo env X=1 make i", "set"),
        ("su build -c 'make i'", "set"),
        ("su -s /bin/sh build -c 'cd /; make i'", "set"),
        ("su - build -c 'make i'", "unknown"),
        ("runuser -u build -- make i", "set"),
        ("chroot /x make i", "set"),
        ("gosu build make i", "set"),
        ("sudo chroot /x make i", "unknown"),
        ("xargs sudo -E make i < list", "set"),
    ],
)
def test_what_comes_behind_such_a_program(call: str, status: str) -> None:
    """The inner call has a row of its own, under the number of the outer one."""
    text = f"FROM a\nENV X=1\nRUN {call}\nRUN make j"
    inner = env_of(text, name="X", command="make i", platforms=["linux/amd64"])
    assert list(inner["status"]) == [status]
    assert list(inner["command_no"]) == [1]
    assert row_of(text, command="make j")["value"] == "1"


def test_the_outer_call_is_told_to_receive_what_it_does() -> None:
    """`sudo` has the value; of what it calls that is not said."""
    said = explained("FROM a\nENV X=1\nRUN sudo make", 200, name="X")
    assert "sudo receives that X" in said
    assert "whether sudo hands on $X" in said
    assert "sudo -E hands it on" in said


def test_a_condition_that_all_share_is_no_way_of_the_outer_call() -> None:
    """Two rows under one number are no two ways."""
    rows = env_of("FROM a\nENV X=1\nRUN apt-get update && sudo make", name="X")
    assert set(rows[rows["command"] == "sudo"]["condition"].dropna()) == set()


def test_an_option_in_the_place_of_a_command_is_told_whole() -> None:
    """`$CC -L/usr/lib/x` with an empty CC calls no program `x`."""
    assert row_of("FROM a\nARG X\nRUN $CC -L/usr/lib/x m.c", name="X", command="-L/usr/lib/x")[
        "command"
    ] == ("-L/usr/lib/x")


# --- what the causes make of it -------------------------------------------------------------------

FLOW, NO_BRANCH = "dockerfile-env-flow-broken", "no-branch-matched"


def _judged(cause: str, text: str, platform: str, outcome: str = "failed") -> list[Finding]:
    parsed = parse_dockerfile(text.encode(), "Dockerfile")
    env = list(env_rows(parsed, platform=platform))
    instructions = frame_of(parsed).to_dict("records")
    outcomes = [{"platform": platform, "outcome": outcome}]
    return judge(cause, env=env, instructions=instructions, outcomes=outcomes, platforms=[platform])


@pytest.mark.parametrize(
    ("text", "status", "waits_for"),
    [
        (STAGES, "untestable", "a trial: CFLAGS set in the stage that Dockerfile:6 begins, too"),
        ("FROM a\nRUN CC=gcc; ./mk", "untestable", "the script ./mk"),
        ("FROM a\nRUN export CC=gcc\nRUN sub/mk", "untestable", "the script sub/mk"),
        ("FROM a\nRUN export CC=gcc; make; sub/mk", "refuted", None),
        ("FROM a\nRUN CC=gcc; ./mk CC=$CC", "refuted", None),
        ("FROM a\nRUN CC=gcc; $CC m.c", "refuted", None),
        ("FROM a\nRUN (CC=gcc; $CC m.c); gcc n.c", "supported", None),
        ("FROM a\nRUN (CFLAGS=-g; :); gcc n.c", "refuted", None),
        ("FROM a\nRUN export CFLAGS=-g\nRUN gcc $CFLAGS n.c", "supported", None),
        ("FROM a\nRUN LIBRARY_PATH=/x; gcc n.c", "supported", None),
        ("FROM a\nRUN CC=gcc; make", "supported", None),
        ("FROM a\nRUN CC=gcc; make CC=$CC", "refuted", None),
        ("FROM a\nRUN CC=gcc\nRUN make CC=${CC:-cc}", "supported", None),
        ("FROM a\nRUN CC=gcc\nRUN make CC=cc", "refuted", None),
    ],
)
def test_a_loss_counts_where_the_command_is_known_to_read_it(
    text: str, status: str, waits_for: str | None
) -> None:
    """Compilers read no CC; what a script reads, and what stages are meant to differ in, is open."""
    (finding,) = _judged(FLOW, text, "linux/arm/v7")
    assert finding.status == status
    assert [one.artefact for one in finding.missing] == ([waits_for] if waits_for else [])
    latent = _judged(FLOW, text, "linux/arm/v7", outcome="linked")
    assert [one.role for one in latent] == (["latent"] if status == "supported" else [])


@pytest.mark.parametrize(
    ("script", "keyword", "last"),
    [
        ('if [ "$TARGETARCH" = amd64 ]; then export CC=gcc; fi; ./mk', "if", 'else echo "'),
        ("case $TARGETARCH in amd64) export CC=gcc;; esac; ./mk", "case", '*) echo "'),
    ],
)
def test_the_advice_speaks_of_the_branches_that_are_there(
    script: str, keyword: str, last: str
) -> None:
    """And nothing beside it says that no variable at all is lost."""
    text = f"FROM a\nARG TARGETARCH\nRUN {script}"
    (finding,) = _judged(NO_BRANCH, text, "linux/arm64")[:1]
    assert f"branch of the `{keyword}` fits" in finding.claim
    assert last in finding.fix[0]
    (other,) = _judged(FLOW, text, "linux/arm64")
    assert "for want of an export" in other.evidence[0].text
