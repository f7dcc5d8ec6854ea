"""Shell variables: where a value came through, and which value it put an end to."""

from __future__ import annotations

import re

from diag.flow.core import Core
from diag.flow.limits import BASH, MAX_TEXT, Abort
from diag.flow.state import State, Var
from diag.read.shell_tree import Literal, Word

DEFAULT_IFS = " \t\n"
_REFERENCE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


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


class Variables(Core):
    """Looks variables up and assigns them."""

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
        if name == "IFS":
            return Var(DEFAULT_IFS)
        if name == "RANDOM" and self.is_dialect(state, BASH):
            return Var(self.holes.new(f"${name} of the shell"))
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
        if old.is_integer:
            text = self.arithmetic_of(text, state)
        if len(text) > MAX_TEXT:
            text = self.holes.new(f"a value of more than {MAX_TEXT} characters")
        earlier = dict.fromkeys(way for _, var in used for way in var.came_through)
        came_through = (*(way for way in earlier if way != place), place)
        self.note(place, name, text)
        lost = next(((v.lost_at, v.lost_by) for _, v in used if v.lost_by), (None, None))
        if not lost[0] and self._is_overridden(state, name, old, text, used):
            lost = (place, "overridden-later")
        is_exported = "a" in state.options or self.is_in_environment(state, name, old)
        return Var(
            text,
            is_exported,
            came_through,
            lost[0],
            lost[1],
            born=state.n_commands,
            is_integer=old.is_integer,
        )

    def arithmetic_of(self, source: str, state: State) -> str:
        raise NotImplementedError

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
            bool(old.text or old.hidden)
            and old.is_exported
            and text != old.hidden
            and (old.text or "\0") not in text  # a value that holds the old one lost nothing
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
