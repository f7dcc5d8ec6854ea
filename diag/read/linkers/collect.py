"""One reading of a log: its steps, link errors and link commands, or its lines."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from diag.read.buildlog import MAX_LITERALS, BuildLog
from diag.read.buildlog_kinds import ANYWHERE, STARTS, KindFinder
from diag.read.buildlog_records import Line, Step
from diag.read.linkers.commands import COMPILES, LinkCommand
from diag.read.linkers.ledger import LinkError
from diag.read.linkers.probes import PROBES
from diag.read.linkers.session import CALL, WORDS, Session, is_hot
from diag.read.skim import ALSO, HELD, NAMED, STARTS_SO, UNSEARCHED, Calls, Skim, any_of
from diag.read.textlines import clean, clip
from diag.schema_frames import LINE_KINDS

_ALSO = ("output", "link_command", "linker", "excerpt", "other")  # kinds that literals may ask for
_CALLS = Calls(CALL, dull=COMPILES, but=any_of(PROBES))  # those that is_hot lets through
_BEYOND_ASCII = r"[\x80-\xff]"
_TELLS_KIND = STARTS_SO | HELD  # without them, a line of output is of no kind but that


class TextLine(NamedTuple):
    """A line with its kind."""

    line_no: int
    part_no: int  # place among the rows of that line: one line of JSON holds many
    step_id: str | None
    seconds: float | None
    text: str
    kind: str


@contextmanager
def no_collection() -> Iterator[None]:
    """Millions of records that hold no cycles are made: looking for cycles took a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class Findings:
    """What one reading found; each list is in the order of lines."""

    steps: list[Step] = field(default_factory=list)
    errors: list[tuple[str | None, LinkError]] = field(default_factory=list)
    commands: list[tuple[str | None, int, LinkCommand]] = field(default_factory=list)


@no_collection()
def collect(log: BuildLog) -> Findings:
    """The steps, link errors and link commands of a log, in one pass.

    The excerpt that a builder prints at its end repeats what was read already; it is read only
    for a step of which the log holds no other output.
    """
    sessions: dict[str | None, Session] = {}
    excerpts: dict[str | None, Session] = {}
    skim = Skim(any_of(WORDS), calls=_CALLS)
    for line in log.lines(skim):
        if line.role not in ("output", "excerpt"):
            continue
        key = (line.role, line.step_id)
        if not (skim.told_of(line.line_no) or key in skim.waiting):
            continue
        text = clean(line.raw)
        if not (is_hot(text) or key in skim.waiting):
            continue
        pool = sessions if line.role == "output" else excerpts
        session = pool.get(line.step_id)
        if session is None:
            session = pool[line.step_id] = Session()
        session.feed(line.line_no, text)
        _wait(skim, key, session.goes_on)
    for session in (*sessions.values(), *excerpts.values()):
        session.close()
    for step_id in _only_excerpted(log.steps, excerpts, bool(sessions)):
        sessions[step_id] = excerpts[step_id]
    return _merge(log.steps, sessions)


def _wait(skim: Skim, key: Hashable, goes_on: bool) -> None:
    """Notes whether this step's next line is needed, whatever it holds."""
    if goes_on:
        skim.waiting.add(key)
    elif skim.waiting:
        skim.waiting.discard(key)


def _only_excerpted(
    steps: list[Step], excerpts: dict[str | None, Session], has_any: bool
) -> list[str | None]:
    printed = {step.step_id for step in steps if step.n_output}
    return [
        step_id
        for step_id in excerpts
        if (step_id is None and not (printed or has_any))
        or (step_id is not None and step_id not in printed)
    ]


def _merge(steps: list[Step], sessions: dict[str | None, Session]) -> Findings:
    clipped = {step.step_id for step in steps if step.is_clipped}
    errors = []
    for step_id, session in sessions.items():
        for error in session.errors:
            error.is_lower_bound |= step_id in clipped
            errors.append((step_id, error))
    commands = [
        (step_id, line_no, command)
        for step_id, session in sessions.items()
        for line_no, command in session.commands
    ]
    return Findings(
        steps=steps,
        errors=sorted(errors, key=lambda pair: pair[1].line_no),
        commands=sorted(commands, key=lambda item: item[1]),
    )


class _StepLines:
    """What is carried from line to line of one step."""

    def __init__(self) -> None:
        self.session = Session()
        self.kinds = KindFinder()
        self.warning: int | None = None  # row of the warning just before, if it was kept

    @property
    def goes_on(self) -> bool:
        """Whether what the next line is depends on this one."""
        return self.session.goes_on or self.kinds.goes_on

    def kind(self, line: Line, text: str, told: int) -> str:
        """The kind of the step's next line of output; `told` as of Skim.told_of."""
        is_asked = self.session.goes_on or (told & NAMED and is_hot(text))
        said = self.session.feed(line.line_no, text) if is_asked else None
        return said or (self.kinds.find(text) if told & _TELLS_KIND else self.kinds.pass_by())


@no_collection()
def text_lines(
    log: BuildLog, kinds: Collection[str] = LINE_KINDS, also: Collection[str] = ()
) -> list[TextLine]:
    """The lines of a log that are of these kinds, or of output that holds one of the literals
    `also`, in the order of the file."""
    rows: list[TextLine] = []
    streams: dict[str | None, _StepLines] = {}
    parts: Counter[int] = Counter()
    skim, is_told = _skim_for(kinds, also), _told_by(also)
    told_of = skim.told_of if skim is not None else lambda _: UNSEARCHED
    has_parts = "json" in log.format  # elsewhere a line of the file is one line of the build
    for line in log.lines(skim):
        if has_parts:
            parts[line.line_no] += 1
        told = told_of(line.line_no)
        text, kind = clean(line.raw), line.role
        if kind == "output":
            stream = streams.get(line.step_id)
            if stream is None:
                stream = streams[line.step_id] = _StepLines()
            if stream.kinds.goes_on and stream.kinds.shows_rustc(text):
                kind = "compiler"
                if stream.warning is not None:
                    rows[stream.warning] = rows[stream.warning]._replace(kind=kind)
            else:
                kind = stream.kind(line, text, told)
            stream.warning = len(rows) if kind == "build_script" else None
            if skim is not None and (skim.waiting or stream.goes_on):
                _wait(skim, line.step_id, stream.goes_on)
        # A build script's line may be shown to be rustc's by the next line.
        is_kept = kind in kinds or kind == "build_script"
        if is_kept or (told & ALSO and kind in _ALSO and is_told(text)):
            rows.append(
                TextLine(
                    line.line_no,
                    parts.get(line.line_no, 1),
                    line.step_id,
                    line.seconds,
                    clip(text),
                    kind,
                )
            )
    rows = [row for row in rows if row.kind in kinds or (row.kind in _ALSO and is_told(row.text))]
    return sorted(rows, key=lambda row: row[:2])


@no_collection()
def lines_that_hold(log: BuildLog, literals: Collection[str]) -> list[TextLine]:
    """The lines of output that hold one of the literals. They are not looked at closer, which
    takes most of the time of `text_lines`: the kind of each is `output`, whatever it is."""
    if not log.may_hold(literals):
        return []
    rows: list[TextLine] = []
    parts: Counter[int] = Counter()
    # What stands for bytes that are no UTF-8 is not among the bytes that are searched.
    unsure = _BEYOND_ASCII if any("\ufffd" in text for text in literals) else ""
    is_told, skim = _told_by(literals), Skim(any_of(literals), unsure=unsure)
    has_parts = "json" in log.format
    for line in log.lines(skim):
        if has_parts:
            parts[line.line_no] += 1
        if not skim.told_of(line.line_no):
            continue
        text = clean(line.raw)
        if line.role in _ALSO and is_told(text):
            part = parts.get(line.line_no, 1)
            rows.append(
                TextLine(line.line_no, part, line.step_id, line.seconds, clip(text), "output")
            )
    return sorted(rows, key=lambda row: row[:2])


def _told_by(also: Collection[str]) -> Callable[[str], bool]:
    """Whether a line holds one of the literals."""
    if 0 < len(also) <= MAX_LITERALS:
        return lambda text: any(map(text.__contains__, also))
    found = re.compile(any_of(also)).search if also else None
    return lambda text: found is not None and found(text) is not None


def _skim_for(kinds: Collection[str], also: Collection[str] = ()) -> Skim | None:
    """What to look for where only these lines are wanted; None if that is every line. Beyond
    ASCII, RE2 and Python do not have the same classes of characters: such lines are all given."""
    if "output" in kinds:
        return None
    return Skim(
        any_of(WORDS),
        loud="|".join(ANYWHERE),
        starts="|".join(STARTS),
        also=any_of(also),
        calls=_CALLS,
        unsure=_BEYOND_ASCII,
    )
