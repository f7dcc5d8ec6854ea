"""What the interpreter gives: calls of outside commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diag.flow.state import Condition, FileEntry, Var


@dataclass(frozen=True)
class Event:
    """One outside command as it is called on one way."""

    command_no: int
    line_no: int
    place: str
    argv: tuple[str, ...]
    env: Mapping[str, Var]
    overlay: Mapping[str, Var]
    is_cleared: bool
    files: Mapping[str, FileEntry]
    cwd: str
    conditions: tuple[Condition, ...]
    fault: str = ""  # why nothing is known from here on; "" for an ordinary call
    is_inner: bool = False  # what another outside command calls, told under its number

    def var(self, name: str) -> Var:
        """What the command has of a variable."""
        if name in self.overlay:
            return self.overlay[name]
        var = self.env.get(name, Var())
        if var.text is None and var.hidden is not None:
            var = var._replace(text=var.hidden, is_exported=True)
        if self.is_cleared and var.text is not None and var.is_exported:
            return Var(None, False, var.came_through, self.place, "env-cleared")
        return Var() if self.is_cleared else var
