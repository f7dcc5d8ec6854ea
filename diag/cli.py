"""The command `diag`: thin, and quick to answer, since what is heavy is imported inside commands.

Exit status: 0 nothing wrong found, 1 a failure found, 2 bad usage or no usable input.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from diag.errors import DiagError

BAD_INPUT = 2
INTERRUPTED = 130

# Command -> the module that holds it (as a click command named `command`_cmd).
_COMMANDS = {
    "investigate": "diag.cli_case",
    "compare": "diag.cli_case",
    "collect": "diag.cli_collect",
    "log": "diag.cli_log",
    "env": "diag.cli_env",
    "probe": "diag.cli_env",
    "symbols": "diag.cli_symbols",
    "isa": "diag.cli_objects",
    "explain": "diag.cli_about",
    "doctor": "diag.cli_about",
}


class _Lazy(click.Group):
    """A group that imports a command's module when that command is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(importlib.import_module(_COMMANDS[cmd_name]), f"{cmd_name}_cmd")
        assert isinstance(found, click.Command)
        return found


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from diag import __version__

        click.echo(f"diag {__version__}")
        ctx.exit()


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the version and exit.",
)  # fmt: skip
def cli() -> None:
    """Evidence for failed multi-architecture container builds.

    Give what is at hand of a build (a log, a Dockerfile, objects) and see, platform by platform,
    which explanation the evidence supports, which it refutes, and what would decide the rest.
    Nothing given is executed, except by `diag probe`, in a sandbox.

    \b
    diag investigate build.log --dockerfile Dockerfile --objects target/
    docker buildx build . 2>&1 | tee build.log | diag investigate -

    Exit status: 0 nothing wrong found, 1 a failure found, 2 bad usage or no usable input.
    """


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; every ending is an exit status, none a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run(args))


def _run(args: Sequence[str] | None) -> int:
    try:
        status = cli.main(args=args, prog_name="diag", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        # Whoever read our output has gone: what is left must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(_harmless(shown.getvalue()), err=True, nl=False)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except DiagError as error:
        click.echo(f"diag: {_harmless(str(error))}", err=True)
        return BAD_INPUT
    except Exception as error:
        if os.environ.get("DIAG_DEBUG"):
            raise
        told = f"{type(error).__name__}: {_harmless(str(error))}"
        click.echo(
            f"diag: an error in diag itself, not in what you gave: {told}\n"
            "  help: report it with the output of the same command under DIAG_DEBUG=1",
            err=True,
        )
        return BAD_INPUT


def _harmless(text: str) -> str:
    """What was typed or read, said back: no secret, and no code that steers a terminal."""
    from diag.show.redact import Redactor
    from diag.show.text import printable

    return "\n".join(map(printable, Redactor().text(text).split("\n")))
