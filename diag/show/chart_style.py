"""How every chart looks: a title that states the finding, units and n below it, one set of
colours that also reads in grey, sizes that follow the number of rows.

Figures are made without pyplot, so nothing global is opened or kept.
"""

from __future__ import annotations

import base64
import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from diag.show.chart_fonts import breadth, drawable, families, lines_of
from diag.show.text import clip, counted, listed, printable

# Okabe and Ito's colours, told apart by most kinds of colour vision.
PLATFORM_COLOURS = {
    "linux/amd64": "#0072B2",
    "linux/arm64": "#D55E00",
    "linux/arm/v7": "#009E73",
    "linux/riscv64": "#CC79A7",
    "linux/ppc64le": "#56B4E9",
    "linux/s390x": "#E69F00",
}
UNKNOWN_COLOUR = "#707070"
INK, FAINT = "#222222", "#B5B5B5"
WIDTH_IN = 9.0
ROW_IN = 0.27
MAX_ROWS = 40  # rows of ROW_IN that a chart is high at most: a screen and a half
PNG_DPI = 110  # 990 pixels wide: as wide as a notebook's column
TITLE_PT, TEXT_PT, SMALL_PT = 12, 9, 8
CHAR_IN = 0.077  # of TEXT_PT, on average
MONO_CHAR_IN = 0.0669  # of SMALL_PT, each
BOLD_CHAR_IN = 0.07  # of SMALL_PT, on average
MIN_BAR_IN = 1.0  # of the longest bar
MAX_ALT = 600  # characters of an alternative text: it is heard in one go
_SETTINGS: Any = {
    "text.parse_math": False,  # a `$` in a flag is a dollar
    "font.size": TEXT_PT,
    "svg.hashsalt": "diag",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@contextmanager
def drawing() -> Iterator[None]:
    """How matplotlib draws here, with the fonts that this machine has. That one of them comes in
    one weight only is nothing to complain of."""
    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with mpl.rc_context({**_SETTINGS, "font.family": families()}):
            yield
    finally:
        log.setLevel(level)


@dataclass(frozen=True)
class Words:
    """What stands around a chart: `alt` is for those who do not see it."""

    title: str
    subtitle: str
    alt: str
    caption: str


def colour_of(platform: str) -> str:
    """The platform's own colour; grey for those without one."""
    return PLATFORM_COLOURS.get(platform, UNKNOWN_COLOUR)


class Chart(Figure):
    """A figure that shows itself in a notebook: as a picture that carries its alternative text."""

    alt: str = ""
    is_empty: bool = False  # nothing to draw: the sentence is all there is

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """IPython's hook. The picture is HTML: of an output of type image/png JupyterLab and
        nbconvert's own template drop the alternative text."""
        if self.is_empty:
            return {"text/plain": self.alt}, {}
        data = base64.b64encode(as_png(self)).decode()
        shown = f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{data}">'
        return {"text/html": shown, "text/plain": self.alt}, {}


@contextmanager
def chart(
    words: Words,
    n_rows: float,
    *,
    left_in: float,
    bottom_in: float = 0.35,
    top_in: float = 0.0,
    more: str = "",
) -> Iterator[tuple[Chart, Axes]]:
    """A figure with its words set and axes of `n_rows` rows; `left_in` is room for row labels.

    `more` says at its foot what is not drawn.
    """
    with drawing():
        # A line of one long name has no spaces, which are narrow.
        is_long = any(len(word) > 40 for word in drawable(words.title).split())
        title = wrapped(words.title, 75 if is_long else 84, 4)
        subtitle = wrapped(_LEGEND.sub(_glued, words.subtitle), 136, 5)
        lines = title.count("\n") + 1, subtitle.count("\n") + 1
        head_in = 0.25 + 0.21 * lines[0] + 0.16 * lines[1] + 0.12
        body_in = n_rows * ROW_IN
        bottom_in += 0.22 if more else 0.0
        height = head_in + top_in + body_in + bottom_in
        figure = Chart(figsize=(WIDTH_IN, height), facecolor="white")
        figure.alt = printable(words.alt)
        figure.text(0.012, 1 - 0.12 / height, title, size=TITLE_PT, weight="bold", va="top")
        below = 0.17 + 0.21 * lines[0]
        figure.text(0.012, 1 - below / height, subtitle, size=SMALL_PT, color="#555555", va="top")
        figure.text(0.012, 0.07 / height, more, size=SMALL_PT, color="#555555")
        place = (left_in / WIDTH_IN, bottom_in / height, 0, body_in / height)
        axes = figure.add_axes((*place[:2], 1 - place[0] - 0.02, place[3]))
        axes.set_ylim(n_rows - 0.5, -0.5)
        axes.tick_params(length=0)
        yield figure, axes


def kept(weights: Sequence[float], limit: float, groups: Iterable[str] = ()) -> list[int]:
    """Places of at most `limit` rows in their order: the weightiest, and of equal ones the first
    of each group (a platform), then the second of each."""
    seen: Counter[tuple[float, str]] = Counter()
    ranks = []
    names = list(groups) or [""] * len(weights)
    for place, key in enumerate(zip(weights, names, strict=True)):
        ranks.append((-weights[place], seen[key], place))
        seen[key] += 1
    return sorted(place for _, _, place in sorted(ranks)[: int(limit)])


def not_drawn(*counts: tuple[int, str]) -> str:
    """`and 20 more flags, not drawn`; nothing where everything is drawn."""
    told = [counted(number, f"more {noun}") for number, noun in counts if number > 0]
    return f"and {listed(told)}, not drawn: those that tell most are kept" if told else ""


def bar_end(longest: float, words: Sequence[str], left_in: float) -> float:
    """Where the axis of bars ends, so that the longest bar leaves room for the words behind it; an
    inch of it is left in any case."""
    width = WIDTH_IN - left_in - 0.2
    return longest * width / max(width - words_room(words), MIN_BAR_IN)


def words_room(words: Sequence[str]) -> float:
    """Inches that these words need behind a bar."""
    return (max(map(breadth, words), default=0) + 1) * BOLD_CHAR_IN + 0.15


def beside(axes: Axes, end: tuple[float, float], text: str, *, is_bold: bool = False) -> None:
    """The words behind the end of a bar."""
    axes.annotate(
        text,
        end,
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        size=SMALL_PT,
        color=INK,
        weight="bold" if is_bold else "normal",
    )


class Marks:
    """Marks of a chart, gathered by shape and colour and drawn together: a thousand are as quick
    as one."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str, str], list[tuple[float, float]]] = {}

    def add(self, x: float, y: float, shape: str, colour: str, *, is_hollow: bool = False) -> None:
        """One mark at that place."""
        face = "white" if is_hollow else colour
        self._places.setdefault((shape, colour, face), []).append((x, y))

    def draw(self, axes: Axes, size: float) -> None:
        """All of them, `size` points wide."""
        for (shape, colour, face), places in self._places.items():
            xs, ys = zip(*places, strict=True)
            axes.plot(xs, ys, shape, mec=colour, mfc=face, mew=1.6, ms=size)


# A sign and the words that explain it, up to the next sign or the end of the sentence.
_LEGEND = re.compile(r"(?:[■●▲–✕?▽◇✖▶○□◆*]|\|{3}) [^ ]+(?: [^ ]+)*?(?=   |\. |$)")


def _glued(found: re.Match[str]) -> str:
    """No line of a subtitle ends within the explanation of a sign."""
    return found[0].replace(" ", "\N{NO-BREAK SPACE}")


def empty_chart(words: Words) -> Chart:
    """Nothing to draw is told in a sentence: a notebook shows the words and no picture of them."""
    with chart(words, 0.2, left_in=0.1, bottom_in=0.0) as (figure, axes):
        axes.remove()  # without axes, no formatter of figures makes a picture of it
    figure.is_empty = True
    return figure


def is_empty(figure: Figure) -> bool:
    """Whether there is nothing to see."""
    return isinstance(figure, Chart) and figure.is_empty


def alt_of(title: str, told: Iterable[str], noun: str = "row", total: int | None = None) -> str:
    """An alternative text: the finding, then as many sentences as are heard in one go, and the
    number of the others (of `total`, where counting them by telling them would be slow). The table
    beside a chart has them all."""
    text = f"{clip(printable(title).rstrip('.'), MAX_ALT // 2)}."
    sentences: Iterable[str] = told if total is not None else list(told)
    number = total if total is not None else len(list(sentences))
    for n, sentence in enumerate(sentences):
        left = counted(number - n, f"further {noun}")
        longer = f"{text} {printable(sentence)}"
        if len(longer) + (len(left) + 2 if n + 1 < number else 0) > MAX_ALT:
            return f"{text} {left}."
        text = longer
    return text


def wrapped(text: str, width: int, limit: int = 9) -> str:
    """The text in lines of at most `width` characters, flags and names cut where they must be."""
    return "\n".join(lines_of(text, width, limit)) or " "


def label(text: str, width: int = 46) -> str:
    """A row label of at most two lines; lists are broken after a comma."""
    loose = lines_of(printable(text).replace(",", ", "), width, 2)
    return "\n".join(line.replace(", ", ",") for line in loose)


def label_room(labels: Sequence[str]) -> float:
    """Inches that these row labels need, within reason."""
    longest = max((breadth(line) for text in labels for line in text.split("\n")), default=0)
    return min(max(longest * CHAR_IN + 0.15, 1.2), 4.6)


def as_svg(figure: Figure) -> str:
    """The figure as SVG text, the same on every run."""
    stream = io.StringIO()
    with drawing():
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def as_png(figure: Figure) -> bytes:
    """The figure as PNG, the same on every run: no date, no version of the library in it.

    A chart has few colours: 256 of them look the same, in a third of the bytes.
    """
    drawn, stream = io.BytesIO(), io.BytesIO()
    with drawing():
        figure.savefig(drawn, format="png", dpi=PNG_DPI)
    few = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(stream, format="png", optimize=True, dpi=(PNG_DPI, PNG_DPI))
    return stream.getvalue()


def as_image_tag(figure: Figure, alt: str) -> str:
    """An HTML image that holds the figure itself: nothing is loaded from anywhere. No image where
    there is nothing to see."""
    if is_empty(figure):
        return ""
    data = base64.b64encode(as_svg(figure).encode()).decode()
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}">'
