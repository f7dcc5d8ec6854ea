"""`diag env` and `diag probe`: what each command of a Dockerfile receives, computed or executed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diag.cli_build import build_options, given_to_build
from diag.cli_output import (
    format_option,
    output_option,
    pairs,
    redact_option,
    source_of,
    write_frame,
    write_screen,
)
from diag.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_EXPECT_HELP = "Exit with 1 unless each call shown receives this value; repeatable."


def _env_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        build_options,
        click.option(
            "--command", metavar="CMD", help="Only calls that begin so: cargo, or 'cargo build'."
        ),
        click.option("--name", metavar="VAR", help="Only this variable."),
        click.option("--explain", is_flag=True, help="Tell each value's way through the file."),
        click.option("--expect", "expected", multiple=True, metavar="VAR=VALUE", help=_EXPECT_HELP),
        format_option("table", "json", "csv", "parquet"),
        output_option,
        redact_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("env", short_help="Say what each command of a Dockerfile receives.")
@click.argument("dockerfile")
@_env_options
def env_cmd(dockerfile: str, **options: Any) -> int:
    """Say what each command of DOCKERFILE receives, on each platform.

    One row for each call of a program and each variable, computed without running anything.
    """
    from diag.flow import env_at

    return _show(env_at, dockerfile, options)


@click.command("probe", short_help="The same by execution, in a sandbox.")
@click.argument("dockerfile")
@_env_options
def probe_cmd(dockerfile: str, **options: Any) -> int:
    """The same by execution: the scripts run in real shells inside a sandbox.

    Every program outside the shell is replaced by a stub that records what it receives.
    """
    from diag.probe import probe_env

    return _show(probe_env, dockerfile, options)


def _show(compute: Callable[..., pd.DataFrame], dockerfile: str, options: Any) -> int:
    from diag.platforms import DEFAULT_PLATFORMS, find_platform
    from diag.show.frame_tables import df_env
    from diag.show.redact import Redactor

    expected = pairs(options["expected"], "--expect")
    given = given_to_build(options)
    given["platforms"] = [find_platform(p).name for p in given["platforms"]] or DEFAULT_PLATFORMS
    source = source_of(dockerfile)
    env = compute(source, **given, engine=options["engine"])
    env = _only_calls(env, options["command"], dockerfile)
    env = _only(env, "name", options["name"], dockerfile)
    mask = Redactor(is_on=options["is_redacted"])
    masked = mask.frame(env)
    if options["explain"] and options["format_"] == "table":
        write_screen(_ways(masked, source, mask), options["output"])
    else:
        write_frame(masked, options["format_"], options["output"], df_env(masked))
    return _tell_unexpected(env, expected, mask)


def _only_calls(env: pd.DataFrame, wanted: str | None, file: str) -> pd.DataFrame:
    """The rows of calls that begin so; InputError with the calls there are where there are none."""
    from diag.env_calls import calls_of

    words = (wanted or "").split()
    if not words:
        return env
    kept = _only(env, "command", words[0], file)
    found = calls_of(kept, " ".join(words))
    if len(found):
        return found
    calls = dict.fromkeys(" ".join(text.split()[: len(words)]) for text in kept["argv_text"])
    raise InputError(f"no RUN calls {wanted!r}", file=file, help=f"there are: {', '.join(calls)}")


def _only(env: pd.DataFrame, column: str, wanted: str | None, file: str) -> pd.DataFrame:
    """The rows of that command or variable; InputError with near names where there are none."""
    if wanted is None:
        return env
    kept = env[env[column] == wanted]
    if len(kept):
        return kept
    known = list(env[column].unique())
    near = difflib.get_close_matches(wanted, known, n=3) or sorted(known)[:8]
    what = f"no RUN calls {wanted!r}" if column == "command" else f"no variable {wanted!r} is named"
    hint = f"there are: {', '.join(near)}" if near else "its RUN instructions call no program"
    raise InputError(what, file=file, help=hint)


def _tell_unexpected(env: pd.DataFrame, expected: dict[str, str], mask: Any) -> int:
    """0 where every call receives what is expected, else 1 and one line a call that does not."""
    status = 0
    for name, value in expected.items():
        rows = env[env["name"] == name]
        if rows.empty:
            click.echo(f"diag: {name}: no call shown has this variable", err=True)
            status = 1
        for row in rows.to_dict("records"):
            got = row["value"] if row["status"] in ("set", "empty") else row["status"]
            if row["status"] in ("set", "empty") and (row["value"] or "") == value:
                continue
            shell = f" in {row['shell']}" if "shell" in row else ""
            click.echo(
                f"diag: {row['file']}:{row['line_no']}: {row['command']} on {row['platform']}{shell} "
                f"receives {name} {mask.value(name, str(got)) or 'empty'!s}, "
                f"not {mask.value(name, value) or 'empty'}",
                err=True,
            )
            status = 1
    return status


def _ways(env: pd.DataFrame, source: Any, mask: Any) -> Any:
    """Each value and the lines it came through, as text."""
    from rich.console import Group
    from rich.text import Text

    lines = _lines_of(source, mask)
    parts: list[Any] = []
    for row in env.to_dict("records"):
        shell = f" in {row['shell']}" if "shell" in row else ""
        head = Text(f"{row['platform']}  {row['command']} (line {row['line_no']}){shell}  ")
        head.append(f"{row['name']}: {row['status']}", style="bold")
        parts += [head, *_way(row, lines), Text()]
    return Group(*parts[:-1])


def _way(row: dict[Any, Any], lines: dict[str, str]) -> Iterable[Any]:
    from rich.text import Text

    from diag.show.text import focus, is_missing

    if not is_missing(row["value"]) and row["value"]:
        yield Text(f"  value    {row['value']}")
    if not is_missing(row["condition"]):
        yield Text(f"  if       {row['condition']}")
    for place in row["came_through"]:
        yield Text(f"  through  {place}  {focus(lines.get(_line(place), ''), 100, [row['name']])}")
    if not is_missing(row["lost_by"]):
        at = "" if is_missing(row["lost_at"]) else str(row["lost_at"])
        text = focus(lines.get(_line(at), ""), 100, [row["name"]])
        yield Text(f"  lost by  {row['lost_by']} at {at}  {text}", style="bold")


def _line(place: str) -> str:
    return place.rpartition(":")[2]


def _lines_of(source: Any, mask: Any) -> dict[str, str]:
    """Line number -> text of the Dockerfile."""
    text = source if isinstance(source, bytes) else Path(source).read_bytes()
    decoded = mask.text(text.decode("utf-8", "replace"))
    return {str(number): line.strip() for number, line in enumerate(decoded.splitlines(), 1)}
