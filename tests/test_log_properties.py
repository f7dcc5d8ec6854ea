"""What holds for every log: nothing is lost or invented however it is wrapped, cut or skimmed."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag.errors import InputError
from diag.read import buildlog, buildlog_kinds, linkers, textlines
from diag.read.linkers import parse_link_errors, read_log
from diag.read.linkers.grammar import Rule
from diag.read.linkers.session import MAX_MESSAGE, Session
from diag.read.skim import ALSO, HELD, NAMED, STARTS_SO, UNSEARCHED, Quiet, Skim
from diag.schema_frames import LINE_KINDS

collect = importlib.import_module("diag.read.linkers.collect")  # the function has its name too
ROOT = Path(__file__).parent.parent
LOGS = sorted([*(ROOT / "data").rglob("*.log"), *(ROOT / "tests" / "logs").rglob("*.log")])
DECISIVE = tuple(kind for kind in LINE_KINDS if kind not in ("output", "progress", "other"))

BFD = """\
/usr/bin/ld: src/a.o: in function `main':
a.c:(.text+0x5): undefined reference to `foo'
/usr/bin/ld: a.c:(.text+0xf): undefined reference to `bar(int)'
/usr/bin/ld: b.o: relocation R_X86_64_32 against symbol `far' can not be used when making a shared object; recompile with -fPIC
/usr/bin/ld: b.o:b.c:(.text+0x0): multiple definition of `dup'; a.o:a.c:(.text+0x0): first defined here
/usr/bin/ld: cannot find -lnone: No such file or directory
collect2: error: ld returned 1 exit status"""
LLD = """\
ld.lld: error: undefined symbol: foo
>>> referenced by a.c:3 (/src/a.c:3)
>>>               a.o:(main)
>>> referenced 2 more times
ld.lld: error: unable to find library -lnone
collect2: error: ld returned 1 exit status"""
GOLD = """\
a.o:a.c:function main: error: undefined reference to 'foo'
b.o:b.c:function f: error: undefined reference to 'bar(int)'
/usr/bin/ld.gold: error: cannot find -lnone
collect2: error: ld returned 1 exit status"""
WORDS = {"bfd": BFD, "lld": LLD, "gold": GOLD}
PLAIN = [
    "   Compiling x v1.0.0", "    Finished release", "[ 50%] Building C object a.c.o", "", "ok",
    "warning: the kernel is skipped", "warning: unused variable: `y`", " --> src/m.rs:1:2", "  |",
    "CC=gcc", "gcc -c a.c -o a.o", "gcc -o app a.o -lm", "+ ar crs libx.a a.o", "Killed",
    "a.c:1:2: error: no", "\u2018quoted\u2019", "\x1b[1mwarning\x1b[0m: bold", "50%\r100%", "tab\there",
    "[output clipped, log limit 2MiB reached]", "#3 1.0 not a step", '{"reason":"compiler-artifact"}',
]  # fmt: skip


# -- a long log is skimmed -------------------------------------------------------------------------


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


# -- nothing is lost or invented -------------------------------------------------------------------


def said(
    text: str, *, but: tuple[str, ...] = ("error_no", "line_no", "step_id", "detail_text", "file")
) -> list:
    """The rows of a log, without what a prefix changes."""
    rows = parse_link_errors(text)
    return [{key: row[key] for key in row if key not in but} for row in rows]


PREFIXES = {
    "GitHub": lambda n: f"2024-05-06T07:08:{n % 60:02d}.1234567Z ",
    "BuildKit": lambda n: f"#12 {n}.45 ",
    "bitbake": lambda n: "| ",
    "GitHub and BuildKit": lambda n: f"2024-05-06T07:08:{n % 60:02d}.1234567Z #7 {n}.4 ",
    "none": lambda n: "",
}


@given(
    linker=st.sampled_from(sorted(WORDS)),
    prefix=st.sampled_from(sorted(PREFIXES)),
    end=st.sampled_from(["\n", "\r\n"]),
    colour=st.sampled_from(["", "\x1b[31m", "\x1b[01m\x1b[K"]),
    block=st.integers(1, 300),
    data=st.data(),
)
@settings(max_examples=200)
def test_what_wraps_a_log_changes_nothing(linker, prefix, end, colour, block, data):
    """Prefixes, line ends, colour around any word, blocks of any size: the same link errors."""
    lines = []
    for number, line in enumerate(WORDS[linker].splitlines()):
        words = line.split(" ")
        if colour:
            place = data.draw(st.integers(0, len(words) - 1))
            words[place] = f"{colour}{words[place]}\x1b[0m"
        lines.append(PREFIXES[prefix](number) + " ".join(words) + end)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(textlines, "BLOCK", block)
        monkeypatch.setattr(buildlog, "SKIM_FROM", data.draw(st.sampled_from([0, 1 << 30])))
        assert said("".join(lines)) == said(WORDS[linker])


@given(st.permutations(sorted(WORDS)), st.data())
@settings(max_examples=60)
def test_steps_in_turns_are_read_as_if_apart(order, data):
    """Lines of three steps in any order give each step the errors of its own log."""
    queues = {name: WORDS[name].splitlines() for name in order}
    numbers = {name: place for place, name in enumerate(order, 1)}
    lines = []
    while queues:
        name = data.draw(st.sampled_from(sorted(queues)))
        lines.append(f"#{numbers[name]} 1.5 {queues[name].pop(0)}")
        queues = {other: rest for other, rest in queues.items() if rest}
    rows = parse_link_errors("\n".join(lines))
    for name in WORDS:
        kept = ("error_no", "line_no", "step_id", "detail_text", "file")
        mine = [row for row in rows if row["step_id"] == f"#{numbers[name]}"]
        assert [{k: row[k] for k in row if k not in kept} for row in mine] == said(WORDS[name])


@given(linker=st.sampled_from(sorted(WORDS)), data=st.data())
@settings(max_examples=150)
def test_a_cut_log_gives_what_stands_before_the_cut(linker, data):
    """Cut at any byte: the errors named on whole lines are those of the whole log, and nothing
    else is named there."""
    text = "".join(f"#9 1.5 {line}\n" for line in WORDS[linker].splitlines())
    cut = data.draw(st.integers(0, len(text)))
    n_whole = text[:cut].count("\n")

    def named(part: str) -> set[tuple]:
        rows = parse_link_errors(part)
        return {(r["line_no"], r["kind"], r["symbol"]) for r in rows if r["line_no"] <= n_whole}

    assert named(text[:cut]) == named(text)


LINES = st.lists(
    st.one_of(
        st.sampled_from([*PLAIN, *BFD.splitlines(), "#1 [a 1/1] RUN x", "#1 ...", "------", "Step 1/2 : RUN x"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=40),
        st.builds("#{} {}.5 {}".format, st.integers(0, 4), st.integers(0, 9), st.sampled_from(PLAIN)),
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip


@given(LINES)
@settings(max_examples=200)
def test_every_line_is_in_one_row(lines):
    """Line numbers of log_lines are those of the file, each once."""
    data = "\n".join(lines).encode()
    if not data.strip() or b"\0" in data:  # what holds a NUL may be refused as binary
        return
    log = read_log(data)
    n_lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if "json" not in log.format:
        assert list(log.log_lines["line_no"]) == list(range(1, n_lines + 1)), log.format


@given(
    st.one_of(
        st.binary(max_size=2000),
        st.binary(max_size=300).map(lambda raw: b"#1 [a 1/1] RUN x\n#1 1.5 ld: " + raw),
    )
)
@settings(max_examples=100)
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"\x1f\x8b")
def test_bytes_raise_nothing_but_input_errors(data):
    """Whatever the bytes, there are frames or an InputError."""
    try:
        log = read_log(data)
    except InputError:
        return
    assert len(log.link_errors) <= len(log.log_lines)


# -- hostile texts ---------------------------------------------------------------------------------

HOSTILE = [
    "a:",
    "'",
    "`",
    " ",
    "(",
    "a.o:",
    "((",
    "`'",
    ": ",
    "x-",
    "a/",
    "\\",
    '"',
    "::",
    ".a(",
    "[",
    "A=b ",
    ">>> ",
]
MODULES = [
    importlib.import_module(f"{linkers.__name__}.{m.name}")
    for m in pkgutil.iter_modules(linkers.__path__)
]
RULES = {
    f"{module.__name__.rsplit('.', 1)[1]}-{number}": one
    for module in MODULES
    for name, table in vars(module).items()
    if isinstance(table, tuple) and table and all(isinstance(item, Rule) for item in table)
    for number, one in enumerate(table)
    if name.isupper()
}  # fmt: skip
# Each once: tables are imported by their grammars.
RULES = dict({id(one): (name, one) for name, one in RULES.items()}.values())
PATTERNS = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": value
    for module in [*MODULES, buildlog_kinds]
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
LIMIT = 1.0  # seconds of processor time; a sound pattern takes a thousandth


def worst(pattern: re.Pattern, literal: str, size: int) -> tuple[float, str]:
    """The longest time that a pattern takes over runs of what it may repeat, and over which."""
    taken = []
    for unit in HOSTILE:
        run = unit * (size // len(unit))
        for text in (literal + run, run + literal + run):
            start = time.process_time()
            if isinstance(pattern.pattern, str):
                pattern.fullmatch(text)
                pattern.match(text)
            taken.append((time.process_time() - start, unit))
            if taken[-1][0] > LIMIT:
                break
    return max(taken)


@pytest.mark.parametrize("name", sorted(RULES))
def test_no_rule_is_slow_on_a_hostile_line(name):
    """A line as long as a grammar is given any, of repeated words around the rule's literal."""
    one = RULES[name]
    seconds, unit = worst(one.pattern, one.literal, MAX_MESSAGE)
    assert seconds < LIMIT, f"runs of {unit!r}: {one.text}"


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_other_pattern_is_slow_on_a_hostile_line(name):
    """The patterns beside the tables, and those of the kinds of lines, likewise."""
    seconds, unit = worst(PATTERNS[name], "", MAX_MESSAGE)
    assert seconds < LIMIT, f"runs of {unit!r}: {PATTERNS[name].pattern}"


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_lines_are_read_in_time(unit):
    """A megabyte of one word, on one line and in lines of 64 KB, with each linker's words in front."""
    heads = ["", *(line for text in WORDS.values() for line in text.splitlines())]
    start = time.process_time()
    session = Session()
    for place, head in enumerate(heads):
        session.feed(place, head + unit * (MAX_MESSAGE // len(unit) - len(head)))
    session.close()
    log = (unit * ((1 << 20) // len(unit))).encode()
    read_log(b"#1 1.5 x\n#1 1.5 ld: " + log).lines()
    assert time.process_time() - start < 20 * LIMIT


# -- the rest --------------------------------------------------------------------------------------


def test_progress_is_told_to_the_end(monkeypatch):
    """Each reading tells of growing numbers of bytes, the last of them all."""
    monkeypatch.setattr(textlines, "BLOCK", 1 << 20)
    told: list[tuple[int, int]] = []
    data = b"#1 [a 1/1] RUN x\n" + b"#1 1.5 text\n" * 600_000
    read_log(data, progress=lambda done, size: told.append((done, size)))
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (len(data), len(data))


def test_a_long_line_gives_its_end():
    """Of a line of many megabytes that a progress bar wrote over, what a terminal shows is read."""
    bar = b"".join(b"%d%%\r" % (n % 100) for n in range(2_000_000))
    rows = read_log(
        b"make\n"
        + bar
        + b"ld: cannot find -lnone: No such file or directory\ncollect2: error: ld returned 1 exit status\n"
    ).link_errors
    assert list(rows["object"]) == ["-lnone"]
    assert list(rows["line_no"]) == [2]
