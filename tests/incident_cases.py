"""The cases of the first incident, each opened once in a worker: they keep what was read of them.

Their paths are those of the notebooks, which are compared word by word: they are read in that folder.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import diag
from diag.case import Case

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
DATA = Path("../data/avx512-link")  # as the notebooks name it
CASES = sorted(path.parent.name for path in (NOTEBOOKS / DATA).glob("*/case.toml"))


@cache
def opened(name: str) -> Case:
    """One case folder, with its side of a comparison once that was asked for."""
    return diag.open_case(DATA / name)
