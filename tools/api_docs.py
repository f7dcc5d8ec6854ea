"""`make docs`: the API reference, from docstrings by pdoc, and the columns of every frame.

    python tools/api_docs.py            # writes build/docs/index.html and the pages beside it

`diag` has every public name, `frames` is made from diag/schema_frames.py, `index` leads to both. They
load nothing from a network.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import diag
from diag.schema import FRAMES, Column, Frame

if TYPE_CHECKING:
    from pdoc.doc import Module

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("build/docs")
_INDEX = f"""The reference of diag {diag.__version__}, made from its docstrings.

- [diag](diag.html): every public name: cases and verdicts, readers, the environment flow, joins.
- [frames](frames.html): every frame, its columns with type, unit, meaning and closed vocabularies.

At a prompt: `diag --help`. What a cause means: `diag explain ID`, or `docs/causes/`.
"""
_FRAMES_HEAD = """The columns of every frame: plain pandas, made and checked by `diag.schema`.

A `?` behind a type marks what may be missing. Bold columns are the key. Counts start at 1 where
the meaning does not say otherwise.
"""


def frames_text() -> str:
    """Markdown: a section a frame, a row a column with its type, unit and meaning."""
    return "\n".join([_FRAMES_HEAD, *(_section(frame) for frame in FRAMES.values())])


def _section(frame: Frame) -> str:
    rows = [_row(column, column.name in frame.key) for column in frame.columns]
    head = ["| column | type | unit | meaning |", "|---|---|---|---|"]
    return "\n".join([f"## {frame.name}", "", f"{frame.source}.", "", *head, *rows, ""])


def _row(column: Column, is_key: bool) -> str:
    name = f"**`{column.name}`**" if is_key else f"`{column.name}`"
    words = f" One of: {', '.join(map(_word, column.vocabulary))}." if column.vocabulary else ""
    kind = column.type + ("?" if column.is_optional else "")
    return f"| {name} | {kind} | {column.unit} | {column.meaning.rstrip('.')}.{words} |"


def _word(word: str) -> str:
    return f"`{word}`" if word else "nothing"


def modules() -> dict[str, Module]:
    """What is documented: name of the page -> pdoc's module. `index` is where to begin."""
    from pdoc.doc import Module as Documented

    for name in diag.__all__:
        getattr(diag, name)  # loads it: pdoc sees only what a module holds
    told = (ModuleType("index", _INDEX), diag, ModuleType("frames", frames_text()))
    pages = {module.__name__: Documented(module) for module in told}
    pages["diag"].submodules = []  # what is public of them is public here
    return pages


def write_docs(folder: Path) -> list[Path]:
    """The pages, written; the first is where to begin."""
    from pdoc import render

    render.configure(docformat="markdown", show_source=False)
    documented = modules()
    folder.mkdir(parents=True, exist_ok=True)
    pages = {folder / f"{name}.html": module for name, module in documented.items()}
    for path, module in pages.items():
        path.write_text(render.html_module(module, documented), encoding="utf-8")
    (folder / "search.js").write_text(render.search_index(documented), encoding="utf-8")
    return list(pages)


def main() -> None:
    """Write the pages and say where they are."""
    os.chdir(ROOT)
    print(write_docs(FOLDER)[0])


if __name__ == "__main__":
    main()
