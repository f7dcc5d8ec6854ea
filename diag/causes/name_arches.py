"""Which machines the parts of a name, or a compiler's switch, speak of."""

from __future__ import annotations

import re
from functools import cache

from diag.causes.machine_code import has, machines_of_switch
from diag.knowledge import isa_words_in, table

# A switch that lets the compiler use more than the platform's base, or less; -mtune= only orders.
MACHINE_SWITCH = re.compile(r"(?<![\w-])-m(?!64\b|32\b|x32\b|tune=)[a-z0-9]+(?:[\w.=+-]*[\w+])?")
# Words for one of several bodies of a function; which of them is built is a condition of the build.
_BODIES = frozenset([
    "simd", "asm", "vec", "vector", "accel", "scalar", "generic", "portable", "fallback", "native",
    "x86", "arm", "intel", "amd", "power", "ppc", "mips", "riscv", "wasm", "cuda", "hip", "gpu",
])  # fmt: skip
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


def speaks_of_machine(name: str) -> bool:
    """A part of the name is for a machine or for an instruction set."""
    return bool(isa_words_in(name) or arches_of_words(name))


def is_body(words: set[str]) -> bool:
    """One of the words is for one body among several."""
    return bool(words & _BODIES) or any(isa_words_in(word) for word in words)


def names_a_machine(name: str) -> bool:
    """A part of the name is a machine's own name, not only that of an instruction set."""
    words = {word for row in table("machine_words")["machine"] for word in row["words"]}
    return not words.isdisjoint(re.findall(r"[a-z0-9]+", name.lower()))


def switches_of_other(switch: str, arch: str) -> bool:
    """The switch is one that only compilers of other machines know."""
    known = machines_of_switch(switch)
    return bool(known) and not has(known, arch)
