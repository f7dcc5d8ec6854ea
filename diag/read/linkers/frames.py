"""The records of a log as frames (columns: diag/schema_frames.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import pandas as pd

from diag import schema
from diag.read.buildlog import NamedStep
from diag.read.linkers.collect import TextLine
from diag.read.linkers.commands import LinkCommand
from diag.read.linkers.ledger import LinkError
from diag.read.names import demangle
from diag.schema_frames import LINE_KINDS

_MANGLED = re.compile(r"_{1,3}[ZR]\w|\?|_\$")
_SPELLED_OUT = re.compile(r"::|[(<\s]")

PlatformOf = Callable[[str | None], str | None]


def steps_frame(file: str, steps: Iterable[NamedStep]) -> pd.DataFrame:
    """The frame `steps`, in the order of the builder's numbers' first lines."""
    return schema.make("steps", [_step_row(file, named) for named in steps])


def _step_row(file: str, named: NamedStep) -> dict[str, Any]:
    step, name = named.step, named.name
    return {
        "file": file,
        "step_id": step.step_id,
        "stage": name.stage,
        "platform": name.platform,
        "target_platform": named.target,
        "step_no": name.step_no,
        "n_steps": name.n_steps,
        "instruction": name.instruction,
        "name_text": step.name,
        "status": step.status,
        "seconds": step.seconds,
        "exit_code": step.exit_code,
        "is_clipped": step.is_clipped,
        "line_no": step.line_no,
    }


def error_row(
    file: str, number: int, step_id: str | None, platform: str | None, error: LinkError
) -> dict[str, Any]:
    """One row of `link_errors`."""
    place = error.place
    return {
        "file": file,
        "error_no": number,
        "line_no": error.line_no,
        "step_id": step_id,
        "platform": platform,
        "linker": error.linker,
        "kind": error.kind,
        "symbol": error.symbol,
        "demangled": _demangled(error.symbol),
        "object": place.object,
        "member": place.member,
        "function": place.function,
        "section": place.section,
        "offset": place.offset,
        "source_file": place.source_file,
        "source_line": place.source_line,
        "n_refs": error.n_refs,
        "is_lower_bound": error.is_lower_bound,
        "detail_text": error.detail,
    }


@lru_cache(maxsize=4096)
def _demangled(symbol: str | None) -> str | None:
    """The symbol as source code spells it; None for one that is not mangled, such as C's."""
    if symbol is None:
        return None
    if _MANGLED.match(symbol):
        return demangle(symbol)
    return symbol if _SPELLED_OUT.search(symbol) else None


def commands_frame(
    file: str, commands: Iterable[tuple[str | None, int, LinkCommand]], platform_of: PlatformOf
) -> pd.DataFrame:
    """The frame `link_commands`."""
    rows = [
        {
            "file": file,
            "line_no": line_no,
            "step_id": step_id,
            "platform": platform_of(step_id),
            "linker": command.linker,
            "driver": command.driver,
            "output": command.output,
            "inputs": [list(pair) for pair in command.inputs],
            "flags": list(command.flags),
            "is_shortened": command.is_shortened,
            "words": list(command.words),
        }
        for step_id, line_no, command in commands
    ]
    return schema.make("link_commands", rows)


def lines_frame(file: str, lines: list[TextLine], platform_of: PlatformOf) -> pd.DataFrame:
    """The frame `log_lines`, built by column: there may be millions of lines."""
    empty = schema.empty("log_lines")
    if not lines:
        return empty
    platforms = {line.step_id: platform_of(line.step_id) for line in lines}
    data = {
        "file": [file] * len(lines),
        "line_no": [line.line_no for line in lines],
        "part_no": [line.part_no for line in lines],
        "step_id": [line.step_id for line in lines],
        "platform": [platforms[line.step_id] for line in lines],
        "seconds": [line.seconds for line in lines],
        "text": [line.text for line in lines],
    }
    columns = {name: pd.Series(data[name], dtype=empty[name].dtype) for name in data}
    kinds = pd.Categorical([line.kind for line in lines], categories=list(LINE_KINDS))
    return pd.DataFrame({**columns, "kind": pd.Series(kinds)})[list(empty.columns)]
