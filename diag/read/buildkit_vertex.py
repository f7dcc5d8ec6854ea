"""One vertex of a BuildKit build: its step, its times, its output put together from pieces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from diag.read.buildkit_plain import CLIPPED, fail
from diag.read.buildlog_records import Line, Step

MAX_PARTIAL = 8 << 20  # bytes of a line that has not ended


def seconds_of(time: Any) -> float | None:
    """An RFC 3339 time as seconds since 1970, or None. Digits beyond microseconds are cut."""
    try:
        return datetime.fromisoformat(str(time)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def text_of(value: Any) -> str:
    """A JSON string as text that can be written: half of a surrogate pair is none."""
    return str(value or "").encode("utf-8", "replace").decode()


class Vertex:
    """A vertex as far as the messages have told of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.step: Step | None = None
        self._spans: dict[float, float | None] = {}  # started -> completed
        self._began: float | None = None
        self._parts: list[bytes] = []  # of an output line that has not ended
        self._size = 0
        self._first: tuple[int, float | None] = (0, None)

    @property
    def step_id(self) -> str | None:
        """The number of its step; None before it starts."""
        return self.step.step_id if self.step else None

    def update(self, item: dict[str, Any], line_no: int, number: int) -> str:
        """Notes one vertex event; `number` is for the step if it starts now. The line's kind."""
        self.name = text_of(item.get("name")) or self.name
        started, completed = seconds_of(item.get("started")), seconds_of(item.get("completed"))
        if started is None:
            return "header"
        if self.step is None:
            self.step = Step(f"#{number}", self.name, line_no)
        self._began = started
        self._spans[started] = completed
        step, error = self.step, text_of(item.get("error"))
        if error:
            return self._ended(fail(step, error))
        if item.get("cached"):
            step.status, step.seconds = "cached", None
            return "cache"
        step.status = "ok" if completed is not None else "unfinished"
        return self._ended("progress" if completed is not None else "header")

    def _ended(self, role: str) -> str:
        if self.step is not None:
            total = _total(self._spans)
            self.step.seconds = None if total is None else round(total, 6)
        return role

    def output(self, line_no: int, time: float | None, data: bytes) -> Iterator[Line]:
        """The lines that a piece of output ends. As in BuildKit, both streams share a line."""
        *ended, rest = data.split(b"\n")
        for text in ended:
            yield self._line(line_no, time, text)
        if rest and self._size < MAX_PARTIAL:
            self._hold(line_no, time, rest)

    def rest(self) -> Iterator[Line]:
        """The last line, if it has not ended."""
        if self._parts:
            yield self._line(*self._first, b"")

    def _hold(self, line_no: int, time: float | None, data: bytes) -> None:
        if not self._parts:
            self._first = (line_no, time)
        self._parts.append(data)
        self._size += len(data)

    def _line(self, line_no: int, time: float | None, data: bytes) -> Line:
        if self._parts:
            line_no, time = self._first
            data = b"".join([*self._parts, data])
            self._parts, self._size = [], 0
        seconds = max(0.0, time - self._began) if time and self._began else None
        is_clip = CLIPPED in data
        if self.step is not None:
            self.step.n_output += 1
            self.step.is_clipped |= is_clip
        return Line(line_no, self.step_id, seconds, data, "progress" if is_clip else "output")


def _total(spans: dict[float, float | None]) -> float | None:
    """Seconds within at least one of the spans; None if none has ended."""
    ended = sorted((start, end) for start, end in spans.items() if end is not None)
    if not ended:
        return None
    total, last = 0.0, float("-inf")
    for start, end in ended:
        total += max(0.0, end - max(start, last))
        last = max(last, end)
    return total
