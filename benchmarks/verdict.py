"""Verdicts: a small case of the lab, and a large one, beside the searches that a person would run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.logs import write_plain_log
from benchmarks.objects import merged_archive
from benchmarks.sides import CASE, PANDAS, ROOT, Pair, Side

LOG_BYTES = 50 << 20
_IMPORTS = PANDAS + "import diag.verdict\nfrom diag import Case, open_case\n"
# CPU time beside the wall time: others may use the machine. The peak counts what was imported.
_JUDGE = """
import resource, time
cpu = time.process_time()
verdict = {case}.diagnose()
cpu = time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
told = f"{{verdict.outcome}} {{verdict.cause}}, CPU {{cpu:.2f}} s, peak {{peak}} MB"
print({name!r}, "is", told, file=sys.stderr)
"""
# What a person would run instead: who has the name, in the log and in all objects.
_SEARCH = (
    'grep -c "undefined reference" "$1"; find "$2" -name "*.o" -exec nm -A {} + | grep -c memcpy'
)


def pairs(folder: Path) -> Iterator[Pair | str]:
    """What is made is made in the folder."""
    small = sorted((ROOT / "data" / "lab" / "links").glob("*/amd64-bfd/case.toml"))
    if small:
        case = f"open_case({str(small[0].parent)!r})"
        call = _JUDGE.format(case=case, name="a case of the lab")
        kit = Side("verdict on a case of the lab", imports=_IMPORTS, call=call)
        log = small[0].parent / "build.log"
        grep = Side("grep -c undefined", ("grep", "-c", "undefined reference", str(log)))
        yield Pair(kit, grep, "under 0.5 s", runs=5, n_notes=1)
    yield from _large(folder)


def _large(folder: Path) -> Iterator[Pair | str]:
    log, objects = folder / "build.log", folder / "objects"
    write_plain_log(log, LOG_BYTES, ROOT / CASE.parent)
    n_objects = _extract(merged_archive(folder)[0], objects)
    yield f"  a log of {LOG_BYTES >> 20} MB, {n_objects:,} objects"
    case = f"Case(log={str(log)!r}, objects=[{str(objects)!r}], platforms=['linux/amd64'])"
    call = _JUDGE.format(case=case, name="the large case")
    kit = Side("verdict on it", imports=_IMPORTS, call=call)
    search = Side(
        "grep and nm | grep, one name", ("sh", "-c", _SEARCH, "sh", str(log), str(objects))
    )
    yield Pair(kit, search, "under 10 s", runs=1, n_notes=1)


def _extract(archive: Path, folder: Path) -> int:
    """Writes each member as a file of its own; members of one name, which `ar x` writes over one
    another, are told apart by their number. How many there are."""
    from diag.read.archive import parse_archive

    data = archive.read_bytes()
    members = parse_archive(memoryview(data)).members
    folder.mkdir()
    for member in members:
        held = data[member.offset : member.offset + member.size]
        (folder / f"{member.number}-{Path(member.name).name}").write_bytes(held)
    return len(members)
