"""What a change did to the build itself, from logs: platforms and steps that are not there any more,
exit statuses thrown away, switches that let a failure pass."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.causes.facts import Facts, Symbol
from diag.compare import compare
from diag.compare_build import (
    _swallowers,
    from_cache,
    newly_swallows,
    not_in_after,
    step_changed,
    steps_gone,
    swallowed,
)
from diag.compare_masks import added_mask, permitted
from diag.gather import gather_facts
from diag.show.comparison_words import found_words

LINK = "gcc -o app main.o worker.o"
OPEN = (
    "/usr/bin/ld: main.o: in function `main':",
    "main.c:(.text+0x16): undefined reference to `lease'",
    "collect2: error: ld returned 1 exit status",
)
AMD, ARM, V7 = "linux/amd64", "linux/arm64", "linux/arm/v7"
FAILED = 'ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2'
DONE = "DONE 1.0s"


def steps(*told: tuple[str, str, tuple[str, ...], str]) -> bytes:
    """A BuildKit log: (platform, command, what it printed, how it ended)."""
    text = '#0 building with "default" instance using docker driver\n\n'
    n_of: dict[str, int] = {}
    total = {platform: [p for p, *_ in told].count(platform) + 1 for platform, *_ in told}
    for number, (platform, command, lines, end) in enumerate(told, 2):
        n_of[platform] = n_of.get(platform, 1) + 1
        text += f"#{number} [{platform} {n_of[platform]}/{total[platform]}] RUN {command}\n"
        text += "".join(f"#{number} 0.{n}00 {line}\n" for n, line in enumerate(lines, 1))
        text += f"#{number} {end}\n\n"
    return text.encode()


FAILED = 'ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2'
DONE, AMD = "DONE 1.0s", "linux/amd64"


def facts(*told: tuple[str, str, tuple[str, ...], str]) -> Facts:
    """What a log of these steps shows, not judged."""
    return gather_facts(Case(log=steps(*told)))


BAD, GOOD = (AMD, "make", OPEN, FAILED), (AMD, "make", (), DONE)
ARM_BAD, ARM_GOOD = (ARM, "make", OPEN, FAILED), (ARM, "make", (), DONE)


@pytest.fixture(scope="module")
def bad() -> Facts:
    """The link fails."""
    return facts(BAD)


def test_a_platform_that_is_no_longer_built_is_told():
    """It was sound before, and what failed is not in question: the whole is no cure."""
    found = compare(Case(log=steps(BAD, ARM_GOOD)), Case(log=steps(GOOD)))
    assert found.result == "unproven"
    text = "linux/arm64, which was sound in BEFORE, is not in AFTER: AFTER builds linux/amd64 alone"
    assert text in found_words(found)
    gone = not_in_after(facts(GOOD, ARM_BAD), facts(GOOD), ARM)
    assert gone is not None
    assert "linux/arm64, which failed in BEFORE" in gone.says[0]
    assert [item.line_no for item in gone.evidence] == [6, 3]


def test_an_exit_status_that_was_thrown_away_is_told(bad):
    """The linker failed and the step ended well; or the words came that make it so."""
    lost = facts((AMD, "make || true", OPEN, DONE))
    text = swallowed(lost, AMD, {}).says[0]
    assert "the linker failed, and its step ended well: `|| true` throws the exit status" in text
    assert swallowed(bad, AMD, {}).says == ()
    assert "the case says that it linked" in swallowed(bad, AMD, {AMD: (True, "case.toml")}).says[0]
    assert "`|| true` throws an exit status away now" in newly_swallows(bad, lost, AMD).says[0]
    assert newly_swallows(lost, lost, AMD).says == newly_swallows(bad, bad, AMD).says == ()


@pytest.mark.parametrize("words", ["set +e; make", "make -k all", "make | tee log", "make; true"])
def test_other_ways_to_lose_an_exit_status(words):
    """As shells and make have them."""
    assert list(_swallowers([words]))
    assert not list(_swallowers(["make -j8 all && ./set-up -e", "set -o pipefail; make | tee log"]))


def test_a_step_that_is_gone_or_came_from_a_cache_is_told(bad):
    """The check that failed is not there any more; the step that failed was not run, or was edited."""
    check = (AMD, "./app --selftest", ("Illegal instruction",), FAILED)
    text = steps_gone(facts(GOOD, check), facts(GOOD), AMD).says[0]
    assert text == "the step `./app --selftest`, which failed in BEFORE, is not in AFTER"
    assert "came from a cache" in from_cache(bad, facts((AMD, "make", (), "CACHED")), AMD).says[0]
    edited = step_changed(bad, facts((AMD, "make LEASE=0", (), DONE)), AMD)
    assert edited.says == ("the step `make` reads with LEASE=0 now",)


def test_that_other_steps_end_well_cures_no_step_that_is_gone():
    """A link was killed; after, only an unrelated step is there and ends well."""
    text = "collect2: fatal error: ld terminated with signal 9 [Killed]"
    killed = Case(log=steps((AMD, "make all", (text,), FAILED)))
    assert compare(killed, Case(log=steps((AMD, "echo hello", (), DONE)))).result == "unproven"
    assert compare(killed, Case(log=steps((AMD, "make all", (), DONE)))).result == "cured"


def test_a_switch_that_lets_a_mismatch_pass_is_a_mask():
    """The inputs are what they were."""
    line = "arm-linux-gnueabihf-gcc -o app main.o mix.o"
    text = "ld: error: app uses VFP register arguments, mix.o does not"
    old = facts((V7, "make", (line, text, OPEN[2]), FAILED))
    for switch, is_mask in (("-Wl,--no-warn-mismatch", True), ("-Wl,-O1", False)):
        new = facts((V7, "make", (f"{line} {switch}",), DONE))
        assert (permitted(old, new, V7) is not None) == is_mask


def test_a_name_that_is_wrapped_is_hidden(bad):
    """--wrap gives its references to another function; that of another name does not."""
    for name, is_mask in (("lease", True), ("lease_other", False)):
        new = facts((AMD, "make", (f"{LINK} -Wl,--wrap={name}",), DONE))
        assert (added_mask(bad, new, AMD, [Symbol("lease", AMD)]) is not None) == is_mask
