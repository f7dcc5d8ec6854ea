"""`${name...}`: every parameter expansion of the POSIX shell, and bash's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from diag.flow.arithmetic import PLAIN, ArithmeticFault, NotKnownError, evaluate
from diag.flow.expand_arrays import Arrays
from diag.flow.holes import escape, expression, has_hole, is_affordable, is_empty, show
from diag.flow.limits import ASH, BASH, DASH, NONZERO, Abort
from diag.flow.state import State, Var
from diag.read.shell_tree import CommandSubstitution, Literal, Parameter, Word

_SPECIAL = re.compile(r"[0-9]+|[@*#?$!-]")
_CASES: dict[str, Callable[[str], str]] = {
    "^^": str.upper, ",,": str.lower,
    "^": lambda text: text[:1].upper() + text[1:], ",": lambda text: text[:1].lower() + text[1:],
}  # fmt: skip
_TRANSFORMED: dict[str, Callable[[str], str]] = {
    "U": str.upper, "L": str.lower, "u": _CASES["^"],
    "Q": lambda text: "'" + text.replace("'", "'\\''") + "'",
}  # fmt: skip


class Parameters(Arrays):
    """The text of a parameter; what else it needs of words comes from the subclass."""

    substitution_status: int | None = 0
    has_substituted = False

    def pattern(self, word: Word | None, state: State) -> str:
        raise NotImplementedError

    def substitute(self, part: CommandSubstitution, state: State) -> str:
        return self.output_of(part, state).rstrip("\n").replace("\0", "")

    def output_of(self, part: CommandSubstitution, state: State) -> str:
        raise NotImplementedError

    # -- plain values -----------------------------------------------------------------------------

    def parameter(self, part: Parameter, state: State) -> Var:
        """The parameter before its operator is applied."""
        name = part.name
        if part.is_indirect:
            if not self.is_dialect(state, BASH):
                self.bad_substitution()
            name = self.lookup(state, name).text or ""
            if has_hole(name):
                return Var(self.holes.new(f"the variable that ${{!{part.name}}} names"))
        if part.index is not None or name in state.arrays:
            return self.element(part, name, state)
        if _SPECIAL.fullmatch(name):
            return self._special(name, state)
        return self.lookup(state, name)

    def _special(self, name: str, state: State) -> Var:
        if name == "#":
            return Var(str(len(state.positional)))
        if name == "0":
            return Var(state.zero)
        if name.isdigit():
            number = int(name) if len(name) < 6 else len(state.positional) + 1
            is_given = number <= len(state.positional)
            return Var(state.positional[number - 1] if is_given else None)
        if name in "@*":
            return Var(" ".join(state.positional) if state.positional else None)
        if name == "?":
            return self._status(state)
        return Var(self.holes.new(f"${name} of the shell"))

    def _status(self, state: State) -> Var:
        """`$?`, which in bash is also that of a substitution in the same command."""
        status, status_of = state.status, state.status_of
        inner = self.substitution_status
        if self.has_substituted and inner != status and self.is_dialect(state, BASH):
            status, status_of = inner, ""
        if status not in (None, NONZERO):
            return Var(str(status))
        return Var(self.holes.new(f"exit status of {status_of or 'the command before'}"))

    # -- operators --------------------------------------------------------------------------------

    def default_applies(self, part: Parameter, state: State) -> bool:
        """Whether the parameter is unset (or empty, with a colon)."""
        var = self.parameter(part, state)
        counts_empty = part.operator.startswith(":")
        if var.text is None:
            return True
        if var.may_be_unset:
            word = "set and not empty" if counts_empty else "set"
            key = ("null" if counts_empty else "unset", part.name, var.text)
            return not self.decide(
                state, key, f"${part.name} is {word}", f"${part.name} is not {word}"
            )
        is_never_empty = part.name == "RANDOM" and part.name not in state.vars
        return counts_empty and not is_never_empty and self.is_null(state, var.text)

    def is_null(self, state: State, text: str) -> bool:
        empty = is_empty(text)
        if empty is not None:
            return empty
        what = self.holes.origins(text)[0]
        yes, no = f"{what} is empty", f"{what} is not empty"
        return self.decide(state, ("empty", text), yes, no)

    def parameter_text(self, part: Parameter, state: State) -> str:
        operator = part.operator
        if operator == "length":
            return self._length(part, state)
        if operator.lstrip(":") in ("=", "?") and operator:
            return self._required(part, state)
        var = self.parameter(part, state)
        if var.text is None:
            self.refuse_unset(part.name, state)
        text = var.text or ""
        return text if operator in ("", "-", ":-") else self.operated(part, state, text)

    def operated(self, part: Parameter, state: State, text: str) -> str:
        """The text after an operator that changes it."""
        if part.operator[0] in "#%":
            return self._removed(text, part.operator, self.pattern(part.word, state))
        return self._bash_operator(part, state, text)

    def refuse_unset(self, name: str, state: State) -> None:
        if "u" in state.options and name not in "@*":
            raise Abort

    def _length(self, part: Parameter, state: State) -> str:
        if part.index is not None and part.index.text in "@*":
            array = self.array(part.name, state)
            return self.unknown_array(part.name) if array is None else str(len(array.items))
        if part.name in "@*":
            return str(len(state.positional))
        var = self.parameter(part, state)
        if var.text is None:
            self.refuse_unset(part.name, state)
        text = var.text or ""
        if has_hole(text):
            return self.holes.named(f"length {text}", f"the length of ${part.name}")
        return str(len(text))

    def _required(self, part: Parameter, state: State) -> str:
        if not self.default_applies(part, state):
            return self.parameter(part, state).text or ""
        if part.operator.endswith("?"):
            raise Abort
        text = self.text(part.word, state)
        self.assign(state, part.name, text, part.start, None)
        return text

    # -- patterns ---------------------------------------------------------------------------------

    def _removed(self, text: str, operator: str, pattern: str) -> str:
        """`${x#p}` and its kin."""
        if has_hole(text) or has_hole(pattern):
            return self._removed_with_holes(text, operator, pattern)
        compiled = expression(pattern)
        if compiled is None:
            return text
        if not is_affordable(len(text), pattern.count("*") + 1):
            return self._opaque(text, operator, pattern)
        is_prefix = operator[0] == "#"
        places = range(len(text) + 1)
        is_shortest = len(operator) == 1
        for place in places if is_prefix == is_shortest else reversed(places):
            part = text[:place] if is_prefix else text[place:]
            if compiled.fullmatch(part):
                return text[place:] if is_prefix else text[:place]
        return text

    def _removed_with_holes(self, text: str, operator: str, pattern: str) -> str:
        """Sure only where a literal pattern stands against known text."""
        literal = re.sub(r"\\(.)", r"\1", pattern)
        if escape(literal) == pattern or not re.search(r"[*?\[\\]", pattern):
            known = re.split("(?=[\U000f0000-\U000ffffd])", text)[0]
            if operator[0] == "#" and text.startswith(literal):
                return text[len(literal) :]
            if operator[0] == "#" and not known.startswith(literal[: len(known)]) and known:
                return text
            if operator[0] == "%" and text.endswith(literal):
                return text[: len(text) - len(literal)]
        return self._opaque(text, operator, pattern)

    def _opaque(self, text: str, operator: str, pattern: str) -> str:
        origins = self.holes.origins(text + pattern) or ["a long text"]
        key = f"{operator} {hash((text, pattern))} {len(text)}" if len(text) > 1000 else text
        return self.holes.named(f"{key}{operator}{pattern}", origins[0])

    # -- bash's own -------------------------------------------------------------------------------

    def bad_substitution(self) -> NoReturn:
        raise Abort(2)

    def _bash_operator(self, part: Parameter, state: State, text: str) -> str:
        operator = part.operator
        able = BASH | ASH if operator == ":" or operator[0] == "/" else BASH
        if not self.is_dialect(state, able):
            self.bad_substitution()
        if operator == ":":
            return self._substring(part, state, text)
        if operator[0] == "/":
            return self._replaced(part, state, text)
        if operator in _CASES and part.word is not None and not part.word.parts:
            return self._opaque(text, operator, "") if has_hole(text) else _CASES[operator](text)
        asked = part.word.bare if part.word is not None and operator == "@" else None
        if asked in _TRANSFORMED and text.isprintable() and not has_hole(text):
            return _TRANSFORMED[asked](text)
        return self._opaque(text, operator, self.pattern(part.word, state))

    def _substring(self, part: Parameter, state: State, text: str) -> str:
        offset = self.arithmetic(part.word, state) if part.word else "0"
        length = self.arithmetic(part.second, state) if part.second else ""
        if has_hole(text + offset + length):
            return self._opaque(text, ":", f"{offset}:{length}")
        start = int(offset or 0)
        start = max(len(text) + start, 0) if start < 0 else min(start, len(text))
        end = len(text) if part.second is None else int(length or 0)
        end = start + end if part.second is not None and end >= 0 else end
        return text[start : end if end >= 0 else len(text) + end]

    def _replaced(self, part: Parameter, state: State, text: str) -> str:
        pattern, new = self.pattern(part.word, state), self.text(part.second, state)
        compiled = expression(pattern)
        if not pattern or compiled is None:
            return text
        operator = part.operator
        if operator in ("/#", "/%") and self.is_dialect(state, ASH):
            pattern, operator = operator[1] + pattern, "/"  # busybox knows no anchors
            compiled = expression(pattern) or compiled
        is_cheap = is_affordable(len(text), pattern.count("*") + 1)
        if has_hole(text + pattern) or not is_cheap:
            return self._opaque(text, operator, f"{pattern}/{new}")
        source = compiled.pattern
        anchored = {"/#": rf"\A(?:{source})", "/%": rf"(?:{source})\Z"}
        found = re.compile(anchored.get(operator, source), re.DOTALL)
        return found.sub(lambda _: new, text, count=0 if operator == "//" else 1)

    # -- arithmetic -------------------------------------------------------------------------------

    def arithmetic(self, word: Word | None, state: State) -> str:
        """The value of an arithmetic text, as text."""
        if word is not None and word.text[:1] == "~":  # an operator here, no home
            word = Word((Literal(" ", True), *word.parts), word.start, word.end, " " + word.text)
        return self.arithmetic_of(self.text(word, state), state)

    def arithmetic_of(self, source: str, state: State) -> str:
        try:
            return str(
                evaluate(source, lambda name: self._number(name, state), self._setter(state))
            )
        except NotKnownError:
            return self.holes.named(f"arithmetic {source}", f"the value of $(({show(source)}))")
        except ArithmeticFault:
            raise Abort(2) from None

    def _number(self, name: str, state: State) -> str:
        """The text of a variable as a number: bash and busybox evaluate what is none."""
        text = self.lookup(state, name).text or "0"
        if PLAIN.fullmatch(text.strip()) or has_hole(text):
            return text
        if self.is_dialect(state, DASH):
            raise ArithmeticFault(text)
        with self.nested():
            return str(
                evaluate(text, lambda inner: self._number(inner, state), self._setter(state))
            )

    def _setter(self, state: State) -> SetNumber:
        return SetNumber(self, state)


class SetNumber:
    """Assigns the result of an arithmetic assignment."""

    def __init__(self, variables: Arrays, state: State) -> None:
        self.variables = variables
        self.state = state

    def __call__(self, name: str, value: int) -> None:
        old = self.state.vars.get(name, Var())
        self.state.set_var(name, old._replace(text=str(value), lost_at=None, lost_by=None))
