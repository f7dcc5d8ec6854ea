"""Events as rows of the frame `env` (columns: diag/schema_frames.py)."""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from diag.errors import InputError
from diag.flow.event import Event
from diag.flow.holes import FIRST, LAST, Holes, has_hole, show
from diag.flow.state import FileEntry, Var, common_conditions
from diag.flow.tool_names import command_name
from diag.flow.toolchain import toolchain_rows
from diag.flow.values import RunContext

MAX_ROWS = 1_000_000  # of one RUN on one platform
# Assignments that other programs read themselves: a key of theirs is no variable of a shell.
READ_FILES = (
    "/go/env", ".toml", ".json", ".yaml", ".yml", ".ini", ".cfg", ".cmake", ".mk", ".py",
)  # fmt: skip
MAX_ARGV = 2000  # characters of argv_text

Row = dict[str, Any]
Told = tuple[Any, ...]


def rows_of(
    context: RunContext,
    events: list[Event],
    names: Iterable[str],
    holes: Holes,
    only: str | None = None,
    *,
    with_toolchain: bool = True,
) -> Iterator[Row]:
    """One row for each call, way and name, and those of the toolchain (flow/toolchain.py).

    Calls that nothing sets apart are one. `only`: the one name that is asked for. Without
    `with_toolchain` the rows of the shell alone. Raises InputError where the rows would be more than anyone reads.
    """
    names = tuple(names)
    wanted = names if only is None else (only,) if only in names else ()
    _refuse_too_many(context, len(wanted) * len(events))
    written = _Written()
    for number, calls in sorted(_by_number(events).items()):
        kept = _distinct(calls, names)
        ways = Counter(event.is_inner for event in kept)
        for path_no, event in enumerate(kept, 1):
            base = base_row(context, event, number, path_no, ways[event.is_inner] > 1)
            for name in wanted:
                yield {**base, "name": name, "source": "shell", **told(event, name, holes, written)}
            if with_toolchain:
                yield from toolchain_rows(context, event, base, holes)


def _refuse_too_many(context: RunContext, n_rows: int) -> None:
    if n_rows > MAX_ROWS:
        reason = f"this RUN alone makes more than {MAX_ROWS} rows"
        help = "ask for one command or one variable (--command, --name)"
        raise InputError(reason, file=context.file, line=context.line_no, help=help)


def _by_number(events: list[Event]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        found[event.command_no].append(event)
    return found


def _distinct(calls: list[Event], names: tuple[str, ...]) -> list[Event]:
    """The calls of one number with those joined that no row could tell apart."""
    if len(calls) == 1:
        return calls
    kept: dict[Told, Event] = {}
    for event in calls:
        seen = (_as_seen(event.var(name)) for name in names)
        key = (event.line_no, show(" ".join(event.argv)), event.fault, *seen)
        other = kept.get(key)
        if other is None:
            kept[key] = event
        else:
            both = common_conditions(other.conditions, event.conditions)
            kept[key] = _with_conditions(other, both)
    return list(kept.values())


def _as_seen(var: Var) -> Told:
    """What a row shows of a variable: two unknown texts look the same."""
    text = None if var.text is None else show(var.text)
    return text, var.is_exported, var.came_through, var.lost_at, var.lost_by


def _with_conditions(event: Event, conditions: tuple[Any, ...]) -> Event:
    return replace(event, conditions=conditions)


def base_row(
    context: RunContext, event: Event, command_no: int, path_no: int, has_others: bool
) -> Row:
    """The columns that all rows of one call share."""
    texts = [c.text for c in event.conditions if c.is_branch or has_others]
    words = () if event.fault else event.argv
    return {
        "file": context.file,
        "platform": context.platform,
        "run_no": context.run_no,
        "command_no": command_no,
        "path_no": path_no,
        "stage": context.stage,
        "line_no": event.line_no,
        "command": show(command_name(words[0])) if words else "",
        "argv_text": argv_text(words),
        "condition": "; ".join([event.fault, *texts] if event.fault else texts) or None,
    }


def argv_text(argv: tuple[str, ...]) -> str:
    """The command as it is called, quoted where a shell would want it; holes as `<unknown>`."""
    text = " ".join(show(word) if has_hole(word) else shlex.quote(word) for word in argv)
    return text if len(text) <= MAX_ARGV else text[: MAX_ARGV - 3] + "..."


def told(event: Event, name: str, holes: Holes, written: _Written) -> Row:
    """What the command has of one variable."""
    var = event.var(name)
    if event.fault:
        return {**_value("unknown", None, False, var)}
    if var.text is None:
        return _value("unset", None, False, written.file_not_read(var, name, event.files))
    if not var.is_exported:
        lost_at = var.lost_at or (var.came_through[-1] if var.came_through else None)
        lost_by = var.lost_by or ("not-exported" if lost_at else None)
        return _value("unset", None, False, var._replace(lost_at=lost_at, lost_by=lost_by))
    if has_hole(var.text):
        row = _value("unknown", None, True, var)
        reasons = "; ".join(holes.origins(var.text)[:3])
        return {**row, "condition": _joined(event, f"depends on {reasons}")}
    return _value("set" if var.text else "empty", var.text, True, var)


def _joined(event: Event, reason: str) -> str:
    texts = [c.text for c in event.conditions if c.is_branch]
    return "; ".join([*texts, reason])


def _value(status: str, text: str | None, is_exported: bool, var: Var) -> Row:
    return {
        "status": status,
        "value": text,
        "is_exported": is_exported,
        "came_through": list(var.came_through),
        "lost_at": var.lost_at,
        "lost_by": var.lost_by,
    }


class _Written:
    """Variables that files assign: a value that stands in a file which nothing reads is lost."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[Mapping[str, FileEntry], dict[str, str]]] = {}

    def file_not_read(self, var: Var, name: str, files: Mapping[str, FileEntry]) -> Var:
        if var.lost_by:
            return var
        place = self._places(files).get(name)
        if place is None:
            return var
        return var._replace(lost_at=place, lost_by="file-not-read", came_through=(place,))

    def _places(self, files: Mapping[str, FileEntry]) -> dict[str, str]:
        known = self._of.get(id(files))
        if known is None:
            known = files, dict(_assigning_files(files))
            self._of[id(files)] = known
        return known[1]


_ASSIGNS = re.compile(
    rf"(?m)(?:^|[{chr(FIRST)}-{chr(LAST)}])\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)="
)


def _assigning_files(files: Mapping[str, FileEntry]) -> Iterator[tuple[str, str]]:
    for path, entry in files.items():
        is_read = path.endswith(READ_FILES)
        if entry.text and entry.came_through and "=" in entry.text and not is_read:
            for found in _ASSIGNS.finditer(entry.text):
                yield found["name"], entry.came_through[-1]
