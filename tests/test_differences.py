"""Commands and words of a platform that failed, beside those of one that built from the same log."""

from __future__ import annotations

from functools import cache

import pytest

from diag.case import Case
from diag.show.differences import df_differences
from diag.show.outline import outline
from diag.verdict import Verdict, diagnose
from tests.test_schemas import refuse

AMD64 = """gcc -O2 -mavx2 -DHAVE_AVX=1 -I/usr/include/x86_64-linux-gnu -MMD -MF a.d -c -o a.o a.c
gcc -O2 -mavx2 -DHAVE_AVX=1 -c -o b.o b.c
configure: WARNING: nasm not found, assembly is disabled
gcc -O2 -c -o only.o only.c
gcc -static -o app a.o b.o only.o -lz"""
ARM64 = """aarch64-linux-gnu-gcc -O3 -march=armv8-a -I/usr/include/aarch64-linux-gnu -c -o a.o a.c
aarch64-linux-gnu-gcc -O3 -c -o b.o b.c
aarch64-linux-gnu-gcc -O2 -c -o row.o row.c
aarch64-linux-gnu-gcc -o app a.o b.o row.o -lz"""
FAILURE = """/usr/bin/ld: a.o: in function `all':
a.c:(.text+0x1a): undefined reference to `row'
warning: this came after the failure
collect2: error: ld returned 1 exit status"""


def log_of(amd64: str, arm64: str, end: str = "DONE 0.6s", failure: str = FAILURE) -> bytes:
    """A log of BuildKit in which amd64 fails."""
    lines = ["#7 [linux/amd64 build 4/4] RUN make V=1"]
    lines += [f"#7 0.1 {line}" for line in f"{amd64}\n{failure}".split("\n")]
    lines += ['#7 ERROR: process "/bin/sh -c make V=1" did not complete successfully: exit code: 2']
    lines += ["#8 [linux/arm64 build 4/4] RUN make V=1"]
    lines += [f"#8 0.2 {line}" for line in arm64.split("\n")]
    return "\n".join([*lines, f"#8 {end}", ""]).encode()


@cache
def verdict_of(*parts: str) -> Verdict:
    return diagnose(Case(log=log_of(*parts)))


def told(verdict: Verdict) -> list[str]:
    """The sentences of every difference."""
    return df_differences(verdict, is_whole=True)["what differs"].tolist()


def test_what_each_platform_does_alone():
    """Sources with the same flags are one row; folders, dependency files and what only names the
    machine are none, nor is what was said after the failure."""
    verdict = verdict_of(AMD64, ARM64)
    assert told(verdict) == [
        "only linux/amd64 is told: configure: WARNING: nasm not found, assembly is disabled",
        "link of app: only linux/amd64 names only.o; only linux/arm64 names row.o",
        "link of app: only linux/amd64 has -static",
        "only linux/amd64 compiles only.c; only linux/arm64 compiles row.c",
        "compile of a.c and b.c: only linux/amd64 has -O2, -mavx2 and -DHAVE_AVX=1; "
        "only linux/arm64 has -O3",
    ]


def test_each_difference_has_its_places():
    """Both lines can be looked up; where one side has no line, the other's stands alone."""
    verdict = verdict_of(AMD64, ARM64)
    lines = log_of(AMD64, ARM64).decode().split("\n")
    for row in verdict.platform_differences.itertuples():
        for words, number in ((row.here, row.line_no), (row.there, row.other_line_no)):
            shown = lines[int(number) - 1] if words else ""
            assert all(word in shown for word in words)
    assert verdict.platform_differences["other_line_no"].isna().sum() == 1  # what was said
    assert refuse("investigate", verdict.to_json()) == []


@pytest.mark.parametrize("end", ["CANCELED", 'ERROR: process "/bin/sh -c make" did not complete'])
def test_a_platform_that_did_not_build_is_no_model(end):
    """Canceled or failed: what it did alone may be its own fault."""
    assert told(verdict_of(AMD64, ARM64, end)) == []


def test_a_log_that_hides_the_commands_of_one_platform():
    """Where none of the other's compiles are shown, that one compiles more says nothing."""
    assert told(verdict_of(AMD64, "aarch64-linux-gnu-gcc -static -o app a.o b.o only.o -lz")) == [
        "only linux/amd64 is told: configure: WARNING: nasm not found, assembly is disabled"
    ]


def test_what_both_are_told_is_no_difference():
    """Numbers, hashes and the machine's name apart."""
    here = "warning: x86_64 build 12: nasm not found"
    there = "warning: aarch64 build 7: nasm not found"
    assert told(verdict_of(here, there)) == []


def test_screens_show_it_where_the_failure_is_not_explained():
    """Evidence says it better where there is some; the frame keeps it all the same."""
    open_one = verdict_of(AMD64, ARM64)
    assert "differences" in [part.name for part in outline(open_one)]
    killed = "collect2: fatal error: ld terminated with signal 9 [Killed]"
    explained = verdict_of(AMD64, ARM64, "DONE 0.6s", killed)
    assert explained.cause == "linker-oom-killed"
    assert "differences" not in [part.name for part in outline(explained)]
    assert len(explained.platform_differences)


def test_many_differences_are_cut():
    """No flood of rows, sources or words."""
    many = "\n".join(f"gcc -O2 -DN{n}=1 -c -o f{n}.o f{n}.c" for n in range(60))
    plain = "\n".join(f"aarch64-linux-gnu-gcc -O2 -c -o f{n}.o f{n}.c" for n in range(60))
    frame = verdict_of(many, plain).platform_differences
    assert len(frame) == 12
    assert max(map(len, frame["here"])) <= 12
