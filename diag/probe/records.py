"""What the stubs of one RUN wrote: the calls of outside commands, in the order of the script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diag.probe.scripts import EXIT_FILE, STUBS

_LAST = 1 << 62  # after every process number


@dataclass(frozen=True)
class Call:
    """One call of an outside command: its arguments (the word it was called by first),
    the folder it was called in and its whole environment."""

    argv: tuple[str, ...]
    folder: str
    env: Mapping[str, str]


def read_calls(records: Mapping[str, bytes], limit: int) -> tuple[list[Call], int]:
    """The calls in order, at most `limit`, and how many there were (with those half written).

    A command that a process runs as its last (by exec) comes after its other children, children
    in the order of their process numbers, which is that of the script; so commands of a pipeline
    or of the background have an order that does not hang on which came first.
    """
    found = []
    for name, content in records.items():
        if name.endswith(".call"):
            chain, *words = _strings(content)
            call = _call(words, records.get(name.removesuffix(".call") + ".env"))
            found.append((_order(chain), call))
    found.sort(key=lambda pair: pair[0])
    whole = [call for _, call in found if call is not None]
    return whole[:limit], len(found)


def _strings(content: bytes) -> list[str]:
    return [word.decode(errors="surrogateescape") for word in content.split(b"\0")[:-1]] or [""]


def _order(chain: str) -> tuple[int, ...]:
    return (*(int(word) for word in chain.split() if word.isdigit()), _LAST)


def _call(words: list[str], environment: bytes | None) -> Call | None:
    if environment is None or len(words) < 2:
        return None
    folder, *argv = words
    argv[0] = argv[0].removeprefix(f"{STUBS}/")
    # An entry without `=` is no variable; of a name that stands twice, getenv finds the first.
    pairs = [entry.partition("=") for entry in _strings(environment) if "=" in entry]
    return Call(tuple(argv), folder, {name: value for name, _, value in reversed(pairs)})


def read_exit(records: Mapping[str, bytes]) -> int | None:
    """Exit status of the RUN's shell, or None where it is not recorded."""
    code = records.get(EXIT_FILE, b"").split(b" ")[0]
    return int(code) if code.isdigit() and len(code) < 4 else None
