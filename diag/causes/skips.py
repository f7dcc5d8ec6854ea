"""Compiles that were refused or left out, told in the log or in a build script's own output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePath

from diag.causes.facts import Facts, Symbol, clip
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.knowledge import isa_words_in
from diag.schema import each

# What build scripts say when they go on without a file, and what compilers say when they refuse.
_SKIPPED = re.compile(
    r"\b(?:skip(?:s|ped|ping)?|not (?:be )?(?:compiled|built|enabled|supported|available)"
    r"|not building|disabl(?:e|ed|ing)|refus(?:ed|es)|(?:unable|fail(?:ed|s)?|not able) to (?:compile|build)"
    r"|could not (?:compile|build)|cannot (?:compile|build)|left out|leav(?:e|es|ing) \S+ out"
    r"|(?:leaving|leaves) out|omit(?:s|ted|ting)|no support for)\b",
    re.IGNORECASE,
)
# Words of makefiles, CMake and shell scripts that go on: lines of these are looked for in the log.
TELLING = (
    "skipping ", " skipped", "unable to compile", "failed to compile", "could not build", "not building",
    "will not be built", "not be compiled", "(ignored)", "left out", "leaving ", "omitting ", " omitted",
    "no support for",
)  # fmt: skip
_FAILED = re.compile(
    r"(?<![^\s:(])(?P<source>[^\s:(]+\.(?:c|cc|cpp|cxx|s|asm|cu|m)):\d+(?::\d+)?: (?:fatal )?error: ",
    re.IGNORECASE,
)
_GONE = re.compile(r"(?:^|[\s/-])(?:ar|ranlib|ld)(?:\.exe)?: (?P<source>\S+\.o): No such file")
_REFUSED = re.compile(
    r"bad value .+ for '?-m|unrecognized (?:command[- ]line )?option .?-m|unknown target CPU"
    r"|unsupported (?:option|argument) '?-m|invalid feature modifier|target specific option mismatch"
    r"|unknown value .+ for '?-m"
)
REFUSED_FLAG = re.compile(r"bad value \W*(?P<value>[\w.+-]+)\W+ for \W*(?P<flag>-m[\w-]+)=?")
_PACKAGE = re.compile(r"^warning: (?P<package>[A-Za-z0-9_-]+)@\d[\w.+-]*: ")
_SOURCE = re.compile(
    r"(?P<stem>[A-Za-z0-9_+-]+)\.(?:c|cc|cpp|cxx|s|asm|cu|m|o|obj)\b", re.IGNORECASE
)
_RLIB = re.compile(r"^lib(?P<crate>.+)-[0-9a-f]{16}\.rlib$")
_UNIT = re.compile(r"^(?P<crate>\w+)-[0-9a-f]{16}\..*rcgu")  # of a program that cargo links
# What is left out, where a script names the kernel and no file of it.
_LEFT_OUT = re.compile(
    r"\b(?:skip(?:ping|ped|s)?|not building|(?:unable to|failed to|could not|cannot) (?:compile|build)):? "
    r"(?:the )?\W?(?P<what>[A-Za-z]\w{3,})|(?P<other>[A-Za-z]\w{3,})\W? (?:is |was |kernel )?(?:skipped|not (?:built|compiled))",
    re.IGNORECASE,
)
_CARGO_PREFIX = re.compile(r"^(?:warning: (?:[A-Za-z0-9_-]+@[\w.+-]+: )?|cargo:?:warning=)")
_NEAR = 3  # lines that one message may lie apart
_MIN_STEM = 4  # shorter stems (`io`, `f16`) occur in names by chance


@dataclass(frozen=True)
class Skip:
    """Neighbouring lines in which a compile is refused or left out."""

    lines: tuple[Evidence, ...]
    package: str | None

    @cached_property
    def text(self) -> str:
        """The lines together."""
        return "\n".join(line.text for line in self.lines)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The names of the sources and objects in them: asked for by every symbol."""
        return stems_in(self.text)

    @property
    def shown(self) -> tuple[Evidence, ...]:
        """Its first two lines that tell of it; others may merely stand beside them."""
        signs = (_SKIPPED, _REFUSED, _FAILED, _GONE)
        own = [line for line in self.lines if any(sign.search(line.text) for sign in signs)]
        return tuple((own or list(self.lines))[:2])

    @property
    def is_only_failed(self) -> bool:
        """A compile failed, and nothing says that it was left out: only its source's name ties it."""
        return not (_SKIPPED.search(self.text) or _REFUSED.search(self.text))


@asked_once
def skips_on(facts: Facts, platform: str) -> list[Skip]:
    """Refused or skipped compiles of that platform, in the log and in build scripts' output."""
    rows = facts.on(facts.lines, platform)
    is_told = having(rows["text"], "|".join(map(re.escape, TELLING)))
    is_told &= rows["kind"].isin(["output", "other"])
    is_told |= (rows["kind"] == "archiver") & having(rows["text"], "No such file")
    rows = rows[rows["kind"].isin(["build_script", "compiler"]) | is_told]
    told = [Evidence.of_row(r) for r in each(rows)]
    packages = _package_of_warning(facts)
    blocks = [Skip(block, _package(block, packages)) for block in _blocks(told)]
    blocks += [
        Skip(block, packages.get(_bare(block[0].text))) for block in _script_blocks(facts, platform)
    ]
    signs = (_SKIPPED, _REFUSED, _FAILED, _GONE)
    return [skip for skip in blocks if any(sign.search(skip.text) for sign in signs)]


def _script_blocks(facts: Facts, platform: str) -> Iterator[tuple[Evidence, ...]]:
    rows = facts.build_script[facts.build_script["key"] == "warning"]
    own = facts.of_platform(rows, platform)
    yield from _blocks([Evidence.of_row(r, r.value) for r in each(own)])


def _blocks(lines: Iterable[Evidence]) -> Iterator[tuple[Evidence, ...]]:
    block: list[Evidence] = []
    for line in lines:
        last = block[-1] if block else None
        if last and (line.file != last.file or (line.line_no or 0) - (last.line_no or 0) > _NEAR):
            yield tuple(block)
            block = []
        block.append(line)
    if block:
        yield tuple(block)


def _package_of_warning(facts: Facts) -> dict[str, str]:
    """Text of a build script's warning -> its package, where output files tell it."""
    rows = facts.build_script[facts.build_script["key"] == "warning"].dropna(subset=["package"])
    return {_bare(clip(r.value)): r.package for r in each(rows)}


def _bare(text: str) -> str:
    return _CARGO_PREFIX.sub("", text.strip()).strip()


def _package(block: tuple[Evidence, ...], packages: dict[str, str]) -> str | None:
    for line in block:
        named = _PACKAGE.match(line.text)
        if named:
            return named["package"]
        if _bare(line.text) in packages:
            return packages[_bare(line.text)]
    return None


def is_tied(
    skip: Skip, symbol: Symbol, crates: frozenset[str], programs: frozenset[str] = frozenset()
) -> bool:
    """Whether the skipped compile is that of the symbol: by source name, by instruction set, or by
    the package whose Rust code wants the symbol; of a program's own package what the script says
    that it left out has to be named as well."""
    if any(is_stem_of(stem, symbol.name) for stem in skip.stems):
        return True
    if skip.is_only_failed:
        return False
    if (skip.package or "").replace("-", "_") in programs and _names_it(skip, symbol):
        return True
    told, own = isa_words_in(skip.lines[0].text), isa_words_in(symbol.name)
    if told and own:
        return bool(told & own)
    return skip.package is not None and skip.package.replace("-", "_") in crates


def _names_it(skip: Skip, symbol: Symbol) -> bool:
    found = (m["what"] or m["other"] for m in _LEFT_OUT.finditer(skip.text))
    return any(is_stem_of(what, symbol.name) for what in found)


@lru_cache(maxsize=1024)  # a long log says the same again and again
def stems_in(text: str) -> frozenset[str]:
    """The names of sources and of their objects in a line, without folder and ending."""
    return frozenset(found["stem"] for found in _SOURCE.finditer(text))


@lru_cache(maxsize=4096)
def is_stem_of(stem: str, name: str) -> bool:
    """Whether a source of that name would hold the symbol: its name stands in the symbol's, or all
    its parts (two or more) do, in their order: `axpy_simd.c` and `axpy_i8_simd`."""
    plain = stem.lower().replace("-", "_")
    if len(plain) >= _MIN_STEM and plain in name.lower():
        return True
    parts = [part for part in re.split(r"[_.]+", plain) if part]
    asked = iter(part for part in name.lower().split("_") if part)
    return len(parts) > 1 and all(part in asked for part in parts)


@asked_once
def has_crates(facts: Facts) -> bool:
    """Whether any object that the log or the objects name is a crate's."""
    files = [*facts.link_errors["object"].dropna().unique(), *facts.sightings["file"].unique()]
    return any(_RLIB.match(PurePath(file).name) for file in files)


def crates_that_want(facts: Facts, symbol: Symbol) -> frozenset[str]:
    """Rust crates (by the name of their rlib) that refer to the symbol."""
    return _crates(facts, symbol, _RLIB)


def programs_that_want(facts: Facts, symbol: Symbol) -> frozenset[str]:
    """Rust programs (by the names of their objects) that refer to the symbol."""
    return _crates(facts, symbol, _UNIT)


def _crates(facts: Facts, symbol: Symbol, pattern: re.Pattern[str]) -> frozenset[str]:
    by_log, by_objects = _files_that_want(facts, symbol.platform)
    files = set(by_log.get(symbol.name, ()))
    files.update(*(by_objects.get(name, ()) for name in facts.raw_of(symbol)))
    found = (pattern.match(PurePath(file).name) for file in files)
    return frozenset(match["crate"] for match in found if match)


@asked_once
def _files_that_want(facts: Facts, platform: str) -> tuple[dict[str, set[str]], ...]:
    """Name -> files that refer to it, as the log has it and as the objects have it: of ten
    thousand names, no one looks them up one by one."""
    errors = facts.on(facts.link_errors, platform).dropna(subset=["symbol", "object"])
    seen = facts.sightings
    wanted = seen[(seen["platform"] == platform) & (seen["role"] == "wanted")]
    found: tuple[dict[str, set[str]], ...] = ({}, {})
    pairs = (zip(errors["symbol"], errors["object"], strict=True),
             zip(wanted["name"], wanted["file"], strict=True))  # fmt: skip
    for files, told in zip(found, pairs, strict=True):
        for name, file in told:
            files.setdefault(name, set()).add(file)
    return found
