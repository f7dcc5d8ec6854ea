"""Which variable names get a row at every command, alike in the static flow and in the probe.

A name is of interest when the Dockerfile assigns, exports or declares it anywhere (ARG, ENV,
shell), or when it is a platform argument of the engine that the Dockerfile mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from diag.read.shell import parse_script
from diag.read.shell_tree import Simple
from diag.read.shell_walk import assigned_names, walk

if TYPE_CHECKING:
    from diag.read.dockerfile import Instruction

PLATFORM_ARGUMENTS = tuple(
    f"{side}{part}"
    for side in ("TARGET", "BUILD")
    for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
# ARG A B=1 and ENV A=1 B=2; the old form `ENV A some words` names its first word only.
_FIRST_NAME = re.compile(rf"\s*(?P<name>{_NAME})")
_PAIR_NAME = re.compile(rf"(?:^|\s)(?P<name>{_NAME})(?==)")
_ARG_NAME = re.compile(rf"(?:^|\s)(?P<name>{_NAME})(?=[=\s]|$)")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", re.DOTALL)


def names_of_interest(instructions: Iterable[Instruction]) -> tuple[str, ...]:
    """The names, each once, in the order of their first appearance in the Dockerfile."""
    found: dict[str, None] = {}
    for instruction in instructions:
        texts = [instruction.value_text, *(heredoc.body for heredoc in instruction.heredocs)]
        for name in _declared_names(instruction.instruction.upper(), texts):
            found.setdefault(name)
        for name in _mentioned_arguments("\n".join(texts)):
            found.setdefault(name)
    return tuple(found)


def _declared_names(keyword: str, texts: list[str]) -> Iterator[str]:
    if keyword == "ONBUILD":
        inner, _, rest = texts[0].strip().partition(" ")
        yield from _declared_names(inner.upper(), [rest, *texts[1:]])
    elif keyword == "ARG":
        bare = _QUOTED.sub("q", texts[0])
        yield from (match["name"] for match in _ARG_NAME.finditer(bare))
    elif keyword == "ENV":
        yield from _env_names(texts[0])
    elif keyword in ("RUN", "COPY", "ADD"):
        # A here-document of COPY may be a script that a later RUN sources.
        for text in texts if keyword == "RUN" else texts[1:]:
            yield from _assigned_in_order(text)


def _env_names(text: str) -> Iterator[str]:
    first = _FIRST_NAME.match(text)
    if first is not None and not text[first.end() :].startswith("="):
        yield first["name"]
        return
    yield from (match["name"] for match in _PAIR_NAME.finditer(_QUOTED.sub("q", text)))


def _assigned_in_order(script: str) -> list[str]:
    tree = parse_script(script).items
    found = assigned_names(tree) | _named_by_env(tree)
    return sorted(found, key=lambda name: (_place(name, script), name))


def _named_by_env(tree: Any) -> set[str]:
    """Variables that `env NAME=value command` gives a command."""
    return {
        match["name"]
        for simple in walk(tree)
        if isinstance(simple, Simple) and any(word.bare == "env" for word in simple.words)
        for word in simple.words
        if (match := _PAIR_NAME.match(word.text)) is not None
    }


def _place(name: str, text: str) -> int:
    """Offset of a name as a whole word; the end where only a part of a word spells it."""
    found = re.search(rf"\b{name}\b", text)
    return found.start() if found else len(text)


def _mentioned_arguments(text: str) -> list[str]:
    places = sorted((_place(name, text), name) for name in PLATFORM_ARGUMENTS)
    return [name for place, name in places if place < len(text)]
