"""The environment flow of many Dockerfiles and of a long one, beside shellcheck and real shells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.dockerfiles import long_dockerfile, write_many, write_scripts
from benchmarks.sides import PANDAS, ROOT, Pair, Side

N_DOCKERFILES = 500
# What is timed of many Dockerfiles: their frames; the whole on one processor.
_MANY = """
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
began = time.process_time()
paths = [{folder!r} + f"/{{number}}.Dockerfile" for number in range({count})]
n_rows = sum(len(env_at(path, platforms=PLATFORMS)) for path in paths)
took = time.process_time() - began
print({name!r}, "give", n_rows, "rows in", round(took, 1), "s of one processor", file=sys.stderr)
"""
_FLOW = PANDAS + "from diag.flow import env_at\nfrom benchmarks.dockerfiles import PLATFORMS\n"
# One call for all scripts, whatever it says of them.
_CHECK = 'find "$1" -name "*.sh" -exec shellcheck -s bash -f gcc {} + >/dev/null; true'


def pairs(folder: Path) -> Iterator[Pair]:
    """Files are made in the folder."""
    many, long = folder / "many", folder / "Dockerfile"
    many.mkdir()
    paths = write_many(many, ROOT, N_DOCKERFILES)
    write_scripts(paths, folder / "scripts")
    long.write_text(long_dockerfile())
    write_scripts([long], folder / "script")
    name = f"env of {N_DOCKERFILES} Dockerfiles, four platforms"
    call = _MANY.format(folder=str(many), count=N_DOCKERFILES, name=name)
    yield Pair(
        Side(name, imports=_FLOW, call=call),
        Side("shellcheck of its RUNs", ("sh", "-c", _CHECK, "sh", str(folder / "scripts"))),
        "under 20 s",
        runs=1,
        n_notes=1,
    )
    yield from _pairs_of_long(long, folder)


def _pairs_of_long(long: Path, folder: Path) -> Iterator[Pair]:
    one = f"assert len(env_at({str(long)!r}, platforms=PLATFORMS))"
    probe = f"assert len(probe_env({str(long)!r}, platforms=PLATFORMS, shells=['dash']))"
    env = Side("env of 300 lines, four platforms", imports=_FLOW, call=one)
    yield Pair(
        env,
        Side("shellcheck of its RUNs", ("sh", "-c", _CHECK, "sh", str(folder / "script"))),
        "under 0.2 s",
        runs=3,
    )
    shells = _FLOW + "from diag.probe import probe_env"
    yield Pair(env, Side("probe of it in dash", imports=shells, call=probe), runs=1)
