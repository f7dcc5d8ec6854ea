"""buildah and podman build.

Format: containers/buildah imagebuildah (executor.go, stage_executor.go). `STEP 3/5: RUN make`
opens a step; `[2/3] ` stands before it where there are several stages, `[linux/arm64] ` where there
are several platforms. `--> ID`, `--> Using cache ID` and `COMMIT` tell of it; the command's
output has no prefix. Stages and platforms may be built at the same time, and nothing tells which of
two commands printed a line: such a line is given to no step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from diag.read.buildkit_names import StepName, known_platform
from diag.read.buildkit_plain import KILLED_BY_9
from diag.read.buildlog_records import Line, Step
from diag.read.buildlog_stages import StepIds, instruction_of, name_of_stage
from diag.read.textlines import MAX_LINE, clean

_BEFORE = r"(?:\[(?P<platform>[a-z][a-z0-9]{0,20}/[a-z0-9_/.]{1,40})\] )?(?:\[(?P<stage>\d{1,9})/(?P<n_stages>\d{1,9})\] )?"  # fmt: skip
_STEP = re.compile(
    _BEFORE + r"STEP (?P<no>\d{1,9})(?:/(?P<total>\d{1,9}))?: (?P<text>.*)", re.DOTALL
)
_CACHE = re.compile(_BEFORE + r"--> Using cache [0-9a-f]{6,64}")
_IMAGE = re.compile(_BEFORE + r"--> (?:Pushing cache .*|[0-9a-f]{6,64})")
_COMMIT = re.compile(_BEFORE + r"COMMIT(?: \S+)?")
_FAILED = re.compile(
    r'(?:Error: )?(?:error )?building at STEP "(?P<step>.*?)": (?P<message>.*)', re.DOTALL
)
_OWN = re.compile(
    r"(?:ERRO|WARN|INFO)\[\d{4}\] .*|Error: .*|time=\".*|Successfully tagged \S+"
    r"|Getting image source signatures|Copying (?:blob|config) .*|Writing manifest to .*"
    r"|Storing signatures|\[Warning\] one or more build args were not consumed.*|Trying to pull \S+|subprocess exited with status \d{1,9}",
    re.DOTALL,
)
_PULL_FAILED = re.compile(r"Error: (?:error )?creating build container: .*", re.DOTALL)
_EXIT = re.compile(r".*\bexit status (?P<code>\d{1,9})", re.DOTALL)
_FROM_STAGE = re.compile(r"FROM [0-9a-f]{64}\b")  # the image that an earlier stage became
_BARE_ID = re.compile(r"[0-9a-f]{64}")
_RECENT = 1000  # steps among which the one is looked for that a message names
Key = tuple[str | None, int]  # platform and number of a stage


class BuildahReader:
    """Reads the lines once; `steps` is complete when they are through."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._ids = StepIds()
        self._names: dict[Key, str | None] = {}
        self._open: dict[Key, Step] = {}  # the step of each stage that may still print
        self._current: Step | None = None

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        """(line number, bytes) pairs as Lines, in order; each gives exactly one."""
        for line_no, raw in numbered:
            text = clean(raw[:MAX_LINE])
            opened = _STEP.fullmatch(text)
            role = "header" if opened is not None else self._event(text)
            if opened is not None:
                self._begin(line_no, opened)
            if role is None:
                yield self._output(line_no, raw)
            else:
                step = self._current
                step_id = step.step_id if step else None
                yield Line(line_no, step_id, None, text.encode(), role)

    def _output(self, line_no: int, raw: bytes) -> Line:
        """A line without a prefix: of the one RUN that is open, or of the one step that is."""
        step = self._only(self._runs()) or self._only(list(self._open.values()))
        if step is not None:
            step.n_output += 1
        return Line(line_no, step.step_id if step else None, None, raw, "output")

    def _runs(self) -> list[Step]:
        return [step for step in self._open.values() if instruction_of(step.name) == "RUN"]

    @staticmethod
    def _only(steps: list[Step]) -> Step | None:
        return steps[0] if len(steps) == 1 else None

    def _begin(self, line_no: int, opened: re.Match[str]) -> None:
        platform = known_platform(opened["platform"]) if opened["platform"] else None
        number, n_stages = int(opened["stage"] or 1), int(opened["n_stages"] or 1)
        no, total, text = int(opened["no"]), opened["total"], opened["text"]
        key = (platform, number)
        if instruction_of(text) == "FROM" or key not in self._names:
            self._names[key] = name_of_stage(text)
        self._end(self._open.pop(key, None))
        stage = self._names[key] or ("" if n_stages == 1 else f"stage-{number - 1}")
        step_id = self._ids.unused(opened[0].split(": ", 1)[0])
        parts = StepName(
            stage,
            label=platform,
            step_no=no,
            n_steps=int(total) if total else None,
            instruction=instruction_of(text),
        )
        step = self.steps[step_id] = Step(step_id, text, line_no, parts=parts)
        if _FROM_STAGE.match(text):
            ended = [one for other, one in self._open.items() if _ended_before(key, other, one)]
            self._done(self._only(ended))
        self._open[key] = self._current = step

    @staticmethod
    def _end(step: Step | None) -> None:
        if step is not None and step.status == "unfinished":
            step.status = "ok"

    def _event(self, text: str) -> str | None:
        """The kind of a line of the builder's own; what it tells of the step is noted there."""
        if found := _FAILED.fullmatch(text):
            return self._fail(found["step"], found["message"])
        if found := _CACHE.fullmatch(text):
            step = self._told(found)
            if step is not None:
                step.status = "cached"
            return "cache"
        if found := _IMAGE.fullmatch(text):
            self._done(self._told(found))
        elif found := _COMMIT.fullmatch(text):
            self._committed(self._told(found))
        elif _PULL_FAILED.fullmatch(text):
            step = self._only([one for one in self._open.values() if one.status == "unfinished"
                               and instruction_of(one.name) == "FROM"])  # fmt: skip
            if step is not None:
                step.status = "error"
        elif not (_OWN.fullmatch(text) or _BARE_ID.fullmatch(text)):
            return None
        return "progress"

    def _told(self, found: re.Match[str]) -> Step | None:
        """The step that an event tells of: of the stage that it names, or else the last begun,
        unless a command may be running in another one."""
        if found["stage"] or found["platform"]:
            platform = known_platform(found["platform"]) if found["platform"] else None
            return self._open.get((platform, int(found["stage"] or 1)))
        is_other = any(step is not self._current for step in self._runs())
        return self._only(list(self._open.values())) or (None if is_other else self._current)

    def _done(self, step: Step | None) -> None:
        """An image was made of the step; with the last one of a stage, the stage is over."""
        self._end(step)
        for key, one in list(self._open.items()):
            if one is step and one.parts is not None and one.parts.step_no == one.parts.n_steps:
                del self._open[key]

    def _committed(self, step: Step | None) -> None:
        """The last stage of a platform is done, and so are those that it was made from."""
        label = step.parts.label if step is not None and step.parts is not None else None
        for key in [key for key in self._open if step is not None and key[0] == label]:
            self._end(self._open.pop(key))

    def _fail(self, text: str, message: str) -> str:
        """The step that the message names: of several with these words, the last begun."""
        recent = islice(reversed(self.steps.values()), _RECENT)
        named = [step for step in recent if step.name == text]
        unfinished = [step for step in named if step.status == "unfinished"]
        step = next(iter([*unfinished, *named]), None)
        if step is None and len(self._open) == 1:
            step = self._current
        exited = _EXIT.match(message[:MAX_LINE])
        code = int(exited["code"]) if exited else None
        if step is not None:
            step.status, step.exit_code = "error", code
            self._current = step
        for other in self._open.values():
            if other.status == "unfinished":
                other.status = "canceled"
        self._open = {}
        return "killed" if code == KILLED_BY_9 else "progress"


def _ended_before(key: Key, other: Key, step: Step) -> bool:
    """Whether the step is the last of an earlier stage for the same platform."""
    is_last = step.parts is not None and step.parts.step_no == step.parts.n_steps
    return other[0] == key[0] and other[1] < key[1] and is_last
