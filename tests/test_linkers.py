"""Link errors of real linkers, made at test time from recipes; nm and objdump tell the truth."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diag import schema
from diag.read.linkers import (
    drivers,
    gnu_ld_rules,
    gold,
    lld_rules,
    parse_link_errors,
    read_link_errors,
    read_log,
    wild,
)
from diag.read.linkers.commands import parse_link_command
from diag.read.linkers.places import Place, parse_place, split_object
from tests.tools import need

LOGS = Path(__file__).parent / "logs"
LINKERS = ("bfd", "gold", "lld", "mold")
NAMES = {"bfd": "ld.bfd", "gold": "gold", "lld": "lld", "mold": "mold"}
SOURCES = {
    # f1 calls foo three times, f2 four times and bar once, main once; p holds the address of data
    "a.c": "int foo(int); int bar(void); extern int data; int *p = &data;\n"
    "int f1(void) { return foo(1) + foo(2) + foo(3); }\n"
    "int f2(void) { return foo(4) + foo(5) + foo(6) + foo(7) + bar(); }\n"
    "int main(void) { return f1() + f2() + foo(9); }\n",
    "d.c": "int dup(void) { return 1; }\n",
    "e.c": "int dup(void) { return 2; }\nint main(void) { return dup(); }\n",
    "ok.c": "int main(void) { return 0; }\n",
    "pic.c": "extern int x; int *get(void) { return &x; }\n",
    "far.c": "extern char far[]; char *get(void) { return far; }\n",
    "tls1.c": "extern int level; int main(void) { return level; }\n",
    "tls2.c": "__thread int level;\n",
    "libb.c": "int inner(void) { return 1; }\n",
    "liba.c": "int inner(void); int outer(void) { return inner(); }\n",
    "dso.c": "int outer(void); int inner(void); int main(void) { return outer() + inner(); }\n",
    "warn.c": "#include <stdio.h>\nint main(void) { char b[L_tmpnam]; return tmpnam(b) == 0; }\n",
    "cpp.cc": "namespace n { int h(const char *, int); struct S { virtual ~S(); virtual void f(); }; }\n"
    'n::S s; int main() { return n::h("a", 1); }\n',
}
STEPS = (
    "gcc -fno-pic -c ok.c d.c e.c pic.c far.c tls1.c tls2.c dso.c warn.c",
    "gcc -c a.c",
    "gcc -g -c a.c -o ag.o",
    "g++ -fno-pic -c cpp.cc",
    "ar rcs liba_archive.a a.o",
    "gcc -shared -fPIC libb.c -o libb.so",
    "gcc -shared -fPIC liba.c -o liba.so -L. -lb",
)


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


def link(folder: Path, linker: str, arguments: str) -> tuple[int, str]:
    """The exit status and the words of a link."""
    need(f"ld.{linker}")
    command = ["gcc", f"-fuse-ld={linker}", *arguments.split(), "-o", "out"]
    ran = subprocess.run(
        command, cwd=folder, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    return ran.returncode, ran.stderr.decode()


def rows_of(text: str) -> list[dict]:
    """The rows of a log, put through the frame's own check."""
    rows = parse_link_errors(text)
    schema.check(schema.make("link_errors", rows), "link_errors")
    return rows


def said(rows: list[dict], *columns: str) -> set[tuple]:
    return {tuple(row[column] for column in columns) for row in rows}


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


def test_relocation_overflow_of_gold_for_arm():
    """There gold names the relocation and no symbol. Source: binutils 2.40, gold/aarch64.cc, arm.cc."""
    text = "main.o:main.c:function main: error: relocation overflow in R_AARCH64_ADR_PREL_PG_HI21"
    rows = rows_of(text)
    assert said(rows, "kind", "object", "function") == {("overflow", "main.o", "main")}


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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.c:(.text+0xf)", Place(section=".text", offset=15, source_file="a.c")),
        ("a.o:(.data+0x0)", Place("a.o", section=".data", offset=0)),
        ("/s/a.c:12", Place(source_file="/s/a.c", source_line=12)),
        ("a.o:/s/a.c:12", Place("a.o", source_file="/s/a.c", source_line=12)),
        ("l.a(m.o):(.text+0x1)", Place("l.a", "m.o", section=".text", offset=1)),
        ("/s/a.c:12:(.text+0x4)", Place(None, None, None, ".text", 4, "/s/a.c", 12)),
        ("(.text+0x17)", Place(section=".text", offset=23)),
        ("a.o(.text+0x17)", Place("a.o", section=".text", offset=23)),
        ("liba.so.1", Place("liba.so.1")),
        ("C:\\b\\a.o:a.c:(.text+0x1)", Place("C:\\b\\a.o", None, None, ".text", 1, "a.c")),
        ("the linker says", None),
    ],
)
def test_locations(text, place):
    """GNU ld's ways to write a location, of versions before and after 2.42."""
    assert parse_place(text) == place


def test_members():
    """`archive(member)` is two names, any other text one."""
    assert split_object("/l/libx-1.rlib(m.0.rcgu.o)") == ("/l/libx-1.rlib", "m.0.rcgu.o")
    assert split_object("plain.o") == ("plain.o", None)


@pytest.mark.parametrize(
    ("text", "driver", "output", "inputs", "linker"),
    [
        (
            "gcc -O2 -o app main.o -L. libx.a -lm ../y.so -fuse-ld=gold",
            "gcc", "app",
            [("object", "main.o"), ("archive", "libx.a"), ("library", "m"), ("shared", "../y.so")],
            "gold",
        ),
        (
            ' /usr/lib/gcc/x86_64-linux-gnu/12/collect2 -plugin /usr/lib/liblto.so -dynamic-linker'
            " /lib64/ld-linux-x86-64.so.2 -o x /usr/lib/Scrt1.o a.o -lc",
            "/usr/lib/gcc/x86_64-linux-gnu/12/collect2", "x",
            [("object", "/usr/lib/Scrt1.o"), ("object", "a.o"), ("library", "c")],
            None,
        ),
        (
            'LC_ALL="C" PATH="/a b" "cc" "-m64" "a b.o" "-o" "x" "libk.rlib"',
            "cc", "x", [("object", "a b.o"), ("archive", "libk.rlib")], None,
        ),
        (
            "libtool: link: g++ -o .libs/x 'my file.o' -l:libz.a",
            "g++", ".libs/x", [("object", "my file.o"), ("library", ":libz.a")], None,
        ),
        (
            "ld.lld -o k.elf a.o --start-group b.a --end-group",
            "ld.lld", "k.elf", [("object", "a.o"), ("archive", "b.a")], "ld.lld",
        ),
        ("$ cc a.o -o x", "cc", "x", [("object", "a.o")], None),
    ],
)  # fmt: skip
def test_link_commands(text, driver, output, inputs, linker):
    """Driver, output, inputs in order and the linker asked for, of each way to print a command."""
    command = parse_link_command(text)
    assert command is not None
    assert (command.driver, command.output, command.linker) == (driver, output, linker)
    assert list(command.inputs) == inputs
    assert not command.is_shortened


@pytest.mark.parametrize(
    "text", ["gcc -c a.c -o a.o", "echo -o a.o", "gcc --version", "", "cc -o x -DA=1 a.c"]
)
def test_commands_that_do_not_link(text):
    """Compilation, other programs and sources alone are no link commands."""
    assert parse_link_command(text) is None


OLD_WORDS = {
    "header of ld 2.20": (
        "a.o: In function `main':\na.c:(.text+0x5): undefined reference to `foo'\n",
        ("ld.bfd", "undefined", "foo", "a.o", "main"),
    ),
    "two lines of a duplicate": (
        "b.o: In function `f':\nb.c:(.text+0x0): multiple definition of `f'\n"
        "a.o:a.c:(.text+0x0): first defined here\n",
        ("ld.bfd", "duplicate", "f", "b.o", "f"),
    ),
    "GNU ld 2.40, broken after the semicolon": (
        "ld: b.o:(.bss+0x4): multiple definition of `f';\na.o:(.bss+0x0): first defined here\n",
        ("ld.bfd", "duplicate", "f", "b.o", None),
    ),
    "older GNU ld, code without PIC": (
        "/usr/bin/ld: m.o: relocation R_AARCH64_ADR_PREL_PG_HI21 against external symbol "
        "`f@@GLIBC_2.17' can not be used when making a shared object; recompile with -fPIC\n",
        ("ld.bfd", "relocation", "f", "m.o", None),
    ),
    "older GNU ld, a shared object told without the linker's name": (
        "m.o: undefined reference to symbol 'f@@V1'\n"
        "/lib/libdeep.so.1: error adding symbols: DSO missing from command line\n",
        ("ld.bfd", "undefined", "f", "m.o", None),
    ),
    "an error that a runner of CI marked": (
        "Error: ld.lld: error: undefined symbol: foo\n>>> referenced by a.o:(.text+0x5)\n",
        ("lld", "undefined", "foo", "a.o", None),
    ),
    "symbol with a version": (
        "/usr/bin/ld: libx.so: undefined reference to `memcpy@GLIBC_2.14'\n",
        ("ld.bfd", "undefined", "memcpy", "libx.so", None),
    ),
    "mold 1.0": (
        "mold: error: undefined symbol: a.o: foo\n",
        ("mold", "undefined", "foo", "a.o", None),
    ),
    "lld without a source": (
        "ld.lld-19: error: undefined hidden symbol: foo\n>>> referenced by a.o:(.text+0x5)\n",
        ("lld", "undefined", "foo", "a.o", None),
    ),
    "lld named ld": (
        "ld: error: undefined symbol: foo\n>>> referenced by a.c:3 (src/a.c:3)\n"
        ">>>               m.o:(f(int)) in archive libx.a\n",
        ("lld", "undefined", "foo", "libx.a", "f(int)"),
    ),
    "compressed input of gold 2.35": (
        "/usr/bin/ld: error: cannot find -lz\n",
        ("gold", "library_not_found", None, "-lz", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD_WORDS)
def test_words_of_versions_that_are_not_installed_here(name):
    """Templates of the linkers' sources, for versions that no package here has."""
    text, wanted = OLD_WORDS[name]
    rows = rows_of(text)
    assert [
        tuple(row[c] for c in ("linker", "kind", "symbol", "object", "function")) for row in rows
    ] == [wanted]


def test_a_shared_object_that_is_told_without_the_linkers_name():
    """Older ld prints the second line bare: it belongs to the first one's row."""
    text = OLD_WORDS["older GNU ld, a shared object told without the linker's name"][0]
    (row,) = rows_of(text)
    assert row["detail_text"].endswith(
        "; /lib/libdeep.so.1: error adding symbols: DSO missing from command line"
    )


def test_lld_stops_counting():
    """At lld's limit of errors every number is a lower bound."""
    text = (
        "ld.lld: error: undefined symbol: a\n>>> referenced by x.o:(f)\n\n"
        "ld.lld: error: too many errors emitted, stopping now (use --error-limit=0 to see all)\n"
    )
    assert said(rows_of(text), "symbol", "is_lower_bound") == {("a", True)}


@pytest.mark.parametrize(
    "text",
    [
        "checking for pow in -lm... no\n",
        "the docs say: undefined reference to `foo'\n",
        "/usr/bin/ld: skipping incompatible /l/libz.so when searching for -lz\n",
        "/usr/bin/ld: warning: a.o: missing .note.GNU-stack section\n",
        "/usr/bin/ld: NOTE: This behaviour is deprecated\n",
        "error: build: rebuild needed\n",
        ">>> import undefined\n",
        "ld.lld: warning: undefined symbol: foo\n>>> referenced by a.o:(f)\n",
        "Test 'undefined symbol: x' passed\n",
        "   Compiling gold v0.1.0\n",
    ],
)
def test_prose_and_notes_are_not_errors(text):
    """Words that sound like a linker's, and its notes, give no rows."""
    assert rows_of(text) == []


RULES = [
    one
    for table in (drivers.RULES, gnu_ld_rules.RULES, gold.RULES, lld_rules.RULES, wild.RULES)
    for one in table
]


@given(data=st.data())
@settings(max_examples=2 * len(RULES), deadline=None)
def test_no_literal_keeps_a_message_from_its_rule(data):
    """Whatever a rule's pattern accepts holds the literal that is searched before it, and the
    pattern names only groups that the grammars know."""
    one = data.draw(st.sampled_from(RULES))
    known = {"symbol", "object", "place", "level", "first", "function", "section", "library"}
    assert set(one.pattern.groupindex) <= known
    message = data.draw(st.from_regex(one.text.replace("(?>", "(?:"), fullmatch=True))
    assert one.literal in message
