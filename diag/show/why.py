"""Why a symbol is satisfied or left open on a link line, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.join.resolve import RULE_LINKERS, RULES
from diag.join.why import Outcome, Why
from diag.show.text import as_text, counted, listed

_WITHHELD = {
    "local": "for itself only (LOCAL)",
    "hidden": "with hidden visibility, inside a shared object",
    "old-version": "under an old version only",
}
_HOW = {
    "object": "", "weak": " (a weak definition)", "common": " (a common symbol)",
    "shared": ", at run time", "pulled": "",
}  # fmt: skip


def why_lines(why: Why, *, is_ordered: bool = True) -> list[tuple[str, str]]:
    """(label, sentence) pairs: who wants it, who defines it, what each linker does, what helps.

    `is_ordered`: False where no order of the files is known, so that only the rule that needs none
    is told.
    """
    outcomes = applying(why, is_ordered)
    lines = [("wanted by", _wanted(why)), ("defined by", _defined(why))]
    lines += _by_linker(why, outcomes)
    lines += [("to do", text) for text in dict.fromkeys(to_do(why, outcomes))]
    return lines


def why_screen(whys: Iterable[Why], *, is_ordered: bool = True) -> RenderableType:
    """A block a name and machine: labels on the left, sentences beside them."""
    blocks: list[RenderableType] = []
    for why in whys:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, sentence in why_lines(why, is_ordered=is_ordered):
            grid.add_row(Text(label, style="dim"), Text(as_text(sentence)))
        blocks += [
            Text(as_text(f"{why.name}  {why.arch}"), style="bold"),
            Padding(grid, (0, 0, 1, 2)),
        ]
    return Group(*blocks)


def is_open(why: Why, *, is_ordered: bool = True) -> bool:
    """Whether a link fails over the name under a rule that applies."""
    return any(o.status == "open" or o.doubled for o in applying(why, is_ordered))


def applying(why: Why, is_ordered: bool) -> list[Outcome]:
    """Of files without an order nobody knows which of them one link takes: none is doubled."""
    if is_ordered:
        return list(why.outcomes)
    return [replace(outcome, doubled=()) for outcome in why.outcomes if outcome.rule == RULES[-1]]


def _wanted(why: Why) -> str:
    if not why.wants:
        return f"none of {counted(why.n_units, 'object')}"
    weak = [unit.title for unit, is_weak in why.wants if is_weak]
    strong = [unit.title for unit, is_weak in why.wants if not is_weak]
    parts = [listed(strong)] if strong else []
    parts += [f"{listed(weak)} (weakly: it may stay open, and is zero then)"] if weak else []
    return "; ".join(parts)


def _defined(why: Why) -> str:
    if not why.definitions:
        return f"none of {counted(why.n_units, 'object')}"
    free = [entry.unit.title for entry in why.definitions if not entry.withheld]
    parts = [listed(free)] if free else []
    for reason, words in _WITHHELD.items():
        held = [entry.unit.title for entry in why.definitions if entry.withheld == reason]
        parts += [f"{listed(held)} {words}"] if held else []
    return "; ".join(parts)


def _by_linker(why: Why, outcomes: list[Outcome]) -> Iterator[tuple[str, str]]:
    said = {outcome.rule: sentence(why, outcome) for outcome in outcomes}
    if len(set(said.values())) == 1:
        yield "linkers", next(iter(said.values()))
        return
    for rule, told in said.items():
        note = ", files in the order given" if rule == RULES[0] else ""
        yield RULE_LINKERS[rule] + note, told


def sentence(why: Why, outcome: Outcome) -> str:
    """What linkers of that rule do, in words."""
    if outcome.status == "satisfied":
        return _satisfied(outcome)
    if outcome.status == "unwanted":
        return _unwanted(why, outcome)
    if outcome.status == "weak-open":
        return "leave it at zero without a word: only weak wants are left, which take no archive member"
    return f"stop: undefined reference. {_reason(why, outcome)}"


def _satisfied(outcome: Outcome) -> str:
    assert outcome.by is not None
    text = f"take {outcome.by.title}{_HOW[outcome.how]}"
    if outcome.pulled_for:
        text += f", a member taken for {outcome.pulled_for}"
    if outcome.doubled:
        others = listed(unit.title for unit in outcome.doubled)
        return f"stop: multiple definition. {outcome.by.title} defines it first, {others} again"
    return text


def _unwanted(why: Why, outcome: Outcome) -> str:
    if not why.wants:
        return "have nothing to do: nobody wants it"
    users = listed(unit.title for unit, _ in why.wants)
    return f"never ask for it: {users} is not part of the link (no name of it is wanted before)"


def _reason(why: Why, outcome: Outcome) -> str:
    free = [entry.unit for entry in why.definitions if not entry.withheld]
    places = listed(dict.fromkeys(unit.title for unit in free))
    users = listed(unit.title for unit, _ in why.wants)
    return {
        "after-archive": f"{places} stands before {users} on the line, and an archive is searched "
        "once, where it stands",
        "no-index": f"The archive of {places} has no index, so it is not searched",
        "local": "A definition for itself only (LOCAL) answers no other object",
        "hidden": "A hidden definition does not leave its shared object",
        "old-version": "A new link takes the default version (@@) only",
        "other-arch": f"{places} is for another machine",
        "bytecode": f"{listed(unit.title for unit in why.bytecode)} holds compiler bytecode (LTO) "
        "and no code, which a linker reads through the compiler's plugin only",
        "not-on-line": f"{places} is given, but does not stand on the link line",
        "nowhere": "Nothing that is given defines it (libc and libgcc, which a compiler adds by "
        "itself, count only where they are given)",
    }[outcome.reason]


_HELP = {
    "after-archive": "put the archive behind its user, or both between --start-group and --end-group",
    "no-index": "ranlib {files}",
    "local": "drop `static` or the version script that makes it local, or link the object itself",
    "hidden": "export it (default visibility), or link the object that holds it",
    "old-version": "link a library whose default version has it, or ask for NAME@VERSION (.symver)",
    "other-arch": "build {files} for {arch}",
    "bytecode": "link through the compiler with -flto, or build these objects without it "
    "(-ffat-lto-objects has both)",
    "not-on-line": "name {files} on the link line, behind its user",
    "nowhere": "give the archives and objects that are missing here, or find out why the file that "
    "defines it was not built",
}


def to_do(why: Why, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What would help, in words."""
    files = listed(dict.fromkeys(e.unit.file for e in why.definitions if not e.withheld))
    for outcome in outcomes:
        if outcome.status == "open":
            yield _HELP[outcome.reason].format(files=files, arch=why.arch)
        if outcome.doubled:
            yield "keep one definition: make the others `static`, weak, or leave their file out"
