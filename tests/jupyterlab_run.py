"""All notebooks in JupyterLab, and all pages before axe-core, in a real browser; prints figures.

    python -m tests.jupyterlab_run [PART-OF-A-NAME...]

Opens each notebook, clears its outputs, runs all cells and compares what is then seen with what is
committed; then writes the report of the first incident, a comparison and the pages of `make report`,
and lets axe-core judge each in light and narrow, in dark and wide. With parts of names, only the
notebooks whose file names hold one of them. Status 1 where anything is wrong. Minutes: the suite runs a part of it
(tests/test_jupyterlab_browser.py, tests/test_report_browser.py).
"""

from __future__ import annotations

import runpy
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from diag.case import open_case
from diag.compare import compare
from diag.show.report import comparison_page, write_report
from tests.browser import ROOT, axe_findings, chromium, opened
from tests.jupyterlab import NOTEBOOKS, Lab, committed, served

INCIDENT = ROOT / "data" / "avx512-link"
WINDOWS = (("light", 400), ("dark", 1280))


def main() -> int:
    """0 when nothing is wrong."""
    parts = sys.argv[1:]
    with TemporaryDirectory() as folder, chromium() as browser:
        paths = [path for path in NOTEBOOKS if any(part in path.name for part in parts or [""])]
        wrong = _notebooks(browser, Path(folder), paths)
        wrong += 0 if parts else _pages(browser, Path(folder) / "pages")
    return 1 if wrong else 0


def _notebooks(browser: Any, folder: Path, paths: list[Path]) -> int:
    """How much is wrong in JupyterLab."""
    wrong = run = 0
    print("notebook                     cells  run  tables  pictures  errors  seconds")
    with served(folder) as address:
        lab = Lab(browser, address, folder)
        for path in paths:
            as_opened, is_unsaved = lab.open(path), lab.is_unsaved()
            start = time.monotonic()
            seen = lab.run_all()
            seconds = time.monotonic() - start
            shown = (seen.cells, seen.run, seen.tables, seen.pictures, seen.errors)
            print(f"{path.name:28}", "{:5}{:5}{:8}{:10}{:8}".format(*shown), f"{seconds:8.0f}")
            print(*lab.said_wrong(), sep="\n", end="")
            print(f"{path.name} is unsaved after opening\n" * is_unsaved, end="")
            wrong += is_unsaved + (as_opened != committed(path)) + (seen != committed(path))
            run += seen.run
            lab.end_kernel()
        asked, elsewhere = lab.watched.asked, lab.watched.elsewhere(lab.host)
        complaints = lab.watched.complaints
    print(
        f"JupyterLab: {len(paths)} notebooks, {run} cells run, {wrong} of {2 * len(paths)} views "
        f"differ from the file, {len(asked)} requests to this machine, {len(elsewhere)} to others, "
        f"{len(complaints)} complaints of the page"
    )
    print(*elsewhere, *complaints, sep="\n", end="")
    return wrong + len(elsewhere) + len(complaints)


def _pages(browser: Any, folder: Path) -> int:
    """How much is wrong with the pages."""
    found: Counter[str] = Counter()
    paths, asked, complaints = _written(folder), 0, 0
    for path in paths:
        for scheme, width in WINDOWS:
            size = {"width": width, "height": 900}
            told = opened(browser, path, viewport=size, color_scheme=scheme, bypass_csp=True)
            asked += len(told.asked) - 1  # itself
            complaints += len(told.complaints)
            found.update(f"{path.relative_to(folder)}: {line}" for line in axe_findings(told.page))
            told.page.close()
    print(
        f"Pages: {len(paths)}, each in {len(WINDOWS)} windows: {asked} requests, "
        f"{complaints} complaints, {found.total()} findings of axe-core"
    )
    print(*found, sep="\n", end="")
    return asked + complaints + found.total()


def _written(folder: Path) -> list[Path]:
    """The report, a comparison, the notebooks and the pages of docs/."""
    before, after = open_case(INCIDENT / "before"), open_case(INCIDENT / "explicit-march")
    write_report(folder / "index.html", before)
    text = comparison_page(compare(before, after))
    (folder / "comparison.html").write_text(text, encoding="utf-8")
    runpy.run_path(str(ROOT / "tools" / "walkthrough.py"))["write_walkthrough"](folder)
    return sorted(folder.rglob("*.html"))


if __name__ == "__main__":
    sys.exit(main())
