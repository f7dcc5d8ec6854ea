"""Any build log -> its lines and steps; the format is sniffed.

A new format is a Format in FORMATS, a prefix that wraps another format is an Envelope in
ENVELOPES. Formats nest: a GitHub Actions log of a buildx build is read as BuildKit's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from diag.read.buildkit_json import JsonReader
from diag.read.buildkit_names import StepName, parse_step_name, target_platforms
from diag.read.buildkit_plain import PlainReader
from diag.read.buildlog_records import Line, Step
from diag.read.textlines import LogText, Source, iter_blocks, load_text, split_lines

_SAMPLE = 1 << 20  # bytes at each end by which a format is told
_ENVELOPE_SHARE = 0.8  # of the sampled lines that carry an envelope's prefix


class Reader(Protocol):
    """Reads numbered lines once; `steps` is complete when they are through."""

    steps: dict[str, Step]

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]: ...


class TextReader:
    """Output without a builder's marks."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    def lines(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        """Every line as output of no step."""
        for line_no, raw in numbered:
            yield Line(line_no, None, None, raw, "output")


@dataclass(frozen=True)
class Format:
    """A format of logs, and how it is told."""

    name: str
    sign: re.Pattern[bytes]
    reader: Callable[[], Reader]


@dataclass(frozen=True)
class Envelope:
    """A prefix that a collector of logs puts before each line."""

    name: str
    prefix: re.Pattern[bytes]


ENVELOPES = (
    # actions/runner Logging.cs: .NET "O" times; `gh run view --log` puts job and step before.
    Envelope(
        "github-actions",
        re.compile(
            rb"^(?:[^\t\n]*+\t[^\t\n]*+\t)?(?:\xef\xbb\xbf)?"
            rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ?",
            re.MULTILINE,
        ),
    ),
)
FORMATS = (
    Format(
        "buildkit-rawjson",
        re.compile(
            rb'^\{?\s*"(?:vertexes|statuses|logs|warnings)"\s*:\s*(?:\[|null)', re.MULTILINE
        ),
        JsonReader,
    ),
    Format(
        "buildkit-plain",
        re.compile(
            rb"^#\d{1,9} (?:\[[^\]\n]{1,400}\] ?\S|\d{1,9}\.\d{1,3}(?: |\r?$)|DONE \d|CACHED\r?$"
            rb"|CANCELED\r?$|ERROR: |\.\.\.\r?$|exporting |importing |transferring |sha256:)",
            re.MULTILINE,
        ),
        PlainReader,
    ),
    Format("text", re.compile(rb""), TextReader),
)


@dataclass
class BuildLog:
    """A log and its format. `lines()` reads it anew; `steps` holds those of the last reading."""

    name: str
    format: str
    text: LogText
    _format: Format
    _envelopes: tuple[Envelope, ...]

    def __post_init__(self) -> None:
        self.steps: list[Step] = []

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """(line number, bytes without envelopes) of every line."""
        line_no = 0
        for block in iter_blocks(self.text.data):
            for envelope in self._envelopes:
                block = envelope.prefix.sub(b"", block)
            for raw in split_lines(block):
                line_no += 1
                yield line_no, raw

    def lines(self) -> Iterator[Line]:
        """Every line of the log; `steps` is complete after the last."""
        reader = self._format.reader()
        yield from reader.lines(self.numbered())
        self.steps = list(reader.steps.values())


def open_log(source: Source, file: str | None = None) -> BuildLog:
    """The log, its format sniffed. InputError as load_text raises it."""
    text = load_text(source, file)
    head, tail = text.data[:_SAMPLE], text.data[-_SAMPLE:]
    envelopes = tuple(envelope for envelope in ENVELOPES if _is_in(envelope, head))
    for envelope in envelopes:
        head, tail = envelope.prefix.sub(b"", head), envelope.prefix.sub(b"", tail)
    found = next(form for form in FORMATS if form.sign.search(head) or form.sign.search(tail))
    name = "+".join([*(envelope.name for envelope in envelopes), found.name])
    return BuildLog(text.name, name, text, found, envelopes)


def _is_in(envelope: Envelope, head: bytes) -> bool:
    lines = [line for line in head.split(b"\n")[:2000] if line.strip()]
    marked = sum(1 for line in lines if envelope.prefix.match(line))
    return marked > _ENVELOPE_SHARE * len(lines)


@dataclass(frozen=True)
class NamedStep:
    """A step with the parts of its name and the platform that it is for."""

    step: Step
    name: StepName
    target: str | None


def name_steps(steps: Iterable[Step], platform: str | None = None) -> dict[str, NamedStep]:
    """Step id -> step with its name read. `platform` is for a log that names no other one."""
    kept = list(steps)
    names = {step.step_id: parse_step_name(step.name) for step in kept}
    targets = target_platforms(names.items())
    if platform is not None and set(targets.values()) <= {platform, None}:
        targets = {step_id: target or platform for step_id, target in targets.items()}
    return {
        step.step_id: NamedStep(step, names[step.step_id], targets[step.step_id]) for step in kept
    }
