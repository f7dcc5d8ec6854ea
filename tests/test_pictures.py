"""Charts in notebooks: a picture with its alternative text, the same on every run."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure

from diag.show.chart_style import as_png
from diag.show.chart_words import words_flags
from diag.show.charts import draw_flags, draw_steps, plot_flags
from diag.show.flags import df_flags
from diag.show.steps import drawn_steps
from tests import handmade as h


def test_a_figure_shows_itself_with_its_alternative_text() -> None:
    """As the last expression of a cell: a PNG, the words as text, and the words as its `alt`."""
    data, metadata = DisplayFormatter().format(plot_flags(h.case()))
    told = words_flags(df_flags(h.case())).alt
    assert data.keys() == {"image/png", "text/plain"}
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"] == told


def test_a_chart_without_rows_has_its_words_too() -> None:
    """Nothing to draw is a finding, and is told."""
    figure = draw_steps(drawn_steps(h.case().steps.head(0)))
    assert figure._repr_mimebundle_()[0]["text/plain"] == "No steps are seen."


def test_an_alternative_text_outlives_a_formatter_of_figures() -> None:
    """`%matplotlib inline` registers its own PNG of every Figure; our `alt` stays beside it."""
    formatter = DisplayFormatter()
    formatter.formatters["image/png"].for_type(Figure, lambda figure: b"\x89PNG inline")
    data, metadata = formatter.format(plot_flags(h.case()))
    assert data["image/png"] == b"\x89PNG inline"
    assert metadata["image/png"]["alt"] == data["text/plain"]


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
