"""`test`, `[` and `[[`: answered where the text decides, asked both ways where it does not."""

from __future__ import annotations

import re

from diag.flow.condition_readers import NUMERIC, BracketReader, TestFault, TestReader
from diag.flow.expand import Expander
from diag.flow.expand_arrays import array_of
from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import has_hole, is_affordable, matches, same, show
from diag.flow.limits import ASH, BASH, DASH
from diag.flow.state import State
from diag.read.shell_tree import DoubleBracket

NUMBER = re.compile(r"\s*[-+]?[0-9]{1,18}\s*")
# What extended regular expressions and Python's mean alike.
REPEATS = re.compile(r"[*+{?]")
REPEATED_GROUP = re.compile(r"\)[*+{?]")
SAFE_EXPRESSION = re.compile(r"(?:[\w/.^$*+?|():,=@ -]|\\.|\[\^?[\w./ -]+\])*", re.ASCII)


def is_safe(source: str, length: int) -> bool:
    """Whether Python reads an extended expression as the shell does, and soon comes to an end."""
    n_repeats = len(REPEATS.findall(source))
    is_plain = len(source) < 300 and not REPEATED_GROUP.search(source)
    return bool(is_plain and SAFE_EXPRESSION.fullmatch(source)) and is_affordable(
        length, n_repeats + 1
    )


class Conditions(Expander):
    """Evaluates tests over expanded words."""

    keeps_quotes = True

    def test(self, args: list[str], state: State) -> int:
        """Exit status of `test args`."""
        try:
            reader = TestReader(self, args, state)
            return 0 if reader.whole() else 1
        except TestFault:
            return 2

    # -- single questions -------------------------------------------------------------------------

    def ask(self, state: State, *words: str) -> bool:
        """An undecided test, both ways."""
        shown = show(" ".join(word if word else "''" for word in words))
        return self.decide(
            state, ("test", *words), f"[ {shown} ] holds", f"[ {shown} ] does not hold"
        )

    def unary(self, operator: str, operand: str, state: State) -> bool:
        if operator in ("-n", "-z"):
            return self.is_null(state, operand) == (operator == "-z")
        if operator == "-v":
            return self._is_set(operand, state)
        if operator == "-t":
            return False if not has_hole(operand) else self.ask(state, operator, operand)
        if operator == "-o":
            return self.ask(state, operator, operand)
        return self._file(operator, operand, state)

    def _is_set(self, name: str, state: State) -> bool:
        if not self.is_dialect(state, BASH):
            raise TestFault
        var = self.lookup(state, name)
        return self.ask(state, "-v", name) if var.may_be_unset else var.text is not None

    def _file(self, operator: str, path: str, state: State) -> bool:
        if not path:
            return False
        entry = entry_of(state.files, resolve(state.cwd, path))
        if entry is None or has_hole(path):
            return self.ask(state, operator, path)
        is_there = entry.text is not None or entry.is_folder
        if not is_there:
            return False
        if operator == "-e" or operator == "-d" or operator == "-f":
            is_device = path == "/dev/null"
            return {"-e": True, "-d": entry.is_folder, "-f": not entry.is_folder and not is_device}[
                operator
            ]
        if operator == "-s" and entry.text is not None:
            return not self.is_null(state, entry.text)
        return self.ask(state, operator, path)

    def binary(self, left: str, operator: str, right: str, state: State) -> bool:
        if operator in ("=", "==", "!="):
            if operator == "==" and self.is_dialect(state, DASH):
                raise TestFault
            return self.equal(left, right, state) == (operator != "!=")
        if operator in NUMERIC:
            return self.numeric(left, operator, right, state)
        if operator in ("<", ">") and not has_hole(left + right):
            return left < right if operator == "<" else left > right
        return self.ask(state, left, operator, right)

    def equal(self, left: str, right: str, state: State) -> bool:
        answer = same(left, right)
        return self.ask(state, left, "=", right) if answer is None else answer

    def numeric(self, left: str, operator: str, right: str, state: State) -> bool:
        if has_hole(left + right):
            return self.ask(state, left, operator, right)
        if not NUMBER.fullmatch(left) or not NUMBER.fullmatch(right):
            raise TestFault
        return bool(NUMERIC[operator](int(left), int(right)))

    # -- [[ ]] ------------------------------------------------------------------------------------

    def double_bracket(self, node: DoubleBracket, state: State) -> int | None:
        """Exit status of `[[ ... ]]`; None where it is not known."""
        words = tuple(token for token in node.tokens if not isinstance(token, str))
        self.keeps_quotes = not self.is_dialect(state, ASH)
        if not self.keeps_quotes:
            # busybox splits the words, takes < and > for redirections, and drops quotes.
            n_fields = [len(self._fields_of(word, state)) for word in words]
            if {"<", ">", "(", ")"} & set(node.tokens):
                return None
            if 0 in n_fields and len(words) == len(node.tokens) == 2:  # `-z $N`: `-z` alone
                return self.test(self.fields(words, state), state)
            if 0 in n_fields:
                return None
            if max(n_fields, default=1) > 1:
                return 2
        try:
            reader = BracketReader(self, list(node.tokens), state)
            return 0 if reader.whole() else 1
        except TestFault:
            return 2

    def match(self, text: str, pattern: str, state: State) -> bool:
        answer = matches(text, pattern)
        if answer is not None:
            return answer
        shown = f"{show(text) or repr('')} matches {show(pattern)}"
        return self.decide(
            state, ("match", text, pattern), shown, shown.replace(" matches ", " does not match ")
        )

    def regular_expression(self, text: str, source: str, state: State) -> bool:
        if not has_hole(text + source) and is_safe(source, len(text)):
            try:
                found = re.search(source, text)
                groups = [group or "" for group in (found[0], *found.groups())] if found else []
                state.arrays = {**state.arrays, "BASH_REMATCH": array_of(groups)}
                return found is not None
            except re.error as error:
                raise TestFault from error
        state.arrays = {**state.arrays, "BASH_REMATCH": None}
        return self.ask(state, text, "=~", source)
