"""`diag env` and `diag probe`: what each command of a Dockerfile receives, computed or executed."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diag.cli_build import build_options, given_to_build
from diag.cli_output import (
    MAX_TABLE_ROWS,
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

    from diag.show.redact import Redactor

Compute = Callable[..., "pd.DataFrame"]

_NO_CALLS = "no call in it receives a variable that the file sets or --build-arg gives"
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


@click.command("env", short_help="Say which variables each command of a Dockerfile receives.")
@click.argument("dockerfile")
@_env_options
def env_cmd(dockerfile: str, **options: Any) -> int:
    """Say which variables each command of DOCKERFILE receives, on each platform.

    One row for each call of a program and each variable, computed without running anything.
    Where a value is lost, the row says by what; --explain tells its way line by line.

    Exit status: 0 shown, 1 a value is not the one of --expect, 2 bad usage or no usable Dockerfile.
    """
    from diag.flow import env_at

    return _show(env_at, dockerfile, options)


@click.command("probe", short_help="The same as env by running the scripts, in a sandbox.")
@click.argument("dockerfile")
@_env_options
def probe_cmd(dockerfile: str, **options: Any) -> int:
    """Say which variables each command of DOCKERFILE receives, by running its scripts.

    They run in four real shells inside a sandbox without a network. Every program outside of the
    shell is replaced by a stub that records what it receives. `diag env` computes the same.

    Exit status: 0 shown, 1 a value is not the one of --expect, 2 bad usage, no usable Dockerfile,
    or no sandbox to be had.
    """
    from diag.probe import probe_env

    return _show(probe_env, dockerfile, options)


def _show(compute: Compute, dockerfile: str, options: Any) -> int:
    from diag.platforms import DEFAULT_PLATFORMS, find_platform
    from diag.show.env_screen import EnvScreen

    expected = pairs(options["expected"], "--expect")
    given = given_to_build(options)
    given["platforms"] = [find_platform(p).name for p in given["platforms"]] or DEFAULT_PLATFORMS
    given["engine"] = options["engine"]
    source = source_of(dockerfile)
    every = _with_named(compute, source, given, {*expected, options["name"]} - {None})
    mask = _mask_of(every, given, options["is_redacted"])
    every = _only_calls(every, options["command"], dockerfile)
    env = _only(every, "name", options["name"], dockerfile)
    masked = mask.frame(env)
    if options["format_"] != "table":
        write_frame(masked, options["format_"], options["output"])
    elif options["explain"]:
        write_screen(_ways(masked, source, given, mask), options["output"])
    else:
        limit = MAX_TABLE_ROWS if options["output"] is None else None
        write_screen(EnvScreen(masked, limit=limit), options["output"])
    return _tell_unexpected(every, expected, mask)


def _mask_of(env: pd.DataFrame, given: dict[str, Any], is_on: bool) -> Redactor:
    """Secrets known by their names are masked in arguments and other variables too."""
    from diag.show.redact import pairs_of_env, redactor_of

    known = [*given["build_args"].items(), *given["base_env"].items(), *pairs_of_env(env)]
    return redactor_of(known, is_on=is_on)


def _with_named(compute: Compute, source: Any, given: Any, names: set[str]) -> pd.DataFrame:
    """The frame, and in it the names that no line of the file has but the build was given."""
    import pandas as pd

    env = compute(source, **given)
    known = {*given["build_args"], *given["base_env"]} - set(env["name"])
    more = [compute(source, name=name, **given) for name in sorted(names & known)]
    return pd.concat([env, *more], ignore_index=True) if more else env


def _only_calls(env: pd.DataFrame, wanted: str | None, file: str) -> pd.DataFrame:
    """The rows of calls that begin so; InputError with the calls there are where there are none."""
    from diag.env_calls import calls_of, plain_words

    words = plain_words(wanted or "")
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
    known = [value for value in env[column].unique() if value]
    near = difflib.get_close_matches(wanted, known, n=3) or sorted(known)[:8]
    what = f"no RUN calls {wanted!r}" if column == "command" else f"no variable {wanted!r} is named"
    hint = f"there are: {', '.join(near)}" if near else _NO_CALLS
    raise InputError(what, file=file, help="; ".join([hint, *_stops(env)]))


def _stops(env: pd.DataFrame) -> list[str]:
    """Where the build ends on each platform, which may be why a call is never reached."""
    stops = env.attrs.get("stops", {})
    return [
        f"on {platform} the build stops: {', '.join(texts)}" for platform, texts in stops.items()
    ]


def _tell_unexpected(env: pd.DataFrame, expected: dict[str, str], mask: Any) -> int:
    """0 where every call receives what is expected, else 1, and who does not on standard error."""
    from diag.show.env_expected import unexpected

    told = [text for name, value in expected.items() for text in unexpected(env, name, value, mask)]
    for text in told:
        click.echo(f"diag: {text}", err=True)
    return 1 if told else 0


def _ways(env: pd.DataFrame, source: Any, given: dict[str, Any], mask: Any) -> Any:
    """Each value and the lines it came through, with the text of each."""
    from diag.flow.written import written_at
    from diag.show.env_ways import EnvWays

    written = {
        platform: {
            place: {name: [mask.value(name, text) for text in texts] for name, texts in own.items()}
            for place, own in places.items()
        }
        for platform, places in written_at(source, **given).items()
    }
    return EnvWays(env, _lines_of(source, mask), written)


def _lines_of(source: Any, mask: Any) -> dict[int, str]:
    """Line number -> text of the Dockerfile."""
    text = source if isinstance(source, bytes) else Path(source).read_bytes()
    decoded = mask.text(text.decode("utf-8", "replace"))
    return dict(enumerate(decoded.splitlines(), 1))
