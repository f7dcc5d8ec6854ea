"""JupyterLab in a real browser opens the notebooks, shows what they hold and runs one of them.

All cells of all notebooks, which take minutes, run by `python -m tests.jupyterlab_run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.browser import chromium
from tests.jupyterlab import NOTEBOOKS, Lab, committed, served

pytestmark = pytest.mark.browser

QUICK = next(path for path in NOTEBOOKS if path.name == "investigate.ipynb")


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """The window, on a server that is gone afterwards."""
    with chromium() as browser, served(tmp_path_factory.mktemp("lab")) as address:
        yield Lab(browser, address)


def test_jupyterlab_shows_and_runs_the_notebooks(lab) -> None:
    """Every table and picture of each file is there; run again, one shows the same; no error, no
    dialog, no complaint of the page, nothing asked of another host. (One test, so that one server
    serves it.)"""
    for path in NOTEBOOKS:
        assert lab.open(path) == committed(path), path.name
    lab.open(QUICK)
    assert lab.run_all() == committed(QUICK), lab.said_wrong()
    assert lab.watched.asked
    assert lab.watched.elsewhere(lab.host) == []
    assert lab.watched.complaints == []


def test_what_is_committed_is_counted(tmp_path: Path) -> None:
    """The other side of the comparison: cells, tables and pictures of a file."""
    new = nbformat.v4
    table = new.new_output("display_data", {"text/html": "<table></table><table></table>"})
    picture = new.new_output("display_data", {"image/png": "", "text/plain": "<Figure>"})
    cells = [new.new_code_cell("1", outputs=[table, picture]), new.new_code_cell("")]
    path = tmp_path / "one.ipynb"
    nbformat.write(new.new_notebook(cells=[*cells, new.new_markdown_cell("# A")]), path)
    seen = committed(path)
    assert (seen.cells, seen.run, seen.tables, seen.pictures) == (2, 1, 2, 1)
