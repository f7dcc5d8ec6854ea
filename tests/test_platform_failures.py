"""Whose failure is told: no platform is credited with another's, and none that failed vanishes."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.show.sentences import headline

LINK = """#9 [linux/arm64 build 4/5] RUN make
#9 0.912 gcc -o app main.o crc.o -lz
#9 1.020 /usr/bin/ld: main.o: in function `main':
#9 1.020 main.c:(.text.startup+0x24): undefined reference to `helper'
#9 1.020 collect2: error: ld returned 1 exit status
#9 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2
"""
FETCH = """#10 [linux/amd64 build 3/5] RUN fetch x
#10 0.5 ERROR: not found
#10 ERROR: process "/bin/sh -c fetch x" did not complete successfully: exit code: 1
"""
DONE = "#7 [linux/arm64 build 3/5] RUN fetch x\n#7 DONE 2.0s\n"
STEP = "linux/amd64 failed in step `[linux/amd64 build 3/5] RUN fetch x` (exit 1)"


@pytest.mark.parametrize("log", [LINK + FETCH, DONE + FETCH + LINK])
def test_only_platforms_with_link_errors_fail_at_the_link(log):
    """The other platform failed before it linked: told with its step, in the table too."""
    verdict = Case(log=log.encode()).diagnose()
    assert "The link fails on linux/arm64: undefined symbol `helper`" in headline(verdict)
    assert STEP in headline(verdict)
    ends = verdict.outcomes
    assert set(ends["platform"]) == {"linux/amd64", "linux/arm64"}
    assert set(ends["outcome"]) == {"failed"}


def test_a_failed_platform_of_a_log_given_for_another_is_kept():
    """`--log linux/arm64=LOG` where the log holds an ERROR of linux/amd64 as well."""
    case = Case(log={"linux/arm64": (LINK + FETCH).encode()})
    assert case.platforms == ("linux/amd64", "linux/arm64")
    assert STEP in headline(case.diagnose())


def test_a_platform_that_is_asked_for_is_not_credited_with_the_error_of_another():
    """With `platforms`, the error keeps the platform that its own row names."""
    verdict = Case(log=(LINK + DONE).encode(), platforms=["linux/amd64"]).diagnose()
    assert "The link fails on linux/arm64:" in headline(verdict)


def test_a_log_that_is_cut_off_is_not_called_canceled():
    """Only the log's CANCELED says that somebody stopped the step."""
    cut = "#9 [linux/arm64 build 4/5] RUN make\n"
    assert list(Case(log=cut.encode()).diagnose().outcomes["outcome"]) == ["unknown"]
    stopped = Case(log=f"{cut}#9 CANCELED\n".encode()).diagnose()
    assert list(stopped.outcomes["outcome"]) == ["canceled"]
