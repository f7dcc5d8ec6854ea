"""The Dockerfile reader against BuildKit: its parser in a wheel, and what a real engine said."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag import schema
from diag.errors import InputError
from diag.flow.scopes import run_contexts
from diag.read.dockerfile import (
    load_dockerfile,
    parse_dockerfile,
    read_dockerfile,
    split_dockerfile,
)
from tests.buildkit_parser import by_us, by_wheel
from tests.dockerfiles.edge_cases import EDGES
from tests.dockerfiles.layouts import LAYOUTS

HERE = Path(__file__).parent
SAID: dict[str, str] = json.loads((HERE / "dockerfiles/edges.json").read_text())["said"]

# The wheel cannot judge these. It holds BuildKit 0.12; what docker 28.5 says is in edges.json.
BEYOND_WHEEL = {
    "onbuild onbuild": "the wheel's interface shows one level",
    "escape after check": "`check` is a directive now",
    "heredoc name from form": "${A#b} is a known form now, so the line splits",
    "cmd json and more": "text after an array makes it a shell form now",
    "nul": "the wheel's interface ends the text at a NUL",
    "not utf-8": "the wheel's interface wants UTF-8",
}

# Refused by the engine later than where this kit stops, or on purpose taken by us.
TAKEN = {
    "from upper stage": "a stage's name is found in any case, so that the file can be explained",
    "from undeclared": "the build argument may only be missing from the question",
    "from platform empty": "the same",
    "from platform bad": "the stage is followed; its platform is told as written",
    "copy from itself": "the order of stages is the engine's business",
    "copy parents": "newer frontends know the flag",
    "stopsignal bad": "of no account for a build",
    "healthcheck interval tiny": "of no account for a build",
}

CORPUS = {
    **LAYOUTS,
    **{f"edge: {name}": text for name, text in EDGES.items() if name not in BEYOND_WHEEL},
}


@pytest.mark.parametrize("name", CORPUS)
def test_corpus_reads_as_buildkits_parser_reads_it(name: str) -> None:
    """Instructions, line ranges, flags, JSON, words and here-documents are the parser's own."""
    text = CORPUS[name].decode()
    theirs, ours = by_wheel(text), by_us(text)
    if isinstance(theirs, str):
        assert isinstance(ours, str)
    else:
        assert ours == theirs


def test_the_corpus_is_large_enough_and_mostly_read() -> None:
    """At least 200 Dockerfiles are compared, and most of them are read, not refused."""
    read = [name for name in CORPUS if not isinstance(by_wheel(CORPUS[name].decode()), str)]
    assert len(CORPUS) >= 200
    assert len(read) >= 150
    assert set(BEYOND_WHEEL) <= set(EDGES)


ATOMS = st.sampled_from(
    [
        "FROM a", "RUN ", "run", "COPY ", "ADD --link ", "ENV ", "ARG ", "LABEL ", "ONBUILD RUN ",
        "ONBUILD COPY ", "SHELL ", "HEALTHCHECK ", "CMD ", "EXPOSE ", "USER ", "foo ", "\n", "\n",
        "\n", "\r\n", "\\\n", "\\ \n", "\\", "`\n", "`", "# escape=`\n", "# syntax=x\n", "#c\n",
        " # c\n", "<<EOF", "<<-EOF", "<<'EOF'", '<<"E"', "EOF\n", "\tEOF\n", "E\n", "3<<EOF",
        "<< EOF", " ", "\t", "a", "b=c", "A=1 B=2", "'q'", '"d"', "'", '"', "$x", "${x", "${x}",
        "${x:-d}", '["a"]', '["a",', "[1]", "--f", "--f=1", "--f='x y'", "--", "-", "\x0b", "=",
        "\u2003", "\\\\",
    ]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@example("FROM a\nRUN <<EOF\n\nEOF\n\\\nRUN x")
@example("FROM a\nLABEL \\ \n\u2003b=c\n")
@given(st.lists(ATOMS, max_size=25).map("".join))
def test_any_text_reads_as_buildkits_parser_reads_it(text: str) -> None:
    """The same for texts that nobody would write."""
    text = "FROM a\n" + text
    theirs, ours = by_wheel(text), by_us(text)
    if "ONBUILD" in text and isinstance(theirs, list) and any(r[1] == "ONBUILD" for r in theirs):
        return  # chains are refused by a later stage of the engine
    if re.search(r"\].*\S", text.replace("\\\n", "")) and theirs != ours:
        return  # text after an array: the wheel is older than docker 28 here
    assert isinstance(ours, str) if isinstance(theirs, str) else ours == theirs


def refusal(text: bytes) -> InputError | None:
    """What this kit says to a Dockerfile that it does not take."""
    try:
        run_contexts(parse_dockerfile(text, "some/Dockerfile"), platform="linux/amd64")
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize("name", EDGES)
def test_engine_and_reader_refuse_the_same(name: str) -> None:
    """What docker 28.5 refuses is refused with file, line and help; what it takes is taken."""
    error = refusal(EDGES[name])
    assert (error is not None) == (SAID[name] != "" and name not in TAKEN)
    if error is not None:
        assert error.file == "some/Dockerfile"
        assert error.line is not None
        assert error.help


def test_engine_said_something_to_each_edge() -> None:
    """The record is complete, and every exception stands for a real refusal."""
    assert list(SAID) == list(EDGES)
    assert all(SAID[name] for name in TAKEN)


@pytest.mark.parametrize(
    "name", [n for n in EDGES if "parse error on line" in SAID[n] and n not in TAKEN]
)
def test_line_of_a_refusal_is_the_engines(name: str) -> None:
    """The line in the message is the one that docker names."""
    line = int(SAID[name].split("parse error on line ")[1].split(":")[0])
    with pytest.raises(InputError) as caught:
        parse_dockerfile(EDGES[name], "Dockerfile")
    assert caught.value.line == line


@settings(max_examples=200, deadline=None)
@given(st.lists(ATOMS, max_size=25).map("".join))
def test_every_character_of_a_value_stands_on_its_line(text: str) -> None:
    """line_starts maps each piece of value_text to the physical line that holds it."""
    text = "FROM a\n" + text
    lines = text.split("\n")
    try:
        instructions = split_dockerfile(text, "Dockerfile")
    except InputError:
        return
    for instruction in instructions:
        starts = instruction.line_starts
        assert starts[0][0] == 0
        assert [offset for offset, _ in starts] == sorted({offset for offset, _ in starts})
        ends = [offset for offset, _ in starts[1:]] + [len(instruction.value_text)]
        for (offset, line_no), end in zip(starts, ends, strict=True):
            assert instruction.line_no <= line_no <= instruction.end_line_no
            assert instruction.value_text[offset:end] in lines[line_no - 1]


def test_joined_run_keeps_its_lines_and_loses_its_comments() -> None:
    """Lines are joined without newlines, comments and blank lines vanish and are counted."""
    text = "FROM a\nRUN --network=none \\\n  x && \\\n# why\n\n  y\n"
    run = parse_dockerfile(text, "Dockerfile")[1]
    assert run.value_text == "x &&   y"
    assert run.line_starts == ((0, 3), (5, 6))
    assert run.comment_lines == (4,)
    assert (run.line_no, run.end_line_no, run.flags) == (2, 6, ("--network=none",))


def test_heredocs_keep_name_body_and_kind() -> None:
    """Quoted names are not expanded, `<<-` is marked, bodies are as written."""
    text = "FROM a\nCOPY <<A <<-'B' /d/\n$x\nA\n\ty\n\tB\n"
    first, second = parse_dockerfile(text, "Dockerfile")[1].heredocs
    assert (first.name, first.body, first.is_expanded, first.line_no) == ("A", "$x\n", True, 3)
    assert (second.name, second.body, second.strips_tabs) == ("B", "\ty\n", True)
    assert not second.is_expanded
    assert second.line_no == 5


def test_stages_are_named_in_lower_case_or_numbered() -> None:
    """stage and stage_no of each instruction; -1 before the first FROM."""
    found = parse_dockerfile("ARG A\nFROM a AS Build\nRUN x\nFROM b\nRUN y\n", "Dockerfile")
    assert [(i.stage, i.stage_no) for i in found] == [
        ("", -1), ("build", 0), ("build", 0), ("1", 1), ("1", 1),
    ]  # fmt: skip


def test_frame_holds_every_instruction(tmp_path: Path) -> None:
    """read_dockerfile: the schema's frame, one row an instruction, the file as given."""
    path = tmp_path / "Dockerfile"
    path.write_bytes(LAYOUTS["heredocs"])
    frame = schema.check(read_dockerfile(path), "instructions")
    assert len(frame) == len(load_dockerfile(path)) == 3
    assert set(frame["file"]) == {str(path)}
    assert frame["heredocs"][1][2] == ["C", "c\n", False]


def test_sources_are_paths_files_and_bytes(tmp_path: Path) -> None:
    """A path, an open file and bytes give the same instructions."""
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"FROM a\n")
    with path.open("rb") as opened:
        assert load_dockerfile(path) == load_dockerfile(opened)
    assert load_dockerfile(b"FROM a\n") == load_dockerfile(io.BytesIO(b"FROM a\n"))
    assert load_dockerfile(io.StringIO("FROM a\n"))[0].value_text == "a"


def test_absent_file_is_told_with_what_is_there(tmp_path: Path) -> None:
    """A missing file and a folder are InputErrors that name the Dockerfiles nearby."""
    (tmp_path / "Dockerfile.arm").write_text("FROM a\n")
    for path in (tmp_path / "Dockerfile", tmp_path):
        with pytest.raises(InputError, match="cannot read") as caught:
            load_dockerfile(path)
        assert "Dockerfile.arm" in (caught.value.help or "")


@pytest.mark.parametrize(
    "text",
    [
        b"FROM a\nRUN [" + b"[" * 60000 + b"\n",
        b"FROM a\nENV A=" + b"${a:-" * 12000 + b"\n",
        b"FROM a\n" + b"ONBUILD " * 8000 + b"RUN x\n",
        b"FROM a\nENV A0=xxxxxxxxxx\n"
        + b"".join(b"ENV A%d=$A%d$A%d\n" % (i + 1, i, i) for i in range(60)),
        b"FROM a\nENV A=" + b"a" * 4000 + b"\nENV B=${A//*a*a*a*a*b/x}\n" * 20,
        b"FROM a\nENV A=" + b"a" * 60000 + b"\nENV B=${A##*a*a*a*a*b} C=${A//a/$A}\n",
        b"\x7fELF" + bytes(range(256)) * 100,
        b"FROM a\n" + b"RUN <<A\n" * 5000,
    ],
)  # fmt: skip
def test_hostile_text_ends_in_a_clear_refusal_or_a_result(text: bytes) -> None:
    """Nesting, growth and backtracking are bounded: an InputError, never a crash or a hang."""
    error = refusal(text)
    assert error is None or (error.line and len(str(error)) < 1000)


def test_reader_and_scopes_start_without_pandas() -> None:
    """The modules import without pandas, so that the command line answers at once."""
    code = "import sys, diag.read.dockerfile, diag.flow.scopes; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
