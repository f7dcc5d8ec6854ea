"""Broken objects, archives and binaries through every reader: `make fuzz`.

    python -m tests.fuzz [--count 20000] [--seed N] [--jobs 2] [--first N] [--only NUMBER]

Each file is a sound one with a mutation (tests/fuzz_mutations.py). All readers of machine code and
the joins over what they give run on it, in worker processes whose memory is bounded and that a
watchdog ends. Negative numbers are the giants (tests/fuzz_giants.py), which ask for more than they
have bytes, and may take GIANT_SECONDS and GIANT_MB. A file from which an exception escapes, that kills its worker, hangs, is slow or
takes much memory is kept under build/fuzz/ and told; the exit status is 1 where there is one.
"""

from __future__ import annotations

import argparse
import faulthandler
import multiprocessing
import resource
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from tests.fuzz_giants import GIANTS
from tests.fuzz_mutations import mutated
from tests.fuzz_readers import read_all
from tests.fuzz_seeds import Seed, make_seeds

KEPT = Path("build/fuzz")
MEMORY_BYTES = 4 << 30  # address space of a worker
HANG_SECONDS = 30.0  # of the processor; of waiting, WAIT_SECONDS
WAIT_SECONDS = 600.0
PROGRESS_FILES = 1000
SLOW_SECONDS = 1.0
LARGE_MB = 100.0
GIANT_SECONDS, GIANT_MB = 5.0, 500.0  # of some MB and up to 300,000 symbols


def broken(seeds: list[Seed], run: int, number: int) -> tuple[str, bytes]:
    """(what it is, the bytes) of a number: a giant, or a mutation."""
    if number >= 0:
        return mutated(seeds, run, number)
    name = sorted(GIANTS)[-1 - number]
    maker, times = GIANTS[name]
    return name, maker(times)


@dataclass
class Result:
    """What one file did; seconds of the processor."""

    number: int
    seconds: float = 0.0
    growth_mb: float = 0.0
    exception: str = ""
    rows: Counter[str] = field(default_factory=Counter)


def run_one(path: Path, number: int) -> Result:
    """Read one file and measure it; an exception of any kind is a result."""
    before, began = _reset_peak(), time.process_time()
    result = Result(number)
    try:
        result.rows = read_all(path, number)
    except BaseException:  # a panic of a library in another language is no Exception
        result.exception = traceback.format_exc(limit=-6)
    result.seconds = time.process_time() - began  # others may have the processor, too
    result.growth_mb = (_status_kb("VmHWM") - before) / 1024
    return result


def _reset_peak() -> int:
    """Kilobytes in memory now; from here on the kernel keeps the peak anew."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status_kb("VmRSS")


def _status_kb(key: str) -> int:
    text = Path("/proc/self/status").read_text()
    return int(text.partition(key + ":")[2].split(maxsplit=1)[0])


def _work(seeds: list[Seed], run: int, numbers: list[int], folder: Path, out: Connection) -> None:
    """A worker: each of the numbers in turn, a Result for each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    path = folder / "case"
    with (folder / "hang.txt").open("w") as told:
        # The signal's own end follows the traceback, in a loop of C, too.
        faulthandler.register(signal.SIGPROF, file=told, chain=True)
        for number in numbers:
            path.write_bytes(broken(seeds, run, number)[1])
            signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
            faulthandler.dump_traceback_later(WAIT_SECONDS, exit=True, file=told)
            result = run_one(path, number)
            signal.setitimer(signal.ITIMER_PROF, 0)
            out.send(result)
    out.close()


@dataclass
class _Worker:
    """A process and the numbers that it still has to report."""

    process: Any
    results: Connection
    left: list[int]
    folder: Path


def fuzz(seeds: list[Seed], run: int, numbers: range, jobs: int, folder: Path) -> Iterator[Result]:
    """Results of these numbers, read in `jobs` processes; a killed one is replaced."""
    workers = []
    for job in range(jobs):
        beside = folder / f"job-{job}"
        shutil.copytree(folder / "seeds", beside, dirs_exist_ok=True)
        workers.append(_start(seeds, run, list(numbers[job::jobs]), beside))
    while workers:
        wait([worker.results for worker in workers])
        for worker in list(workers):
            yield from _reports(worker)
            if not worker.results.closed:
                continue
            workers.remove(worker)
            worker.process.join()
            if worker.left:
                number, *rest = worker.left
                yield Result(number, HANG_SECONDS, exception=_death(worker))
                workers.append(_start(seeds, run, rest, worker.folder))


def _start(seeds: list[Seed], run: int, numbers: list[int], folder: Path) -> _Worker:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(seeds, run, numbers, folder, sending), daemon=True
    )
    process.start()
    sending.close()
    return _Worker(process, receiving, numbers, folder)


def _reports(worker: _Worker) -> Iterator[Result]:
    """What has come from a worker; its end is closed where it is gone."""
    try:
        while worker.results.poll():
            result = worker.results.recv()
            worker.left.remove(result.number)
            yield result
    except EOFError:
        worker.results.close()


def _death(worker: _Worker) -> str:
    told = (worker.folder / "hang.txt").read_text()
    return f"the worker died, exit status {worker.process.exitcode}\n{told}"


@dataclass
class Summary:
    """Of all files: how many, which were bad, the slowest and the largest."""

    n_files: int = 0
    bad: list[tuple[Result, str]] = field(default_factory=list)
    slowest: Result = field(default_factory=lambda: Result(0))
    largest: Result = field(default_factory=lambda: Result(0))
    giants: list[Result] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, result: Result) -> str:
        """Count one file; why it is bad, or nothing."""
        self.n_files += 1
        self.rows += result.rows
        self.seconds += result.seconds
        if is_giant := result.number < 0:
            self.giants.append(result)
        else:
            self.slowest = max(self.slowest, result, key=lambda each: each.seconds)
            self.largest = max(self.largest, result, key=lambda each: each.growth_mb)
        why = result.exception
        if not why and result.seconds > (GIANT_SECONDS if is_giant else SLOW_SECONDS):
            why = f"took {result.seconds:.2f} s"
        if not why and result.growth_mb > (GIANT_MB if is_giant else LARGE_MB):
            why = f"took {result.growth_mb:.0f} MB"
        if why:
            self.bad.append((result, why))
        return why


def main(arguments: list[str] | None = None) -> int:
    """Break files, read them, keep and tell what goes wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000, help="files (20000)")
    parser.add_argument("--first", type=int, default=-len(GIANTS), help="the first number")
    parser.add_argument("--seed", type=int, default=1, help="another run has other files (1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--only", type=int, help="this file of the run alone, in this process")
    options = parser.parse_args(arguments)
    seeds = make_seeds((KEPT / "seeds").absolute())
    if options.only is not None:
        return _only(seeds, options.seed, options.only)
    summary, began = Summary(), time.monotonic()
    numbers = range(options.first, max(options.first, 0) + options.count)
    for result in fuzz(seeds, options.seed, numbers, options.jobs, KEPT.absolute()):
        if why := summary.add(result):
            print(f"{_keep(seeds, options.seed, result.number)}: {why}", flush=True)
        if summary.n_files % PROGRESS_FILES == 0:
            print(f"{summary.n_files} of {len(numbers)}", file=sys.stderr, flush=True)
    for job in KEPT.glob("job-*"):
        shutil.rmtree(job)
    _tell(summary, seeds, options.seed, time.monotonic() - began)
    return int(bool(summary.bad))


def _only(seeds: list[Seed], run: int, number: int) -> int:
    """One file, with what its reading says."""
    path = KEPT / "seeds" / "case"
    name, data = broken(seeds, run, number)
    path.write_bytes(data)
    result = run_one(path, number)
    print(f"{path}: {name}: {result.seconds:.3f} s, {result.growth_mb:.1f} MB, {dict(result.rows)}")
    print(result.exception, end="")
    return int(bool(result.exception))


def _keep(seeds: list[Seed], run: int, number: int) -> str:
    name, data = broken(seeds, run, number)
    path = KEPT / f"{run}-{number}"
    path.write_bytes(data)
    return f"{path} ({name})"


def _tell(summary: Summary, seeds: list[Seed], run: int, seconds: float) -> None:
    told = [("giant", giant) for giant in sorted(summary.giants, key=lambda each: each.number)]
    for title, result in (*told, ("slowest", summary.slowest), ("largest", summary.largest)):
        name = broken(seeds, run, result.number)[0]
        size = f"{result.seconds:.3f} s, {result.growth_mb:.1f} MB more"
        print(f"{title}: {size}: number {result.number} ({name})")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    kinds = ", ".join(f"{n} {name}" for name, n in sorted(summary.rows.items()) if name != "told")
    print(f"rows: {kinds}; {summary.rows['told']} files with errors told")
    mean = 1000 * summary.seconds / max(summary.n_files, 1)
    print(
        f"{summary.n_files} files of {len(seeds)} seeds, {len(summary.bad)} bad;"
        f" peak memory of a worker {peak:.0f} MB; {mean:.1f} ms a file, {seconds:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
