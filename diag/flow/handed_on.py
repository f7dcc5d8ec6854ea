"""Programs that call another command: sudo, su, chroot and their like.

They are outside commands themselves, alike here and in the probe, so what they call has no number
of its own: it is told under theirs. Sources: sudo(8), sudoers(5) (`env_reset`), doas(1), su(1),
runuser(1), chroot(1), time(1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from diag.flow.assignments import Assignments
from diag.flow.children import Process
from diag.flow.holes import has_hole
from diag.flow.limits import SH, LimitError
from diag.flow.state import State, Var
from diag.flow.tool_names import command_name


@dataclass(frozen=True)
class Way:
    """How a program is told what to call: its options with a value in the next word, and how many
    operands stand before the command. `cuts`: it hands on few variables, `reads_text`: `-c TEXT`."""

    values: tuple[str, ...] = ()
    n_operands: int = 0
    cuts: bool = False
    reads_text: bool = False


_SU = ("-s", "--shell", "-g", "--group", "-G", "--supp-group", "-w", "--whitelist-environment")
WAYS = {
    "sudo": Way((*(f"-{letter}" for letter in "ughpCrtTUDR"), "--user", "--group", "--prompt"), cuts=True),
    "doas": Way(("-u", "-C"), cuts=True),
    "su": Way(_SU, reads_text=True),
    "runuser": Way((*_SU, "-u", "--user"), reads_text=True),
    "chroot": Way(n_operands=1),
    "gosu": Way(n_operands=1),
    "su-exec": Way(n_operands=1),
    "fakeroot": Way(("-l", "-s", "-i", "-b")),
    "time": Way(("-o", "-f", "--output", "--format")),
    "stdbuf": Way(("-i", "-o", "-e")),
    "ionice": Way(("-c", "-n")),
}  # fmt: skip
_KEEPS = re.compile(r"-[A-Za-z]*E[A-Za-z]*|--preserve-env")  # of sudo: all of the environment
_LOGIN = re.compile(r"-|-[A-Za-z]*l[A-Za-z]*|--login")  # of su and runuser
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<text>.*)", re.DOTALL)
_KEPT = "--preserve-env="


@dataclass(frozen=True)
class Inner:
    """What is called: words, or a text for a shell; `kept`: the variables that are handed on (None: all)."""

    argv: tuple[str, ...] = ()
    text: str = ""
    kept: frozenset[str] | None = None
    given: dict[str, str] = field(default_factory=dict)
    is_login: bool = False


def inner_call(argv: Sequence[str]) -> Inner | None:
    """What a call of one of WAYS calls; None where it calls nothing, or that is not plain."""
    way = WAYS.get(command_name(argv[0]))
    if way is None:
        return None
    options, text, rest = _parted(list(argv[1:]), way)
    is_login = way.reads_text and any(map(_LOGIN.fullmatch, options))
    if has_hole(text):
        return None
    if text or (way.reads_text and not {"-u", "--user"} & set(options)):
        return Inner(text=text, is_login=is_login) if text else None
    given = {}
    while way.cuts and rest and (found := _ASSIGNED.fullmatch(rest[0])):
        given[found["name"]] = found["text"]
        rest = rest[1:]
    kept = _kept(options) if way.cuts else None
    rest = rest[way.n_operands :]
    if not rest or has_hole(rest[0]):
        return None
    return Inner(tuple(rest), kept=kept, given=given, is_login=is_login)


def _parted(rest: list[str], way: Way) -> tuple[list[str], str, list[str]]:
    """Options, the text behind -c, operands. su takes options behind operands too."""
    options, text, operands = list[str](), "", list[str]()
    while rest:
        word = rest.pop(0)
        if word == "--":
            return options, text, [*operands, *rest]
        if way.reads_text and re.fullmatch(r"-[a-z]*c|--command|--session-command", word):
            options.append(word)
            text = rest.pop(0) if rest else ""
        elif word.startswith("-") and not (operands and not way.reads_text):
            options.append(word)
            if word in way.values and rest:
                rest.pop(0)
        else:
            operands.append(word)
            if not way.reads_text:
                return options, text, [*operands, *rest]
    return options, text, operands


def _kept(options: Sequence[str]) -> frozenset[str] | None:
    if any(map(_KEEPS.fullmatch, options)):
        return None
    lists = (word.removeprefix(_KEPT) for word in options if word.startswith(_KEPT))
    return frozenset(name for names in lists for name in names.split(","))


class HandedOn(Assignments):
    """Tells of the commands behind such a program too."""

    def start(self, process: Process, state: State) -> list[State]:
        inner = inner_call(process.argv)
        before = state.copy() if inner is not None else state
        found = super().start(process, state)
        if inner is not None:
            self._tell_inner(inner, process, before, state.n_commands)
        return found

    def _tell_inner(self, inner: Inner, process: Process, state: State, number: int) -> None:
        """The calls of the inner command; nothing of it comes back to this shell."""
        n_told = len(self.events)
        try:
            with self.using():
                self.ways(state, lambda trial: self._call_inner(inner, process, trial))
        except LimitError:  # too long to be followed: the outer call is told alone
            del self.events[n_told:]
        inside = self.events[n_told:]
        self.events[n_told:] = [
            replace(event, command_no=number, is_inner=True) for event in inside
        ]

    def _call_inner(self, inner: Inner, process: Process, state: State) -> list[State]:
        place = self.place(process.offset)
        if command_name(process.argv[0]) == "chroot":
            state.files = {}
        overlay = dict(process.overlay)
        if inner.kept is not None:
            overlay |= self._cut_away(inner.kept, process, state)
        overlay |= {name: Var(text, True, (place,)) for name, text in inner.given.items()}
        child = replace(process, overlay=overlay, is_cleared=process.is_cleared or inner.is_login)
        if not inner.text:
            return self.start(replace(child, argv=inner.argv), state)
        letters = {"l"} if inner.is_login else set[str]()
        return self.child(child, inner.text, "sh", (), SH, letters, state)

    def _cut_away(self, kept: frozenset[str], process: Process, state: State) -> dict[str, Var]:
        """The exported variables of which sudo's own configuration says whether they are handed on."""
        program = command_name(process.argv[0])
        found = {}
        for name in {*state.vars, *process.overlay} - kept:
            old = process.overlay.get(name, state.vars.get(name, Var()))
            if old.text is not None and old.is_exported:
                told = f"whether {program} hands on ${name}: by default it takes it away"
                hole = self.holes.named(f"{program} {name}", told)
                found[name] = Var(hole, True, old.came_through, may_be_unset=True)
        return found
