"""A log without steps tells by its last words that the build failed."""

from __future__ import annotations

import pytest

from diag import investigate

COMPILE = "gcc -c a.c\na.c:3:10: fatal error: zlib.h: No such file or directory\ncompilation terminated.\n"


def outcome(text: str) -> tuple[str, int]:
    """How the build of the only platform ended, and the line that tells."""
    verdict = investigate(log=text.encode(), platforms="linux/amd64").verdict
    row = verdict.outcomes.fillna({"line_no": 0}).iloc[0]
    return row["outcome"], int(row["line_no"])


@pytest.mark.parametrize(
    "end",
    [
        "make: *** [Makefile:3: a.o] Error 1\n",
        "ninja: build stopped: subcommand failed.\n",
        "error: could not compile `a` (bin) due to 1 previous error\n",
        "##[error]Process completed with exit code 2.\nPost job cleanup.\n",
    ],
)
def test_the_last_words_tell_of_a_failure(end):
    assert outcome(COMPILE + end) == ("failed", 4)


@pytest.mark.parametrize(
    "end",
    [
        "make: [Makefile:3: a.o] Error 1 (ignored)\n",
        "make[1]: *** [Makefile:3: a.o] Error 1\n",
        "make: *** [Makefile:3: a.o] Error 1\n[100%] Built target a\n",
        "make: Nothing to be done for 'all'.\n",
    ],
)
def test_a_failure_that_was_passed_over_is_none(end):
    assert outcome(COMPILE + end)[0] != "failed"
