"""Family G, the honest remainder: nothing given defines the symbol, and nothing says why."""

from __future__ import annotations

from collections.abc import Iterator

from diag.causes.doubts import doubts_of
from diag.causes.facts import Facts, Symbol, log_missing, objects_missing
from diag.causes.file_names import SYSTEM_SWITCHES
from diag.causes.link_inputs import command_evidence, command_missing, other_inputs_missing
from diag.causes.model import Cause, Finding
from diag.causes.never_produced import absence_evidence
from diag.causes.unread import bytecode_missing
from diag.causes.wants import Answer, Want, defines, each_want, told
from diag.knowledge.names import library_of

FAMILY = "remainder"
NOT_FOUND = "definition-not-found"
NOT_ENDED = "How the build of this platform would have ended is not known."


def judge(facts: Facts) -> Iterator[Finding]:
    """definition-not-found, for what links want and for platforms that never came to their link."""
    yield from each_want(FAMILY, NOT_FOUND, judge_not_found)(facts)
    yield from judge_bystanders(facts)


def judge_not_found(facts: Facts, want: Want) -> Answer | None:
    """definition-not-found: supported only when every input of the link command was read, and
    nothing that is seen speaks for a more exact cause (diag/causes/doubts.py)."""
    symbol = want.symbol
    if not facts.has_objects(symbol.platform):
        missing = (objects_missing(symbol.platform),)
        return Answer("untestable", [*facts.reference_evidence(symbol)], missing)
    if len(want.defined):
        return Answer("refuted", defines(want.defined, symbol.name))
    evidence = absence_evidence(facts, symbol)
    if not want.has_line:
        return Answer("untestable", evidence, (command_missing(symbol),))
    evidence.append(command_evidence(want.command, "the link command"))
    if _unknown(want):
        missing = (other_inputs_missing(facts, symbol, want.command),)
        return Answer("untestable", evidence, missing)
    if len(want.kept_back):
        return None  # a definition for itself alone is one all the same
    if want.reason == "bytecode":
        return Answer("untestable", evidence, (bytecode_missing(want),))
    doubt = next(doubts_of(facts, want), None)
    return Answer("untestable", evidence, (doubt,)) if doubt else Answer("supported", evidence)


def _unknown(want: Want) -> bool:
    """Whether an input was not read that may define it. What the system's C libraries define is
    known: a name that is none of theirs is not in them."""
    if library_of(want.symbol.name) is not None:
        return bool(want.unread)
    return not set(want.unread) <= SYSTEM_SWITCHES


def judge_bystanders(facts: Facts) -> Iterator[Finding]:
    """A platform that was canceled, or of which nothing is known: never green. Where another one
    failed, and no link wants a symbol, it has no part in the question."""
    named = {symbol.platform for symbol in facts.wanted}
    if not named and any(facts.outcome(platform) == "failed" for platform in facts.judged):
        return
    for platform in facts.judged:
        if facts.outcome(platform) in ("canceled", "unknown") and platform not in named:
            evidence = list(facts.outcome_evidence(platform))
            answer = Answer("untestable", evidence, (log_missing(platform),), claim=NOT_ENDED)
            yield told(facts, FAMILY, NOT_FOUND, Symbol("", platform), answer)


CAUSES = (Cause(NOT_FOUND, FAMILY, "cause", judge, yields_to=("*",)),)
