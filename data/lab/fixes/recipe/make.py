"""Builds data/lab/fixes/: `python3 data/lab/fixes/recipe/make.py [--only NAME ...]`.

On Debian 12 amd64 with gcc, g++, their cross compilers for arm64 and qemu-user-static; seconds.
The builds run as those of data/lab/links do (recipe/engine.py there). One that ends otherwise than
fixes.py says stops the recipe. truth.csv is written from fixes.py.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = HERE.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(LAB.parent / "links" / "recipe")]

from engine import Built, build, make_linker_dir  # noqa: E402
from fixes import FIXES, Fix, State  # noqa: E402
from situation import MACHINES, Situation  # noqa: E402

COLUMNS = ["name", "result", "by", "cause", "platform", "changed"]
SIGNALS = {132: "SIGILL", 134: "SIGABRT", 139: "SIGSEGV"}


def situation_of(fix: Fix, state: State, arch: str) -> Situation:
    """The same as one of data/lab/links: what is built, and how it shall end."""
    ended = state.ends[arch]
    return Situation(
        fix.name, fix.cause if ended is None else "", fix.title, state.build, state.files,
        prepare=state.prepare, archs=arch, linkers="default", ended=ended,
        says=state.says if ended is None else "", variables=fix.variables,
    )  # fmt: skip


def built(fix: Fix, state: State, linker_dir: Path) -> dict[str, Built]:
    """One state on each of its machines."""
    found = {}
    for arch, ended in state.ends.items():
        one = build(situation_of(fix, state, arch), arch, "default", linker_dir)
        assert ("app" in one.files) == (ended is not None), (fix.name, arch, one.log)
        assert one.is_linked == (ended is not None), (fix.name, arch, one.log)
        found[arch] = one
    return found


def record(folder: Path, fix: Fix, state: State, builds: dict[str, Built]) -> None:
    """Write one case folder."""
    folder.mkdir(parents=True)
    lines = ["# Written by recipe/make.py.", f'title = "{fix.title}"']
    for arch, one in builds.items():
        sub = f"{arch}/" if len(builds) > 1 else ""
        files = {} if state.tail else one.files
        for name, content in files.items():
            target = folder / sub / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        log = f"linux-{arch}.log" if sub else "build.log"
        (folder / log).write_text("".join(one.log.splitlines(keepends=True)[-state.tail :]))
        lines += ["", "[[platform]]", f'name = "{MACHINES[arch].platform}"', f'log = "{log}"']
        lines += ["objects = [", *(f'    "{sub}{name}",' for name in files), "]"] if files else []
        lines += [] if state.tail else _ended(fix, arch, one)
    (folder / "case.toml").write_text("\n".join(lines) + "\n")


def _ended(fix: Fix, arch: str, one: Built) -> Iterator[str]:
    yield f"linked = {str(one.is_linked).lower()}"
    if one.ended is None:
        return
    code, signal = one.ended, SIGNALS.get(one.ended)
    told = f'exit_code = {code}{f""", signal = "{signal}" """.rstrip() if signal else ""}'
    own = fix.variables.get(arch, {}).get("RUN", "")
    machine = {"amd64": "host", "arm64": "qemu-aarch64"}[arch]
    machine = own.replace("-static", "") or machine
    emulated = str(machine != "host").lower()
    yield f"ran = {str(code == 0).lower()}"
    yield from told.split(", ")
    yield f'runs = [{{ machine = "{machine}", emulated = {emulated}, {told} }}]'


def write_truth() -> None:
    """truth.csv, a row a fix."""
    with (LAB / "truth.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for fix in sorted(FIXES, key=lambda one: one.name):
            platforms = ";".join(MACHINES[arch].platform for arch in fix.before.ends)
            told = {"name": fix.name, "result": fix.result, "by": fix.by, "cause": fix.cause}
            writer.writerow(told | {"platform": platforms, "changed": fix.changed})


def make(fix: Fix, linker_dir: Path) -> None:
    """Build all states of a change, and only then replace its folder."""
    done = {name: built(fix, state, linker_dir) for name, state in fix.states().items()}
    shutil.rmtree(LAB / fix.name, ignore_errors=True)
    for name, builds in done.items():
        record(LAB / fix.name / name, fix, fix.states()[name], builds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], help="names of changes")
    only = parser.parse_args().only
    wanted = [fix for fix in FIXES if not only or fix.name in only]
    with tempfile.TemporaryDirectory(prefix="fixes-") as name, ThreadPoolExecutor(2) as pool:
        linker_dir = make_linker_dir(Path(name) / "linkers")
        jobs = {fix.name: pool.submit(make, fix, linker_dir) for fix in wanted}
        errors = {name: job.exception() for name, job in jobs.items() if job.exception()}
    write_truth()
    print(f"{len(wanted) - len(errors)} changes")
    print(*(f"{name}: {error}" for name, error in errors.items()), sep="\n", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
