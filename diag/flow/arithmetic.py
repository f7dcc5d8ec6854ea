"""Shell arithmetic: POSIX XCU 2.6.4 (C's integer expressions on 64 bits), and bash's `**`."""

from __future__ import annotations

import re
from collections.abc import Callable

from diag.flow.holes import has_hole

TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9A-Fa-f]+|[0-9]+(?:#[0-9A-Za-z]+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator><<=|>>=|\+\+|--|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]))"
)
PLAIN = re.compile(r"[-+]?[0-9][0-9A-Za-z#]*")
BINARY = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="),
    ("<<", ">>"), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="])
MAX_TOKENS = 2000
MAX_NESTING = 50


class ArithmeticFault(Exception):
    """The text is no arithmetic expression, or divides by zero."""


class NotKnownError(Exception):
    """The value hangs on what is not known."""


def evaluate(text: str, get: Callable[[str], str], set_: Callable[[str, int], None]) -> int:
    """The value of an expression; `get` gives a variable's text, `set_` takes an assignment."""
    if has_hole(text):
        raise NotKnownError
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if len(tokens) > MAX_TOKENS or (not found and "[" in text):
            raise NotKnownError  # too long, or an element of an array
        if not found:
            raise ArithmeticFault(text)
        tokens.append(found.group().strip())
        at = found.end()
    if not tokens:
        return 0
    reader = _Reader(tokens, get, set_)
    value = reader.comma()
    if reader.at < len(tokens):
        raise ArithmeticFault(text)
    return value


def _wrap(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


class _Reader:
    def __init__(
        self, tokens: list[str], get: Callable[[str], str], set_: Callable[[str, int], None]
    ) -> None:
        self.tokens = [*tokens, "", ""]
        self.at = 0
        self.get = get
        self.set_ = set_
        self.skipping = 0
        self.depth = 0

    def take(self, *wanted: str) -> str:
        if self.tokens[self.at] not in wanted or not self.tokens[self.at]:
            return ""
        self.at += 1
        return self.tokens[self.at - 1]

    def comma(self) -> int:
        value = self.assignment()
        while self.take(","):
            value = self.assignment()
        return value

    def assignment(self) -> int:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise NotKnownError
        name = self.tokens[self.at]
        if re.match(r"[A-Za-z_]", name) and self.tokens[self.at + 1] in ASSIGNMENTS:
            operator = self.tokens[self.at + 1]
            self.at += 2
            value = self.assignment()
            if operator != "=":
                value = self.apply(operator[:-1], self.variable(name), value)
            value = self.store(name, value)
        else:
            value = self.ternary()
        self.depth -= 1
        return value

    def store(self, name: str, value: int) -> int:
        if not self.skipping:
            self.set_(name, value)
        return value

    def ternary(self) -> int:
        test = self.binary(0)
        if not self.take("?"):
            return test
        yes = self.unless(not test, self.assignment)
        if not self.take(":"):
            raise ArithmeticFault("?")
        no = self.unless(bool(test), self.assignment)
        return yes if test else no

    def unless(self, is_skipped: bool, read: Callable[[], int]) -> int:
        """Read what follows, without its effects where it does not count."""
        self.skipping += is_skipped
        value = read()
        self.skipping -= is_skipped
        return value

    def binary(self, level: int) -> int:
        if level == len(BINARY):
            return self.power()
        value = self.binary(level + 1)
        while operator := self.take(*BINARY[level]):
            if operator in ("&&", "||"):
                is_decided = bool(value) == (operator == "||")
                right = self.unless(is_decided, lambda: self.binary(level + 1))
                value = int(bool(value) if is_decided else bool(right))
            else:
                value = self.apply(operator, value, self.binary(level + 1))
        return value

    def power(self) -> int:
        value = self.unary()
        if self.take("**"):
            exponent = self.power()
            if exponent < 0:
                raise ArithmeticFault("**")
            return _wrap(pow(value, exponent, 2**64))
        return value

    def unary(self) -> int:
        if operator := self.take("++", "--"):
            name = self.tokens[self.at]
            self.at += 1
            return self.store(name, self.variable(name) + (1 if operator == "++" else -1))
        if operator := self.take("+", "-", "!", "~"):
            self.depth += 1
            if self.depth > MAX_NESTING:
                raise NotKnownError
            value = self.unary()
            self.depth -= 1
            return {"+": value, "-": _wrap(-value), "!": int(not value), "~": ~value}[operator]
        return self.primary()

    def primary(self) -> int:
        if self.take("("):
            value = self.comma()
            if not self.take(")"):
                raise ArithmeticFault(")")
            return value
        token = self.tokens[self.at]
        self.at += 1
        if re.match(r"[A-Za-z_]", token):
            value = self.variable(token)
            if operator := self.take("++", "--"):
                self.store(token, value + (1 if operator == "++" else -1))
            return value
        return number(token)

    def variable(self, name: str) -> int:
        text = self.get(name).strip() or "0"
        if not PLAIN.fullmatch(text):
            raise NotKnownError  # a hole; or an expression, which bash evaluates and dash refuses
        sign = -1 if text.startswith("-") else 1
        return sign * number(text.lstrip("-+"))

    def apply(self, operator: str, left: int, right: int) -> int:
        if operator in ("/", "%"):
            if right == 0:
                if self.skipping:
                    return 0
                raise ArithmeticFault("division by zero")
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return _wrap(quotient) if operator == "/" else left - quotient * right
        if operator in ("<<", ">>"):
            shift = right % 64
            return _wrap(left << shift) if operator == "<<" else left >> shift
        return _wrap(_SIMPLE[operator](left, right))


_SIMPLE: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "&": lambda a, b: a & b, "|": lambda a, b: a | b, "^": lambda a, b: a ^ b,
    "==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b), "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b), ">": lambda a, b: int(a > b), ">=": lambda a, b: int(a >= b),
}  # fmt: skip


def number(token: str) -> int:
    """A number as C writes it: 10, 010, 0xA; bash's 2#1010. Shells differ past 63 bits."""
    try:
        if len(token) > 18:
            raise NotKnownError
        if "#" in token:
            base, _, digits = token.partition("#")
            return _wrap(int(digits, int(base)))
        if token[:2].lower() == "0x":
            return _wrap(int(token, 16))
        if len(token) > 1 and token[0] == "0":
            return _wrap(int(token, 8))
        return _wrap(int(token))
    except ValueError:
        raise ArithmeticFault(token) from None
