"""Between the words of a shell script: blanks, operators, newlines, redirections and the bodies of
here-documents."""

from __future__ import annotations

from diag.read.shell_expansions import ExpansionReader
from diag.read.shell_lexemes import (
    BARE_WORD,
    BLANK,
    COMMENT,
    CONTROL,
    REDIRECT,
    ShellSyntaxError,
)
from diag.read.shell_tree import (
    Heredoc,
    Literal,
    Redirect,
    Word,
)

BEGINS_BLANK = frozenset(" \t\\#")


class LineReader(ExpansionReader):
    """Reads what stands between words."""

    def __init__(self, text: str, base: int = 0, depth: int = 0) -> None:
        super().__init__(text, base, depth)
        self.pending: list[Heredoc] = []

    # -- between words ----------------------------------------------------------------------------

    def skip_blank(self) -> None:
        while self.text[self.at : self.at + 1] in BEGINS_BLANK and self.at < len(self.text):
            found = BLANK.match(self.text, self.at) or COMMENT.match(self.text, self.at)
            if not found:
                return
            self.at = found.end()

    def control(self) -> str:
        """The control operator that stands here, or "" (not consumed)."""
        self.skip_blank()
        found = CONTROL.match(self.text, self.at)
        if not found or self.text.startswith(("&>", "&>>"), self.at):
            return ""
        return found.group()

    def bare(self) -> str:
        """The unquoted word that stands here, or "" (not consumed)."""
        self.skip_blank()
        found = BARE_WORD.match(self.text, self.at)
        if not found or self.text[found.end() : found.end() + 1] in tuple("\\'\"`$"):
            return ""
        return found.group()

    def expect(self, word: str) -> None:
        if self.bare() != word:
            raise self.unexpected(f"{word!r} expected")
        self.at += len(word)

    def unexpected(self, message: str = "") -> ShellSyntaxError:
        here = self.control() or self.bare() or self.peek()
        shown = {"\n": "newline", "": "end of the script"}.get(here, repr(here))
        return self.fail(f"{shown} unexpected{', ' if message else ''}{message}")

    def skip_newlines(self) -> None:
        while self.control() == "\n":
            self.newline()

    def newline(self) -> None:
        """Consume a newline and the here-document bodies that begin after it."""
        self.at += 1
        waiting, self.pending = self.pending, []
        for heredoc in waiting:
            self._heredoc_body(heredoc)

    def _heredoc_body(self, heredoc: Heredoc) -> None:
        start, lines = self.at, []
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end]
            self.at = min(end + 1, len(self.text))
            stripped = line.lstrip("\t") if heredoc.strips_tabs else line
            if stripped == heredoc.delimiter:
                break
            lines.append(stripped + "\n")
        body = "".join(lines)
        if heredoc.is_expanded:
            reader = self.inner(body, self.base + start)
            heredoc.body = reader.read_heredoc_body()
            self.bash_only += reader.bash_only
        else:
            span = (self.base + start, self.base + self.at)
            heredoc.body = Word((Literal(body, True, True),), *span, body)

    # -- redirections ----------------------------------------------------------------------------

    def read_redirect(self) -> Redirect | None:
        self.skip_blank()
        found = REDIRECT.match(self.text, self.at)
        if not found:
            return None
        start, operator = self.base + self.at, found["operator"]
        if operator in ("<<<",):
            self.bash_only.append((start, operator))
        self.at = found.end()
        self.skip_blank()
        at, target = self.at, self.read_word()
        if self.at == at:
            raise self.unexpected(f"a word after {operator!r} expected")
        heredoc = self._heredoc(operator, target) if operator in ("<<", "<<-") else None
        fd = int(found["fd"]) if found["fd"] and len(found["fd"]) < 4 else None
        return Redirect(fd, operator, target, start, heredoc)

    def _heredoc(self, operator: str, target: Word) -> Heredoc:
        delimiter = target.literal
        if delimiter is None:
            delimiter = target.text  # expansions in a delimiter are not expanded
        is_expanded = not any(type(part) is Literal and part.is_quoted for part in target.parts)
        heredoc = Heredoc(delimiter, is_expanded, operator == "<<-")
        self.pending.append(heredoc)
        return heredoc
