"""The builds that a question of scoping is asked of: each form with each value of TARGETARCH."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from diag.errors import InputError
from diag.paths import found_in, is_folder
from diag.read.dockerfile import Instruction, parse_dockerfile
from diag.read.dockerfile_source import read_source

VALUES = ("amd64", "arm64", "arm", "empty", "unset", "riscv64")
EMPTY, UNSET = "empty", "unset"
AS_BUILT = ""  # TARGETARCH is what the platform makes it
PLATFORM = "linux/amd64"
ENDING = ".Dockerfile"

_NAME = "TARGETARCH"
_BUILT_FOR = re.compile(r"(?m)^# Built for (?P<platform>[\w/.-]+?)\.?$")
_COMMENT = re.compile(r"^#\s*(?P<text>\S.*)$")

Source = str | Path
Sources = Source | Sequence[Source]


@dataclass(frozen=True)
class Variant:
    """One Dockerfile as it is built: its form's name, what it says of itself, its content."""

    form: str
    what: str
    file: str
    targetarch: str
    platform: str
    content: bytes
    build_args: Mapping[str, str]

    def open(self) -> io.BytesIO:
        """The content as an open file that has the Dockerfile's name."""
        stream = _Named(self.content)
        stream.name = self.file
        return stream


class _Named(io.BytesIO):
    name: str


def form_of(file: str) -> str:
    """`subshell` of `subshell.Dockerfile`; else the folder of the Dockerfile, else its name."""
    path = PurePath(file)
    if path.name.endswith(ENDING):
        return path.name.removesuffix(ENDING)
    return path.parent.name or path.name


def variants_of(dockerfiles: Sources, targetarch: Iterable[str] = (AS_BUILT,)) -> list[Variant]:
    """Each Dockerfile (a path, several, or a folder of `*.Dockerfile`) with each TARGETARCH.

    `empty` gives it as a build argument without text; for `unset` the Dockerfile's own lines
    `ARG TARGETARCH` are left out (line numbers stay); any other word is the build argument.
    A comment `# Built for PLATFORM.` names the platform; without one it is linux/amd64.
    Raises InputError where two Dockerfiles have one name, and for what cannot be read.
    """
    values = list(targetarch)
    files = _files(dockerfiles)
    names = [form_of(file) for file in files]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"two Dockerfiles are called {name!r}", help="give each a folder or name of its own"
            )
    return [variant for file in files for variant in _variants(file, values)]


def _files(dockerfiles: Sources) -> list[str]:
    if not isinstance(dockerfiles, str | Path):
        return [str(file) for file in dockerfiles]
    if not is_folder(dockerfiles):
        return [str(dockerfiles)]
    found = [str(path) for path in found_in(dockerfiles, f"*{ENDING}")]
    if not found:
        raise InputError(f"no *{ENDING} in this folder", file=str(dockerfiles))
    return found


def _variants(file: str, values: Sequence[str]) -> Iterator[Variant]:
    content, name = read_source(file)
    text = content.decode("utf-8", "replace")
    told = _BUILT_FOR.search(text)
    platform = told["platform"] if told else PLATFORM
    for value in values:
        made = _without_targetarch(text, name).encode() if value == UNSET else content
        arguments = {} if value in (AS_BUILT, UNSET) else {_NAME: "" if value == EMPTY else value}
        yield Variant(form_of(name), _what(text), name, value, platform, made, arguments)


def _what(text: str) -> str:
    """The first comment, which says what the Dockerfile shows; empty without one."""
    found = _COMMENT.match(text.partition("\n")[0])
    return found["text"] if found else ""


def _without_targetarch(text: str, name: str) -> str:
    """The Dockerfile without its declarations of TARGETARCH, line for line."""
    lines = text.splitlines()
    for instruction in parse_dockerfile(text, name):
        if instruction.instruction == "ARG" and _declares(instruction):
            others = [word for word in instruction.value_text.split() if not _is_it(word)]
            first, last = instruction.line_no - 1, instruction.end_line_no
            lines[first:last] = [""] * (last - first)
            lines[first] = f"ARG {' '.join(others)}" if others else ""
    return "\n".join(lines) + "\n"


def _declares(instruction: Instruction) -> bool:
    return any(_is_it(word) for word in instruction.value_text.split())


def _is_it(word: Any) -> bool:
    return str(word).partition("=")[0] == _NAME
