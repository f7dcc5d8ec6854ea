"""The notebook of any case: what it is filled with, what it shows, and what it never shows."""

from __future__ import annotations

import pytest

import diag

LOG = """
#1 [builder 2/2] RUN cc main.o
#1 0.100 /usr/bin/ld: main.o: in function `main':
#1 0.101 main.c:(.text+0x5): undefined reference to `frobnicate'
#1 ERROR: process "/bin/sh -c cc main.o" did not complete successfully: exit code: 1
"""
DOCKERFILE = """
FROM debian
ARG TARGETARCH
RUN make CFLAGS=-O2
"""


def test_a_text_of_several_lines_is_a_log() -> None:
    """Pasted between triple quotes; its lines are counted as they stand below the quotes."""
    (error,) = diag.Case(log=LOG).link_errors.to_dict("records")
    assert (error["symbol"], error["line_no"]) == ("frobnicate", 3)
    assert error["file"] == "<pasted>"


@pytest.mark.parametrize("log", [{"linux/arm64": LOG}, [LOG]])
def test_a_text_may_stand_wherever_a_path_may(log: object) -> None:
    """For one platform, or one among several logs."""
    assert list(diag.Case(log=log).link_errors["symbol"]) == ["frobnicate"]


def test_a_text_of_several_lines_is_a_dockerfile() -> None:
    """Its instructions and its environment are read."""
    case = diag.Case(dockerfile=DOCKERFILE)
    assert list(case.instructions["instruction"]) == ["FROM", "ARG", "RUN"]
    assert set(case.env["file"]) == {"Dockerfile"} == {case.inputs.dockerfile}


def test_a_word_is_a_path() -> None:
    """A path that does not exist stays an error."""
    assert "does not exist" in diag.Case(dockerfile="no/Dockerfile").errors["reason"].iloc[0]
