"""Committed notebooks are what they give when they are run, and keep the rules of a notebook."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from notebooks import executed
from tests.incident_matrix import write_profile
from tests.notebook_rules import RULES
from tests.tools import need

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAX_BYTES = 500_000
# An outcome: what a reader sees as words. Pictures differ from one drawing library to the next.
COMPARED = ("text/plain", "text/html", "text/markdown")
PICTURE = re.compile(r'(?<= src=")data:image/[^"]*')


def shown(notebook: Any) -> list[tuple[str, Any]]:
    """(cell id, words) of each output."""
    return [
        (cell["id"], {kind: PICTURE.sub("", output["data"].get(kind, "")) for kind in COMPARED})
        if "data" in output
        else (cell["id"], output.get("text"))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_gives_what_it_shows(
    path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Run again, every output is the committed one; else `make notebooks`."""
    text = path.read_text(encoding="utf-8")
    if "diag.probe_scoping(" in text:  # without shells to ask it shows, and says, the recording
        need("bwrap", "dash", "bash", "busybox")
    if "diag.interventions(DATA)" in text:
        write_profile(tmp_path, request.getfixturevalue("incident_matrix"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))  # and nothing of the user's profile
    committed = shown(nbformat.read(path, as_version=4))
    assert committed, "committed without outputs"
    assert shown(executed(path)) == committed


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_keeps_the_rules(path: Path, rule: Any) -> None:
    """Short plain cells, public names, small tables, pictures with words: tests/notebook_rules.py."""
    assert list(rule(nbformat.read(path, as_version=4))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_small_and_of_no_machine(path: Path) -> None:
    """A heading first, no path of a machine in source or outputs, less than 500 kB in git."""
    first = nbformat.read(path, as_version=4).cells[0]
    assert (first["cell_type"], first["source"][:2]) == ("markdown", "# ")
    assert str(ROOT) not in path.read_text(encoding="utf-8")
    assert path.stat().st_size < MAX_BYTES


def test_there_is_a_notebook() -> None:
    """The search itself works."""
    assert NOTEBOOKS
