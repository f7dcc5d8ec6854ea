"""The value of one variable at one place, and the surroundings in which a RUN starts.

Shared by the engine's scopes (which make a `RunContext`), the shell interpreter and the probe
(which both start from one).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Status = Literal["set", "empty", "unset", "unknown"]


@dataclass(frozen=True)
class Value:
    """What is known of a variable. `text` is given exactly where `status` is set or empty.

    `came_through` lists the file:line places that made the value, oldest first. `lost_at` and
    `lost_by` (schema.LOST_BY) tell of a value that the author wrote and that did not get here.
    `hangs_on` names the variable of the base image that an unknown value was made from, or says in
    words what it is (`the secret ID`).
    """

    status: Status
    text: str | None = None
    is_exported: bool = False
    came_through: tuple[str, ...] = ()
    condition: str | None = None
    lost_at: str | None = None
    lost_by: str | None = None
    hangs_on: str = ""

    def through(self, place: str) -> Value:
        """The same value, having passed `place` (a repeated last place is kept once)."""
        if self.came_through[-1:] == (place,):
            return self
        return replace(self, came_through=(*self.came_through, place))


def known(text: str, *, exported: bool = False, came_through: tuple[str, ...] = ()) -> Value:
    """A value whose text is known: set, or empty."""
    return Value("set" if text else "empty", text, exported, came_through)


UNSET = Value("unset")
UNKNOWN = Value("unknown")


@dataclass(frozen=True)
class Copy:
    """One file that COPY or ADD puts into a stage. `text` is known for here-documents only;

    `from_stage_no` names the stage that it is copied from (None: build context or other image).
    """

    destination: str
    source: str = ""
    from_stage_no: int | None = None
    text: str | None = None
    came_through: tuple[str, ...] = ()  # of a here-document: the lines that made its text


@dataclass(frozen=True)
class ClosedStage:
    """What COPY and ADD put into a stage after its last RUN; `chain` is its stage_chain."""

    chain: tuple[int, ...]
    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class RunContext:
    """One RUN of a Dockerfile as it starts on one platform.

    `script` is the text that the shell receives, `line_starts` maps its offsets to lines of
    `file`: pairs (offset in script, line number), ascending; the line of an offset is that of
    the last pair at or before it. `env` holds every variable that the engine puts into the
    environment (all exported); `lost` holds names whose value exists elsewhere in the Dockerfile
    and does not reach this RUN, with lost_at and lost_by.
    `stage_chain` lists the stage numbers whose file system this stage starts from, oldest first,
    itself last; `copies` are those made in this stage since its previous RUN (or its start), in
    order. `closed` are the stages that ended since the RUN before this one (in the file) and that
    something was copied into after their own last RUN, oldest first.
    """

    file: str
    stage: str
    stage_no: int
    run_no: int
    line_no: int
    end_line_no: int
    platform: str
    run_platform: str
    engine: str
    shell: tuple[str, ...]
    script: str
    line_starts: tuple[tuple[int, int], ...]
    is_exec_form: bool = False
    argv: tuple[str, ...] = ()
    env: Mapping[str, Value] = field(default_factory=dict)
    lost: Mapping[str, Value] = field(default_factory=dict)
    workdir: str = "/"
    user: str = ""
    stage_chain: tuple[int, ...] = ()
    copies: tuple[Copy, ...] = ()
    brought: tuple[Copy, ...] = ()  # of all copies so far, those that come from outside the file
    closed: tuple[ClosedStage, ...] = ()
    is_builder_taken: bool = False  # it runs on the builder, of which nobody told the platform

    def line_of(self, offset: int) -> int:
        """Line of the Dockerfile (from 1) that holds the script's character `offset`."""
        line = self.line_no
        for start, number in self.line_starts:
            if start > offset:
                break
            line = number
        return line

    def place_of(self, offset: int) -> str:
        """`file:line` of the script's character `offset`."""
        return f"{self.file}:{self.line_of(offset)}"
