"""Family A beside the skipped kernel: what else leaves a definition unmade.

A list of sources that lacks one, and an assembler that is off; presence_guards and presence_probe
have the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from diag.causes.alike import NO_NAMES
from diag.causes.facts import Facts, Symbol, clip
from diag.causes.file_names import stem_of
from diag.causes.invites import is_kernel_name
from diag.causes.machines import fitted, target_of
from diag.causes.made_here import Compile, compiles_on
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.name_arches import arches_of_words
from diag.causes.once import asked_once
from diag.causes.presence_beside import beside, claim_of, sources_missing
from diag.causes.presence_doubts import is_kept_back, may_be_made
from diag.causes.skips import TELLING, is_stem_of, is_tied, skips_on
from diag.causes.toolchain import toolchain_of
from diag.knowledge import isa_words_in
from diag.knowledge.names import is_helper
from diag.platforms import Platform
from diag.schema import each

SOURCE = "arch-source-missing-from-list"
ASM = "asm-backend-disabled"

MAX_ASKED = 20  # symbols of a platform that are looked at
MAX_SHOWN = 8
_ASM_OFF = re.compile(
    r"\b(?:nasm|yasm|assembler|gas)\b.{0,40}\b(?:not found|missing|no\b|too old|refused)"
    r"|\b(?:asm|assembly|simd)\b.{0,30}\b(?:disabled|is off|no\b|off\b|not (?:supported|available|found))"
    r"|no nasm|without assembly",
    re.IGNORECASE,
)
ASM_TELLING = ("nasm", "yasm", "asm: ", "asm = ", "ASM", "ssembly", "ssembler")


# Names that compilers call by themselves: their runtime has them, no source of the project.
_OF_COMPILERS = ("outline-atomics", "arm-eabi", "sync", "wide-integers", "integers", "floats")


@asked_once
def asked_on(facts: Facts, platform: str) -> list[Symbol]:
    """The undefined symbols of a platform that nothing defines, at most MAX_ASKED."""
    own = (s for s in facts.wanted if s.platform == platform)
    found = [s for s, _ in zip(own, range(500), strict=False) if facts.definitions(s).empty]
    # A source's name is a symbol too, of type FILE.
    near = set(facts.near.loc[~facts.near["type"].isin(NO_NAMES), "wanted"])
    return [s for s in found if s.name not in near]


def is_skipped(facts: Facts, symbol: Symbol) -> bool:
    """A skipped compile is known that would have made it: kernel-object-not-built tells of it."""
    return any(is_tied(skip, symbol, frozenset()) for skip in skips_on(facts, symbol.platform))


# -- asm-backend-disabled ------------------------------------------------------------------------


def judge_asm(facts: Facts) -> Iterator[Finding]:
    """asm-backend-disabled: a whole family of names is missing, and configure said that asm is off."""
    for platform in facts.judged:
        family = _family(asked_on(facts, platform))
        if len(family) < 2:
            continue
        lines = facts.on(facts.lines, platform)
        off = list(each(lines[lines["text"].str.contains(_ASM_OFF.pattern, case=False)]))
        evidence = [*map(Evidence.of_row, off[:3]), *wanted_lines(facts, family)]
        if off:
            yield found(facts, _BY_ID[ASM], family, evidence)
        elif not is_skipped(facts, family[0]):
            missing = Missing(
                "the output of configure (or of CMake's first run)",
                "whether the assembler was found, and the assembly back end is on, is told there",
                ("docker buildx build --progress=plain --no-cache . 2>&1 | tee build.log",
                 "grep -i asm build.log"),
            )  # fmt: skip
            yield opened(_BY_ID[ASM], family, wanted_lines(facts, family)[:3], missing)


def _family(symbols: Iterable[Symbol]) -> list[Symbol]:
    """The largest group of symbols whose names end in one instruction-set word."""
    groups: dict[str, list[Symbol]] = {}
    for symbol in symbols:
        for word in isa_words_in(symbol.name):
            groups.setdefault(word, []).append(symbol)
    return max(groups.values(), key=len, default=[])


# -- arch-source-missing-from-list -------------------------------------


def judge_source(facts: Facts) -> Iterator[Finding]:
    """arch-source-missing-from-list: no line compiles a source for a name of this very machine."""
    for platform in facts.judged:
        target = target_of(facts, platform)
        asked = [s for s in asked_on(facts, platform) if arches_of_words(s.name)][:MAX_ASKED]
        if target is not None:
            yield from _judge_beside(facts, platform, target)
        if target is None or not asked:
            continue
        own = [s for s in asked if _is_of_machine(s.name, target.elf_arch)]
        own = [s for s in own if not (is_helper(s.name, _OF_COMPILERS) or is_kept_back(facts, s))]
        compiles = compiles_on(facts, platform)
        missed = [s for s in own if not compile_of(compiles, s) and not is_skipped(facts, s)]
        missed = [s for s in missed if not _is_linked(facts, s)]
        shown = _siblings(facts, compiles, missed)
        if missed and shown and not is_asm_off(facts, platform):
            evidence = [*shown, *wanted_lines(facts, missed)]
            doubts = (may_be_made(facts, s, users_of(facts, [s])) for s in missed)
            doubt = next(filter(None, doubts), None)
            if doubt is None:
                yield found(facts, _BY_ID[SOURCE], missed, evidence)
            else:
                yield opened(_BY_ID[SOURCE], missed, evidence, doubt)
        elif missed or (own and not compiles and not is_skipped(facts, own[0])):
            own = missed or own
            missing = Missing(
                f"a log that shows the compile lines of {platform or 'the build'}, and the list of sources",
                "only there is seen whether a source for this machine was compiled at all",
                ("put V=1, VERBOSE=1 or -vv on the build command and keep the log",
                 f"git ls-files | grep -iE '{'|'.join(sorted(isa_words_in(own[0].name)) or [target.uname])}'"),
            )  # fmt: skip
            yield opened(_BY_ID[SOURCE], own, wanted_lines(facts, own)[:3], missing)
        elif both := [s for s in asked if _is_for_both(facts, s, target.elf_arch, compiles)]:
            missing = Missing(
                "the list of sources",
                "the name is for either Arm: if a source of it for this machine exists, the list lacks it",
                (f"git ls-files | grep -iE '{'|'.join(sorted(isa_words_in(both[0].name)))}'",),
            )
            yield opened(_BY_ID[SOURCE], both, wanted_lines(facts, both)[:3], missing)


def _judge_beside(facts: Facts, platform: str, target: Platform) -> Iterator[Finding]:
    """A name that speaks of no machine, and whose definition another platform takes from a source for
    its own: what is seen is told, and what decides between the list and the caller's guard."""
    for symbol in asked_on(facts, platform)[:MAX_ASKED]:
        if arches_of_words(symbol.name) or is_kept_back(facts, symbol) or is_skipped(facts, symbol):
            continue
        if (seen := beside(facts, symbol, target)) is not None:
            missing = sources_missing(symbol, seen, target)
            yield _BY_ID[SOURCE].finding(
                "untestable", symbol, seen.evidence, (missing,), claim=claim_of(symbol, seen)
            )


def _is_of_machine(name: str, arch: str) -> bool:
    """The name speaks of this machine, and not of both Arms at once."""
    told = arches_of_words(name)
    return arch in told and not {"arm", "aarch64"} <= told


def _is_for_both(facts: Facts, symbol: Symbol, arch: str, compiles: Sequence[Compile]) -> bool:
    """The name speaks of what both Arms have, and nothing of it was compiled for this one."""
    told = arches_of_words(symbol.name)
    if arch not in told or not {"arm", "aarch64"} <= told or not is_kernel_name(symbol.name):
        return False
    if is_helper(symbol.name, _OF_COMPILERS) or is_kept_back(facts, symbol) or not compiles:
        return False
    is_there = compile_of(compiles, symbol) or is_skipped(facts, symbol)
    return not (is_there or _is_linked(facts, symbol))


def _is_linked(facts: Facts, symbol: Symbol) -> bool:
    """An object that is named for the symbol stands on the link: its source is in the list."""
    stems = (PurePath(name).stem for name in linked_names(facts, symbol.platform))
    own = symbol.name.lower().replace("-", "_")
    return any(stem.lower().replace("-", "_") == own for stem in stems)


def compile_of(compiles: Iterable[Compile], symbol: Symbol) -> Compile | None:
    """The compile whose source would hold the symbol: by its name, or by folder and name."""
    return next(
        (c for c in compiles if is_stem_of(c.stem, symbol.name) and c.is_specific(symbol.name)),
        None,
    )


def _siblings(facts: Facts, compiles: list[Compile], symbols: list[Symbol]) -> list[Evidence]:
    """Compiles of what wants the symbols, or stands beside it: the list of sources that lacks one."""
    if not symbols:
        return []
    users = users_of(facts, symbols)
    of_user = [c for c in compiles if stem_of(c.source) in users]
    if not of_user:
        return []
    beside = [c for c in compiles if c not in of_user]
    shown = "1 compile is" if len(compiles) == 1 else f"{len(compiles)} compiles are"
    text = f"{shown} shown, none of a source for {symbols[0].name}; this one wants it"
    return [
        Evidence(c.evidence.file, c.evidence.line_no, clip(f"{text}: {c.evidence.text}"))
        for c in of_user[:1]
    ] + [c.evidence for c in beside[:3]]


def users_of(facts: Facts, symbols: list[Symbol]) -> set[str]:
    """Names, without folder and ending, of the objects and sources that want the symbols."""
    rows = facts.link_errors[facts.link_errors["symbol"].isin([s.name for s in symbols])]
    columns = ("object", "member", "source_file")
    return {stem_of(str(name)) for c in columns for name in rows[c].dropna()}


def linked_names(facts: Facts, platform: str) -> set[str]:
    commands = facts.on(facts.link_commands, platform)
    names = {PurePath(name).name for inputs in commands["inputs"] for _, name in inputs}
    own = facts.of_platform(facts.objects, platform)
    return names | {PurePath(name).name for name in own["member"] if name}


# -- words ---------------------------------------------------------------------------------------


def is_asm_off(facts: Facts, platform: str) -> bool:
    lines = facts.on(facts.lines, platform)
    return bool(lines["text"].str.contains(_ASM_OFF.pattern, case=False).any())


def wanted_lines(facts: Facts, symbols: list[Symbol]) -> list[Evidence]:
    """The first line about each symbol, or the object that wants it."""
    found = [next(iter(facts.reference_evidence(s)), None) for s in symbols[: MAX_SHOWN - 3]]
    shown = [line for line in found if line is not None]
    if len(symbols) > len(shown) and shown:
        last, more = shown[-1], len(symbols) - len(shown)
        shown[-1] = Evidence(last.file, last.line_no, f"{last.text} (and {more} more)")
    return shown


def found(facts: Facts, cause: Cause, symbols: list[Symbol], evidence: list[Evidence]) -> Finding:
    platform = symbols[0].platform
    words = cause.texts
    steps = fitted(words.fix_with(toolchain_of(facts, platform)), target_of(facts, platform))
    return cause.finding(
        "supported", symbols[0], evidence[:MAX_SHOWN], fix=steps, covers=_others(symbols)
    )


def opened(
    cause: Cause, symbols: list[Symbol], evidence: list[Evidence], missing: Missing
) -> Finding:
    return cause.finding(
        "untestable", symbols[0], evidence[:MAX_SHOWN], (missing,), covers=_others(symbols)
    )


def _others(symbols: list[Symbol]) -> tuple[str, ...]:
    return tuple(s.name for s in symbols[1:])


CAUSES = (
    # In this order: what configure said, then what was compiled.
    Cause(ASM, "presence", "cause", judge_asm, telling=ASM_TELLING),
    Cause(SOURCE, "presence", "cause", judge_source, telling=TELLING),
)
_BY_ID = {cause.id: cause for cause in CAUSES}
