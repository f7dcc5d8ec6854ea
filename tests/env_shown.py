"""The environment flow of small Dockerfiles as a reader sees it: the table, and what --explain says."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from diag.flow import env_at
from diag.flow.written import written_at
from diag.platforms import DEFAULT_PLATFORMS
from diag.show.env_screen import EnvScreen
from diag.show.env_ways import EnvWays
from diag.show.redact import Redactor
from diag.show.terminal import as_plain_text

LOSS = """\
FROM debian
ARG TARGETARCH
RUN export CFLAGS="-O2 -g"
RUN case "$TARGETARCH" in \\
      amd64) export FLAGS="-a -b=generic -c=one" ;; \\
      arm64) (export FLAGS=-a) ;; \\
    esac && \\
    make first && \\
    make all
"""
HANGS = """\
FROM debian
RUN export F="$(curl u)"; \\
    if [ -f /x ]; then export G=1; elif grep -q y /z; then export G=2; fi; \\
    make
"""
OFF = Redactor(is_on=False)


def table(env: pd.DataFrame, width: int = 100, **more: Any) -> str:
    """The table as a pipe has it."""
    return as_plain_text(EnvScreen(env, **more), width=width)


def env_of(text: str, **more: Any) -> pd.DataFrame:
    return env_at(text.encode(), **more)


def explained(text: str, width: int = 100, **more: Any) -> str:
    """What --explain prints."""
    lines = dict(enumerate(text.splitlines(), 1))
    written = written_at(text.encode(), platforms=DEFAULT_PLATFORMS)
    return as_plain_text(EnvWays(env_of(text, **more), lines, written), width=width)


def rows_of(screen: str) -> list[list[str]]:
    """The lines of a screen in their columns."""
    return [re.split(r" {2,}", line.strip()) for line in screen.splitlines()]
