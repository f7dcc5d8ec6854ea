"""A definition that another platform of the build takes from a source for its own machine, and for which
this one has no counterpart: the list of sources, or the guard of the caller, is wrong for this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, NamedTuple

from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import stem_of
from diag.causes.made_here import made_on
from diag.causes.model import Evidence, Missing
from diag.causes.name_arches import arches_of_words, speaks_of_machine
from diag.platforms import BY_NAME, Platform
from diag.schema import each

MAX_FILES = 3000  # of a platform whose names are looked at
_PARTS = re.compile(r"[a-z0-9]+")


class Beside(NamedTuple):
    """`file`: what defines the symbol on `platform`, and is named for that machine."""

    platform: str
    file: str
    evidence: tuple[Evidence, ...]


def beside(facts: Facts, symbol: Symbol, target: Platform) -> Beside | None:
    """The first platform that built and defines it in such a file, where nothing of the failing one is
    named as a counterpart; None where there is none."""
    if not facts.has_objects(symbol.platform):
        return None
    own = _named_here(facts, symbol.platform)
    for other in facts.platforms:
        if other == symbol.platform or facts.outcome(other) != "linked" or other not in BY_NAME:
            continue
        for row in each(facts.definitions(Symbol(symbol.name, other))):
            stem = stem_of(row.member or row.file)
            arches = arches_of_words(stem)
            is_theirs = BY_NAME[other].elf_arch in arches and target.elf_arch not in arches
            if is_theirs and not _counterpart(stem, own, target):
                return Beside(other, stem, tuple(_evidence(facts, symbol, other, row, own)))
    return None


def _named_here(facts: Facts, platform: str) -> list[str]:
    """Stems of what the platform made: its objects and members, and the sources that the log compiles."""
    rows = facts.of_platform(facts.objects, platform).head(MAX_FILES)
    files = [stem_of(member or file) for member, file in zip(rows["member"], rows["file"], strict=True)]  # fmt: skip
    sources = [compile.stem for compile in made_on(facts, platform).compiles[:MAX_FILES]]
    return list(dict.fromkeys([*files, *sources]))


def _counterpart(stem: str, own: Iterable[str], target: Platform) -> bool:
    """One of the names is of the same family and of this machine, or for any."""
    family = _family(stem)
    return any(
        family and _family(name) == family and target.elf_arch in (arches_of_words(name) or {target.elf_arch})
        for name in own
        if speaks_of_machine(name)
    )  # fmt: skip


def _family(stem: str) -> frozenset[str]:
    """The parts of a name that do not speak of machines."""
    return frozenset(part for part in _PARTS.findall(stem.lower()) if not speaks_of_machine(part))


def _evidence(
    facts: Facts, symbol: Symbol, other: str, row: Any, own: list[str]
) -> Iterator[Evidence]:
    yield Evidence.of_unit(row, f"defines {symbol.name} on {other}, where the build succeeds")
    yield from facts.reference_evidence(symbol)[:2]
    count = f"{len(own)} names" if len(own) > 1 else "1 name"
    folder = _folder(facts, symbol.platform)
    text = f"none of {count} of objects and sources of {symbol.platform} is a counterpart of {stem_of(row.member or row.file)}"
    yield Evidence(folder, None, text)


def _folder(facts: Facts, platform: str) -> str:
    """The folder of the first object of the platform."""
    return str(PurePath(str(facts.of_platform(facts.objects, platform)["file"].iloc[0])).parent)


def claim_of(symbol: Symbol, found: Beside) -> str:
    """What is seen, without a word of why."""
    return (
        f"{found.platform} takes {symbol.name} from {found.file}, a source for its machine; {symbol.platform} has no "
        "counterpart, though it wants the name."
    )


def sources_missing(symbol: Symbol, found: Beside, target: Platform) -> Missing:
    """What tells a list that lacks the source from a guard that should not have let the caller through."""
    names = {target.uname, target.architecture, target.elf_arch}
    names |= {"arm", "neon"} if target.elf_arch in ("arm", "aarch64") else set()
    words = "|".join(sorted(names))
    family = ".*".join(sorted(_family(found.file))) or found.file
    return Missing(
        f"whether a source for {target.elf_arch} lies beside {found.file}",
        "if one does, the condition that chooses it names this machine otherwise (CMAKE_SYSTEM_PROCESSOR is aarch64, "
        "not arm64); if none does, the caller's guard is too wide",
        (
            f"git ls-files | grep -iE '{family}[^/]*({words})'",
            f"git grep -nE '{found.file}|CMAKE_SYSTEM_PROCESSOR|uname -m' -- '*CMakeLists.txt' '*.cmake' '*akefile*' '*.build' '*.sh'",
        ),
    )
