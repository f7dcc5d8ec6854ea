"""What go makes of its environment: for which machine it builds, and whether with cgo.

By `go help environment` (1.22): GOOS and GOARCH default to the host's; CGO_ENABLED defaults to 1,
and to 0 where the target is another than the host.
"""

from __future__ import annotations

from collections.abc import Iterator

from diag.flow.event import Event
from diag.flow.holes import has_hole, same
from diag.flow.state import Var
from diag.flow.toolchain_cargo import Flags
from diag.platforms import Platform

COMPILES = frozenset(["build", "install", "test", "run", "vet", "generate"])
NAMES = ("GOOS", "GOARCH", "GOARM", "CGO_ENABLED", "CGO_CFLAGS", "CGO_LDFLAGS", "CC")


def go_values(event: Event, machine: Platform | None) -> Iterator[tuple[str, Flags]]:
    """Name of the row, and value: only where one of go's variables is set."""
    if not set(event.argv[1:2]) & COMPILES:
        return
    given = {name: event.var(name) for name in NAMES}
    given = {name: var for name, var in given.items() if var.is_exported and var.text}
    if not given or machine is None:
        return
    yield "GOARCH (effective)", _flags(given.get("GOARCH"), machine.go_arch)
    yield "CGO_ENABLED (effective)", _cgo(given, machine)


def _flags(var: Var | None, default: str) -> Flags:
    if var is None:
        return Flags(default)
    return Flags(var.text, var.came_through, var.lost_at, var.lost_by)


def _cgo(given: dict[str, Var], machine: Platform) -> Flags:
    if "CGO_ENABLED" in given:
        return _flags(given["CGO_ENABLED"], "")
    asked = [(given.get("GOOS"), machine.os), (given.get("GOARCH"), machine.go_arch)]
    texts = [(var.text or "", host) for var, host in asked if var is not None]
    ways = tuple(way for var, _ in asked if var is not None for way in var.came_through)
    unknown = next((text for text, host in texts if same(text, host) is None), None)
    if unknown is not None and has_hole(unknown):
        return Flags(unknown, ways)
    is_native = all(text == host for text, host in texts)
    return Flags(str(int(is_native)), ways)
