"""Each rule of a notebook finds what breaks it, and leaves what keeps it."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from tests import notebook_rules as rules

new = nbformat.v4
ALT = '<img alt="One bar." src="data:image/png;base64,">'


def notebook(*cells: Any) -> Any:
    """A notebook of these cells."""
    return new.new_notebook(cells=list(cells))


def code(source: str, *shown: Any, **metadata: Any) -> Any:
    """A cell that runs, and what it showed."""
    return new.new_code_cell(source, outputs=list(shown), metadata=metadata)


def shown(metadata: dict[str, Any] | None = None, **data: str) -> Any:
    """An output; `image_png="..."` is of type image/png."""
    types = {name.replace("_", "/", 1): value for name, value in data.items()}
    return new.new_output("execute_result", types, execution_count=1, metadata=metadata or {})


def table(n_rows: int, n_columns: int) -> str:
    """A frame's HTML: headings, an index and data."""
    row = f"<tr><th>0</th>{'<td>1</td>' * n_columns}</tr>"
    return (
        f"<table><thead><tr><th></th>{'<th>c</th>' * n_columns}</tr></thead>{row * n_rows}</table>"
    )


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.long_cells, "\n".join(["1"] * 11)),
        (rules.machinery, "if True:\n    for n in []:\n        pass"),
        (rules.machinery, "while False:\n    pass"),
        (rules.machinery, "if True:\n    def name(): ..."),
        (rules.machinery, "class Name: ..."),
        (rules.silencing, "import warnings"),
        (rules.silencing, "from warnings import simplefilter"),
        (rules.reading, "import pandas as pd\nlen(pd.DataFrame({}))"),
        (rules.reading, "pd.read_csv('x')"),
        (rules.reading, "with open('x') as file: pass"),
        (rules.parameters, "1"),
        (rules.unknown_names, "import diag\ndiag.open_box('x')"),
        (rules.unknown_names, "from diag.show.charts import plot_pie"),
        (rules.unknown_names, "from diag.show.charts import _flag_marks"),
        (rules.unknown_names, "case._scanned"),
    ],
)
def test_a_rule_finds_its_breach_in_source(rule: Any, source: str) -> None:
    """One breach, in the first cell."""
    (told,) = rule(notebook(code(source)))
    assert told.startswith("cell")


@pytest.mark.parametrize(
    ("rule", "output"),
    [
        (rules.unfit_outputs, new.new_output("error", ename="E", evalue="", traceback=[])),
        (rules.unfit_outputs, new.new_output("stream", name="stderr", text="Warning")),
        (rules.unfit_outputs, shown(**{"application/javascript": "1"})),
        (rules.unfit_outputs, shown(**{"application/vnd.jupyter.widget-view+json": "1"})),
        (rules.unfit_outputs, shown(text_html="<b onclick='x()'>b</b>")),
        (rules.unfit_outputs, shown(text_html="<script>1</script>")),
        (rules.large_tables, shown(text_html=table(13, 2))),
        (rules.large_tables, shown(text_html=table(2, 8))),
    ],
)
def test_a_rule_finds_its_breach_in_outputs(rule: Any, output: Any) -> None:
    """One breach, in what a cell showed."""
    assert len(list(rule(notebook(code("1", output))))) == 1


@pytest.mark.parametrize(
    ("before", "after", "html", "n_breaches"),
    [
        ("Prose.", "*One bar, of one build.*\n\n## Next", ALT, 0),
        ("Prose.\n\n_One bar._", "Prose.", ALT, 0),
        ("Prose.", "Prose with *one* word, and *another*", ALT, 1),
        ("*Far away.*\n\nProse.", "Prose.", ALT, 1),
        ("Prose.", "*One bar.*", ALT + '<img src="">', 1),
        ("Prose.", "**Bold** is no caption.", '<img alt=" " src="">', 2),
    ],
)
def test_a_picture_needs_words(before: str, after: str, html: str, n_breaches: int) -> None:
    """An alternative text, and a paragraph in italics that touches it."""
    cells = (
        new.new_markdown_cell(before),
        code("1", shown(text_html=html)),
        new.new_markdown_cell(after),
    )
    assert len(list(rules.bare_pictures(notebook(*cells)))) == n_breaches


def test_words_that_jupyterlab_drops_are_none() -> None:
    """Those of the metadata of a PNG."""
    output = shown({"image/png": {"alt": "One bar."}}, image_png="")
    cells = code("1", output), new.new_markdown_cell("*One bar.*")
    assert len(list(rules.bare_pictures(notebook(*cells)))) == 1


def test_two_parameter_cells_are_one_too_many() -> None:
    """Exactly one."""
    cell, other = (code(name, tags=["parameters"]) for name in ("CASE = 1", "DATA = 2"))
    assert list(rules.parameters(notebook(cell))) == []
    assert len(list(rules.parameters(notebook(cell, other)))) == 1


def test_magics_are_no_python() -> None:
    """What a plain Python cannot run is refused."""
    with pytest.raises(AssertionError, match="cell 0 is no plain Python"):
        list(rules.machinery(notebook(code("%matplotlib inline"))))


def test_a_good_notebook_breaks_no_rule() -> None:
    """Ten lines, comprehensions, the kit's public names, twelve rows of seven columns."""
    lines = ["import diag", "from diag.show.charts import plot_way", "[n for n in (1, 2)]"]
    good = notebook(
        code("CASE = 'x'", tags=["parameters"]),
        code("\n".join(lines + ["diag.compare"] * 7), shown(text_html=table(12, 7), text_plain="")),
    )
    assert [list(rule(good)) for rule in rules.RULES] == [[]] * len(rules.RULES)
