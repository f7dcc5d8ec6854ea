"""The flow beside real shells, on Dockerfiles of the tests' own (dockerfiles/flow/*.Dockerfile).

    python -m tests.flow_corpus [NAME...]       # runs all shells now and prints the counts
    python -m tests.flow_corpus --record        # ... and writes dockerfiles/flow/probed.json
    python -m tests.flow_corpus --recorded      # the counts with what was recorded

What the text decides. The flow cannot be its own judge, so real shells are: each Dockerfile is
probed in several worlds (diag/probe/worlds.py) that agree in the text and in nothing else. In one
every outside command succeeds and prints a mark; in one all fail, no unknown file is there and
the base image sets what it may; in some all succeed and print nothing, or a number, the unknown
files are there and the base image sets nothing; and in one for each outside command that one
fails alone. Text from outside that may be read as a script sets every variable in question.
A cell (platform, shell, command of a RUN, variable) is decided by the text exactly where every
world in which the command is called hands it the same known value (or the same values, where it
is called several times). A RUN after one that failed is not reached in that world.

Text is what the shell itself does and what the tools of TEXT make of known text; every other tool
is outside, and answers as the outside commands do. A Dockerfile tells in comments on its top what
no complaint of a shell would tell: `outside: /path ...` (files that only some worlds have),
`build-arg: K=V`, `base-env: K=V`.

The counts: cells that the text decides, and of these the ones where the flow says the same; those
where it says unknown, or more ways than there are; and, of the cells that the text does not
decide, those for which the flow is sure, or does not tell a way that a world has shown.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from diag.probe import SHELLS
from tests.flow_told import told
from tests.flow_worlds import (
    ARGV,
    COMBINATIONS,
    FOLDER,
    PLATFORMS,
    Combination,
    Place,
    Sample,
    Seen,
    Worlds,
    is_decided,
    probed,
    samples,
)

RECORDING = FOLDER / "probed.json"


class Finding(NamedTuple):
    """A cell where the flow is not what it should be."""

    kind: str  # differs, unknown, sure, no row, not called
    sample: str
    combination: Combination
    place: Place
    told: Any
    worlds: Any


@dataclass
class Counts:
    """The counts of the show, and what makes the bad ones."""

    n_files: int = 0
    n_cells: int = 0
    n_decided: int = 0
    n_equal: int = 0
    findings: list[Finding] = field(default_factory=list)

    def n(self, kind: str) -> int:
        return sum(finding.kind == kind for finding in self.findings)

    def text(self) -> str:
        return (
            f"{self.n_files} Dockerfiles, {len(PLATFORMS)} platforms, {len(SHELLS)} shells: "
            f"{self.n_cells} cells\n"
            f"{self.n_decided} decided by the text, the flow equal in {self.n_equal}\n"
            f"{self.n('unknown')} unknown in the flow (or in several ways) though decided\n"
            f"{self.n('sure')} sure in the flow though not decided "
            f"({self.n_cells - self.n_decided} are not)\n"
            f"{len(self.findings) - self.n('unknown') - self.n('sure')} other differences"
        )


def compare(
    sample: Sample,
    real: Mapping[Combination, Mapping[Place, Worlds]],
    counts: Counts,
) -> None:
    """Add one Dockerfile to the counts."""
    counts.n_files += 1
    flow = told(sample, dict.fromkeys(platform for platform, _ in real))
    for combination, cells in real.items():
        of_flow = flow.get(combination, {})
        for place in {**cells, **of_flow}:
            worlds, seen = cells.get(place), of_flow.get(place)
            kind = judge(seen, worlds)
            if place[2] != ARGV and worlds is not None:
                counts.n_cells += 1
                counts.n_decided += is_decided(worlds)
                counts.n_equal += is_decided(worlds) and not kind
            if kind:
                counts.findings.append(Finding(kind, sample.name, combination, place, seen, worlds))


def judge(seen: Seen | None, worlds: Worlds | None) -> str:
    """What is wrong with what the flow told; empty where nothing is."""
    if worlds is None:
        return "not called"
    if seen is None:
        return "no row"
    if is_decided(worlds):
        (only,) = worlds
        if seen == only:
            return ""
        return "unknown" if "?" in seen or seen > only else "differs"
    shown = {text for one in worlds for text in one}
    return "" if "?" in seen or (len(seen) > 1 and shown - {"?"} <= seen) else "sure"


def shown(findings: Iterable[Finding]) -> list[str]:
    """One line a Dockerfile and place: the first finding, and how many are like it."""
    alike: dict[Any, list[Finding]] = defaultdict(list)
    for finding in findings:
        alike[finding.kind, finding.sample, finding.place].append(finding)
    return [
        f"{len(found)} x {found[0].kind}: {found[0].sample} {found[0].place} in "
        f"{found[0].combination}: told {sorted(found[0].told or ())}, "
        f"really {sorted(map(sorted, found[0].worlds or ()))}"
        for found in alike.values()
    ]


def to_json(real: Mapping[Combination, Mapping[Place, Worlds]]) -> dict[str, Any]:
    """Place -> worlds -> the combinations (a sum of bits in their order) in which it is so."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for combination, cells in real.items():
        bit = 1 << COMBINATIONS.index(combination)
        for place, worlds in cells.items():
            shown = json.dumps(sorted(sorted(seen) for seen in worlds))
            found["\t".join(map(str, place))][shown] += bit
    return {place: found[place] for place in sorted(found)}


def from_json(cells: Mapping[str, Mapping[str, int]]) -> dict[Combination, dict[Place, Worlds]]:
    real: dict[Combination, dict[Place, Worlds]] = {key: {} for key in COMBINATIONS}
    for text, ways in cells.items():
        run_no, site, name = text.split("\t")
        for shown, bits in ways.items():
            worlds = frozenset(frozenset(seen) for seen in json.loads(shown))
            for number, combination in enumerate(COMBINATIONS):
                if bits >> number & 1:
                    real[combination][int(run_no), site, name] = worlds
    return real


@cache
def recorded() -> dict[str, Any]:
    """The recording: name of the Dockerfile -> what `to_json` made."""
    found: dict[str, Any] = json.loads(RECORDING.read_text())
    return found


def write(name: str, cells: dict[str, Any]) -> None:
    """Put one Dockerfile into the recording; those that the corpus does not have go."""
    there = {sample.name for sample in samples()}
    before = json.loads(RECORDING.read_text()) if RECORDING.exists() else {}
    kept = {key: before[key] for key in before if key in there} | {name: cells}
    lines = [
        f"{json.dumps(key)}:{json.dumps(kept[key], separators=(',', ':'))}" for key in sorted(kept)
    ]
    RECORDING.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="Dockerfiles without their suffix; all")
    parser.add_argument("--record", action="store_true", help="write the recording")
    parser.add_argument("--recorded", action="store_true", help="compare with the recording")
    parser.add_argument("--platform", action="append", help="of these only")
    options = parser.parse_args(arguments)
    counts = Counts()
    begun = time.monotonic()
    for sample in samples(options.names):
        if options.recorded:
            real = from_json(recorded()[sample.name])
        else:
            real = probed(sample, options.platform or PLATFORMS)
        if options.record:
            write(sample.name, to_json(real))
        n_before = len(counts.findings)
        compare(sample, real, counts)
        for line in shown(counts.findings[n_before:]):
            print(line, flush=True)
    print(counts.text())
    print(f"{time.monotonic() - begun:.0f} s")
    return int(bool(counts.findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
