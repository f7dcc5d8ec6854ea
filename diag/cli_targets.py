"""Files that a command is to write: refused before the work where one would destroy what was given,
told on standard error once they are written."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from diag.errors import InputError
from diag.paths import blocked, exists, is_file, is_folder, resolved

OPTIONS = {"output": "--output", "html": "--html", "notebook": "--notebook"}
# Parameters that name what is read; of the others a word may be a file's name by chance.
INPUTS = (
    "case", "logs", "dockerfile", "objects", "build_config", "base_image", "before", "after",
    "reverted", "file", "paths",
)  # fmt: skip
SUFFIXES = {"html": (".html", ".htm"), "notebook": (".ipynb",)}
TEXT_SUFFIXES = ("", ".txt", ".text", ".log", ".out", ".md")
_WRITTEN = "diag.cli_targets.written"


def check_targets(given: Mapping[str, Any], formats: Sequence[str]) -> None:
    """InputError or UsageError for a file that cannot be written, or is to be none of this kind."""
    targets = {name: str(given[name]) for name in OPTIONS if given.get(name)}
    if not targets:
        return
    inputs = list(_inputs(given.get(name) for name in INPUTS))
    for name, path in targets.items():
        _check_folder(name, path)
        beside = [str(Path(path).with_suffix(".stdin.log"))] if name == "notebook" else []
        others = [other for key, other in targets.items() if key != name]
        for target in [path, *beside] if "-" in inputs else [path]:
            _check_distinct(name, target, inputs, others)
        _check_suffix(name, path, formats)


def _check_suffix(name: str, path: str, formats: Sequence[str]) -> None:
    """A suffix tells the format, so one that tells none is a slip; a format that is named settles
    it."""
    suffix = Path(path).suffix.lower()
    if name in SUFFIXES:
        is_known = suffix in SUFFIXES[name] or (name == "html" and not suffix)
        if not is_known:
            wanted = SUFFIXES[name][0]
            help = f"name a file that ends in {wanted}: {OPTIONS[name]} {Path(path).stem}{wanted}"
            raise InputError(f"is no name for {OPTIONS[name]}", file=path, help=help)
        return
    known = [f".{one}" for one in formats if one not in ("table", "github")]
    if suffix in (*known, *TEXT_SUFFIXES) or is_given("format_"):
        return
    options = {one.name for one in click.get_current_context().command.params}
    other = next((key for key, ends in SUFFIXES.items() if suffix in ends and key in options), "")
    help = f"end it in .txt, {', '.join(known)}, or name the --format"
    if other:
        help = f"{OPTIONS[other]} {path} writes it; {help}"
    raise InputError(f"no format is known by {suffix}", file=path, help=help)


def is_given(name: str) -> bool:
    """Whether a parameter stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _check_folder(name: str, path: str) -> None:
    """The folder has to be there: one that is made for a slip of the fingers is found by nobody."""
    help = f"give another {OPTIONS[name]}"
    if is_folder(path):
        raise InputError("is a folder", file=path, help=help)
    folder = Path(path).parent
    if not is_folder(folder):
        why = "its folder is a file" if exists(folder) else "its folder does not exist"
        why = blocked(folder) or why
        raise InputError(f"cannot be written: {why}", file=path, help=f"make {folder}, or {help}")


def _check_distinct(name: str, path: str, inputs: list[str], others: list[str]) -> None:
    """Neither an input, by whatever path or link, nor the file of another option."""
    twice = any(_is_same(path, other) or _absolute(path) == _absolute(other) for other in others)
    if twice:
        raise InputError("is named twice to be written", file=path, help="give each its own file")
    if not _is_regular(path):  # neither a terminal nor a pipe is destroyed by being written to
        return
    if any(_holds(given, path) for given in inputs):
        help = f"give another {OPTIONS[name]}"
        raise InputError("is not overwritten: it is read here", file=path, help=help)


def _absolute(path: str) -> str:
    return os.path.realpath(path)


def _inputs(values: Iterable[Any]) -> Iterator[str]:
    """Every word given that may be a path, as it stands and without what may stand around it, and
    the files that a case.toml names."""
    for value in values:
        if isinstance(value, tuple | list):
            yield from _inputs(value)
        elif isinstance(value, str) and value:
            yield from _paths(value)


def _paths(word: str) -> Iterator[str]:
    """PLATFORM=PATH, FILE:NAME, image.tar!/usr/lib, -Lfolder, @file, patterns; a case's own."""
    from diag.read.globs import expand

    yield word
    if word.startswith(("-L", "@")):
        yield word[2 if word.startswith("-L") else 1 :]
    yield from (after for _, sign, after in [word.partition("=")] if sign)
    yield from (before for before, sign, _ in [word.rpartition(":")] if sign)
    yield from (word[:at] for at, sign in enumerate(word) if sign == "!")
    with contextlib.suppress(InputError, OSError, ValueError):
        for pattern in (word, word.partition("=")[2]):
            yield from map(str, (pattern and expand(pattern)) or ())
    yield from _of_case(word)


def _of_case(word: str) -> Iterator[str]:
    """A case.toml and the files that it names; the command itself tells what is wrong with it."""
    from diag.case_inputs import read_case_toml

    with contextlib.suppress(InputError, OSError, ValueError, TypeError, AttributeError):
        path = Path(word, "case.toml") if is_folder(word) else Path(word)
        if path.suffix != ".toml" or not is_file(path):
            return
        yield str(path)
        stated = read_case_toml(path)
        for files in (*stated["log"].values(), *stated["objects"].values(), stated["probe"]):
            yield from map(str, files)
        if stated["dockerfile"]:
            yield str(stated["dockerfile"])


def _holds(given: str, target: str) -> bool:
    """Whether it is the target, or a folder with the target as one of the objects in it."""
    if given == "-":
        return _is_standard_input(target)
    if _is_same(given, target):
        return True
    with contextlib.suppress(ValueError):  # no path at all
        is_within = is_folder(given) and resolved(given) in resolved(target).parents
        return is_within and _is_object(target)
    return False


def _is_object(path: str) -> bool:
    """Whether it is what is looked for in a folder of objects: a report in it is not."""
    from diag.read.buildscript import is_build_script_output
    from diag.read.magic import FORMATS_IN_FOLDERS, sniff

    try:
        with Path(path).open("rb") as stream:
            head = stream.read(64)
        is_found = sniff(head, Path(path).stat().st_size) in FORMATS_IN_FOLDERS
        return is_found or is_build_script_output(Path(path))
    except OSError:
        return True  # what cannot be looked at is left alone


def _is_same(one: str, two: str) -> bool:
    try:
        return Path(one).samefile(two)
    except (OSError, ValueError):  # one is not there, or can be no path
        return False


def _is_standard_input(target: str) -> bool:
    try:
        return os.path.samestat(os.fstat(sys.stdin.fileno()), os.stat(target))  # noqa: PTH116
    except (OSError, ValueError, AttributeError):
        return False


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


# -- what was written -----------------------------------------------------------------------------


def write_file(output: str, data: bytes) -> None:
    """Write it, to be told when the command ends; InputError where it cannot be written."""
    try:
        Path(output).write_bytes(data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        said = f"cannot be written: {reason}"
        raise InputError(said, file=output, help="give another --output") from None
    note_written(output)


def note_written(path: str) -> None:
    """Let the command end with a line on standard error that names this file."""
    context = click.get_current_context(silent=True)
    if context is None or not _is_regular(path):
        return
    if _WRITTEN not in context.meta:
        context.meta[_WRITTEN] = []
        context.call_on_close(lambda: _tell_written(context.meta[_WRITTEN]))
    context.meta[_WRITTEN].append(path)


def _tell_written(paths: list[str]) -> None:
    from diag.show.redact import Redactor
    from diag.show.text import as_text

    with contextlib.suppress(OSError):  # nobody listens there
        click.echo(f"written: {as_text(Redactor().text(', '.join(paths)))}", err=True)
