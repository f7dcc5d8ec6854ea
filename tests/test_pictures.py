"""Charts in notebooks: a picture with its alternative text, the same on every run."""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64decode
from html import unescape

import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure
from nbconvert import HTMLExporter

from diag.show.chart_style import as_png
from diag.show.chart_words import words_flags
from diag.show.charts import draw_flags, draw_steps, plot_flags
from diag.show.flags import df_flags
from diag.show.steps import drawn_steps
from tests import handmade as h

IMAGE = re.compile(r'<img alt="([^"]+)" src="data:image/png;base64,([A-Za-z0-9+/]+=*)">')


def test_a_figure_shows_itself_with_its_alternative_text() -> None:
    """As the last expression of a cell: a PNG, kept once, whose `alt` are the words; and the words
    as text."""
    data, _ = DisplayFormatter().format(plot_flags(h.case()))
    told = words_flags(df_flags(h.case())).alt
    assert data.keys() == {"text/html", "text/plain"}
    alt, encoded = IMAGE.fullmatch(data["text/html"]).groups()  # type: ignore[union-attr]
    assert b64decode(encoded).startswith(b"\x89PNG")
    assert unescape(alt) == data["text/plain"] == told


def test_nbconvert_keeps_the_alternative_text() -> None:
    """Of its own template too, which knows no `alt` of an output of type image/png."""
    new = nbformat.v4
    data, _ = DisplayFormatter().format(plot_flags(h.case()))
    cell = new.new_code_cell("1", outputs=[new.new_output("display_data", data)])
    page, _ = HTMLExporter().from_notebook_node(new.new_notebook(cells=[cell]))
    (alt,) = re.findall(r'<img[^>]* ?alt="([^"]*)"', page)
    assert unescape(alt) == data["text/plain"]


def test_a_chart_without_rows_has_its_words_too() -> None:
    """Nothing to draw is a finding, and is told."""
    figure = draw_steps(drawn_steps(h.case().steps.head(0)))
    assert figure._repr_mimebundle_()[0]["text/plain"] == "No steps are seen."


def test_an_alternative_text_outlives_a_formatter_of_figures() -> None:
    """`%matplotlib inline` registers its own PNG of every Figure; ours, with its `alt`, stays beside
    it, and is what JupyterLab and nbconvert prefer."""
    formatter = DisplayFormatter()
    formatter.formatters["image/png"].for_type(Figure, lambda figure: b"\x89PNG inline")
    data, _ = formatter.format(plot_flags(h.case()))
    assert data["image/png"] == b"\x89PNG inline"
    assert unescape(IMAGE.fullmatch(data["text/html"])[1]) == data["text/plain"]  # type: ignore[index]


def test_a_picture_is_the_same_on_every_run() -> None:
    """Also in another process: a notebook that is run again does not change."""
    code = (
        "import sys; from tests import handmade as h; from diag.show.charts import plot_flags;"
        "from diag.show.chart_style import as_png; sys.stdout.buffer.write(as_png(plot_flags(h.case())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == as_png(plot_flags(h.case()))


@pytest.mark.parametrize("word", [b"Software", b"Creation Time", b"matplotlib"])
def test_a_picture_names_neither_time_nor_version(word: bytes) -> None:
    """Else every update of a library would change each notebook."""
    assert word not in as_png(draw_flags(df_flags(h.case())))
