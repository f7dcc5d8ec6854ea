"""`diag symbols`: what it says of files without symbols, of names not there, and to machines."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from diag import schema
from diag.show.unread import unread_lines
from tests.at_prompt import AtPrompt
from tests.elf_builder import build_elf
from tests.tools import need

SCHEMA = Path(__file__).parent.parent / "docs" / "schemas" / "why.schema.json"
MACHO = b"\xcf\xfa\xed\xfe" + (0x01000007).to_bytes(4, "little") + bytes(56)
COFF = b"\x64\x86\x01\x00" + bytes(60)
BITCODE = b"BC\xc0\xde" + bytes(60)
WASM = b"\0asm\x01\0\0\0" + bytes(60)
ELF = build_elf([(b"one", 0x12, 0, 1, 0, 4), (b"_ZN2ns1W1fEi", 0x12, 0, 1, 0, 4)])
WANTS = "int far_off(void); int near_by(void) { return far_off(); }\n"


@pytest.fixture
def symbols(at_prompt: AtPrompt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AtPrompt:
    """Runs `diag symbols` in a folder with a file of each kind."""
    files = {"m.o": MACHO, "c.o": COFF, "bc.o": BITCODE, "w.o": WASM, "e.o": ELF}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return partial(at_prompt, "symbols")


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("m.o", "Mach-O (Apple) for x86_64"),
        ("c.o", "COFF or PE (Windows) for x86_64"),
        ("bc.o", "LLVM bitcode in place of code"),
        ("w.o", "WebAssembly"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--name", "defined"], ["--why", "defined"]])
def test_files_of_other_formats_are_named(
    symbols: Any, file: str, what: str, options: list[str]
) -> None:
    """Alone: status 2, what it is and what reads it. Beside ELF: the same words, and its rows."""
    alone = symbols(file, *options)
    assert (alone.status, alone.out) == (2, "")
    assert "diag itself" not in alone.err
    both = symbols(file, "e.o")
    assert both.status == 0
    assert "one" in both.out
    for told in (alone, both):
        assert f"{file}: " in told.err
        assert what in told.err
        assert "llvm-nm" in told.err


def test_a_stripped_program_is_told(symbols: Any, tmp_path: Path) -> None:
    """An ELF image without any symbol table: a line that says so; it is no failure."""
    need("gcc")
    (tmp_path / "s.c").write_text("void _start(void) {}\n")
    command = ["gcc", "-nostdlib", "-static", "-s", "-o", "stripped", "s.c"]
    subprocess.run(command, check=True, cwd=tmp_path)
    ended = symbols("stripped")
    assert (ended.status, ended.out) == (0, "")
    assert "stripped: ELF for x86_64: there is no symbol table\n" in ended.err
    for number in range(3):
        shutil.copy(tmp_path / "stripped", tmp_path / f"z{number}")
    alike = symbols("stripped", "z0", "z1", "z2", "e.o")
    error, help = alike.err.splitlines()[:2]
    assert error.endswith("no symbol table; so it is in 3 further files")
    assert error.startswith("diag: stripped: ")
    assert "strip" in help
    assert "z0" not in alike.err


def test_the_metadata_of_rust_is_no_stripped_object() -> None:
    """lib.rmeta has no symbol table in any rlib, and nobody wants one of it."""
    objects, symbols = (schema.make(name, []) for name in ("objects", "symbols"))
    rows = [
        {"file": "a.rlib", "member": member, "member_no": number, "format": "elf", "kind": kind,
         "arch": "x86_64", "abi": "", "compiler": "", "needed": [], "is_lto": False, "size_bytes": 1}
        for number, (member, kind) in enumerate([("lib.rmeta", "other"), ("a.o", "object")])
    ]  # fmt: skip
    assert unread_lines(schema.make("objects", rows[:1]), symbols) == []
    told = unread_lines(schema.make("objects", rows), symbols)
    assert [line.split("\n")[0] for line in told] == [
        "diag: a.rlib: 1 member: ELF for x86_64: there is no symbol table"
    ]
    assert unread_lines(objects, symbols) == []


def test_details_have_a_row_for_other_formats(symbols: Any) -> None:
    """Each is a row of `format` or `bytecode`; a name that no fact has is said, with status 1."""
    rows = json.loads(symbols("m.o", "c.o", "bc.o", "--details", "--format", "json").out)
    assert [(row["file"], row["kind"]) for row in rows] == [
        ("m.o", "format"), ("c.o", "format"), ("bc.o", "bytecode"),
    ]  # fmt: skip
    ended = symbols("e.o", "--details", "--name", "one")
    assert (ended.status, ended.out) == (1, "")
    assert "leave --details out" in ended.err


@pytest.mark.parametrize("asked", ["W::f", "ns::w::F", "ns::W::f(long)", "NS::W::f(int) const"])
@pytest.mark.parametrize("option", ["--name", "--why"])
def test_a_name_not_there_is_status_1_and_near_names(symbols: Any, asked: str, option: str) -> None:
    """Another scope, case or arguments: the name that was meant; bad usage stays status 2."""
    ended = symbols("e.o", option, asked)
    assert (ended.status, ended.out) == (1, "")
    assert "near names: ns::W::f(int)" in ended.err
    assert symbols("e.o", "--nome", asked).status == 2


def test_why_is_told_to_machines(symbols: Any, tmp_path: Path) -> None:
    """The verdict as its schema says, satisfied, open, not there; the status is that of words."""
    need("gcc")
    (tmp_path / "a.c").write_text(WANTS)
    (tmp_path / "b.c").write_text("int far_off(void) { return 1; }\n")
    subprocess.run(["gcc", "-c", "a.c", "b.c"], check=True, cwd=tmp_path)
    check = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    found = {}
    for files in (["a.o"], ["a.o", "b.o"], ["b.o", "."], ["e.o"]):
        ended = symbols(*files, "--why", "far_off", "--format", "json")
        told = json.loads(ended.out)
        assert [error.message for error in check.iter_errors(told)] == []
        statuses = {one["status"] for why in told["verdicts"] for one in why["outcomes"]}
        found[" ".join(files)] = (ended.status, statuses)
    assert found == {
        "a.o": (1, {"open"}),
        "a.o b.o": (0, {"satisfied"}),
        "b.o .": (0, {"satisfied"}),
        "e.o": (1, set()),
    }
    (verdict,) = json.loads(symbols("a.o", "--why", "far_off", "--format", "json").out)["verdicts"]
    assert verdict["wants"] == [{"file": "a.o", "member": "", "member_no": 0, "is_weak": False}]
    assert verdict["definitions"] == []
    assert {one["reason"] for one in verdict["outcomes"]} == {"nowhere"}


def test_the_table_has_what_tells(
    symbols: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sections, files and nameless rows are counted and left out; CSV has them. Both tables of a
    library are told apart; names are demangled where there is room or -C asks."""
    need("gcc")
    (tmp_path / "a.c").write_text(WANTS.replace("far_off", "_ZN2ns7far_offEv"))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "a.so", "a.c"], check=True, cwd=tmp_path)
    ended = symbols("a.so")
    rows = list(csv.DictReader(io.StringIO(symbols("a.so", "--format", "csv").out)))
    left = [row for row in rows if not row["name"] or row["type"] in ("SECTION", "FILE")]
    assert left
    assert f"left out: {len(left)} of sections" in ended.err
    assert "SECTION" not in ended.out
    assert ".dynsym" in ended.out
    assert ".symtab" in ended.out
    assert "ns::far_off()" not in ended.out
    monkeypatch.setenv("COLUMNS", "180")
    assert "ns::far_off()" in symbols("a.so").out
    monkeypatch.setenv("COLUMNS", "80")
    assert "demangled" in symbols("a.so", "-C").out
    assert "demangled" not in symbols("e.o", "--name", "one").out
    rows = json.loads(symbols("a.so", "-C", "--format", "json").out)
    assert "ns::far_off()" in {row["demangled"] for row in rows}


@pytest.mark.parametrize(
    ("args", "begins"),
    [
        (["-o", "x.csv"], "file,member,"),
        (["-o", "x.json"], "["),
        (["-o", "x.csv", "--format", "json"], "["),
        (["-o", "x.txt"], "name "),
        (["-o", "x.csv", "--format", "table"], "name "),
    ],
)
def test_the_suffix_of_the_output_is_its_format(
    symbols: Any, tmp_path: Path, args: list[str], begins: str
) -> None:
    """x.csv is CSV and x.json is JSON, unless --format says otherwise."""
    assert symbols("e.o", *args).status == 0
    assert (tmp_path / args[1]).read_text().startswith(begins)


def test_a_name_in_the_other_languages_spelling_is_shown(symbols: Any, tmp_path: Path) -> None:
    """Asked for by either name; a name of other arguments is told as that, a missing one has none."""
    wanted = [(name, 0x10, 0, 0, 0, 0) for name in (b"_Z5fixupi", b"_Z4markd", b"gone")]
    defined = [(name, 0x12, 0, 1, 0, 4) for name in (b"fixup", b"_Z4marki")]
    for file, rows in (("main.o", wanted), ("old.o", defined)):
        (tmp_path / file).write_bytes(build_elf(rows, code=b"\x90" * 16))

    def told(asked: str) -> str:
        return " ".join(symbols("main.o", "old.o", "--why", asked).out.split())

    apart = 'one of the two by its C name: put extern "C" on both or on none'
    assert f"old.o defines fixup, {apart}" in told("fixup(int)")
    assert f"main.o wants fixup(int), {apart}" in told("fixup")
    differs = "old.o defines mark(int): other arguments, scope or case than mark(double)"
    assert differs in told("mark(double)")
    assert " near " not in told("gone")
    (verdict,) = json.loads(symbols("main.o", "old.o", "--why", "fixup", "--format", "json").out)[
        "verdicts"
    ]
    assert [one["file"] for one in verdict["near"]] == ["main.o"]
