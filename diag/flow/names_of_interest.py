"""Which variable names get a row at every command, alike in the static flow and in the probe.

A name is of interest when the Dockerfile assigns, exports or declares it anywhere (ARG, ENV,
shell), or when it is a platform argument of the engine that the Dockerfile mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from diag.read.shell import MAX_LENGTH, parse_script
from diag.read.shell_walk import assigned_names

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
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", re.DOTALL)


def names_of_interest(instructions: Iterable[Instruction]) -> tuple[str, ...]:
    """The names, each once, in the order of their first appearance in the Dockerfile."""
    found: dict[str, None] = {}
    for instruction in instructions:
        texts = [instruction.value_text, *(heredoc.body for heredoc in instruction.heredocs)]
        whole = "\n".join(texts)
        places = _places(whole)
        secret = re.findall(rf"type=secret\S*?,env=({_NAME})", " ".join(instruction.flags))
        mentioned = (name for name in PLATFORM_ARGUMENTS if name in places)
        names = {*_declared_names(instruction.instruction.upper(), texts), *mentioned, *secret}
        # A name that only a part of a word spells has no place: it comes last.
        for name in sorted(names, key=lambda name: (places.get(name, len(whole)), name)):
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
            script = parse_script(text)
            yield from assigned_names(script.items)
            if (
                script.fault is not None and keyword == "RUN"
            ):  # behind the fault only words are left
                yield from (match["name"] for match in _PAIR_NAME.finditer(text[:MAX_LENGTH]))


def _env_names(text: str) -> Iterator[str]:
    first = _FIRST_NAME.match(text)
    if first is not None and not text[first.end() :].startswith("="):
        yield first["name"]
        return
    yield from (match["name"] for match in _PAIR_NAME.finditer(_QUOTED.sub("q", text)))


def _places(text: str) -> dict[str, int]:
    """Offset of each word where it first stands, in one pass, as far as a script is read."""
    found: dict[str, int] = {}
    for word in _WORD.finditer(text[:MAX_LENGTH]):
        found.setdefault(word.group(), word.start())
    return found
