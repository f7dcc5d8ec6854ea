"""The Dockerfiles of the corpus, and what their commands received in each world that was probed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from diag.flow.names_of_interest import names_of_interest
from diag.flow.scopes import run_contexts
from diag.flow.tool_names import TEXT_TOOLS
from diag.probe import SHELLS, World, probe_env
from diag.probe.worlds import ALL
from diag.read.dockerfile import parse_dockerfile

FOLDER = Path(__file__).parent / "dockerfiles/flow"
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
        if NO_WAY in text_of(row["condition"]) or row["command"] in NUMBERS:
            continue  # not reached; or outside text that was run
        cells = found[row["platform"], row["shell"]]
        for place, text in facts_of(row):
            cells[place].add(text)
    return {key: {p: frozenset(s) for p, s in cells.items()} for key, cells in found.items()}


def facts_of(row: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """What a row of flow or probe tells: of its variable, and of the arguments."""
    first, second = [*row["argv_text"].split(" "), ""][:2]
    is_word = re.fullmatch(r"[a-z][a-z-]*", second) is not None
    site = f"{row['command']} {second}" if is_word and first else row["command"]
    status = "unknown" if "<unknown>" in row["argv_text"] else "set"
    yield (row["run_no"], site, row["name"]), fact(row["status"], row["value"])
    yield (row["run_no"], site, ARGV), fact(status, row["argv_text"].partition(" ")[2])


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""
