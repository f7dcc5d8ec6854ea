"""A progress bar for a log that takes longer than a second to read: on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 1.0  # seconds that a reading may take before there is a bar

Tell = Callable[[int, int], None]


@contextmanager
def reading_progress() -> Iterator[Tell | None]:
    """What a reader calls with (bytes read, bytes in all); None where standard error is no terminal.

    The bar is drawn on standard error, and is gone when the reading is done.
    """
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.close()


class _Bar:
    """Drawn once the patience is over; rich is imported only then."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown: Any = None
        self._task: Any = None

    def tell(self, read: int, size: int) -> None:
        """Called by the reader."""
        if self._shown is None:
            if read >= size or time.monotonic() - self._start < PATIENCE:
                return
            self._open()
        self._shown.update(self._task, completed=read, total=size)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

        columns = (TextColumn("reading the log"), BarColumn(), DownloadColumn())
        self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._shown.add_task("", total=None)
        self._shown.start()

    def close(self) -> None:
        """Takes the bar away."""
        if self._shown is not None:
            self._shown.stop()
