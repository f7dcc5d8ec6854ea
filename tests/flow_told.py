"""What the environment flow says of each command of a Dockerfile: all its ways together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from diag.flow.file_store import FileStore
from diag.flow.interpret import interpret
from diag.flow.names_of_interest import names_of_interest
from diag.flow.rows import rows_of
from diag.flow.scopes import run_contexts
from diag.flow.stages import DEFAULT_SHELL
from diag.read.dockerfile import parse_dockerfile
from tests.flow_worlds import NO_WAY, PLATFORMS, Combination, Place, Sample, Seen, facts_of, text_of

_TITLES = {"dash": "dash", "bash-posix": "bash", "busybox-ash": "busybox ash"}
_SHELL_IS = re.compile(r"(?:^|; )sh is (?P<titles>[a-z0-9. ]+?)(?=;|$)")


def told(
    sample: Sample, platforms: Iterable[str] = PLATFORMS
) -> dict[Combination, dict[Place, Seen]]:
    """What the flow says of each command: all its ways together.

    For bash (not as sh) the flow is asked with SHELL bash; for the others, with sh and whatever
    it says of them.
    """
    found: dict[Combination, dict[Place, set[str]]] = defaultdict(lambda: defaultdict(set))
    for platform in platforms:
        for row in _rows(sample, platform, DEFAULT_SHELL):
            for shell in _TITLES:
                if _speaks_of(text_of(row["condition"]), _TITLES[shell]):
                    _add(found[platform, shell], row)
        for row in _rows(sample, platform, ("bash", "-c")):
            if _speaks_of(text_of(row["condition"]), "bash"):
                _add(found[platform, "bash"], row)
    return {key: {p: frozenset(s) for p, s in cells.items()} for key, cells in found.items()}


def _add(cells: dict[Place, set[str]], row: Mapping[str, Any]) -> None:
    for place, text in facts_of(row):
        cells[place].add(text)


def _speaks_of(condition: str, title: str) -> bool:
    if NO_WAY in condition:
        return False
    return all(title in found["titles"].split(" or ") for found in _SHELL_IS.finditer(condition))


def _rows(sample: Sample, platform: str, sh: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    instructions = parse_dockerfile(sample.content, "Dockerfile")
    names = names_of_interest(instructions)
    store = FileStore()
    for context in run_contexts(instructions, platform=platform, **sample.options):
        if context.shell[:1] == DEFAULT_SHELL[:1]:
            context = replace(context, shell=(*sh[:-1], *context.shell[1:]))
        events = interpret(context, store, names)
        yield from rows_of(context, events, names, store.holes, with_toolchain=False)
