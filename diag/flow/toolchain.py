"""What cargo, the cc crate and go make of the environment that a command receives.

Rows beside those of the shell: source `cargo`, `cc` or `go`, named apart from any variable
("rustflags (effective)"). Each rule is measured on the real tool (tests/toolchain): cargo 1.95,
cc 1.0.73 to 1.2.60, go 1.19 to 1.27.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diag.flow.event import Event
from diag.flow.holes import Holes, has_hole, show
from diag.flow.tool_names import command_name
from diag.flow.toolchain_call import CargoCall
from diag.flow.toolchain_cargo import flag_rows, linker_rows
from diag.flow.toolchain_cc import cc_values
from diag.flow.toolchain_flags import Flags
from diag.flow.toolchain_go import go_values
from diag.flow.values import RunContext
from diag.platforms import Platform, find_platform

Row = dict[str, Any]


def toolchain_rows(context: RunContext, event: Event, base: Row, holes: Holes) -> Iterator[Row]:
    """Further rows of one call; `base` holds the columns that all rows of the call share."""
    if event.fault or not event.argv:
        return
    name = command_name(event.argv[0])
    machine = _machine(context)
    if name == "cargo":
        call = CargoCall.of(event, machine, context.brought)
        if call is not None:
            for title, flags in (*flag_rows(call), *linker_rows(call)):
                yield _row(base, "cargo", title, flags, holes)
            for title, flags in cc_values(call):
                yield _row(base, "cc", title, flags, holes)
    elif name == "go":
        for title, flags in go_values(event, machine):
            yield _row(base, "go", title, flags, holes)


def _machine(context: RunContext) -> Platform | None:
    try:
        return find_platform(context.run_platform)
    except Exception:  # a platform outside the table: the host is not known
        return None


def _row(base: Row, source: str, name: str, flags: Flags, holes: Holes) -> Row:
    text, status = flags.text, "unset"
    conditions = [base["condition"]] if base["condition"] else []
    if flags.unknown or (text is not None and has_hole(text)):
        reason = flags.unknown or "; ".join(holes.origins(text or "")[:3])
        conditions.append(f"depends on {holes.told(reason)}")
        text, status = None, "unknown"
    elif text is not None:
        status = "set" if text else "empty"
    if flags.condition:
        conditions.insert(0, show(flags.condition))
    return {
        **base,
        "name": name,
        "source": source,
        "status": status,
        "value": text,
        "is_exported": text is not None or status == "unknown",
        "condition": "; ".join(conditions) or None,
        "came_through": list(flags.came_through),
        "lost_at": flags.lost_at,
        "lost_by": flags.lost_by,
    }
