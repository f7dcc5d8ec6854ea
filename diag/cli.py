"""The command `diag`: thin, and quick to answer, since what is heavy is imported inside commands.

Exit status: 0 nothing wrong found, 1 a failure found, 2 bad usage or no usable input.
"""

from __future__ import annotations

import difflib
import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from diag.cli_words import note_words
from diag.errors import DiagError
from diag.paths import exists

BAD_INPUT = 2
INTERRUPTED = 130
MAX_TOLD = 600  # characters of one line of an error

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
    "completion": "diag.cli_about",
    "doctor": "diag.cli_about",
}


class _Lazy(click.Group):
    """A group that imports a command's module when that command is needed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note what was typed, for pages that tell how they were made."""
        note_words(ctx, args)
        return super().parse_args(ctx, args)

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
    from diag.cli_output import write_what_can_be

    write_what_can_be()
    sys.exit(_run(args))


def _run(args: Sequence[str] | None) -> int:
    from diag.cli_output import leave_reader

    try:
        status = cli.main(args=args, prog_name="diag", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        leave_reader()
        return 0
    except click.ClickException as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # click 8.2
            error.show()
            return BAD_INPUT
        return _refuse(*_usage(error, sys.argv[1:] if args is None else args))
    except (click.Abort, KeyboardInterrupt):
        return _refuse("diag: interrupted", status=INTERRUPTED)
    except DiagError as error:
        return _refuse(*f"diag: {_shortened(error)}".split("\n"))
    except ModuleNotFoundError as error:
        if os.environ.get("DIAG_DEBUG") or (error.name or "diag").partition(".")[0] == "diag":
            raise
        return _refuse(
            f"diag: the Python package {error.name} is needed for this and not installed",
            "  help: `diag doctor` says what is missing and how to get it",
        )
    except Exception as error:
        if os.environ.get("DIAG_DEBUG"):
            raise
        told = " ".join(f"{type(error).__name__}: {error}".split())
        return _refuse(
            f"diag: an error in diag itself, not in what you gave: {told}",
            "  help: report it with the output of the same command under DIAG_DEBUG=1",
        )


def _refuse(*lines: str, status: int = BAD_INPUT) -> int:
    """Tell it on standard error, each line without secrets, harmless and bounded."""
    from diag.show.redact import Redactor
    from diag.show.text import bounded, printable

    mask = Redactor()
    try:
        for line in lines:
            click.echo(bounded(printable(mask.text(line)), MAX_TOLD), file=sys.stderr)
    except OSError:  # nobody listens there
        pass
    return status


def _shortened(error: DiagError) -> str:
    """The message, one line of the text at fault and the mark below it, what helps."""
    excerpt = getattr(error, "excerpt", None) or ""
    lines = excerpt.splitlines()
    if len(lines) > 1:
        has_caret = set(lines[1].strip()) == {"^"}
        error.excerpt = "\n".join(lines[: 1 + has_caret])  # type: ignore[attr-defined]
    return str(error)


def _usage(error: click.ClickException, words: Sequence[str]) -> tuple[str, str]:
    """`diag log: no such option: --formt`, and below it what is near and where the rest stands."""
    context = getattr(error, "ctx", None)
    own = next((word for word in words if word in _COMMANDS), "")
    command = context.command_path if context else f"diag {own}".rstrip()
    # What click adds in brackets are the near names, which stand in the help here.
    said = re.sub(r"\s*\((?:Possible options|Did you mean)[^)]*\)$", "", error.format_message())
    said = " ".join(re.sub(r"\s+Did you mean .*\?$", "", said).split()).rstrip(".")
    hint = _instead(said, own) or " or ".join(_near(error, said))
    hint = f"did you mean {hint}? " if hint else ""
    return f"{command}: {said[:1].lower()}{said[1:]}", f"  help: {hint}see {command} --help"


def _instead(said: str, command: str) -> str:
    """What is meant by a file where a command should stand, or by a second log; else ""."""
    typed = re.match(r"No such command '(?P<word>.*)'", said)
    if typed and exists(typed["word"]):
        return f"diag investigate {typed['word']}"
    more = re.match(r"Got unexpected extra arguments? \((?P<word>.*)\)", said)
    if more and command in ("investigate", "collect"):
        return " ".join(f"--log {word}" for word in more["word"].split())
    return ""


def _near(error: click.ClickException, said: str) -> list[str]:
    """Names like the one that is not known: of options, of commands, of an option's values."""
    if isinstance(error, click.NoSuchOption):
        return list(error.possibilities or ())[:3]
    typed = re.search(r"(?:^No such command|:) '(?P<word>[^']*)'", said)
    if typed is None:
        return []
    choices = getattr(getattr(getattr(error, "param", None), "type", None), "choices", _COMMANDS)
    return difflib.get_close_matches(typed["word"], list(map(str, choices)), n=3)
