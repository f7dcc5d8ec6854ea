"""if and case: the branch that the text decides, or each of them with its condition."""

from __future__ import annotations

from diag.flow.loops import Loops
from diag.flow.state import State, Var, merge
from diag.read.shell_tree import Case, If, Item
from diag.read.shell_walk import assigned_names


class Branches(Loops):
    """Runs branches."""

    def if_(self, node: If, state: State) -> list[State]:
        self.tick(node.start)
        found: list[State] = []
        asking = [state]
        for condition, body in node.arms:
            with self.guarded():
                asked = self.run_items(condition, asking)
            asking = []
            for before in asked:
                for way in [before] if before.flow else self.ways(before, self._answered):
                    if way.flow:
                        found.append(way)
                    elif way.status == 0:
                        found += self._branch(body, way)
                    else:
                        asking.append(way)
        for way in asking:
            if node.otherwise is not None:
                found += self._branch(node.otherwise, way)
            else:
                found.append(self._no_branch(node, node.start, way))
        return merge(found, self.holes)

    def _branch(self, body: tuple[Item, ...], state: State) -> list[State]:
        with self.in_branch():
            return self.run_items(body, [state])

    def _no_branch(self, node: If | Case, offset: int, state: State) -> State:
        """No branch was taken: what each of them would have assigned is lost here."""
        after = state.copy()
        after.status = 0
        place = self.place(offset)
        for name in assigned_names(node):
            old = after.vars.get(name, Var())
            if not old.text and not old.lost_by:
                after.set_var(name, old._replace(lost_at=place, lost_by="no-branch-matched"))
        return after

    def case(self, node: Case, state: State) -> list[State]:
        self.tick(node.start)
        return self.ways(state, lambda trial: self._case(node, trial))

    def _case(self, node: Case, state: State) -> list[State]:
        text = self.text(node.word, state)
        states, done = [state], list[State]()
        is_falling = False
        for item in node.items:
            taken = is_falling or any(
                self.match(text, self.pattern(pattern, state), state) for pattern in item.patterns
            )
            if not taken:
                continue
            state.status = 0
            states = [after for before in states for after in self._branch(item.body, before)]
            done += [after for after in states if after.flow]
            states = [after for after in states if not after.flow]
            if item.terminator == ";;" or not states:
                return done + states
            is_falling = item.terminator == ";&"
            state = states[0]
        return done + [self._no_branch(node, node.start, after) for after in states]
