"""Loops: as many turns as the text decides; where it does not, until nothing new happens."""

from __future__ import annotations

from diag.flow.commands import Commands
from diag.flow.limits import MAX_TURNS
from diag.flow.state import Condition, State, Var, merge
from diag.read.shell_tree import ArithmeticFor, For, Item, Loop, Word
from diag.read.shell_walk import assigned_names

MAX_OPEN_TURNS = 4  # turns of a loop whose end is not decided, before its variables are unknown


class Loops(Commands):
    """for, while, until."""

    def run_for(self, node: For, state: State) -> list[State]:
        self.tick(node.start)
        return self.ways(state, lambda trial: self._for(node, trial))

    def _for(self, node: For, state: State) -> list[State]:
        self.is_list_open = False
        with self.using() as used:
            values = (
                list(state.positional) if node.words is None else self.fields(node.words, state)
            )
            is_open = self.is_list_open
        if is_open:
            return self._open_for(node, state, used)
        state.status = 0
        live, done = [state], list[State]()
        for turn, value in enumerate(values):
            if turn >= MAX_TURNS:
                return done + [self._give_up(node, after, node.body) for after in live]
            live = [self._bound(node, after, value, used) for after in live]
            live = self._turn(node.body, live, done)
            if not live:
                break
        return merge(done + live, self.holes)

    def _bound(self, node: For, state: State, value: str, used: list[tuple[str, Var]]) -> State:
        self.tick(node.start)
        after = state.copy()
        place = self.place(node.start)
        after.set_var(node.name, self.value_of(after, node.name, value, place, used))
        return after

    def _open_for(self, node: For, state: State, used: list[tuple[str, Var]]) -> list[State]:
        """A list of unknown length: no turn, or turns until nothing new happens."""
        what = f"the list of `for {node.name}` (line {self.line(node.start)})"
        empty = state.copy()
        empty.given(Condition(f"{what} is empty", True))
        empty.status, empty.is_main = 0, False
        state.given(Condition(f"{what} is not empty", True))
        element = self.holes.named(f"{node.start} {node.name}", f"an element of {what}")
        exits, live = [empty], [state]
        for _ in range(MAX_OPEN_TURNS):
            bound = [self._bound(node, after, element, used) for after in live]
            for after in bound:
                after.decided = {}
            live = self._turn(node.body, bound, exits)
            new = [s for s in live if not any(s.same_world(old) for old in exits)]
            exits = merge(exits + live, self.holes)
            if not new:
                return exits
            live = new
        return merge([self._give_up(node, after, node.body) for after in exits], self.holes)

    def _turn(self, body: tuple[Item, ...], live: list[State], done: list[State]) -> list[State]:
        """One turn: the states that go on; those that leave the loop are added to `done`."""
        with self.in_branch():
            found = self.run_items(body, live)
        going: list[State] = []
        for after in found:
            if after.flow in ("break", "continue"):
                is_break, is_mine = after.flow == "break", after.levels <= 1
                after.levels -= 1
                after.flow = "" if is_mine else after.flow
                (done if is_break or not is_mine else going).append(after)
            elif after.flow:
                done.append(after)
            else:
                going.append(after)
        return merge(going, self.holes)

    def _give_up(
        self, node: For | Loop | ArithmeticFor, state: State, body: tuple[Item, ...]
    ) -> State:
        """After a loop that was not followed to its end: what it assigns is not known."""
        if state.flow:
            return state
        after = state.copy()
        line = self.line(node.start)
        what = f"the loop at line {line}, not followed to its end"
        for name in assigned_names(body) | assigned_names(getattr(node, "condition", ())):
            old = after.vars.get(name, Var())
            hole = self.holes.named(f"{node.start} {name}", what)
            after.set_var(name, Var(hole, old.is_exported, old.came_through, may_be_unset=True))
        after.given(
            Condition(f"the loop at line {line} ends (it was not followed to its end)", True)
        )
        after.status = None
        after.status_of = what
        return after

    # -- while and until --------------------------------------------------------------------------

    def run_loop(self, node: Loop, state: State) -> list[State]:
        seen: list[State] = []
        exits: list[State] = []
        live, n_open, last = [state], 0, state
        for _ in range(MAX_TURNS):
            self.tick(node.start)
            live = [s for s in live if not any(s.same_world(old) for old in seen)]
            if not live:
                break
            last = live[0]
            seen = [*seen[-6:], *live]
            before = len(exits)
            inside, is_open = self._asked(node, live, exits)
            if len(seen) > len(live):
                _as_they_entered(live, inside + exits[before:])
            n_open += is_open
            live = self._turn(node.body, inside, exits) if inside else []
            if n_open > MAX_OPEN_TURNS:
                break
        if live:
            exits += [self._give_up(node, after, node.body) for after in live]
        elif not exits:
            exits = [self._give_up(node, last, node.body)]
        return merge(exits, self.holes)

    def _asked(self, node: Loop, live: list[State], exits: list[State]) -> tuple[list[State], bool]:
        """The states that enter the body; and whether the condition left it open."""
        with self.guarded():
            found = self.run_items(node.condition, live)
        inside: list[State] = []
        is_open = False
        for after in found:
            if after.flow:
                exits.append(after)
                continue
            is_open = is_open or after.status is None or after.conditions != live[0].conditions
            for way in self.ways(after, self._answered):
                if (way.status == 0) != node.is_until:
                    inside.append(way)
                else:
                    way.status = 0
                    exits.append(way)
        return inside, is_open

    def _answered(self, state: State) -> list[State]:
        self.succeeds(state)
        return [state]

    # -- for (( )) --------------------------------------------------------------------------------

    def run_arithmetic_for(self, node: ArithmeticFor, state: State) -> list[State]:
        return self.ways(state, lambda trial: self._arithmetic_for(node, trial))

    def _arithmetic_for(self, node: ArithmeticFor, state: State) -> list[State]:
        self.arithmetic(node.first, state)
        live, done = [state], list[State]()
        for _ in range(MAX_TURNS):
            self.tick(node.start)
            going: list[State] = []
            for after in live:
                value = self._value(node.condition, after)
                (done if value == "0" else going).append(after)
                if value not in ("0", "1"):
                    return done + [self._give_up(node, s, node.body) for s in live]
            live = self._turn(node.body, going, done) if going else []
            if not live:
                return merge(done, self.holes)
            for after in live:
                self.arithmetic(node.step, after)
        return done + [self._give_up(node, after, node.body) for after in live]

    def _value(self, word: Word, state: State) -> str:
        """`1` or `0` for a condition, other text where it is not known."""
        if not word.text.strip():
            return "1"
        text = self.arithmetic(word, state)
        return text if not text.lstrip("-").isdigit() else str(int(int(text) != 0))


def _as_they_entered(entered: list[State], ways: list[State]) -> None:
    """From the second turn on: that the same question was answered again says nothing new."""
    known = {condition for state in entered for condition in state.conditions}
    for way in ways:
        way.conditions = tuple(condition for condition in way.conditions if condition in known)
