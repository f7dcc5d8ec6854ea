"""The shell at one moment of one way through a script, and how ways are joined again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from diag.flow.holes import Holes
from diag.flow.limits import MAX_OUTPUT, MAX_VARIABLES, LimitError

MAX_WAYS = 24  # ways kept apart at one place; more are joined into one with unknown values
MAX_WRITTEN = 3  # texts of one variable on one line that are kept for a reader

Written = dict[str, dict[str, list[str]]]  # file:line -> variable -> what the line gave it


class Var(NamedTuple):
    """A shell variable. `text` may have holes; None is unset. With `may_be_unset`, the text is

    one hole and the variable may as well not exist (the base image decides).
    """

    text: str | None = None
    is_exported: bool = False
    came_through: tuple[str, ...] = ()
    lost_at: str | None = None
    lost_by: str | None = None
    may_be_unset: bool = False
    born: int = 0  # outside commands called before it was assigned
    is_readonly: bool = False
    is_integer: bool = False  # bash: what is assigned is an arithmetic expression
    hidden: str | None = None  # what commands still receive where bash hides it by `local`


class Condition(NamedTuple):
    """What holds on this way. `is_branch`: of an if, a case or a loop, not of `&&` alone."""

    text: str
    is_branch: bool


class FileEntry(NamedTuple):
    """A file's text (with holes); None: certainly absent; `is_folder` for a directory."""

    text: str | None
    came_through: tuple[str, ...] = ()
    is_folder: bool = False


@dataclass(slots=True)
class State:
    """Mappings are never changed in place: a changed one replaces the old, so copies are cheap."""

    vars: Mapping[str, Var]
    files: Mapping[str, FileEntry]
    cwd: str
    dialects: frozenset[str]
    functions: Mapping[str, Any] = field(default_factory=dict)
    traps: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    arrays: Mapping[str, Any] = field(default_factory=dict)  # name -> Array; None: not known
    options: frozenset[str] = frozenset()
    positional: tuple[str, ...] = ()
    zero: str = "sh"
    scopes: tuple[Mapping[str, Var | None], ...] = ()
    takes_out: bool = False  # output is text of something: a file, a value, a pipe
    takes_err: bool = False
    out: str = ""
    err: str = ""
    stdin: str = ""
    flow: str = ""  # "", exit, return, break, continue
    levels: int = 0  # loops that break or continue still leaves
    status: int | None = 0
    status_of: str = ""
    n_commands: int = 0
    is_main: bool = True  # the way on which every outside command succeeds
    conditions: tuple[Condition, ...] = ()
    decided: Mapping[Any, int] = field(default_factory=dict)

    def copy(self) -> State:
        return State(*_fields_of(self))

    def set_var(self, name: str, var: Var) -> None:
        if len(self.vars) > MAX_VARIABLES:
            raise LimitError(f"not followed beyond {MAX_VARIABLES} variables")
        self.vars = {**self.vars, name: var}

    def drop_array(self, name: str) -> None:
        if name in self.arrays:
            self.arrays = {key: value for key, value in self.arrays.items() if key != name}

    def set_file(self, path: str, entry: FileEntry) -> None:
        self.files = {**self.files, path: entry}

    def print(self, text: str) -> None:
        if self.takes_out:
            self.out = _held(self.out + text)

    def complain(self, text: str) -> None:
        """Write to standard error."""
        if self.takes_err:
            self.err = _held(self.err + text)

    def given(self, condition: Condition) -> None:
        if condition not in self.conditions:
            self.conditions = (*self.conditions, condition)

    def same_world(self, other: State) -> bool:
        """Whether nothing that follows could tell the two apart, but for the conditions."""
        return (
            self.status == other.status
            and self.vars == other.vars
            and self.files == other.files
            and self.out == other.out
            and self.flow == other.flow
            and self._rest() == other._rest()
        )

    def _rest(self) -> tuple[Any, ...]:
        return (
            self.functions, self.traps, self.arrays, self.options, self.cwd, self.positional, self.scopes,
            self.err, self.stdin, self.levels,
        )  # fmt: skip


_fields_of = attrgetter(*(each.name for each in fields(State)))


def _held(text: str) -> str:
    """The text, unless it is too long to be held: a part of it would be a wrong value."""
    if len(text) > MAX_OUTPUT:
        raise LimitError(f"not followed beyond {MAX_OUTPUT} characters of output")
    return text


def merge(states: list[State], holes: Holes) -> list[State]:
    """The states with those joined that nothing sets apart; past MAX_WAYS, all joined."""
    if len(states) < 2:
        return states
    kept: list[State] = []
    for state in states:
        for place, other in enumerate(kept):
            if other.same_world(state):
                kept[place] = _join(other, state)
                break
        else:
            kept.append(state)
    live = [state for state in kept if not state.flow]
    if len(live) <= MAX_WAYS:
        return kept
    return [_widen(live, holes), *(state for state in kept if state.flow)]


SHELL_IS = "sh is "
_SHELLS = frozenset(["bash", "busybox ash", "dash"])


def common_conditions(
    one: tuple[Condition, ...], two: tuple[Condition, ...]
) -> tuple[Condition, ...]:
    """What holds on both ways; of two answers on the shell both are told, as `one or other`."""
    kept = tuple(c for c in one if c in two)
    mine, other = _shells_of(one), _shells_of(two)
    if not mine or not other or mine == other or mine | other >= _SHELLS:
        return kept
    titles = (mine | other) - ({"dash before 0.5.11"} if "dash" in mine | other else set())
    return (*kept, Condition(f"{SHELL_IS}{' or '.join(sorted(titles))}", True))


def _shells_of(conditions: tuple[Condition, ...]) -> set[str]:
    return {
        title
        for condition in conditions
        if condition.text.startswith(SHELL_IS)
        for title in condition.text.removeprefix(SHELL_IS).split(" or ")
    }


def _join(one: State, two: State) -> State:
    main = two if two.is_main and not one.is_main else one
    joined = main.copy()
    joined.n_commands = main.n_commands if main.is_main else max(one.n_commands, two.n_commands)
    joined.is_main = one.is_main or two.is_main
    joined.conditions = common_conditions(one.conditions, two.conditions)
    joined.dialects = one.dialects | two.dialects
    if one.decided is not two.decided:
        pairs = one.decided.items() & two.decided.items()
        joined.decided = dict(pairs)
    if one.status != two.status:
        joined.status = None
    return joined


def _widen(states: list[State], holes: Holes) -> State:
    """All states as one; what differs between them becomes a hole."""
    joined = states[0]
    origin = f"more than {MAX_WAYS} ways through undecided branches"
    for state in states[1:]:
        joined = _join(joined, state)
    names = {name for state in states for name in state.vars}
    changed = {}
    for name in names:
        seen = {state.vars.get(name) for state in states}
        if len(seen) > 1:
            hole = holes.named(f"{origin} {name}", origin)
            is_exported = any(var is not None and var.is_exported for var in seen)
            changed[name] = Var(hole, is_exported, may_be_unset=True)
    joined.vars = {**joined.vars, **changed}
    paths = {path for state in states for path in state.files}
    joined.files = {**joined.files, **_differing_files(states, paths, holes.named(origin, origin))}
    return joined


def _differing_files(states: list[State], paths: set[str], hole: str) -> dict[str, FileEntry]:
    differing = {}
    for path in paths:
        if len({state.files.get(path) for state in states}) > 1:
            differing[path] = FileEntry(hole)
    return differing
