"""What commands share: options, reading the arguments, writing the result, telling of errors."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click
from click.shell_completion import CompletionItem

from diag.cli_targets import check_targets, is_given, write_file
from diag.errors import InputError
from diag.paths import exists, is_folder

if TYPE_CHECKING:
    import pandas as pd

    from diag.case import Case
    from diag.show.redact import Redactor

F = TypeVar("F", bound=Callable[..., Any])

MAX_TABLE_ROWS = 60  # on a screen; csv, json and parquet hold all
MAX_ERRORS_TOLD = 8
BAD_INPUT = 2  # exit status

# For a terminal or locale without UTF-8: the signs of the screens in ASCII, all else escaped.
_ASCII = str.maketrans(
    {"✔": "+", "✘": "x", "…": "...", "─": "-", "━": "-", "│": "|", "→": "->", "←": "<-", "≠": "!="}
)


def complete_causes(ctx: click.Context, param: click.Parameter, word: str) -> list[str]:
    """Ids of causes that begin so, for a shell."""
    from diag.causes import CATALOGUE

    return [cause for cause in CATALOGUE if cause.startswith(word)]


def complete_platforms(ctx: click.Context, param: click.Parameter, word: str) -> list[str]:
    """Names of platforms that begin so, for a shell."""
    from diag.platforms import BY_NAME

    return [name for name in BY_NAME if name.startswith(word)]


def complete_platform_paths(
    ctx: click.Context, param: click.Parameter, word: str
) -> list[CompletionItem]:
    """Of `[PLATFORM=]PATH`: platforms that begin so, else what the shell finds as files."""
    names = [f"{name}=" for name in complete_platforms(ctx, param, word)] if word else []
    return [CompletionItem(name) for name in names] or [CompletionItem(word, type="file")]


output_option = click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False),
    help="Write the result to this file, not to the screen.",
)
redact_option = click.option(
    "--redact/--no-redact", "is_redacted", default=True,
    help="Mask what looks like a secret (the default).",
)  # fmt: skip
platform_option = click.option(
    "--platform", "platforms", multiple=True, metavar="P",
    help="A platform to look at, such as linux/amd64; repeatable.",
    shell_complete=complete_platforms,
)  # fmt: skip
build_arg_option = click.option(
    "--build-arg", "build_args", multiple=True, metavar="K=V",
    help="A build argument, as given to the build; repeatable.",
)  # fmt: skip
base_env_option = click.option(
    "--base-env", "base_env", multiple=True, metavar="K=V",
    help="A variable that the base image sets; repeatable.",
)  # fmt: skip
engine_option = click.option(
    "--engine", type=click.Choice(["buildkit", "buildah"]), default="buildkit", show_default=True,
    help="The builder by whose rules ARG and ENV are read.",
)  # fmt: skip


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`: the default is what the suffix of --output says, or else the first."""
    option = click.option(
        "--format", "format_", type=click.Choice(formats), default=formats[0], show_default=True,
        help="Form of the result; left out, the suffix of --output may say it.",
    )  # fmt: skip

    def decorated(command: F) -> F:
        @wraps(command)
        def called(*args: Any, **given: Any) -> Any:
            suffix = Path(given.get("output") or "").suffix[1:].lower()
            if suffix in formats and not is_given("format_"):
                given["format_"] = suffix
            check_targets(given, formats)
            return command(*args, **given)

        return option(cast(F, called))

    return decorated


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """`K=V` words as a mapping; UsageError for a word without `=` or without a name."""
    found = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{option} {word!r}: write it as NAME=VALUE")
        found[name] = value
    return found


def by_platform(given: Iterable[str]) -> dict[str, list[str]]:
    """`[PLATFORM=]PATH` words as platform ("" where none is named) -> paths.

    A word that is an existing path is a path, whatever signs it holds.
    """
    from diag.platforms import find_platform

    found: dict[str, list[str]] = {}
    for word in given:
        name, equals, path = word.partition("=")
        if not equals or exists(word):
            name, path = "", word
        found.setdefault(find_platform(name).name if name else "", []).append(path)
    return found


def engine_given(name: str) -> str | None:
    """The engine where it was named: a case.toml tells its own."""
    return name if is_given("engine") else None


def source_of(path: str) -> Any:
    """The path itself; the bytes of standard input for `-`."""
    if path != "-":
        return path
    tell_waiting()
    return sys.stdin.buffer.read()


def tell_waiting() -> None:
    """Say that standard input is awaited, where a person would have to type it."""
    if sys.stdin.isatty():
        click.echo("reading standard input; end it with Ctrl-D", err=True)


def write_what_can_be() -> None:
    """Let standard output and error take any text: what their encoding lacks is spelled in it."""

    def spelled(error: UnicodeError) -> tuple[str | bytes, int]:
        if isinstance(error, UnicodeEncodeError):
            known = error.object[error.start : error.end].translate(_ASCII)
            if known.isascii():
                return known, error.end
        return codecs.backslashreplace_errors(error)

    codecs.register_error("diag", spelled)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="diag")


def leave_reader() -> None:
    """Whoever read our output has gone: what is left must not raise again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_text(text: str, output: str | None) -> None:
    """To standard output, or to the file. A reader that has had enough changes no exit status."""
    if output is None:
        try:
            # Not click's echo, which writes UTF-8 where the user asked for ASCII.
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            leave_reader()
        return
    write_file(output, text.encode("utf-8"))


def write_json(data: Any, output: str | None) -> None:
    """As JSON, keys in the order of the contract, text as it is."""
    write_text(json.dumps(data, ensure_ascii=False, indent=2, default=_plain) + "\n", output)


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's; a set or other sequence as a list."""
    return value.item() if hasattr(value, "item") else list(value)


def write_screen(shown: Any, output: str | None) -> None:
    """A rich renderable: as the terminal has it, plain on a pipe or in a file."""
    from diag.show.terminal import as_plain_text, console_for

    console = console_for(sys.stdout)
    if output is None and console.is_terminal:
        console.print(shown)
    else:
        write_text(as_plain_text(shown, width=console.width), output)


def write_frame(frame: pd.DataFrame, format_: str, output: str | None, table: Any = None) -> None:
    """One frame as table, json, csv or parquet; `table` is the frame to show instead."""
    if format_ == "table":
        from diag.show.grid import frame_table

        shown = frame if table is None else table
        write_screen(frame_table(shown, limit=MAX_TABLE_ROWS if output is None else None), output)
    elif format_ == "json":
        from diag.verdict import records

        write_json(records(frame), output)
    elif format_ == "csv":
        write_text(_flat(frame).to_csv(index=False, lineterminator="\n"), output)
    else:
        _write_parquet(frame, output)


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Lists joined by a space: a cell of CSV is one text."""
    lists = [name for name in frame.columns if frame[name].dtype == object]
    return frame.assign(**{name: [" ".join(map(str, v)) for v in frame[name]] for name in lists})


def _write_parquet(frame: pd.DataFrame, output: str | None) -> None:
    if output is None and sys.stdout.isatty():
        raise click.UsageError("parquet is binary: name a file with --output")
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False)
    if output is None:
        try:
            sys.stdout.buffer.write(stream.getvalue())
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            leave_reader()
        return
    write_file(output, stream.getvalue())


def tell(errors: pd.DataFrame) -> None:
    """Errors of objects: no case tells what else is to be masked."""
    from diag.show.redact import Redactor

    tell_errors(errors, Redactor())


def refuse_unreadable(paths: Iterable[str], errors: pd.DataFrame, what: str, help: str) -> NoReturn:
    """Nothing given can be used: end with 2; the reason, where `errors` did not tell it."""
    if len(errors):
        raise click.exceptions.Exit(BAD_INPUT)
    raise InputError(what, file=", ".join(paths), help=help)


def tell_errors(errors: pd.DataFrame, mask: Redactor) -> None:
    """What could not be read, one line each on standard error."""
    from diag.show.text import as_text, is_missing

    for row in errors.head(MAX_ERRORS_TOLD).to_dict("records"):
        line = "" if is_missing(row["line_no"]) else f":{int(row['line_no'])}"
        member = f"({row['member']})" if row["member"] else ""
        told = f"{row['file']}{line}{member}: {row['reason']}"
        click.echo(f"diag: {mask.text(as_text(told))}", err=True)
        if row["help"]:
            click.echo(f"  help: {mask.text(as_text(row['help']))}", err=True)
    if len(errors) > MAX_ERRORS_TOLD:
        click.echo(f"diag: {len(errors) - MAX_ERRORS_TOLD} further errors", err=True)


def case_of(path: str, **options: Any) -> Case:
    """The Case of a folder with a case.toml, of that file, or of a log; `options` outrank it."""
    from diag.case import Case
    from diag.case_inputs import read_case_toml
    from diag.cli_tar import unpacked

    given = {name: value for name, value in options.items() if value}
    path = unpacked(path)
    is_case = path != "-" and (is_folder(path) or Path(path).suffix == ".toml")
    if path and is_case:
        return Case(**{**read_case_toml(path), **given})
    if path == "-":
        tell_waiting()
    logs = {**({"": [path]} if path else {})}
    for platform, paths in given.pop("log", {}).items():
        logs.setdefault(platform, []).extend(paths)
    return Case(log=logs or None, **given)
