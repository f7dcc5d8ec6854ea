"""Words of a shell script: quoting, expansions, patterns. POSIX XCU 2.2 to 2.6, and bash's.

The reader stands on one text and moves `at`; what it reads carries offsets shifted by `base`, so
that a text taken out of another one (a here-document, backticks) still points into the whole.
"""

from __future__ import annotations

import re

from diag.read.shell_lexemes import (
    BREAKS_WORD,
    ESCAPED_IN_HEREDOC,
    ESCAPED_IN_QUOTES,
    MAX_DEPTH,
    PLAIN,
    PLAIN_IN_HEREDOC,
    PLAIN_IN_QUOTES,
    ShellSyntaxError,
)
from diag.read.shell_tree import (
    CommandSubstitution,
    Item,
    Literal,
    Part,
    ProcessSubstitution,
    Word,
)


class WordReader:
    """Reads words at `at`; the grammar of commands is in its subclass."""

    def __init__(self, text: str, base: int = 0, depth: int = 0) -> None:
        self.text = text
        self.base = base
        self.depth = depth
        self.at = 0
        self.bash_only: list[tuple[int, str]] = []

    # -- what the grammar gives -------------------------------------------------------------------

    def items_until_parenthesis(self) -> tuple[Item, ...]:
        raise NotImplementedError

    def inner(self, text: str, base: int) -> WordReader:
        raise NotImplementedError

    def whole_script(self) -> tuple[Item, ...]:
        raise NotImplementedError

    def _dollar(self, *, is_quoted: bool) -> Part:
        raise NotImplementedError

    def _backticks(self, *, is_quoted: bool) -> CommandSubstitution:
        raise NotImplementedError

    def _process_substitution(self) -> ProcessSubstitution:
        raise NotImplementedError

    def fail(self, message: str, offset: int | None = None) -> ShellSyntaxError:
        return ShellSyntaxError(self.base + (self.at if offset is None else offset), message)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} deep")

    def peek(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    # -- words ------------------------------------------------------------------------------------

    def read_word(self) -> Word:
        """The word that begins here (which may be empty: its span tells)."""
        start = self.at
        parts: list[Part] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "<>" and self.peek(2)[1:] == "(":
                parts.append(self._process_substitution())
            elif char == "(" and parts and self._is_extended_pattern(parts[-1]):
                parts.append(Literal(self._balanced(), False))
            elif char in BREAKS_WORD:
                break
            else:
                self._part(parts, char, PLAIN)
        return self._word(parts, start)

    def _word(self, parts: list[Part], start: int) -> Word:
        text = self.text[start : self.at]
        return Word(tuple(parts), self.base + start, self.base + self.at, text)

    def _part(self, parts: list[Part], char: str, plain: re.Pattern[str]) -> None:
        """One part outside double quotes."""
        if char == "\\":
            self._backslash(parts)
        elif char == "'":
            parts.append(self._single_quoted())
        elif char == '"':
            self.at += 1
            self._quoted(parts, PLAIN_IN_QUOTES, '"')
            self.at += 1
        elif char == "$":
            parts.append(self._dollar(is_quoted=False))
        elif char == "`":
            parts.append(self._backticks(is_quoted=False))
        else:
            parts.append(Literal(self._run(plain), False))

    def _run(self, plain: re.Pattern[str]) -> str:
        found = plain.match(self.text, self.at)
        text = found.group() if found else self.text[self.at]
        self.at += len(text)
        return text

    def _backslash(self, parts: list[Part]) -> None:
        following = self.peek(2)[1:]
        if following != "\n":  # backslash and newline vanish
            parts.append(Literal(following or "\\", True))
        self.at += 2 if following else 1

    def _single_quoted(self) -> Literal:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise self.fail("single quote without its end")
        text, self.at = self.text[self.at + 1 : end], end + 1
        return Literal(text, True, True)

    def _quoted(self, parts: list[Part], plain: re.Pattern[str], closer: str) -> None:
        """Parts as in double quotes, up to `closer` ("" for the end of the text)."""
        start = self.at
        escaped = ESCAPED_IN_QUOTES if closer else ESCAPED_IN_HEREDOC
        parts.append(Literal("", True))
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == closer:
                return
            if char == "\\":
                parts.append(Literal(self._escape(escaped), True))
            elif char == "$":
                parts.append(self._dollar(is_quoted=True))
            elif char == "`":
                parts.append(self._backticks(is_quoted=True))
            else:
                parts.append(Literal(self._run(plain), True))
        if closer:
            raise self.fail("double quote without its end", start - 1)

    def _escape(self, escaped: frozenset[str]) -> str:
        following = self.peek(2)[1:]
        self.at += 2 if following else 1
        if following == "\n":
            return ""
        return following if following in escaped and following else "\\" + following

    def read_heredoc_body(self) -> Word:
        """The whole text as the body of an expanded here-document."""
        parts: list[Part] = []
        self._quoted(parts, PLAIN_IN_HEREDOC, "")
        return self._word(parts, 0)

    # -- extended patterns ------------------------------------------------------------------------

    def _is_extended_pattern(self, part: Part) -> bool:
        return type(part) is Literal and not part.is_quoted and part.text[-1:] in tuple("?*+@!")

    def _balanced(self) -> str:
        start, open_parentheses = self.at, 0
        while self.at < len(self.text):
            open_parentheses += {"(": 1, ")": -1}.get(self.text[self.at], 0)
            self.at += 1
            if not open_parentheses:
                self.bash_only.append((self.base + start, "extended pattern"))
                return self.text[start : self.at]
        raise self.fail("parenthesis without its end", start)
