"""What commands receive, in a terminal: call by call, aligned by platform, what differs marked.

    ≠ RUSTFLAGS   linux/amd64   …target-cpu=generic -C target-feature=-avx512f   :7
                  linux/arm64   (unset)  ✘ subshell at :8

Signs and words say all that colours say: a pipe and a CI log have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.platforms import BUILDER_IS, display_order
from diag.show.env_cells import (
    DIFFERS,
    LOST,
    argv_variable,
    cell_of,
    condition_said,
    is_stacked,
    lines_of,
    platforms_of,
    shells_in,
    shells_of,
    wording,
)
from diag.show.env_groups import Call, Entry, Variable, calls
from diag.show.env_values import fit
from diag.show.text import counted, focus, listed, printable

if TYPE_CHECKING:
    import pandas as pd

GAP = 2
VALUE_LINES = 3  # of one value on the screen; --explain and JSON have it whole
MIN_VALUE = 24  # columns; narrower, and the lines that a value came through are left to --explain
_PLATFORM_ARGUMENT = re.compile("(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)")
SHELL_NAMES = {"busybox-ash": "ash"}


class EnvScreen:
    """The table of an `env` frame; after `limit` lines of it the calls are only counted."""

    def __init__(self, env: pd.DataFrame, *, limit: int | None = None) -> None:
        self.limit = limit
        self.file = str(env["file"].iloc[0]) if len(env) else ""
        self.platforms = display_order(env["platform"])
        self.shells = tuple(dict.fromkeys(env["shell"])) if "shell" in env else ("",)
        self.is_one_name = env["name"].nunique() < 2
        self.blocks = _blocks(calls(env))
        self.has_builder = _is_builder_taken(env)
        self.stops: dict[str, list[str]] = env.attrs.get("stops", {})

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        if not self.blocks:
            yield Text(printable(_nothing(self.stops)))
            return
        yield from self._head()
        widths = self._widths(options.max_width)
        n_lines = 0
        for number, block in enumerate(self.blocks):
            if self.limit is not None and n_lines >= self.limit:
                yield self._rest(self.blocks[number:])
                return
            yield Text()
            yield from self._headings(block, options.max_width)
            table = self._table(number, widths)
            yield table
            n_lines += table.row_count + len(block)

    # -- around the table -------------------------------------------------------------------------

    def _head(self) -> Iterator[Text]:
        head = Text(printable(self.file), style="bold")
        yield head.append(f": what its commands receive on {listed(self.platforms)}", "not bold")
        variables = [v for block in self.blocks for v in block[0].variables]
        signs = list[str]()
        if any(v.is_differing for v in variables):
            signs.append(f"{DIFFERS} differs between {self._compared(variables)}")
        if any(e.outcome.lost_by for v in variables for e in v.entries):
            signs.append(f"{LOST} how and where a value is lost (--explain tells the way)")
        if self.shells != ("",):
            signs.append(self._shells_said(variables))
            signs.append(
                "programs that are no text tools were stand-ins: they print nothing and succeed"
            )
        if self.has_builder:
            signs.append(
                "the builder is taken to be linux/amd64: --build-arg BUILDPLATFORM=... says another"
            )
        for sign in signs:
            yield Text(sign, style="dim")

    def _compared(self, variables: Iterable[Variable]) -> str:
        agree = self._shells_agree(variables)
        return "platforms" if agree or len(self.shells) < 2 else "platforms or shells"

    def _shells_agree(self, variables: Iterable[Variable]) -> bool:
        """Whether each call is made in every shell, and each of its outcomes met there."""
        return not any(
            shells_of(entry, p) != set(self.shells)
            for variable in variables
            for entry in variable.entries
            for p in platforms_of(entry)
        )

    def _shells_said(self, variables: Sequence[Variable]) -> str:
        named = listed(self.shells)
        if len(self.shells) < 2:
            return f"run in {named}"
        if self._shells_agree(variables):
            return f"all {_number(len(self.shells))} shells agree: {named}"
        return f"shells: {named}; where none is named, all that come to the call"

    def _rest(self, blocks: Sequence[Sequence[Call]]) -> Text:
        n_calls = sum(map(len, blocks))
        n_differing = sum(
            len(block) for block in blocks if any(v.is_differing for v in block[0].variables)
        )
        told = f", {n_differing} of them with a difference" if n_differing else ""
        how = "narrow it with --command or --name, or print all with --format csv or json"
        return Text(f"\n{counted(n_calls, 'further call')}{told}: {how}", style="dim")

    # -- one block --------------------------------------------------------------------------------

    def _headings(self, block: Sequence[Call], width: int) -> Iterator[RenderableType]:
        for call in block:
            place = f":{call.line_no}"
            line = Text(f"{place}  ", style="cyan")
            words = printable(wording(call)) or "(not followed)"
            where = self._only_on(call)
            line.append(focus(words, max(width - len(place) - 2 - len(where), 20)), "bold not cyan")
            yield line.append(where, style="not bold cyan")
        if block[0].condition:
            yield Padding(Text(condition_said(block[0]), "dim", overflow="fold"), (0, 0, 0, 5))

    def _only_on(self, call: Call) -> str:
        platforms = {platform for platform, _ in call.places}
        shells = [s for s in self.shells if s in {shell for _, shell in call.places}]
        where = listed(display_order(platforms)) if len(platforms) < len(self.platforms) else ""
        told = f"  only on {where}" if where else ""
        return f"{told}  only in {listed(shells)}" if len(shells) < len(self.shells) else told

    def _shown(self, number: int) -> tuple[list[Variable], list[str], list[str]]:
        """The variables of a block that get rows, the names of those that are as in the block
        above, and of those that nobody sets."""
        call, above = self.blocks[number][0], self.blocks[number - 1][0] if number else None
        if self.is_one_name:
            return list(call.variables), [], []
        unset = [v for v in call.variables if v.is_plain_unset]
        is_near = above is not None and above.places == call.places
        old = {v.name: v for v in above.variables} if above and is_near else {}
        told = [v for v in call.variables if not v.is_plain_unset]
        same = [v for v in told if v == old.get(v.name) and _is_quiet(v)]
        rows = [v for v in told if v not in same]
        return rows, [v.name for v in same], [v.name for v in unset]

    def _widths(self, width: int) -> _Widths:
        variables = [v for n in range(len(self.blocks)) for v in self._shown(n)[0]]
        names = min(max([12, *(len(v.name) for v in variables)]), 26 if width > 100 else 17)
        labels = [line for v in variables for e in v.entries for line in self._label(v, e)]
        platforms = min(max(map(len, labels), default=0), 30 if width > 100 else 19)
        lines = [t for v in variables for e in v.entries for t in self._through(v, e)]
        through = min(max(map(len, lines), default=0), 20 if width > 100 else 12)
        value = width - 4 - names - platforms - through - 3 * GAP
        if value < MIN_VALUE:
            value, through = value + through + GAP, 0
        return _Widths(names, platforms, max(value, 12), through)

    def _table(self, number: int, widths: _Widths) -> Table:
        table = Table.grid(padding=(0, GAP, 0, 0))
        table.add_column(width=2, justify="right")
        for width in (widths.name, widths.platform, widths.value, widths.through):
            table.add_column(width=width, overflow="fold")
        rows, same, unset = self._shown(number)
        for variable in [*argv_variable(self.blocks[number][0]), *rows]:
            self._add(table, variable, widths)
        for label, names in (("as above", same), ("not set here", unset)):
            if names:
                table.add_row("", label, "", Text(listed(names, limit=6)), "", style="dim")
        return table

    def _add(self, table: Table, variable: Variable, widths: _Widths) -> None:
        values = [e.outcome.value for e in variable.entries if e.outcome.status == "set"]
        room = VALUE_LINES * widths.value - widths.value // 3
        fitted = dict(zip(values, fit(values, room), strict=True))
        for n, entry in enumerate(variable.entries):
            mark = DIFFERS if variable.is_differing and not n else ""
            table.add_row(
                Text(mark, style="bold magenta"),
                Text("" if n else variable.name, style="bold" if variable.is_differing else ""),
                Text("\n".join(self._label(variable, entry))),
                cell_of(entry, fitted, self.file),
                Text("\n".join(self._through(variable, entry)) if widths.through else "", "dim"),
            )

    def _label(self, variable: Variable, entry: Entry) -> list[str]:
        """The platforms of an entry, one a line, with its shells where others differ."""
        platforms = platforms_of(entry)
        told = {p: self._shells_named(variable, entry, p) for p in platforms}
        is_all = len(platforms) == len(self.platforms) > 1 and len(set(told.values())) == 1
        if is_all and not is_stacked(entry):
            return [f"all {len(platforms)}{told[platforms[0]]}"]
        return [f"{p}{told[p]}{',' * (p != platforms[-1])}" for p in platforms]

    def _shells_named(self, variable: Variable, entry: Entry, platform: str) -> str:
        own, known = shells_of(entry, platform), shells_in(variable, platform)
        if own == known:
            return ""
        return " " + ", ".join(SHELL_NAMES.get(s, s) for s in self.shells if s in own)

    def _through(self, variable: Variable, entry: Entry) -> list[str]:
        told = [lines_of(entry, p, self.file) for p in platforms_of(entry)]
        return told if is_stacked(entry) else told[:1]


@dataclass(frozen=True)
class _Widths:
    name: int
    platform: int
    value: int
    through: int


def _blocks(found: Sequence[Call]) -> list[list[Call]]:
    """Calls that follow each other and receive the same, together."""
    blocks: list[list[Call]] = []
    for call in found:
        last = blocks[-1][0] if blocks else None
        if last and _alike(last) == _alike(call) and len(call.texts) == 1:
            blocks[-1].append(call)
        else:
            blocks.append([call])
    return blocks


def _is_quiet(variable: Variable) -> bool:
    """Whether nothing is lost of what a reader would ask after a second time."""
    is_expected = not variable.is_differing or _PLATFORM_ARGUMENT.fullmatch(variable.name)
    return bool(is_expected) and not any(e.outcome.lost_by for e in variable.entries)


def _alike(call: Call) -> tuple[object, ...]:
    return call.variables, call.condition, call.places, call.stage


def _number(n: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(n, str(n))


def _is_builder_taken(env: pd.DataFrame) -> bool:
    """Whether a row has what the Dockerfile reads of the builder's own platform, or rests on it."""
    values = env.loc[env["name"].isin(["BUILDPLATFORM", "BUILDARCH"]), "value"]
    rests = env["condition"].dropna().astype(str).str.contains(BUILDER_IS, regex=False)
    return bool(values.isin(["linux/amd64", "amd64"]).any() or rests.any())


def _nothing(stops: Mapping[str, Sequence[str]]) -> str:
    """Why there is nothing to show."""
    if not stops:
        return "its RUN instructions call no program, or it names no variable (--name asks for one)"
    ends = "; ".join(f"on {platform}, {', '.join(texts)}" for platform, texts in stops.items())
    return f"no call is reached: the build stops {ends}"
