"""The shell that runs a script: lists, pipelines, compound commands, substitutions.

`Interpreter` stands at the end of a line of classes, each of which knows one part of the shell:
core, expand_parameters, expand, conditions, declarations, builtins, redirects, processes,
commands, loops, branches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diag.flow.branches import Branches
from diag.flow.limits import BASH, DASH, MAX_RUN_TEXT, Abort, LimitError
from diag.flow.state import State, merge
from diag.read.shell import parse_script
from diag.read.shell_tree import (
    AndOr,
    ArithmeticFor,
    Case,
    CommandSubstitution,
    DoubleBracket,
    DoubleParenthesis,
    For,
    Function,
    Group,
    If,
    Item,
    Loop,
    Pipeline,
    Redirected,
    Script,
    Simple,
    Subshell,
)

# Syntax that a shell without it takes for something else, not for a fault.
NO_FAULT = frozenset({"+="})


class Interpreter(Branches):
    """Runs whole scripts."""

    # -- scripts ----------------------------------------------------------------------------------

    def run_text(self, text: str, state: State, line_no: int) -> list[State]:
        """A text that is a script of its own; its places are the line of what runs it."""
        if len(text) > MAX_RUN_TEXT:
            raise LimitError(f"a text of more than {MAX_RUN_TEXT} characters is not run")
        self.fixed_places.append(line_no)
        try:
            with self.nested():
                return self.run_script(parse_script(text), state)
        finally:
            self.fixed_places.pop()

    def run_script(self, script: Script, state: State) -> list[State]:
        strange = [what for _, what in script.bash_only if what not in NO_FAULT]
        states = [state]
        if strange:
            states = self.ways(state, lambda trial: [self._able(trial, strange)])
        found = self.run_items(script.items, states)
        if script.fault is not None:
            for after in found:
                if not after.flow:
                    after.flow, after.status = "exit", 2
        return found

    def _able(self, state: State, strange: list[str]) -> State:
        """The shell stops at once where it cannot parse the script."""
        able = BASH if set(strange) - {"function"} else BASH | {"busybox-ash"}
        if not self.is_dialect(state, able):
            state.flow, state.status = "exit", 2
        return state

    # -- lists ------------------------------------------------------------------------------------

    def run_items(self, items: tuple[Item, ...], states: list[State]) -> list[State]:
        for item in items:
            going = [state for state in states if not state.flow]
            if not going:
                break
            found = [state for state in states if state.flow]
            for state in going:
                found += self._item(item, state)
            states = merge(found, self.holes)
        return states

    def _item(self, item: Item, state: State) -> list[State]:
        if item.background is None:
            return self._and_or(item.body, state)
        child = state.copy()
        place = self.place(item.background)
        found = [
            self.rejoin(state, after, "background", place)
            for after in self._and_or(item.body, child)
        ]
        for after in found:
            after.status = 0
        return found

    def _and_or(self, node: AndOr, state: State) -> list[State]:
        if not node.rest:
            return self._pipeline(node.first, state)
        with self.guarded():
            states = self._pipeline(node.first, state)
        for place, (operator, pipeline) in enumerate(node.rest):
            is_last = place == len(node.rest) - 1
            found: list[State] = []
            for before in states:
                for way in [before] if before.flow else self.ways(before, self._asked_status):
                    if way.flow or (way.status == 0) != (operator == "&&"):
                        found.append(way)
                    elif is_last:
                        found += self._pipeline(pipeline, way)
                    else:
                        with self.guarded():
                            found += self._pipeline(pipeline, way)
            states = merge(found, self.holes)
        return states

    def _asked_status(self, state: State) -> list[State]:
        self.succeeds(state, is_branch=False)
        return [state]

    # -- pipelines --------------------------------------------------------------------------------

    def _pipeline(self, node: Pipeline, state: State) -> list[State]:
        if node.is_negated:
            with self.guarded():
                return [self._negated(after) for after in self._commands(node, state)]
        found = self._commands(node, state)
        checks = len(node.commands) > 1 or type(node.commands[0]) in CHECKED
        if checks and not self.guards:
            for after in found:
                self._check_errexit(after)
        return found

    def _negated(self, state: State) -> State:
        if not state.flow and state.status is not None:
            state.status = int(state.status == 0)
        elif not state.flow:
            state.status_of = f"! {state.status_of}"
        return state

    def _check_errexit(self, state: State) -> None:
        """`set -e`: the way on which the command fails ends here."""
        if state.flow or "e" not in state.options:
            return
        if state.status is None:
            state.status = 0
        elif state.status != 0:
            state.flow = "exit"

    def _commands(self, node: Pipeline, state: State) -> list[State]:
        if len(node.commands) == 1:
            return self.run_command(node.commands[0], state)
        with self.using():
            return self._piped(node, state)

    def _piped(self, node: Pipeline, state: State) -> list[State]:
        """Each side in a process of its own, the output of one the input of the next."""
        going: list[tuple[State, str, list[int | None]]] = [(state, state.stdin, [])]
        last = len(node.commands) - 1
        for place, command in enumerate(node.commands):
            offset = node.pipes[min(place, last - 1)]
            found = []
            for parent, stdin, statuses in going:
                child = parent.copy()
                child.stdin, child.out = stdin, ""
                child.takes_out = place < last or parent.takes_out
                child.traps = {}
                for after in self.leave_shell(self.run_command(command, child)):
                    joined = self.rejoin(parent, after, "pipeline", self.place(offset))
                    joined.out, joined.stdin = parent.out, parent.stdin
                    found.append((joined, after.out, [*statuses, after.status]))
            going = found
        return [self._piped_end(after, out, statuses) for after, out, statuses in going]

    def _piped_end(self, state: State, out: str, statuses: list[int | None]) -> State:
        state.print(out)
        state.status = statuses[-1]
        if "pipefail" in state.options and state.status in (0, None):
            failed = [status for status in statuses if status != 0]
            known = [status for status in failed if status is not None]
            state.status = known[-1] if known else (None if failed else 0)
        return state

    # -- commands ---------------------------------------------------------------------------------

    def run_command(self, node: Any, state: State) -> list[State]:
        return COMMANDS[type(node)](self, node, state)

    def redirected(self, node: Redirected, state: State) -> list[State]:
        def act(trial: State) -> list[State]:
            with self.using():
                return self.with_redirects(
                    node.redirects, trial, lambda after: self.run_command(node.command, after)
                )

        return self.ways(state, act)

    def group(self, node: Group, state: State) -> list[State]:
        return self.run_items(node.body, [state])

    def subshell(self, node: Subshell, state: State) -> list[State]:
        child = state.copy()
        child.traps = {}
        found = self.leave_shell(self.run_items(node.body, [child]))
        return [self.rejoin(state, after, "subshell", self.place(node.end - 1)) for after in found]

    def define(self, node: Function, state: State) -> list[State]:
        after = state.copy()
        after.functions = {**state.functions, node.name: node}
        after.status = 0
        return [after]

    def double_bracket_command(self, node: DoubleBracket, state: State) -> list[State]:
        def act(trial: State) -> list[State]:
            is_missing = self.is_dialect(trial, DASH)
            trial.status = 127 if is_missing else self.double_bracket(node, trial)
            trial.status_of = f"`[[` (line {self.line(node.start)})"
            return [trial]

        self.tick(node.start)
        return self.ways(state, act)

    def double_parenthesis(self, node: DoubleParenthesis, state: State) -> list[State]:
        def act(trial: State) -> list[State]:
            if node.subshell is not None and not self.is_dialect(trial, BASH):
                return self.subshell(node.subshell, trial)
            try:
                value = self.arithmetic(node.word, trial)
            except Abort:
                value = "0"
            is_number = value.lstrip("-").isdigit()
            trial.status = int(int(value) == 0) if is_number else None
            trial.status_of = f"(( {node.word.text.strip()} ))"
            return [trial]

        self.tick(node.start)
        return self.ways(state, act)

    # -- substitutions ----------------------------------------------------------------------------

    def output_of(self, part: CommandSubstitution, state: State) -> str:
        """What the commands print."""
        child = state.copy()
        child.out, child.takes_out, child.traps = "", True, {}
        if "e" in state.options and self.is_dialect(child, frozenset({"bash", "busybox-ash"})):
            child.options = state.options - {"e"}  # not inherited there
        self.collecting += 1
        try:
            with self.nested():
                found = merge(self.leave_shell(self.run_items(part.body, [child])), self.holes)
        finally:
            self.collecting -= 1
        after = found[self.choose(len(found))]
        joined = self.rejoin(state, after, "command-substitution", self.place(part.start))
        for name in (
            "files",
            "vars",
            "n_commands",
            "conditions",
            "decided",
            "dialects",
            "is_main",
            "err",
        ):
            setattr(state, name, getattr(joined, name))
        self.substitution_status = after.status
        self.has_substituted = True
        state.status_of = after.status_of
        return after.out


Runner = Callable[[Interpreter, Any, State], list[State]]
COMMANDS: dict[type, Runner] = {
    Simple: Interpreter.simple,
    Redirected: Interpreter.redirected,
    Group: Interpreter.group,
    Subshell: Interpreter.subshell,
    If: Interpreter.if_,
    Case: Interpreter.case,
    For: Interpreter.run_for,
    Loop: Interpreter.run_loop,
    ArithmeticFor: Interpreter.run_arithmetic_for,
    Function: Interpreter.define,
    DoubleBracket: Interpreter.double_bracket_command,
    DoubleParenthesis: Interpreter.double_parenthesis,
}
# Commands whose own failure ends a shell under `set -e`; others have seen to it inside.
CHECKED = (Simple, Subshell, DoubleBracket, DoubleParenthesis)
