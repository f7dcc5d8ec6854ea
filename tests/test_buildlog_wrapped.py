"""Prefixes around logs, forms inside forms, screens copied by hand, and hostile input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.errors import InputError
from diag.read.linkers import read_log

DATA = Path(__file__).parent.parent / "data" / "lab" / "builders"
LD = ["/usr/bin/ld: a.o: in function `main':", "a.c:(.text+0x5): undefined reference to `foo'"]
END = "collect2: error: ld returned 1 exit status"
PLAIN = "\n".join(
    ["#7 [builder 2/3] RUN make", *(f"#7 0.5 {line}" for line in [*LD, END]), '#7 ERROR: process "x" did not complete successfully: exit code: 2']
)  # fmt: skip


def errors(log: str) -> list[tuple[str, str, str | None]]:
    rows = read_log(log.encode()).link_errors
    steps = rows["step_id"].astype(object).where(rows["step_id"].notna(), None)
    return list(zip(rows["symbol"], rows["function"], steps, strict=True))


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("2024-05-06T07:08:09.1234567Z ", "github-actions"),
        ("build (a, b)\tBuild image\t2024-05-06T07:08:09.1234567Z ", "github-actions"),
        ("Mon, 06 May 2024 07:08:09 GMT ", "github-actions"),
        ("[2024-05-06T07:08:09.123Z] ", "timestamps"),
        ("[2024-05-06 07:08:09] ", "timestamps"),
        ("2024-05-06T07:08:09.123456789+02:00 ", "timestamps"),
        ("2024-05-06T07:08:09.123456Z 01E ", "gitlab-timestamps"),
        ("| ", "bitbake"),
        ("2024-05-06T07:08:09.1234567Z | ", "github-actions+bitbake"),
    ],
)
def test_prefixes(prefix: str, name: str) -> None:
    """Each prefix is told and taken off, around a build's log and around bare output."""
    wrapped = "\n".join(prefix + line for line in PLAIN.split("\n"))
    assert read_log(wrapped.encode()).format == f"{name}+buildkit-plain"
    assert errors(wrapped) == [("foo", "main", "#7")]
    bare = "\n".join(prefix + line for line in [*LD, END])
    assert read_log(bare.encode()).format == f"{name}+text"
    assert errors(bare) == [("foo", "main", None)]


def test_a_bar_or_a_date_in_a_few_lines_is_no_prefix() -> None:
    """What only some lines carry is their own text."""
    log = "\n".join([*LD, "| a table", "2024-05-06T07:08:09Z built", END, "x", "y"])
    frames = read_log(log.encode())
    assert frames.format == "text"
    assert "| a table" in set(frames.log_lines["text"])


def test_gitlab_puts_long_lines_together() -> None:
    """A line that gitlab-runner wrote in pieces (`+`) is read whole, of its own stream; its other
    lines keep their rows."""
    at = "2024-05-06T07:08:09.123456Z "
    log = "\n".join(
        [
            at + "01E #7 [builder 2/3] RUN make",
            at + "01E #7 0.5 /usr/bin/ld: a.o: in fun",
            at + "01E+ction `main':",
            at + "01E #7 0.5 a.c:(.text+0x5): undefined refe",
            at + "01E+rence to `fo",
            at + "01E+o'",
            at + "01O between",
            at + "01E+ of another line",
        ]
    )
    assert errors(log) == [("foo", "main", "#7")]
    lines = read_log(log.encode()).log_lines
    assert list(lines["line_no"]) == list(range(1, 9))
    assert list(lines["text"])[-2:] == ["between", " of another line"]


def test_gitlab_sections() -> None:
    """Marks of sections come off, several on one line too; what they hold is read."""
    log = (
        "\x1b[0Ksection_start:1560896352:build[collapsed=true]\r\x1b[0Kmake\n"
        + "\n".join([*LD, END])
        + "\nsection_end:1560896353:build\r\x1b[0K\x1b[0Ksection_start:1560896353:end\r\x1b[0Kdone\n"
    )
    frames = read_log(log.encode())
    assert frames.format == "gitlab+text"
    texts = list(frames.log_lines["text"])
    assert (texts[0], texts[-1]) == ("make", "done")
    assert len(frames.link_errors) == 1


# -- cargo's JSON ---------------------------------------------------------------------------------

RENDERED = (
    "error: linking with `cc` failed: exit status: 1\n  |\n  = note: \"cc\" \"-o\" \"app\" \"a.o\"\n"
    f"  = note: {LD[0]}\n          {LD[1]}\n          {END}\n\n"
)  # fmt: skip
MESSAGES = [
    {"reason": "compiler-artifact", "package_id": "x 0.1.0", "filenames": ["/t/libx.rlib"]},
    {"reason": "compiler-message", "message": {"rendered": RENDERED, "children": []}},
    {"reason": "build-finished", "success": False},
]
COMPACT = [json.dumps(message, separators=(",", ":")) for message in MESSAGES]


@pytest.mark.parametrize("wrap", ["", "#7 1.5 ", "2024-05-06T07:08:09.1234567Z #7 1.5 "])
def test_cargo_messages(wrap: str) -> None:
    """cargo's JSON is read as what rustc would have printed: bare, in a step of a build, and
    in that of a job. Its rows are told apart by part_no."""
    head = "" if not wrap else f"{wrap.split('#')[0]}#7 [builder 2/3] RUN cargo build\n"
    log = head + "\n".join(wrap + line for line in COMPACT)
    frames = read_log(log.encode())
    assert frames.format.endswith("cargo-json")
    assert errors(log) == [("foo", "main", "#7" if wrap else None)]
    lines = schema.check(frames.log_lines, "log_lines")
    assert list(lines["kind"][lines["text"].str.contains("undefined reference")]) == ["linker"]
    assert set(lines["line_no"]) == set(range(1, log.count("\n") + 2))


@pytest.mark.parametrize("tail", ['{"reason":"compiler-message","mess', '{"reason":"x","message":5}', '{"reason":"'])  # fmt: skip
def test_damaged_cargo_messages_stay(tail: str) -> None:
    """A message that was cut stays as it is."""
    frames = read_log(tail.encode())
    assert list(frames.log_lines["text"]) == [tail]


def test_a_message_that_was_cut() -> None:
    """Of a message of which the beginning or the end is lost, what is complete is read."""
    lines = (DATA / "ok.plain.rawjson").read_bytes().split(b"\n")
    at = max(range(len(lines)), key=lambda n: lines[n].count(b'"data"'))
    whole = read_log(b"\n".join(lines))
    for cut in (lines[at][:-30], lines[at][5:]):
        frames = read_log(b"\n".join([*lines[:at], cut, *lines[at + 1 :]]))
        seen = frames.log_lines[frames.log_lines["seconds"].notna()]
        was = whole.log_lines[whole.log_lines["seconds"].notna()]
        assert len(seen) >= 5
        assert set(seen["text"]) <= set(was["text"])
        assert "other" not in set(frames.log_lines["kind"])


@pytest.mark.parametrize("name", ["multi", "clipped"])
def test_messages_over_many_lines(name: str) -> None:
    """buildx 0.13 spread each message over many lines: the same steps, output and errors, and
    each physical line in a row; what the client says at the end is no JSON in both."""
    compact = (DATA / f"{name}.rawjson.log").read_text()
    spread = [
        json.dumps(json.loads(line), indent=2) if line.startswith("{") else line
        for line in compact.splitlines()
    ]
    one, other = read_log(compact.encode()), read_log("\n".join(spread).encode())
    assert other.format == "buildkit-rawjson"
    for frame, drop in (("steps", ["line_no"]), ("link_errors", ["line_no"])):
        assert (
            getattr(one, frame).drop(columns=drop).equals(getattr(other, frame).drop(columns=drop))
        )
    texts = [
        sorted(log.log_lines["text"][log.log_lines["seconds"].notna()]) for log in (one, other)
    ]
    assert texts[0] == texts[1]
    n_lines = "\n".join(spread).count("\n") + 1
    assert set(other.log_lines["line_no"]) == set(range(1, n_lines + 1))


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
    assert {end: n for end, n in steps["status"].value_counts().items() if n} == {
        "ok": 20,
        "cached": 2,
        "error": 1,
        "canceled": 1,
    }
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


# -- hostile input --------------------------------------------------------------------------------

SOURCES = [
    (DATA / name).read_bytes()
    for name in ("single.tty.log", "single.legacy.log", "parallel.buildah.log", "single.rawjson.log", "derived/multi.gitlab-timestamps.log")
]  # fmt: skip


@given(st.integers(0, len(SOURCES) - 1), st.integers(0, 40_000), st.integers(1, 40_000))
@settings(max_examples=60, deadline=None)
def test_real_logs_cut_anywhere(which: int, start: int, size: int) -> None:
    """Any piece of a real log of each form is read, and each of its lines is in a row."""
    source = SOURCES[which]
    piece = source[start % len(source) :][:size]
    try:
        frames = read_log(piece)
    except InputError:
        assert not piece.strip()
        return
    n_lines = piece.count(b"\n") + (not piece.endswith(b"\n"))
    assert set(frames.log_lines["line_no"]) == set(range(1, n_lines + 1))
    schema.check(frames.steps, "steps")


@given(st.lists(st.sampled_from([
    b"[+] Building 1.2s (1/2)", b" FINISHED", b" => ", b" => => # ", b"CACHED ", b"ERROR ", b"[a 1/2] RUN x", b"   0.1s",
    b"------", b" > [a 1/2] RUN x:", b"Step 1/2 : FROM a", b"Step 2/2 : RUN b", b" ---> ", b"0123456789ab", b"Using cache",
    b"STEP 1/2: FROM a", b"[1/2] STEP 2/2: RUN b", b"[linux/arm64] ", b"--> ", b"COMMIT", b'Error: building at STEP "RUN b": exit status 1',
    b"2024-05-06T07:08:09.123456Z 01E+", b"2024-05-06T07:08:09.123456Z 01E ", b"section_start:1:a\r\x1b[0K", b"| ",
    b'{"reason":"compiler-message","message":{"rendered":"x"}}', b"\x1b[34m", b"\x1b[1A", b"\r", b"\xff\xfe", b"\n", b"\n", b"\n",
]), max_size=40))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_any_mixture_of_forms(parts: list[bytes]) -> None:
    """Fragments of every form in any order raise nothing and lose no line."""
    log = b"x" + b"".join(parts)
    frames = read_log(log)
    n_lines = log.count(b"\n") + (not log.endswith(b"\n"))
    assert set(frames.log_lines["line_no"]) == set(range(1, n_lines + 1))
    schema.check(frames.steps, "steps")


@pytest.mark.parametrize(
    "filler",
    [b"[+] Building 1.0s (0/1)\n => [b 1/1] RUN x" + b" " * 2_000_000 + b"x\n",
     b"STEP 1/1: FROM " + b'"' * 500_000 + b"\n" + b'Error: building at STEP "' + b'": ' * 500_000 + b"\n",
     b"Step 1/1 : FROM " + b"AS " * 500_000 + b"\nThe command '" + b"' returned a non-zero code: " * 50_000 + b"x\n",
     b"section_start:1:" + b"a" * 1_000_000 + b"\n" + b"section_start:1:a" * 50_000 + b"\n",
     b'{"vertexes":[' + b'{"digest":' * 200_000 + b"\n",
     b'{"reason":"compiler-message","message":' + b"[" * 500_000 + b"\n",
     b"2024-05-06T07:08:09.123456Z 01E a\n" + b"2024-05-06T07:08:09.123456Z 01E+b\n" * 20_000],
    ids=["tty", "buildah", "legacy", "gitlab", "rawjson", "cargo", "joined"],
)  # fmt: skip
def test_long_lines_take_no_long_time(filler: bytes) -> None:
    """Lines made to be slow are read in time, and what stands after them is read too."""
    log = filler + "\n".join([*LD, END, ""]).encode()
    frames = read_log(log)
    assert list(frames.link_errors["symbol"]) == ["foo"]
    assert len(set(frames.log_lines["line_no"])) == log.count(b"\n")
