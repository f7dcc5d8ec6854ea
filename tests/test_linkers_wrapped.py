"""Linkers' words as other tools show them: re-prefixed, numbered and wrapped, escaped, as JSON.

Each log with a truth is given that form here, and must tell the same rows.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.read.linkers import msvc_rules, parse_link_errors, read_log
from diag.read.linkers.unwrap import Unwrapper
from tests.test_linkers_told import FIELDS, LOGS, ROOT

WRAPPED = ROOT / "data" / "lab" / "wrappers"
TEMPLATES = ROOT / "tests" / "linkers" / "templates"
TEXTS = {
    f"{folder.name}/{name}": (folder / f"{name}.log").read_text(encoding="utf-8")
    for folder, name in LOGS
    if "cargo-json" not in name
}
PREFIXES = {
    "bitbake": "| ",
    "cargo -vv": "[lab-sys 0.1.0] ",
    "cargo -vv of a folder": "[lab-sys 0.1.0 (/build/lab-sys)] ",
    "nix": "lab-1.2> ",
    "nix excerpt": "       > ",
    "stack": "lab          > ",
    "docker compose": "web-1  | ",
    "earthly": "           +build | ",
    "npm": "npm ERR! ",
    "npm 10": "npm error ",
    "bazel's stamps": "(12:34:56) ",
    "gradle": "C/C++: ",
    "a runner of CI": "##[error]",
    "two of them": "web-1  | | ",
}


def fields(text: str, *, without: tuple[str, ...] = ()) -> list[list]:
    rows = parse_link_errors(text)
    return [[row[key] for key in (*FIELDS, "line_no") if key not in without] for row in rows]


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_a_prefix_before_every_line_changes_nothing(prefix: str) -> None:
    """All logs, each line behind the tool's prefix: the same rows on the same lines."""
    for name, text in TEXTS.items():
        prefixed = "".join(prefix + line for line in text.splitlines(keepends=True))
        assert fields(prefixed) == fields(text), name


def test_kernel_robot_marks_new_lines() -> None:
    """`>> ` stands before what is new, three spaces before the rest."""
    text = TEXTS["wrappers/make-k"]
    marked = [(">> " if "ld:" in line else "   ") + line for line in text.splitlines()]
    assert fields("\n".join(marked)) == fields(text)


def spack(text: str, width: int) -> str:
    """As Spack shows the lines that it thinks matter: numbered, and broken at a width."""
    shown = []
    for number, line in enumerate(text.splitlines(), 11420):
        lead = f"  >> {number}    " if "ld:" in line else f"     {number}    "
        room = width - len(lead)
        pieces = [line[at : at + room] for at in range(0, len(line), room)] or [""]
        shown += [lead + pieces[0], *(" " * len(lead) + piece for piece in pieces[1:])]
    return "\n".join(shown)


@pytest.mark.parametrize("width", [60, 71, 79, 160])
def test_spacks_numbers_and_broken_lines(width: int) -> None:
    """Names that a line's end broke are whole again; a row cites the line where it begins."""
    text = TEXTS["wrappers/make-k"]
    assert fields(spack(text, width), without=("line_no",)) == fields(text, without=("line_no",))


def test_spack_may_break_every_word_that_is_searched_for() -> None:
    """The mark before the line is enough to look at it."""
    marked = (
        "  >> 11422    /usr/lib64/libGL.so: undefined refe\n              rence to `lab_current'"
    )
    (row,) = parse_link_errors(marked)
    assert (row["symbol"], row["object"]) == ("lab_current", "/usr/lib64/libGL.so")


def console(text: str, width: int = 80) -> str:
    """As a console of that width breaks lines."""
    broken = []
    for line in text.splitlines():
        broken += [line[at : at + width] for at in range(0, len(line), width)] or [""]
    return "\n".join(broken)


@pytest.mark.parametrize("name", ["msvc-undefined", "msvc-msbuild", "msvc-messages"])
@pytest.mark.parametrize("project", ["", "23>"])
def test_a_console_of_80_columns_breaks_names(name: str, project: str) -> None:
    """Symbols, functions and objects are whole again, also behind a project's number."""
    text = TEXTS[f"templates/{name}"]
    if project:
        text = "\n".join(project + line.removeprefix("3>").lstrip() for line in text.splitlines())
    assert fields(console(text), without=("line_no",)) == fields(text, without=("line_no",))


def test_a_full_line_that_is_whole_takes_nothing_in() -> None:
    """A message that fills the console's line by chance is not glued to what follows."""
    head = "main.obj : error LNK2001: unresolved external symbol "
    name = "lab_" + "x" * (80 - len(head) - 4)
    after = "other.obj : error LNK2001: unresolved external symbol lab_y"
    for follower in (after, "3>Done Building Project", "NMAKE : fatal error U1077: 'link.exe'"):
        rows = parse_link_errors(f"{head}{name}\n{follower}\n")
        assert rows[0]["symbol"] == name
    assert rows[0]["line_no"] == 1


def test_a_message_broken_between_words_is_whole_again() -> None:
    """As a mail or a commit message breaks it."""
    text = (
        "    shapes.obj : error LNK2019: unresolved external symbol\n"
        "    _lab_area referenced in function\n    _lab_paint\n\n"
        "    shapes.obj : error LNK2001: unresolved external symbol\n\n   Signed-off\n"
    )
    first, second = parse_link_errors(text)
    assert (first["symbol"], first["function"], first["line_no"]) == ("_lab_area", "_lab_paint", 1)
    assert (second["kind"], second["symbol"], second["line_no"]) == ("undefined", None, 5)


def in_json(text: str, *, rendered: bool) -> str:
    """The log's words as the message of a line of cargo's JSON."""
    note = text.rstrip("\n")
    human = "error: linking with `cc` failed: exit status: 1\n  |\n  = note: " + note.replace(
        "\n", "\n          "
    )
    message = {
        "message": "linking with `cc` failed: exit status: 1",
        "children": [{"message": note, "level": "note", "rendered": None}],
        "rendered": human if rendered else None,
    }
    return json.dumps({"reason": "compiler-message", "message": message}) + "\n"


@pytest.mark.parametrize("rendered", [True, False])
@pytest.mark.parametrize(
    "around", ["{}", "| {}", "#5 [2/2] RUN cargo build --message-format=json\n#5 1.234 {}"]
)
def test_json_is_unwrapped_wherever_it_stands(rendered: bool, around: str) -> None:
    """In a bare log and in a step of BuildKit; every row cites the line of the JSON."""
    for name in ("make-k", "cargo-human-mold", "cargo-human-rust-lld"):
        text = TEXTS[f"wrappers/{name}"]
        start = (
            text.find("/usr/bin/ld:")
            if name == "make-k"
            else text.rfind("  = note: ", 0, text.find("undefined symbol"))
        )
        words = "\n".join(line.strip() for line in text[start:].splitlines()).removeprefix(
            "= note: "
        )
        log = around.format(in_json(words, rendered=rendered))
        assert fields(log, without=("line_no",)) == fields(words, without=("line_no",))
        assert {row["line_no"] for row in parse_link_errors(log)} == {log.count("\n")}


SCRAPS = (
    "{", "}", '"', ":", "\\", "|", ">", "[", "]", "=", " ", "a", "b", "0", "1", "\n", "\t", "x" * 60,
    '"compiler-message"', '"message":"', "  >> 1    ", "     2    ", "          ", " LNK2019: ", "\\x",
    "  = note: ", "Non-UTF-8 output: ", "Undefined symbols:", '"s", referenced from:', " in a.o",
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), max_size=60).map("".join))
def test_nothing_given_breaks_the_unwrapping(text: str) -> None:
    """Any lines are taken, and none is given back twice."""
    unwrapper = Unwrapper()
    given_back = [
        number
        for at, line in enumerate(text.split("\n"))
        for number, _ in unwrapper.lines(at, line)
    ]
    given_back += [number for number, _ in unwrapper.flush()]
    assert given_back == sorted(given_back)
    assert parse_link_errors(text) is not None


def test_an_ignored_file_is_an_error_only_of_its_own_link() -> None:
    """A file of another architecture that was left out of a link that succeeded does not explain
    the undefined symbols of the next one that fails after it."""
    ignored = "ld: warning: ignoring file a.a, building for macOS-arm64 but attempting to link with file built for macOS-x86_64\n"
    failed = (
        'Undefined symbols for architecture arm64:\n  "_x", referenced from:\n      _f in f.o\n'
    )
    ended = "clang: error: linker command failed with exit code 1 (use -v to see invocation)\n"
    kinds = [row["kind"] for row in parse_link_errors(ignored + failed + ended)]
    assert kinds == ["wrong_arch", "undefined"]
    other = "ld: library not found for -lz\n"
    kinds = [row["kind"] for row in parse_link_errors(ignored + other + ended + failed + ended)]
    assert kinds == ["library_not_found", "undefined"]


def test_codes_of_link_are_listed_once_and_their_kinds_known() -> None:
    """The table of codes knows none of the codes that are treated on their own."""
    from diag.schema_columns import ERROR_KINDS

    assert set(msvc_rules.CODES.values()) <= set(ERROR_KINDS)
    assert not msvc_rules.CODES.keys() & {2001, 2019, 1120, 1169, msvc_rules.MACHINE}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("collect2: fatal error: ld terminated with signal 9 [Killed]", []),
        ("/usr/bin/ld: out of ideas\ncollect2: fatal error: ld terminated with signal 9 [Killed]", []),
        ("/usr/bin/ld: out of ideas\ncollect2: error: ld returned 1 exit status", ["other"]),
        ("error: linking with `cc` failed: signal: 9, SIGKILL: kill\nerror: could not compile `a`", []),
        ("ld: odd\nclang: error: linker command failed due to signal (use -v to see invocation)", []),
        ("error: linking with `ld` failed: exit status: 1\n  = note: ld: odd thing\n\nerror: could not compile `a`", ["other"]),
        ("error: linker `aarch64-linux-gnu-gcc` not found\n  |\n  = note: No such file or directory (os error 2)", ["other"]),
        ("/usr/bin/ld: final link failed: No space left on device\ncollect2: error: ld returned 1 exit status", ["other"]),
        ("cp: error writing 'a': No space left on device", []),
    ],
)  # fmt: skip
def test_what_kills_a_link_is_no_error_of_it(text: str, kinds: list[str]) -> None:
    """A killed linker has made no error; one that failed has, of kind other if nothing tells."""
    assert [row["kind"] for row in parse_link_errors(text)] == kinds


def test_a_killed_linker_is_a_killed_process() -> None:
    """The line's kind says so, for the causes that look for it."""
    log = read_log(b"collect2: fatal error: ld terminated with signal 9 [Killed]\n")
    assert list(log.log_lines["kind"]) == ["killed"]


def test_templates_are_marked_as_written() -> None:
    """The folder says that no tool printed these logs."""
    assert "no tool printed them" in (Path(TEMPLATES) / "README.md").read_text(encoding="utf-8")
