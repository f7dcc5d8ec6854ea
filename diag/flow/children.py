"""Processes that a shell starts: what they are given, and what they give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diag.flow.event import Event
from diag.flow.redirects import Redirects
from diag.flow.state import State, Var


@dataclass(frozen=True)
class Process:
    """A process to be: its arguments and how its environment departs from the shell's."""

    argv: tuple[str, ...]
    offset: int
    overlay: Mapping[str, Var] = field(default_factory=dict)
    is_cleared: bool = False


class Children(Redirects):
    """The environment of a new process, and the end of one."""

    def environment(self, process: Process, state: State) -> dict[str, Var]:
        """The variables that a new process begins with."""
        found: dict[str, Var] = {}
        for name in {*state.vars, *process.overlay}:
            event = Event(
                0, 0, self.place(process.offset), (), state.vars, process.overlay,
                process.is_cleared, {}, "", (),
            )  # fmt: skip
            var = event.var(name)
            if var.text is not None and not var.is_exported:
                where = var.came_through[-1] if var.came_through else None
                var = Var(None, False, var.came_through, where, "not-exported" if where else None)
            found[name] = var._replace(is_readonly=False, born=state.n_commands)
        return found

    # -- what a child gives back ------------------------------------------------------------------

    def rejoin(self, parent: State, child: State, kind: str, place: str) -> State:
        """The parent after a child has ended: files and output stay, variables are lost."""
        after = parent.copy()
        after.files, after.out, after.err = child.files, child.out, child.err
        after.stdin, after.n_commands = child.stdin, child.n_commands
        after.conditions, after.decided = child.conditions, child.decided
        after.dialects, after.is_main = child.dialects, child.is_main
        after.status, after.status_of = child.status, child.status_of
        self.lose(after, child, kind, place)
        return after

    def lose(self, parent: State, child: State, kind: str, place: str) -> None:
        """Mark what the child assigned and the parent does not have."""
        if child.vars is parent.vars:
            return
        changed = {}
        for name, var in child.vars.items():
            mine = parent.vars.get(name, Var())
            is_new = var is not mine and var.text and var.text != mine.text
            if is_new and var.came_through and not var.may_be_unset:
                ways = mine.came_through if mine.text is not None else var.came_through
                changed[name] = mine._replace(came_through=ways, lost_at=place, lost_by=kind)
        if changed:
            parent.vars = {**parent.vars, **changed}


def without_arrays(state: State) -> Mapping[str, Var]:
    """The variables of a shell for another process: bash gives it no array, exported or not."""
    arrays = {
        name: var._replace(is_exported=False)
        for name in state.arrays
        if (var := state.vars.get(name)) is not None and var.is_exported
    }
    return {**state.vars, **arrays} if arrays else state.vars
