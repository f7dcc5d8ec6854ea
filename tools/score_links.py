"""Scores the verdicts on data/lab/links/ against truth.csv: `python tools/score_links.py [--held] [--linker bfd] [--only ID]`.

A line a case that is not right: `wrong` (a look-alike was called supported), `other` (something
else was), `silent` (nothing was). Then one line an id. A case that links with nothing wrong is
right where no look-alike is supported. With `--held` only the totals are printed: the held-out
cases are scored and not looked at.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from diag.case import open_case  # noqa: E402

LINKS = ROOT / "data" / "lab" / "links"
STATES = ("right", "wrong", "other", "silent")


def judged(row: dict[str, str]) -> tuple[str, set[str]]:
    """How a case was answered, and what was supported."""
    verdict = open_case(LINKS / row["case"]).diagnose()
    supported = {f.cause for f in verdict.findings if f.status == "supported" and f.role == "cause"}
    true = {row["cause"], *row["also"].split(";")} - {"", "pending"}
    if supported & set(row["not_causes"].split(";")):
        return "wrong", supported
    if supported & true or (not true and not supported - true):
        return "right", supported
    return ("other" if supported else "silent"), supported


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", action="store_true", help="the held-out cases, totals only")
    parser.add_argument("--linker", default="", help="bfd, gold, lld, mold or default")
    parser.add_argument("--only", default="", help="cases of one cause")
    chosen = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with (LINKS / "truth.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["heldout"] == str(int(chosen.held))]
    for row in rows:
        if chosen.linker not in ("", row["linker"]) or chosen.only not in ("", row["cause"]):
            continue
        state, supported = judged(row)
        counts[row["cause"] or "(links)"][state] += 1
        if state != "right" and not chosen.held:
            told = ", ".join(sorted(supported)) or "nothing"
            print(f"{state:6} {row['case']}: {row['cause'] or '(links)'}; supported: {told}")
    for cause, counted in sorted(counts.items()):
        print(f"{cause:34}" + "".join(f"{state} {counted[state]:3}  " for state in STATES))
    total = sum(counts.values(), Counter())
    print(f"{'all':34}" + "".join(f"{state} {total[state]:3}  " for state in STATES))
    return int(total["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
