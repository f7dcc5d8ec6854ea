"""Any build log -> its lines and steps; the format is sniffed.

A new format is a Format in FORMATS, a prefix that wraps another format is an Envelope in
envelopes.ENVELOPES. Formats nest: a GitHub Actions log of a buildx build of cargo's JSON messages
is read as all three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from diag.read import cargo_json
from diag.read.buildah import BuildahReader
from diag.read.buildkit_json import JsonReader
from diag.read.buildkit_names import StepName, parse_step_name, target_platforms
from diag.read.buildkit_plain import QUIET, PlainReader
from diag.read.buildkit_tty import TtyReader
from diag.read.buildlog_records import Line, Step
from diag.read.docker_legacy import LegacyReader
from diag.read.envelopes import ENVELOPES, Envelope
from diag.read.skim import SKIM_FROM, Quiet, Skim, any_of
from diag.read.terminal_lines import late, shown, uncovered
from diag.read.textlines import LogText, Source, iter_blocks, load_text, split_lines

MAX_LITERALS = 8  # of more, one search of all is as quick as one after the other
_SAMPLE = 1 << 20  # bytes at each end by which a format is told
Progress = Callable[[int, int], None]  # told (bytes read, bytes in all) from time to time


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
    """A format of logs, and how it is told. Without `quiet`, every line of it is read; what `late`
    matches is written over. A format that `is_drawn` has escapes that tell something."""

    name: str
    sign: re.Pattern[bytes]
    reader: Callable[[], Reader]
    quiet: Quiet | None = None
    late: re.Pattern[bytes] | None = None
    is_drawn: bool = False


FORMATS = (
    Format(
        "buildkit-rawjson",
        re.compile(
            rb'^\{?\s*"(?:vertexes|statuses|logs|warnings)"\s*:\s*(?:\[|null)'
            rb'|\{"vertex":"sha256:[0-9a-f]{64}","stream":\d',
            re.MULTILINE,
        ),
        JsonReader,
        late=late(rb'\{"(?:vertexes|statuses|logs|warnings)":'),
    ),
    Format(
        "buildkit-plain",
        re.compile(
            rb"^#\d{1,9} (?:\[[^\]\n]{1,400}\] ?\S|\d{1,9}\.\d{1,3}(?: |\r?$)|DONE \d|CACHED\r?$"
            rb"|CANCELED\r?$|ERROR: |\.\.\.\r?$|exporting |importing |transferring |sha256:)",
            re.MULTILINE,
        ),
        PlainReader,
        QUIET,
        late=late(rb"#\d{1,9} "),
    ),
    Format(
        "buildkit-tty",
        re.compile(rb"\[\+\] [A-Z]\w{1,20} \d{1,9}\.\ds \(\d{1,9}/\d{1,9}\)"),
        TtyReader,
        is_drawn=True,
    ),
    Format(
        "docker-legacy",
        re.compile(rb"^Step \d{1,9}(?:/\d{1,9})? : [A-Z]", re.MULTILINE),
        LegacyReader,
    ),
    Format(
        "buildah",
        re.compile(
            rb"^(?:\[[^\]\n]{1,80}\] ){0,2}STEP \d{1,9}(?:/\d{1,9})?: [A-Z]",
            re.MULTILINE,
        ),
        BuildahReader,
    ),
    Format("text", re.compile(rb""), TextReader, Quiet("")),
)


@dataclass
class BuildLog:
    """A log and its format. `lines()` reads it anew; `steps` holds those of the last reading."""

    name: str
    format: str
    text: LogText
    _format: Format
    _envelopes: tuple[Envelope, ...]
    _has_cargo_json: bool = False
    _progress: Progress | None = None

    def __post_init__(self) -> None:
        self.steps: list[Step] = []
        self._plain: set[int] = set()  # blocks that are as a terminal shows them

    def numbered(self, skim: Skim | None = None) -> Iterator[tuple[int, bytes]]:
        """(line number, bytes without envelopes) of every line; with `skim`, perhaps not of those
        in which nothing is that it searches for."""
        joining = next((envelope for envelope in self._envelopes if envelope.more), None)
        if joining is None:
            yield from self._numbered(self._envelopes, skim)
            return
        # Long lines are put together before their marks come off.
        for line_no, raw in joining.joined(self._numbered(())):
            for envelope in self._envelopes:
                raw = envelope.prefix.sub(b"", raw, count=1)
            yield line_no, uncovered(raw, self._format.late)

    def _numbered(
        self, envelopes: tuple[Envelope, ...], skim: Skim | None = None
    ) -> Iterator[tuple[int, bytes]]:
        quiet, first, read, size = self._format.quiet, 1, 0, len(self.text.data)
        for n_bytes, block in self._blocks():
            n_lines = block.count(b"\n")
            read += n_bytes
            block = self._bare(block, envelopes)
            if skim is None or quiet is None or size < SKIM_FROM:
                yield from enumerate(split_lines(block), first)
            else:
                yield from ((first + place, raw) for place, raw in skim.lines(block, quiet))
            first += n_lines
            if self._progress is not None:
                self._progress(read, size)

    def _blocks(self) -> Iterator[tuple[int, bytes]]:
        """(bytes of the log, what a terminal shows of their lines) of each block; each line ends
        with a line feed."""
        for number, block in enumerate(iter_blocks(self.text.data)):
            size = len(block)
            block = block if block.endswith(b"\n") else block + b"\n"
            if self._format.is_drawn or number in self._plain:
                yield size, block
                continue
            seen = shown(block)
            if len(seen) == len(block):  # what is not shown is taken out, nothing is put in
                self._plain.add(number)
            yield size, seen

    def _bare(self, block: bytes, envelopes: tuple[Envelope, ...]) -> bytes:
        """The lines without envelopes."""
        for envelope in envelopes:
            block = envelope.prefix.sub(b"", block)
        return block if self._format.is_drawn else uncovered(block, self._format.late)

    def lines(self, skim: Skim | None = None) -> Iterator[Line]:
        """Every line of the log, or with `skim` those that can matter to it; `steps` is complete
        after the last."""
        if skim is not None and self._has_cargo_json:
            sign = any_of([cargo_json.SIGN.decode()])
            skim.unsure = f"{skim.unsure}|{sign}" if skim.unsure else sign
        reader = self._format.reader()
        lines = reader.lines(self.numbered(skim))
        yield from cargo_json.expand(lines) if self._has_cargo_json else lines
        self.steps = list(reader.steps.values())

    def tail(self, n_bytes: int) -> tuple[int, list[tuple[int, bytes]]]:
        """Where the whole lines among the last bytes begin, and these lines without envelopes and
        marks of steps, numbered from 1."""
        data = self.text.data
        begin = max(0, len(data) - n_bytes)
        begin = data.find(b"\n", begin) + 1 or begin if begin else 0
        part = replace(self, text=LogText(self.name, data[begin:]), _progress=None)
        return begin, [(line.line_no, line.raw) for line in part.lines()]

    def may_hold(self, literals: Collection[str]) -> bool:
        """Whether a line may hold one of the literals. False only of a long log whose lines show
        what their bytes say, which are searched here in a tenth of the time that reading takes."""
        if len(literals) > MAX_LITERALS or any("\ufffd" in text for text in literals):
            return True
        if not self._shows_its_bytes:
            return True
        wanted = [text.encode("utf-8", "surrogateescape") for text in literals]
        return any(text in block for _, block in self._blocks() for text in wanted)

    @property
    def _shows_its_bytes(self) -> bool:
        """No escapes of JSON, no lines that are put together of several."""
        if self._format.quiet is None or self._has_cargo_json or len(self.text.data) < SKIM_FROM:
            return False
        return not any(envelope.more for envelope in self._envelopes)


def open_log(source: Source, file: str | None = None, progress: Progress | None = None) -> BuildLog:
    """The log, its format sniffed. InputError as load_text raises it."""
    text = load_text(source, file)
    head, tail = shown(text.data[:_SAMPLE]), shown(text.data[-_SAMPLE:])
    envelopes = []
    for envelope in ENVELOPES:
        if envelope.is_in(head):
            envelopes.append(envelope)
            head, tail = envelope.prefix.sub(b"", head), envelope.prefix.sub(b"", tail)
    # A line that is written over another one is told as a line.
    found = _told(head.replace(b"\r", b"\n"), tail.replace(b"\r", b"\n"))
    has_cargo = found.reader is JsonReader or any(
        cargo_json.SIGN in block for block in iter_blocks(text.data)
    )
    names = [*(envelope.name for envelope in envelopes), found.name]
    names += ["cargo-json"] if has_cargo and found.reader is not JsonReader else []
    return BuildLog(text.name, "+".join(names), text, found, tuple(envelopes), has_cargo, progress)


def _told(head: bytes, tail: bytes) -> Format:
    """The format of a log of which these are the beginning and the end.

    On a terminal the output of a step that failed follows the last frame, until 2022 in lines as
    of the plain form: whichever of the two comes first is the log's.
    """
    found = next(form for form in FORMATS if form.sign.search(head) or form.sign.search(tail))
    if found.reader is not PlainReader:
        return found
    tty = next(form for form in FORMATS if form.reader is TtyReader)
    drawn, numbered = tty.sign.search(head), found.sign.search(head)
    return tty if drawn and (numbered is None or drawn.start() < numbered.start()) else found


@dataclass(frozen=True)
class NamedStep:
    """A step with the parts of its name and the platform that it is for."""

    step: Step
    name: StepName
    target: str | None


def name_steps(steps: Iterable[Step], platform: str | None = None) -> dict[str, NamedStep]:
    """Step id -> step with its name read. `platform` is for a log that names no other one."""
    kept = list(steps)
    names = {step.step_id: step.parts or parse_step_name(step.name) for step in kept}
    stopped = {step.step_id for step in kept if step.status not in ("ok", "cached")}
    targets = target_platforms(names.items(), stopped)
    if platform is not None and set(targets.values()) <= {platform, None}:
        targets = {step_id: target or platform for step_id, target in targets.items()}
    return {
        step.step_id: NamedStep(step, names[step.step_id], targets[step.step_id]) for step in kept
    }
