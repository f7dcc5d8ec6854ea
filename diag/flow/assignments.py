"""Assignments: alone on a line, of arrays, and in front of a command."""

from __future__ import annotations

from collections.abc import Sequence

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

    def _assign(self, assignment: Assignment, state: State) -> None:
        name, value = assignment.name, assignment.value
        if (assignment.is_append or assignment.index is not None) and not self.is_dialect(
            state, BASH
        ):
            state.status = 127  # no assignment there, but a command that does not exist
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
                old = self.lookup(state, name).text or ""
                text = old + text
            self.assign(state, name, text, assignment.start, value)

    def _assign_array(self, assignment: Assignment, array: ArrayLiteral, state: State) -> None:
        self.is_list_open = False
        values: tuple[str, ...] | None = tuple(self.fields(array.words, state))
        if self.is_list_open or any(word.text.startswith("[") for word in array.words):
            values = None
        if assignment.is_append and values is not None:
            before = state.arrays.get(assignment.name, ())
            values = None if before is None else (*before, *values)
        first = values[0] if values else "" if values is not None else self.unknown_array("first")
        self.assign(state, assignment.name, first, assignment.start, None)
        state.arrays = {**state.arrays, assignment.name: values}

    def _assign_element(self, assignment: Assignment, text: str, state: State) -> None:
        name = assignment.name
        index = self.arithmetic(assignment.index, state)
        before = state.arrays.get(name, ())
        if before is None or not index.isdigit() or int(index) > len(before):
            state.arrays = {**state.arrays, name: None}
            return
        place = int(index)
        values = (*before[:place], text, *before[place + 1 :])
        self.assign(state, name, values[0], assignment.start, None)
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
            place = self.place(assignment.start)
            var = self.prefix_var(assignment.name, text, state, place)
            if self.names_in_single_quotes(state, assignment.value):
                var = var._replace(lost_at=place, lost_by="quoted-not-expanded")
            return assignment.name, var
