"""A definition that another platform takes from a source for its machine: told, and never taken for proof."""

from __future__ import annotations

from typing import Any

import pytest

from diag.case import Case
from tests.facts_builder import AMD64, judge
from tests.test_differences import log_of

ARM64 = "linux/arm64"
ENDS = [{"platform": AMD64, "outcome": "linked"}, {"platform": ARM64, "outcome": "failed"}]
UNLISTED = "arch-source-missing-from-list"


def told(there: str = "crc_x86.c.o", here: str = "crc.c.o", name: str = "crc_hw", **more: Any) -> list[Any]:  # fmt: skip
    """What is said where amd64 links with `there`, which defines the name, and arm64 gives `here`."""
    files = {f"amd64/{there}": AMD64, **{f"arm64/{one}": ARM64 for one in here.split()}}
    objects = [{"file": f, "arch": "x86_64" if p == AMD64 else "aarch64"} for f, p in files.items()]
    seen = [{"platform": AMD64, "file": f"amd64/{there}", "name": name, "role": "defined"}]
    wanted = [{"platform": ARM64, "symbol": name, "line_no": 9, "object": "crc.c.o"}]
    frames = {
        "objects": objects,
        "sightings": seen,
        "link_errors": wanted,
        "outcomes": ENDS,
        **more,
    }
    return judge(UNLISTED, platforms=(AMD64, ARM64), platform_of_file=files, **frames)


def test_the_other_platforms_source_and_no_counterpart_are_told():
    """With what decides between a list that lacks one and a guard that is too wide; no claim of either."""
    (found,) = told()
    assert (found.status, found.platform, found.symbol) == ("untestable", ARM64, "crc_hw")
    assert found.claim.startswith("linux/amd64 takes crc_hw from crc_x86, a source for its machine")
    assert found.evidence[0].file == "amd64/crc_x86.c.o"
    assert found.missing[0].how[0] == "git ls-files | grep -iE 'crc[^/]*(aarch64|arm|arm64|neon)'"


@pytest.mark.parametrize(
    "given",
    [
        {"there": "crc_hw.c.o"},  # for any machine: an ordinary object that is left out
        {"there": "crc_neon.c.o"},  # not of the machine that links with it
        {"here": "crc.c.o crc_arm64.c.o"},  # a counterpart, whatever it lacks
        {"outcomes": [{"platform": AMD64, "outcome": "failed"}, ENDS[1]]},
        {"objects": []},
    ],
)
def test_what_tells_nothing_of_this_machine(given):
    """No finding beyond those that a name invites."""
    assert told(**given) == []


def test_quiet_cmake_shows_what_it_builds_on_one_platform_alone():
    """Without a command of either; what CMake says of the compiler that it found is no difference."""
    check = "-- Check for working C compiler: /usr/bin/{}gcc - skipped"
    build = "[ 50%] Building C object CMakeFiles/app.dir/{}.o"
    here = f"{check.format('')}\n{build.format('crc.c')}"
    there = f"{check.format('aarch64-linux-gnu-')}\n{build.format('crc.c')}\n{build.format('src/crc_arm.c')}"
    rows = Case(log=log_of(here, there)).diagnose().platform_differences
    assert [(r.what, list(r.here), list(r.there)) for r in rows.itertuples()] == [
        ("sources", [], ["crc_arm.c"])
    ]
