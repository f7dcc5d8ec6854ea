"""Probed RUNs -> rows of the frame `env`, with the column `shell`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from diag.env_calls import begins_with
from diag.flow.rows import MAX_ARGV
from diag.flow.tool_names import command_name, is_outside
from diag.probe.lines import lines_of_calls
from diag.probe.records import Call
from diag.probe.session import Probed
from diag.probe.surroundings import UNKNOWN_TEXT, is_unknown, without_stubs


def rows_of(
    probed: Probed, names: Sequence[str], command: str | None = None
) -> Iterator[dict[str, Any]]:
    """One row for each call of an outside command (only `command`, where given) and name."""
    calls = [call for call in probed.calls if is_outside(call.argv[0])]
    lines = lines_of_calls(probed.context, calls)
    for command_no, (call, line_no) in enumerate(zip(calls, lines, strict=True), start=1):
        words = (command_name(call.argv[0]), *call.argv[1:])
        if command is not None and not begins_with(words, command):
            continue
        common = _common(probed, call, command_no, line_no)
        for name in names:
            yield {**common, "name": name, **_received(probed, call, name)}


def _common(probed: Probed, call: Call, command_no: int, line_no: int) -> dict[str, Any]:
    context = probed.context
    failed = [
        f"the build stops before: RUN at line {line} exits {code}"
        for line, code in probed.failed_before
    ]
    return {
        "file": context.file,
        "platform": context.platform,
        "run_no": context.run_no,
        "command_no": command_no,
        "path_no": 1,
        "stage": context.stage,
        "line_no": line_no,
        "command": command_name(call.argv[0]),
        "argv_text": _argv_text(call.argv),
        "source": "shell",
        "condition": "; ".join(failed) or None,
        "came_through": [],
        "shell": probed.shell.name,
    }


def _argv_text(argv: Sequence[str]) -> str:
    """As the flow writes it: quoted where a shell would want it, unknown text as `<unknown>`."""
    words = [
        UNKNOWN_TEXT.sub("<unknown>", word) if is_unknown(word) else shlex.quote(word)
        for word in argv
    ]
    text = " ".join(words)
    return text if len(text) <= MAX_ARGV else text[: MAX_ARGV - 3] + "..."


def _received(probed: Probed, call: Call, name: str) -> dict[str, Any]:
    """Status and value as the kernel had them; unknown where they hold an unknown text."""
    env = probed.context.env
    value = call.env.get(name)
    if value is None:
        is_base = name in env and env[name].status == "unknown"
        return {"status": "unknown" if is_base else "unset", "is_exported": False}
    value = without_stubs(value, env)
    if is_unknown(value):
        return {"status": "unknown", "is_exported": True}
    return {"status": "set" if value else "empty", "value": value, "is_exported": True}
