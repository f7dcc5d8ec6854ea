"""`diag` as one types it, in this process: how it ended; and a small build that fails to link.

The fixture `at_prompt` of conftest.py runs a command; a file of tests puts it into its own folder.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from diag import cli

SYMBOL = "blend_rows_avx512"
# What an environment says of colours and widths.
COLOURS = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "TERM",
    "COLORTERM",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
)
LOG = f"""\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#5 [linux/amd64 builder 2/2] RUN case "amd64" in     amd64) export CFLAGS=-O2 ;;     esac &&     make all
#5 0.100 CFLAGS=-O2
#5 0.200 logged in with hunter22-and-more
#5 0.300 cc -o paint paint.o -lm
#5 0.400 /usr/bin/ld: paint.o: in function `blend':
#5 0.400 paint.c:(.text+0x26): undefined reference to `{SYMBOL}'
#5 0.400 collect2: error: ld returned 1 exit status
#5 ERROR: process "/bin/sh -c make all" did not complete successfully: exit code: 2
------
ERROR: failed to solve: process "/bin/sh -c make all" did not complete successfully: exit code: 2
"""
DOCKERFILE = """\
FROM debian AS builder
ARG TARGETARCH
ENV NPM_TOKEN=hunter22-and-more
RUN case "$TARGETARCH" in \\
    amd64) export CFLAGS=-O2 ;; \\
    esac && \\
    make all
"""


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """Both streams."""
        return self.out + self.err


AtPrompt = Callable[..., Ended]


def caller(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> AtPrompt:
    """Calls `diag` with words and what is piped into it; only what it says itself is told."""

    def call(*words: object, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in words])
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return call


def small_build(folder: Path) -> None:
    """Writes build.log and the Dockerfile of it."""
    (folder / "build.log").write_text(LOG)
    (folder / "Dockerfile").write_text(DOCKERFILE)
