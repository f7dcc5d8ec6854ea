"""`diag log`: the steps and link errors of build logs, without a verdict."""

from __future__ import annotations

from typing import Any

import click

from diag.cli_output import (
    complete_platforms,
    format_option,
    output_option,
    redact_option,
    tell_waiting,
    write_json,
    write_screen,
)
from diag.cli_progress import reading_progress


@click.command("log", short_help="Show the steps and link errors of a build log.")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--platform", metavar="P", help="Platform that the log is for, where it names none.",
    shell_complete=complete_platforms,
)  # fmt: skip
@format_option("table", "json")
@output_option
@redact_option
def log_cmd(
    file: str, platform: str | None, format_: str, output: str | None, is_redacted: bool
) -> int:
    """Show the steps and link errors of a build log (`-`: standard input), without a verdict.

    Exit status: 0 neither a link error nor a failed step, 1 one of them, 2 no log to be read.
    """
    from diag.platforms import find_platform
    from diag.read.linkers import read_log
    from diag.show.redact import Redactor

    if file == "-":
        tell_waiting()
    known = find_platform(platform).name if platform else None
    with reading_progress() as progress:
        frames = read_log(file, file=file, platform=known, progress=progress, is_checked=True)
    mask = Redactor(is_on=is_redacted)
    steps, errors = mask.frame(frames.steps), mask.frame(frames.link_errors)
    if format_ == "json":
        from diag.verdict import records

        rows = {"steps": records(steps), "link_errors": records(errors)}
        write_json({"format": frames.format, **rows}, output)
    else:
        write_screen(_screen(frames.format, steps, errors), output)
    return 1 if len(errors) or (steps["status"] == "error").any() else 0


def _screen(format_: str, steps: Any, errors: Any) -> Any:
    from rich.console import Group
    from rich.text import Text

    from diag.show.frame_tables import df_link_errors, df_steps
    from diag.show.grid import frame_table
    from diag.show.terminal import console_for
    from diag.show.text import counted

    told = f"{format_}: {counted(len(steps), 'step')}, {counted(len(errors), 'link error')}"
    parts: list[Any] = [Text(told, style="bold")]
    if len(steps):
        width = console_for().width
        table = df_steps(steps, width=max(18, width - (78 if width >= 100 else 60)))
        parts += [Text(), frame_table(table if width >= 100 else table.drop(columns="stage"))]
    if len(errors):
        parts += [Text(), frame_table(df_link_errors(errors), limit=60)]
    return Group(*parts)
