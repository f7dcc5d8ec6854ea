"""What every part of the shell interpreter stands on: choices, places, variables, limits.

Ways are explored by replay: the code that follows one command is straight, and asks `choose` where
the text does not decide; `ways` runs it once for each sequence of answers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from diag.flow.holes import Holes
from diag.flow.state import NONZERO, Condition, FileEntry, State, Var, merge
from diag.flow.values import RunContext
from diag.platforms import Platform, find_platform
from diag.read.shell_tree import Literal, Word

MAX_STEPS = 20_000  # commands and turns followed in one RUN
MAX_TURNS = 1_000  # turns of one loop
MAX_CHOICES = 64  # ways through one command
MAX_NESTING = 40  # functions, substitutions and scripts inside each other
MAX_TEXT = 1_000_000  # characters of one value

DASH = frozenset({"dash", "dash-0.5.10"})
ASH = frozenset({"busybox-ash"})
BASH = frozenset({"bash", "bash-posix"})
SH = DASH | ASH | {"bash-posix"}  # what /bin/sh may be
SHELL_TITLES = {
    "dash": "dash", "dash-0.5.10": "dash before 0.5.11", "busybox-ash": "busybox ash",
    "bash": "bash", "bash-posix": "bash",
}  # fmt: skip

_REFERENCE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


class LimitError(Exception):
    """A limit of this interpreter is reached: what follows in the script is not known."""


class Abort(Exception):
    """The shell ends here with a fault of its own, such as an unset parameter under `set -u`."""

    def __init__(self, status: int = NONZERO) -> None:
        super().__init__(status)
        self.status = status


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


class Core:
    """State of one interpretation of one RUN."""

    def __init__(self, context: RunContext, holes: Holes, names: tuple[str, ...] = ()) -> None:
        self.context = context
        self.names = names
        self.holes = holes
        self.events: list[Event] = []
        self.steps = 0
        self.nesting = 0
        self.guards = 0  # inside a condition: set -e does not end the shell
        self.branches = 0  # inside a branch or loop
        self.used: list[tuple[str, Var]] = []
        self.collecting = 0  # inside something whose output is text of something else
        self.fixed_places: list[int] = []
        self.answers: list[int] = []
        self.sizes: list[int] = []
        self.answered = 0
        self.is_choosing = False
        self.last_line = context.line_no
        self._offsets = [offset for offset, _ in context.line_starts]
        try:
            self.machine: Platform | None = find_platform(context.run_platform)
        except Exception:  # a platform outside the table: what uname says is not known
            self.machine = None

    # -- places -----------------------------------------------------------------------------------

    def line(self, offset: int) -> int:
        """Line of the Dockerfile; inside an evaluated text, that of the command that runs it."""
        if self.fixed_places:
            return self.fixed_places[-1]
        place = bisect_right(self._offsets, offset) - 1
        return self.context.line_starts[place][1] if place >= 0 else self.context.line_no

    def place(self, offset: int) -> str:
        return f"{self.context.file}:{self.line(offset)}"

    def tick(self, offset: int) -> None:
        self.steps += 1
        self.last_line = self.line(offset)
        if self.steps > MAX_STEPS:
            raise LimitError(f"not followed beyond {MAX_STEPS} steps")

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.nesting += 1
        try:
            if self.nesting > MAX_NESTING:
                raise LimitError(f"not followed beyond {MAX_NESTING} nested calls")
            yield
        finally:
            self.nesting -= 1

    @contextmanager
    def using(self) -> Iterator[list[tuple[str, Var]]]:
        """The variables used inside, which count as used outside too."""
        saved, self.used = self.used, []
        self.collecting += 1
        try:
            yield self.used
        finally:
            self.collecting -= 1
            self.used = saved + self.used

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """A condition: `set -e` does not end the shell in it."""
        self.guards += 1
        try:
            yield
        finally:
            self.guards -= 1

    @contextmanager
    def in_branch(self) -> Iterator[None]:
        self.branches += 1
        try:
            yield
        finally:
            self.branches -= 1

    # -- choices ----------------------------------------------------------------------------------

    def ways(self, state: State, act: Callable[[State], list[State]]) -> list[State]:
        """All that `act` can make of the state; it gets a copy for each way."""
        saved = self.answers, self.sizes, self.answered, self.is_choosing
        found: list[State] = []
        pending: list[list[int]] = [[]]
        n_done = 0
        try:
            while pending:
                n_done += 1
                if n_done > MAX_CHOICES:
                    raise LimitError(f"more than {MAX_CHOICES} ways through one command")
                given = pending.pop()
                self.answers, self.sizes, self.answered = list(given), [], 0
                self.is_choosing = True
                found += self._attempt(state.copy(), act)
                for place in range(len(self.answers) - 1, len(given) - 1, -1):
                    head = self.answers[:place]
                    pending += [[*head, n] for n in range(self.sizes[place] - 1, 0, -1)]
        finally:
            self.answers, self.sizes, self.answered, self.is_choosing = saved
        return merge(found, self.holes) if len(found) > 1 else found

    def _attempt(self, trial: State, act: Callable[[State], list[State]]) -> list[State]:
        try:
            return act(trial)
        except Abort as abort:
            trial.flow, trial.status, trial.status_of = "exit", abort.status, ""
            return [trial]

    def choose(self, n: int) -> int:
        """One of `n` answers; `ways` sees to the others."""
        if n == 1:
            return 0
        if not self.is_choosing:
            raise LimitError("a choice outside of a command")
        place = self.answered
        self.answered += 1
        if place == len(self.answers):
            self.answers.append(0)
        while len(self.sizes) <= place:
            self.sizes.append(1)
        self.sizes[place] = n
        return self.answers[place]

    def decide(self, state: State, key: Any, yes: str, no: str) -> bool:
        """An undecided question, answered both ways, each with its condition; asked once a key."""
        if key is not None and key in state.decided:
            return bool(state.decided[key])
        answer = self.choose(2) == 0
        state.given(Condition(yes if answer else no, True))
        if key is not None:
            state.decided = {**state.decided, key: int(answer)}
        if not answer:
            state.is_main = False
        return answer

    def is_dialect(self, state: State, dialects: frozenset[str]) -> bool:
        """Whether the shell is one of `dialects`; asked both ways where it may be either."""
        inside, outside = state.dialects & dialects, state.dialects - dialects
        if not outside:
            return True
        if not inside:
            return False
        answer = self.choose(2) == 0
        state.dialects = inside if answer else outside
        titles = sorted({SHELL_TITLES[name] for name in state.dialects})
        if "dash" in titles and "dash before 0.5.11" in titles:
            titles.remove("dash before 0.5.11")
        # Of several conditions on the shell only the last, narrowest one says something.
        others = tuple(c for c in state.conditions if not c.text.startswith("sh is "))
        state.conditions = (*others, Condition(f"sh is {' or '.join(titles)}", True))
        return answer

    def succeeds(self, state: State, *, is_branch: bool = True) -> bool:
        """Whether the last command succeeded; both ways where that is not known."""
        if state.status is not None:
            return state.status == 0
        answer = self.choose(2) == 0
        what = state.status_of or "the command before"
        state.given(Condition(f"{what} {'succeeds' if answer else 'fails'}", is_branch))
        state.status = 0 if answer else NONZERO
        if not answer:
            state.is_main = False
        return answer

    # -- variables --------------------------------------------------------------------------------

    def lookup(self, state: State, name: str) -> Var:
        """The variable, noted as used."""
        var = state.vars.get(name)
        if var is None:
            var = self.own_variable(state, name)
        self.used.append((name, var))
        return var

    def own_variable(self, state: State, name: str) -> Var:
        """A variable that the shell makes itself, or an unset one."""
        if name == "PWD":
            return Var(state.cwd)
        if name in OWN_VARIABLES:
            return Var(self.holes.named(name, f"${name} of the shell"), may_be_unset=True)
        return Var()

    def value_of(
        self, state: State, name: str, text: str, place: str, used: list[tuple[str, Var]]
    ) -> Var:
        """A variable that gets `text` at `place`, made of the variables `used`."""
        old = state.vars.get(name, Var())
        if old.is_readonly:
            raise Abort
        if len(text) > MAX_TEXT:
            text = self.holes.new(f"a value of more than {MAX_TEXT} characters")
        earlier = dict.fromkeys(way for _, var in used for way in var.came_through)
        came_through = (*(way for way in earlier if way != place), place)
        lost = next(((v.lost_at, v.lost_by) for _, v in used if v.lost_by), (None, None))
        if not lost[0] and self._is_overridden(state, name, old, text, used):
            lost = (place, "overridden-later")
        is_exported = "a" in state.options or self.is_in_environment(state, name, old)
        return Var(text, is_exported, came_through, lost[0], lost[1], born=state.n_commands)

    def is_in_environment(self, state: State, name: str, old: Var) -> bool:
        """Whether a variable is exported, so that an assignment to it is, too."""
        if not old.is_exported or not old.may_be_unset or name in ("PATH", "HOME"):
            return old.is_exported
        key = ("unset", name, old.text)
        return self.decide(state, key, f"${name} is set", f"${name} is not set")

    def _is_overridden(
        self, state: State, name: str, old: Var, text: str, used: list[tuple[str, Var]]
    ) -> bool:
        """Whether an exported value goes, outside of any branch, before a command received it."""
        return (
            bool(old.text)
            and old.is_exported
            and old.text != text
            and not self.branches
            and not old.may_be_unset
            and old.born == state.n_commands
            and all(other != name for other, _ in used)
            and name not in OWN_VARIABLES
        )

    def assign(self, state: State, name: str, text: str, offset: int, word: Word | None) -> None:
        """`name=text`, with what `used` holds; `word` is the text as written, where it is."""
        place = self.place(offset)
        var = self.value_of(state, name, text, place, self.used)
        if word is not None and self.names_in_single_quotes(state, word):
            var = var._replace(lost_at=place, lost_by="quoted-not-expanded")
        state.set_var(name, var)
        state.drop_array(name)

    def names_in_single_quotes(self, state: State, word: Word) -> bool:
        """Whether single quotes keep `$NAME` of a variable with a value from being expanded."""
        for part in word.parts:
            if type(part) is Literal and part.is_single_quoted and "$" in part.text:
                for name in _REFERENCE.findall(part.text):
                    var = state.vars.get(name)
                    if var is not None and var.text and not var.may_be_unset:
                        return True
        return False


OWN_VARIABLES = frozenset(
    [
        "BASH",
        "BASHPID",
        "BASH_VERSION",
        "BASH_VERSINFO",
        "BASHOPTS",
        "COLUMNS",
        "DIRSTACK",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GROUPS",
        "HISTCMD",
        "HOME",
        "HOSTNAME",
        "HOSTTYPE",
        "LINENO",
        "LINES",
        "LOGNAME",
        "MACHTYPE",
        "MAIL",
        "OLDPWD",
        "OPTARG",
        "OPTERR",
        "OPTIND",
        "OSTYPE",
        "PATH",
        "PIPESTATUS",
        "PPID",
        "PS1",
        "PS2",
        "PS4",
        "RANDOM",
        "REPLY",
        "SECONDS",
        "SHELL",
        "SHELLOPTS",
        "SHLVL",
        "TERM",
        "UID",
        "USER",
        "_",
    ]
)
