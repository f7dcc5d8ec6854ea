"""COPY and ADD of a stage as the files that they put there."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from diag.flow.scripts import body_of
from diag.flow.values import Copy, Value
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
    from_name = instruction.flag("from")
    from_stage_no = place.find_stage(from_name) if from_name is not None else None
    folder = _absolute(_text(destination, instruction, place), place.workdir)
    if folder is None:
        return []
    is_folder = folder.endswith("/") or len(sources) > 1
    bodies = {heredoc.name: heredoc for heredoc in instruction.heredocs}
    copies = []
    for source in sources:
        name = _heredoc_name(source)
        heredoc = bodies.get(name) if name is not None else None
        if heredoc is not None:
            text = _body(heredoc, instruction, place)
            copies.append(Copy(_target(folder, is_folder, heredoc.name), heredoc.name, None, text))
        elif (path := _text(source, instruction, place)) is not None:
            if from_name is not None:
                path = absolute_path(path, "/")
            copies.append(Copy(_target(folder, is_folder, path), path, from_stage_no))
    return copies


def _heredoc_name(word: str) -> str | None:
    try:
        found = heredoc_of(word)
    except WordError:
        return None
    return found[0] if found else None


def _text(word: str, instruction: Instruction, place: Place) -> str | None:
    return expand(word, place.env, instruction).text


def _body(heredoc: Heredoc, instruction: Instruction, place: Place) -> str | None:
    text, _ = body_of(heredoc)
    if not heredoc.is_expanded:
        return text
    # The engine expands bodies with a backslash, whatever the escape directive says.
    return expand(text, place.env, instruction, escape="\\", reads_quotes=False).text


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


def _target(folder: str, is_folder: bool, source: str) -> str:
    name = posixpath.basename(source.rstrip("/"))
    if not is_folder:
        return folder
    base = folder.rstrip("/") + "/"
    is_plain = name not in ("", ".", "..") and not set(name) & set("*?[")
    return base + name if is_plain else base
