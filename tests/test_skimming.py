"""A long log is skimmed: what is found is what a reading line by line finds."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag.read import buildlog, buildlog_kinds, textlines
from diag.read.linkers import commands, probes, session
from diag.read.linkers.commands import compiles, parse_link_command
from diag.read.skim import ALSO, HELD, NAMED, STARTS_SO, UNSEARCHED, Calls, Quiet, Skim, any_of
from diag.schema_frames import LINE_KINDS
from tests.linker_words import PLAIN, WORDS

collect = importlib.import_module("diag.read.linkers.collect")  # the function has its name too
ROOT = Path(__file__).parent.parent
LOGS = sorted([*(ROOT / "data").rglob("*.log"), *(ROOT / "tests" / "logs").rglob("*.log")])
DECISIVE = tuple(kind for kind in LINE_KINDS if kind not in ("output", "progress", "other"))


def found_in(data: bytes) -> tuple[object, ...]:
    """All that a reading finds, by what of it reaches the frames."""
    log = buildlog.open_log(data, "x.log")
    found = collect.collect(log)
    for step in found.steps:
        step.n_output = bool(step.n_output)
    decisive = [row for row in collect.text_lines(log) if row.kind in DECISIVE]
    assert collect.text_lines(log, DECISIVE) == decisive
    return found, decisive


def skimmed(monkeypatch: pytest.MonkeyPatch, data: bytes, block: int) -> tuple[object, ...]:
    """The same of a log of any size that is skimmed in blocks of this size."""
    with monkeypatch.context() as patch:
        patch.setattr(buildlog, "SKIM_FROM", 0)
        patch.setattr(textlines, "BLOCK", block)
        return found_in(data)


def is_bare(path: Path) -> bool:
    """Whether the log is one of the thousands of a single link, without the steps of a build."""
    of_links = {"linkers", "links"} & {*path.parts}
    return bool(of_links) and not path.read_bytes().startswith(b"#")


@pytest.mark.parametrize("part", range(2))
def test_skimming_finds_the_same_in_every_log_at_hand(monkeypatch, part):
    """Steps, link errors, link commands and decisive lines are those of a reading line by line."""
    for path in [path for path in LOGS if not is_bare(path)][part::2]:
        data = path.read_bytes()
        if data.strip():
            assert skimmed(monkeypatch, data, 20_000) == found_in(data), path


def test_skimming_finds_the_same_in_one_log_of_many_links(monkeypatch):
    """The logs of the lab one behind the other, outside of any step, however blocks part them."""
    data = b"\n".join(p.read_bytes() for p in LOGS if is_bare(p) and "links" in p.parts)
    assert buildlog.open_log(data, "x.log").format == "text"
    assert skimmed(monkeypatch, data, 20_000) == found_in(data)


def test_skimming_finds_the_same_in_the_words_of_every_linker(monkeypatch):
    """The logs of single links as the steps of one build."""
    parts = []
    for number, path in enumerate(filter(is_bare, LOGS), 1):
        parts.append(b"\n#%d [linux/amd64 build 1/1] RUN link" % number)
        parts += [b"#%d 1.5 %s" % (number, line) for line in path.read_bytes().split(b"\n")]
    data = b"\n".join([b"#1 [a 1/1] RUN x", *parts])
    assert skimmed(monkeypatch, data, 200_000) == found_in(data)


@st.composite
def plain_logs(draw):
    """BuildKit logs in which steps resume with a header, without one, or in the middle of a line."""
    pool = [*PLAIN, *(line for text in WORDS.values() for line in text.splitlines())]
    out, times = [], Counter()
    for _ in range(draw(st.integers(1, 12))):
        step = draw(st.sampled_from([1, 2, 12, 345]))
        if draw(st.booleans()):
            out += ["", f"#{step} [linux/amd64 builder 1/2] RUN make {step}"]
        times[step] += draw(st.integers(0, 1))
        lines = draw(st.lists(st.sampled_from(pool), max_size=6))
        quiet = ["cc1 is busy"] * draw(st.integers(0, 5))
        out += [f"#{step} {times[step]}.125 {line}" for line in [*quiet, *lines, *quiet]]
        if draw(st.booleans()):
            end = draw(
                st.sampled_from(["...", "DONE 1.5s", "CACHED", "ERROR: exit code: 2", "2.125"])
            )
            out.append(f"#{step} {end}")
    out += draw(
        st.sampled_from([[], ["------", " > [linux/amd64 builder 1/2] RUN make 1:", "1.0 x"]])
    )
    return draw(st.sampled_from(["\n", "\r\n"])).join(out) + draw(st.sampled_from(["", "\n"]))


@pytest.mark.parametrize("prefix", ["", "2024-05-06T07:08:09.1234567Z "])
def test_skimming_finds_the_same_in_any_plain_log(prefix):
    """However steps interleave, and wherever blocks end."""

    @given(text=plain_logs(), block=st.sampled_from([150, 1 << 20]))
    @settings(max_examples=40)
    def holds(text, block):
        data = "".join(prefix + line for line in text.splitlines(keepends=True)).encode()
        if data.strip():
            with pytest.MonkeyPatch.context() as monkeypatch:
                assert skimmed(monkeypatch, data, block) == found_in(data)

    holds()


def test_what_is_quiet_is_left_out():
    """Of a thousand quiet lines those at the ends and around a loud one are given; while someone
    waits, all are."""
    quiet = Quiet(r"#[0-9]+ [0-9.]+ ")
    lines = [b"#1 1.0 text"] * 1000
    lines[500] = b"#1 1.0 LOUD"
    block = b"\n".join(lines) + b"\n"
    skim = Skim("LOUD")
    assert [place for place, _ in skim.lines(block, quiet)] == [0, 499, 500, 501, 999]
    given_lines = skim.lines(block, quiet)
    assert next(given_lines)[0] == 0
    skim.waiting.add("step")
    assert [place for place, _ in given_lines] == list(range(1, 1000))


def test_of_a_line_is_told_what_it_may_hold():
    """So that no one searches it again; a line that no pattern can be sure of may hold all."""
    quiet = Quiet(r"#[0-9]+ [0-9.]+ ")
    skim = Skim("NAMED", loud="LOUD", starts="begin", also="ALSO", unsure="[\x80-\xff]")
    lines = ["x", "begin LOUD", "NAMED begin", "ALSO", "\u00e9", "\x1b[0m"]
    block = "".join(f"#1 1.0 {line}\n" for line in lines) + "no step\n"
    list(skim.lines(block.encode(), quiet))
    told = [skim.told_of(n) for n in range(1, 9)]
    assert told == [0, STARTS_SO | HELD, NAMED, ALSO, *[UNSEARCHED] * 4]


@given(st.data())
@settings(max_examples=200)
def test_no_kind_is_skimmed_over(data):
    """Whatever a pattern of the kinds of lines accepts is let through by what skims for it."""
    kind, pattern, method = data.draw(st.sampled_from(buildlog_kinds._TABLE))
    text = data.draw(st.from_regex(pattern.pattern, fullmatch=True)).replace("\n", " ")
    raw = b"#1 1.0 " + text.encode("utf-8", "replace") + b"\n"
    if getattr(pattern, method)(textlines.clean(raw.rstrip(b"\n"))[7:]):
        skim = collect._skim_for((kind,))
        block = b"#1 1.0 x\n" * 2 + raw + b"#1 1.0 x\n" * 2
        assert 2 in [place for place, _ in skim.lines(block, Quiet(r"#[0-9]+ [0-9.]+ "))]


PIECES = (
    "gcc", "ld", "cd /a", "&&", ";", "-c", "-o", "p", "a.o", "x.c", "CC=cc", '"cc"', '"', "'", "\\", '-DX=" -c "', "-DY='b c'", '-DZ=\\"1\\"',
    "conftest.c", "[1/2]", ": &&", "| ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=9).map(" ".join))
@settings(max_examples=300)
@example('cd /a && cd /b && gcc -DX="a b" -DZ=\\"1\\" -c x.c -o x.o && mv x.o p')
def test_a_call_that_compiles_is_no_link_and_told_alike_by_both_engines(text):
    """What is left unread of a log's commands has no link in it, and RE2 leaves out no more."""
    if compiles(text):
        assert parse_link_command(text) is None
    lines = pa.array([text.encode() + b"\n"], pa.large_binary())
    calls = Calls(session.CALL, commands.COMPILES, any_of(probes.PROBES))
    is_dull = session.CALL in text and compiles(text) and not probes.names_probe(text)
    assert calls.among(lines, "")[0] == (session.CALL in text and not is_dull)


def test_compiles_of_a_log_are_left_unread():
    """Of a thousand calls that compile none is looked at; one that links among them is."""
    lines = [b"#1 1.0 gcc -O2 -c -o a%d.o a.c" % number for number in range(1000)]
    lines[500] = b"#1 1.0 gcc -o p a.o"
    skim = Skim("NAMED", calls=Calls(session.CALL, commands.COMPILES, "conftest"))
    block = b"\n".join(lines) + b"\n"
    found = [place for place, _ in skim.lines(block, Quiet(r"#[0-9]+ [0-9.]+ "))]
    assert found == [0, 499, 500, 501, 999]
