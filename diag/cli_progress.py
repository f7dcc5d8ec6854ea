"""What long work is at, told on a terminal from the second second on, and gone when it is done."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 1.0  # seconds that work may take before it is told
ROOM = 70  # columns from which a bar stands between the words
MAX_NAME = 40  # characters of a file's name beside the bar

Tell = Callable[[int, int], None]


@contextmanager
def reading_progress(then: str = "judging") -> Iterator[Tell | None]:
    """What a reader of logs calls with (bytes read, bytes in all); None where standard error is no
    terminal. Objects are counted as they are opened; `then` is what comes when all is read.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from diag.read.files import on_file

    bar = _Bar(then)
    token = on_file.set(bar.tell_file)
    try:
        yield bar.tell
    finally:
        on_file.reset(token)
        bar.close()


class _Bar:
    """Drawn on standard error once the patience is over; rich is imported only then."""

    def __init__(self, then: str) -> None:
        self._then = then
        self._state: dict[str, Any] = {
            "description": then,
            "completed": 0,
            "total": None,
            "far": "",
        }
        self._n_files = 0
        self._shown: Any = None
        self._lock = threading.Lock()
        self._is_over = False
        self._timer = threading.Timer(PATIENCE, self._open)
        self._timer.daemon = True
        self._timer.start()

    def tell(self, read: int, size: int) -> None:
        """Called by the reader of a log."""
        if read >= size:
            self._set(description=self._then, completed=0, total=None, far="")
        else:
            far = f"{read / 1e6:,.0f} of {size / 1e6:,.0f} MB"
            self._set(description="reading the log", completed=read, total=size, far=far)

    def tell_file(self, file: str) -> None:
        """Called as a file of objects is opened, with "" behind the last."""
        from diag.show.text import clip, counted, printable

        self._n_files = self._n_files + 1 if file else 0
        if not file:
            self._set(description=self._then, completed=0, total=None, far="")
            return
        name = clip(printable(file.rpartition("/")[2]), MAX_NAME)
        far = f"{counted(self._n_files, 'file')}  {name}"
        self._set(description="reading objects", completed=0, total=None, far=far)

    def _set(self, **state: Any) -> None:
        self._state = state
        if self._shown is not None:
            self._shown.update(self._shown.task_ids[0], **state)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        words = TextColumn("{task.description}", markup=False)
        far = TextColumn("{task.fields[far]}", markup=False)
        console = Console(stderr=True)
        bar = [BarColumn(bar_width=20)] if console.width >= ROOM else []
        columns = (words, *bar, TimeElapsedColumn(), far)
        shown = Progress(*columns, console=console, transient=True)
        with self._lock:
            if not self._is_over:
                shown.add_task(**self._state)
                shown.start()
                self._shown = shown

    def close(self) -> None:
        """Takes the bar away."""
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._shown is not None:
                self._shown.stop()
