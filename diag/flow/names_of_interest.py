"""Which variable names get a row at every command, alike in the static flow and in the probe.

A name is of interest when the Dockerfile assigns, exports or declares it anywhere (ARG, ENV,
shell), or when it is a platform argument of the engine that the Dockerfile mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

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

# A word that starts like an assignment. `-DNAME=x`, `"NAME=x"` and `a.b=x` are none.
_ASSIGNMENT = re.compile(rf"(?:^|(?<=[\s;&|(){{`]))(?P<name>{_NAME})(?:\[[^\]\n]*\])?\+?=(?!=)")
_DECLARATION = re.compile(
    r"(?:^|(?<=[\s;&|({`]))(?:export|readonly|local|declare|typeset)\s(?P<words>[^;&|)\n]*)"
)
_DECLARED = re.compile(rf"(?<!\S)(?P<name>{_NAME})(?=[=\s]|$)")
_READ = re.compile(r"(?:^|(?<=[\s;&|({`]))read\s(?P<words>[^;&|<)\n]*)")
_LOOP = re.compile(rf"(?:^|(?<=[\s;&|({{`]))for\s+(?P<name>{_NAME})\b")
_DEFAULT = re.compile(rf"\$\{{(?P<name>{_NAME}):?=")


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
            yield from assigned_names(text)


def _env_names(text: str) -> Iterator[str]:
    first = _FIRST_NAME.match(text)
    if first is not None and not text[first.end() :].startswith("="):
        yield first["name"]
        return
    yield from (match["name"] for match in _PAIR_NAME.finditer(_QUOTED.sub("q", text)))


def assigned_names(script: str) -> list[str]:
    """Names that a shell script assigns, exports, declares, reads or loops over, in order."""
    found = [(m.start("name"), m["name"]) for m in _ASSIGNMENT.finditer(script)]
    found += [(m.start("name"), m["name"]) for m in _LOOP.finditer(script)]
    found += [(m.start("name"), m["name"]) for m in _DEFAULT.finditer(script)]
    for words in (*_DECLARATION.finditer(script), *_READ.finditer(script)):
        start = words.start("words")
        found += [(start + m.start(), m["name"]) for m in _DECLARED.finditer(words["words"])]
    return [name for _, name in sorted(found)]


def _mentioned_arguments(text: str) -> list[str]:
    places = [(re.search(rf"\b{name}\b", text), name) for name in PLATFORM_ARGUMENTS]
    return [name for found, name in sorted((m.start(), n) for m, n in places if m)]
