"""The recorded builds in data/: complete, unchanged, of sensible size, and in step with their recipe."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diag.case_inputs import read_case_toml
from diag.platforms import find_platform
from tests.tools import need

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
INCIDENT = DATA / "avx512-link"
RECIPE = INCIDENT / "recipe"
MAX_BYTES = 25 * 1024**2  # of data/, when the lab data of every issue is in
MAX_INCIDENT_BYTES = 12 * 1024**2
CASES = sorted(path.parent for path in DATA.glob("*/*/case.toml"))
INCIDENT_CASES = [folder for folder in CASES if folder.parent == INCIDENT]
RECIPE_CASES: list[dict[str, Any]] = tomllib.loads((RECIPE / "cases.toml").read_text())["case"]


def files_of(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def stated(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "case.toml").read_text())


def named_files(folder: Path) -> Iterator[Path]:
    """Every file that a case.toml names, itself included."""
    case = stated(folder)
    names = ["case.toml", *case["logs"], case["dockerfile"]]
    names += [case[key] for key in ("rawjson",) if key in case]
    for table in case["platform"]:
        names += [*table["objects"], *([table["log"]] if "log" in table else [])]
    for name in names:
        yield Path(os.path.normpath(folder / name))


def test_every_file_has_its_recorded_sum_and_every_sum_its_file() -> None:
    """data/SHA256SUMS lists each file of data/ but itself, once, and each is unchanged."""
    lines = (DATA / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = {
        p.relative_to(DATA).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files_of(DATA)
        if p.name != "SHA256SUMS"
    }
    assert len(lines) == len(listed)
    assert found == listed


def test_size_stays_within_its_bound() -> None:
    """A clone stays small: data/ under 25 MB, the first incident under 12 MB of it."""
    assert sum(p.stat().st_size for p in files_of(DATA)) < MAX_BYTES
    assert sum(p.stat().st_size for p in files_of(INCIDENT)) < MAX_INCIDENT_BYTES


def test_no_file_tells_where_it_was_built() -> None:
    """Neither the checkout's path, nor a home folder, nor the lab's folder, nor a mirror is in any file."""
    told = re.compile(rb"/home/|/root/|/Users/|/tmp/[\w-]*lab|[\w.]*\.debian\.(?:org|net)")
    for path in files_of(DATA):
        content = path.read_bytes()
        assert os.fsencode(ROOT) not in content, path
        if RECIPE not in path.parents:
            assert not told.search(content), path


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case_is_whole(folder: Path) -> None:
    """The reader of case.toml finds all that it names, and no file of the folder goes unnamed."""
    arguments = read_case_toml(folder)
    assert arguments["absent"] == []
    assert arguments["title"]
    own = {p for p in named_files(folder) if p.parent == folder}
    assert own == set(files_of(folder))


def test_objects_are_kept_once_under_their_digest_and_each_is_named() -> None:
    """Equal files lie once, under the first digits of their sum; a file that no case names is waste."""
    objects = files_of(INCIDENT / "objects")
    for path in objects:
        assert path.parent.name == hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert len({(p.parent.name, p.name) for p in objects}) == len(objects)
    assert {
        p for f in INCIDENT_CASES for p in named_files(f) if p.parent.parent.name == "objects"
    } == set(objects)


@pytest.mark.parametrize("folder", INCIDENT_CASES, ids=lambda folder: folder.name)
def test_facts_of_a_case_do_not_contradict_one_another(folder: Path) -> None:
    """A linked platform has one program, of its machine, and runs; one that is not has neither and a failed log."""
    for table in stated(folder)["platform"]:
        programs = [path for path in map(folder.joinpath, table["objects"]) if is_program(path)]
        assert len(programs) == table["linked"], table["name"]
        assert bool(table.get("runs")) == table["linked"]
        for program in programs:
            machine = int.from_bytes(program.read_bytes()[18:20], "little")
            assert machine == find_platform(table["name"]).elf_machine
        if not table["linked"]:
            log = (folder / table["log"]).read_text()
            assert "did not complete successfully: exit code: " in log


def is_program(path: Path) -> bool:
    """Whether a file is an ELF executable (position-independent or not)."""
    head = path.read_bytes()[:18]
    return head[:4] == b"\x7fELF" and int.from_bytes(head[16:18], "little") in (2, 3)


@pytest.mark.parametrize("folder", INCIDENT_CASES, ids=lambda folder: folder.name)
def test_decisive_run_is_the_worst_and_emulation_is_marked(folder: Path) -> None:
    """A platform's end is the worst of its runs: one that passes may never have come to the missing symbol."""
    for table in stated(folder)["platform"]:
        runs = table.get("runs", [])
        for run in runs:
            assert run["emulated"] == (run["machine"] != "host")
            assert ("has_avx512" in run) == (table["name"] == "linux/amd64")
            assert ("signal" in run) == (run["exit_code"] > 128)
        if runs:
            worst = max(runs, key=lambda run: ("signal" in run, run["exit_code"] != 0))
            assert (table["exit_code"], table.get("signal")) == (
                worst["exit_code"],
                worst.get("signal"),
            )
            assert table["ran"] == (worst["exit_code"] == 0)


def test_amd64_programs_were_run_on_machines_with_and_without_avx512() -> None:
    """Both kinds of machine have tried every amd64 program, so that neither end is a guess."""
    tables = [table for folder in INCIDENT_CASES for table in stated(folder)["platform"]]
    linked = [t for t in tables if t["name"] == "linux/amd64" and t["linked"]]
    assert linked
    for table in linked:
        assert {run["has_avx512"] for run in table["runs"]} == {True, False}


def test_the_recipe_names_the_recorded_cases_and_no_others() -> None:
    """cases.toml and the case folders agree, titles too."""
    recorded = {folder.name: stated(folder)["title"] for folder in INCIDENT_CASES}
    assert recorded == {case["id"]: case["title"] for case in RECIPE_CASES}


@pytest.fixture
def recipe_modules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The recipe's build_cases module, imported from where it lies without leaving bytecode there."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(RECIPE))
    import build_cases  # type: ignore[import-not-found]

    yield build_cases
    for name in ("build_cases", "machines"):
        sys.modules.pop(name, None)


def test_the_recorded_dockerfiles_are_what_the_recipe_makes(
    recipe_modules: Any, tmp_path: Path
) -> None:
    """Every patch and edit still applies, and gives the Dockerfile that was built, byte for byte."""
    need("patch")
    for case in RECIPE_CASES:
        context = recipe_modules.make_context(recipe_modules.Lab(tmp_path), case)
        made = (context / "Dockerfile.multiarch").read_bytes()
        assert made == (INCIDENT / case["id"] / "Dockerfile.multiarch").read_bytes(), case["id"]


def test_taking_the_fix_out_again_gives_the_workspace_of_before(
    recipe_modules: Any, tmp_path: Path
) -> None:
    """The reverted case is a fix and its removal, not a copy of the failing case by another name."""
    need("patch")
    cases = {case["id"]: case for case in RECIPE_CASES}
    lab = recipe_modules.Lab(tmp_path)
    names = ("before", "explicit-march", "explicit-march-reverted")
    before, fixed, reverted = (contents(recipe_modules.make_context(lab, cases[n])) for n in names)
    assert before == reverted != fixed


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files_of(folder)}


def test_rebuild_says_in_one_sentence_that_the_machine_will_not_do(tmp_path: Path) -> None:
    """On another system the lab stops before it touches anything, with status 2 and one line."""
    need("bash")
    uname = tmp_path / "uname"
    uname.write_text('#!/bin/sh\n[ "$1" = -s ] && echo Darwin || echo arm64\n')
    uname.chmod(0o755)
    lab = tmp_path / "lab"
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "LAB": str(lab)}
    command = ["bash", str(RECIPE / "rebuild.sh")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == ("rebuild.sh: the lab needs Linux on x86_64; this is Darwin on arm64\n")
    assert not lab.exists()
