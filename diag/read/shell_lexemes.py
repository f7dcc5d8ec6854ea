"""The lexemes of the shell language, as patterns, and its syntax error."""

from __future__ import annotations

import re

MAX_ARITHMETIC = 2000  # characters between (( and )); more are not read
MAX_DEPTH = 100  # nested constructs, each counted about twice; a person writes five

PLAIN = re.compile(r"""[^ \t\n|&;<>()\\'"`$]+""")
PLAIN_IN_BRACE = re.compile(r"""[^}\\'"`$]+""")
PLAIN_IN_QUOTES = re.compile(r"""[^"\\`$]+""")
PLAIN_IN_HEREDOC = re.compile(r"""[^\\`$]+""")
PLAIN_IN_ARITHMETIC = re.compile(r"""[^()\\"`$;]+""")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
SHORT_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
OPERATOR = re.compile(r":[-=?+]|[-=?+]|##?|%%?|//|/#|/%|/|\^\^?|,,?|@|:")
LENGTH = re.compile(r"#(?=(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*?$!-])(?:\[[^\]]*\])?\})")
BACKTICK_BODY = re.compile(r"(?:[^`\\]|\\.)*", re.DOTALL)
ANSI_BODY = re.compile(r"(?:[^'\\]|\\.)*", re.DOTALL)
# A carriage return is a character like any other to a shell, as scripts with CRLF find out.
BREAKS_WORD = frozenset(" \t\n|&;<>()")
ESCAPED_IN_QUOTES = frozenset('$`"\\')
ESCAPED_IN_HEREDOC = frozenset("$`\\")
BLANK = re.compile(r"(?:[ \t]|\\\n)+")
COMMENT = re.compile(r"#[^\n]*")
BARE_WORD = re.compile(r"""[^ \t\n|&;<>()\\'"`$]+""")
CONTROL = re.compile(r"&&|\|\||;;&|;;|;&|\|&|[|&;()\n]")
REDIRECT = re.compile(r"(?P<fd>[0-9]+)?(?P<operator>&>>|&>|<<<|<<-|<<|>>|<&|>&|<>|>\||[<>](?!\())")
ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<append>\+?)=|(?=\[))")
FUNCTION = re.compile(r"(?P<name>[^\s|&;<>()\\'\"`$={}]+)[ \t]*\([ \t]*\)")
RESERVED = frozenset(
    [
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "while",
        "until",
        "for",
        "do",
        "done",
        "case",
        "esac",
        "{",
        "}",
        "!",
        "[[",
        "function",
        "select",
    ]
)
CLOSERS = frozenset(["then", "elif", "else", "fi", "do", "done", "esac", "}"])
DECLARATIONS = frozenset(["export", "readonly", "declare", "typeset", "local"])


class ShellSyntaxError(Exception):
    """A place where the text is no shell script: caught where a script is parsed."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
