"""Link errors of real linkers, made at test time from recipes; nm and objdump tell the truth."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diag.read.linkers import read_link_errors, read_log
from tests.real_links import LINKERS, SOURCES, STEPS, link, rows_of, said
from tests.tools import need

LOGS = Path(__file__).parent / "logs"
NAMES = {"bfd": "ld.bfd", "gold": "gold", "lld": "lld", "mold": "mold"}


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled sources."""
    need("gcc", "g++", "ar")
    folder = tmp_path_factory.mktemp("objects")
    for name, text in SOURCES.items():
        (folder / name).write_text(text)
    (folder / "bad.o").write_text("GARBAGE\n")
    for step in STEPS:
        subprocess.run(step.split(), cwd=folder, check=True)
    return folder


def undefined_in(path: Path) -> set[str]:
    """What nm calls undefined and no other input of the link defines."""
    listed = subprocess.run(["nm", "-u", path], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"U (\w+)", listed)) - {"_GLOBAL_OFFSET_TABLE_"}


def references_in(path: Path) -> Counter[str]:
    """Relocations of each undefined symbol, by objdump."""
    listed = subprocess.run(["objdump", "-r", path], capture_output=True, text=True).stdout
    return Counter(re.findall(r"R_\w+\s+(\w+)", listed))


@pytest.mark.parametrize("linker", LINKERS)
@pytest.mark.parametrize(
    ("inputs", "object_name", "member"),
    [
        ("a.o", "a.o", None),
        ("ag.o", "ag.o", None),
        ("-Wl,--whole-archive liba_archive.a -Wl,--no-whole-archive", "liba_archive.a", "a.o"),
    ],
)
def test_undefined_symbols_are_those_of_nm(objects, linker, inputs, object_name, member):
    """Symbols equal nm's, counts equal objdump's relocations or are called lower bounds, and
    each place is an object, member and function of the recipe."""
    status, text = link(objects, linker, inputs)
    assert status != 0
    rows = rows_of(text)
    source = objects / (member or object_name)
    wanted = undefined_in(source)
    assert {row["symbol"] for row in rows} == wanted
    counted = references_in(source)
    for symbol in wanted:
        same = [row for row in rows if row["symbol"] == symbol]
        total = sum(row["n_refs"] for row in same)
        if any(row["is_lower_bound"] for row in same):
            assert total <= counted[symbol]
        else:
            assert total == counted[symbol]
    told = said([row for row in rows if row["object"]], "object", "member")
    assert told == {(object_name, member)}
    assert {row["kind"] for row in rows} == {"undefined"}
    assert {row["linker"] for row in rows} == {NAMES[linker]}
    assert {row["function"] for row in rows} <= {"f1", "f2", "main", "p", None}


def test_gnu_ld_counts_by_function(objects):
    """Of nine calls ld shows five, says that more follow, and goes on after another symbol: f1 is
    complete, from f2 on every number is a lower bound."""
    rows = [row for row in rows_of(link(objects, "bfd", "a.o")[1]) if row["symbol"] == "foo"]
    assert [(row["function"], row["n_refs"], row["is_lower_bound"]) for row in rows] == [
        ("f1", 3, False),
        ("f2", 2, True),
        (None, 1, True),
        ("main", 1, True),
    ]
    assert rows[0]["section"] == ".text"
    assert rows[0]["source_file"] == "a.c"


@pytest.mark.parametrize("linker", ["bfd", "lld"])
def test_debug_information_gives_the_source_line(objects, linker):
    """With -g the rows carry the source line of the call."""
    rows = rows_of(link(objects, linker, "ag.o")[1])
    bar = next(row for row in rows if row["symbol"] == "bar")
    assert Path(bar["source_file"]).name == "a.c"
    assert bar["source_line"] == 3


@pytest.mark.parametrize("linker", LINKERS)
def test_duplicate_names_the_second_object(objects, linker):
    """A symbol that two objects define is one record; its object is the later one, and the
    message names the earlier."""
    rows = rows_of(link(objects, linker, "d.o e.o")[1])
    assert said(rows, "kind", "symbol", "object", "n_refs") == {("duplicate", "dup", "e.o", 1)}
    assert "d.o" in rows[0]["detail_text"]


@pytest.mark.parametrize("linker", LINKERS)
def test_missing_library_and_object(objects, linker):
    """What is not found is named, and nothing else is an error."""
    rows = rows_of(link(objects, linker, "ok.o -lnosuch")[1])
    assert said(rows, "kind", "object") == {("library_not_found", "-lnosuch")}
    rows = rows_of(link(objects, linker, "ok.o nosuch.o")[1])
    assert said(rows, "kind", "object") == {("object_not_found", "nosuch.o")}


@pytest.mark.parametrize("linker", LINKERS)
def test_object_of_another_architecture(objects, linker):
    """An arm64 object in an x86_64 link is wrong_arch, told once."""
    need("aarch64-linux-gnu-gcc")
    subprocess.run(["aarch64-linux-gnu-gcc", "-c", "d.c", "-o", "arm.o"], cwd=objects, check=True)
    rows = rows_of(link(objects, linker, "e.o arm.o")[1])
    assert said(rows, "kind", "object", "n_refs") == {("wrong_arch", "arm.o", 1)}


@pytest.mark.parametrize("linker", LINKERS)
def test_position_dependent_code_in_a_shared_library(objects, linker):
    """The relocation is an error of the object, and names the symbol."""
    rows = rows_of(link(objects, linker, "-shared pic.o")[1])
    assert said(rows, "kind", "symbol", "object") == {("relocation", "x", "pic.o")}


@pytest.mark.parametrize(
    ("linker", "kind"), [("bfd", "overflow"), ("gold", "overflow"), ("lld", "overflow")]
)
def test_relocation_overflow(objects, linker, kind):
    """An address that does not fit is an overflow in the function that takes it."""
    arguments = "-no-pie ok.o far.o -Wl,--defsym=far=0x123456789a"
    rows = rows_of(link(objects, linker, arguments)[1])
    assert said(rows, "kind", "symbol", "object") == {(kind, "far", "far.o")}


@pytest.mark.parametrize("linker", ["bfd", "gold"])
def test_thread_local_mismatch(objects, linker):
    """One symbol, thread-local here and not there."""
    rows = rows_of(link(objects, linker, "-no-pie tls1.o tls2.o")[1])
    assert said(rows, "kind", "symbol") == {("tls", "level")}


def test_library_missing_from_the_command_line(objects):
    """GNU ld's DSO message is an undefined symbol of the object, with the library in the text."""
    rows = rows_of(link(objects, "bfd", "dso.o liba.so -Wl,-rpath-link,.")[1])
    assert said(rows, "kind", "symbol", "object") == {("undefined", "inner", "dso.o")}
    assert "libb.so" in rows[0]["detail_text"]
    assert "DSO missing" in rows[0]["detail_text"]


@pytest.mark.parametrize("linker", LINKERS)
def test_cpp_names_keep_their_spelling(objects, linker):
    """Demangled symbols with colons, commas and brackets are read whole."""
    rows = rows_of(link(objects, linker, "-no-pie cpp.o")[1])
    symbols = {row["symbol"] for row in rows}
    assert {"n::h(char const*, int)", "vtable for n::S", "n::S::~S()"} <= symbols
    assert all(row["demangled"] == row["symbol"] for row in rows if "::" in row["symbol"])


@pytest.mark.parametrize("linker", LINKERS)
def test_a_file_that_is_no_object(objects, linker):
    """Garbage for an object is an error of that file."""
    rows = rows_of(link(objects, linker, "ok.o bad.o")[1])
    assert rows
    assert {row["kind"] for row in rows} <= {"script", "format"}
    assert {row["object"] for row in rows} == {"bad.o"}


@pytest.mark.parametrize("linker", LINKERS)
def test_a_message_that_no_grammar_knows_counts_if_the_link_fails(objects, linker):
    """An unknown option is kept with kind other."""
    status, text = link(objects, linker, "ok.o -Wl,--nosuchoption")
    assert status != 0
    rows = rows_of(text)
    assert [row["kind"] for row in rows] == ["other"]
    assert "nosuchoption" in rows[0]["detail_text"]


@pytest.mark.parametrize("linker", LINKERS)
def test_successful_links_have_no_errors(objects, linker):
    """Warnings and skipped libraries of links that succeed are not errors."""
    for arguments in ("-no-pie warn.o", "-no-pie ok.o -L/usr/aarch64-linux-gnu/lib -Wl,--verbose"):
        status, text = link(objects, linker, arguments)
        if status == 0 and text:
            assert rows_of(text) == []
    status, text = link(objects, linker, "-no-pie e.o d.o -Wl,--allow-multiple-definition")
    assert (status, rows_of(text or "done")) == (0, [])


def test_warnings_about_undefined_symbols_are_not_errors(objects):
    """`--warn-unresolved-symbols` prints ld's own words with `warning:` in them, and links."""
    status, text = link(objects, "bfd", "a.o -Wl,--warn-unresolved-symbols")
    assert status == 0
    assert "undefined reference to" in text
    assert rows_of(text) == []


@pytest.mark.parametrize("log", sorted(LOGS.glob("cargo-*.log")), ids=lambda path: path.stem)
def test_through_rustc(log):
    """Inside rustc's notes the errors are the linker's own: two calls from one function."""
    frames = read_log(log)
    rows = frames.link_errors
    assert list(rows["symbol"]) == ["fast_kernel"]
    assert list(rows["n_refs"]) == [2]
    assert rows["function"][0].startswith("app::main")
    assert rows["object"][0].endswith(".rcgu.o")
    assert rows["linker"][0] == log.stem.split("-", 2)[2].replace("ld-bfd", "ld.bfd")
    command = frames.link_commands.iloc[0]
    assert command["driver"] == "cc"
    assert command["is_shortened"]
    assert ["library", "gcc_s"] in command["inputs"]
    assert any(name.endswith("libcore-*.rlib") for _, name in command["inputs"])
    kinds = frames.log_lines.groupby("kind", observed=True)["text"].agg(list).to_dict()
    assert len(kinds["build_script"]) == 4  # cargo repeats them at the end
    assert any("unused variable" in text for text in kinds["compiler"])


PREFIXES = ("", "  ", "2024-05-06T07:08:09.1234567Z ", "#12 3.45 ", "#12 123.4 ")


@given(
    prefix=st.sampled_from(PREFIXES),
    linker=st.sampled_from(LINKERS),
    inputs=st.sampled_from(["a.o", "ag.o", "d.o e.o", "-no-pie cpp.o", "ok.o -lnosuch"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_prefix_changes_nothing(objects, said_by, prefix, linker, inputs, end):
    """Timestamps, step numbers, indentation and line ends leave the same errors."""
    text = said_by(linker, inputs)
    plain = rows_of(text)
    changed = rows_of("".join(f"{prefix}{line}{end}" for line in text.splitlines()))
    for row in (*plain, *changed):
        row.pop("step_id")
    assert changed == plain


@pytest.fixture(scope="session")
def said_by(objects):
    """Links that were run already, by linker and arguments."""
    known: dict[tuple[str, str], str] = {}

    def say(linker: str, inputs: str) -> str:
        if (linker, inputs) not in known:
            known[linker, inputs] = link(objects, linker, inputs)[1]
        return known[linker, inputs]

    return say


def test_interleaved_steps_keep_their_own_headers(objects):
    """Two steps that print ld's words in turn: the header of one is not the other's."""
    first = link(objects, "bfd", "a.o")[1].splitlines()
    second = link(objects, "bfd", "-no-pie cpp.o")[1].splitlines()
    lines = ["#1 [a 1/1] RUN one", "#2 [b 1/1] RUN two"]
    for place in range(max(len(first), len(second))):
        lines += [f"#1 0.1 {line}" for line in first[place : place + 1]]
        lines += [f"#2 0.1 {line}" for line in second[place : place + 1]]
    rows = read_link_errors("\n".join(lines).encode())
    apart = [*rows_of("\n".join(first)), *rows_of("\n".join(second))]
    key = ["symbol", "object", "function", "n_refs"]
    together = sorted(map(str, rows[key].astype(object).where(rows[key].notna(), None).values))
    assert len(together) == len(apart)
    assert {(row["object"], row["function"]) for row in apart} == {
        (name, None if function != function else function)
        for name, function in zip(rows["object"], rows["function"], strict=True)
    }
