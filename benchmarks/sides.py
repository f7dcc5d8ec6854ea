"""The two sides of a comparison, and how they are timed: in turns, in fresh processes."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASE = Path("data/avx512-link/before")
DIAG = (sys.executable, "-m", "diag")
# As a user has it: both sides from compiled modules, which the uncounted first run writes.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
# With the first text column pandas loads a part of pyarrow: an import like the others.
PANDAS = 'import os, pandas, diag.schema\npandas.Series([""], dtype="str")\n'

# Times one call in a fresh process, after the imports: what the work itself costs, nothing cached.
_CALL = "import sys, time\n{imports}\nstart = time.perf_counter()\n{call}\nprint(time.perf_counter() - start)"


@dataclass(frozen=True)
class Side:
    """One command. `call` is Python to time inside a fresh interpreter instead of the whole."""

    name: str
    command: tuple[str, ...] = ()
    imports: str = ""
    call: str = ""
    is_cpu: bool = False
    notes: list[str] = field(default_factory=list)  # what its runs told beside the time

    def seconds(self) -> float:
        """Wall time of one run, or CPU time of its processes.

        A status of 1 is an answer (a failure was found), others are not.
        """
        command = self.command or (
            sys.executable,
            "-c",
            _CALL.format(imports=self.imports, call=self.call),
        )
        start, cpu = time.perf_counter(), _cpu_seconds()
        done = subprocess.run(
            command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        elapsed = _cpu_seconds() - cpu if self.is_cpu else time.perf_counter() - start
        if done.returncode not in (0, 1) or (self.call and done.returncode):
            sys.exit(f"benchmarks: {self.name} failed:\n{done.stderr[-2000:]}")
        self.notes.extend(done.stderr.splitlines() if self.call else ())
        return float(done.stdout.split()[-1]) if self.call else elapsed


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Pair:
    """The kit's side, the other side, and the ratio that is aimed at, where there is an aim.

    `runs` is how often it is measured at most; `n_notes` how many of the last notes are shown.
    """

    kit: Side
    other: Side
    aim: str = ""
    runs: int = 99
    n_notes: int = 0


def medians(pair: Pair, runs: int) -> tuple[float, float]:
    """Seconds of both sides, measured in turns; one more run before them is not counted.

    A single run is what it is: that of many Dockerfiles takes long enough.
    """
    taken = [(pair.kit.seconds(), pair.other.seconds()) for _ in range(runs + (runs > 1))]
    taken = taken[min(runs - 1, 1) :]
    kit, other = zip(*taken, strict=True)
    return statistics.median(kit), statistics.median(other)


def show(pair: Pair, runs: int) -> None:
    """One line of the table, and the notes below it."""
    absent = [name for name in pair.other.command[:1] if shutil.which(name) is None]
    if absent:
        print(f"{pair.kit.name:<46} {'':>8}   not installed here: {absent[0]}")
        return
    kit, other = medians(pair, min(runs, pair.runs))
    line = (
        f"{pair.kit.name:<46} {kit:>8.3f}   {pair.other.name:<28} {other:>8.3f} {kit / other:>7.2f}"
    )
    print(f"{line}  {pair.aim}".rstrip(), flush=True)
    notes = pair.kit.notes[-pair.n_notes :] if pair.n_notes else []
    print("".join(f"  {note}\n" for note in notes), end="", flush=True)
