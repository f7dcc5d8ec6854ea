"""BuildKit's progress on a terminal (`--progress=tty`), as `script` or a copied screen keeps it.

Format: moby/buildkit util/progress/progressui/display.go (ttyDisplay). Several times a second the
whole screen is drawn anew: a line `[+] Building 3.4s (5/9)`, then ` => NAME  1.2s` for each step,
` => => ID  0.1s` for its transfers, ` => => # TEXT` for the last lines of its output. Names are cut
at the screen's width. When the build is over, all that a failed step printed follows between two
rows of dashes. Steps are numbered in the order in which they appear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from diag.read.buildkit_names import exit_code
from diag.read.buildkit_plain import CLIPPED, KILLED_BY_9, PlainReader
from diag.read.buildkit_screen import Screen, Shown, Window
from diag.read.buildlog_records import Line, Step
from diag.read.terminal_lines import shown
from diag.read.textlines import clean

_FRAME = re.compile(
    r"\[\+\] [A-Z]\w{1,20} (?P<seconds>\d{1,9}\.\d)s \(\d{1,9}/\d{1,9}\)(?P<end> FINISHED)?"
)
_TEXT = re.compile(r" => => # (?P<text>.*)", re.DOTALL)
_PART = re.compile(r" => (?:=> |WARN: ).*", re.DOTALL)
_JOB = " => "
_MARKS = re.compile(r"(?:(?:CACHED|ERROR|CANCELED) )*")
_TIMER = re.compile(r" (?P<seconds>\d{1,9}\.\d)s")
# Of a step that has ended; what ends the colour of the line before (0) stands there too.
_COLOUR = re.compile(rb"\x1b\[(?!0*m)[0-9;]{1,16}m *=> ")
_RULE = "------"
_NAME = re.compile(r" > (?P<name>.*?):?", re.DOTALL)
_LOGGED = re.compile(rb"(?:#\d{1,9} )?(?P<seconds>\d{1,9}\.\d{1,3})(?: (?P<text>.*))?", re.DOTALL)
_FINAL = re.compile(r"(?:ERROR: )?(?:failed to (?:solve|build)|executor failed running|process \").*", re.DOTALL)  # fmt: skip
_NEAR = 4  # spaces between a name that was cut and the time, at most
MAX_HELD = 64 << 20  # bytes of output whose steps may yet print it in full


class TtyReader:
    """Reads the lines once; `steps` is complete when they are through.

    The few lines of output on the screen are held back: of a step that fails they are excerpts
    of what the end of the log holds in full, of every other one they are all that there is.
    """

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._screen = Screen(self.steps)
        self._held: dict[str, list[Line]] = {}
        self._size = 0
        self._told: set[str] = set()  # steps whose full output has been seen
        self._summary = PlainReader()
        self._tail = ""  # "", "rule", "full": where in the output of a failed step
        self._tail_step: str | None = None

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        """(line number, bytes) pairs as Lines; each gives exactly one, some of them late."""
        for line_no, raw in numbered:
            yield from self._line(line_no, raw.rstrip(b"\r"))
            if self._size > MAX_HELD:
                yield from self._release()
        yield from self._close_window()
        self._screen.end()
        yield from self._release()

    def _line(self, line_no: int, raw: bytes) -> Iterator[Line]:
        text = clean(raw)
        if self._tail == "full":
            yield self._full_output(line_no, raw, text)
        elif (shown := _TEXT.fullmatch(text)) is not None and self._screen.job is not None:
            self._screen.window.add(line_no, shown["text"])
        else:
            yield from self._close_window()
            yield self._drawn(line_no, raw, text)

    def _drawn(self, line_no: int, raw: bytes, text: str) -> Line:
        frame = _FRAME.search(text[:400])
        if frame is not None:
            self._tail = ""
            self._screen.begin(float(frame["seconds"]), is_last=frame["end"] is not None)
            return Line(line_no, None, None, text.strip().encode(), "progress")
        if _PART.fullmatch(text):
            return Line(line_no, self._screen.job, None, text.strip().encode(), "progress")
        shown = _job(raw, text) if text.startswith(_JOB) else None
        if shown is not None:
            step_id, role = self._screen.draw(line_no, shown)
            return Line(line_no, step_id, None, shown.name.encode(), role)
        return self._below(line_no, raw, text)

    # -- the lines of output on the screen ----------------------------------------------------

    def _close_window(self) -> Iterator[Line]:
        window: Window = self._screen.window
        if not window.rows or self._screen.job is None:
            return
        step_id = self._screen.job
        step, held = self.steps[step_id], self._held.setdefault(step_id, [])
        rows = list(window.close(step))
        if window.has_grown and held:
            held[-1] = held[-1]._replace(role="progress")
        for line_no, text, is_new in rows:
            data = text.encode()
            if is_new:
                held.append(Line(line_no, step_id, None, data, "output"))
                self._size += len(data) + 100
            else:
                yield Line(line_no, step_id, None, data, "progress")

    def _release(self) -> Iterator[Line]:
        """The lines held back, and what they turned out to be."""
        for step_id, held in self._held.items():
            is_excerpt = step_id in self._told
            for line in held:
                is_output = line.role == "output"
                self.steps[step_id].n_output += is_output and not is_excerpt
                yield line._replace(role="excerpt") if is_output and is_excerpt else line
        self._held, self._size = {}, 0

    # -- below the screen, when the build is over ---------------------------------------------

    def _below(self, line_no: int, raw: bytes, text: str) -> Line:
        named = _NAME.fullmatch(text) if self._tail == "rule" else None
        if named is not None:
            self._tail, self._tail_step = "full", self._screen.failed(line_no, named["name"])
            return Line(line_no, self._tail_step, None, raw, "excerpt")
        self._tail = ""
        if text == _RULE:
            self._tail = "rule"
            self._screen.is_over = True
            return Line(line_no, None, None, raw, "excerpt")
        if _FINAL.fullmatch(text) and self._screen.is_begun:
            return Line(line_no, None, None, raw, self._final(text))
        line = next(iter(self._summary.lines([(line_no, text.encode())])))
        return line._replace(step_id=None)

    def _full_output(self, line_no: int, raw: bytes, text: str) -> Line:
        if text == _RULE:
            self._tail = ""
            return Line(line_no, self._tail_step, None, raw, "excerpt")
        raw = shown(raw)
        found = _LOGGED.fullmatch(raw)
        seconds, said = (float(found["seconds"]), found["text"] or b"") if found else (None, raw)
        step = self.steps.get(self._tail_step or "")
        if step is None:
            return Line(line_no, None, seconds, said, "excerpt")
        if step.n_output and step.step_id not in self._told:  # what was held had to be let go
            return Line(line_no, step.step_id, seconds, said, "excerpt")
        self._told.add(step.step_id)
        step.n_output += 1
        step.is_clipped = (step.is_clipped and step.n_output > 1) or CLIPPED in said
        role = "progress" if CLIPPED in said else "output"
        return Line(line_no, step.step_id, seconds, said, role)

    def _final(self, text: str) -> str:
        """The builder's last word names the exit code of the step that failed."""
        self._screen.is_over = True
        code = exit_code(text)
        failed = [step for step in self._screen.current() if step.status == "error"]
        if len(failed) == 1 and failed[0].exit_code is None:
            failed[0].exit_code = code
        return "killed" if code == KILLED_BY_9 else "progress"


def _job(raw: bytes, text: str) -> Shown | None:
    """A step's line: marks, name, and the time at the right. Taken apart from both ends, since
    between them may be any number of spaces."""
    text = text[len(_JOB) :].rstrip()
    timer = _TIMER.fullmatch(text, max(0, text.rfind(" ")))
    marks = _MARKS.match(text)
    if timer is None or marks is None:
        return None
    name = text[marks.end() : timer.start()].rstrip()
    # A name may be cut after a space of its own.
    is_full = timer.start() - marks.end() - len(name) < _NEAR
    shown = Shown(
        name,
        tuple(marks[0].split()),
        float(timer["seconds"]),
        _COLOUR.search(raw) is not None,
        is_full,
    )
    return shown if name else None
