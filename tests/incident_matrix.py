"""The matrix of the first incident's changes, computed once for all tests, workers and kernels.

It takes a quarter of a minute of a processor, and some tests and two notebooks want it. The first
that asks computes it, where a notebook would; the others read that, also in another process.
"""

from __future__ import annotations

import fcntl
from contextlib import chdir
from pathlib import Path

from diag.interventions import interventions
from tests.incident_cases import CASES, DATA, NOTEBOOKS, opened

# Run before the first cell of a kernel; leaves no name behind.
_STARTUP = """\
def _give(file):
    import diag, pandas
    compute = diag.interventions
    diag.interventions = lambda cases, *more: (
        pandas.read_pickle(file) if cases == {given!r} and not more else compute(cases, *more)
    )
_give({file!r})
del _give
"""


def matrix_file(folder: Path) -> Path:
    """The frame `interventions` as a pickle in a folder that the workers share."""
    file = folder / "interventions.pickle"
    with (folder / "interventions.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            with chdir(NOTEBOOKS):
                interventions({name: opened(name) for name in CASES}).to_pickle(file)
    return file


def write_profile(folder: Path, matrix: Path) -> None:
    """Make of the folder one for IPYTHONDIR, whose kernels have the matrix and compute all else."""
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True)
    text = _STARTUP.format(given=DATA.as_posix(), file=str(matrix))
    (startup / "matrix.py").write_text(text, encoding="utf-8")
