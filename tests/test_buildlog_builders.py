"""Screens copied by hand or stopped, several builds in one log, forms of the legacy builder and buildah."""

from __future__ import annotations

from pathlib import Path

import pytest

from diag.read.linkers import read_log
from tests.buildlog_samples import END, LD, PLAIN, errors

DATA = Path(__file__).parent.parent / "data" / "lab" / "builders"


# -- screens --------------------------------------------------------------------------------------

PASTED = f"""\
[+] Building 12.3s (7/9)
 => [internal] load build definition from Dockerfile                     0.0s
 => => transferring dockerfile: 32B                                      0.0s
 => CACHED [builder 1/4] FROM docker.io/library/debian:12                0.0s
 => [builder 2/4] COPY . .                                               0.1s
 => ERROR [builder 3/4] RUN make                                        11.9s
------
 > [builder 3/4] RUN make:
#8 0.512 {LD[0]}
#8 0.512 {LD[1]}
#8 0.513 {END}
------
executor failed running [/bin/sh -c make]: exit code: 2
"""


def test_a_screen_copied_by_hand() -> None:
    """The last frame alone, without colours: ends, times, the exit code, the errors once."""
    frames = read_log(PASTED.encode())
    steps = frames.steps
    assert frames.format == "buildkit-tty"
    assert list(steps["status"]) == ["ok", "cached", "ok", "error"]
    assert list(steps["seconds"].fillna(-1)) == [0.0, -1, 0.1, 11.9]
    assert list(steps["exit_code"].fillna(0)) == [0, 0, 0, 2]
    assert errors(PASTED) == [("foo", "main", "#4")]


def test_a_screen_of_a_build_that_was_stopped() -> None:
    """Without an end, a step whose time stands still has ended and one whose time runs has not."""
    frame = "[+] Building {0}s (1/3)\n => [b 1/2] COPY a b    0.1s\n => [b 2/2] RUN make    {1}s\n"
    log = frame.format("0.4", "0.3") + frame.format("0.9", "0.8")
    assert list(read_log(log.encode()).steps["status"]) == ["ok", "unfinished"]


def test_a_screen_that_stops_in_colours() -> None:
    """What has ended is coloured; what is not was still running when the log stopped."""
    log = "[+] Building 0.4s (1/2)\n\x1b[34m => [b 1/2] COPY a b    0.1s\n\x1b[0m => [b 2/2] RUN make    0.3s\n"
    assert list(read_log(log.encode()).steps["status"]) == ["ok", "unfinished"]


def test_the_window_over_a_steps_output() -> None:
    """Lines that move up the window are read once; a line that grows is read when it is whole; a
    line over two rows is put together; lines that were never shown make the step clipped."""

    def frame(second: float, *rows: str) -> str:
        return "\n".join(
            [f"[+] Building {second}s (0/1)", f" => [b 1/1] RUN make      {second}s"]
            + [f" => => # {row:<30}" for row in rows]
        ) + "\n"  # fmt: skip

    log = (
        frame(0.1, "one", "tw")
        + frame(0.2, "one", "two", "three")
        + frame(0.3, "two", "three", "x" * 30, "yy")
    )
    frames = read_log(log.encode())
    lines = frames.log_lines
    assert list(lines["text"][lines["kind"] == "output"]) == [
        "one",
        "two",
        "three",
        "x" * 30 + "yy",
    ]
    assert not frames.steps["is_clipped"].any()
    assert read_log((log + frame(0.4, "eight", "nine")).encode()).steps["is_clipped"].all()


def test_two_builds_on_one_screen() -> None:
    """After the end, or where the time goes back, the steps are another build's."""
    log = "[+] Building 1.0s (1/1) FINISHED\n => [b 1/1] RUN make   1.0s\n" * 2
    steps = read_log(log.encode()).steps
    assert list(steps["step_id"]) == ["#1", "#2"]
    assert list(steps["status"]) == ["ok", "ok"]


# -- several builds in one log --------------------------------------------------------------------


@pytest.mark.parametrize(
    "head", ['#0 building with "default" instance using docker driver\n\n', ""]
)
def test_two_builds_of_buildkit_in_one_log(head: str) -> None:
    """A job that builds twice counts from 1 twice: the steps of the two are apart."""
    build = f"{head}#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s\n\n{PLAIN}\n------\n > [builder 2/3] RUN make:\n------\n"
    frames = read_log((build * 2).encode())
    assert list(frames.steps["step_id"]) == ["#1", "#7", "#1 (2)", "#7 (2)"]
    assert errors(build * 2) == [("foo", "main", "#7"), ("foo", "main", "#7 (2)")]


def test_two_jobs_in_one_log() -> None:
    """`gh run view --log` of a run with two jobs, each with a build: no step of one is taken for
    the other's."""
    log = b"".join((DATA / "derived" / f"{name}.gh.log").read_bytes() for name in ("multi", "ok"))
    steps = read_log(log).steps
    assert len(steps) == 24
    ends = steps["status"].value_counts()
    # Whether WORKDIR is in the cache is not the builds' own doing: it is there after the first.
    assert ends["ok"] + ends["cached"] == 22
    assert (ends["error"], ends["canceled"]) == (1, 1)
    assert len(read_log(log).link_errors) == 2


def test_a_line_that_a_switch_cut_is_read_once() -> None:
    """The printer leaves a step in the middle of a line, and prints the line whole when it comes
    back (printer.go, logsPartial): the part alone would name another library."""
    head, whole = "#7 0.5 /usr/bin/ld: cannot find -l", "#7 0.5 /usr/bin/ld: cannot find -lfoo"
    rest = "#8 [c 1/1] RUN y\n#8 0.1 y\n#8 DONE 0.1s\n\n#7 [b 1/1] RUN x\n"
    log = f"#7 [b 1/1] RUN x\n{head}fo\n#7 ...\n\n{rest}{whole}\n#7 0.6 {END}\n"
    frames = read_log(log.encode())
    assert list(frames.link_errors["object"].fillna("")) + list(
        frames.link_errors["symbol"].dropna()
    ) == ["-lfoo"]
    lines = frames.log_lines
    assert list(lines["kind"][lines["seconds"].notna()]) == [
        "progress",
        "output",
        "linker",
        "linker",
    ]
    assert list(lines["line_no"]) == list(range(1, log.count("\n") + 1))


def test_a_line_that_stood_when_the_step_was_left_stays() -> None:
    """Another time, or another text: it was whole."""
    log = "#7 [b 1/1] RUN x\n#7 0.5 a\n#7 ...\n\n#7 [b 1/1] RUN x\n#7 0.6 ab\n#7 ...\n\n#7 [b 1/1] RUN x\n#7 0.6 b\n#7 ...\n"
    lines = read_log(log.encode()).log_lines
    assert list(lines["text"][lines["kind"] == "output"]) == ["a", "ab", "b"]


def test_a_first_step_that_comes_back_is_no_second_build() -> None:
    """The first step is over and tells more: its header comes again in the same build."""
    name = "#1 [internal] load build definition from Dockerfile"
    log = f"{name}\n#1 DONE 0.0s\n\n#2 [internal] load .dockerignore\n#2 DONE 0.0s\n\n{name}\n#1 transferring dockerfile: 2B done\n#1 DONE 0.1s\n"
    assert list(read_log(log.encode()).steps["step_id"]) == ["#1", "#2"]


# -- the legacy builder ---------------------------------------------------------------------------


def test_two_builds_of_the_legacy_builder() -> None:
    """A second build in one log has steps of its own; a stage without a name is counted."""
    log = (
        "Step 1/2 : FROM debian\n ---> 0123456789ab\nStep 2/2 : RUN make\n ---> Running in 0123456789ab\n"
        + "\n".join([*LD, END])
        + "\nThe command '/bin/sh -c make' returned a non-zero code: 2\n"
    )
    steps = read_log((log * 2).encode()).steps
    assert list(steps["step_id"]) == ["Step 1/2", "Step 2/2", "Step 1/2 (2)", "Step 2/2 (2)"]
    assert list(steps["status"]) == ["ok", "error"] * 2
    assert list(steps["stage"]) == [""] * 4
    assert errors(log * 2) == [("foo", "main", "Step 2/2"), ("foo", "main", "Step 2/2 (2)")]


@pytest.mark.parametrize(
    "failure", ["COPY failed: file not found in build context", "ADD failed: no such file"]
)
def test_a_copy_that_fails(failure: str) -> None:
    """The legacy builder's own failure is its step's, without an exit code."""
    log = f"Step 1/3 : FROM debian\n ---> 0123456789ab\nStep 2/3 : COPY x /x\n{failure}\n"
    steps = read_log(log.encode()).steps
    assert list(steps["status"]) == ["ok", "error"]
    assert steps["exit_code"].isna().all()


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        ("STEP {no}/2: ", 'Error: building at STEP "RUN make": while running runtime: exit status 2'),
        ("STEP {no}: ", 'Error: error building at STEP "RUN make": error while running runtime: exit status 2'),
        ("STEP {no}: ", 'error building at STEP "RUN make": error while running runtime: exit status 2'),
        ("[1/2] STEP {no}/2: ", 'Error: building at STEP "RUN make": exit status 2'),
    ],
)  # fmt: skip
def test_forms_of_buildah_and_podman(step: str, failure: str) -> None:
    """The words of podman 4, of buildah before 1.20, and of several stages."""
    log = f"{step.format(no=1)}FROM debian AS b\n{step.format(no=2)}RUN make\n" + "\n".join(
        [*LD, END, failure]
    )
    frames = read_log(log.encode())
    assert frames.format == "buildah"
    assert list(frames.steps["stage"]) == ["b", "b"]
    assert list(frames.steps["status"]) == ["ok", "error"]
    assert frames.steps["exit_code"][1] == 2
    assert errors(log) == [("foo", "main", frames.steps["step_id"][1])]
