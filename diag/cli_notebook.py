"""`diag investigate --notebook FILE`: the same case as a notebook, filled in and executed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diag.cli_output import F, by_platform, engine_given, tell_waiting
from diag.cli_targets import note_written
from diag.paths import is_folder, resolved

if TYPE_CHECKING:
    from diag.case import Case
    from diag.show.redact import Redactor

TEMPLATES = ("investigate", "postmortem")
_OPTIONS = (
    click.option(
        "--notebook", metavar="FILE.ipynb",
        help="Write a notebook of it too, executed; secrets are masked in it in any case.",
    ),
    click.option(
        "--template", type=click.Choice(TEMPLATES), default=TEMPLATES[0],
        show_default=True, help="What the notebook is to be.",
    ),
)  # fmt: skip


def notebook_options(command: F) -> F:
    """`--notebook` and `--template`."""
    decorators: tuple[Callable[[Any], Any], ...] = _OPTIONS
    decorated: Any = command
    for option in reversed(decorators):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def prepare_notebook(case: Case, options: Mapping[str, Any]) -> None:
    """Before the work: InputError for a file that people wrote in. What comes through standard
    input is kept, for it can be read only once."""
    from diag.show.notebook_run import check_target

    if not options["notebook"]:
        if options["template"] != TEMPLATES[0]:
            raise click.UsageError("--template is the template of --notebook FILE.ipynb")
        return
    check_target(options["notebook"])
    for place, log in enumerate(case.inputs.logs):
        if log.source == "-":
            tell_waiting()
            case.inputs.logs[place] = replace(log, source=sys.stdin.buffer.read())


def write_asked_notebook(
    case: Case,
    word: str | None,
    logs: Sequence[str],
    objects: Sequence[str],
    of_build: Mapping[str, Any],
    options: Mapping[str, Any],
) -> None:
    """Fill, run and write it; its paths are from its own folder."""
    from diag.show.notebook_run import write_notebook
    from diag.show.redact import redactor_for

    target, mask = Path(options["notebook"]), redactor_for(case)
    named = _named(word, logs, objects, options["dockerfile"])
    here = _Here(target, _piped(case, target, mask))
    parameters = {
        **{name: here.of(value) for name, value in named.items()},
        **of_build,
        "platforms": list(of_build["platforms"]),
        "engine": engine_given(options["engine"]),
        "claims": list(options["claims"]),
    }
    given = {name: value for name, value in parameters.items() if value}
    write_notebook(target, options["template"], given, mask, has_progress=sys.stderr.isatty())


def _named(
    word: str | None, logs: Sequence[str], objects: Sequence[str], dockerfile: str | None
) -> dict[str, Any]:
    """`case`, `log`, `dockerfile` and `objects` as the command line names them."""
    is_case = word and word != "-" and (is_folder(word) or Path(word).suffix == ".toml")
    of_platform = {"": [word]} if word and not is_case else {}
    for platform, paths in by_platform(logs).items():
        of_platform.setdefault(platform, []).extend(paths)
    return {
        "case": word if is_case else "",
        "log": _shortest(of_platform),
        "dockerfile": dockerfile or "",
        "objects": _shortest(by_platform(objects)),
    }


def _shortest(of_platform: Mapping[str, list[str]]) -> Any:
    """One path, or several, where no platform is named; else the mapping."""
    if set(of_platform) - {""}:
        return {name: paths[0] if len(paths) == 1 else paths for name, paths in of_platform.items()}
    paths = of_platform.get("", [])
    return paths[0] if len(paths) == 1 else paths


class _Here:
    """Paths as they are from the folder of the notebook; those that were absolute stay so."""

    def __init__(self, target: Path, piped: str) -> None:
        self.folder, self.piped = resolved(target).parent, piped

    def of(self, given: Any) -> Any:
        """A path, a list or a mapping of paths."""
        if isinstance(given, Mapping):
            return {name: self.of(value) for name, value in given.items()}
        if isinstance(given, list):
            return [self.of(value) for value in given]
        if given == "-":
            return self.piped
        if not given or Path(given).is_absolute():
            return given
        return Path(os.path.relpath(given, self.folder)).as_posix()


def _piped(case: Case, target: Path, mask: Redactor) -> str:
    """The name of the file beside the notebook that keeps what came through standard input, its
    secrets masked; "" where nothing did."""
    from diag.errors import InputError
    from diag.show.redact_text import mask_bytes

    read = [log.source for log in case.inputs.logs if log.name == "-"]
    if not read or not isinstance(read[0], bytes):
        return ""
    beside = target.with_suffix(".stdin.log")
    try:
        beside.write_bytes(mask_bytes(read[0], mask)[0])
        note_written(str(beside))
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", file=str(beside)) from None
    return beside.name
