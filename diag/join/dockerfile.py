"""The log's step headers against the Dockerfile's instructions, and where `case` branches assign.

BuildKit prints each instruction in its step header with ARG and ENV values filled in and shell
variables left alone (moby/buildkit, frontend/dockerfile), so log and Dockerfile can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag import schema
from diag.schema import each

if TYPE_CHECKING:
    from diag.read.dockerfile import Instruction

COMPARED = ("RUN", "COPY", "ADD", "WORKDIR")  # FROM is printed with a digest
_STEP_PREFIX = re.compile(r"^\[[^\]]*\]\s+")
_VARIABLE = re.compile(r"\$(?:\{[^}]*\}|\w+)")
_SPACES = re.compile(r"\s+")
_HEREDOC = re.compile(r"<<-?\s*[\"']?\w+.*", re.DOTALL)
MAX_TEXT = 20_000
_ANCHOR = 20  # characters that find a literal part again
_CUT_AT = 200  # a builder that shortens names keeps fewer characters than this


def join_log_and_dockerfile(
    steps: pd.DataFrame, instructions: pd.DataFrame, dockerfile: str
) -> pd.DataFrame:
    """The `drift` frame: for each RUN, COPY, ADD and WORKDIR step, the instruction that it is.

    A variable in the Dockerfile fits any text of the header, since a value may stand there.
    """
    if steps.empty or instructions.empty:
        return schema.empty("drift")
    own = instructions[instructions["instruction"].isin(COMPARED)]
    known = [
        (int(r.line_no), _canonical(f"{r.instruction} {r.flags_text} {r.value_text}"))
        for r in each(own)
    ]
    compared = steps[steps["instruction"].isin(COMPARED)]
    rows = [_compare(step, known, dockerfile) for step in each(compared)]
    return schema.make("drift", rows)


def _compare(step: Any, known: Sequence[tuple[int, str]], dockerfile: str) -> dict[str, Any]:
    text = _canonical(_STEP_PREFIX.sub("", step.name_text))
    same = next((line for line, own in known if fits(own, text)), None)
    row = {
        "file": step.file,
        "step_id": step.step_id,
        "line_no": int(step.line_no),
        "name_text": step.name_text,
        "dockerfile": dockerfile,
        "dockerfile_line_no": same,
        "is_same": same is not None,
    }
    if same is None:
        word = text.split(" ", 1)[0]
        kin = [(line, own) for line, own in known if own.startswith(word + " ")]
        if kin:
            line, own = max(kin, key=lambda pair: _common(pair[1], text))
            row |= {"dockerfile_line_no": line, "differs_at": _difference(own, text)}
    return row


def fits(instruction: str, header: str) -> bool:
    """Whether a step header is this instruction with its variables left or filled in.

    Linear in the header: each literal part is searched once, from where the last one ended.
    """
    if header.endswith("..."):
        return fits_start(instruction, header.removesuffix("..."))
    parts = _VARIABLE.split(instruction)
    if len(parts) == 1:
        return instruction == header
    if not header.startswith(parts[0]) or not header.endswith(parts[-1]):
        return False
    place, end = len(parts[0]), len(header) - len(parts[-1])
    for part in parts[1:-1]:
        found = header.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return place <= end


def fits_start(instruction: str, header: str) -> bool:
    """The same for a header that the builder cut short."""
    place = 0
    for number, part in enumerate(_VARIABLE.split(instruction)):
        found = header.find(part, place) if number else (0 if header.startswith(part) else -1)
        if found < 0:
            rest = header[place:]
            return _ends_in_start(rest, part) if number else part.startswith(rest)
        place = found + len(part)
    return place >= len(header)


def _ends_in_start(rest: str, part: str) -> bool:
    """Whether some end of `rest` begins `part`: a filled-in value stands before it."""
    starts = range(max(0, len(rest) - _CUT_AT), len(rest) + 1)
    return any(part.startswith(rest[start:]) for start in starts)


def _canonical(text: str) -> str:
    """One form for both sides: spaces single, a here-document reduced to its opening."""
    text = _HEREDOC.sub("<<", text[:MAX_TEXT])
    return _SPACES.sub(" ", text).strip()


def _common(left: str, right: str) -> int:
    """Length of the common start."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    )


def _difference(own: str, header: str) -> str:
    """The words around the first place where both differ: log | Dockerfile."""
    place = 0
    for part in _VARIABLE.split(own):
        found = header.find(part, place)
        if found < 0:
            start = max(0, header.find(part[:_ANCHOR], place))
            same = _common(part, header[start:])
            seen = max(0, same - 30)
            return f"{_head(header[start + seen :])} | {_head(part[seen:])}"
        place = found + len(part)
    return f"{_head(header[place:])} | (the instruction ends here)"


def _head(text: str) -> str:
    return text if len(text) <= 110 else f"{text[:107]}..."


def join_case_assignments(records: Iterable[Instruction]) -> pd.DataFrame:
    """The `case_assignments` frame: each variable that a branch of a `case` in a RUN assigns."""
    rows = [row for record in records if record.instruction == "RUN" for row in _of_run(record)]
    return schema.make("case_assignments", rows).drop_duplicates(ignore_index=True)


def _of_run(record: Instruction) -> Iterator[dict[str, Any]]:
    text, lines = _script(record)
    if "case" not in text:
        return
    source = text.encode("utf-8", "surrogatepass")
    for case in _nodes(_parser().parse(source).root_node, "case_statement"):
        for branch in (node for node in case.children if node.type == "case_item"):
            for assignment in _nodes(branch, "variable_assignment"):
                name = assignment.child_by_field_name("name")
                pattern = branch.child_by_field_name("value")
                yield {
                    "file": record.file,
                    "line_no": _line(lines, assignment.start_byte, source),
                    "name": name.text.decode("utf-8", "replace") if name else "",
                    "pattern": pattern.text.decode("utf-8", "replace") if pattern else "",
                    "case_line_no": _line(lines, case.start_byte, source),
                    "esac_line_no": _line(lines, case.end_byte - 1, source),
                    "run_line_no": record.line_no,
                }


def _script(record: Instruction) -> tuple[str, Sequence[tuple[int, int]]]:
    """The script of a RUN and its map from offsets to lines."""
    if not record.heredocs or not record.value_text.lstrip().startswith("<<"):
        return record.value_text, record.line_starts
    first = record.heredocs[0]
    starts, offset = [], 0
    for number, line in enumerate(first.body.splitlines(keepends=True)):
        starts.append((offset, first.line_no + number))
        offset += len(line)
    return first.body, starts


def _line(starts: Sequence[tuple[int, int]], byte: int, source: bytes) -> int:
    offset = len(source[:byte].decode("utf-8", "replace"))
    return [line for start, line in starts if start <= offset][-1]


def _nodes(node: Any, kind: str) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == kind:
            yield current
        waiting.extend(reversed(current.children))


@cache
def _parser() -> Any:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))
