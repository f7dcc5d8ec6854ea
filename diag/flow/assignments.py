"""Assignments: alone on a line, of arrays, and in front of a command."""

from __future__ import annotations

from collections.abc import Sequence

from diag.flow.expand_arrays import Array, array_of
from diag.flow.limits import BASH
from diag.flow.processes import Processes
from diag.flow.state import State, Var
from diag.read.shell_tree import ArrayLiteral, Assignment, Simple


class Assignments(Processes):
    """Assigns what a simple command assigns."""

    # -- assignments ------------------------------------------------------------------------------

    def _assignments_alone(self, node: Simple, state: State) -> list[State]:
        state_before = state.status
        for assignment in node.assignments:
            self._assign(assignment, state)
        state.status = self.substitution_status if self.has_substituted else 0
        if not node.assignments and not node.redirects and not self.has_substituted:
            state.status = state_before if not node.words else 0
        return self.with_redirects(node.redirects, state, lambda after: [after])

    def is_strange(self, assignments: Sequence[Assignment]) -> bool:
        """Whether `X+=` or `X[0]=` is among them: to shells other than bash the name of a command."""
        return any(one.is_append or one.index is not None for one in assignments)

    def not_found(self, state: State) -> list[State]:
        """The command does not exist."""
        state.status = 127
        return [state]

    def _assign(self, assignment: Assignment, state: State) -> None:
        name, value = assignment.name, assignment.value
        if self.is_strange([assignment]) and not self.is_dialect(state, BASH):
            self.not_found(state)
            return
        with self.using():
            if value.parts and type(value.parts[0]) is ArrayLiteral:
                self._assign_array(assignment, value.parts[0], state)
                return
            text = self.value_text(value, state)
            if assignment.index is not None:
                self._assign_element(assignment, text, state)
                return
            if assignment.is_append:
                old = self.lookup(state, name)
                text = f"{old.text or ''}{'+' if old.is_integer and old.text else ''}{text}"
            self.assign(state, name, text, assignment.start, value)

    def _assign_array(self, assignment: Assignment, array: ArrayLiteral, state: State) -> None:
        old = state.arrays.get(assignment.name, Array())
        before: Array | None = Array(is_map=bool(old and old.is_map))
        values = self.array_from(array, old if assignment.is_append else before, state)
        self.assign(state, assignment.name, self.first_of(values), assignment.start, None)
        state.arrays = {**state.arrays, assignment.name: values}

    def _assign_element(self, assignment: Assignment, text: str, state: State) -> None:
        name = assignment.name
        var = state.vars.get(name, Var())
        first = array_of(() if var.text is None else (var.text,))
        before: Array | None = state.arrays.get(name, first)
        key = self.key_of(assignment.index, before, state) if before is not None else None
        if before is None or key is None or (key.startswith("-") and before.get(key) is None):
            state.arrays = {**state.arrays, name: None}
            return
        if assignment.is_append:
            text = (before.get(key) or "") + text
        values = before.put(key, text)
        self.assign(state, name, self.first_of(values), assignment.start, None)
        state.arrays = {**state.arrays, name: values}

    def _prefixes(self, assignments: Sequence[Assignment], state: State) -> list[tuple[str, Var]]:
        """The assignments before a command: each sees those before it, and none stays."""
        saved = {one.name: state.vars.get(one.name, Var()) for one in assignments[:-1]}
        prefix = []
        for assignment in assignments:
            name, var = self._prefix(assignment, state)
            prefix.append((name, var))
            if assignment is not assignments[-1]:
                state.set_var(name, var)
        for name, var in saved.items():
            state.set_var(name, var)
        return prefix

    def _prefix(self, assignment: Assignment, state: State) -> tuple[str, Var]:
        with self.using():
            text = self.value_text(assignment.value, state)
            if assignment.is_append:
                old = self.lookup(state, assignment.name)
                text = f"{old.text or ''}{text}"
            place = self.place(assignment.start)
            var = self.prefix_var(assignment.name, text, state, place)
            if self.names_in_single_quotes(state, assignment.value):
                var = var._replace(lost_at=place, lost_by="quoted-not-expanded")
            return assignment.name, var
