"""Compound commands of a shell script: if, loops, case, groups, functions, `[[`, `((`."""

from __future__ import annotations

from diag.read.shell_commands import CommandReader
from diag.read.shell_lexemes import FUNCTION, NAME, RESERVED, ShellSyntaxError
from diag.read.shell_tree import (
    ArithmeticFor,
    Case,
    CaseItem,
    Command,
    DoubleBracket,
    DoubleParenthesis,
    For,
    Function,
    Group,
    If,
    Item,
    Literal,
    Loop,
    Redirect,
    Redirected,
    Subshell,
    Word,
)


class CompoundReader(CommandReader):
    """Reads a whole script."""

    def inner(self, text: str, base: int) -> CompoundReader:
        return CompoundReader(text, base, self.depth + 1)

    def read_compound(self) -> Command | None:
        """The compound command that stands here with its redirections, or None."""
        self.skip_blank()
        start = self.at
        self.deeper()
        command = self._compound(start)
        self.depth -= 1
        if command is None or type(command) is Function:
            return command
        redirects: list[Redirect] = []
        while redirect := self.read_redirect():
            redirects.append(redirect)
        if not redirects:
            return command
        return Redirected(command, tuple(redirects), self.base + start, self.base + self.at)

    def _compound(self, start: int) -> Command | None:
        if self.peek() == "(":
            return self._double_parenthesis(start) or self._subshell(start)
        word = self.bare()
        if word not in RESERVED:
            return self._function(start)
        if word == "}" or word == "!":
            raise self.unexpected()
        reader = {
            "if": self._if, "while": self._loop, "until": self._loop, "for": self._for,
            "select": self._for, "case": self._case, "{": self._group, "[[": self._double_bracket,
            "function": self._function_keyword,
        }.get(word)  # fmt: skip
        if reader is None:
            raise self.unexpected()
        self.at += len(word)
        command: Command = reader(start)
        return command

    def _span(self, start: int) -> tuple[int, int]:
        return self.base + start, self.base + self.at

    # -- groups and functions ---------------------------------------------------------------------

    def _subshell(self, start: int) -> Subshell:
        self.at += 1
        body = self.items_until_parenthesis()
        if not body:
            raise self.fail("nothing between parentheses", start)
        return Subshell(body, *self._span(start))

    def _group(self, start: int) -> Group:
        body = self.read_body()
        self.expect("}")
        return Group(body, *self._span(start))

    def _function(self, start: int) -> Function | None:
        found = FUNCTION.match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        return self._function_body(found["name"], start)

    def _function_body(self, name: str, start: int) -> Function:
        self.skip_newlines()
        body = self.read_compound() or self._simple()
        return Function(name, body, *self._span(start))

    def _function_keyword(self, start: int) -> Function:
        self.bash_only.append((self.base + start, "function"))
        name = self.bare()
        if not name:
            raise self.unexpected("a function's name expected")
        self.at += len(name)
        self.skip_blank()
        if self.peek() == "(":
            self.at += 1
            self.skip_blank()
            if self.peek() != ")":
                raise self.unexpected("')' expected")
            self.at += 1
        return self._function_body(name, start)

    # -- branches and loops -----------------------------------------------------------------------

    def _if(self, start: int) -> If:
        arms = [self._arm()]
        while self.bare() == "elif":
            self.at += 4
            arms.append(self._arm())
        otherwise = None
        if self.bare() == "else":
            self.at += 4
            otherwise = self.read_body()
        self.expect("fi")
        return If(tuple(arms), otherwise, *self._span(start))

    def _arm(self) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        condition = self.read_body()
        self.expect("then")
        return condition, self.read_body()

    def _loop(self, start: int) -> Loop:
        is_until = self.text.startswith("until", start)
        condition = self.read_body()
        return Loop(condition, self._do_group(), is_until, *self._span(start))

    def _do_group(self) -> tuple[Item, ...]:
        self.expect("do")
        body = self.read_body()
        self.expect("done")
        return body

    def _for(self, start: int) -> Command:
        self.skip_blank()
        if self.text.startswith("((", self.at):
            return self._arithmetic_for(start)
        found = NAME.match(self.text, self.at)
        if not found:
            raise self.unexpected("a name expected")
        self.at = found.end()
        words = self._for_words()
        if self.control() == ";":
            self.at += 1
        self.skip_newlines()
        return For(found.group(), words, self._do_group(), *self._span(start))

    def _for_words(self) -> tuple[Word, ...] | None:
        self.skip_newlines()
        if self.bare() != "in":
            return None
        self.at += 2
        words: list[Word] = []
        while self.control() == "" and self.at < len(self.text):
            at = self.at
            words.append(self.read_word())
            if self.at == at:
                raise self.unexpected()
        return tuple(words)

    def _arithmetic_for(self, start: int) -> ArithmeticFor:
        self.bash_only.append((self.base + start, "for (("))
        self.at += 2
        parts = [self.arithmetic_until(closer, 0) for closer in (";", ";", "))")]
        first, condition, step = parts
        if first is None or condition is None or step is None:
            raise self.unexpected("'))' expected")
        if self.control() == ";":
            self.at += 1
        self.skip_newlines()
        body = self._group_or_do()
        return ArithmeticFor(first, condition, step, body, *self._span(start))

    def _group_or_do(self) -> tuple[Item, ...]:
        if self.bare() == "{":
            self.at += 1
            body = self.read_body()
            self.expect("}")
            return body
        return self._do_group()

    def _case(self, start: int) -> Case:
        self.skip_blank()
        word = self.read_word()
        self.skip_newlines()
        self.expect("in")
        self.skip_newlines()
        items: list[CaseItem] = []
        while self.bare() != "esac":
            items.append(self._case_item())
            self.skip_newlines()
        self.expect("esac")
        return Case(word, tuple(items), *self._span(start))

    def _case_item(self) -> CaseItem:
        start = self.at
        if self.control() == "(":
            self.at += 1
        patterns: list[Word] = []
        while True:
            self.skip_blank()
            at = self.at
            patterns.append(self.read_word())
            operator = self.control()
            if self.at == at or operator not in ("|", ")"):
                raise self.unexpected("a pattern expected" if self.at == at else "')' expected")
            self.at += 1
            if operator == ")":
                break
        body = self.read_items()
        terminator = self.control()
        if terminator in (";;", ";&", ";;&"):
            self.at += len(terminator)
        elif self.bare() != "esac":
            raise self.unexpected("';;' expected")
        else:
            terminator = ";;"
        if terminator != ";;":
            self.bash_only.append((self.base + start, terminator))
        return CaseItem(tuple(patterns), body, terminator, self.base + start)

    # -- bash's own -------------------------------------------------------------------------------

    def _double_parenthesis(self, start: int) -> DoubleParenthesis | None:
        if self.peek(2) != "((":
            return None
        word = self.arithmetic_until("))", 2)
        if word is None:
            self.at = start
            return None
        end, depth, n_only = self.at, self.depth, len(self.bash_only)
        subshell = self._as_subshell(start, end)
        self.at, self.depth = end, depth
        if subshell is None:
            del self.bash_only[n_only:]
            self.bash_only.append((self.base + start, "(("))
        return DoubleParenthesis(word, subshell, *self._span(start))

    def _as_subshell(self, start: int, end: int) -> Subshell | None:
        """The same text as commands, where it is a script."""
        self.at = start
        try:
            subshell = self._subshell(start)
        except ShellSyntaxError:
            return None
        return subshell if self.at == end else None

    def _double_bracket(self, start: int) -> DoubleBracket:
        tokens: list[Word | str] = []
        while True:
            self.skip_newlines()
            if self.bare() == "]]":
                self.at += 2
                return DoubleBracket(tuple(tokens), *self._span(start))
            tokens.append(self._bracket_token(tokens))

    def _bracket_token(self, tokens: list[Word | str]) -> Word | str:
        if tokens and type(tokens[-1]) is Word and tokens[-1].bare == "=~":
            return self._regular_expression()
        operator = self.control()
        if operator in ("&&", "||", "(", ")"):
            if operator in "()":
                self.bash_only.append((self.base + self.at, "parentheses in [["))
            self.at += len(operator)
            return operator
        if self.peek() in ("<", ">"):
            self.at += 1
            return self.text[self.at - 1]
        at = self.at
        word = self.read_word()
        if self.at == at:
            raise self.unexpected("']]' expected")
        return word

    def _regular_expression(self) -> Word:
        """The word after `=~`: parentheses and bars are its own."""
        start, parts = self.at, list[object]()
        while self.at < len(self.text) and self.text[self.at] not in " \t\n":
            if self.text[self.at] in "|&;<>()":
                if self.text[self.at] in "()":
                    self.bash_only.append((self.base + self.at, "parentheses in [["))
                parts.append(Literal(self.text[self.at], False))
                self.at += 1
            else:
                word = self.read_word()
                parts += word.parts
        return self._word(parts, start)
