"""Feeding a sandbox and reading what it gives, within time and memory."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from pathlib import Path
from typing import IO

from diag.probe.limits import Limits

_CHUNK = 1 << 16
_TURN_SECONDS = 0.1  # how often memory is looked at
_PAGE_BYTES = 4096  # of /proc/PID/statm; where pages are larger the limit is looser


class Pump:
    """Writes `given` to a process and reads both outputs, to their end or to a limit.

    `out` and `err` are what it printed (err shortened to limits.output), `cut` which limit ended
    the reading: time, memory, files; empty if none did. It does not kill: the caller does.
    """

    def __init__(self, process: subprocess.Popen[bytes], given: bytes, limits: Limits) -> None:
        self.out, self.err, self.cut = bytearray(), bytearray(), ""
        self._rest = memoryview(given)
        self._pid = process.pid
        self._limits = limits
        self._end = time.monotonic() + limits.wall_seconds + limits.closing_seconds
        self._next_turn = time.monotonic() + _TURN_SECONDS
        streams = (process.stdin, process.stdout, process.stderr)
        self._run([stream for stream in streams if stream is not None])

    def _run(self, streams: list[IO[bytes]]) -> None:
        events = (selectors.EVENT_WRITE, selectors.EVENT_READ, selectors.EVENT_READ)
        actions = (self._write, self._read_out, self._read_err)
        with selectors.DefaultSelector() as selector:
            for stream, event, action in zip(streams, events, actions, strict=True):
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, event, (stream, action))
            while selector.get_map() and not self.cut:
                for key, _ in selector.select(_TURN_SECONDS):
                    stream, action = key.data
                    if not action(stream.fileno()):
                        selector.unregister(stream)
                        stream.close()
                self._look_at_limits()

    # Each action says whether its stream has more to do.

    def _write(self, descriptor: int) -> bool:
        try:
            written = os.write(descriptor, self._rest[:_CHUNK])
        except BrokenPipeError:
            return False
        self._rest = self._rest[written:]
        return bool(self._rest)

    def _read_out(self, descriptor: int) -> bool:
        chunk = os.read(descriptor, _CHUNK)
        self.out += chunk
        # A tar is smaller than its files in pages of memory, unless they are sparse or empty.
        if len(self.out) > self._limits.disk:
            self.cut = "files"
        return bool(chunk)

    def _read_err(self, descriptor: int) -> bool:
        chunk = os.read(descriptor, _CHUNK)
        self.err += chunk[: max(0, self._limits.output - len(self.err))]
        return bool(chunk)

    def _look_at_limits(self) -> None:
        now = time.monotonic()
        if now > self._end:
            self.cut = "time"
        elif now > self._next_turn:
            self._next_turn = now + _TURN_SECONDS
            if resident_bytes(self._pid) > self._limits.resident:
                self.cut = "memory"


def resident_bytes(pid: int) -> int:
    """Memory that a process and all its descendants hold; what ended meanwhile counts nothing."""
    total, rest, seen = 0, [pid], {pid}
    while rest:
        folder = Path("/proc", str(rest.pop()))
        try:
            total += int((folder / "statm").read_text().split()[1]) * _PAGE_BYTES
            children = (folder / "task" / folder.name / "children").read_text().split()
        except (OSError, IndexError):
            continue
        fresh = {int(child) for child in children} - seen
        seen |= fresh
        rest += fresh
    return total
