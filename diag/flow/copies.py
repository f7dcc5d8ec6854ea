"""COPY and ADD of a stage as the files that they put there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from diag.errors import InputError
from diag.flow.scripts import body_of
from diag.flow.values import Copy, Value, known
from diag.flow.words import expand
from diag.read.dockerfile import Heredoc, Instruction
from diag.read.dockerfile_lexer import WordError
from diag.read.dockerfile_lines import heredoc_of

FindStage = Callable[[str], int | None]


@dataclass(frozen=True)
class Place:
    """Where a COPY stands: the variables it sees, its working directory, the stages before it."""

    env: Mapping[str, Value]
    workdir: str
    find_stage: FindStage


def copies_of(instruction: Instruction, place: Place) -> list[Copy]:
    """One Copy a source, in order; none where a path hangs on an unknown variable.

    `destination` is absolute and ends in the file's name where that can be told; it ends in `/`
    where only the folder can (a source with wildcards, or `.`). A destination without `/` may be
    a folder that exists: the engine then puts the file into it.
    """
    *sources, destination = instruction.arguments().words
    folder = _absolute(_text(destination, instruction, place), place.workdir)
    if folder is None:
        return []
    if len(sources) > 1:
        folder = folder.rstrip("/") + "/"
    bodies = {heredoc.name: heredoc for heredoc in instruction.heredocs}
    found = (
        _written(bodies[name], folder, instruction, place)
        if (name := _heredoc_name(source)) in bodies
        else _copied(source, folder, instruction, place)
        for source in sources
    )
    return [copy for copy in found if copy is not None]


def from_outside(copies: Iterable[Copy]) -> tuple[Copy, ...]:
    """Those whose content is not in the Dockerfile: of the build context or another image."""
    return tuple(copy for copy in copies if copy.text is None and copy.from_stage_no is None)


def refuse_variable_source(instruction: Instruction) -> None:
    """BuildKit expands nothing in --from; raises InputError for what looks like it."""
    source = instruction.flag("from") or ""
    if set(source) & set("$'\""):
        raise InputError(
            "variable expansion is not supported for --from",
            file=instruction.file,
            line=instruction.line_no,
            excerpt=f"COPY --from={source} {instruction.value_text}"[:200],
            help="name a stage, FROM ${ARG} AS name, and copy from that",
        )


def _written(heredoc: Heredoc, folder: str, instruction: Instruction, place: Place) -> Copy:
    body = _body(heredoc, instruction, place)
    return Copy(
        _target(folder, heredoc.name), heredoc.name, None, body.text, came_through=body.came_through
    )


def _copied(source: str, folder: str, instruction: Instruction, place: Place) -> Copy | None:
    path = _text(source, instruction, place)
    from_name = instruction.flag("from")
    if path is None:
        return None
    if from_name is None:
        return Copy(_target(folder, path), path)
    path = absolute_path(path, "/")
    return Copy(_target(folder, path), path, place.find_stage(from_name))


def _heredoc_name(word: str) -> str | None:
    try:
        found = heredoc_of(word)
    except WordError:
        return None
    return found[0] if found else None


def _text(word: str, instruction: Instruction, place: Place) -> str | None:
    return expand(word, place.env, instruction).text


def _body(heredoc: Heredoc, instruction: Instruction, place: Place) -> Value:
    text, _ = body_of(heredoc)
    if not heredoc.is_expanded:
        return known(text, came_through=(instruction.place,))
    # The engine expands bodies with a backslash, whatever the escape directive says.
    return expand(text, place.env, instruction, escape="\\", reads_quotes=False)


def absolute_path(path: str, workdir: str) -> str:
    """`path` seen from `workdir`, without `.`, `..` and doubled slashes."""
    joined = posixpath.join("/", workdir, path)
    return posixpath.normpath("/" + joined.lstrip("/"))


def _absolute(path: str | None, workdir: str) -> str | None:
    if path is None:
        return None
    joined = absolute_path(path, workdir)
    is_folder = path.endswith(("/", "/.")) or path in ("", ".")
    return joined.rstrip("/") + "/" if is_folder else joined


def _target(folder: str, source: str) -> str:
    """The file itself where `folder` ends in `/` and the source's name can be told."""
    name = posixpath.basename(source.rstrip("/"))
    is_plain = name not in ("", ".", "..") and not set(name) & set("*?[")
    return folder + name if folder.endswith("/") and is_plain else folder
