"""What every part of the shell interpreter stands on: choices, places, variables, limits.

Ways are explored by replay: the code that follows one command is straight, and asks `choose` where
the text does not decide; `ways` runs it once for each sequence of answers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from diag.flow.event import Event
from diag.flow.holes import Holes
from diag.flow.limits import (
    MAX_CHOICES,
    MAX_NESTING,
    MAX_STEPS,
    NONZERO,
    SHELL_TITLES,
    Abort,
    LimitError,
)
from diag.flow.state import MAX_WRITTEN, Condition, State, Var, Written, merge
from diag.flow.values import RunContext
from diag.platforms import Platform, find_platform


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
        self.written: Written = {}
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

    def note(self, place: str, name: str, text: str) -> None:
        """Keep what a line gives a variable, for whoever asks after the way of a value."""
        texts = self.written.setdefault(place, {}).setdefault(name, [])
        if text not in texts and len(texts) < MAX_WRITTEN:
            texts.append(text)

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
        # That all goes well is not worth a word; that something fails is, as a branch is.
        text = f"{what} {'succeeds' if answer else 'fails'}"
        state.given(Condition(text, is_branch or not answer))
        state.status = 0 if answer else NONZERO
        if not answer:
            state.is_main = False
        return answer
