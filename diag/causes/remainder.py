"""Family G, the honest remainder: nothing given defines the symbol, and nothing says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol, log_missing, objects_missing
from diag.causes.model import Cause, Finding, Missing
from diag.causes.never_produced import absence_evidence
from diag.causes.resolution import (
    NOT_FOUND,
    command_evidence,
    command_missing,
    defines,
    each_symbol,
    finding,
    link_command,
    not_given,
)


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
    read = {PurePath(file).name for file in facts.objects["file"]}
    unread = [name for kind, name in command.inputs if PurePath(name).name not in read]
    evidence = [*absence_evidence(facts, symbol), command_evidence(command, "the link command")]
    if not unread:
        return finding(NOT_FOUND, symbol, "supported", evidence)
    shown = ", ".join(PurePath(name).name for name in unread[:3])
    why = f"{len(unread)} of {len(command.inputs)} inputs of the link command were not given ({shown}, ...)"
    missing = Missing(
        f"the other inputs of the link on {symbol.platform}",
        why,
        objects_missing(symbol.platform).how,
    )
    return finding(NOT_FOUND, symbol, "untestable", evidence, (missing,))


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


CAUSES = (
    Cause(
        id=NOT_FOUND,
        family="remainder",
        role="cause",
        claim="Nothing that was given defines the symbol, and nothing says why.",
        refutation="A definition among the inputs, or a more exact explanation that holds.",
        fix=("Find out which source should define it, and whether that source was compiled.",),
        experiment="Search every object of the build for the symbol with nm.",
        limits="Supported only when every input of the link command was read.",
        judge=judge,
    ),
)
