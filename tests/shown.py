"""What displays are given in tests: a hostile text; and what they show, as plain text."""

from __future__ import annotations

from diag.show import terminal

HOSTILE = "\x1b[31mred\x1b[0m <script>alert(1)</script> $x$ [bold]b[/bold] \u202eevil\u202c {{7*7}}"


def plain(shown: object, width: int = 120) -> str:
    """The renderable as plain text."""
    return terminal.as_plain_text(shown, width=width)  # type: ignore[arg-type]
