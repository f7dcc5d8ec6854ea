"""Resolution of a link line against what GNU ld, gold, lld and mold really do with it."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diag.cli_link import link_files
from diag.join.link_line import LinkInput, LinkLine
from diag.join.link_units import Unit, Units, units_of
from diag.join.resolve import RULES, resolve
from diag.join.why import Outcome, Why, explain_each
from diag.read.link_script import read_link_script
from diag.read.objects import scan_objects
from tests.at_prompt import AtPrompt
from tests.link_situations import SITUATIONS
from tests.situation import LINKERS, Linked, build, link
from tests.tools import need

# Where no linker's end can be told from the objects: what their bytecode defines, and whether a
# relocation of the code can be made, is not read.
UNDECIDED = {
    ("bytecode without the plugin", "ld.bfd"), ("bytecode without the plugin", "gold"),
    ("bytecode without the plugin", "mold"), ("bytecode with the plugin", "ld.bfd"),
    ("bytecode with the plugin", "gold"), ("bytecode with the plugin", "mold"),
    ("bytecode in an archive with the plugin", "ld.bfd"),
    ("bytecode in an archive with the plugin", "gold"),
    ("bytecode in an archive with the plugin", "mold"),
    ("variable of a thread, plain want", "lld"),
    ("variable of a thread wanted so, defined plainly", "mold"),
}  # fmt: skip


@pytest.fixture(scope="module", params=SITUATIONS)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, LinkLine, Units]]:
    need("gcc", "ar", *LINKERS)
    folder = tmp_path_factory.mktemp("link")
    situation = SITUATIONS[request.param]
    build(situation, folder)
    with contextlib.chdir(folder):
        line, files = link_files(situation.line.split())
        scan = scan_objects(files, with_sections=True)
        yield request.param, folder, line, units_of(scan.objects, scan.symbols)


def ours(names: tuple[str, ...], line: LinkLine, units: Units, rule: str) -> Linked:
    found = resolve(line, units, rule)
    by = {
        name: [found.owner[units.code(name)][0].title]
        for name in names
        if units.code(name) in found.owner
    }
    is_cut = bool(found.skipped) or any(unit.is_lto for unit in found.taken)
    return Linked(by, _names(units, found.open_names()), _names(units, found.doubled), is_cut)


def _names(units: Units, codes: object) -> frozenset[str]:
    return frozenset(units.names[code] for code in codes)  # type: ignore[attr-defined]


@pytest.mark.parametrize("linker", LINKERS)
def test_who_satisfies_whom_is_what_the_linker_says(
    built: tuple[str, Path, LinkLine, Units], linker: str
) -> None:
    """The verdict is the linker's own; the same definition for each name, the same names open, the
    same names doubled."""
    title, folder, line, units = built
    situation, rule = SITUATIONS[title], LINKERS[linker]
    real = link(situation, linker, folder)
    whys = explain_each(situation.names, line, units, "x86_64").values()
    ends = [end for why in whys for end in _of_rule(why, rule)]
    if any(end.status == "unknown" for end in ends):
        assert (title, rule) in UNDECIDED
        return
    assert any(end.is_failure for end in ends) != real.is_linked
    told = ours(situation.names, line, units, rule)
    if real.is_cut:  # what is behind the refused file is not resolved any more
        assert told.is_cut or any(end.stops for end in ends)
        return
    if any(end.stops for end in ends):
        return
    # What a shared object wants is no open name of the line, but its linker may stop over it.
    shared = {why.name for why in whys if any(e.status == "open" for e in _of_rule(why, rule))}
    assert (told.open | shared, told.doubled) == (real.open, real.doubled)
    for name, by in real.by.items():  # of common symbols gold's trace names references only
        # A library that --as-needed drops is named as well; --defsym has no name of a file.
        if name not in real.open and not told.by[name][0].startswith("--defsym"):
            assert told.by[name][0] in [one.removeprefix("./") for one in by]


def _of_rule(why: Why, rule: str) -> list[Outcome]:
    return [end for end in why.outcomes if end.rule == rule]


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """m.o wants foo, a.o and liba.a define it, c.o is of AArch64."""
    need("gcc", "ar", "aarch64-linux-gnu-gcc")
    folder = tmp_path_factory.mktemp("words")
    situation = SITUATIONS["archive after its user"]
    build(situation, folder)
    source = str(folder / "a.c")
    subprocess.run(["aarch64-linux-gnu-gcc", "-c", source, "-o", folder / "c.o"], check=True)
    (folder / "libdeep.so").write_text("INPUT(-l:libs.so)\n")
    (folder / "libs.so").write_text("GROUP ( AS_NEEDED ( liba.a ) )\n")
    (folder / "libloop.so").write_text("INPUT(libloop.so libloop.so)\n")
    (folder / "libgone.so").write_text("INPUT(libgone.a)\n")
    return folder


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        (
            "-Wl,--whole-archive liba.a -Wl,--no-whole-archive m.o",
            0,
            "linkers     take liba.a(a.o)",
        ),
        ("m.o -Wl,--start-group,liba.a,--end-group", 0, "take liba.a(a.o)"),
        ("-O2 -g -no-pie -Wl,-z,now -Wl,-h,x m.o a.o", 0, "take a.o"),
        ("-Xlinker --start-group m.o liba.a -Xlinker --end-group", 0, "take liba.a(a.o)"),
        ("m.o -L . -l deep", 0, "take liba.a(a.o)"),
        ("m.o libloop.so", 0, "may stop: libloop.so is no object"),
        ("m.o libgone.so", 0, "may stop: libgone.so is no object"),
        ("m.o c.o a.o", 1, "stop: wrong format. c.o (of aarch64)"),
        ("m.o --wrap=foo a.o", 1, "__wrap_foo"),
        ("m.o --defsym foo=main", 0, "take --defsym foo=main"),
        ("-shared m.o", 2, "-shared"),
        ("m.o --frobnicate", 2, "--frobnicate"),
    ],
)
def test_words_of_a_linker_are_taken_as_they_are_pasted(
    at_prompt: AtPrompt,
    monkeypatch: pytest.MonkeyPatch,
    objects: Path,
    line: str,
    status: int,
    told: str,
) -> None:
    """The exit status and the words of the verdict, for words as a build log has them."""
    monkeypatch.chdir(objects)
    ended = at_prompt("symbols", *line.split(), "--why", "foo")
    assert ended.status == status
    assert told in ended.told


def test_a_long_chain_of_members_is_followed_to_its_end() -> None:
    """Ten thousand members, each wanted by the one before, by every rule and in little time."""
    count = 10_000
    units = Units([f"f{no}" for no in range(count + 1)])

    def unit(file: str, no: int, defined: list[tuple[int, int]]) -> Unit:
        return Unit(
            file, "", no, "relocatable", "x86_64", False, [(no + 1, False)], defined, {}, {}
        )

    units.of_file = {"m.o": [unit("m.o", 0, [])]}
    units.of_file["a.a"] = [unit("a.a", no, [(no, 2)]) for no in range(1, count)]
    units.archives["a.a"] = True
    line = LinkLine((LinkInput("m.o"), LinkInput("a.a")))
    for rule in RULES:
        assert len(resolve(line, units, rule).taken) == count
    for rule in ("lld", "mold"):
        assert len(resolve(replace(line, inputs=line.inputs[::-1]), units, rule).taken) == count


@pytest.mark.parametrize("text", ["/*" * 20_000, '"' * 30_001, "(" * 30_000, "INPUT(" * 5_000])
def test_a_hostile_script_is_left_alone(tmp_path: Path, text: str) -> None:
    """Nothing is followed, and no byte is looked at again and again."""
    (tmp_path / "x.so").write_text("INPUT(x) " + text)
    began = time.monotonic()
    found = read_link_script(str(tmp_path / "x.so"))
    assert time.monotonic() - began < 1
    assert found is None or [one.word for one in found] == ["x"]
