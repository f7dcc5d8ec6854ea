"""Family G, the honest remainder: nothing given defines the symbol, and nothing says why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diag.causes.facts import Facts, Symbol, log_missing
from diag.causes.link_inputs import (
    command_evidence,
    command_missing,
    link_command,
    other_inputs_missing,
    unread_inputs,
)
from diag.causes.model import Cause, Finding
from diag.causes.never_produced import absence_evidence
from diag.causes.resolution import NOT_FOUND, defines, each_symbol, finding, not_given


def judge(facts: Facts) -> Iterator[Finding]:
    """definition-not-found, for what links want and for platforms that never came to their link."""
    yield from each_symbol(judge_not_found)(facts)
    yield from judge_bystanders(facts)


def judge_not_found(facts: Facts, symbol: Symbol) -> Iterator[Finding]:
    """definition-not-found: supported only when every input of the link command was read."""
    missing = not_given(facts, NOT_FOUND, symbol)
    if missing:
        yield missing
        return
    defined, command = facts.definitions(symbol), link_command(facts, symbol)
    if len(defined):
        yield finding(NOT_FOUND, symbol, "refuted", defines(defined, symbol))
    elif command is None or command.is_shortened:
        yield finding(
            NOT_FOUND,
            symbol,
            "untestable",
            absence_evidence(facts, symbol),
            (command_missing(symbol),),
        )
    else:
        yield _judge_inputs(facts, symbol, command)


def _judge_inputs(facts: Facts, symbol: Symbol, command: Any) -> Finding:
    evidence = [*absence_evidence(facts, symbol), command_evidence(command, "the link command")]
    if not unread_inputs(facts, command):
        return finding(NOT_FOUND, symbol, "supported", evidence)
    missing = (other_inputs_missing(facts, symbol, command),)
    return finding(NOT_FOUND, symbol, "untestable", evidence, missing)


def judge_bystanders(facts: Facts) -> Iterator[Finding]:
    """A platform that was canceled, or of which nothing is known: never green."""
    named = {symbol.platform for symbol in facts.wanted}
    for platform in facts.judged:
        if facts.outcome(platform) in ("canceled", "unknown") and platform not in named:
            symbol = Symbol("", platform)
            yield finding(
                NOT_FOUND,
                symbol,
                "untestable",
                facts.outcome_evidence(platform),
                (log_missing(platform),),
            )


CAUSES = (Cause(NOT_FOUND, "remainder", "cause", judge, yields_to=("*",)),)
