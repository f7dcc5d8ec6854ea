"""The grammars of `test` and of `[[`: which questions are asked, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diag.flow.state import State
from diag.read.shell_tree import Word

if TYPE_CHECKING:
    from diag.flow.conditions import Conditions

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


class TestFault(Exception):
    """`test` refuses its arguments: exit status 2."""

    __test__ = False


class TestReader:
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


class BracketReader:
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
            return asker.numeric(texts[0], operator, texts[1], state)
        return asker.binary(left, operator, asker.text(right, state), state)


def operand_operator(token: Word | str) -> str:
    """The operator that a token spells."""
    return token if isinstance(token, str) else token.bare or ""
