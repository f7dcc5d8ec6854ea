"""What a committed notebook may hold, as functions that say where it holds something else.

Each takes a notebook (nbformat 4) and gives a line for each breach: the cell's number and what is
wrong there. tests/test_notebook_rules.py breaks each rule once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from importlib import import_module
from typing import Any

import diag

MAX_LINES = 10
MAX_ROWS, MAX_COLUMNS = 12, 7
TYPES = {"text/plain", "text/html", "text/markdown", "image/png"}
# A caption is a paragraph that is all in italics.
CAPTION = re.compile(r"([*_])(?![*_\s])(?:(?!\n\n).)+?(?<![*_\s])\1", re.DOTALL)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
_IMAGE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\salt="\s*[^\s"]')
_ACTIVE = re.compile(r"<\s*(script|iframe|object|embed|link)\b|\son\w+\s*=|javascript:", re.I)

Breaches = Iterator[str]


def code_cells(notebook: Any) -> list[tuple[int, Any]]:
    """(number, cell) of the cells that run."""
    return [(n, cell) for n, cell in enumerate(notebook.cells) if cell["cell_type"] == "code"]


def trees(notebook: Any) -> Iterator[tuple[int, ast.Module]]:
    """(number, syntax tree) of the cells that run; a cell of magics is no Python and ends it."""
    for n, cell in code_cells(notebook):
        try:
            yield n, ast.parse(cell["source"])
        except SyntaxError as error:
            raise AssertionError(f"cell {n} is no plain Python: {error}") from error


def nodes(notebook: Any) -> Iterator[tuple[int, ast.AST]]:
    """(number of the cell, node) of all syntax, however deep."""
    for n, tree in trees(notebook):
        yield from ((n, node) for node in ast.walk(tree))


def outputs(notebook: Any) -> Iterator[tuple[int, Any]]:
    """(number of the cell, output)."""
    for n, cell in code_cells(notebook):
        yield from ((n, output) for output in cell.get("outputs", []))


def long_cells(notebook: Any) -> Breaches:
    """A reader takes in ten lines at once."""
    for n, cell in code_cells(notebook):
        length = len(cell["source"].splitlines())
        if length > MAX_LINES:
            yield f"cell {n} has {length} lines"


def machinery(notebook: Any) -> Breaches:
    """Functions, classes and loops belong into the kit; comprehensions may stay."""
    for n, node in nodes(notebook):
        if isinstance(node, DEFINITIONS):
            yield f"cell {n} defines {node.name}"
        if isinstance(node, LOOPS):
            yield f"cell {n} has a loop"


def silencing(notebook: Any) -> Breaches:
    """A warning is an observation: it is fixed, not hidden."""
    for n, node in nodes(notebook):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if "warnings" in modules:
            yield f"cell {n} imports warnings"


def reading(notebook: Any) -> Breaches:
    """Tables come from the kit: a cell neither reads files as tables nor types in numbers."""
    for n, node in nodes(notebook):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if re.fullmatch(r"open|(?:pd|pandas)\.(?:DataFrame|read_\w+)", called):
                yield f"cell {n} calls {called}"


def parameters(notebook: Any) -> Breaches:
    """What a reader may change stands in one tagged cell."""
    tagged = [
        n for n, cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])
    ]
    if len(tagged) != 1:
        yield f"cells tagged `parameters`: {tagged or 'none'}"


def unknown_names(notebook: Any) -> Breaches:
    """Only what the kit has and calls public."""
    for n, node in nodes(notebook):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "diag":
            module = import_module(str(node.module))
            names = [alias.name for alias in node.names]
            yield from (f"cell {n}: no {name}" for name in names if not hasattr(module, name))
            yield from (f"cell {n}: {name} is private" for name in names if name[0] == "_")
        if isinstance(node, ast.Attribute):
            is_kit = isinstance(node.value, ast.Name) and node.value.id == "diag"
            if is_kit and not hasattr(diag, node.attr):
                yield f"cell {n}: no diag.{node.attr}"
            if node.attr.startswith("_"):
                yield f"cell {n}: {node.attr} is private"


def unfit_outputs(notebook: Any) -> Breaches:
    """What GitHub shows without running anything: text, plain tables, pictures."""
    for n, output in outputs(notebook):
        if output["output_type"] == "error" or output.get("name") == "stderr":
            yield f"cell {n} ends in an error or complains"
        data = output.get("data", {})
        yield from (f"cell {n} shows {kind}" for kind in data.keys() - TYPES)
        if _ACTIVE.search(data.get("text/html", "")):
            yield f"cell {n} shows HTML that is active"


def bare_pictures(notebook: Any) -> Breaches:
    """A picture has an alternative text, and a caption in italics in the prose that touches it.

    It is HTML: what the metadata of an `image/png` say is dropped by JupyterLab.
    """
    for n, output in outputs(notebook):
        data = output.get("data", {})
        pictures = _IMAGE.findall(data.get("text/html", ""))
        if not pictures and "image/png" not in data:
            continue
        if not pictures or not all(_ALT.search(picture) for picture in pictures):
            yield f"cell {n}: a picture without alternative text"
        if not any(CAPTION.fullmatch(text) for text in _touching(notebook, n)):
            yield f"cell {n}: a picture without a caption"


def _touching(notebook: Any, n: int) -> Iterator[str]:
    """The paragraph before a cell and the paragraph after it, where they are prose."""
    for place, paragraph in ((n - 1, -1), (n + 1, 0)):
        if 0 <= place < len(notebook.cells) and notebook.cells[place]["cell_type"] == "markdown":
            yield notebook.cells[place]["source"].strip().split("\n\n")[paragraph].strip()


def large_tables(notebook: Any) -> Breaches:
    """Twelve rows and seven columns, the index of a frame not counted."""
    for n, output in outputs(notebook):
        for rows in _tables(output.get("data", {}).get("text/html", "")):
            if len(rows) > MAX_ROWS or max(rows, default=0) > MAX_COLUMNS:
                yield f"cell {n}: a table of {len(rows)} rows and {max(rows, default=0)} columns"


class _Cells(HTMLParser):
    """Data cells of each row of each table; rows of headings alone do not count."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[int]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append(0)
        elif tag == "td":
            self.tables[-1][-1] += 1


def _tables(html: str) -> list[list[int]]:
    parser = _Cells()
    parser.feed(html)
    return [[columns for columns in rows if columns] for rows in parser.tables]


RULES: tuple[Callable[[Any], Breaches], ...] = (
    long_cells, machinery, silencing, reading, parameters, unknown_names, unfit_outputs,
    bare_pictures, large_tables,
)  # fmt: skip
