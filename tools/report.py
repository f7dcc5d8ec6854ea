"""`make report`: investigate the first incident, compare its other builds, write the pages.

Prints the verdict, then what each other build did to the cause, and ends with the page's path.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from walkthrough import write_walkthrough

from diag.case import Case, open_case
from diag.cli_output import write_screen
from diag.compare import compare
from diag.errors import DiagError
from diag.show.grid import frame_table
from diag.show.redact import Redactor, redactor_for
from diag.show.report import write_report
from diag.show.report_parts import Other, df_others
from diag.show.terminal import verdict_screen
from diag.verdict import diagnose

ROOT = Path(__file__).resolve().parent.parent
INCIDENT = Path("data/avx512-link")
BEFORE = INCIDENT / "before"
PAGE = Path("build/report/index.html")


def main() -> int:
    """0 when the page is written, 2 when the incident cannot be read."""
    os.chdir(ROOT)  # so that every citation is a path from the project's root
    try:
        case = open_case(BEFORE)
        mask = redactor_for(case)
        verdict = mask.data(diagnose(case))
        write_screen(verdict_screen(verdict, case), None)
        others = [_other(folder, case, mask) for folder in _other_builds()]
        if others:
            print("\nThe other builds, against this one")
            write_screen(frame_table(df_others(others)), None)
        pages = write_walkthrough(PAGE.parent)
        write_report(
            PAGE, case, verdict, others=others, pages=pages, mask=mask, command="make report"
        )
    except DiagError as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    print(f"\n{PAGE}")
    return 0


def _other_builds() -> list[Path]:
    """The case folders beside the incident's, by name."""
    return sorted(p.parent for p in INCIDENT.glob("*/case.toml") if p.parent != BEFORE)


def _other(folder: Path, before: Case, mask: Redactor) -> Other:
    after = open_case(folder)
    return mask.data(Other(folder.name, diagnose(after), compare(before, after)))


if __name__ == "__main__":
    sys.exit(main())
