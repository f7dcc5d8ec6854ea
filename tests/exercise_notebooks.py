"""The notebooks of exercises, asked and solved, and the answers of the solved one."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "notebooks"
WORDS = FOLDER / "exercises.toml"
ASKED = nbformat.read(FOLDER / "exercises.ipynb", as_version=4)
SOLVED = nbformat.read(FOLDER / "solutions.ipynb", as_version=4)
CALL = re.compile(r'\bcheck\("(?P<name>[\w-]+)", answer, ')
UNANSWERED = "write your prediction above"


def answers() -> dict[str, Any]:
    """Exercise -> what the solutions notebook answers."""
    found = {}
    for cell in SOLVED.cells:
        call = CALL.search(cell["source"])
        if call:
            first = ast.parse(cell["source"]).body[0]
            assert isinstance(first, ast.Assign)
            found[call["name"]] = ast.literal_eval(first.value)
    return found


ANSWERS = answers()
NAMES = list(ANSWERS)
