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
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from diag.flow.file_store import FileStore
from diag.flow.interpret import interpret
from diag.flow.names_of_interest import names_of_interest
from diag.flow.rows import rows_of
from diag.flow.scopes import DEFAULT_SHELL, run_contexts
from diag.flow.tool_names import TEXT_TOOLS
from diag.probe import SHELLS, World, probe_env
from diag.probe.worlds import ALL
from diag.read.dockerfile import parse_dockerfile

FOLDER = Path(__file__).parent / "dockerfiles/flow"
RECORDING = FOLDER / "probed.json"
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64")
COMBINATIONS = [(platform, shell) for platform in PLATFORMS for shell in SHELLS]

TEXT = frozenset([
    "awk", "basename", "cat", "chgrp", "chmod", "chown", "cp", "cut", "dirname", "expr", "grep", "egrep",
    "fgrep", "head", "ln", "mkdir", "mv", "rev", "rm", "rmdir", "sed", "seq", "sleep", "sort", "sync",
    "tac", "tail", "tee", "touch", "tr", "uniq", "wc",
])  # fmt: skip
OUTSIDE_TOOLS = TEXT_TOOLS - TEXT
# Outside text begins so, and sets every variable where it is evaluated or sourced.
OTHER_TEXT = "true 7.81 beta\ntrue x86\n"
NUMBERS = ("7", "12")
KEPT_NAMES = frozenset({"PATH", "IFS", "HOME", "PWD"})
BASE_VALUE = "of the base image"
ARGV = "(arguments)"  # stands among the variables: what the command is called with
NO_WAY = "the build stops before"

Place = tuple[int, str, str]  # run_no, command and its first word, variable
Seen = frozenset[str]  # what a command received, each as `fact` writes it
Worlds = frozenset[Seen]  # the different ways of the worlds
Combination = tuple[str, str]  # platform, shell


# --- the corpus ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """One Dockerfile and what its first comments tell."""

    name: str
    content: bytes
    told: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def outside(self) -> dict[str, str]:
        return dict.fromkeys(self.told.get("outside", ()), self.other_text)

    @property
    def other_text(self) -> str:
        names = names_of_interest(parse_dockerfile(self.content, "Dockerfile"))
        lines = [f"export {name}=outside\n" for name in names if name not in KEPT_NAMES]
        words = " ".join(re.findall(r"[\w./=-]+", self.content.decode()))
        return f"{OTHER_TEXT}{''.join(lines)}# {words}\n"

    @property
    def options(self) -> dict[str, dict[str, str]]:
        """Build arguments and base environment."""
        keys = {"build_args": "build-arg", "base_env": "base-env"}
        return {
            option: dict(pair.split("=", 1) for pair in self.told.get(key, ()))
            for option, key in keys.items()
        }


def samples(names: Iterable[str] = ()) -> list[Sample]:
    """The Dockerfiles of the corpus, or those of these names."""
    wanted = set(names)
    paths = sorted(FOLDER.glob("*.Dockerfile"))
    return [_sample(path) for path in paths if not wanted or path.stem in wanted]


def _sample(path: Path) -> Sample:
    told: dict[str, list[str]] = defaultdict(list)
    content = path.read_bytes()
    for line in content.decode().splitlines():
        found = re.match(r"# (outside|build-arg|base-env): (.*)", line)
        if found:
            told[found[1]] += found[2].split() if found[1] == "outside" else [found[2]]
    return Sample(path.stem, content, told)


# --- reality ------------------------------------------------------------------------------------


def fact(status: str, value: Any) -> str:
    """Status and value as one text: `=text`, `-` for unset, `?` for unknown."""
    return {"unset": "-", "unknown": "?"}.get(status, f"={value}")


def is_decided(worlds: Worlds) -> bool:
    """Whether all worlds hand over the same known values."""
    return len(worlds) == 1 and "?" not in next(iter(worlds))


def probed(
    sample: Sample, platforms: Iterable[str] = PLATFORMS, shells: Iterable[str] = SHELLS
) -> dict[Combination, dict[Place, Worlds]]:
    """What each command received in each world."""
    alike = _alike(sample, platforms)
    platforms, shells = list(alike), list(shells)

    def run(world: World) -> pd.DataFrame:
        return probe_env(
            sample.content, platforms=platforms, shells=shells, world=world, **sample.options
        )

    first = run(World(outside_tools=OUTSIDE_TOOLS))
    words = set(re.findall(r"\w+", sample.content.decode()))
    names = {*first["command"].unique(), *(OUTSIDE_TOOLS & words)}
    found: dict[Combination, dict[Place, set[Seen]]] = defaultdict(lambda: defaultdict(set))
    for frame in (first, *map(run, _other_worlds(sample, sorted(names)))):
        for combination, cells in _cells(frame).items():
            for place, seen in cells.items():
                found[combination][place].add(seen)
    return {
        (platform, shell): {place: frozenset(worlds) for place, worlds in cells.items()}
        for (first_platform, shell), cells in found.items()
        for platform in alike[first_platform]
    }


def _alike(sample: Sample, platforms: Iterable[str]) -> dict[str, list[str]]:
    """The first platform of each group for which the shells are given the very same."""
    instructions = parse_dockerfile(sample.content, "Dockerfile")
    asks = re.search(rb"uname|arch\b|dpkg", sample.content) is not None
    groups: dict[Any, list[str]] = defaultdict(list)
    for platform in platforms:
        contexts = run_contexts(instructions, platform=platform, **sample.options)
        given = [replace(context, platform="", run_platform="") for context in contexts]
        groups[platform if asks else repr(given)].append(platform)
    return {group[0]: group for group in groups.values()}


def _other_worlds(sample: Sample, names: Iterable[str]) -> Iterator[World]:
    there = World(
        output="", files=sample.outside, file_text=sample.other_text, base_env=None,
        writes=True, outside_tools=OUTSIDE_TOOLS,
    )  # fmt: skip
    yield there
    for number in NUMBERS:
        yield replace(there, output=f"{number}\n", writes=False)
    yield replace(
        there, output=sample.other_text, failing=frozenset({ALL}), files={}, file_text=None,
        base_env=BASE_VALUE,
    )  # fmt: skip
    names = list(names)
    for name in names if len(names) > 1 else ():
        yield replace(there, output=sample.other_text, failing=frozenset({name}))


def _cells(frame: pd.DataFrame) -> dict[Combination, dict[Place, Seen]]:
    found: dict[Combination, dict[Place, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in frame.to_dict("records"):
        if NO_WAY in _text(row["condition"]) or row["command"] in NUMBERS:
            continue  # not reached; or outside text that was run
        cells = found[row["platform"], row["shell"]]
        for place, text in _facts(row):
            cells[place].add(text)
    return {key: {p: frozenset(s) for p, s in cells.items()} for key, cells in found.items()}


def _facts(row: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """What a row of flow or probe tells: of its variable, and of the arguments."""
    first, second = [*row["argv_text"].split(" "), ""][:2]
    is_word = re.fullmatch(r"[a-z][a-z-]*", second) is not None
    site = f"{row['command']} {second}" if is_word and first else row["command"]
    status = "unknown" if "<unknown>" in row["argv_text"] else "set"
    yield (row["run_no"], site, row["name"]), fact(row["status"], row["value"])
    yield (row["run_no"], site, ARGV), fact(status, row["argv_text"].partition(" ")[2])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# --- the flow -----------------------------------------------------------------------------------

_TITLES = {"dash": "dash", "bash-posix": "bash", "busybox-ash": "busybox ash"}
_SHELL_IS = re.compile(r"(?:^|; )sh is (?P<titles>[a-z0-9. ]+?)(?=;|$)")


def told(
    sample: Sample, platforms: Iterable[str] = PLATFORMS
) -> dict[Combination, dict[Place, Seen]]:
    """What the flow says of each command: all its ways together.

    For bash (not as sh) the flow is asked with SHELL bash; for the others, with sh and whatever
    it says of them.
    """
    found: dict[Combination, dict[Place, set[str]]] = defaultdict(lambda: defaultdict(set))
    for platform in platforms:
        for row in _rows(sample, platform, DEFAULT_SHELL):
            for shell in _TITLES:
                if _speaks_of(_text(row["condition"]), _TITLES[shell]):
                    _add(found[platform, shell], row)
        for row in _rows(sample, platform, ("bash", "-c")):
            if _speaks_of(_text(row["condition"]), "bash"):
                _add(found[platform, "bash"], row)
    return {key: {p: frozenset(s) for p, s in cells.items()} for key, cells in found.items()}


def _add(cells: dict[Place, set[str]], row: Mapping[str, Any]) -> None:
    for place, text in _facts(row):
        cells[place].add(text)


def _speaks_of(condition: str, title: str) -> bool:
    if NO_WAY in condition:
        return False
    return all(title in found["titles"].split(" or ") for found in _SHELL_IS.finditer(condition))


def _rows(sample: Sample, platform: str, sh: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    instructions = parse_dockerfile(sample.content, "Dockerfile")
    names = names_of_interest(instructions)
    store = FileStore()
    for context in run_contexts(instructions, platform=platform, **sample.options):
        if context.shell[:1] == DEFAULT_SHELL[:1]:
            context = replace(context, shell=(*sh[:-1], *context.shell[1:]))
        events = interpret(context, store, names)
        yield from rows_of(context, events, names, store.holes, with_toolchain=False)


# --- the two side by side -----------------------------------------------------------------------


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


# --- the recording ------------------------------------------------------------------------------


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
