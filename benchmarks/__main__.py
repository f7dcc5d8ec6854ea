"""`make bench`: the kit beside what a person would use in its place, in one run, as ratios.

    python -m benchmarks [--runs N]

Every line is the median of N runs. The two sides of a ratio take turns, so that what slows the
machine slows both. Absolute times depend on the machine; no test looks at them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASE = Path("data/avx512-link/before")
DIAG = (sys.executable, "-m", "diag")
# As a user has it: both sides from compiled modules, which the uncounted first run writes.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
PANDAS = (sys.executable, "-c", "import pandas")

# Times one call in a fresh process, after the imports: what the work itself costs, nothing cached.
_CALL = "import sys, time\n{imports}\nstart = time.perf_counter()\n{call}\nprint(time.perf_counter() - start)"


@dataclass(frozen=True)
class Side:
    """One command. `call` is Python to time inside a fresh interpreter instead of the whole."""

    name: str
    command: tuple[str, ...] = ()
    imports: str = ""
    call: str = ""

    def seconds(self) -> float:
        """Wall time of one run. A status of 1 is an answer (a failure was found), others are not."""
        command = self.command or (
            sys.executable,
            "-c",
            _CALL.format(imports=self.imports, call=self.call),
        )
        start = time.perf_counter()
        done = subprocess.run(
            command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        elapsed = time.perf_counter() - start
        if done.returncode not in (0, 1) or (self.call and done.returncode):
            sys.exit(f"benchmarks: {self.name} failed:\n{done.stderr[-2000:]}")
        return float(done.stdout.split()[-1]) if self.call else elapsed


@dataclass(frozen=True)
class Pair:
    """The kit's side, the other side, and the ratio that is aimed at, where there is an aim."""

    kit: Side
    other: Side
    aim: str = ""


def case_files(key: str) -> list[str]:
    """Objects (or the log) of the case, each once, as paths from the root."""
    stated = tomllib.loads((ROOT / CASE / "case.toml").read_text(encoding="utf-8"))
    named = [name for table in stated["platform"] for name in table.get(key, [])]
    paths = dict.fromkeys((ROOT / CASE / name).resolve().relative_to(ROOT) for name in named)
    return [str(path) for path in paths if path.name != "output"]


def pairs() -> list[Pair]:
    """All comparisons, those of the issue first."""
    objects, log = case_files("objects"), str(CASE / "build.log")
    dockerfile = str(CASE / "Dockerfile.multiarch")
    paths = repr([*objects])
    return [
        Pair(
            Side("diag --help", (*DIAG, "--help")),
            Side("python -c pass", (sys.executable, "-c", "pass")),
            "under 0.3 s",
        ),
        Pair(
            Side(f"diag investigate {CASE}", (*DIAG, "investigate", str(CASE))),
            Side("python -c 'import pandas'", PANDAS),
            "ratio up to 3",
        ),
        Pair(
            Side(
                "link errors of the log",
                imports="import pandas, diag.schema\nfrom diag.read.linkers import read_link_errors",
                call=f"assert len(read_link_errors({log!r}))",
            ),
            Side("grep -c undefined", ("grep", "-c", "undefined reference", log)),
        ),
        Pair(
            Side(
                "env of each command, three platforms",
                imports="import pandas, diag.schema\nfrom diag.flow import env_at",
                call=f"assert len(env_at({dockerfile!r}))",
            ),
            Side("grep -n RUSTFLAGS", ("grep", "-n", "RUSTFLAGS", dockerfile)),
        ),
        Pair(
            Side(
                f"symbols of {len(objects)} files",
                imports="import pandas, diag.schema\nfrom diag.read.objects import read_symbols",
                call=f"assert len(read_symbols(*{paths}))",
            ),
            Side("readelf -sW", ("readelf", "-sW", *objects)),
        ),
        Pair(
            Side(
                f"one symbol in {len(objects)} files, whole command",
                (*DIAG, "symbols", "--name", "memcpy", *objects),
            ),
            Side("nm -A", ("nm", "-A", *objects)),
        ),
    ]


def medians(pair: Pair, runs: int) -> tuple[float, float]:
    """Seconds of both sides, measured in turns; one more run before them is not counted."""
    taken = [(pair.kit.seconds(), pair.other.seconds()) for _ in range(runs + 1)][1:]
    kit, other = zip(*taken, strict=True)
    return statistics.median(kit), statistics.median(other)


def report(runs: int) -> None:
    """Print the table line by line, as it is measured."""
    print(f"median of {runs} runs; ratio = diag / the other side\n")
    print(f"{'diag':<46} {'s':>8}   {'beside':<28} {'s':>8} {'ratio':>7}  aim")
    for pair in pairs():
        absent = [name for name in pair.other.command[:1] if shutil.which(name) is None]
        if absent:
            print(f"{pair.kit.name:<46} {'':>8}   not installed here: {absent[0]}")
            continue
        kit, other = medians(pair, runs)
        ratio = kit / other
        print(
            f"{pair.kit.name:<46} {kit:>8.3f}   {pair.other.name:<28} {other:>8.3f} {ratio:>7.1f}  {pair.aim}".rstrip(),
            flush=True,
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each side (7)")
    given = parser.parse_args(arguments)
    if given.runs < 1:
        parser.error("--runs takes 1 or more")
    report(given.runs)


if __name__ == "__main__":
    main()
