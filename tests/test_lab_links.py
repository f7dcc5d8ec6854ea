"""The lab of failing links in data/lab/links: whole, in step with its truth, and built again alike."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from diag.case_inputs import read_case_toml
from tests.tools import need

LINKS = Path(__file__).parent.parent / "data" / "lab" / "links"
MAX_BYTES = 8 * 1024**2
MAX_OBJECT = 120_000
TEXTS = LINKS.parent.parent.parent / "diag" / "causes" / "texts"


@cache
def truth() -> list[dict[str, str]]:
    with (LINKS / "truth.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def cases() -> list[Path]:
    return sorted(path.parent for path in LINKS.rglob("case.toml"))


@cache
def stated(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "case.toml").read_text())


def test_every_case_has_its_row_and_every_row_its_case() -> None:
    """truth.csv and the folders agree, also on machine, linker and what is held out."""
    rows = truth()
    assert [row["case"] for row in rows] == sorted(c.relative_to(LINKS).as_posix() for c in cases())
    for row in rows:
        assert row["case"].endswith(f"/{row['arch']}-{row['linker']}")
        assert row["case"].startswith("heldout/") == (row["heldout"] == "1")


def test_the_lab_is_as_large_as_was_promised_and_a_part_is_held_out() -> None:
    """At least 70 situations for development; four machines, four linkers; a look-alike for most ids."""
    situations = {row["case"].rpartition("/")[0]: row["heldout"] for row in truth()}
    held = sum(kept == "1" for kept in situations.values())
    assert len(situations) - held >= 70
    assert held * 6 >= len(situations)
    assert {"amd64", "arm64", "armhf", "riscv64"} <= {row["arch"] for row in truth()}
    assert {"bfd", "gold", "lld", "mold"} <= {row["linker"] for row in truth()}


def test_every_case_opens_and_names_all_its_files() -> None:
    """The reader of case.toml finds what it names; no object or log lies about unnamed."""
    named: set[Path] = set()
    for number, folder in enumerate(cases()):
        if number % 6 == 0:  # each is as the next: written by one function
            assert read_case_toml(folder)["absent"] == []
        for table in stated(folder)["platform"]:
            named |= {
                Path(os.path.normpath(folder / name)) for name in (*table["objects"], table["log"])
            }
        named.add(folder / "case.toml")
        if "dockerfile" in stated(folder):
            named.add(folder / stated(folder)["dockerfile"])
    recipes = ("recipe", "heldout/recipe")
    found = {p for p in LINKS.rglob("*") if p.is_file() and p.parent != LINKS}
    assert {p for p in found if not any(LINKS / name in p.parents for name in recipes)} == named


def test_sizes_are_bounded() -> None:
    """The whole lab and each object stay small."""
    sizes = [path.stat().st_size for path in LINKS.rglob("*") if path.is_file()]
    assert sum(sizes) < MAX_BYTES
    assert max(sizes) < 300_000  # truth.csv
    objects = [p for p in LINKS.rglob("*") if p.suffix in (".o", ".a", ".so")]
    assert max(path.stat().st_size for path in objects) < MAX_OBJECT


def test_no_log_tells_where_it_was_built() -> None:
    """Neither the build's folder nor a name that changes from run to run is in a log."""
    told = re.compile(r"/tmp/(?!cc0\d{5}\b|go-link-0\d{5}\b|go-build\b)\S|/home/|/root/")
    for folder in cases():
        assert not told.search((folder / "build.log").read_text()), folder


def ids() -> Iterator[str]:
    for row in truth():
        words = (row["cause"], *row["also"].split(";"), *row["not_causes"].split(";"))
        yield from (word for word in words if word)


def test_no_case_denies_what_it_tells_and_every_id_has_a_page() -> None:
    """A cause is never among those that the same case must not be given; words that nobody wrote are no id."""
    for row in truth():
        denied = set(row["not_causes"].split(";")) - {""}
        assert not denied & {row["cause"], *row["also"].split(";")}, row["case"]
        assert denied or row["cause"], row["case"]
    known = {name for path in TEXTS.glob("*.toml") for name in tomllib.loads(path.read_text())}
    assert set(ids()) - known <= {"pending"}  # what the catalogue has no id for


def test_a_case_that_links_is_told_so() -> None:
    """Where nothing is wrong the build has linked; where a link failed, a cause is told."""
    for row in truth():
        table = stated(LINKS / row["case"])["platform"][0]
        assert table["linked"] or row["cause"], row["case"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The recipe's engine and driver, imported from where they lie without leaving bytecode there."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(LINKS / "recipe"))
    before = set(sys.modules)
    import make  # type: ignore[import-not-found]

    yield make
    for name in set(sys.modules) - before:
        if str(LINKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_the_recipe_tells_the_recorded_truth(engine: Any) -> None:
    """Every row of truth.csv is what the situations say, no more and no fewer."""
    told = [row for one in engine.situations() for row in engine.truth_rows(one)]
    assert sorted(told, key=lambda row: row["case"]) == truth()


def test_one_situation_built_again_is_equal(engine: Any, tmp_path: Path) -> None:
    """The same tools give the same log and the same objects, byte for byte."""
    need("gcc", "ar", "ld.bfd", "make")
    version = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    if "(Debian 12.2.0" not in version.stdout:
        pytest.skip("the lab was built by gcc 12.2.0 of Debian 12")
    one = next(found for found in engine.situations() if found.name == "archive-before-user")
    built = engine.build(one, "amd64", "bfd", engine.make_linker_dir(tmp_path / "linkers"))
    folder = LINKS / one.name / "amd64-bfd"
    assert built.log == (folder / "build.log").read_text()
    kept = {name: (LINKS / one.name / "amd64" / name).read_bytes() for name in built.files}
    assert built.files == kept
    assert not built.is_linked
