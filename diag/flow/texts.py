"""Texts that a script runs: eval and sourced files, and what they may change unseen."""

from __future__ import annotations

import re

from diag.flow.declarations import Declarations
from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import HOLE, has_hole, show
from diag.flow.limits import BASH, Abort
from diag.flow.state import Condition, FileEntry, State, Var
from diag.flow.traps import EXIT
from diag.read.shell_tree import Item

# rustup's own file: it puts its folder in front of PATH and does nothing else.
RUSTUP_ENV = re.compile(r"(?:.*/)?\.cargo/env")

PROFILES = (".profile",)
BASH_PROFILES = (".bash_profile", ".bash_login", ".profile")


class Texts(Declarations):
    """eval, `.` and source."""

    def run_text(self, text: str, state: State, line_no: int) -> list[State]:
        raise NotImplementedError

    def run_items(self, items: tuple[Item, ...], states: list[State]) -> list[State]:
        raise NotImplementedError

    def leave_shell(self, states: list[State]) -> list[State]:
        """Each way as the shell has ended on it: with what `trap ... EXIT` does."""
        return [after for state in states for after in self._trapped_exit(state)]

    def _trapped_exit(self, state: State) -> list[State]:
        action, offset = state.traps.get(EXIT, ("", 0))
        if not action:
            return [state]
        ending = state.copy()
        ending.traps, ending.flow = {}, ""
        if has_hole(action):
            self.forget(ending, "what a trap on EXIT does")
            return [ending]
        found = self.run_text(action, ending, self.line(offset))
        for after in found:  # `exit N` in it counts; else the status is that of before
            if not after.flow:
                after.status, after.status_of = state.status, state.status_of
            after.flow = after.flow or state.flow
        return found

    def output_hole(self, what: str) -> str:
        return self.holes.new(f"output of `{show(what)[:60]}`")

    def forget(self, state: State, origin: str) -> None:
        """Every variable may have changed: what did it cannot be seen."""
        changed = {}
        for name in {*state.vars, *self.names}:
            var = state.vars.get(name, Var())
            if not var.is_readonly:
                hole = self.holes.new(origin)
                changed[name] = Var(hole, True, var.came_through, may_be_unset=True)
        state.vars = {**state.vars, **changed}

    def login(self, state: State) -> list[State]:
        """A login shell reads /etc/profile, then a file of HOME: those of the base image, and what
        the Dockerfile put behind their end."""
        home = state.vars.get("HOME", Var()).text
        names = BASH_PROFILES if state.dialects == {"bash"} else PROFILES
        paths = [
            "/etc/profile",
            *(f"{home}/{name}" for name in names if home and not has_hole(home)),
        ]
        entries = [entry for path in paths if (entry := entry_of(state.files, path))]
        self.forget(state, "what /etc/profile and ~/.profile of the base image set")
        states = [state]
        for entry in entries:
            added = HOLE.split(entry.text or "")[-1]
            if not added:
                continue
            state.given(Condition("no other profile file of the base image changes it", True))
            tail = entry._replace(text=added)
            states = [
                after for before in states for after in self._source_known(tail, [], before, 0)
            ]
        for after in states:
            after.status = 0
        return states

    # -- running texts ----------------------------------------------------------------------------

    def run_eval(self, args: list[str], state: State, offset: int) -> list[State]:
        text = " ".join(args)
        state.status = 0
        if has_hole(text):
            what = f"what `eval` runs ({', '.join(self.holes.origins(text)[:2])})"
            self.forget(state, what)
            state.status = None
            return [state]
        return self.run_text(text, state, self.line(offset))

    def run_source(self, args: list[str], state: State, offset: int) -> list[State]:
        if not args:
            state.status = 2
            return [state]
        path = resolve(state.cwd, args[0])
        entry = entry_of(state.files, path) if "/" in args[0] else None
        if entry is not None and entry.text is None:
            if self.is_dialect(state, frozenset({"bash"})):
                state.status = 1
                return [state]
            raise Abort(2)
        if entry is None or has_hole(entry.text or ""):
            return [self._source_unknown(args[0], state)]
        return self._source_known(entry, args[1:], state, offset)

    def _source_unknown(self, name: str, state: State) -> State:
        state.status = None
        if RUSTUP_ENV.fullmatch(show(name)) or name.endswith("/.cargo/env"):
            path = state.vars.get("PATH", Var())
            hole = self.holes.named("PATH with cargo", f"what {show(name)} sets")
            state.set_var("PATH", path._replace(text=hole, is_exported=True))
            state.status = 0
            return state
        self.forget(state, f"what {show(name)} sets")
        return state

    def _source_known(
        self, entry: FileEntry, args: list[str], state: State, offset: int
    ) -> list[State]:
        positional = state.positional
        if args and self.is_dialect(state, BASH):
            state.positional = tuple(args)
        self.used.append(("", Var("", came_through=entry.came_through)))
        with self.nested():
            found = self.run_text(entry.text or "", state, self.line(offset))
        for after in found:
            after.flow = "" if after.flow == "return" else after.flow
            if args:
                after.positional = positional
            self._came_from_file(state, after, entry)
        return found

    def _came_from_file(self, before: State, after: State, entry: FileEntry) -> None:
        """What the file set came through the places that wrote it."""
        changed = {}
        for name, var in after.vars.items():
            if var is not before.vars.get(name) and var.came_through:
                ways = dict.fromkeys((*entry.came_through, *var.came_through))
                changed[name] = var._replace(came_through=tuple(ways))
        if changed:
            after.vars = {**after.vars, **changed}
