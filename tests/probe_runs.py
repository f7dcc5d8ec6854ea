"""Dockerfiles of tests through the probe, and what each command received there."""

from __future__ import annotations

import pandas as pd

from diag import probe
from diag.probe import probe_env as _probe_env

ALL = probe.SHELLS


def probe_env(text: str, **options: object) -> pd.DataFrame:
    options.setdefault("platforms", ["linux/amd64"])
    return _probe_env(text.encode(), **options)  # type: ignore[arg-type]


def run(script: str, *, head: str = "ARG TARGETARCH\n", **options: object) -> pd.DataFrame:
    """The frame of a Dockerfile with one RUN here-document of this script."""
    return probe_env(f"FROM debian\n{head}RUN <<'END_OF_RUN'\n{script}\nEND_OF_RUN\n", **options)


def received(frame: pd.DataFrame, name: str, command: str = "cargo") -> dict[str, str | None]:
    """What the only call of a command receives, by shell: its value, or None where unset."""
    rows = frame[(frame["name"] == name) & (frame["command"] == command)]
    assert not rows.duplicated("shell").any(), "several calls"
    values = zip(rows["shell"], rows["status"], rows["value"], strict=True)
    return {shell: None if status == "unset" else value for shell, status, value in values}


def calls(frame: pd.DataFrame, shell: str = "dash") -> list[str]:
    rows = frame[frame["shell"] == shell].drop_duplicates(["run_no", "command_no"])
    return rows["argv_text"].tolist()


def same(value: str | None) -> dict[str, str | None]:
    return dict.fromkeys(ALL, value)
