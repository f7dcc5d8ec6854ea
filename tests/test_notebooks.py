"""Committed notebooks are what they give when they are run: no error, the same text and tables."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAX_LINES = 10
# An outcome: what a reader sees as words. Pictures differ from one drawing library to the next.
COMPARED = ("text/plain", "text/html")


def shown(notebook: Any) -> list[tuple[str, Any]]:
    """(cell id, words) of each output."""
    return [
        (cell["id"], {kind: output["data"].get(kind) for kind in COMPARED})
        if "data" in output
        else (cell["id"], output.get("text"))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_gives_what_it_shows(path: Path) -> None:
    """Run again, every output is the committed one; else `make notebooks`."""
    executed = runpy.run_path(str(ROOT / "tools" / "notebooks.py"))["executed"]
    committed = shown(nbformat.read(path, as_version=4))
    assert committed, "committed without outputs"
    assert shown(executed(path)) == committed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_cells_are_short_and_plain(path: Path) -> None:
    """At most ten lines, no functions, no loops, no path of a machine, a heading first."""
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0]["cell_type"] == "markdown"
    assert notebook.cells[0]["source"].startswith("# ")
    for cell in notebook.cells:
        lines = cell["source"].splitlines()
        assert str(ROOT) not in cell["source"]
        if cell["cell_type"] == "code":
            assert len(lines) <= MAX_LINES
            assert not [line for line in lines if line.startswith(("def ", "for ", "while "))]
    assert str(ROOT) not in path.read_text(encoding="utf-8")


def test_there_is_a_notebook() -> None:
    """The search itself works."""
    assert NOTEBOOKS
