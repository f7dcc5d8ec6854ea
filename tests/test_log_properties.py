"""What holds for every log: nothing is lost or invented however it is wrapped, cut or mixed."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag.errors import InputError
from diag.read import buildlog, textlines
from diag.read.linkers import parse_link_errors, read_log
from tests.linker_words import BFD, PLAIN, WORDS


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
