"""The lab's cases against what the kit says of them: true cause against headline.

    python -m tests.lab_matrix [--heldout | --both] [--only TEXT] [--linker NAME] [--jobs N]
                               [--wrong]

Each case is judged with all its artefacts and with its log alone, and each citation is followed.
`right` (top-1): the headline is the true cause, or one of those that are true beside it; where
nothing is wrong, that there is none. `untold`: no headline where there is a cause. `wrong`: a
headline that is not true, or a look-alike named in truth.csv that is supported. `listed`: with the
log alone, the true cause is supported or among those that could not be decided.
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
from diag.causes.model import Finding
from tests.citations import follow

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / "data" / "lab" / "links"
MAX_BROKEN = 20  # broken citations that are printed
_WAYS = {"all": "all artefacts", "log": "log alone"}
_PARTS = {False: "development", True: "held-out"}


@dataclass(frozen=True)
class Truth:
    """One row of truth.csv."""

    case: str
    causes: tuple[str, ...]  # the true one first; empty where nothing is wrong
    not_causes: frozenset[str]
    is_heldout: bool
    linker: str = ""


@dataclass(frozen=True)
class Answer:
    """What the kit says of one case. `how`: all, log."""

    truth: Truth
    how: str
    headline: str
    supported: tuple[str, ...]
    undecided: tuple[str, ...]
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

    @property
    def is_listed(self) -> bool:
        """The true cause, or one that is true beside it, holds or could not be decided."""
        return bool({*self.supported, *self.undecided} & set(self.truth.causes))


def truths(only: str = "", linker: str = "") -> list[Truth]:
    """The rows of truth.csv whose case holds the text, of that linker where one is named."""
    with (LAB / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if linker in ("", row["linker"])]
    return [_truth(row) for row in rows if only in row["case"]]


def _truth(row: dict[str, str]) -> Truth:
    causes = [row["cause"], *row["also"].split(";")]
    named = tuple(cause for cause in causes if cause)
    not_causes = frozenset(filter(None, row["not_causes"].split(";")))
    return Truth(row["case"], named, not_causes, row["heldout"] == "1", row["linker"])


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
    seconds = time.perf_counter() - start
    supported = _names(f for f in verdict.findings if f.status == "supported" and f.role == "cause")
    # What is contributing or latent may be the true cause, a claim is what someone else said.
    opened = _names(f for f in verdict.findings if f.status == "untestable" and f.role != "claim")
    cited, broken = follow(verdict)
    return Answer(
        truth, how, verdict.cause or "", supported, opened, seconds, cited,
        broken,
    )  # fmt: skip


def _names(found: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.cause for finding in found))


def all_answers(cases: Iterable[Truth], jobs: int) -> Iterator[Answer]:
    """The answers of all cases, in order."""
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(answers, cases, chunksize=8):
            yield from found


def report(found: list[Answer], *, with_wrong: bool) -> None:
    """Each part of the lab and way of judging by itself, then what was cited and is not there."""
    for is_heldout, part in _PARTS.items():
        for how, way in _WAYS.items():
            own = [a for a in found if a.how == how and a.truth.is_heldout == is_heldout]
            if own:
                _sums(f"{part}, {way}", own)
                _matrix(own)
    for text in sorted({text for answer in found for text in answer.broken})[:MAX_BROKEN]:
        print("broken:", text)
    if with_wrong:
        _each(found)


def _sums(title: str, own: list[Answer]) -> None:
    """Top-1, wrong and untold; with the log alone what is listed; citations; the slowest case."""
    told = Counter(answer.result for answer in own)
    print(
        f"{title}: right (top-1) {_share(told['right'], len(own))}, "
        f"untold {told['untold']}, confident wrong {told['wrong']}"
    )
    failed = [answer for answer in own if answer.truth.causes]
    if own[0].how == "log" and failed:
        n_listed = sum(answer.is_listed for answer in failed)
        print(f"  true cause among those listed: {_share(n_listed, len(failed))}")
    n_open = sum(len(answer.undecided) for answer in own)
    n_broken = sum(len(answer.broken) for answer in own)
    print(f"  {n_open / len(own):.1f} undecided causes a case; "
          f"{sum(a.n_cited for a in own)} citations, {n_broken} lead nowhere")  # fmt: skip
    slow = max(own, key=lambda answer: answer.seconds)
    print(f"  slowest {slow.seconds:.2f} s ({slow.truth.case})")


def _share(count: int, of: int) -> str:
    return f"{count} of {of} ({count / of:.1%})"


def _matrix(own: list[Answer]) -> None:
    """One line a true cause: cases, right, untold, and the headlines that are not true."""
    of_cause: dict[str, list[Answer]] = {}
    for answer in own:
        of_cause.setdefault((*answer.truth.causes, "(nothing wrong)")[0], []).append(answer)
    for cause, answers_of in sorted(of_cause.items()):
        told = Counter(answer.result for answer in answers_of)
        other = Counter(a.headline or "(look-alike)" for a in answers_of if a.result == "wrong")
        wrong = ", ".join(f"{name} {n}" for name, n in other.most_common())
        print(
            f"  {cause:<38} {len(answers_of):>4} right {told['right']:>4} "
            f"untold {told['untold']:>4}  {wrong}".rstrip()
        )


def _each(found: list[Answer]) -> None:
    """A line a wrong answer, and one a case of which the log alone does not list the cause. Cases
    that are held out are counted, not looked at."""
    for answer in found:
        if answer.truth.is_heldout:
            continue
        is_lost = answer.how == "log" and bool(answer.truth.causes) and not answer.is_listed
        if answer.result == "wrong" or is_lost:
            state = "wrong" if answer.result == "wrong" else "not listed"
            print(f"{state}: {answer.how} {answer.truth.case} {answer.truth.causes[:1]} -> "
                  f"{answer.headline or 'nothing'} {answer.supported}")  # fmt: skip


def main() -> int:
    """Judge, print; 1 where an answer is wrong or a citation leads nowhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab_matrix")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--heldout", action="store_true", help="the part kept out of development")
    part.add_argument("--both", action="store_true", help="both parts, summed apart")
    parser.add_argument("--only", default="", help="cases whose path holds this")
    parser.add_argument("--linker", default="", help="cases of one linker: bfd, gold, lld, mold")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--wrong", action="store_true", help="list what is wrong or not listed")
    given = parser.parse_args()
    cases = truths(given.only, given.linker)
    cases = [truth for truth in cases if given.both or truth.is_heldout == given.heldout]
    found = list(all_answers(cases, given.jobs))
    report(found, with_wrong=given.wrong)
    return int(any(answer.result == "wrong" or answer.broken for answer in found))


if __name__ == "__main__":
    sys.exit(main())
