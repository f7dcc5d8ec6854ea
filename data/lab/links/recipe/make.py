"""Builds data/lab/links/: `python3 data/lab/links/recipe/make.py [--only NAME ...] [--list]`.

On Debian 12 amd64 with the packages of PACKAGES; some minutes on two cores, without network. Each
situation stands in a module beside this file, or in ../heldout/recipe/ where it is kept out of
development. truth.csv is written from the situations, never from what the kit says.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import shutil
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = HERE.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(LAB / "heldout" / "recipe")]

import buildkit  # noqa: E402
from engine import Built, build, check_linker, make_linker_dir  # noqa: E402
from situation import FETCHED, MACHINES, TOOLCHAINS, Situation  # noqa: E402

PACKAGES = (
    "gcc g++ gcc-11 clang lld mold make cmake gfortran golang-go musl-tools qemu-user-static binutils "
    "pkg-config g++-aarch64-linux-gnu g++-arm-linux-gnueabihf g++-riscv64-linux-gnu "
    "libc6-dev-i386 lib32gcc-12-dev lib32stdc++-12-dev"
)
COLUMNS = ["case", "arch", "linker", "cause", "also", "not_causes", "heldout", "symbol", "note"]
ENDS = {127: None, 132: "SIGILL", 134: "SIGABRT", 139: "SIGSEGV", 137: "SIGKILL"}


def situations() -> list[Situation]:
    """All situations, of every module beside this one and of the held-out ones."""
    found = []
    for folder in (HERE, LAB / "heldout" / "recipe"):
        for path in sorted(folder.glob("s_*.py")):
            found += importlib.import_module(path.stem).SITUATIONS
    names = [one.name for one in found]
    doubled = {name for name in names if names.count(name) > 1}
    assert not doubled, doubled
    return found


def folder_of(situation: Situation) -> Path:
    return LAB / ("heldout/" if situation.heldout else "") / situation.name


def record(situation: Situation, builds: dict[tuple[str, str], Built]) -> None:
    """Write the folder of a situation: equal files of all linkers of a machine once."""
    root = folder_of(situation)
    shutil.rmtree(root, ignore_errors=True)
    for arch in {arch for arch, _ in builds}:
        of_arch = {linker: built for (name, linker), built in builds.items() if name == arch}
        for linker, built in of_arch.items():
            case = root / f"{arch}-{linker}"
            case.mkdir(parents=True)
            objects = []
            for name, content in built.files.items():
                is_shared = all(one.files.get(name) == content for one in of_arch.values())
                where = f"../{arch}/{name}" if is_shared else name
                target = case / where
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                objects.append(where)
            (case / "build.log").write_text(built.log)
            if situation.dockerfile:
                (case / "Dockerfile").write_text(situation.given or situation.dockerfile)
            (case / "case.toml").write_text(case_toml(situation, arch, built, objects))


def case_toml(situation: Situation, arch: str, built: Built, objects: Iterable[str]) -> str:
    """What the kit is given; the title says nothing of the cause."""
    lines = ["# Written by recipe/make.py.", f'title = "{situation.title}"']
    lines += ['dockerfile = "Dockerfile"'] if situation.dockerfile else []
    lines += ["", "[[platform]]", f'name = "{MACHINES[arch].platform}"', 'log = "build.log"']
    lines += ["objects = [", *(f'    "{name}",' for name in objects), "]"]
    lines.append(f"linked = {str(built.is_linked).lower()}")
    ended = built.ended
    if ended is not None:
        lines += [f"ran = {str(ended == 0).lower()}", f"exit_code = {ended}"]
        lines += [f'signal = "{ENDS[ended]}"'] if ENDS.get(ended) else []
    return "\n".join(lines) + "\n"


def truth_rows(situation: Situation) -> list[dict[str, str]]:
    rows = []
    for arch, linker in situation.cases():
        cause = situation.cause_of(arch, linker)
        passes = situation.applies(situation.passes, arch, linker)
        denied = [situation.cause] if situation.cause not in ("", cause) else []
        denied += situation.not_causes.split()
        case = (folder_of(situation) / f"{arch}-{linker}").relative_to(LAB).as_posix()
        rows.append(
            {
                "case": case,
                "arch": arch,
                "linker": linker,
                "cause": cause,
                "also": "" if passes else ";".join(situation.also.split()),
                "not_causes": ";".join(denied),
                "heldout": str(int(situation.heldout)),
                "symbol": situation.symbol,
                "note": situation.note,
            }
        )
    return rows


def write_truth(built: list[Situation], known: list[Situation]) -> None:
    """truth.csv: new rows of what was built, the old ones of the rest."""
    path = LAB / "truth.csv"
    new = [row for one in built for row in truth_rows(one)]
    fresh = {folder_of(one).relative_to(LAB).as_posix() for one in built}
    alive = {folder_of(one).relative_to(LAB).as_posix() for one in known}
    if path.exists():
        with path.open(newline="") as stream:
            for row in csv.DictReader(stream):
                parent = row["case"].rpartition("/")[0]
                if parent in alive - fresh:
                    new.append(row)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(new, key=lambda row: row["case"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], help="situations, or a module's name")
    parser.add_argument("--list", action="store_true", help="only name the situations")
    chosen = parser.parse_args()
    known = situations()
    if chosen.list:
        print(*(f"{one.name}: {one.cause}" for one in known), sep="\n")
        return 0
    wanted = [one for one in known if not chosen.only or one.name in chosen.only]
    failed, done = [], []
    with tempfile.TemporaryDirectory(prefix="links-") as name, ThreadPoolExecutor(3) as pool:
        linker_dir = make_linker_dir(Path(name) / "linkers")
        absent = {
            arch for arch, name in FETCHED.items() if not (TOOLCHAINS / f"trixie-{name}").is_dir()
        }
        skipped = [one.name for one in wanted if absent & set(one.archs.split())]
        if not buildkit.is_there():
            skipped += [one.name for one in wanted if one.linkers == "buildkit"]
        wanted = [one for one in wanted if one.name not in skipped]
        for arch, machine in MACHINES.items():
            for linker in machine.linkers if arch not in absent else ():
                check_linker(arch, linker, Path(name), linker_dir)
        jobs = {
            one.name: {
                case: pool.submit(buildkit.build, one, case[0], linker_dir)
                if one.linkers == "buildkit"
                else pool.submit(build, one, *case, linker_dir)
                for case in one.cases()
            }
            for one in wanted
        }
        for one in wanted:
            errors = {case: job.exception() for case, job in jobs[one.name].items()}
            if any(errors.values()):
                failed += [f"{one.name} {case}: {error}" for case, error in errors.items() if error]
            else:
                record(one, {case: job.result() for case, job in jobs[one.name].items()})
                done.append(one)
    write_truth(done, known)
    print(f"{len(done)} situations, {sum(len(list(one.cases())) for one in done)} cases")
    if skipped:
        print("left as they are, for want of what fetch.sh and image.sh make:", *skipped)
    print(*failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
