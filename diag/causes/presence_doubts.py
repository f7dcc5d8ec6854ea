"""Where a kernel's name may stand all the same although no compile is named for it: in a source
whose guard left it out, under another spelling, or in a library that this build does not make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from diag.causes.alike import defined_names, is_near, letters
from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import SYSTEM_LIBRARIES, stem_of
from diag.causes.hollow import empty_objects
from diag.causes.link_inputs import command_missing, inputs_of, link_command
from diag.causes.made_here import Compile, made_on
from diag.causes.model import Missing
from diag.causes.name_arches import MACHINE_SWITCH, is_body, speaks_of_machine
from diag.causes.name_evidence import symbol_text
from diag.knowledge import isa_words_in

MAX_NAMES = 50_000  # definitions that a name is compared with
# What compilers, the C library and the loader bring to any link: no kernel of a project.
_OF_SYSTEM = SYSTEM_LIBRARIES | {"stdc++", "c++", "c++abi"}
_MACRO = re.compile(r"(?<![\w-])-[DU]\"?(?P<macro>\w+)")
_PLAIN_C = re.compile(r"\.(?:c|m)$")
_KERNELS = frozenset(["kernel", "kernels"])
_PLAIN_BODIES = frozenset(["scalar", "generic", "portable", "fallback"])


def is_kept_back(facts: Facts, symbol: Symbol) -> bool:
    """An input defines it for itself alone: its source is there, whatever shuts the name in."""
    seen = facts.seen(symbol, "defined")
    return bool((~seen["is_output"].astype(bool)).any()) if len(seen) else False


def may_be_made(facts: Facts, symbol: Symbol, users: set[str]) -> Missing | None:
    """What would have to be seen before the list of sources is said to lack one; None: nothing.

    `users`: stems of the sources that want the symbol.
    """
    made = made_on(facts, symbol.platform)
    spelt = next(_spelt_otherwise(facts, symbol), "")
    if spelt:
        why = f"{spelt} is defined, and one of the two may be a slip of spelling or of linkage"
        return _sources(f"the sources that declare {symbol.name}", why, symbol)
    empty = next(iter(empty_objects(facts, symbol.platform)), "")
    if empty:
        return _sources(
            f"the source of {empty}", "it was compiled and defines nothing: a guard left it out", symbol
        )  # fmt: skip
    holder = next((c for c in made.compiles if may_hold(c, symbol, users)), None)
    if holder is not None:
        why = f"it was compiled, and may hold {symbol.name} behind a guard or under another name"
        return _sources(f"{holder.source}, and its object", why, symbol)
    if not any(_of_family(stem_of(c.source), symbol, facts) for c in made.compiles):
        why = "nothing that was compiled is of its family: it may be another library's"
        return _sources(f"where {symbol.name} is meant to come from", why, symbol)
    return _from_elsewhere(facts, symbol)


def may_hold(compile: Compile, symbol: Symbol, users: set[str]) -> bool:
    """The source may hold the symbol, though it is not named for it: it is compiled for a machine
    beyond the platform's own, is named for bodies of that kind, or spells names otherwise."""
    stem = stem_of(compile.source)
    if stem in users:
        return False
    words = set(re.findall(r"[a-z]+", stem.lower()))
    own, asked = isa_words_in(stem.lower().replace("-", "_")), isa_words_in(symbol.name)
    if own and asked and own.isdisjoint(asked):
        return False  # a body for another instruction set
    if words & _PLAIN_BODIES and not own:
        return False  # the body for any machine
    if own or words & _KERNELS or is_body(words):
        return True
    text = compile.evidence.text
    macros = (found["macro"].lower() for found in _MACRO.finditer(text))
    is_more = any(not found[0].startswith("-mno-") for found in MACHINE_SWITCH.finditer(text))
    is_other = not _PLAIN_C.search(compile.source)  # C++ and assembly
    return is_more or any(map(speaks_of_machine, macros)) or is_other


def _of_family(stem: str, symbol: Symbol, facts: Facts) -> bool:
    text = symbol_text(facts, symbol).partition("(")[0]
    return not _family(stem).isdisjoint(_family(text))


def _family(name: str) -> set[str]:
    """The parts of a name that speak of what it does, and not of a machine."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    parts = [part for part in re.split(r"[^a-z0-9]+", spaced) if len(part) > 1]
    return {part for part in parts if not (speaks_of_machine(part) or is_body({part}))}


def _spelt_otherwise(facts: Facts, symbol: Symbol) -> Iterator[str]:
    """Definitions whose name is the wanted one but for a slip, a mark or a mangling."""
    text = symbol_text(facts, symbol).partition("(")[0].rpartition("::")[2]
    wanted, asked = letters(text), isa_words_in(symbol.name)
    for name in defined_names(facts, MAX_NAMES, symbol.platform):
        other = letters(name)
        if name.startswith(("_Z", "_R")):
            if wanted in other:
                yield name
            continue
        if other != wanted and isa_words_in(name) != asked:
            continue  # the body for another instruction set
        if is_near(wanted, other):
            yield name


def _from_elsewhere(facts: Facts, symbol: Symbol) -> Missing | None:
    """The link is not known, or names an input that the log does not show to be made."""
    command = link_command(facts, symbol)
    if command is None or command.is_shortened:
        return command_missing(symbol)
    made = made_on(facts, symbol.platform)
    for kind, name in command.inputs:
        base = PurePath(str(name)).name
        if kind == "library":
            if base in _OF_SYSTEM or any(made.makes(f"lib{base}{e}") for e in (".a", ".so")):
                continue
        elif made.makes(base) or not re.search(r"\.(?:o|obj|lo|a|rlib|so)(?:\.[\d.]+)?$", base):
            continue
        shown = f"-l{base}" if kind == "library" else base
        why = "this log does not show how it was made: it may be the one that lacks the symbol"
        return Missing(f"where {shown} comes from, and its version", why, (f"nm -D --defined-only {shown}",))  # fmt: skip
    return None


def is_suspect(facts: Facts, symbol: Symbol, compile: Compile, users: Iterable[str]) -> bool:
    """A source on the link, compiled for a machine, that may have left the symbol out."""
    command = link_command(facts, symbol)
    if command is None or not may_hold(compile, symbol, set(users)):
        return False
    return compile.output in made_on(facts, symbol.platform).outputs_in(inputs_of(command))


def _sources(artefact: str, why: str, symbol: Symbol) -> Missing:
    return Missing(artefact, why, (f"git grep -nw '{symbol.name}'", "nm -C OBJECT"))
