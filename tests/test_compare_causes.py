"""What a change did to causes that are about no undefined symbol, from logs as builders print them."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.compare import compare

HEAD = '#0 building with "default" instance using docker driver\n\n'
STEP = "#7 [linux/amd64 builder 1/1] RUN make\n"
KILLED = "#7 1.0 collect2: fatal error: ld terminated with signal 9 [Killed]\n"
FAILED = '#7 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2\n'
FULL = "#7 1.0 /usr/bin/ld: final link failed: No space left on device\n"
DONE, CACHED = "#7 1.0 ok\n#7 DONE 1.1s\n", "#7 CACHED\n"
DOUBLE = (
    "#7 1.0 /usr/bin/ld: b.o: in function `f':\n#7 1.0 b.c:(.text+0x0): multiple definition of `f'; "
    "a.o:a.c:(.text+0x0): first defined here\n#7 1.0 collect2: error: ld returned 1 exit status\n"
)


def case(*parts: str) -> Case:
    """A build whose log holds one step."""
    return Case(log=(HEAD + STEP + "".join(parts)).encode())


def result(before: Case, after: Case, reverted: Case | None = None) -> tuple[str, str | None]:
    found = compare(before, after, reverted)
    return found.result, found.by


def test_a_killed_link_is_cured_by_a_step_that_ran_to_its_end():
    """Nothing was wrong with the inputs: the step itself is the proof."""
    assert result(case(KILLED, FAILED), case(DONE)) == ("cured", None)


def test_a_step_from_the_cache_proves_nothing():
    """The green log shows no link at all."""
    assert result(case(KILLED, FAILED), case(CACHED)) == ("unproven", None)


def test_the_same_end_is_no_move_and_another_is():
    """Killed again: nothing has changed. A full disk instead: it fails otherwise."""
    assert result(case(KILLED, FAILED), case(KILLED, FAILED)) == ("unproven", None)
    assert result(case(KILLED, FAILED), case(FULL, FAILED)) == ("moved", "disk-full")


def test_a_kill_counts_as_cured_only_if_it_comes_back_without_the_change():
    """The reverted build decides, for causes without a symbol too."""
    before, after = case(KILLED, FAILED), case(DONE)
    assert result(before, after, case(KILLED, FAILED))[0] == "cured"
    assert result(before, after, case(DONE))[0] == "unproven"


def test_a_green_log_is_no_proof_for_a_failure_about_a_symbol():
    """Two definitions: without objects nobody sees that one is gone."""
    assert result(case(DOUBLE, FAILED), case(DONE))[0] == "unproven"


@pytest.mark.parametrize("broken", [KILLED, FULL, DOUBLE])
def test_what_was_sound_and_fails_is_worse(broken):
    """For any kind of cause."""
    assert result(case(DONE), case(broken, FAILED))[0] == "worse"
