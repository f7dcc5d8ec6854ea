"""What a stage lacks because other platforms stand on other stages: `FROM build-$TARGETARCH`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from diag.errors import InputError
from diag.flow.arguments import global_values, platform_args
from diag.flow.values import Value
from diag.flow.words import expand
from diag.platforms import PLATFORMS, Platform
from diag.read.dockerfile import Instruction

LOST_BY = "env-of-other-stage"


def globals_everywhere(
    instructions: Sequence[Instruction],
    build: Platform,
    build_args: Mapping[str, str],
    engine: str,
) -> tuple[dict[str, Value], ...]:
    """What FROM lines read on every platform; nothing where none of them reads anything."""
    froms = (i.value_text for i in instructions if i.instruction == "FROM")
    if not any("$" in text for text in froms):
        return ()
    found = []
    for other in PLATFORMS:
        given = platform_args(other, build, "")
        with suppress(InputError):  # `${TARGETVARIANT:?}`: that platform is not built
            found.append(global_values(instructions, given, build_args, engine))
    return tuple(found)


def names_elsewhere(
    name: str, at: Instruction, elsewhere: Iterable[Mapping[str, Value]]
) -> Iterator[str]:
    """The stages or images that a FROM names on other platforms, each once."""
    seen = set()
    for globals in elsewhere if "$" in name else ():
        with suppress(InputError):
            text = (expand(name, globals, at).text or "").lower()
            if text not in seen:
                seen.add(text)
                yield text


def lacked(
    inherited: Iterable[Mapping[str, Value]], own: Mapping[str, Value], lost_at: str
) -> dict[str, Value]:
    """What the stages of other platforms have from below, and `own` has not.

    What such a stage sets itself is its platform's own affair; what it stands on, others share.
    """
    return {
        name: replace(
            value, status="unset", text=None, is_exported=False, lost_at=lost_at, lost_by=LOST_BY
        )
        for env in inherited
        for name, value in env.items()
        if name not in own and value.status == "set"
    }
