"""What goes wrong with input, said so that a tired reader can act on it."""

from __future__ import annotations


class DiagError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(DiagError):
    """Something given to the kit cannot be used.

    The message says what is wrong; only `help` suggests. `file` and `line` (1-based) say where,
    `excerpt` shows the text at fault, with a caret line where a column is known.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        excerpt: str | None = None,
        help: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.excerpt = excerpt
        self.help = help

    def __str__(self) -> str:
        where = self.file or ""
        if where and self.line is not None:
            where = f"{where}:{self.line}"
        lines = [f"{where}: {self.message}" if where else self.message]
        if self.excerpt:
            lines += [f"  | {text}" for text in self.excerpt.splitlines()]
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


class UnknownPlatformError(InputError):
    """A platform that the closed table of platforms.py does not hold."""


class SandboxError(DiagError):
    """No sandbox is to be had, so nothing is executed."""
