"""Interventions: every cell of the matrix against what really happened, and what would not agree."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fixes_page
import pandas as pd
import pytest

import diag
from diag import schema
from diag.case_inputs import read_case_toml
from diag.errors import InputError
from diag.interventions import interventions
from diag.join import join_isa

DATA = Path("data/avx512-link")
CASES = sorted(path.parent.name for path in DATA.glob("*/case.toml"))
AMD64, ARM64, ARMV7 = "linux/amd64", "linux/arm64", "linux/arm/v7"
KERNEL = "kernel-object-not-built"


@pytest.fixture(scope="module")
def matrix(incident_matrix: Path) -> pd.DataFrame:
    """All cases of the incident, by paths from the root of the repository."""
    frame = pd.read_pickle(incident_matrix)
    return schema.check(frame.assign(where=frame["where"].str.removeprefix("../")), "interventions")


@pytest.fixture(scope="module")
def cell(matrix: pd.DataFrame) -> Callable[..., dict[str, Any]]:
    """One cell, by case and platform."""
    told = schema.plain(matrix).set_index(["case", "platform"])
    return lambda case, platform=AMD64: told.loc[(case, platform)].to_dict()


def test_every_case_and_platform_has_its_cell(matrix: pd.DataFrame) -> None:
    """The failing build first, then the others by name; three platforms each, in their order."""
    assert list(dict.fromkeys(matrix["case"])) == ["before", *(n for n in CASES if n != "before")]
    assert matrix["platform"].tolist() == [AMD64, ARM64, ARMV7] * len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_verdict_agrees_with_what_really_happened(cell: Any, name: str) -> None:
    """Each cell: the recipe's record read apart from the kit, and the verdict beside it."""
    stated = tomllib.loads((DATA / name / "case.toml").read_text())
    for table in stated["platform"]:
        told = cell(name, table["name"])
        assert (told["linked"], told["ran"]) == (table["linked"], table.get("ran")), table["name"]
        assert told["agrees"], table["name"]
        if not table["linked"]:
            assert (told["cause"], told["in_output"]) == (KERNEL, "no output")
            assert told["n_wanted"] >= 1
            assert told["n_defined"] == 0
        if table["name"] != AMD64:
            assert (told["cause"], told["result"], told["symbol"]) == (None, None, None)


def test_how_it_ended_is_told_with_machine_and_emulation(cell: Any) -> None:
    """The worst run counts; each run is listed, and what was emulated is marked."""
    for name in CASES:
        for table in tomllib.loads((DATA / name / "case.toml").read_text())["platform"]:
            told = cell(name, table["name"])
            runs = table.get("runs", [])
            assert len(told["runs"]) == len(runs)
            for text, run in zip(told["runs"], runs, strict=True):
                end = run.get("signal") or f"exit {run['exit_code']}"
                assert text.startswith(f"{end} on {run['machine']}")
                assert text.endswith(" (emulated)") == run["emulated"]
            if runs:
                assert told["ended"] == (table.get("signal") or f"exit {table['exit_code']}")
                assert any(run["machine"] == told["machine"] for run in runs)
            else:
                assert (told["ended"], told["machine"], told["is_emulated"]) == ("", "", None)


def test_what_a_symbol_came_to(cell: Any) -> None:
    """Wanted by an object, defined by none; in the program: defined, at zero, wanted, or gone."""
    columns = ("n_wanted", "n_defined", "in_output", "result", "by")
    told = {
        name: tuple(cell(name)[column] for column in columns)
        for name in ("before", "explicit-march", "one-cfg-per-object", "unresolved-ignored", "defsym-zero")
    }  # fmt: skip
    assert told == {
        "before": (1, 0, "no output", None, None),
        "explicit-march": (1, 1, "defined", "cured", None),
        "one-cfg-per-object": (0, 0, "absent", "cured", None),
        "unresolved-ignored": (1, 0, "wanted", "masked", "undefined-ignored"),
        "defsym-zero": (1, 0, "zero", "masked", "undefined-ignored"),
    }


def test_flags_alone_never_cure(matrix: pd.DataFrame) -> None:
    """A failing link is never called cured, and what is cured links, runs and wants no definition."""
    cured = matrix[matrix["result"] == "cured"]
    assert len(cured) >= 4
    assert (cured["linked"] & cured["ran"]).all()
    assert (cured["n_wanted"].clip(upper=1) == cured["n_defined"]).all()
    failing = matrix[~matrix["linked"].astype(bool) & (matrix["case"] != "before")]
    assert set(failing["result"]) == {"unproven"}


def test_functions_are_counted_once(cell: Any) -> None:
    """Objects alone, a member in two archives once; on other machines nought, not missing."""
    told = {name: cell(name)["n_avx512_functions"] for name in ("before", "explicit-march")}
    assert told == {"before": 1, "explicit-march": 2}
    assert cell("before", ARM64)["n_avx512_functions"] == 0
    case = diag.open_case(DATA / "explicit-march")
    joined = schema.check(join_isa(case.isa, case.objects, case.platform_of_file), "isa_members")
    assert joined["is_output"].sum() == 2
    assert len(case.isa[case.isa["member"] != ""].drop_duplicates(["file", "function"])) == 4


def test_every_place_cited_exists(matrix: pd.DataFrame) -> None:
    """`where` is a file, and a line within it where it names one."""
    for where in matrix["where"]:
        file, _, line = where.rpartition(":")
        assert Path(file or where).is_file()
        assert 1 <= int(line) <= len(Path(file).read_bytes().splitlines())


# -- what would not agree ---------------------------------------------------------------------------


def with_changes(tmp_path: Path, name: str, *changes: tuple[str, str]) -> diag.Case:
    """A case with facts of its case.toml changed, each where it stands first."""
    folder = tmp_path / name
    shutil.copytree(DATA / name, folder)
    text = (folder / "case.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    text = text.replace("../objects", (DATA / "objects").resolve().as_posix())
    (folder / "case.toml").write_text(text)
    return diag.open_case(folder)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("after", "linked = false", "linked = true"),
        ("one-cfg-per-object", "linked = true", "linked = false"),
    ],
    ids=["the log says that it failed", "the log says that it linked"],
)
def test_a_record_that_the_log_belies_does_not_agree(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    """The log outranks the author: then the cell says that they differ."""
    other = with_changes(tmp_path, name, (old, new))
    frame = interventions({"before": diag.open_case(DATA / "before"), name: other})
    told = frame[(frame["case"] == name)].set_index("platform")["agrees"]
    assert told.to_dict() == {AMD64: False, ARM64: True, ARMV7: True}


def test_a_program_that_died_is_never_sound(tmp_path: Path) -> None:
    """The objects look cured; the run did not end well: the result says so."""
    killed = 'exit_code = 132\nsignal = "SIGILL"'
    other = with_changes(
        tmp_path,
        "explicit-march",
        ("ran = true\nexit_code = 0", f"ran = false\n{killed}"),
        ("has_avx512 = true\nexit_code = 0", f"has_avx512 = true\n{killed}"),
    )
    frame = interventions({"before": diag.open_case(DATA / "before"), "other": other})
    row = frame[(frame["case"] == "other") & (frame["platform"] == AMD64)].iloc[0]
    assert (row["ran"], row["ended"]) == (False, "SIGILL")
    assert row["result"] not in ("cured", None)
    assert row["agrees"]


def test_without_objects_counts_are_missing() -> None:
    """Not nought: nothing was looked at."""
    given = read_case_toml(DATA / "before")
    bare = diag.Case(**{key: given[key] for key in ("log", "dockerfile", "title", "facts")})
    frame = interventions({"before": bare})
    counts = frame[["n_wanted", "n_defined", "n_avx512_functions", "in_output"]]
    assert counts.isna().all(axis=None)
    assert frame["linked"].tolist() == [False, True, True]


def test_cases_are_named_or_a_folder(tmp_path: Path) -> None:
    """A folder without cases, and a mapping without the first build, are told."""
    with pytest.raises(InputError, match="no folder in it holds a case"):
        interventions(tmp_path)
    with pytest.raises(InputError, match="no case is called 'before'"):
        interventions({"after": diag.open_case(DATA / "after")})


def test_the_page_of_fixes_has_these_rows(matrix: pd.DataFrame) -> None:
    """docs/fixes.md is in step: else `python tools/docs_tables.py`."""
    rows = fixes_page.incident_rows(matrix)
    assert len(rows) >= len(CASES) - 1
    assert fixes_page.check_rows(rows) == []
