"""`make bench`: the kit beside what a person would use in its place, in one run, as ratios.

    python -m benchmarks [--runs N] [--size MB] [--library FILE]... [--only PART]...

Every line is the median of N runs; of the large logs, which are made for it, of three; of what takes
many seconds on either side, one. The two sides of a ratio take turns, so that what slows the
machine slows both. Instruction sets are told in CPU time, since a pipeline uses several processors,
of the largest libraries that are found here or given. Absolute times depend on the machine; no test
looks at them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks import flow, isa, log_pairs, objects, verdict
from benchmarks.sides import CASE, DIAG, ROOT, Pair, Side, show

PANDAS = (sys.executable, "-c", "import pandas")


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


def parts(size: int, libraries: Sequence[str]) -> dict[str, Callable[[Path], Iterable[Pair | str]]]:
    """Name of each part -> its comparisons; a part makes its files in a folder of its own."""
    return {
        "case": lambda _: pairs(),
        "isa": lambda _: isa.pairs(libraries),
        "objects": lambda folder: objects.pairs(folder, libraries),
        "verdict": verdict.pairs,
        "flow": flow.pairs,
        "logs": lambda folder: log_pairs.pairs(folder, size),
    }


def report(runs: int, chosen: Iterable[Callable[[Path], Iterable[Pair | str]]]) -> None:
    """Print the table line by line, as it is measured."""
    print(f"median of {runs} runs; ratio = diag / the other side\n")
    print(f"{'diag':<46} {'s':>8}   {'beside':<28} {'s':>8} {'ratio':>7}  aim")
    for part in chosen:
        with tempfile.TemporaryDirectory() as folder:
            for found in part(Path(folder)):
                if isinstance(found, Pair):
                    show(found, runs)
                else:
                    print(found, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each side (7)")
    parser.add_argument("--size", type=int, default=1000, help="MB of the large log (1000)")
    parser.add_argument(
        "--library", action="append", default=[], metavar="FILE",
        help="a large library for symbols and instruction sets; again for that of another machine",
    )  # fmt: skip
    parser.add_argument(
        "--only", action="append", choices=list(parts(0, [])), help="this part; again for others"
    )
    given = parser.parse_args(arguments)
    if given.runs < 1 or given.size < 1:
        parser.error("--runs and --size take 1 or more")
    if absent := [path for path in given.library if not Path(path).is_file()]:
        parser.error(f"--library: no such file: {', '.join(absent)}")
    all_parts = parts(given.size, given.library)
    report(given.runs, [all_parts[name] for name in given.only or all_parts])


if __name__ == "__main__":
    main()
