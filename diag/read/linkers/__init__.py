"""Build logs -> frames: steps, lines, link errors, link commands.

    log = read_log("build.log")            # a path, an open file, bytes, "-" for standard input
    log.format; log.steps; log.link_errors; log.link_commands; log.log_lines

Grammars: one class a linker (gnu_ld, gold, lld with mold), listed in session.GRAMMARS. Columns:
diag/schema_frames.py. pandas is imported when the first frame is made.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diag.errors import InputError
from diag.read.buildlog import BuildLog, NamedStep, Progress, name_steps, open_log
from diag.read.linkers.collect import Findings, collect, lines_that_hold, no_collection, text_lines
from diag.read.textlines import Source
from diag.schema_frames import LINE_KINDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LogFrames",
    "parse_link_errors",
    "read_build_log",
    "read_link_errors",
    "read_log",
    "read_log_lines",
]


class LogFrames:
    """One log as frames. The log is read once for steps, errors and commands, and once more
    for its lines if they are asked for."""

    def __init__(self, log: BuildLog, platform: str | None = None) -> None:
        self._log = log
        self._platform = platform
        self._found: Findings = collect(log)
        self._steps: dict[str, NamedStep] = name_steps(self._found.steps, platform)
        self._is_bare = not self._steps

    @property
    def file(self) -> str:
        """The name that its rows cite."""
        return self._log.name

    @property
    def format(self) -> str:
        """buildkit-plain, -rawjson, -tty, docker-legacy, buildah or text, as sniffed.

        What wraps it comes first, joined by `+` (github-actions, gitlab, ...); `+cargo-json` last.
        """
        return self._log.format

    @cached_property
    def failure(self) -> tuple[str, str | None, int, str] | None:
        """(file, platform, line, text) of the last words of a log without steps that tell of a
        failure; None where it has steps, or none tells."""
        from diag.read.log_end import failure_at_end

        end = failure_at_end(self._log) if self._is_bare else None
        return None if end is None else (self.file, self._platform, *end)

    def check_is_log(self) -> None:
        """InputError where this is clearly no log: a page of prose, a Dockerfile."""
        from diag.read.no_log import is_unmarked, why_no_log

        found = self._found
        is_told = not self._is_bare or found.errors or found.commands or self.failure
        if is_told or not is_unmarked(self.format, self._log.text):
            return
        known = {row.line_no for row in text_lines(self._log, set(LINE_KINDS) - {"output"})}
        why = why_no_log(self._log.text, known)
        if why is not None:
            raise InputError(why[0], file=self.file, help=why[1])

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The build's steps: frame `steps`."""
        from diag.read.linkers.frames import steps_frame

        return steps_frame(self.file, self._steps.values())

    @cached_property
    def link_errors(self) -> pd.DataFrame:
        """What linkers said: frame `link_errors`."""
        from diag import schema

        with no_collection():
            return schema.make("link_errors", self.error_rows())

    def error_rows(self) -> list[dict[str, Any]]:
        """The rows of `link_errors` as mappings."""
        from diag.read.linkers.frames import error_row

        return [
            error_row(self.file, number, step_id, self.platform_of(step_id), error)
            for number, (step_id, error) in enumerate(self._found.errors, 1)
        ]

    @cached_property
    def link_commands(self) -> pd.DataFrame:
        """Linker command lines: frame `link_commands`."""
        from diag.read.linkers.frames import commands_frame

        return commands_frame(self.file, self._found.commands, self.platform_of)

    @cached_property
    def log_lines(self) -> pd.DataFrame:
        """Every line of the log: frame `log_lines`, as large as the log."""
        return self.lines()

    def lines(
        self, kinds: Collection[str] = LINE_KINDS, also: Collection[str] = ()
    ) -> pd.DataFrame:
        """The lines of these kinds, and those of output that hold one of the literals `also`:
        frame `log_lines`."""
        from diag.read.linkers.frames import lines_frame

        return lines_frame(self.file, text_lines(self._log, kinds, also), self.platform_of)

    def lines_with(self, literals: Collection[str]) -> pd.DataFrame:
        """The lines of output that hold one of the literals, all told as of kind `output`: frame
        `log_lines`."""
        from diag.read.linkers.frames import lines_frame

        return lines_frame(self.file, lines_that_hold(self._log, literals), self.platform_of)

    def platform_of(self, step_id: str | None) -> str | None:
        """The platform that a step is for; the one given with the log where it has no steps."""
        if step_id is not None and step_id in self._steps:
            return self._steps[step_id].target
        return self._platform if self._is_bare else None


def read_log(
    source: Source,
    *,
    file: str | None = None,
    platform: str | None = None,
    progress: Progress | None = None,
    is_checked: bool = False,
) -> LogFrames:
    """A build log of any known format. `file` is the name to cite; `platform` is what the log
    is for, where it names no platform itself. `progress` is called with (bytes read, bytes in
    all) after each block, in every reading of the log.

    InputError: no such file, a folder, an empty log, or bytes that are no text; with `is_checked`
    also a text that is clearly no log.
    """
    frames = LogFrames(open_log(source, file, progress), platform)
    if is_checked:
        frames.check_is_log()
    return frames


def read_build_log(source: Source) -> pd.DataFrame:
    """The steps of a build log: frame `steps`. InputError as read_log."""
    return read_log(source).steps


def read_log_lines(source: Source) -> pd.DataFrame:
    """Every line of a build log with its kind: frame `log_lines`. InputError as read_log."""
    return read_log(source).log_lines


def read_link_errors(source: Source) -> pd.DataFrame:
    """What linkers said in a build log: frame `link_errors`. InputError as read_log."""
    return read_log(source).link_errors


def parse_link_errors(text: str, file: str = "<text>") -> list[dict[str, Any]]:
    """A log's text as rows of the `link_errors` frame; no rows for an empty text."""
    if not text.strip():
        return []
    return read_log(text.encode("utf-8", "replace"), file=file).error_rows()
