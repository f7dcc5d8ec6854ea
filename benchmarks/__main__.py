"""`make bench`: the kit beside what a person would use in its place, in one run, as ratios.

    python -m benchmarks [--runs N] [--size MB] [--library FILE]...

Every line is the median of N runs; of the large logs, which are made for it, of three; of what takes
many seconds on either side, one. The two sides of a ratio take turns, so that what slows the
machine slows both. Instruction sets are told in CPU time, since a pipeline uses several processors,
of the largest libraries that are found here or given. Absolute times depend on the machine; no test looks at them.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.logs import write_error_log, write_plain_log

ROOT = Path(__file__).resolve().parent.parent
CASE = Path("data/avx512-link/before")
DIAG = (sys.executable, "-m", "diag")
# As a user has it: both sides from compiled modules, which the uncounted first run writes.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
N_DOCKERFILES = 500
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


# What is timed of a log: its steps and link errors, and the memory beyond that of the imports.
_READ = """
import resource
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
before = used()
log = read_log({path!r})
assert len(log.steps) and len(log.link_errors)
print({name!r}, "takes", used() - before, "MB beyond the imports, frames among them", file=sys.stderr)
"""


def log_pairs(folder: Path, size: int) -> list[Pair]:
    """Large logs, made in the folder, beside a search for the words that the grammars look for."""
    from diag.read.buildkit_plain import QUIET
    from diag.read.linkers.session import LITERALS

    words, large = folder / "words", folder / "large.log"
    words.write_text("".join(f"{text}\n" for text in (*LITERALS, *QUIET.literals)))
    write_plain_log(large, size << 20, ROOT / CASE.parent)
    logs = {f"a log of {size} MB, few errors": (large, "ratio up to 8")}
    for name, is_one in (("each its symbol", False), ("one symbol", True)):
        path = folder / f"errors-{int(is_one)}.log"
        write_error_log(path, 20 << 20, ROOT / CASE.parent, is_one_symbol=is_one)
        logs[f"20 MB of link errors, {name}"] = (path, "under 5 s")
    imports = "import pandas, diag.schema\nimport diag.read.linkers.frames\nfrom diag.read.linkers import read_log"
    grep = ("env", "LC_ALL=C", "grep", "-c", "-F", "-f", str(words))
    return [
        Pair(
            Side(name, imports=imports, call=_READ.format(path=str(path), name=name)),
            Side("grep -c -F -f WORDS", (*grep, str(path))),
            aim,
        )
        for name, (path, aim) in logs.items()
    ]


# What is timed of many Dockerfiles: their frames; the whole on one processor.
_MANY = """
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
began = time.process_time()
paths = [{folder!r} + f"/{{number}}.Dockerfile" for number in range({count})]
n_rows = sum(len(env_at(path, platforms=PLATFORMS)) for path in paths)
took = time.process_time() - began
print({name!r}, "give", n_rows, "rows in", round(took, 1), "s of one processor", file=sys.stderr)
"""
# With the first text column pandas loads a part of pyarrow: an import like the others.
_FLOW = """
import os, pandas, diag.schema
from diag.flow import env_at
from benchmarks.dockerfiles import PLATFORMS
pandas.Series([""], dtype="str")
"""
# One call for all scripts, whatever it says of them.
_CHECK = 'find "$1" -name "*.sh" -exec shellcheck -s bash -f gcc {} + >/dev/null; true'


def dockerfile_pairs(folder: Path) -> list[Pair]:
    """The environment flow beside shellcheck on the same RUNs, and beside real shells."""
    from benchmarks.dockerfiles import long_dockerfile, write_many, write_scripts

    many, long = folder / "many", folder / "Dockerfile"
    many.mkdir()
    paths = write_many(many, ROOT, N_DOCKERFILES)
    write_scripts(paths, folder / "scripts")
    long.write_text(long_dockerfile())
    write_scripts([long], folder / "script")
    name = f"env of {N_DOCKERFILES} Dockerfiles, four platforms"
    call = _MANY.format(folder=str(many), count=N_DOCKERFILES, name=name)
    one = f"assert len(env_at({str(long)!r}, platforms=PLATFORMS))"
    probe = f"assert len(probe_env({str(long)!r}, platforms=PLATFORMS, shells=['dash']))"
    env = Side("env of 300 lines, four platforms", imports=_FLOW, call=one)
    return [
        Pair(
            Side(name, imports=_FLOW, call=call),
            Side("shellcheck of its RUNs", ("sh", "-c", _CHECK, "sh", str(folder / "scripts"))),
            "under 20 s",
        ),
        Pair(
            env,
            Side("shellcheck of its RUNs", ("sh", "-c", _CHECK, "sh", str(folder / "script"))),
            "under 0.2 s",
        ),
        Pair(
            env,
            Side(
                "probe of it in dash",
                imports=_FLOW + "from diag.probe import probe_env",
                call=probe,
            ),
        ),
    ]


def isa_pairs(given: Sequence[str]) -> Iterator[Pair | str]:
    """Functions that use an extension, beside objdump and awk; or a line where no file is found."""
    from benchmarks.isa import LARGE_TEXT, SOUGHT, library, pipeline, text_bytes

    for sought in SOUGHT:
        path = library(sought.machine, given)
        if path is None:
            yield f"{sought.extension}: no library of that machine is found here: give --library FILE"
            continue
        size = text_bytes(path)
        less = (
            "" if size >= LARGE_TEXT or sought.extension != "avx512" else ", under 100: --library"
        )
        yield f"  {path}: {size >> 20} MB of code{less}"
        kit = (*DIAG, "isa", str(path), "--extension", sought.extension, "--format", "csv")
        yield Pair(
            Side(f"CPU: functions with {sought.extension}", kit, is_cpu=True),
            Side("objdump -dw | awk", pipeline(sought, path), is_cpu=True),
            sought.aim,
        )


def medians(pair: Pair, runs: int) -> tuple[float, float]:
    """Seconds of both sides, measured in turns; one more run before them is not counted.

    A single run is what it is: that of many Dockerfiles takes long enough.
    """
    taken = [(pair.kit.seconds(), pair.other.seconds()) for _ in range(runs + (runs > 1))]
    taken = taken[min(runs - 1, 1) :]
    kit, other = zip(*taken, strict=True)
    return statistics.median(kit), statistics.median(other)


def report(runs: int, size: int, libraries: Sequence[str]) -> None:
    """Print the table line by line, as it is measured."""
    print(f"median of {runs} runs; ratio = diag / the other side\n")
    print(f"{'diag':<46} {'s':>8}   {'beside':<28} {'s':>8} {'ratio':>7}  aim")
    for pair in pairs():
        show(pair, runs)
    for found in isa_pairs(libraries):
        if isinstance(found, Pair):
            show(found, 1)
        else:
            print(found)
    with tempfile.TemporaryDirectory() as folder:
        for pair in dockerfile_pairs(Path(folder)):
            show(pair, min(runs, 3) if pair.aim == "under 0.2 s" else 1)
            print("".join(f"  {note}\n" for note in pair.kit.notes[-1:]), end="", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for pair in log_pairs(Path(folder), size):
            show(pair, min(runs, 3))
            print(f"  {pair.kit.notes[-1]}", flush=True)


def show(pair: Pair, runs: int) -> None:
    """One line of the table."""
    absent = [name for name in pair.other.command[:1] if shutil.which(name) is None]
    if absent:
        print(f"{pair.kit.name:<46} {'':>8}   not installed here: {absent[0]}")
        return
    kit, other = medians(pair, runs)
    line = (
        f"{pair.kit.name:<46} {kit:>8.3f}   {pair.other.name:<28} {other:>8.3f} {kit / other:>7.2f}"
    )
    print(f"{line}  {pair.aim}".rstrip(), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each side (7)")
    parser.add_argument("--size", type=int, default=1000, help="MB of the large log (1000)")
    parser.add_argument(
        "--library", action="append", default=[], metavar="FILE",
        help="a large library for the instruction sets; again for that of another machine",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    if given.runs < 1 or given.size < 1:
        parser.error("--runs and --size take 1 or more")
    if absent := [path for path in given.library if not Path(path).is_file()]:
        parser.error(f"--library: no such file: {', '.join(absent)}")
    report(given.runs, given.size, given.library)


if __name__ == "__main__":
    main()
