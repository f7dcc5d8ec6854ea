"""The classic builder of docker (`DOCKER_BUILDKIT=0 docker build`).

Format: moby/moby builder/dockerfile (dispatchers.go, evaluator.go). `Step 3/7 : RUN make` opens a
step, ` ---> Running in ID`, ` ---> Using cache` and ` ---> ID` tell of it, the command's output
stands between them without a prefix (standard error in red). Steps are counted through the whole
Dockerfile; there are no times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from diag.read.buildkit_plain import KILLED_BY_9
from diag.read.buildlog_records import Line, Step
from diag.read.buildlog_stages import Stages, StepIds
from diag.read.textlines import MAX_LINE, clean

_STEP = re.compile(r"Step (?P<no>\d{1,9})(?:/(?P<total>\d{1,9}))? : (?P<text>.*)", re.DOTALL)
_USING_CACHE = re.compile(r" ---> Using cache")
_IMAGE = re.compile(r" ---> (?:[0-9a-f]{6,64})?")  # none of FROM scratch
_OTHER = re.compile(
    r" ---> (?:Running in [0-9a-f]{6,64}|\[Warning\] .*)|(?: ---> )?Remov(?:ing|ed) intermediate container [0-9a-f]{6,64}"
    r"|Sending build context to Docker daemon .*|DEPRECATED: The legacy builder .*",
    re.DOTALL,
)
_BUILT = re.compile(r"Successfully (?:built [0-9a-f]{6,64}|tagged \S+)")
_FAILED = re.compile(
    r"(?:ERROR: )?(?:The command '.*' returned a non-zero code: (?P<code>\d{1,9})"
    r"|(?P<word>COPY|ADD) failed: .*)",
    re.DOTALL,
)


class LegacyReader:
    """Reads the lines once; `steps` is complete when they are through."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._ids = StepIds()
        self._stages = Stages()
        self._step: Step | None = None
        self._last_no = 0

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        """(line number, bytes) pairs as Lines, in order; each gives exactly one."""
        for line_no, raw in numbered:
            yield self._line(line_no, raw)
        self._stages.end()

    def _line(self, line_no: int, raw: bytes) -> Line:
        text = clean(raw[:MAX_LINE])
        opened = _STEP.fullmatch(text)
        role = "header" if opened is not None else self._event(text)
        if opened is not None:
            self._open(line_no, opened)
        step = self._step
        if role is None:
            if step is not None:
                step.n_output += 1
            return Line(line_no, step.step_id if step else None, None, raw, "output")
        line = Line(line_no, step.step_id if step else None, None, text.encode(), role)
        if _BUILT.fullmatch(text) or (step is not None and step.status == "error"):
            self._step = None  # what follows is another program's
        return line

    def _open(self, line_no: int, opened: re.Match[str]) -> None:
        no, total = int(opened["no"]), int(opened["total"] or 0)
        if no <= self._last_no:  # another build begins
            self._stages.end()
            self._stages = Stages()
        elif self._step is not None and self._step.status == "unfinished":
            self._step.status = "ok"
        self._last_no = no
        step_id = opened[0].split(" : ", 1)[0]
        step = Step(self._ids.unused(step_id), opened["text"], line_no)
        self.steps[step.step_id] = self._step = step
        self._stages.add(step, n_left=max(0, total - no))

    def _event(self, text: str) -> str | None:
        """The kind of a line of the builder's own; what it tells of the step is noted there."""
        step = self._step
        if failed := _FAILED.fullmatch(text):
            if step is not None:
                step.status = "error"
                step.exit_code = int(failed["code"]) if failed["code"] else None
            return "killed" if failed["code"] == str(KILLED_BY_9) else "progress"
        if _USING_CACHE.fullmatch(text):
            if step is not None:
                step.status = "cached"
            return "cache"
        if _IMAGE.fullmatch(text):
            if step is not None and step.status == "unfinished":
                step.status = "ok"
            return "progress"
        return "progress" if _OTHER.fullmatch(text) or _BUILT.fullmatch(text) else None
