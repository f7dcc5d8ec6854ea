"""The records that every log reader makes: physical lines and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from diag.read.buildkit_names import StepName


class Line(NamedTuple):
    """One line of a log.

    `role` is `output` for what a command printed (its kind is found later, from its text);
    otherwise it is the final kind of the line (diag/schema_frames.py, LINE_KINDS).
    """

    line_no: int  # from 1, in the file
    step_id: str | None
    seconds: float | None  # since the step began
    raw: bytes  # without the builder's prefix
    role: str


@dataclass(slots=True)
class Step:
    """One step of a build, as far as the log tells of it."""

    step_id: str
    name: str
    line_no: int
    status: str = "unfinished"
    seconds: float | None = None
    exit_code: int | None = None
    is_clipped: bool = False
    n_output: int = 0  # lines that it printed, the excerpt at the log's end not counted
    parts: StepName | None = None  # where the builder does not name steps as BuildKit does
