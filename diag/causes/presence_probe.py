"""Family A: a probe and a guard that see other flags, so that a source leaves its kernel out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diag.causes.facts import Facts, Symbol, clip
from diag.causes.hollow import is_without_code
from diag.causes.made_here import Compile, compiles_on, made_on
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.name_arches import MACHINE_SWITCH
from diag.causes.presence import (
    MAX_ASKED,
    asked_on,
    compile_of,
    found,
    is_skipped,
    linked_names,
    opened,
    users_of,
    wanted_lines,
)
from diag.causes.presence_doubts import is_kept_back, is_suspect
from diag.knowledge import isa_words_in
from diag.schema import each

PROBE = "probe-and-guard-disagree"

# The answer ends its line: configure, CMake, meson, and what scripts write in their place. A command
# that would echo it has it in its middle.
_YES = re.compile(r"(?:(?:\.\.\.|:) ?[\"'(]?yes|- Success|- found|: YES|succeeded|: True)[\"')]?(?: \(cached\))?\s*$", re.I)  # fmt: skip
_NO = re.compile(
    r"(?:(?:\.\.\.|:) ?[\"'(]?no|- Failed|- not found|: NO|: False)[\"')]?(?: \(cached\))?\s*$",
    re.I,
)
PROBE_TELLING = (
    "checking for ",
    "checking whether ",
    "Performing Test ",
    "conftest",
    "probe",
    ": yes",
    ": YES",
    "supports arguments ",
)


def judge_probe(facts: Facts) -> Iterator[Finding]:
    """probe-and-guard-disagree: the source was compiled and linked, without the probe's switches."""
    for platform in facts.judged:
        compiles = compiles_on(facts, platform)
        linked = linked_names(facts, platform)
        cases = []
        for symbol in asked_on(facts, platform)[:MAX_ASKED]:
            own = compile_of(compiles, symbol) or _hollow(facts, symbol)
            if (
                own
                and not is_skipped(facts, symbol)
                and (own.output in linked or own.stem + ".o" in linked)
            ):
                cases.append((symbol, own))
        if cases:
            yield _judge_guard(facts, platform, cases)
        else:
            yield from _suspected(facts, platform)


def _suspected(facts: Facts, platform: str) -> Iterator[Finding]:
    """A kernel's name that a source on the link may have left out: its guard is not seen."""
    asked = [s for s in asked_on(facts, platform)[:MAX_ASKED] if isa_words_in(s.name)]
    asked = [s for s in asked if not is_kept_back(facts, s)]
    for symbol in asked[:1]:
        users = users_of(facts, [symbol])
        compiles = made_on(facts, platform).compiles
        own = next((c for c in compiles if is_suspect(facts, symbol, c, users)), None)
        if own is not None and not is_skipped(facts, symbol):
            yield opened(_BY_ID[PROBE], asked, [own.evidence], _guard_missing(own))


def _guard_missing(own: Compile) -> Missing:
    return Missing(
        "the probe's own command and answer",
        "whether the guard in the source sees the switches that the probe was made with",
        (f"the compile line with -dM -E in place of -c, for {own.source}, beside the probe's",),
    )


def _hollow(facts: Facts, symbol: Symbol) -> Compile | None:
    """The compile of the source whose name the symbol begins with (`crc.c`, `crc_block`), where its
    object was given without any code: a condition left all of it out. Where no probe said yes,
    nothing ties it to a guard."""
    for own in compiles_on(facts, symbol.platform):
        stem = re.sub(r"[^a-z0-9]+", "_", own.stem.lower())
        if symbol.name.lower().startswith(f"{stem}_") and is_without_code(
            facts, symbol.platform, own.output
        ):
            return own if any(_probes(facts, symbol.platform, own)) else None
    return None


def _judge_guard(facts: Facts, platform: str, cases: list[tuple[Symbol, Compile]]) -> Finding:
    symbols, own = [s for s, _ in cases], cases[0][1]
    text = f"it was compiled and linked, and does not define {symbols[0].name}: {own.evidence.text}"
    evidence = [Evidence(own.evidence.file, own.evidence.line_no, clip(text))]
    probes = list(_probes(facts, platform, own))
    if probes:
        return found(
            facts, _BY_ID[PROBE], symbols, [*evidence, *probes, *wanted_lines(facts, symbols)]
        )
    return opened(
        _BY_ID[PROBE], symbols, evidence + wanted_lines(facts, symbols)[:2], _guard_missing(own)
    )


def _probes(facts: Facts, platform: str, own: Compile) -> Iterator[Evidence]:
    """Probes that were made with a switch which the source's own compile lacks, each with the `yes` that
    it was answered with: in its own line, or in the next. Another probe's answer is none, and a
    switch that another source of the link is compiled with was asked for that one."""
    linked = linked_names(facts, platform)
    compiles = [c for c in compiles_on(facts, platform) if c.output in linked]
    has = {s for c in (own, *compiles) for s in MACHINE_SWITCH.findall(c.evidence.text)}
    lines = facts.on(facts.lines, platform)
    told = lines[lines["text"].str.contains("|".join(map(re.escape, PROBE_TELLING)))]
    rows = [r for r in each(told) if r.line_no < (own.evidence.line_no or 0) and r.file == own.evidence.file]  # fmt: skip
    by_line = {int(r.line_no): r for r in rows}
    for row in rows:
        if set(MACHINE_SWITCH.findall(row.text)) - has:
            has_own = _YES.search(row.text) or _NO.search(row.text)
            answer = row if has_own else by_line.get(int(row.line_no) + 1)
            if answer is not None and _YES.search(answer.text):
                yield from map(Evidence.of_row, dict.fromkeys([row, answer]))


CAUSES = (Cause(PROBE, "presence", "cause", judge_probe, telling=PROBE_TELLING),)
_BY_ID = {cause.id: cause for cause in CAUSES}
