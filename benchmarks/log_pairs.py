"""Large logs beside a search for the words that the grammars look for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.logs import write_error_log, write_plain_log
from benchmarks.sides import CASE, ROOT, Pair, Side

# What is timed of a log: its steps and link errors, and the memory beyond that of the imports.
_READ = """
import resource
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
before = used()
log = read_log({path!r})
assert len(log.steps) and len(log.link_errors)
print({name!r}, "takes", used() - before, "MB beyond the imports, frames among them", file=sys.stderr)
"""
_IMPORTS = "import pandas, diag.schema\nimport diag.read.linkers.frames\nfrom diag.read.linkers import read_log"


def pairs(folder: Path, size: int) -> Iterator[Pair]:
    """Logs of `size` MB and of 20, made in the folder."""
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
    grep = ("env", "LC_ALL=C", "grep", "-c", "-F", "-f", str(words))
    for name, (path, aim) in logs.items():
        kit = Side(name, imports=_IMPORTS, call=_READ.format(path=str(path), name=name))
        yield Pair(kit, Side("grep -c -F -f WORDS", (*grep, str(path))), aim, runs=3, n_notes=1)
