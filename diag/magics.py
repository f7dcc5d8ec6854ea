"""`%load_ext diag`: investigate from a notebook's cell, a log pasted into it too.

    %diag_investigate build.log --dockerfile Dockerfile --objects target/
    verdict = %diag_investigate path/to/case --claim archive-without-index

    %%diag_log mycase --dockerfile Dockerfile
    (the log, pasted)

Both take the options of `diag investigate` and give a Verdict. What goes wrong is said in one line.
"""

from __future__ import annotations

import difflib
import keyword
import os
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from diag.cli_build import build_options, given_to_build
from diag.cli_output import by_platform, case_of, engine_given
from diag.errors import InputError

if TYPE_CHECKING:
    from diag.case import Case
    from diag.verdict import Verdict

NAMES = ("diag_investigate", "diag_log")


@dataclass(frozen=True)
class Session:
    """What a magic sees of the notebook: its shell, and the body of the cell."""

    shell: Any
    body: str = ""


def _options(command: Callable[..., Any]) -> Any:
    """The options that tell of the build."""
    for option in reversed(
        (
            click.option("--log", "logs", multiple=True, metavar="[PLATFORM=]FILE",
                         help="A build log; repeatable."),
            click.option("--dockerfile", metavar="FILE", help="The Dockerfile as built."),
            click.option("--objects", "objects", multiple=True, metavar="[PLATFORM=]PATH",
                         help="Objects, archives, binaries, folders, images; repeatable."),
            build_options,
            click.option("--claim", "claims", multiple=True, metavar="ID",
                         help="An explanation to judge; repeatable."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


@click.command("%diag_investigate")
@click.argument("path", metavar="[CASE|LOG|NAME]", required=False)
@_options
@click.pass_obj
def _investigate(session: Session, /, path: str | None, **options: Any) -> Verdict:
    """Say why a build failed, platform by platform.

    CASE is a folder with a case.toml, LOG a build log, NAME a Case of this notebook.
    """
    if path == "-":
        raise click.UsageError("a notebook has no standard input: paste the log below %%diag_log")
    if not (path or options["logs"] or options["objects"] or options["dockerfile"]):
        raise click.UsageError("give a case folder, a build log, or --log, --dockerfile, --objects")
    named = session.shell.user_ns.get(path)
    if _is_case(named) and not os.path.exists(str(path)):  # noqa: PTH110
        return _judged(named, options)
    return _judged(_case(path or "", by_platform(options["logs"]), options), options)


@click.command("%%diag_log")
@click.argument("name", required=False)
@_options
@click.pass_obj
def _log(session: Session, /, name: str | None, **options: Any) -> Verdict:
    """Say why the build failed whose log is pasted below this line; NAME is bound to the case."""
    from diag.case_inputs import Pasted

    if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
        raise click.UsageError(
            f"{name!r} is no name for a case; for a log in a file: %diag_investigate {name}"
        )
    if not session.body.strip():
        raise click.UsageError("the cell holds no log: paste it below this line")
    logs = by_platform(options["logs"])
    logs.setdefault("", []).insert(0, Pasted(session.body.encode("utf-8", "replace")))  # type: ignore[arg-type]
    case = _case("", logs, options)
    verdict = _judged(case, options)
    if name:
        session.shell.push({name: case})
    return verdict


def _is_case(value: Any) -> bool:
    from diag.case import Case

    return isinstance(value, Case)


def _case(path: str, logs: dict[str, list[str]], options: Any) -> Case:
    return case_of(
        path,
        log=logs,
        objects=by_platform(options["objects"]),
        dockerfile=options["dockerfile"],
        **given_to_build(options),
        engine=engine_given(options["engine"]),
    )


def _judged(case: Case, options: Any) -> Verdict:
    from diag.show.display import attach

    attach()
    return case.diagnose(claims=options["claims"])


# -- what IPython calls ---------------------------------------------------------------------------


class Magics:
    """The two magics of one shell; their docstrings are what `%diag_investigate?` shows."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def investigate(self, line: str) -> Verdict | None:
        """Say why a build failed: `%diag_investigate [CASE|LOG|NAME] [options]` gives a Verdict.

        CASE is a folder with a case.toml, LOG a build log, NAME a Case of this notebook.
        `%diag_investigate --help` lists the options.
        """
        return _run(_investigate, line, Session(self.shell))

    def log(self, line: str, cell: str) -> Verdict | None:
        """Say why a build failed whose log is pasted into the cell, below `%%diag_log [NAME] [options]`.

        Gives a Verdict; the Case is bound to NAME. `%diag_investigate --help` lists the options.
        """
        return _run(_log, line, Session(self.shell, cell))


def _run(command: click.Command, line: str, session: Session) -> Verdict | None:
    """The verdict; every error as one line, as IPython shows a UsageError."""
    from IPython.core.error import UsageError

    try:
        found = command.main(
            _words(line), prog_name=command.name, standalone_mode=False, obj=session
        )
        return None if isinstance(found, int) else found  # 0 where help was shown
    except click.NoSuchOption as error:
        told = f"no such option: {error.option_name}; help: {_near_option(command, error)}"
    except click.ClickException as error:
        told = f"{error.format_message().rstrip('.')}; help: `{command.name} --help`"
    except InputError as error:
        from diag.show.display import error_line

        told = error_line(error)
    except Exception as error:
        if os.environ.get("DIAG_DEBUG"):
            raise
        told = f"an error in diag itself, not in what you gave: {type(error).__name__}: {error}"
        told += "; help: report it with what the cell gives where DIAG_DEBUG=1 is set"
    raise UsageError(_harmless(told)) from None


# What `diag investigate` writes at the prompt, and what gives the same of a Verdict in a cell.
_ELSEWHERE = {
    "--format": "`verdict.to_json()`",
    "--output": "the Verdict that the magic gives: `verdict = %diag_investigate ...`",
    "--html": "`!diag investigate ... --html FILE`",
    "--notebook": "`!diag investigate ... --notebook FILE.ipynb`",
}


def _near_option(command: click.Command, error: click.NoSuchOption) -> str:
    """What is nearest among the magic's options and those that the prompt alone has."""
    known = [name for option in command.params for name in option.opts if name.startswith("--")]
    near = difflib.get_close_matches(error.option_name, [*known, *_ELSEWHERE], n=1)
    if near and near[0] in _ELSEWHERE:
        return f"{near[0]} is of the prompt; here {_ELSEWHERE[near[0]]}"
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{hint}see `{command.name} --help`"


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, posix=os.name != "nt")
    except ValueError as error:
        raise InputError(
            f"{str(error).lower()} in {line.strip()!r}", help="close the quotes that are open"
        ) from None


def _harmless(text: str) -> str:
    from diag.show.redact import Redactor
    from diag.show.text import as_text

    return as_text(Redactor().text(" ".join(text.split())))


# -- completion -----------------------------------------------------------------------------------


def completions(words: list[str], text: str, command: click.Command) -> list[str]:
    """What may stand where `text` was begun behind `words`; nothing where it is a path."""
    before = words[-1] if words else ""
    if text.startswith("-"):
        return [name for option in command.params for name in option.opts if name.startswith("--")]
    if before == "--claim":
        from diag.causes import CATALOGUE

        return list(CATALOGUE)
    if before == "--platform":
        from diag.platforms import PLATFORMS

        return [platform.name for platform in PLATFORMS]
    if before == "--engine":
        return ["buildkit", "buildah"]
    return []


def _complete(command: click.Command, shell: Any, event: Any) -> Iterable[str]:
    """IPython's hook: where we know nothing, it completes paths."""
    from IPython.core.error import TryNext

    words = event.line[: len(event.line) - len(event.symbol)].split()
    found = completions(words[1:], event.symbol, command)
    if not found:
        raise TryNext
    return found


def load(shell: Any) -> None:
    """Give the shell the magics and their completion."""
    magics = Magics(shell)
    shell.register_magic_function(magics.investigate, "line", NAMES[0])
    shell.register_magic_function(magics.log, "cell", NAMES[1])
    for key, command in (("%diag_investigate", _investigate), ("%%diag_log", _log)):
        shell.set_hook("complete_command", partial(_complete, command), str_key=key)


def unload(shell: Any) -> None:
    """Take the magics away again."""
    for kind in shell.magics_manager.magics.values():
        for name in NAMES:
            kind.pop(name, None)
