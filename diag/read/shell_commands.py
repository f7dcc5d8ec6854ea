"""Simple commands, pipelines and lists of a shell script, with their redirections."""

from __future__ import annotations

from diag.read.shell_lexemes import (
    ASSIGNMENT,
    CLOSERS,
    DECLARATIONS,
)
from diag.read.shell_lines import LineReader
from diag.read.shell_tree import (
    AndOr,
    ArrayLiteral,
    Assignment,
    Command,
    Item,
    Literal,
    Pipeline,
    Redirect,
    Simple,
    Word,
)


class CommandReader(LineReader):
    """Reads lists of commands; compound commands are read by its subclass."""

    def read_compound(self) -> Command | None:
        raise NotImplementedError

    # -- lists ------------------------------------------------------------------------------------

    def read_line(self) -> list[Item]:
        """The lists up to the end of the line that they end on."""
        items: list[Item] = []
        while self.control() not in ("\n",) and self.at < len(self.text):
            items.append(self._item())
            if self.control() == ";":
                self.at += 1
            elif items[-1].background is None and self.control() not in ("\n", ""):
                raise self.unexpected()
        if self.control() == "\n":
            self.newline()
        self._heredocs_at_end()
        return items

    def read_items(self) -> tuple[Item, ...]:
        """Lists up to a word or operator that closes them, which is not consumed."""
        self.deeper()
        items: list[Item] = []
        self.skip_newlines()
        while not self._is_closed():
            items.append(self._item())
            if self.control() in (";", "\n"):
                self.at += 1 if self.control() == ";" else 0
                self.skip_newlines()
            elif items[-1].background is None and not self._is_closed():
                raise self.unexpected()
        self.depth -= 1
        return tuple(items)

    def read_body(self) -> tuple[Item, ...]:
        """As read_items, where at least one command must stand."""
        items = self.read_items()
        if not items:
            raise self.unexpected()
        return items

    def _is_closed(self) -> bool:
        if self.at >= len(self.text):
            return True
        return self.control() in (")", ";;", ";&", ";;&") or self.bare() in CLOSERS

    def _heredocs_at_end(self) -> None:
        """A here-document without its body, at the end of the text, is empty."""
        if self.at >= len(self.text):
            for heredoc in self.pending:
                heredoc.body = Word((), self.base + self.at, self.base + self.at, "")
            self.pending = []

    def items_until_parenthesis(self) -> tuple[Item, ...]:
        items = self.read_items()
        if self.control() != ")":
            raise self.unexpected("')' expected")
        self.at += 1
        return items

    def whole_script(self) -> tuple[Item, ...]:
        items = self.read_items()
        if self.at < len(self.text):
            raise self.unexpected()
        self._heredocs_at_end()
        return items

    def _item(self) -> Item:
        body = self._and_or()
        if self.control() != "&":
            return Item(body)
        offset, self.at = self.at, self.at + 1
        return Item(body, self.base + offset)

    def _and_or(self) -> AndOr:
        first = self._pipeline()
        rest: list[tuple[str, Pipeline]] = []
        while (operator := self.control()) in ("&&", "||"):
            self.at += 2
            self.skip_newlines()
            rest.append((operator, self._pipeline()))
        return AndOr(first, tuple(rest), first.start, rest[-1][1].end if rest else first.end)

    def _pipeline(self) -> Pipeline:
        is_negated = False
        while self.bare() == "!":
            is_negated, self.at = not is_negated, self.at + 1
        self.skip_blank()
        start, pipes = self.base + self.at, list[int]()
        commands = [self._command()]
        while (operator := self.control()) in ("|", "|&"):
            if operator == "|&":
                self.bash_only.append((self.base + self.at, "|&"))
            pipes.append(self.base + self.at)
            self.at += len(operator)
            self.skip_newlines()
            commands.append(self._command())
        return Pipeline(tuple(commands), is_negated, tuple(pipes), start, self.base + self.at)

    def _command(self) -> Command:
        return self.read_compound() or self._simple()

    # -- simple commands --------------------------------------------------------------------------

    def _simple(self) -> Simple:
        self.skip_blank()
        start = end = self.at
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self.skip_blank()
            if redirect := self.read_redirect():
                redirects.append(redirect)
            elif not words and (assignment := self._assignment()):
                assignments.append(assignment)
            elif (word := self._argument(words)) is not None:
                words.append(word)
            else:
                break
            end = self.at
        if end == start:
            raise self.unexpected()
        spans = self.base + start, self.base + end
        return Simple(tuple(assignments), tuple(words), tuple(redirects), *spans)

    def _argument(self, words: list[Word]) -> Word | None:
        start = self.at
        if words and words[0].bare in DECLARATIONS and (given := self._array_argument()):
            return given
        word = self.read_word()
        return None if self.at == start else word

    def _array_argument(self) -> Word | None:
        """`name=(...)` after declare and its kin."""
        found = ASSIGNMENT.match(self.text, self.at)
        if not found or self.text[found.end() : found.end() + 1] != "(":
            return None
        start, self.at = self.at, found.end()
        value = self._array()
        return self._word([Literal(found.group(), False), *value.parts], start)

    def _assignment(self) -> Assignment | None:
        found = ASSIGNMENT.match(self.text, self.at)
        if not found:
            return None
        start, self.at = self.at, found.end()
        index, is_append = None, found["append"] == "+"
        if found["append"] is None:
            index = self._index()
            if not self.text.startswith(("=", "+="), self.at):
                self.at = start
                return None
            is_append = self.peek() == "+"
            self.at += 2 if is_append else 1
        value = self._array() if self.peek() == "(" else self.read_word()
        if is_append or index is not None:
            self.bash_only.append((self.base + start, "+=" if is_append else "array"))
        return Assignment(found["name"], value, self.base + start, is_append, index)

    def _array(self) -> Word:
        start = self.at
        self.bash_only.append((self.base + start, "array"))
        self.at += 1
        words: list[Word] = []
        self.skip_newlines()
        while self.peek() != ")":
            at = self.at
            words.append(self.read_word())
            if self.at == at:
                raise self.unexpected("')' expected")
            self.skip_newlines()
        self.at += 1
        return self._word([ArrayLiteral(tuple(words))], start)
