"""Two red builds that no finding explains: the same words are the same failure, other words another."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.compare import Comparison, compare

GO = "./main.go:5:27: undefined: ticks"
MACHINE = "/usr/bin/ld: libs.a(s.o): relocation R_X86_64_5 is odd"
END = "collect2: error: ld returned 1 exit status"


def build(said: str) -> Case:
    """A build whose only step fails with that line."""
    end = 'ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2'
    lines = [said, *([END] if said.startswith("/usr/bin/ld") else [])]
    text = "\n".join(
        ["#4 [linux/amd64 build 4/4] RUN make", *(f"#4 0.1 {s}" for s in lines), f"#4 {end}", ""]
    )
    return Case(log=text.encode())


def told(before: str, after: str) -> Comparison:
    return compare(build(before), build(after))


@pytest.mark.parametrize("said", [GO, MACHINE])
def test_the_same_failure_has_not_moved(said):
    """Where only the place in the source is another."""
    same = told(said, said.replace(":5:", ":6:"))
    assert same.result == "unproven"
    assert same.says[0].startswith("it fails as before, with the same words: ")
    assert said.replace(":5:", ":6:").removeprefix("/usr/bin/ld: ") in same.says[0]


def test_another_failure_has():
    """What is complained of is something else."""
    assert told(GO, "./main.go:5:27: undefined: clock").result == "moved"


def test_a_log_that_says_nothing_decides_nothing():
    """Two silent steps that fail are not known to fail otherwise."""
    assert told("working", "working").says[0].startswith("it fails in both, and nothing tells")
    assert told(GO, "working").result == "unproven"
