"""`make report`: investigate the first incident, compare its other builds, write the pages.

Prints the verdict, then what each other build did to the cause, and ends with the page's path. The
other builds and the notebooks are read beside it, on all processors.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from diag.case import Case, open_case
from diag.causes import CATALOGUE
from diag.cli_output import write_screen
from diag.compare import compare
from diag.errors import DiagError
from diag.show.grid import frame_table
from diag.show.redact import Redactor, redactor_for
from diag.show.report import write_report
from diag.show.report_parts import Docs, Other, Page, df_others
from diag.show.terminal import verdict_screen
from diag.verdict import diagnose

ROOT = Path(__file__).resolve().parent.parent
INCIDENT = Path("data/avx512-link")
BEFORE = INCIDENT / "before"
PAGE = Path("build/report/index.html")


def main() -> int:
    """0 when the page is written, 2 when the incident cannot be read."""
    os.chdir(ROOT)  # so that every citation is a path from the project's root
    print(f"investigating {BEFORE} and the builds beside it", flush=True)
    try:
        # Processes that start anew: threads of a library do not survive a fork.
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as beside:
            _write(beside)
    except DiagError as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    print(f"\n{PAGE}")
    return 0


def _write(beside: ProcessPoolExecutor) -> None:
    waiting = beside.map(_other, _other_builds())
    pages = beside.submit(_walkthrough, PAGE.parent)
    case, mask = _before()
    verdict = mask.data(diagnose(case))
    write_screen(verdict_screen(verdict, case), None)
    others = list(waiting)
    if others:
        print("\nThe other builds, against this one")
        write_screen(frame_table(df_others(others)), None)
    told = {"others": others, "pages": pages.result(), "docs": docs_in(PAGE.parent)}
    write_report(PAGE, case, verdict, **told, mask=mask, command="make report")


@cache
def _before() -> tuple[Case, Redactor]:
    """The failing build and what masks its secrets: read once in each process."""
    case = open_case(BEFORE)
    return case, redactor_for(case)


def _walkthrough(folder: Path) -> list[Page]:
    from walkthrough import write_walkthrough  # nbconvert takes seconds to import

    return write_walkthrough(folder)


def docs_in(folder: Path) -> Docs:
    """The pages of docs/ that the walkthrough wrote, by their addresses in the folder."""
    found = sorted(folder.glob("docs/causes/*.html"))
    pages = {page.stem: page.relative_to(folder).as_posix() for page in found}
    return Docs("docs/README.html", {name: pages[name] for name in pages if name in CATALOGUE})


def _other_builds() -> list[Path]:
    """The case folders beside the incident's, by name."""
    return sorted(p.parent for p in INCIDENT.glob("*/case.toml") if p.parent != BEFORE)


def _other(folder: Path) -> Other:
    before, mask = _before()
    after = open_case(folder)
    return mask.data(Other(folder.name, diagnose(after), compare(before, after)))


if __name__ == "__main__":
    sys.exit(main())
