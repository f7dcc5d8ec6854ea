"""The lab of changes in data/lab/fixes: in step with its recipe, its page and `compare`.

Every change is compared when docs/fixes.md is written, and again by `make lint`. Here those are
compared whose failure is hidden and not gone: to call one of them cured would be the worst answer.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import fixes_page
import pandas as pd
import pytest

from diag import schema
from diag.case_inputs import read_case_toml
from diag.compare import compare
from diag.interventions import interventions
from diag.join import distinct_definitions

ROOT = Path(__file__).resolve().parent.parent

LAB = fixes_page.LAB
ROWS = {row["name"]: row for row in fixes_page.truth()}
# Builds are judged in 0.3 s each: those of these, and no more.
COMPARED = ("duplicates-allowed-unseen", "weak-stub", "two-changes-at-once", "library-named")
MAX_BYTES = 1024**2


@cache
def on_page() -> dict[str, list[tuple[str, str]]]:
    """Change -> (result, cause before) of its rows on docs/fixes.md."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in fixes_page.PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 6 and cells[0] not in ("change", "---"):
            found.setdefault(cells[0], []).append((cells[4], cells[1].strip("`")))
    return found


@pytest.mark.parametrize("name", ROWS)
def test_what_compare_says_on_the_page_is_what_the_change_did(name: str) -> None:
    """The worst word over the platforms, what it is by, and the cause before: as the recipe has it."""
    row, told = ROWS[name], on_page()[name]
    results = [result for result, _ in told]
    wanted = f"{row['result']} ({row['by']})" if row["by"] else row["result"]
    assert wanted in results
    assert row["result"] == "worse" or results == [wanted]
    assert row["cause"] in [cause for _, cause in told]


@pytest.mark.parametrize("name", COMPARED)
def test_compare_gives_the_word_and_the_row_of_the_page(name: str) -> None:
    """Computed afresh, with the reverted build where there is one."""
    cases = fixes_page.lab_cases(name)
    found = compare(*cases)
    assert (found.result, found.by or "") == (ROWS[name]["result"], ROWS[name]["by"])
    assert fixes_page.check_rows(fixes_page.lab_rows(ROWS[name], cases, found)) == []
    for item in found.evidence:
        assert Path(item.file).is_file()


def states(name: str) -> Iterator[Path]:
    yield from sorted(path.parent for path in (LAB / name).glob("*/case.toml"))


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The changes of the recipe, imported from where they lie without leaving bytecode there."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(LAB / "recipe"))
    import fixes  # type: ignore[import-not-found]

    yield fixes
    sys.modules.pop("fixes", None)


def test_recipe_truth_and_folders_agree(recipe: Any) -> None:
    """Names, words, causes, builds, and how each program was meant to end and really did."""
    known = {fix.name: fix for fix in recipe.FIXES}
    assert len(known) == len(recipe.FIXES) == len(ROWS) >= 18
    folders = {path.name for path in LAB.iterdir() if path.is_dir()} - {"recipe"}
    assert folders == set(known) == set(ROWS)
    for name, fix in known.items():
        row = ROWS[name]
        assert (fix.result, fix.by, fix.cause, fix.changed) == (
            row["result"], row["by"], row["cause"], row["changed"],
        )  # fmt: skip
        assert [path.name for path in states(name)] == sorted(fix.states())
        for side, state in fix.states().items():
            stated = tomllib.loads((LAB / name / side / "case.toml").read_text())
            if not state.tail:
                ends = list(state.ends.values())
                assert [table.get("linked") for table in stated["platform"]] == [
                    end is not None for end in ends
                ]
                ran = [table.get("ran") for table in stated["platform"]]
                assert ran == [None if end is None else end == 0 for end in ends]


def test_each_word_and_the_false_cures_are_there() -> None:
    """Five words; cures of different causes; masks of different kinds; a failure that returns."""
    words = [row["result"] for row in ROWS.values()]
    assert set(words) == {"cured", "masked", "moved", "unproven", "worse"}
    assert len({row["cause"] for row in ROWS.values() if row["result"] == "cured"}) >= 8
    assert {"undefined-ignored", "duplicate-ignored", "weak-undefined", ""} <= {
        row["by"] for row in ROWS.values() if row["result"] == "masked"
    }
    assert sum((LAB / name / "reverted").is_dir() for name in ROWS) >= 3


def test_cases_are_whole_and_small() -> None:
    """What a case.toml names is there, each file is named, and all of it is under a megabyte."""
    for name in ROWS:
        for folder in states(name):
            stated = tomllib.loads((folder / "case.toml").read_text())
            tables = stated["platform"]
            named = {folder / file for t in tables for file in (*t.get("objects", ()), t["log"])}
            assert named | {folder / "case.toml"} == {p for p in folder.rglob("*") if p.is_file()}
    assert read_case_toml(LAB / next(iter(ROWS)) / "after")["absent"] == []
    assert sum(p.stat().st_size for p in LAB.rglob("*") if p.is_file()) < MAX_BYTES


# -- one definition or two --------------------------------------------------------------------------


HOW = {"role": "defined", "is_output": False, "bind": "GLOBAL", "visibility": "DEFAULT", "type": "FUNC"}  # fmt: skip
WHAT = {"format": "elf", "arch": "x86_64", "abi": "", "compiler": "", "needed": [], "is_lto": False}


def frames(*places: tuple[str, str, str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`sightings` and `objects` of definitions of one symbol: file, member, kind, bytes."""
    keys = [{"file": file, "member": member, "member_no": 0} for file, member, _, _ in places]
    rows = [
        key | {"platform": "linux/amd64", "table": ".symtab", "index": 1, "name": "f", "size_bytes": 6} | HOW
        for key in keys
    ]  # fmt: skip
    sizes = [{"kind": kind, "size_bytes": size} for _, _, kind, size in places]
    objects = [key | WHAT | size for key, size in zip(keys, sizes, strict=True)]
    return schema.make("sightings", rows), schema.make("objects", objects)


@pytest.mark.parametrize(
    ("places", "n"),
    [
        ([("a.o", "", "relocatable", 900), ("liba.a", "a.o", "relocatable", 900)], 1),
        ([("a.o", "", "relocatable", 900), ("b.o", "", "relocatable", 900)], 2),
        ([("x/a.o", "", "relocatable", 900), ("y/a.o", "", "relocatable", 900)], 2),
        ([("liba.a", "a.o", "relocatable", 900), ("liba.rlib", "a.o", "relocatable", 900)], 1),
        ([("liba.a", "a.o", "relocatable", 900), ("libb.a", "a.o", "relocatable", 960)], 2),
        ([("a.o", "", "relocatable", 900), ("liba.so", "", "shared", 9000)], 1),
        ([("liba.so", "", "shared", 9000), ("libb.so", "", "shared", 8000)], 1),
        ([], 0),
    ],
)
def test_copies_are_one_definition_and_two_objects_are_two(
    places: list[tuple[str, str, str, int]], n: int
) -> None:
    """By name and size of the object, never by the size of the function alone."""
    rows, objects = frames(*places)
    found = distinct_definitions(rows, objects)
    assert len(found) == n
    assert list(found) == list(rows)


def test_a_weak_body_is_no_cure_until_the_program_ran(tmp_path: Path) -> None:
    """The same builds without word of the run: nobody can say whether the stub is reached."""
    folder = LAB / "weak-stub"
    sides = fixes_page.lab_cases("weak-stub")[:2]
    assert sides[1].runs["exit_code"].tolist() == [134]
    text = (folder / "after" / "case.toml").read_text()
    for path in (folder / "after").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    silent = re.sub(r"(?m)^(ran|exit_code|signal|runs) = .*\n", "", text)
    (tmp_path / "case.toml").write_text(silent)
    assert compare(sides[0], fixes_page.open_case(tmp_path)).result == "unproven"


def test_of_interventions_each_row_is_counted_once() -> None:
    """A lab change through `interventions`: an archive's copy of the object is not a second one."""
    folder = LAB / "archive-added"
    frame = interventions(folder)
    told = frame[frame["case"] == "after"].iloc[0]
    assert (told["result"], told["n_defined"]) == ("cured", 1)
