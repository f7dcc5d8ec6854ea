"""Which machines the parts of a name, or a compiler's switch, speak of."""

from __future__ import annotations

import re
from functools import cache

from diag.knowledge import table

_CAMEL = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z][a-z]+\d*")


@cache
def _words() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in table("isa_words").values():
        found |= {word: frozenset(group["machines"]) for word in group["words"]}
    for row in table("machine_words")["machine"]:
        for word in row["words"]:
            found[word] = found.get(word, frozenset()) | {row["arch"]}
    return found


def arches_of_words(name: str) -> frozenset[str]:
    """The machines that have everything that the name speaks of; empty where it speaks of none."""
    parts = dict.fromkeys(re.findall(r"[a-z0-9]+", name.lower()))
    parts |= dict.fromkeys(part.lower() for part in _CAMEL.findall(name))  # sumNeon, HashAVX2
    told = [_words()[part] for part in parts if part in _words()]
    return frozenset.intersection(*told) if told else frozenset()


def names_a_machine(name: str) -> bool:
    """A part of the name is a machine's own name, not only that of an instruction set."""
    words = {word for row in table("machine_words")["machine"] for word in row["words"]}
    return not words.isdisjoint(re.findall(r"[a-z0-9]+", name.lower()))


def switches_of_other(switch: str, arch: str) -> bool:
    """The switch is one that only compilers of other machines know."""
    rows = table("machine_words")["machine"]
    known = {row["arch"] for row in rows if re.match(row.get("switches", r"$^"), switch)}
    return bool(known) and arch not in known
