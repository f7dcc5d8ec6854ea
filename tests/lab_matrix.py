"""The lab's cases against what the kit says of them: true cause against headline.

    python -m tests.lab_matrix [--heldout] [--only TEXT] [--jobs N] [--wrong]

Each case is judged with all its artefacts and with its log alone, and each citation is followed. `right`: the headline is the true
cause, or one of those that are true beside it; where nothing is wrong, that there is none.
`untold`: no headline where there is a cause. `wrong`: a headline that is not true, or a look-alike
named in truth.csv that is supported.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import diag
from tests.citations import follow

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / "data" / "lab" / "links"


@dataclass(frozen=True)
class Truth:
    """One row of truth.csv."""

    case: str
    causes: tuple[str, ...]  # the true one first; empty where nothing is wrong
    not_causes: frozenset[str]
    is_heldout: bool


@dataclass(frozen=True)
class Answer:
    """What the kit says of one case. `how`: all, log."""

    truth: Truth
    how: str
    headline: str
    supported: tuple[str, ...]
    seconds: float
    n_cited: int
    broken: tuple[str, ...]  # citations that lead nowhere

    @property
    def result(self) -> str:
        """right, untold or wrong."""
        if self.truth.not_causes & set(self.supported):
            return "wrong"
        if not self.headline:
            return "untold" if self.truth.causes else "right"
        return "right" if self.headline in self.truth.causes else "wrong"


def truths(only: str = "") -> list[Truth]:
    """The rows of truth.csv whose case holds the text."""
    with (LAB / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_truth(row) for row in rows if only in row["case"]]


def _truth(row: dict[str, str]) -> Truth:
    causes = [row["cause"], *row["also"].split(";")]
    named = tuple(cause for cause in causes if cause)
    not_causes = frozenset(filter(None, row["not_causes"].split(";")))
    return Truth(row["case"], named, not_causes, row["heldout"] == "1")


def answers(truth: Truth) -> list[Answer]:
    """The case judged with everything, and with its log alone."""
    folder = LAB / truth.case
    given = {"all": diag.open_case(folder)}
    logs = [log.source for log in given["all"].inputs.logs]
    if logs:
        given["log"] = diag.Case(log=logs)
    return [_answer(truth, how, case) for how, case in given.items()]


def _answer(truth: Truth, how: str, case: diag.Case) -> Answer:
    start = time.perf_counter()
    verdict = case.diagnose()
    found = [f for f in verdict.findings if f.status == "supported" and f.role == "cause"]
    seconds = time.perf_counter() - start
    names = tuple(dict.fromkeys(finding.cause for finding in found))
    cited, broken = follow(verdict)
    return Answer(truth, how, verdict.cause or "", names, seconds, cited, broken)


def all_answers(cases: Iterable[Truth], jobs: int) -> Iterator[Answer]:
    """The answers of all cases, in order."""
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(answers, cases, chunksize=8):
            yield from found


def report(found: list[Answer], *, with_wrong: bool) -> None:
    """The sums, the matrix where headline and truth differ, the slowest case."""
    for how in ("all", "log"):
        own = [answer for answer in found if answer.how == how]
        if not own:
            continue
        told = Counter(answer.result for answer in own)
        share = f"{told['right'] / len(own):.1%}"
        print(f"{how}: {len(own)} cases: right {told['right']} ({share}), "
              f"untold {told['untold']}, wrong {told['wrong']}")  # fmt: skip
        print(f"  {sum(a.n_cited for a in own)} citations, "
              f"{sum(len(a.broken) for a in own)} lead nowhere")  # fmt: skip
        slow = max(own, key=lambda answer: answer.seconds)
        print(f"  slowest {slow.seconds:.2f} s ({slow.truth.case})")
        _matrix(own)
    for text in sorted({text for answer in found for text in answer.broken})[:20]:
        print("broken:", text)
    if with_wrong:
        for answer in found:
            if answer.result == "wrong":
                print(answer.how, answer.truth.case, answer.truth.causes[:1], "->",
                      answer.headline, answer.supported)  # fmt: skip


def _matrix(own: list[Answer]) -> None:
    """One line a true cause: cases, right, untold, and the headlines that are not true."""
    of_cause: dict[str, list[Answer]] = {}
    for answer in own:
        of_cause.setdefault((*answer.truth.causes, "(nothing wrong)")[0], []).append(answer)
    for cause, answers_of in sorted(of_cause.items()):
        told = Counter(answer.result for answer in answers_of)
        other = Counter(a.headline or "(look-alike)" for a in answers_of if a.result == "wrong")
        wrong = ", ".join(f"{name} {n}" for name, n in other.most_common())
        print(f"  {cause:<38} {len(answers_of):>4} right {told['right']:>4} "
              f"untold {told['untold']:>4}  {wrong}".rstrip())  # fmt: skip


def main() -> int:
    """Judge, print; 1 where an answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab_matrix")
    parser.add_argument("--heldout", action="store_true", help="the part kept out of development")
    parser.add_argument("--only", default="", help="cases whose path holds this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--wrong", action="store_true", help="list the wrong answers")
    given = parser.parse_args()
    cases = [truth for truth in truths(given.only) if truth.is_heldout == given.heldout]
    found = list(all_answers(cases, given.jobs))
    report(found, with_wrong=given.wrong)
    return int(any(answer.result == "wrong" or answer.broken for answer in found))


if __name__ == "__main__":
    sys.exit(main())
