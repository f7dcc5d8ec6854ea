"""BuildKit's `--progress=rawjson`: the solver's status messages, one JSON object after another.

Format: moby/buildkit client/graph.go (SolveStatus): vertexes, statuses, logs (base64 in `data`),
warnings; times are RFC 3339 with nanoseconds. Objects stand one a line, or pretty-printed over
several; what the CLI prints after them is no JSON. A line of output may come in many pieces, and
many lines in one. Steps are numbered in the order in which they start, which is close to the
order in which the plain form first prints them; what never starts is no step there either.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from diag.read.buildkit_plain import PlainReader
from diag.read.buildkit_vertex import Vertex, seconds_of, text_of
from diag.read.buildlog_records import Line, Step

MAX_OBJECT = 64 << 20  # bytes of one pretty-printed object
_MAX_BAD = 100  # broken items of one message after which no more are looked for
_ITEM = re.compile(rb'\{\s*"(?:digest|vertex|id)"\s*:')
_TEXT_ITEM = re.compile(_ITEM.pattern.decode())
Held = list[tuple[int, bytes]]


class JsonReader:
    """Reads the lines once; `steps` is complete when they are through."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self._vertices: dict[str, Vertex] = {}
        self._summary = PlainReader()

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        """(line number, bytes) pairs as Lines. A message with several lines of output gives
        several Lines of the same number; every other line gives exactly one."""
        held: Held = []
        size = 0
        for line_no, raw in numbered:
            size += len(raw)
            held.append((line_no, raw))
            if _is_open(held, raw) and size < MAX_OBJECT:
                continue
            yield from self._object(held)
            held, size = [], 0
        yield from self._object(held)
        for vertex in self._vertices.values():
            yield from vertex.rest()

    def _object(self, held: Held) -> Iterator[Line]:
        if not held:
            return
        text = b"\n".join(raw for _, raw in held)
        message = _parse(text)
        if message is None and (_ITEM.search(text) or text.lstrip().startswith(b"{")):
            message = _sound_parts(text)
            if not any(message.values()):
                yield from (Line(line_no, None, None, raw, "other") for line_no, raw in held)
                return
        if message is not None:
            yield from self._message(held, message)
        else:
            yield from self._summary.lines(held)

    def _message(self, held: Held, message: dict[str, Any]) -> Iterator[Line]:
        line_no = held[0][0]
        events = list(self._vertexes(line_no, _dicts(message, "vertexes")))
        output = list(self._logs(held, _dicts(message, "logs")))
        yield from output
        yield from events
        told = {line.line_no for line in (*output, *events)}
        if line_no not in told:
            told.add(line_no)
            yield self._progress(line_no, held[0][1], message)
        for other_no, raw in held:
            if other_no not in told:
                yield Line(other_no, None, None, raw.strip(), "progress")

    def _vertexes(self, line_no: int, given: Iterable[dict[str, Any]]) -> Iterator[Line]:
        """What a message tells of the vertices that have started."""
        for item in given:
            digest = str(item.get("digest", ""))
            vertex = self._vertices.setdefault(digest, Vertex(text_of(item.get("name"))))
            role = vertex.update(item, line_no, len(self.steps) + 1)
            if vertex.step is None:
                continue
            self.steps.setdefault(vertex.step.step_id, vertex.step)
            error = text_of(item.get("error"))
            text = f"ERROR: {error}" if error else vertex.name
            yield Line(line_no, vertex.step_id, None, text.encode(), role)

    def _logs(self, held: Held, given: list[dict[str, Any]]) -> Iterator[Line]:
        places = [line_no for line_no, raw in held if b'"data"' in raw]
        for place, item in enumerate(given):
            line_no = places[place] if len(places) == len(given) else held[0][0]
            vertex = self._vertices.setdefault(str(item.get("vertex", "")), Vertex(""))
            try:
                data = base64.b64decode(str(item.get("data", "")))
            except (binascii.Error, ValueError):
                yield Line(line_no, vertex.step_id, None, b"log data that is no base64", "other")
                continue
            yield from vertex.output(line_no, seconds_of(item.get("timestamp")), data)

    def _progress(self, line_no: int, raw: bytes, message: dict[str, Any]) -> Line:
        """A message of transfers or warnings, or one that only continues a line of output."""
        items = _dicts(message, "statuses") or _dicts(message, "warnings")
        if not items:
            return Line(line_no, None, None, raw.strip(), "progress")
        vertex = self._vertices.get(str(items[0].get("vertex", "")))
        texts = [text_of(item.get("id")) or _warning(item) for item in items]
        step_id = vertex.step_id if vertex else None
        return Line(line_no, step_id, None, "; ".join(texts).encode(), "progress")


def _is_open(held: Held, raw: bytes) -> bool:
    """Whether a pretty-printed object has begun and not ended."""
    if held[0][1].rstrip() != b"{":
        return False
    return not raw.startswith(b"}")


def _parse(text: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _sound_parts(text: bytes) -> dict[str, list[Any]]:
    """What can be read of a message that was cut: its items that are complete."""
    found: dict[str, list[Any]] = {"vertexes": [], "statuses": [], "logs": [], "warnings": []}
    decoder, whole = json.JSONDecoder(), text.decode("utf-8", "replace")
    n_bad = end = 0
    for start in _TEXT_ITEM.finditer(whole):
        if start.start() < end or n_bad > _MAX_BAD:
            continue
        try:
            item, end = decoder.raw_decode(whole, start.start())
        except (ValueError, RecursionError):
            n_bad += 1
            continue
        found[_list_of(item)].append(item)
    return found


def _list_of(item: dict[str, Any]) -> str:
    """Which list of a message an item stands in."""
    if "digest" in item:
        return "vertexes"
    if "data" in item:
        return "logs"
    return "warnings" if "short" in item else "statuses"


def _dicts(message: dict[str, Any], key: str) -> list[dict[str, Any]]:
    items = message.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _warning(item: dict[str, Any]) -> str:
    try:
        return "WARN: " + base64.b64decode(str(item.get("short", ""))).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return "WARN:"
