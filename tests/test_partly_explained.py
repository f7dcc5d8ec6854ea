"""A red build with several faults: what no finding explains is said beside what one does."""

from __future__ import annotations

from functools import cache

import pytest

from diag.case import Case
from diag.show.deciding import what_is_refuted
from diag.show.failure_words import left_open
from diag.show.outline import outline
from diag.show.sentences import answer, headline, outcome_words
from diag.verdict import Verdict, diagnose
from tests.test_ci_annotations import ROOTS, annotation_lines, places

ATOMIC = """gcc -o app counter.o io.o
/usr/bin/ld: counter.o: in function `bump':
counter.c:(.text+0x14): undefined reference to `__atomic_store_16'"""
CXX = "/usr/bin/ld: main.cc:(.text+0x12): undefined reference to `fixup(int)'"
END = "collect2: error: ld returned 1 exit status"
ASM = "io.c:47:3: error: impossible constraint in 'asm'"


@cache
def verdict_of(*platforms: tuple[str, str]) -> Verdict:
    """Of a BuildKit log in which every platform fails with these lines."""
    lines = []
    for number, (platform, said) in enumerate(platforms, 4):
        lines.append(f"#{number} [{platform} build 4/4] RUN make")
        lines += [f"#{number} 0.1 {line}" for line in said.split("\n")]
        lines.append(f'#{number} ERROR: process "/bin/sh -c make" did not complete: exit code: 2')
    return diagnose(Case(log="\n".join([*lines, ""]).encode()))


@pytest.fixture(scope="module")
def two_platforms() -> Verdict:
    return verdict_of(("linux/amd64", f"{ATOMIC}\n{END}"), ("linux/arm64", ASM))


def test_a_platform_that_nothing_explains(two_platforms):
    """The other one's explanation is no explanation of this one."""
    assert two_platforms.cause == "libatomic-missing-wide"
    assert outcome_words(two_platforms) == "failure partly explained"
    assert headline(two_platforms).endswith("Not explained: linux/arm64.")
    assert answer(two_platforms)[1].endswith("; not explained: linux/arm64.")


def test_its_own_complaint_is_shown(two_platforms):
    """By every display that has the parts of the outline, and in CI."""
    (one,) = next(part.items for part in outline(two_platforms) if part.name == "complaints")
    assert (one.platforms, one.evidence[0].text) == (("linux/arm64",), ASM)
    told = "\n".join(annotation_lines(places(two_platforms), ROOTS))
    assert "::warning title=failure partly explained::Nothing explains it: linux/arm64." in told
    assert "impossible constraint" in told


def test_a_symbol_that_nothing_explains():
    """Two faults of one link: the one that is left is named with its platform."""
    verdict = verdict_of(("linux/amd64", f"{ATOMIC}\n{CXX}\n{END}"))
    assert list(map(str, left_open(verdict))) == ["`fixup(int)` on linux/amd64"]
    assert "Not explained: `fixup(int)` on linux/amd64." in headline(verdict)


def test_one_explanation_of_all_platforms_leaves_nothing():
    """Each platform that it holds for is named."""
    both = [(name, f"{ATOMIC}\n{END}") for name in ("linux/amd64", "linux/arm64")]
    verdict = verdict_of(*both)
    assert left_open(verdict) == []
    assert outcome_words(verdict) == "failure explained"
    assert headline(verdict).startswith("libatomic-missing-wide on linux/amd64 and linux/arm64: ")


def test_a_cause_of_the_whole_link_explains_every_symbol():
    """A linker that was killed leaves no name open."""
    killed = f"{CXX}\ncollect2: fatal error: ld terminated with signal 9 [Killed]"
    verdict = verdict_of(("linux/amd64", killed))
    assert verdict.cause == "linker-oom-killed"
    assert left_open(verdict) == []


def test_each_complaint_is_said_of_its_own_platform():
    """Two failures that nothing explains: neither is told in the words of the other."""
    verdict = verdict_of(("linux/amd64", "make: *** [a.o] Error 1"), ("linux/arm64", ASM))
    told = headline(verdict)
    assert "RUN make` (exit 2): `io.c:47:3: error: impossible constraint in 'asm'`" in told
    assert "linux/amd64 failed in step" in told


def test_a_symbol_of_one_platform_is_not_said_of_all():
    """The first symbol of several links is wanted by one of them."""
    first = "/usr/bin/ld: a.o: in function `f':\na.c:(.text+0x1): undefined reference to `one'"
    then = first.replace("`one'", "`two'")
    verdict = verdict_of(("linux/amd64", f"{first}\n{END}"), ("linux/arm64", f"{then}\n{END}"))
    assert "on linux/amd64 and linux/arm64: undefined symbol `one` (linux/amd64) and 1 more" in headline(verdict)  # fmt: skip


def test_what_is_refuted_here_and_open_there_names_the_platforms():
    """The same explanation cannot stand refuted and open side by side without its place."""
    both = f"{ATOMIC}\n{CXX}\n{END}"
    verdict = verdict_of(("linux/amd64", f"{ATOMIC}\n{END}"), ("linux/arm64", both))
    open_ones = {f.cause for f in verdict.findings if f.status == "untestable"}
    told = [one for one in what_is_refuted(verdict) if one.by]
    for one in told:
        assert ({g.first.cause for g in one.groups} <= open_ones) == bool(one.platforms)
    assert any(one.reason.startswith("explains it on linux/") for one in told)
