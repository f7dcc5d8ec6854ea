"""JupyterLab in a real browser opens the notebooks, shows what they hold and runs one of them.

All cells of all notebooks, which take minutes, run by `python -m tests.jupyterlab_run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from diag.show.notebook_run import write_notebook
from diag.show.redact import Redactor
from tests.browser import ROOT, chromium
from tests.jupyterlab import NOTEBOOKS, Lab, committed, served

pytestmark = pytest.mark.browser

QUICK = next(path for path in NOTEBOOKS if path.name == "investigate.ipynb")
CASE = ROOT / "data" / "lab" / "links" / "prebuilt-for-the-host" / "arm64-bfd"


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    """What `diag investigate CASE --notebook generated.ipynb` writes."""
    path = tmp_path_factory.mktemp("generated") / "generated.ipynb"
    return write_notebook(path, "investigate", {"case": str(CASE)}, Redactor())


@pytest.fixture(scope="module")
def lab(tmp_path_factory, generated: Path) -> Iterator[Lab]:
    """The window, on a server that is gone afterwards."""
    folder = tmp_path_factory.mktemp("lab")
    with chromium() as browser, served(folder, generated) as address:
        yield Lab(browser, address, folder)


def test_jupyterlab_shows_and_runs_the_notebooks(lab, generated: Path) -> None:
    """Every table and picture of each file is there, every picture has words, and what was only
    opened is not unsaved and is saved as it was; run again, one shows the same; no error, no
    dialog, no complaint of the page, nothing asked of another host. (One test, so that one server
    serves it.)"""
    for path in (generated, *NOTEBOOKS):
        assert lab.open(path) == committed(path), path.name
        assert not lab.is_unsaved(), path.name
        before, after = lab.saved(path)
        assert before == after, path.name
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
    chart = new.new_output("display_data", {"image/png": "", "text/html": '<img alt="One bar.">'})
    cells = [new.new_code_cell("1", outputs=[table, picture, chart]), new.new_code_cell("")]
    path = tmp_path / "one.ipynb"
    nbformat.write(new.new_notebook(cells=[*cells, new.new_markdown_cell("# A")]), path)
    seen = committed(path)
    assert (seen.cells, seen.run, seen.tables, seen.pictures) == (2, 1, 2, 2)
