"""What stands on the screen while BuildKit builds: the steps of the last frame, and their output.

A name that does not fit is cut, and cut shorter when the time beside it grows by a digit: a step
is known again by the part of its name that both frames show. The output under a step is a window
over its last lines: what a window has in common with the one before it was read already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from diag.read.buildlog_records import Step

_MIN_CUT = 12  # columns; on a narrower screen nothing is shown (display.go)
_STEADY = 0.25  # seconds of the build in which a step's own time stands still: it has ended
Row = tuple[int, str]  # line number, text


@dataclass(frozen=True)
class Shown:
    """A step's line in one frame."""

    name: str
    marks: tuple[str, ...]  # CACHED, ERROR, CANCELED
    seconds: float
    is_coloured: bool
    is_full: bool  # it reaches the time beside it: it may have been cut


@dataclass
class _Seen:
    """A step, and what tells whether it is still running."""

    step: Step
    name: str = ""  # as the last frame showed it
    is_full: bool = False
    has_ended: bool = False
    seconds: float = -1.0
    since: float = 0.0  # time of the build at which `seconds` was first seen


class Window:
    """The lines of output under one step of the frame that is being drawn."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.has_grown = False  # the last line of the window before had not ended
        self._before: dict[str, list[str]] = {}  # step -> the lines that its last window showed
        self._width = 0

    def add(self, line_no: int, text: str) -> None:
        """One line of it, as wide as the screen shows it."""
        if text.endswith("  "):
            self._width = max(self._width, len(text))
        self.rows.append((line_no, text))

    def close(self, step: Step) -> Iterator[tuple[int, str, bool]]:
        """(line number, text, whether it is new) of each; the window is empty after it."""
        joined = self._joined()
        texts = [text for _, text in joined if text is not None]
        before = self._before.get(step.step_id, [])
        n_known, self.has_grown = _overlap(before, texts)
        step.is_clipped |= bool(before) and n_known == 0 and not self.has_grown
        self._before[step.step_id] = texts
        self.rows = []
        place = 0
        for line_no, text in joined:
            yield line_no, text or "", text is not None and place >= n_known
            place += text is not None

    def _joined(self) -> list[tuple[int, str | None]]:
        """The rows, each long line put together in its first row; None for its other rows."""
        joined: list[tuple[int, str | None]] = []
        head = -1  # row that the next one goes on with
        for line_no, text in self.rows:
            if head >= 0:
                joined[head] = (joined[head][0], (joined[head][1] or "") + text.rstrip())
                joined.append((line_no, None))
            else:
                joined.append((line_no, text.rstrip()))
            is_full = len(text) == self._width and not text.endswith(" ")
            head = (head if head >= 0 else len(joined) - 1) if is_full else -1
        return joined


def _overlap(before: list[str], now: list[str]) -> tuple[int, bool]:
    """How many of the first lines of a window the window before it ended with; and whether its
    last line has grown since, so that it is to be read anew."""
    for size in range(min(len(before), len(now)), 0, -1):
        if before[-size:] == now[:size]:
            return size, False
        if before[-size:-1] == now[: size - 1] and now[size - 1].startswith(before[-1]):
            return size - 1, True
    return 0, False


class Screen:
    """The steps of the build that is being shown."""

    def __init__(self, steps: dict[str, Step]) -> None:
        self.window = Window()
        self.job: str | None = None  # the step whose line was drawn last
        self.is_begun = False
        self.is_over = False
        self._steps = steps
        self._by_name: dict[tuple[str, int], _Seen] = {}
        self._in_frame: Counter[str] = Counter()
        self._seconds = 0.0
        self._has_colours = False

    def begin(self, seconds: float, *, is_last: bool) -> None:
        """A new frame, at so many seconds of the build. Another build begins where the time goes
        back, or after the end."""
        if self.is_begun and (self.is_over or seconds < self._seconds - 1):
            self.end()
            self._by_name = {}
            self._has_colours = False
        self.is_begun, self.is_over = True, is_last
        self._seconds, self.job = seconds, None
        self._in_frame.clear()

    def draw(self, line_no: int, shown: Shown) -> tuple[str, str]:
        """Notes a step's line; the step, and the kind of the line."""
        self._in_frame[shown.name] += 1
        seen, is_new = self._find(line_no, shown)
        step, was_cached = seen.step, seen.step.status == "cached"
        self.job = step.step_id
        self._has_colours |= shown.is_coloured
        seen.has_ended = shown.is_coloured
        seen.name, seen.is_full = shown.name, shown.is_full
        if shown.seconds != seen.seconds:
            seen.seconds, seen.since = shown.seconds, self._seconds
        step.seconds = shown.seconds
        if "ERROR" in shown.marks:
            step.status = "error"
        elif "CANCELED" in shown.marks:
            step.status = "canceled"
        elif "CACHED" in shown.marks:
            step.status, step.seconds = "cached", None
            return step.step_id, "progress" if was_cached else "cache"
        return step.step_id, "header" if is_new else "progress"

    def _find(self, line_no: int, shown: Shown) -> tuple[_Seen, bool]:
        key = (shown.name, self._in_frame[shown.name])
        seen = self._by_name.get(key) or self._cut(shown, key[1])
        is_new = seen is None
        if seen is None:
            step = Step(f"#{len(self._steps) + 1}", shown.name, line_no)
            self._steps[step.step_id] = step
            seen = _Seen(step)
        self._by_name[key] = seen
        if len(shown.name) > len(seen.step.name):
            seen.step.name = shown.name
        return seen, is_new

    def _cut(self, shown: Shown, nth: int) -> _Seen | None:
        """The step whose name in an earlier frame is this one, cut at another place."""
        for (other, count), seen in self._by_name.items():
            short, is_full = min((len(other), seen.is_full), (len(shown.name), shown.is_full))
            if (
                count == nth
                and is_full
                and short >= _MIN_CUT
                and other[:short] == shown.name[:short]
            ):
                return seen
        return None

    def failed(self, line_no: int, name: str) -> str:
        """The step whose output follows in full, under its whole name."""
        found = [s for s in self.current() if s.name and name.startswith(s.name)]
        errors = [step for step in found if step.status == "error"]
        if not found:
            step = Step(f"#{len(self._steps) + 1}", name, line_no, status="error")
            self._steps[step.step_id] = step
            return step.step_id
        step = max(errors or found, key=lambda one: len(one.name))
        step.name, step.status = name, "error"
        return step.step_id

    def current(self) -> list[Step]:
        """The steps of this build."""
        return list({seen.step.step_id: seen.step for seen in self._by_name.values()}.values())

    def end(self) -> None:
        """Nothing more is drawn: a step without a mark that is known to have ended went well."""
        for seen in self._by_name.values():
            stood = self._seconds - seen.since >= _STEADY and not self._has_colours
            if seen.step.status == "unfinished" and (seen.has_ended or self.is_over or stood):
                seen.step.status = "ok"
