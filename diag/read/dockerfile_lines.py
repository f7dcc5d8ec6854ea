"""A Dockerfile's physical lines -> logical lines: what the engine joins before it reads a word.

Directives, byte-order mark, CRLF, comments and blank lines inside a continuation, here-documents.
Behaviour: BuildKit's Dockerfile parser as of docker 28. dockerfile-parse reads here-document bodies
as instructions, ends an instruction at a blank continuation line and drops a last one that ends in
a backslash; so it is handed lines that went through here (read/dockerfile.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from diag.errors import InputError
from diag.read.dockerfile_lexer import SPACES, WordError, read_word
from diag.read.dockerfile_words import SyntaxFault, read_json, split_line

MAX_LINE_BYTES = 1 << 16  # the engine's scanner gives up there
DIRECTIVES = frozenset({"syntax", "escape", "check"})
HEREDOC_INSTRUCTIONS = frozenset({"ADD", "COPY", "RUN"})

_DIRECTIVE = re.compile(r"#\s*(?P<key>[a-zA-Z][a-zA-Z0-9]*)\s*=\s*(?P<value>.+?)\s*\Z")
_HEREDOC = re.compile(r"\d*<<(?P<chomp>-?)(?P<word>[^<]+)\Z", re.ASCII)
# The escape character ends a line unless another one stands before it.
_CONTINUATION = {
    "\\": re.compile(r"(?:(?<=[^\\])|\A)\\[ \t]*\Z", re.DOTALL),
    "`": re.compile(r"(?:(?<=[^`])|\A)`[ \t]*\Z", re.DOTALL),
}


@dataclass(frozen=True)
class Heredoc:
    """One here-document: `body` as written (also for `<<-`), `line_no` of its first line.

    `is_expanded` where no part of its name was quoted, `strips_tabs` for `<<-`.
    """

    name: str
    body: str
    is_expanded: bool
    strips_tabs: bool
    line_no: int


@dataclass(frozen=True)
class LogicalLine:
    """One instruction's text as joined; `starts`: (offset, line number) of each piece of it."""

    text: str
    starts: tuple[tuple[int, int], ...]
    line_no: int
    end_line_no: int
    comment_lines: tuple[int, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()


@dataclass
class _Reader:
    file: str
    lines: list[str]  # with their line ends
    at: int = 0
    escape: str = "\\"
    expects_directives: bool = True
    seen: set[str] = field(default_factory=set)

    def fault(self, message: str, line_no: int, help: str) -> InputError:
        excerpt = self.lines[line_no - 1].rstrip("\r\n")[:200] if self.lines else None
        return InputError(message, file=self.file, line=line_no, excerpt=excerpt, help=help)

    def take(self) -> str:
        line = self.lines[self.at]
        self.at += 1
        if len(line) > MAX_LINE_BYTES // 4 and len(line.encode()) >= MAX_LINE_BYTES + line.endswith(
            "\n"
        ):
            raise self.fault(
                f"dockerfile line greater than max allowed size of {MAX_LINE_BYTES - 1}",
                self.at,
                "break the line with continuations",
            )
        return line

    def read_directive(self, line: str) -> None:
        match = _DIRECTIVE.match(line)
        key = match["key"].lower() if match else ""
        if match is None or key not in DIRECTIVES:
            self.expects_directives = False
            return
        if key in self.seen:
            message = f"only one {key} parser directive can be used"
            raise self.fault(message, self.at, "keep the first, delete this line")
        self.seen.add(key)
        if key == "escape":
            self.set_escape(match["value"])

    def set_escape(self, value: str) -> None:
        if value not in _CONTINUATION:
            message = f"invalid escape token '{value}' does not match ` or \\"
            raise self.fault(message, self.at, "write # escape=\\ or # escape=`")
        self.escape = value

    def trim_continuation(self, line: str) -> tuple[str, bool]:
        """The line without its continuation character, and whether it had one."""
        match = _CONTINUATION[self.escape].search(line)
        return (line[: match.start()], True) if match else (line, False)

    def next_line(self) -> LogicalLine | None:
        """The next instruction; None at the end of the file."""
        while self.at < len(self.lines):
            line = self.take().rstrip("\r\n").lstrip(SPACES)
            if self.expects_directives:
                self.read_directive(line)
            if line.startswith("#"):
                continue
            text, continues = self.trim_continuation(line)
            if text or continues:
                return self.with_heredocs(self.join(text, continues))
        return None

    def join(self, text: str, continues: bool) -> LogicalLine:
        """The first piece and all that continue it."""
        first = self.at
        pieces, starts, comments, length = [text], [(0, first)], [], len(text)
        while continues and self.at < len(self.lines):
            line = self.take().rstrip("\r\n")
            stripped = line.lstrip(SPACES)
            if stripped.startswith("#"):
                comments.append(self.at)
            elif stripped:
                text, continues = self.trim_continuation(line)
                if starts[-1][0] == length:
                    starts.pop()
                starts.append((length, self.at))
                pieces.append(text)
                length += len(text)
        return LogicalLine("".join(pieces), tuple(starts), first, self.at, tuple(comments))

    def with_heredocs(self, line: LogicalLine) -> LogicalLine:
        """The same line with the here-documents that it opens, read from the lines after it."""
        if "<<" not in line.text or not self.may_open_heredocs(line):
            return line
        names = self.heredoc_names(line)
        heredocs = tuple(self.read_heredoc(line, *name) for name in names)
        return LogicalLine(
            line.text, line.starts, line.line_no, self.at, line.comment_lines, heredocs
        )

    def may_open_heredocs(self, line: LogicalLine) -> bool:
        parts = split_line(line.text)
        value = line.text[parts.start : parts.end]
        if parts.name.upper() == "ONBUILD":
            inner = split_line(value)
            name, value = inner.name, value[inner.start : inner.end]
        else:
            name = parts.name
        if name.upper() not in HEREDOC_INSTRUCTIONS:
            return False
        try:
            return read_json(value) is None
        except SyntaxFault as error:
            help = "write every element as a string, or drop the brackets"
            raise self.fault(str(error), line.line_no, help) from None

    def heredoc_names(self, line: LogicalLine) -> list[tuple[str, bool, bool]]:
        try:
            words = read_word(
                line.text, _nothing, raw_quotes=True, raw_escapes=True, keeps_unset=True
            )[1]
        except WordError:
            return []  # so does the engine: a line that it cannot split opens none
        try:
            found = [heredoc_of(word) for word in words]
        except WordError as error:
            raise self.fault(str(error), line.line_no, "close the quote of the name") from None
        return [name for name in found if name]

    def read_heredoc(
        self, opener: LogicalLine, name: str, is_expanded: bool, strips_tabs: bool
    ) -> Heredoc:
        start = self.at
        while self.at < len(self.lines):
            line = self.take().rstrip("\r\n")
            if (line.lstrip("\t") if strips_tabs else line) == name:
                body = "".join(self.lines[start : self.at - 1])
                return Heredoc(name, body, is_expanded, strips_tabs, start + 1)
        help = f"end the here-document with a line that holds {name} and nothing else"
        raise self.fault("unterminated heredoc", opener.line_no, help)


def _nothing(name: str) -> None:
    """No variable is set where here-documents are looked for."""


def heredoc_of(word: str) -> tuple[str, bool, bool] | None:
    """(name, is_expanded, strips_tabs) of a word such as `<<EOF`, `3<<-"EOF"`; None for others.

    Raises WordError for quotes that do not close.
    """
    match = _HEREDOC.match(word)
    if match is None:
        return None
    names = read_word(match["word"], _nothing, keeps_unset=True)[1]
    raw_names = read_word(match["word"], _nothing, keeps_unset=True, raw_quotes=True)[1]
    if len(names) != 1:
        return None
    if len(raw_names) != 1:
        raise WordError(f"internal lexing of heredoc produced inconsistent results: {word}")
    is_expanded = _n_quotes(names[0]) == _n_quotes(raw_names[0])
    return names[0], is_expanded, match["chomp"] == "-"


def _n_quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def read_logical_lines(text: str, file: str) -> tuple[list[LogicalLine], str]:
    """All instructions of a Dockerfile as joined lines, and its escape character.

    Raises InputError for directives, lines and here-documents that the engine refuses.
    """
    lines = text.removeprefix("\ufeff").split("\n")
    kept = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    reader = _Reader(file, kept)
    found = []
    while (line := reader.next_line()) is not None:
        found.append(line)
    if not found:
        help = "a Dockerfile needs at least a FROM" if kept else "is it the right file?"
        raise reader.fault(
            "file with no instructions" if kept else "the Dockerfile cannot be empty", 1, help
        )
    return found, reader.escape
