"""A Dockerfile -> its instructions, as BuildKit's parser has them.

Our own strict layers read what dockerfile-parse gets wrong: physical lines (dockerfile_lines),
words, flags and JSON forms (dockerfile_words), what the engine refuses (dockerfile_checks).
dockerfile-parse is handed the cleaned lines and splits instruction from value. Behaviour: docker 28;
docs/DESIGN.md names the faults that made the split.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diag.errors import InputError
from diag.read.dockerfile_checks import check_arguments, check_known, check_trigger
from diag.read.dockerfile_lexer import SPACES
from diag.read.dockerfile_lines import Heredoc, LogicalLine, read_logical_lines
from diag.read.dockerfile_source import Source, read_source
from diag.read.dockerfile_words import (
    Arguments,
    Parts,
    SyntaxFault,
    read_arguments,
    split_line,
    split_value,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Heredoc", "Instruction", "load_dockerfile", "parse_dockerfile", "parse_trigger",
    "read_dockerfile", "split_dockerfile",
]  # fmt: skip

# Lines that dockerfile-parse splits as the engine does: it takes other white space and a last
# backslash for something else.
_PLAIN = re.compile(r"[A-Za-z]+[ \t]+[!-~](?:.*[^\s\\`])?[ \t]*\Z")


@dataclass(frozen=True)
class Instruction:
    """One instruction; `stage_no` -1 and `stage` "" before the first FROM.

    `value_text` is what follows the flags, continuation lines joined without newline as the
    engine joins them; `line_starts` are pairs (offset in value_text, line of the file).
    """

    file: str
    line_no: int
    end_line_no: int
    stage: str
    stage_no: int
    instruction: str
    flags: tuple[str, ...]
    value_text: str
    heredocs: tuple[Heredoc, ...] = ()
    comment_lines: tuple[int, ...] = ()
    line_starts: tuple[tuple[int, int], ...] = ()
    escape: str = "\\"

    @property
    def place(self) -> str:
        """`file:line` of its first line."""
        return f"{self.file}:{self.line_no}"

    def arguments(self) -> Arguments:
        """Its arguments as the parser splits them (ONBUILD: none; see parse_trigger)."""
        return self._arguments

    @cached_property
    def _arguments(self) -> Arguments:
        return read_arguments(self.instruction, self.value_text, self.escape)

    def flag(self, name: str) -> str | None:
        """The value of `--name=value`, "" without a value, None without the flag."""
        for flag in self.flags:
            key, _, value = flag[2:].partition("=")
            if key == name:
                return value
        return None


def parse_dockerfile(text: str | bytes, file: str) -> list[Instruction]:
    """The instructions of a Dockerfile in order.

    Raises InputError, with file and line, for everything that BuildKit rejects before it builds.
    """
    instructions = split_dockerfile(text, file)
    for instruction in instructions:
        _check(instruction)
    if instructions[-1].stage_no < 0:
        raise _fault(instructions[-1], "dockerfile contains no stages to build", "add a FROM")
    return instructions


def split_dockerfile(text: str | bytes, file: str) -> list[Instruction]:
    """The same, with unknown instructions and bad arguments left in.

    Raises InputError for bad directives, overlong lines and here-documents without an end.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    lines, escape = read_logical_lines(text, file)
    return _number_stages(
        [
            _instruction(line, parts, file, escape)
            for line, parts in zip(lines, _split(lines), strict=True)
        ]
    )


def _split(lines: list[LogicalLine]) -> list[Parts]:
    """Instruction, flags and value of each line, by dockerfile-parse where it reads it rightly."""
    from dockerfile_parse import DockerfileParser

    plain = [line.text if _PLAIN.match(line.text) else "" for line in lines]
    stream = io.BytesIO("\n".join(plain).encode("utf-8", errors="replace"))
    found = {record["startline"]: record for record in DockerfileParser(fileobj=stream).structure}
    return [_parts(line.text, found.get(number)) for number, line in enumerate(lines)]


def _parts(text: str, record: dict[str, Any] | None) -> Parts:
    if record is None:
        return split_line(text)
    end = len(text.rstrip(SPACES))
    return split_value(text, record["instruction"], end - len(record["value"]), end)


def _instruction(line: LogicalLine, parts: Parts, file: str, escape: str) -> Instruction:
    return Instruction(
        file=file,
        line_no=line.line_no,
        end_line_no=line.end_line_no,
        stage="",
        stage_no=-1,
        instruction=parts.name.upper(),
        flags=parts.flags,
        value_text=line.text[parts.start : parts.end],
        heredocs=line.heredocs,
        comment_lines=line.comment_lines,
        line_starts=_cut_starts(line.starts, parts.start, parts.end),
        escape=escape,
    )


def _cut_starts(
    starts: tuple[tuple[int, int], ...], start: int, end: int
) -> tuple[tuple[int, int], ...]:
    """The pairs of a part of a line, offsets counted from `start`."""
    before = [number for offset, number in starts if offset <= start]
    inside = [(offset - start, number) for offset, number in starts if start < offset < end]
    return ((0, before[-1]), *inside)


def _number_stages(instructions: list[Instruction]) -> list[Instruction]:
    numbered: list[Instruction] = []
    stage, stage_no = "", -1
    for instruction in instructions:
        if instruction.instruction == "FROM":
            stage_no += 1
            words = instruction.value_text.split()
            is_named = len(words) == 3 and words[1].lower() == "as"
            stage = words[2].lower() if is_named else str(stage_no)
        numbered.append(replace(instruction, stage=stage, stage_no=stage_no))
    return numbered


def _check(instruction: Instruction) -> None:
    """Raise InputError for what the engine refuses."""
    complaint = check_known(instruction.instruction)
    if complaint is None:
        try:
            complaint = _complaint(instruction)
        except SyntaxFault as error:
            complaint = str(error)
    if complaint is None and instruction.stage_no < 0 and instruction.instruction != "ARG":
        complaint = "no build stage in current context"
    if complaint:
        raise _fault(instruction, complaint, _help(instruction, complaint))


def _complaint(instruction: Instruction) -> str | None:
    name, flags = instruction.instruction, instruction.flags
    if name != "ONBUILD":
        return check_arguments(name, instruction.arguments(), flags)
    inner = split_line(instruction.value_text)
    complaint = check_trigger(inner.name.upper())
    if complaint is None:
        value = instruction.value_text[inner.start : inner.end]
        read_arguments(inner.name, value, instruction.escape)
    return complaint


def _help(instruction: Instruction, complaint: str) -> str:
    if "unknown instruction" in complaint:
        return "is a continuation character missing at the end of the line before?"
    if "no build stage" in complaint:
        return "only ARG may stand before the first FROM"
    return f"see the reference of {instruction.instruction}"


def _fault(instruction: Instruction, message: str, help: str) -> InputError:
    flags = "".join(f" {flag}" for flag in instruction.flags)
    excerpt = f"{instruction.instruction}{flags} {instruction.value_text}"[:200]
    return InputError(
        message, file=instruction.file, line=instruction.line_no, excerpt=excerpt, help=help
    )


def parse_trigger(onbuild: Instruction) -> Instruction:
    """The instruction that an ONBUILD keeps, checked as it is when a FROM triggers it.

    The engine reads a trigger afresh: the escape directive of its file holds no longer.
    """
    text = onbuild.value_text
    inner = split_line(text)
    trigger = replace(
        onbuild,
        instruction=inner.name.upper(),
        flags=inner.flags,
        value_text=text[inner.start : inner.end],
        line_starts=_cut_starts(onbuild.line_starts, inner.start, inner.end),
        escape="\\",
    )
    _check(trigger)
    return trigger


def load_dockerfile(source: Source) -> list[Instruction]:
    """The instructions of a path, an open file, bytes, or "-" for standard input.

    Raises InputError where there is nothing to read, or nothing that BuildKit would build.
    """
    data, name = read_source(source)
    return parse_dockerfile(data, name)


def read_dockerfile(source: Source) -> pd.DataFrame:
    """The frame `instructions` (columns: diag/schema_frames.py) of a Dockerfile.

    Sources and errors as for load_dockerfile.
    """
    return frame_of(load_dockerfile(source))


def frame_of(instructions: Iterable[Instruction]) -> pd.DataFrame:
    """The same frame of instructions that were read before."""
    from diag import schema

    return schema.make("instructions", map(_row, instructions))


def _row(instruction: Instruction) -> dict[str, Any]:
    return {
        "file": instruction.file,
        "line_no": instruction.line_no,
        "end_line_no": instruction.end_line_no,
        "stage": instruction.stage,
        "stage_no": instruction.stage_no,
        "instruction": instruction.instruction,
        "flags_text": " ".join(instruction.flags),
        "value_text": instruction.value_text,
        "heredocs": [[doc.name, doc.body, doc.is_expanded] for doc in instruction.heredocs],
        "comment_lines": list(instruction.comment_lines),
    }
