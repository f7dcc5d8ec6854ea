"""Expansions in the words of a shell script: `$x`, `${x...}`, `$(...)`, backticks, `$((...))`."""

from __future__ import annotations

import re

from diag.read.shell_lexemes import (
    ANSI_BODY,
    BACKTICK_BODY,
    ESCAPED_IN_QUOTES,
    LENGTH,
    MAX_ARITHMETIC,
    OPERATOR,
    PARAMETER,
    PLAIN_IN_ARITHMETIC,
    SHORT_PARAMETER,
)
from diag.read.shell_tree import (
    AnsiString,
    Arithmetic,
    CommandSubstitution,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    Word,
)
from diag.read.shell_words import WordReader


class ExpansionReader(WordReader):
    """Reads what begins with a dollar sign or a backtick."""

    # -- expansions -------------------------------------------------------------------------------

    def _dollar(self, *, is_quoted: bool) -> Part:
        following = self.peek(2)[1:]
        if following == "(":
            return self._parenthesis(is_quoted)
        if following == "{":
            return self._braced(is_quoted)
        if following == "'" and not is_quoted:
            return self._ansi_string()
        if following == '"' and not is_quoted:
            self.at += 1  # bash's translated string is the string itself
            return Literal("", True)
        found = SHORT_PARAMETER.match(self.text, self.at + 1)
        if not found:
            self.at += 1
            return Literal("$", True)
        start, self.at = self.at, found.end()
        return Parameter(found.group(), is_quoted, self.base + start)

    def _ansi_string(self) -> AnsiString:
        found = ANSI_BODY.match(self.text, self.at + 2)
        if not found or self.text[found.end() : found.end() + 1] != "'":
            raise self.fail("$' without its end")
        self.at = found.end() + 1
        return AnsiString(found.group())

    def _parenthesis(self, is_quoted: bool) -> Part:
        start = self.at
        if self.peek(3) == "$((":
            arithmetic = self.arithmetic_until("))", 3)
            if arithmetic is not None:
                return Arithmetic(arithmetic, is_quoted, self.base + start)
            self.at = start
        self.at += 2
        body = self.items_until_parenthesis()
        text = self.text[start : self.at]
        return CommandSubstitution(body, is_quoted, self.base + start, self.base + self.at, text)

    def arithmetic_until(self, closer: str, skip: int) -> Word | None:
        """The arithmetic text after `skip` characters, or None where `closer` does not end it."""
        self.at += skip
        self.deeper()
        start, open_parentheses, parts = self.at, 0, list[Part]()
        try:
            while self.at < len(self.text):
                if self.at - start > MAX_ARITHMETIC:
                    raise self.fail(f"more than {MAX_ARITHMETIC} characters after ((")
                char = self.text[self.at]
                if not open_parentheses and self.text.startswith(closer, self.at):
                    word = self._word(parts, start)
                    self.at += len(closer)
                    return word
                if char == ")" and not open_parentheses:
                    return None
                open_parentheses += {"(": 1, ")": -1}.get(char, 0)
                if char in '()";':
                    parts.append(Literal("" if char == '"' else char, True))
                    self.at += 1
                else:
                    self._part(parts, char, PLAIN_IN_ARITHMETIC)
            return None
        finally:
            self.depth -= 1

    def _process_substitution(self) -> ProcessSubstitution:
        start = self.at
        self.bash_only.append((self.base + start, "process substitution"))
        is_input = self.peek() == "<"
        self.at += 2
        body = self.items_until_parenthesis()
        return ProcessSubstitution(body, self.base + start, self.base + self.at, is_input)

    def _backticks(self, *, is_quoted: bool) -> CommandSubstitution:
        start = self.at
        found = BACKTICK_BODY.match(self.text, start + 1)
        if not found or self.text[found.end() : found.end() + 1] != "`":
            raise self.fail("backtick without its end")
        self.at = found.end() + 1
        escaped = r'\\([$`\\"])' if is_quoted else r"\\([$`\\])"
        script = re.sub(escaped, r"\1", found.group())
        reader = self.inner(script, self.base + start + 1)
        body = reader.whole_script()
        self.bash_only += reader.bash_only
        text = self.text[start : self.at]
        return CommandSubstitution(body, is_quoted, self.base + start, self.base + self.at, text)

    def _braced(self, is_quoted: bool) -> Parameter:
        start = self.at
        self.at += 2
        self.deeper()
        is_length = bool(length := LENGTH.match(self.text, self.at))
        is_indirect = not is_length and bool(re.compile(r"!\w").match(self.text, self.at))
        self.at += 1 if length or is_indirect else 0
        found = PARAMETER.match(self.text, self.at)
        if not found:
            raise self.fail("no parameter in ${}", start)
        self.at = found.end()
        index = self._index()
        operator, word, second = self._operation(is_quoted)
        if self.peek() != "}":
            raise self.fail("${ without its end", start)
        self.at += 1
        self.depth -= 1
        operator = "length" if is_length else operator
        return Parameter(
            found.group(), is_quoted, self.base + start, operator, word, second, index, is_indirect
        )

    def _index(self) -> Word | None:
        if self.peek() != "[":
            return None
        self.at += 1
        index = self._until("]", is_quoted=False)
        self.at += 1
        return index

    def _operation(self, is_quoted: bool) -> tuple[str, Word | None, Word | None]:
        found = OPERATOR.match(self.text, self.at)
        if not found:
            return "", None, None
        operator = found.group()
        self.at = found.end()
        if operator == ":" or operator.startswith("/"):
            divider = ":" if operator == ":" else "/"
            first = self._until(divider + "}", is_quoted=False)
            if self.peek() != divider:
                return operator, first, None
            self.at += 1
            return operator, first, self._until("}", is_quoted=is_quoted)
        # Quotes keep their meaning in a pattern even inside double quotes.
        in_quotes = is_quoted and operator.lstrip(":") in ("-", "=", "?", "+")
        return operator, self._until("}", is_quoted=in_quotes), None

    def _until(self, closers: str, *, is_quoted: bool) -> Word:
        """Parts up to one of `closers`, which is not consumed."""
        start, parts = self.at, list[Part]()
        plain = re.compile(r"[^\\\'\"`$" + re.escape(closers) + "]+")
        while self.at < len(self.text) and self.text[self.at] not in closers:
            char = self.text[self.at]
            if is_quoted and char == "\\":
                parts.append(Literal(self._escape(ESCAPED_IN_QUOTES | {"}"}), True))
            elif is_quoted and char == "$":
                parts.append(self._dollar(is_quoted=True))
            elif is_quoted and char in "'":
                parts.append(Literal(char, True))
                self.at += 1
            elif is_quoted and char not in '"`':
                parts.append(Literal(self._run(plain), True))
            else:
                self._part(parts, char, plain)
        return self._word(parts, start)
