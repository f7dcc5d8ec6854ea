"""Simple commands: assignments, then a function, a builtin or a process."""

from __future__ import annotations

from collections.abc import Callable

from diag.flow.builtins import BUILTINS, SPECIAL
from diag.flow.children import Process
from diag.flow.file_store import entry_of, resolve
from diag.flow.handed_on import HandedOn
from diag.flow.holes import has_hole, show
from diag.flow.limits import ASH, BASH, DASH, Abort
from diag.flow.state import State, Var
from diag.flow.tool_names import SHELL_BUILTINS
from diag.read.shell_lexemes import DECLARATIONS
from diag.read.shell_tree import Function, Literal, Simple, Word

RUNNERS = frozenset(["eval", ".", "source", "exec", "command", "builtin"])
Prefix = list[tuple[str, Var]]
Run = Callable[[State], list[State]]


class Commands(HandedOn):
    """Runs one simple command, on every way that it opens."""

    def run_command(self, node: object, state: State) -> list[State]:
        raise NotImplementedError

    def simple(self, node: Simple, state: State) -> list[State]:
        self.tick(node.start)
        if not self.collecting:
            self.used = []
        return self.ways(state, lambda trial: self._noting_use(node, trial))

    def _noting_use(self, node: Simple, state: State) -> list[State]:
        with self.using():
            return self._simple(node, state)

    def _simple(self, node: Simple, state: State) -> list[State]:
        words = node.words
        self.has_substituted = False
        if words and words[0].bare == "time" and self.is_dialect(state, BASH):
            words = words[2:] if len(words) > 1 and words[1].bare == "-p" else words[1:]
        if words and (words[0].bare or "") in DECLARATIONS and words[0].bare not in state.functions:
            return self.with_redirects(
                node.redirects, state, lambda after: self._declaration(node, words, after)
            )
        fields = self.fields(words, state)
        if not fields:
            return self._assignments_alone(node, state)
        if self.is_strange(node.assignments) and not self.is_dialect(state, BASH):
            return self.with_redirects(node.redirects, state, self.not_found)
        prefix = self._prefixes(node.assignments, state)
        if fields == ["exec"] and node.redirects:
            return [self.redirect_shell(node.redirects, state)]
        return self.with_redirects(
            node.redirects, state, lambda after: self.call(fields, prefix, after, node.start)
        )

    def _declaration(self, node: Simple, words: tuple[Word, ...], state: State) -> list[State]:
        def run(after: State) -> list[State]:
            self.declare(words, after, node.start)
            return [after]

        prefix = self._prefixes(node.assignments, state)
        declared = {word.text.partition("=")[0] for word in words[1:]}
        if declared & {name for name, _ in prefix}:  # `X=1 export X` keeps X in every shell
            self._apply_prefix(prefix, state, False)
            return run(state)
        if not prefix:
            return run(state)
        return self._before_special(words[0].bare or "", prefix, state, run, node.start)

    # -- calls ------------------------------------------------------------------------------------

    def call(self, fields: list[str], prefix: Prefix, state: State, offset: int) -> list[State]:
        """Call what the first field names."""
        name = fields[0]
        if name in state.functions and name not in SPECIAL:
            return self._with_prefix(
                prefix, state, lambda after: self._function(fields, after), offset
            )
        is_builtin = name in BUILTINS or name in RUNNERS or name in DECLARATIONS
        if is_builtin and self._has_builtin(name, state):
            wrap = self._before_special if name in SPECIAL else self._around_builtin
            return wrap(
                name, prefix, state, lambda after: self._builtin(fields, after, offset), offset
            )
        if name in SHELL_BUILTINS and not is_builtin:
            self.call_builtin(name, fields[1:], state, offset)
            return [state]
        if is_builtin:
            state.status = 127
            return [state]
        process = Process(tuple(fields), offset, dict(prefix))
        found = self.start(process, state)
        for after in found:
            self._forget_prefix(prefix, after, self.place(offset))
        return found

    def _has_builtin(self, name: str, state: State) -> bool:
        if name == "source":
            return self.is_dialect(state, BASH | ASH)
        if name == "let":
            return self.is_dialect(state, BASH | ASH)
        if name in ("mapfile", "readarray", "pushd", "popd", "builtin"):
            return self.is_dialect(state, BASH)
        return True

    def _forget_prefix(self, prefix: Prefix, state: State, place: str) -> None:
        """The command is done, and its variables with it."""
        for name, var in prefix:
            old = state.vars.get(name, Var())
            if var.text and old.text != var.text and not old.lost_by:
                ways = old.came_through if old.text is not None else var.came_through
                changed = old._replace(
                    came_through=ways, lost_at=place, lost_by="prefix-of-other-command"
                )
                state.set_var(name, changed)

    def _with_prefix(self, prefix: Prefix, state: State, run: Run, offset: int) -> list[State]:
        """Run with the assignments in effect, and take them back."""
        saved = {name: state.vars.get(name, Var()) for name, _ in prefix}
        for name, var in prefix:
            state.set_var(name, var)
        found = run(state)
        for after in found:
            for name, _ in prefix:
                after.set_var(name, saved[name])
        return found

    def _around_builtin(
        self, name: str, prefix: Prefix, state: State, run: Run, offset: int
    ) -> list[State]:
        return self._with_prefix(prefix, state, run, offset)

    def _before_special(
        self, name: str, prefix: Prefix, state: State, run: Run, offset: int
    ) -> list[State]:
        """A special builtin: in all shells but bash the assignments before it stay."""
        if prefix and self.is_dialect(state, frozenset({"bash"})):
            found = self._with_prefix(prefix, state, run, offset)
            for after in found:
                self._forget_prefix(prefix, after, self.place(offset))
            return found
        if prefix:
            is_exported = name == "exec" or not self.is_dialect(state, DASH | ASH)
            self._apply_prefix(prefix, state, is_exported)
        return run(state)

    def _apply_prefix(self, prefix: Prefix, state: State, is_exported: bool) -> None:
        for name, var in prefix:
            old = state.vars.get(name, Var())
            if old.is_readonly:
                raise Abort
            kept = is_exported or old.is_exported or "a" in state.options
            state.set_var(name, var._replace(is_exported=kept, born=state.n_commands))

    def call_builtin(self, name: str, args: list[str], state: State, offset: int) -> None:
        method = BUILTINS.get(name)
        if method is None:
            self.do_unknown_builtin(name, state)
            return
        method(self, args, state, offset)
        if state.status is None and name in ("read", "let", "getopts"):
            state.status_of = self.label((name, *args), offset)

    def do_unknown_builtin(self, name: str, state: State) -> None:
        state.print(self.output_hole(name))
        state.status, state.status_of = None, f"`{name}`"

    def _builtin(self, fields: list[str], state: State, offset: int) -> list[State]:
        name, args = fields[0], fields[1:]
        if name == "eval":
            return self.run_eval(args, state, offset)
        if name in (".", "source"):
            return self.run_source(args, state, offset)
        if name == "exec":
            return self._exec(args, state, offset)
        if name in ("command", "builtin"):
            return self._command(args, state, offset)
        if name in DECLARATIONS:
            self.declare(tuple(self._word(field, offset) for field in fields), state, offset)
            return [state]
        self.call_builtin(name, args, state, offset)
        return [state]

    def _word(self, text: str, offset: int) -> Word:
        return Word((Literal(text, False),), offset, offset, text)

    def _exec(self, args: list[str], state: State, offset: int) -> list[State]:
        if not args:
            state.status = 0
            return [state]
        found = self.start(Process(tuple(args), offset), state)
        for after in found:  # nothing of this shell is left, its traps neither
            after.flow, after.traps = after.flow or "exit", {}
        return found

    def _command(self, args: list[str], state: State, offset: int) -> list[State]:
        if args and args[0] in ("-v", "-V"):
            return [self._command_v(args[1:], state, offset)]
        while args and args[0] in ("-p", "--"):
            args = args[1:]
        if not args:
            state.status = 0
            return [state]
        if args[0] in BUILTINS or args[0] in RUNNERS or args[0] in DECLARATIONS:
            return self._builtin(args, state, offset)
        return self.start(Process(tuple(args), offset), state)

    def _command_v(self, args: list[str], state: State, offset: int) -> State:
        name = args[0] if args else ""
        if name in state.functions or name in BUILTINS:
            state.print(name + "\n")
            state.status = 0
            return state
        state.print(self.holes.named(f"command -v {name}", f"the path of {show(name)}\n"))
        state.status = None
        state.status_of = self.label(("command", "-v", name), offset)
        entry = entry_of(state.files, resolve(state.cwd, name)) if "/" in name else None
        if entry is not None and entry.text is None and not has_hole(name):
            state.status = 1
        return state

    # -- functions --------------------------------------------------------------------------------

    def _function(self, fields: list[str], state: State) -> list[State]:
        function: Function = state.functions[fields[0]]
        positional, scopes = state.positional, state.scopes
        state.positional = tuple(fields[1:])
        state.scopes = (*scopes, {})
        with self.nested():
            found = self.run_command(function.body, state)
        for after in found:
            for name, outer in after.scopes[len(scopes)].items() if after.scopes else ():
                self._leave_local(name, outer, after)
            after.positional, after.scopes = positional, scopes
            after.flow = "" if after.flow == "return" else after.flow
        return found

    def _leave_local(self, name: str, outer: Var | None, state: State) -> None:
        """The outer value is back. What the function made of the name ends with it: the list of

        losses has no word for that, so only the lines are told.
        """
        inner, back = state.vars.get(name, Var()), outer or Var()
        if inner.text and inner.came_through and not back.text and not back.lost_by:
            back = Var(None, False, inner.came_through)
        state.set_var(name, back)
