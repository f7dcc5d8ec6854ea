"""What stands at the start of a line and is not seen on a terminal: colours, erased lines, progress
that was written over. The log is read as the same log without it, line by line, skimmed or not."""

from __future__ import annotations

import importlib
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag.read import buildlog, textlines
from diag.read.linkers import read_log
from diag.read.terminal_lines import shown
from diag.schema_frames import LINE_KINDS
from tests.buildlog_samples import END, LD, PLAIN

collect = importlib.import_module("diag.read.linkers.collect")  # the function has its name too
DECISIVE = tuple(kind for kind in LINE_KINDS if kind not in ("output", "progress", "other"))
PLAIN_LOG = f"""\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#6 [linux/arm64 builder 2/3] RUN make
#6 0.125 cc -c -o a.o a.c
#6 0.250
#6 DONE 1.5s

{PLAIN}
------
 > [builder 2/3] RUN make:
0.500 {LD[0]}
0.500 {LD[1]}
------
Dockerfile:3
--------------------
   3 | >>> RUN make
--------------------
ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2
"""
BODY = "\n".join(["cc -o p a.o", *LD, END])
LOGS = {
    "buildkit-plain": PLAIN_LOG,
    "github-actions+buildkit-plain": PLAIN_LOG,
    "docker-legacy": f"Step 1/2 : FROM b\n ---> 0123456789ab\nStep 2/2 : RUN make\n ---> Running in 0123456789ab\n{BODY}\n"
    "The command '/bin/sh -c make' returned a non-zero code: 2\n",
    "buildah": f"STEP 1/2: FROM b\nSTEP 2/2: RUN make\n{BODY}\n",
    "buildkit-rawjson": '{"vertexes":[{"digest":"sha256:1","name":"[b 1/1] RUN make","started":"2024-05-06T07:08:09Z"}]}\n'
    '{"logs":[{"vertex":"sha256:1","stream":2,"data":"eA==","timestamp":"2024-05-06T07:08:09Z"}]}\n',
    "text+cargo-json": json.dumps(
        {"reason": "compiler-message", "message": {"rendered": BODY}}, separators=(",", ":")
    ),
    "text": BODY + "\n",
}
TIME = "2024-05-06T07:08:09.1234567Z "  # that a collector puts before what it is given
UNSEEN = ("\x1b[0m", "\x1b[36m", "\x1b[2K\r", "\r", "\r\r", "\x1b[1G\x1b[K", "\x00", "\x1b]0;t\x07")
PROGRESS = ("pulling 10%\rpulling 90%\r           \r", "\\ 1/9\x1b[1G\x1b[0K", "100%\r\x1b[2K")
starts = st.sampled_from(["", *UNSEEN, *PROGRESS])
ends = st.sampled_from(["\n", "\r\n", "\r\r\n", "\x1b[K\n", "\x1b[0m\r\n"])


def read(log: str, *, is_skimmed: bool = False, block: int = 1 << 20) -> tuple[object, ...]:
    """Format, steps, link errors, link commands and lines of a log, those alone that a skimmed
    reading gives, blank ones without the spaces that hid something there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buildlog, "SKIM_FROM", 0 if is_skimmed else 1 << 30)
        patch.setattr(textlines, "BLOCK", block)
        opened = buildlog.open_log(log.encode(), "x.log")
        found = collect.collect(opened)
        lines = collect.text_lines(opened, DECISIVE if is_skimmed else LINE_KINDS)
    for step in found.steps:
        step.n_output = bool(step.n_output)
    rows = [row._replace(text=row.text.strip() and row.text) for row in lines]
    return opened.format, found, [row for row in rows if row.kind in DECISIVE or not is_skimmed]


@pytest.mark.parametrize("format", LOGS)
def test_what_is_not_seen_at_a_line_s_start_changes_nothing(format):
    """Escapes, carriage returns and progress before any line: the same format, rows and numbers."""
    time = TIME if format.startswith("github") else ""
    lines = LOGS[format].splitlines()
    log = "".join(f"{time}{line}\n" for line in lines)
    clean = {way: read(log, is_skimmed=way) for way in (False, True)}
    assert clean[False][0] == format

    @given(st.data(), st.booleans(), st.sampled_from([200, 1 << 20]))
    @settings(max_examples=8, deadline=None)
    def holds(data, is_skimmed, block):
        begin = data.draw(st.sampled_from(["", *UNSEEN])) + time if time else ""
        same = data.draw(st.one_of(st.none(), st.tuples(starts, ends)))
        around = [same or data.draw(st.tuples(starts, ends)) for _ in lines]
        parts = [begin + a + line + z for (a, z), line in zip(around, lines, strict=True)]
        assert read("".join(parts), is_skimmed=is_skimmed, block=block) == clean[is_skimmed]

    holds()


def test_what_a_command_returns_over_stays_with_its_step():
    """A builder's mark before a carriage return is the line's, whatever comes behind it."""
    log = PLAIN_LOG.replace("cc -c -o a.o a.c", "10%\r#1 20%\r\x1b[1G#9 cc -c -o a.o a.c")
    (_, found, lines), (_, clean, _) = read(log), read(PLAIN_LOG)
    assert found == clean
    assert (lines[4].step_id, lines[4].text) == ("#6", "#9 cc -c -o a.o a.c")


@given(st.binary(max_size=40).map(lambda text: text.replace(b"x", b"\r").replace(b"y", b"\x1b[")))
@example(b"\r\n\r")
def test_no_line_is_lost(block):
    """Line feeds stay, and what is shown once is shown so again."""
    assert shown(block).count(b"\n") == block.count(b"\n")
    assert shown(shown(block)) == shown(block)


def test_a_last_line_of_nothing_seen_is_a_line():
    """As `grep -n` counts it: without a line feed, and with escapes or a time alone in it."""
    log = "".join(f"{TIME}{line}\n" for line in PLAIN_LOG.splitlines())
    for last in ("\x1b[0m", "\r", TIME):
        lines = read_log((log + last).encode()).log_lines
        assert lines["line_no"].max() == log.count("\n") + 1
