"""What invites an explanation where only a log is at hand: without an invitation a cause is silent,
so that each one that is listed as undecided is a candidate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import SYSTEM_LIBRARIES
from diag.causes.made_here import archives_on
from diag.causes.name_arches import names_a_machine
from diag.causes.name_evidence import lines_that_make
from diag.causes.named import Named, wanted_on
from diag.causes.on_line import (
    has_any,
    is_cxx_driver,
    is_fortran_driver,
    plain_words,
    whole_command,
)
from diag.causes.once import asked_once
from diag.causes.skips import has_crates
from diag.causes.toolchain import toolchain_of
from diag.knowledge import algorithm_words, isa_words_in
from diag.knowledge.names import library_of, prefix_of
from diag.schema import each

_STATIC = ("-static", "--static", "-static-pie")
_START = re.compile(r"(?:[SMgr]?crt[1in]|rcrt1|gcrt1|crt(?:begin|end)[ST]?)\.o")
_LIBRARY = re.compile(r".*\.(?:a|lib|rlib|so|dylib|tbd)(?:\.[\d.]+)?")
_OBJECT = re.compile(r".*\.(?:o|obj|lo)")
_SOURCE = re.compile(r".*\.(?:c|cc|cpp|cxx|s|S|f|f90|m|mm)")
_LANGUAGES = (
    ("c++", re.compile(r"(?:^|[\s/\"-])(?:g\+\+|c\+\+|clang\+\+)[\s\"-]|\.(?:cc|cpp|cxx|C)[\s\"]")),
    ("fortran", re.compile(r"(?:^|[\s/\"-])(?:gfortran|flang|ifort|ifx)[\s\"-]", re.I)),
    ("rust", re.compile(r"(?:^|[\s/\"])rustc[\s\"]")),
)  # fmt: skip
_LIBRARY_LANGUAGES = {"-lstdc++": "c++", "-lc++": "c++", "-lgfortran": "fortran"}


# -- a kernel, and the flags of rustc -------------------------------------------------------------


def is_kernel_name(name: str) -> bool:
    """The name speaks of an instruction set. An algorithm's own name (`crc32`) does only with a
    machine beside it (`crc32_armv8`), and what a well-known library offers does not at all. Behind
    such a library's prefix may stand a kernel of its own, where the library itself is built."""
    words = isa_words_in(name)
    library = library_of(name)
    is_offered = library is not None and not prefix_of(name)
    if not words or is_offered:
        return False
    return bool(words - algorithm_words()) or (library is None and names_a_machine(name))


def has_rust(facts: Facts, platform: str) -> bool:
    """Rust took part in the build: cargo ran the link, or a crate is among its inputs."""
    return has_crates(facts) or toolchain_of(facts, platform) in ("cargo", "cc")


# -- what else was on the link --------------------------------------------------------------------


def could_be_elsewhere(facts: Facts, symbol: Symbol) -> bool:
    """The link was given something beside what wants the symbol, or that is not known."""
    command = _command(facts, symbol)
    if command is None or _is_of_system(symbol.name):
        return True
    users = set(_users(facts, symbol))
    files = [PurePath(word).name for word in _files(command)]
    return _has_library(command) or any(file not in users for file in files)


def has_library(facts: Facts, symbol: Symbol) -> bool:
    """The link was given a library that is not the system's, or that is not known."""
    command = _command(facts, symbol)
    return command is None or _is_of_system(symbol.name) or _has_library(command)


def has_shared_library(facts: Facts, symbol: Symbol) -> bool:
    """The link is known, and names a library that may be a shared one and is not the system's."""
    command = _command(facts, symbol)
    if command is None or has_any(command, _STATIC):
        return False
    libraries = (word for word in plain_words(command) if _is_library(word))
    return any(word.startswith("-l") or ".so" in word or ".dylib" in word for word in libraries)


def _is_of_system(name: str) -> bool:
    """A name of a library that everybody knows, or one that is reserved for the system."""
    return library_of(name) is not None or name.startswith("__")


@asked_once
def _command(facts: Facts, symbol: Symbol) -> Any | None:
    """The command that linked what wants the symbol, where every word of it is known."""
    named = _named(facts, symbol)
    return whole_command(facts, [named]) if named is not None and named.references else None


def _named(facts: Facts, symbol: Symbol) -> Named | None:
    return _by_symbol(facts, symbol.platform).get(symbol)


@asked_once
def _by_symbol(facts: Facts, platform: str) -> dict[Symbol, Named]:
    return {named.symbol: named for named in wanted_on(facts, platform)}


def _users(facts: Facts, symbol: Symbol) -> Iterator[str]:
    """Objects and sources that want the symbol; an archive may hold the definition all the same."""
    named = _named(facts, symbol)
    for ref in named.references if named is not None else ():
        yield from (PurePath(name).name for name in (ref.object, ref.source) if name)


def _has_library(command: Any) -> bool:
    return any(map(_is_library, plain_words(command)))


def _is_library(word: str) -> bool:
    if word.startswith("-"):
        return word.startswith("-l") and word[2:] not in SYSTEM_LIBRARIES
    return bool(_LIBRARY.fullmatch(word))


def _files(command: Any) -> Iterator[str]:
    """Objects and sources on the command, without what every program begins and ends with."""
    words = plain_words(command)
    for before, word in zip(["", *words], words, strict=False):
        is_file = _OBJECT.fullmatch(word) or _SOURCE.fullmatch(word)
        if is_file and before != "-o" and not _START.fullmatch(PurePath(word).name):
            yield word


def _archives(command: Any) -> Iterator[str]:
    """Archives on the command, those that `-lX` may stand for among them."""
    for word in filter(_is_library, plain_words(command)):
        yield f"lib{word[2:]}.a" if word.startswith("-l") else word


def _members(facts: Facts, platform: str, archives: list[str]) -> Iterator[str]:
    """Objects that the log shows `ar` to put into one of the archives."""
    held = archives_on(facts, platform)
    for file in archives:
        members = sorted(held.get(PurePath(file).name, ()))
        yield from (name for name in members if _OBJECT.fullmatch(name))


# -- languages ------------------------------------------------------------------------------------


def languages_beside(facts: Facts, symbol: Symbol) -> frozenset[str]:
    """Languages of which something stands on the link beside what wants the symbol: c++, fortran,
    rust. Empty for names that the system and well-known libraries give."""
    if _is_of_system(symbol.name) and "_MOD_" not in symbol.name:
        return frozenset()
    key = ("languages", symbol.platform, *sorted(set(_users(facts, symbol))))
    if key not in facts.known:
        facts.known[key] = frozenset(_languages(facts, symbol))
    return facts.known[key]  # type: ignore[no-any-return]


def _languages(facts: Facts, symbol: Symbol) -> Iterator[str]:
    command = _command(facts, symbol)
    if command is None:
        return
    if is_cxx_driver(command):
        yield "c++"
    if is_fortran_driver(command):
        yield "fortran"
    yield from (lang for word, lang in _LIBRARY_LANGUAGES.items() if word in command.words)
    users = set(_users(facts, symbol))
    archives = list(_archives(command))
    files = [*_files(command), *archives, *_members(facts, symbol.platform, archives)]
    others = [name for file in files if (name := PurePath(file).name) not in users]
    for row in each(lines_that_make(facts, symbol.platform, others)) if others else ():
        yield from (lang for lang, said in _LANGUAGES if said.search(row.text[:4000]))
