"""The order of findings: what a reader tries first stands first."""

from __future__ import annotations

import diag
from diag.causes import CATALOGUE
from diag.show.deciding import what_would_decide

LOG = b"""[100%] Linking C executable app
/usr/bin/arm-linux-gnueabi-ld: main.o: in function `main':
main.c:(.text+0x24): undefined reference to `__atomic_fetch_add_8'
collect2: error: ld returned 1 exit status
"""


def opened() -> list[str]:
    """The open explanations of the log alone, in order."""
    verdict = diag.Case(log=LOG, platforms=["linux/arm/v7"]).diagnose()
    return [f.cause for f in verdict.findings if f.status == "untestable" and f.role == "cause"]


def test_the_exact_explanation_stands_before_what_yields_to_it() -> None:
    """A name of libatomic is first of all a library not named, then a question of order or of a
    forgotten object; that nothing is known comes last."""
    found = opened()
    assert found[0] == "libatomic-missing-wide"
    assert found[-1] == "definition-not-found"
    for cause in found:
        for exact in {*CATALOGUE[cause].yields_to} & {*found}:
            is_mutual = cause in CATALOGUE[exact].yields_to
            assert is_mutual or found.index(exact) < found.index(cause), (cause, exact)


def test_the_artefact_of_the_first_explanation_is_asked_for_first() -> None:
    """Not the one that most explanations wait for."""
    verdict = diag.Case(log=LOG, platforms=["linux/arm/v7"]).diagnose()
    first = what_would_decide(verdict)[0]
    assert first.groups[0].first.cause == opened()[0]
