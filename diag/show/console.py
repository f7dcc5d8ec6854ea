"""Where screens are drawn: width and colours as the terminal has them, plain text elsewhere."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import IO

from rich.color import Color
from rich.console import Console, RenderableType
from rich.style import Style

PIPE_WIDTH = 120  # where there is no terminal to ask
LEAST_WIDTH = 20  # columns that are drawn for, also where a terminal claims to have fewer
# Red, green, yellow and cyan, of which a theme may have made anything: in a terminal of 256 colours,
# tones that are readable on black and on white (contrast 3.7 or more). Of 16, the theme is the say.
_TONES = {1: 167, 2: 28, 3: 130, 6: 31}


class _Readable(Console):
    """A console whose colours are readable on a light background and on a dark one."""

    def get_style(self, name: str | Style, *, default: Style | str | None = None) -> Style:
        """The style of that name, in those tones where the terminal has them."""
        style = super().get_style(name, default=default)
        return _toned(style) if self.color_system in ("256", "truecolor") else style


@lru_cache(maxsize=200)
def _toned(style: Style) -> Style:
    tone = _TONES.get(style.color.number or 0) if style.color else None
    return style if tone is None else style + Style(color=Color.from_ansi(tone))


def console_for(stream: IO[str] | None = None, *, width: int | None = None) -> Console:
    """A console on that stream (standard output): width of the terminal, or PIPE_WIDTH.

    Colours on a terminal alone, unless FORCE_COLOR or CLICOLOR_FORCE asks for them; none under
    NO_COLOR, CLICOLOR=0 or TERM=dumb.
    """
    console = _Readable(
        file=stream,
        highlight=False,
        soft_wrap=False,
        width=width,
        force_terminal=True if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0") else None,
        no_color=True if _is_colour_refused(os.environ) else None,
    )
    if width is None:
        is_told = os.environ.get("COLUMNS", "").isdigit()
        has_own = is_told or (console.is_terminal and console.file.isatty())
        console.width = max(console.width if has_own else PIPE_WIDTH, LEAST_WIDTH)
    return console


def _is_colour_refused(environ: Mapping[str, str]) -> bool:
    is_forced = environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0")
    return bool(environ.get("NO_COLOR") or (environ.get("CLICOLOR") == "0" and not is_forced))


def as_plain_text(shown: RenderableType, *, width: int = PIPE_WIDTH) -> str:
    """The same as lines of plain text."""
    console = Console(
        file=io.StringIO(), width=width, color_system=None, highlight=False, force_jupyter=False
    )  # in a notebook rich would show an empty output beside the text
    with console.capture() as capture:
        console.print(shown)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"
