"""Colours, widths and progress are those of the terminal; a pipe has none."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys

import pandas as pd
import pytest
from rich.color import Color

from diag.show import console as consoles
from diag.show.grid import frame_table
from tests.at_prompt import COLOURS

# -- colours and widths ---------------------------------------------------------------------------

ESCAPES = [
    ({}, None),
    ({"FORCE_COLOR": "1", "TERM": "xterm"}, "standard"),
    ({"CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}, "256"),
    ({"CLICOLOR_FORCE": "0"}, None),
    ({"FORCE_COLOR": "1", "TERM": "xterm", "COLORTERM": "truecolor"}, "truecolor"),
    ({"FORCE_COLOR": "1", "TERM": "dumb"}, None),
]


def drawn(monkeypatch, env: dict[str, str], style: str = "red") -> tuple[str | None, str]:
    """The colours that a console in that environment has, and what it writes of a word."""
    for name in COLOURS:
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    console = consoles.console_for(io.StringIO())
    console.print("word", style=style)
    return console.color_system, console.file.getvalue()


@pytest.mark.parametrize(("env", "system"), ESCAPES)
def test_colours_are_those_of_the_terminal(monkeypatch, env, system) -> None:
    """None on a pipe, unless they are forced; as many as TERM and COLORTERM say."""
    found, text = drawn(monkeypatch, env)
    assert found == system
    assert ("\x1b[" in text) == bool(system)


@pytest.mark.parametrize("refused", [{"NO_COLOR": "1"}, {"CLICOLOR": "0", "FORCE_COLOR": ""}])
def test_refused_colours_are_not_drawn(monkeypatch, refused) -> None:
    """NO_COLOR outranks what forces them."""
    env = {"TERM": "xterm", **({"FORCE_COLOR": "1"} if "NO_COLOR" in refused else {}), **refused}
    assert "\x1b[3" not in drawn(monkeypatch, env)[1]


def test_sixteen_colours_are_the_themes(monkeypatch) -> None:
    """Red is the terminal's own red; of 256, a tone."""
    assert "\x1b[31m" in drawn(monkeypatch, {"FORCE_COLOR": "1", "TERM": "xterm"})[1]
    many = drawn(monkeypatch, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}, "not bold red")[1]
    assert "\x1b[31m" not in many


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = (part / 255 for part in colour)
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("tone", consoles._TONES.values())
def test_tones_are_readable_on_light_and_on_dark(tone: int) -> None:
    """Contrast of 3.5 or more with white and with black."""
    own = luminance(tuple(Color.from_ansi(tone).get_truecolor()))
    assert 1.05 / (own + 0.05) > 3.5
    assert (own + 0.05) / 0.05 > 3.5


FRAME = pd.DataFrame(
    {
        "platform": ["", "linux/amd64"] * 10,
        "what": [f"RUN make 第{n}步 {'構建 ' * 9}" for n in range(20)],
        "seconds": [float(n) for n in range(20)],
        "status": ["ok", "error, exit code 2"] * 10,
        "where": [f"a/long/path/of/some/kind/build-{n}.log:{n}" for n in range(20)],
    }
)


@pytest.mark.parametrize("n_rows", [3, 20])
@pytest.mark.parametrize("width", [20, 40, 80, 160, 250])
def test_no_word_is_lost_at_any_width(width: int, n_rows: int) -> None:
    """Each sign of each cell is there, and no line is wider than the terminal."""
    frame = FRAME.head(n_rows)
    text = consoles.as_plain_text(frame_table(frame), width=width)
    shown, wanted = (
        re.sub(r"\s", "", part) for part in (text, "".join(frame.astype(str).to_numpy().ravel()))
    )
    for sign in set(wanted) - set("─"):
        assert shown.count(sign) >= wanted.count(sign), (sign, text)
    from rich.cells import cell_len

    assert max(map(cell_len, text.splitlines())) <= width


def test_wide_letters_are_aligned() -> None:
    """A column after Chinese text begins at one column of the terminal in every row."""
    from rich.cells import cell_len

    frame = pd.DataFrame({"a": ["構建", "build"], "b": ["#one", "#two"]})
    lines = consoles.as_plain_text(frame_table(frame)).splitlines()[2:]
    assert len({cell_len(line[: line.index("#")]) for line in lines}) == 1


def test_a_page_of_words_is_as_wide_as_the_terminal(diag, monkeypatch) -> None:
    """`diag explain ID` at 40 columns has the words of 120, and at most 88 columns there."""
    texts = {}
    for columns in (40, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        texts[columns] = diag("explain", "static-link-order").out
        assert max(map(len, texts[columns].splitlines())) <= min(columns, 90)
    assert "".join(texts[40].split()) == "".join(texts[120].split())


# -- progress -------------------------------------------------------------------------------------

PATIENT = """\
import time, diag.cli_progress as p
from diag.read.files import on_file
p.PATIENCE = 0.0
with p.reading_progress() as tell:
    bar = getattr(tell, "__self__", None)
    while bar and not bar._shown:
        time.sleep(0.01)
    if bar:
        tell(5_000_000, 20_000_000)
        bar._shown.refresh()
        on_file.get()("folder/[bold]lib\\x1b[31m.a")
        bar._shown.refresh()
print("done")
"""


def on_terminal(code: str, **env: str) -> str:
    """What a Python program writes on a terminal."""
    ours, theirs = pty.openpty()
    bare = {name: value for name, value in os.environ.items() if name not in COLOURS}
    command = [sys.executable, "-c", code]
    options = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(command, env={**bare, "COLUMNS": "100", **env}, **options) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
        assert process.wait() == 0
    os.close(ours)
    return b"".join(parts).decode()


def test_progress_says_what_and_how_far_and_goes() -> None:
    """On a terminal: the log's bytes, then the files; the cursor is back and the line is clear."""
    text = on_terminal(PATIENT, TERM="xterm")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "reading the log" in bare
    assert "5 of 20 MB" in bare
    assert "1 file  [bold]lib.a" in bare
    end = text[text.rindex("\x1b[?25h") :]
    assert "\x1b[2K" in end
    assert end.rstrip().endswith("done")


def test_progress_is_of_terminals_alone(capsys) -> None:
    """None where standard error is a pipe, none on a dumb terminal."""
    from diag.cli_progress import reading_progress

    with reading_progress() as tell:
        assert tell is None
    assert on_terminal(PATIENT, TERM="dumb").split() == ["done"]
