"""What collectors of logs put before each line: times, jobs, sections.

An Envelope is told by a prefix that most lines carry, or by a sign that nothing else prints. Several
may lie around one another: `gh run view --log` of a job that shows a bitbake log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from diag.read.textlines import MAX_LINE

_SHARE = 0.8  # of the sampled lines that carry an envelope's prefix
_MAX_SAMPLED = 2000
_TIME = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"


@dataclass(frozen=True)
class Envelope:
    """A prefix that a collector of logs puts before lines."""

    name: str
    prefix: re.Pattern[bytes]
    sign: re.Pattern[bytes] | None = None  # of one that only some lines carry
    # The prefix of a line that goes on with the one before it, `stream` saying of which stream.
    more: re.Pattern[bytes] | None = None

    def is_in(self, sample: bytes) -> bool:
        """Whether the sample of a log's beginning is wrapped in it."""
        if self.sign is not None:
            return self.sign.search(sample) is not None
        lines = [line for line in sample.split(b"\n")[:_MAX_SAMPLED] if line.strip()]
        marked = sum(1 for line in lines if self.prefix.match(line))
        return marked > _SHARE * len(lines)

    def joined(self, numbered: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        """The lines, each long one put together in its first line; its other lines are empty."""
        held: list[tuple[int, bytes]] = []
        parts: list[bytes] = []
        stream, size = b"", 0
        for line_no, raw in numbered:
            found = self.more.match(raw) if self.more is not None else None
            if found is not None and found["more"] and found["stream"] == stream and held:
                size += len(raw)
                parts += [raw[found.end() :]] if size <= MAX_LINE else []
                held.append((line_no, b""))
                continue
            yield from _whole(held, parts)
            stream, size = (found["stream"], len(raw)) if found is not None else (b"", 0)
            held, parts = [(line_no, raw)], [raw]
        yield from _whole(held, parts)


def _whole(held: list[tuple[int, bytes]], parts: list[bytes]) -> Iterator[tuple[int, bytes]]:
    if held:
        yield held[0][0], b"".join(parts)
        yield from held[1:]


ENVELOPES = (
    # GitLab Runner, FF_TIMESTAMPS (helpers/timestamps in gitlab-runner): a UTC time of 27
    # characters, two hexadecimal digits of the stream, O or E, `+` before the rest of a long line.
    Envelope(
        "gitlab-timestamps",
        re.compile(rb"^" + _TIME + rb"Z [0-9a-f]{2}[OE][ +]", re.MULTILINE),
        more=re.compile(_TIME + rb"Z (?P<stream>[0-9a-f]{2}[OE])(?:(?P<more>\+)| )"),
    ),
    # actions/runner Logging.cs: .NET "O" times; `gh run view --log` puts job and step before;
    # Azure Pipelines writes the same; a copy of the page shows an HTTP date.
    Envelope(
        "github-actions",
        re.compile(
            rb"^(?:[^\t\n]*+\t[^\t\n]*+\t)?(?:\xef\xbb\xbf)?"
            rb"(?:" + _TIME + rb"Z ?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT ?)",
            re.MULTILINE,
        ),
    ),
    # Jenkins' Timestamper, kubectl logs --timestamps, docker logs --timestamps.
    Envelope(
        "timestamps",
        re.compile(
            rb"^(?:\[" + _TIME + rb"Z?\] ?|" + _TIME + rb"(?:Z|[+-]\d\d:\d\d) )", re.MULTILINE
        ),
    ),
    # GitLab's sections: ESC[0Ksection_start:UNIX_TIME:NAME[options] CR ESC[0K TITLE.
    Envelope(
        "gitlab",
        re.compile(
            rb"^(?:(?:\x1b\[0K)?section_(?:start|end):\d{1,12}:[\w.-]{1,200}(?:\[[^\]\n]{0,400}\])?"
            rb"\r?(?:\x1b\[0K){0,4})+",
            re.MULTILINE,
        ),
        sign=re.compile(rb"(?:\x1b\[0K|^|Z \d\d[OE] )section_start:\d{1,12}:\w", re.MULTILINE),
    ),
    # bitbake shows the log of a task that failed with a bar before each line.
    # A log pasted into an issue or a mail; a linker's own lines begin with >>> and no space.
    Envelope("quoted", re.compile(rb"^(?:> )+|^>(?=\r?$)", re.MULTILINE)),
    Envelope("bitbake", re.compile(rb"^\|(?: |\r?$)", re.MULTILINE)),
)
