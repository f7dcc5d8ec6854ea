"""The way of each value, line by line in the order of the file: what `--explain` prints.

linux/arm64: unset
    8  arm64) (export RUSTFLAGS="-C target-cpu=neoverse-n1") ;;
       RUSTFLAGS = -C target-cpu=neoverse-n1
       ✘ lost here (subshell): parentheses, `sh -c` and a script are processes of their own; ...
         fix: put the command inside, or set the value outside: ...
   11  cargo build
       receives RUSTFLAGS: unset
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.platforms import display_order
from diag.show.env_cells import LOST, STYLES, condition_said, wording
from diag.show.env_groups import Call, Entry, Outcome, Place, Variable, calls
from diag.show.env_words import deciding, handing, received
from diag.show.loss_words import LOSSES, origin_of, variable_of
from diag.show.text import clip, focus, listed, printable

if TYPE_CHECKING:
    import pandas as pd

# platform -> file:line -> variable -> its texts after that line
Written = Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]

MAX_LINE = 3  # lines of the screen that a line of the file fills at most
NUMBER = 6  # columns of its number
_DOES = {"FROM": "the base image has it", "ARG": "declares it", "ENV": "sets it"}
_SET, _LOST, _END = "set", "lost", "end"
_STYLES = {_SET: "", _LOST: "bold red", _END: "bold"}


@dataclass(frozen=True)
class Step:
    """One line of the way: its number (0: of another file), its text, what happens there."""

    line: int
    text: str
    notes: tuple[tuple[str, str], ...]


class EnvWays:
    """Each value of an `env` frame and its way; `lines` are the texts of the Dockerfile by their
    number, `written` what they gave (flow/written.py)."""

    def __init__(
        self, env: pd.DataFrame, lines: Mapping[int, str], written: Written | None = None
    ) -> None:
        self.file = str(env["file"].iloc[0]) if len(env) else ""
        self.calls = calls(env)
        self.handing = handing(self.calls)
        self.is_one_name = env["name"].nunique() < 2
        self.is_probed = "shell" in env
        self.n_shells = env["shell"].nunique() if self.is_probed else 1
        self.lines, self.written = lines, written or {}

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        if self.is_probed:
            yield Text("executed: what was received, not through which lines (diag env --explain)")
        yield Text(printable(self.file) or "its RUN instructions call no program", style="bold")
        told: dict[str, tuple[Variable, Call]] = {}
        for call in self.calls:
            same: dict[str, list[str]] = {}
            unset = []
            for variable in call.variables:
                last, where = told.get(variable.name, (None, call))
                if variable.is_plain_unset and not self.is_one_name:
                    unset.append(variable.name)
                elif last == variable and where.condition == call.condition:
                    same.setdefault(_short_call(where), []).append(variable.name)
                else:
                    told[variable.name] = variable, call
                    yield Text()
                    yield from self._way(call, variable, options.max_width)
            yield from self._rest(call, same, unset, options.max_width)

    def _rest(
        self, call: Call, same: Mapping[str, list[str]], unset: list[str], width: int
    ) -> Iterator[RenderableType]:
        """What needs no way of its own at this call."""
        words = [f"as at {where}: {listed(names, limit=12)}" for where, names in same.items()]
        words += [f"not set here: {listed(unset, limit=12)}"] if unset else []
        if words:
            yield Text(f"\n:{call.line_no}  {focus(wording(call), width - 8)}")
            yield from (Padding(Text(text, "dim"), (0, 0, 0, 4)) for text in words)

    def _way(self, call: Call, variable: Variable, width: int) -> Iterator[RenderableType]:
        head = Text(variable.name, style="bold").append(f" at :{call.line_no}  ", "not bold cyan")
        words = printable(wording(call)) or "(not followed)"
        yield head.append(focus(words, max(width - len(head), 20)), style="not bold")
        if call.condition:
            yield Padding(Text(condition_said(call), "dim"), (0, 0, 0, 2))
        for (status, conditions, n_ways, steps), places in self._grouped(call, variable).items():
            title = Text(f"{self._named(places)}: ", style="cyan")
            title.append(status, style=STYLES.get(status, "not cyan"))
            if n_ways > 1 and not conditions and status == "unknown":
                title.append(f" on each of {n_ways} ways", style="not cyan")
            yield Padding(title, (0, 0, 0, 2))
            for text in conditions:
                yield Padding(Text(f"if {printable(text)}", "dim"), (0, 0, 0, 4))
            yield Group(*(_drawn(step, variable.name, width) for step in steps))

    def _grouped(
        self, call: Call, variable: Variable
    ) -> dict[tuple[str, tuple[str, ...], int, tuple[Step, ...]], list[Place]]:
        """Places whose way is told in the same words, together."""
        found: dict[tuple[str, tuple[str, ...], int, tuple[Step, ...]], list[Place]] = {}
        for entry in variable.entries:
            for place, through in entry.through.items():
                steps = self._steps(call, variable.name, entry, place, through)
                status = entry.outcome.status
                key = status, tuple(filter(None, entry.conditions)), entry.n_ways, steps
                found.setdefault(key, []).append(place)
        return found

    def _named(self, places: Sequence[Place]) -> str:
        platforms = display_order({platform for platform, _ in places})
        shells = list(dict.fromkeys(shell for _, shell in places if shell))
        if not shells or len(places) == len(platforms) * self.n_shells:
            return listed(platforms)
        return f"{listed(platforms)} in {listed(shells)}"

    # -- the steps --------------------------------------------------------------------------------

    def _steps(
        self, call: Call, name: str, entry: Entry, place: Place, through: tuple[str, ...]
    ) -> tuple[Step, ...]:
        outcome = entry.outcome
        steps = [self._passed(n, name, place, through, outcome) for n in range(len(through))]
        value = _SET, f"{name} = {printable(outcome.value)}"
        is_told = bool(steps) and value in steps[-1].notes
        steps = _told_once(steps)
        if outcome.lost_by:
            steps.append(self._lost(name, place, through, outcome))
        elif outcome.status == "unset" and not through and not self.is_probed:
            steps += self._declared(name, call.line_no)
        told = received(name, outcome, is_told=is_told, who=self.handing.get(id(call), ""))
        if outcome.status == "unset" and not steps and not self.is_probed:
            told = f"{told}: no line before sets it"
        hint = deciding(outcome)
        notes = ((_END, told), (_SET, hint)) if hint else ((_END, told),)
        return tuple(_merged([*steps, Step(call.line_no, self._text(call.line_no), notes)]))

    def _passed(
        self, n: int, name: str, place: Place, through: tuple[str, ...], outcome: Outcome
    ) -> Step:
        given = dict(self.written.get(place[0], {}).get(through[n], {}))
        later = " ".join(self._text(self._line(way)) for way in through[n + 1 :])
        is_last = n == len(through) - 1
        if is_last and outcome.status == "set" and name in given:
            given = {name: [outcome.value]}  # the text of this way
        alike = [w for w, texts in given.items() if outcome.value and outcome.value in texts]
        stem = name.split()[0].lower()  # of `CC (cc crate)`, which CC_<target> may have given
        alike.sort(key=lambda word: stem not in word.lower().split("_"))
        wanted = (
            [name]
            if name in given
            else alike[:1] or [w for w in given if re.search(rf"\b{w}\b", later)]
        )
        notes = [(_SET, f"{w} = {_texts(given[w])}") for w in (wanted or list(given))[:2]]
        line = self._own_line(through[n], (wanted or [name])[0])
        text = self._text(line) or through[n]
        does = _DOES.get(text.split(" ")[0].upper(), "hands it on")
        return Step(line, text, tuple(notes or [(_SET, does)]))

    def _lost(self, name: str, place: Place, through: tuple[str, ...], outcome: Outcome) -> Step:
        line = self._own_line(outcome.lost_at, name) if outcome.lost_at else 0
        origin = origin_of(through, outcome.lost_at)
        loss = LOSSES[outcome.lost_by].said(self._variable(name, place, through), str(line), origin)
        notes = (
            (_LOST, f"lost here ({outcome.lost_by}): {loss.reason}"),
            (_SET, f"fix: {loss.fix}"),
        )
        return Step(line, self._text(line) or outcome.lost_at, notes)

    def _variable(self, name: str, place: Place, through: tuple[str, ...]) -> str:
        """The variable that a row of a toolchain was made of; of another row, its own."""
        if " " not in name:
            return name
        written = self.written.get(place[0], {})
        given = [word for way in reversed(through) for word in written.get(way, {})]
        stem = name.split()[0].lower()
        return next((word for word in given if stem in word.lower()), variable_of(name))

    def _declared(self, name: str, before: int) -> Iterator[Step]:
        """The ARG that declares an unset name and gives it nothing."""
        pattern = re.compile(rf"(?i)\s*ARG\s(?:.*\s)?{re.escape(name)}(?:\s|$)")
        found = [n for n, text in self.lines.items() if n < before and pattern.match(text)]
        if found:
            note = f"declared without a value: --build-arg {name}=... gives it one"
            yield Step(found[-1], self._text(found[-1]), ((_SET, note),))

    def _line(self, place: str) -> int:
        file, _, line = place.rpartition(":")
        return int(line) if file == self.file and line.isdigit() else 0

    def _own_line(self, place: str, name: str) -> int:
        """The line of the file; of an instruction over several lines, the one with the name."""
        line = self._line(place)
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        last = line
        while _goes_on(self.lines.get(last), is_first=last == line):
            last += 1
        is_env = re.match(r"(?i)\s*(?:ENV|ARG)\s", self.lines.get(line, ""))
        named = (n for n in range(line, last + 1) if pattern.search(self.lines.get(n, "")))
        return next(named, line) if is_env else line

    def _text(self, line: int) -> str:
        text = " ".join(printable(self.lines.get(line, "")).split())
        return text.removesuffix(" \\").removesuffix(" `")


def _goes_on(text: str | None, *, is_first: bool) -> bool:
    """Whether an instruction goes on behind this line; comments and blank lines inside do not count."""
    if text is None:
        return False
    is_nothing = not text.strip() or text.lstrip().startswith("#")
    return text.rstrip().endswith(("\\", "`")) or (is_nothing and not is_first)


def _short_call(call: Call) -> str:
    return f":{call.line_no} ({clip(printable(wording(call)), 30)})"


def _texts(texts: Iterable[str]) -> str:
    return ", or ".join(printable(text) or "(empty)" for text in texts)


def _told_once(steps: Sequence[Step]) -> list[Step]:
    """The same, a value that a line only hands on not told again."""
    found: list[Step] = []
    for step in steps:
        is_old = bool(found) and step.notes == steps[len(found) - 1].notes
        found.append(replace(step, notes=((_SET, "hands the same on"),)) if is_old else step)
    return found


def _merged(steps: Sequence[Step]) -> list[Step]:
    """In the order of the file, what happens on one line together."""
    is_one_file = all(step.line for step in steps)
    ordered = sorted(steps, key=lambda step: step.line) if is_one_file else steps
    found: list[Step] = []
    for step in ordered:
        if found and found[-1].line == step.line and found[-1].text == step.text:
            found[-1] = replace(found[-1], notes=(*found[-1].notes, *step.notes))
        else:
            found.append(step)
    return found


def _drawn(step: Step, name: str, width: int) -> RenderableType:
    """The number, beside it the line, below it what it does, all of it wrapped in its column."""
    beside = max(width - NUMBER - 2, 20)
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(width=NUMBER, justify="right", no_wrap=True)
    line.add_column(width=beside, overflow="fold")
    text = focus(step.text, MAX_LINE * beside, [name])
    line.add_row(str(step.line or ""), Text(text, style="cyan"))
    notes = Table.grid(padding=(0, 1, 0, 0))
    notes.add_column(width=NUMBER + 3, justify="right", no_wrap=True)
    notes.add_column(width=beside - 2, overflow="fold")
    for kind, text in step.notes:
        sign = LOST if kind == _LOST else "→"
        notes.add_row(Text(sign, "bold red" if kind == _LOST else "dim"), Text(text, _STYLES[kind]))
    return Group(line, notes)
