"""BuildKit's plain progress (`--progress=plain`), and what the CLI prints after it.

Format: moby/buildkit util/progress/progressui (printer.go, display.go). A vertex has a number in
the order of first printing; its header is printed again each time that its output resumes. The
last log lines of a failed vertex are printed a second time between two rows of dashes, and the
Dockerfile's lines after them: both are excerpts of what is known already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from diag.read.buildkit_names import exit_code
from diag.read.buildlog_records import Line, Step
from diag.read.skim import Quiet
from diag.read.terminal_lines import late
from diag.read.textlines import clean

_OUTPUT = re.compile(rb"#(\d{1,9}) (\d{1,9}\.\d{1,3})(?: (.*)|\r?)", re.DOTALL)
_EVENT = re.compile(rb"#(\d{1,9}) (.*)", re.DOTALL)
_DONE = re.compile(rb"DONE(?: (?P<seconds>\d{1,9}(?:\.\d+)?)s)?")
_ERROR = re.compile(rb"ERROR(?:: (?P<message>.*))?", re.DOTALL)
# Until BuildKit 0.7: a block of fields under each header.
_FIELD = re.compile(
    rb" +(?P<key>digest|name|started|completed|duration|cached|error): *(?P<value>.*)"
)
_DURATION = re.compile(
    rb"(?:(?P<minutes>\d{1,9})m)?(?P<number>\d{1,9}(?:\.\d+)?)(?P<unit>ms|\xc2\xb5s|s)"
)
_UNITS = {b"s": 1.0, b"ms": 1e-3, "µs".encode(): 1e-6}
_LEFT = b"..."
CLIPPED = b"[output clipped, log limit "
# _OUTPUT's beginning: between lines of events, all that output tells of its step is that it prints.
QUIET = Quiet(r"#[0-9]{1,9} [0-9]{1,9}\.[0-9]{1,3}(?: |\r?\n)", (CLIPPED.decode(),))
# What cannot be a step's name, where a log begins in the middle of a step.
_STATUS = re.compile(
    rb"sha256:[0-9a-f]{64}\b.*|(?:transferring|extracting) .*|WARN: .*|[^\[].* (?:done|[0-9.]{1,20}s)",
    re.DOTALL,
)
_EXCERPT_RULE = b"------"
_EXCERPT_LATE = late(rb"\d{1,9}\.\d{1,3}(?: |$)")
_EXCERPT_NAME = re.compile(rb" > (?P<name>.*?):?", re.DOTALL)
_SOURCE_RULE = b"--------------------"
_SOURCE_PLACE = re.compile(rb"[^\s:][^:]*:\d{1,9}")
_SOURCE_LINE = re.compile(rb" *\d{1,9} \| (?:>>> |    ).*|")
_FINAL = re.compile(
    rb"ERROR: |View build details: |Check build summary support|\d+ warnings? found"
)
_RECENT = 1000  # steps among which the one is looked for that an excerpt names
KILLED_BY_9 = 137


class PlainReader:
    """Reads the lines once; `steps` is complete when they are through."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._tail = ""  # "", "rule", "excerpt", "place", "source": where in the CLI's summary
        self._tail_step: str | None = None
        # The build has ended: another one in the same log counts from 1 again.
        self._is_over = False
        self._n_builds = 1
        self._which = ""  # put after the numbers of a later build's steps

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        """(line number, bytes) pairs as Lines; each gives exactly one, in the order of each step.

        A step that is left while it prints a line shows as much of it as there is, and the whole
        line when it is resumed: the first of the two is not read as output.
        """
        last: Line | None = None
        left: dict[str | None, Line] = {}  # step -> its last line before it was left
        for line in self._lines(numbered):
            if line.role == "output":
                if left and (before := left.pop(line.step_id, None)) is not None:
                    yield self._settled(before, line)
                if last is not None:
                    yield last
                last = line
                continue
            if last is not None:
                if line.raw == _LEFT and line.step_id == last.step_id:
                    left[last.step_id] = last
                else:
                    yield last
                last = None
            yield line
        yield from left.values()
        if last is not None:
            yield last

    def _settled(self, before: Line, line: Line) -> Line:
        """The last line of a step before it was left, now that its next one is known."""
        if before.seconds != line.seconds or not line.raw.startswith(before.raw):
            return before
        self.steps[str(line.step_id)].n_output -= 1
        return before._replace(role="progress")

    def _lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        match_output, steps = _OUTPUT.fullmatch, self.steps
        for line_no, raw in numbered:
            is_numbered = raw[:1] == b"#" and self._tail != "excerpt"
            found = match_output(raw) if is_numbered else None
            if found is None:
                yield self._other(line_no, raw)
                continue
            self._tail = ""
            number, seconds, text = found.groups(b"")
            step_id = f"#{number.decode()}{self._which}"
            step = steps.get(step_id)
            if step is None:  # the log begins in the middle
                step = steps[step_id] = Step(step_id, "", line_no)
            step.n_output += 1
            if CLIPPED in text:
                step.is_clipped = True
                yield Line(line_no, step_id, float(seconds), text, "progress")
            else:
                yield Line(line_no, step_id, float(seconds), text, "output")

    def _other(self, line_no: int, raw: bytes) -> Line:
        bare = raw.rstrip(b"\r")
        last = bare.rpartition(b"\r")[2]  # what a progress bar was written over with
        if self._tail == "rule" and (named := _EXCERPT_NAME.fullmatch(last)):
            self._tail, self._tail_step = "excerpt", self._step_named(clean(named["name"]))
        if self._tail == "excerpt":
            return self._excerpt_line(line_no, _EXCERPT_LATE.sub(b"", bare), last)
        if last == _EXCERPT_RULE:
            self._tail, self._is_over = "rule", True
            return Line(line_no, None, None, raw, "excerpt")
        event = _EVENT.fullmatch(bare)
        if event:
            self._tail = ""
            if event[1] in (b"0", b"1"):
                self._note_beginning(event[1], event[2])
            return self._event(line_no, f"#{event[1].decode()}{self._which}", event[2])
        return self._after_steps(line_no, last)

    def _excerpt_line(self, line_no: int, bare: bytes, last: bytes) -> Line:
        if last == _EXCERPT_RULE:
            self._tail = "place"
        found = _OUTPUT.fullmatch(bare if bare[:1] == b"#" else b"#0 " + bare)
        seconds, text = (float(found[2]), found[3] or b"") if found else (None, bare)
        return Line(line_no, self._tail_step, seconds, text, "excerpt")

    def _step_named(self, name: str) -> str | None:
        """The step that an excerpt is of: of several of that name, the one that failed."""
        recent = islice(reversed(self.steps.values()), _RECENT)
        same = [step for step in recent if step.name == name]
        failed = [step for step in same if step.status == "error"]
        if not same:
            return self._unnamed_step(name)
        return (failed or same)[0].step_id

    def _unnamed_step(self, name: str) -> str | None:
        """The one failed step whose header the log does not have: the excerpt names it."""
        recent = islice(reversed(self.steps.values()), _RECENT)
        unnamed = [step for step in recent if not step.name and step.status == "error"]
        if len(unnamed) != 1:
            return None
        unnamed[0].name = name
        return unnamed[0].step_id

    def _after_steps(self, line_no: int, bare: bytes) -> Line:
        """A line without a step's number: blank, the CLI's summary, or another program's."""
        is_rule = bare == _SOURCE_RULE
        if self._tail != "source" and _SOURCE_PLACE.fullmatch(bare):
            self._tail = "place"
            return Line(line_no, None, None, bare, "excerpt")
        if self._tail == "place" and is_rule:
            self._tail = "source"
            return Line(line_no, None, None, bare, "excerpt")
        if self._tail == "source" and (is_rule or _SOURCE_LINE.fullmatch(bare)):
            self._tail = "" if is_rule else "source"
            return Line(line_no, None, None, bare, "excerpt")
        self._tail = ""
        is_own = not bare.strip() or _FINAL.match(bare)
        self._is_over |= _FINAL.match(bare) is not None
        own = "killed" if bare.endswith(b"context canceled") else "progress"
        return Line(line_no, None, None, bare, own if is_own else "output")

    def _note_beginning(self, number: bytes, text: bytes) -> None:
        """A second build in one log. Its numbers begin anew; but a first step that was over also
        comes back when it has more to tell."""
        first = self.steps.get(f"#1{self._which}")
        if first is None or first.status == "unfinished":
            return
        if number == b"0":
            is_new = text.startswith(b"building with ")
        else:
            is_other = text[:1] == b"[" == first.name[:1].encode() and clean(text) != first.name
            is_new = is_other or (self._is_over and clean(text) == first.name)
        if is_new:
            self._n_builds += 1
            self._which, self._is_over = f" ({self._n_builds})", False

    def _event(self, line_no: int, step_id: str, text: bytes) -> Line:
        step = self.steps.get(step_id)
        if step_id == f"#0{self._which}" and step is None:
            return Line(line_no, None, None, text, "progress")
        if step is None:
            return self._first_header(line_no, step_id, text)
        role = self._known_event(step, text)
        if role == "header" and not step.name:
            step.name = clean(text)
        return Line(line_no, step_id, None, text, role)

    def _first_header(self, line_no: int, step_id: str, text: bytes) -> Line:
        step = self.steps[step_id] = Step(step_id, "", line_no)
        role = self._known_event(step, text)
        if role == "header":
            step.name = clean(text)
        return Line(line_no, step_id, None, text, role)

    def _known_event(self, step: Step, text: bytes) -> str:
        """The kind of an event line; what it tells of the step is noted there."""
        if done := _DONE.fullmatch(text):
            step.status = "ok" if step.status != "cached" else "cached"
            step.seconds = float(done["seconds"]) if done["seconds"] else step.seconds
            self._is_over |= len(self.steps) > 1 and step.name.startswith("exporting to ")
        elif text == b"CACHED":
            step.status = "cached"
            return "cache"
        elif text == b"CANCELED":
            step.status = "canceled"
            return "killed"  # by the builder
        elif failed := _ERROR.fullmatch(text):
            return fail(step, clean(failed["message"] or b""))
        elif field := _FIELD.fullmatch(text):
            _note_field(step, field["key"], field["value"])
        elif CLIPPED in text:
            step.is_clipped = True
        elif text != _LEFT and _is_header(step, text):
            return "header"
        return "progress"


def _is_header(step: Step, text: bytes) -> bool:
    """A step's first line is its header; later ones are if they say the same."""
    return clean(text) == step.name if step.name else _STATUS.fullmatch(text) is None


def fail(step: Step, message: str) -> str:
    """Notes the builder's error message of a step; the kind of the line that holds it."""
    if message.endswith("context canceled"):
        step.status = "canceled"
        return "progress"
    step.status = "error"
    step.exit_code = exit_code(message)
    return "killed" if step.exit_code == KILLED_BY_9 else "progress"


def _note_field(step: Step, key: bytes, value: bytes) -> None:
    if key == b"error":
        fail(step, clean(value).strip('"'))
    elif key == b"cached" and value == b"true":
        step.status = "cached"
    elif key == b"completed" and step.status == "unfinished":
        step.status = "ok"
    elif key == b"duration" and (found := _DURATION.fullmatch(value)):
        seconds = float(found["number"]) * _UNITS[found["unit"]]
        step.seconds = seconds + 60 * int(found["minutes"] or 0)
