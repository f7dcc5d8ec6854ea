"""Prefixes around logs, forms inside forms, and hostile input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.read.linkers import read_log
from tests.buildlog_samples import END, LD, PLAIN, check_piece, errors

DATA = Path(__file__).parent.parent / "data" / "lab" / "builders"


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
    frames = check_piece(source[start % len(source) :][:size])
    if frames is not None:
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
