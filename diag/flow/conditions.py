"""`test`, `[` and `[[`: answered where the text decides, asked both ways where it does not."""

from __future__ import annotations

import re

from diag.flow.core import ASH, BASH, DASH
from diag.flow.expand import Expander
from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import has_hole, is_affordable, matches, same, show
from diag.flow.state import State
from diag.read.shell_tree import DoubleBracket, Word

UNARY = frozenset(
    [
        "-b",
        "-c",
        "-d",
        "-e",
        "-f",
        "-g",
        "-h",
        "-k",
        "-L",
        "-n",
        "-o",
        "-p",
        "-r",
        "-R",
        "-s",
        "-S",
        "-t",
        "-u",
        "-v",
        "-w",
        "-x",
        "-z",
        "-G",
        "-O",
        "-N",
    ]
)
BINARY = frozenset(
    ["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]
)
NUMERIC = {
    "-eq": int.__eq__, "-ne": int.__ne__, "-lt": int.__lt__, "-le": int.__le__,
    "-gt": int.__gt__, "-ge": int.__ge__,
}  # fmt: skip
NUMBER = re.compile(r"\s*[-+]?[0-9]{1,18}\s*")
# What extended regular expressions and Python's mean alike.
REPEATS = re.compile(r"[*+{]")
REPEATED_GROUP = re.compile(r"\)[*+{?]")
SAFE_EXPRESSION = re.compile(r"(?:[\w/.^$*+?|():,=@ -]|\\.|\[\^?[\w./ -]+\])*", re.ASCII)


def is_safe(source: str, length: int) -> bool:
    """Whether Python reads an extended expression as the shell does, and soon comes to an end."""
    n_repeats = len(REPEATS.findall(source))
    is_plain = len(source) < 300 and not REPEATED_GROUP.search(source)
    return bool(is_plain and SAFE_EXPRESSION.fullmatch(source)) and is_affordable(
        length, n_repeats + 1
    )


class TestFault(Exception):
    """`test` refuses its arguments: exit status 2."""

    __test__ = False


class Conditions(Expander):
    """Evaluates tests over expanded words."""

    keeps_quotes = True

    def test(self, args: list[str], state: State) -> int:
        """Exit status of `test args`."""
        try:
            reader = _TestReader(self, args, state)
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
            return self._numeric(left, operator, right, state)
        if operator in ("<", ">") and not has_hole(left + right):
            return left < right if operator == "<" else left > right
        return self.ask(state, left, operator, right)

    def equal(self, left: str, right: str, state: State) -> bool:
        answer = same(left, right)
        return self.ask(state, left, "=", right) if answer is None else answer

    def _numeric(self, left: str, operator: str, right: str, state: State) -> bool:
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
            if {"<", ">", "(", ")"} & set(node.tokens) or 0 in n_fields:
                return None
            if max(n_fields, default=1) > 1:
                return 2
        try:
            reader = _BracketReader(self, list(node.tokens), state)
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
                return re.search(source, text) is not None
            except re.error as error:
                raise TestFault from error
        return self.ask(state, text, "=~", source)


class _TestReader:
    """POSIX test(1): by the number of arguments, then by -o and -a."""

    def __init__(self, asker: Conditions, args: list[str], state: State) -> None:
        self.asker = asker
        self.args = args
        self.state = state
        self.at = 0

    def whole(self) -> bool:
        return self.by_number(self.args)

    def by_number(self, args: list[str]) -> bool:
        if len(args) == 0:
            return False
        if len(args) == 1:
            return not self.asker.is_null(self.state, args[0])
        if len(args) == 3 and (args[1] in BINARY):
            return self.asker.binary(args[0], args[1], args[2], self.state)
        if args[0] == "!" and len(args) <= 4:
            return not self.by_number(args[1:])
        if len(args) == 2:
            return self.two(args)
        if len(args) in (3, 4) and args[0] == "(" and args[-1] == ")":
            return self.by_number(args[1:-1])
        self.at = 0
        answer = self.either()
        if self.at < len(args):
            raise TestFault
        return answer

    def two(self, args: list[str]) -> bool:
        if args[0] in UNARY:
            return self.asker.unary(args[0], args[1], self.state)
        raise TestFault

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.args[place] if place < len(self.args) else ""

    def either(self) -> bool:
        answer = self.both()
        while self.peek() == "-o":
            self.at += 1
            right = self.both()
            answer = answer or right
        return answer

    def both(self) -> bool:
        answer = self.single()
        while self.peek() == "-a":
            self.at += 1
            right = self.single()
            answer = answer and right
        return answer

    def single(self) -> bool:
        if self.at >= len(self.args):
            raise TestFault
        if self.peek(1) in BINARY and self.at + 2 < len(self.args):
            self.at += 3
            left, operator, right = self.args[self.at - 3 : self.at]
            return self.asker.binary(left, operator, right, self.state)
        if self.peek() == "!":
            self.at += 1
            return not self.single()
        if self.peek() == "(":
            self.at += 1
            answer = self.either()
            if self.peek() != ")":
                raise TestFault
            self.at += 1
            return answer
        if self.peek() in UNARY and self.at + 1 < len(self.args):
            self.at += 2
            return self.asker.unary(self.args[self.at - 2], self.args[self.at - 1], self.state)
        self.at += 1
        return not self.asker.is_null(self.state, self.args[self.at - 1])


class _BracketReader:
    """`[[`: no splitting, patterns on the right of `==`, `&&` and `||` inside."""

    def __init__(self, asker: Conditions, tokens: list[Word | str], state: State) -> None:
        self.asker = asker
        self.tokens = tokens
        self.state = state
        self.at = 0

    def whole(self) -> bool:
        answer = self.either(False)
        if self.at < len(self.tokens):
            raise TestFault
        return answer

    def bare(self, ahead: int = 0) -> str:
        place = self.at + ahead
        token = self.tokens[place] if place < len(self.tokens) else ""
        return token if isinstance(token, str) else token.bare or ""

    def either(self, is_skipped: bool) -> bool:
        answer = self.both(is_skipped)
        while self.bare() == "||":
            self.at += 1
            right = self.both(is_skipped or answer)
            answer = answer or right
        return answer

    def both(self, is_skipped: bool) -> bool:
        answer = self.single(is_skipped)
        while self.bare() == "&&":
            self.at += 1
            right = self.single(is_skipped or not answer)
            answer = answer and right
        return answer

    def single(self, is_skipped: bool) -> bool:
        if self.bare() == "!":
            self.at += 1
            return not self.single(is_skipped)
        if self.bare() == "(":
            self.at += 1
            answer = self.either(is_skipped)
            if self.bare() != ")":
                raise TestFault
            self.at += 1
            return answer
        if self.bare(1) in BINARY or self.bare(1) == "=~":
            self.at += 3
            return False if is_skipped else self.compare(self.at - 3)
        if self.bare() in UNARY and self.at + 1 < len(self.tokens):
            self.at += 2
            operand = self.word(self.at - 1)
            if is_skipped:
                return False
            text = self.asker.text(operand, self.state)
            return self.asker.unary(operand_operator(self.tokens[self.at - 2]), text, self.state)
        self.at += 1
        word = self.word(self.at - 1)
        return not is_skipped and not self.asker.is_null(
            self.state, self.asker.text(word, self.state)
        )

    def word(self, place: int) -> Word:
        token = self.tokens[place] if place < len(self.tokens) else ""
        if isinstance(token, str):
            raise TestFault
        return token

    def compare(self, place: int) -> bool:
        asker, state = self.asker, self.state
        left = asker.text(self.word(place), state)
        operator = self.bare(place + 1 - self.at)
        right = self.word(place + 2)
        if operator in ("=", "==", "!="):
            pattern = (asker.pattern if asker.keeps_quotes else asker.text)(right, state)
            return asker.match(left, pattern, state) == (operator != "!=")
        if operator == "=~":
            return asker.regular_expression(left, asker.text(right, state), state)
        if operator in NUMERIC:
            texts = [asker.arithmetic(self.word(n), state) for n in (place, place + 2)]
            return asker._numeric(texts[0], operator, texts[1], state)
        return asker.binary(left, operator, asker.text(right, state), state)


def operand_operator(token: Word | str) -> str:
    """The operator that a token spells."""
    return token if isinstance(token, str) else token.bare or ""
