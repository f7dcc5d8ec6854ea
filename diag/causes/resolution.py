"""Families B, D and G: a definition exists, and the link does not use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from diag.causes.facts import (
    Facts,
    Symbol,
    clip,
    objects_missing,
    sightings_evidence,
)
from diag.causes.link_inputs import (
    command_evidence,
    command_missing,
    link_command,
    other_inputs_missing,
    place_on,
    unread_inputs,
)
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.never_produced import KERNEL, absence_evidence, judge_kernel_of
from diag.causes.texts import texts_of
from diag.platforms import BY_NAME
from diag.schema import each

NOT_LINKED = "object-not-linked"
ORDER = "static-link-order"
WRONG_ARCH = "wrong-arch-object"
HIDDEN = "symbol-hidden"
NOT_FOUND = "definition-not-found"


def each_symbol(
    judge: Callable[[Facts, Symbol], Iterator[Finding]],
) -> Callable[[Facts], Iterator[Finding]]:
    """A judge of one symbol as a judge of all that a link wants and does not get."""

    def all_symbols(facts: Facts) -> Iterator[Finding]:
        for symbol in facts.wanted:
            yield from judge(facts, symbol)

    return all_symbols


def not_given(facts: Facts, cause: str, symbol: Symbol) -> Finding | None:
    """The finding where the objects are missing that would decide."""
    if facts.has_objects(symbol.platform):
        return None
    evidence = facts.reference_evidence(symbol)
    return finding(cause, symbol, "untestable", evidence, (objects_missing(symbol.platform),))


def _was_all_read(facts: Facts, symbol: Symbol) -> bool:
    """Whether every input of the link is among the objects given."""
    command = link_command(facts, symbol)
    return command is not None and not command.is_shortened and not unread_inputs(facts, command)


def _undefined_here(facts: Facts, cause: str, symbol: Symbol) -> Finding:
    """Where no object given defines the symbol. Objects that were not given may: refuted only
    where its compile is known to have failed, or (for what speaks of linked inputs) all were read.
    """
    evidence = absence_evidence(facts, symbol)
    kernel = judge_kernel_of(facts, symbol)
    if kernel is not None and kernel.status == "supported":
        told = kernel.evidence[0]
        text = clip(f"it was never compiled ({KERNEL}): {told.text}")
        return finding(
            cause, symbol, "refuted", [*evidence, Evidence(told.file, told.line_no, text)]
        )
    if cause != NOT_LINKED and _was_all_read(facts, symbol):
        return finding(cause, symbol, "refuted", evidence)
    missing = other_inputs_missing(facts, symbol, link_command(facts, symbol))
    return finding(cause, symbol, "untestable", evidence, (missing,))


def judge_not_linked(facts: Facts, symbol: Symbol) -> Iterator[Finding]:
    """object-not-linked."""
    missing = not_given(facts, NOT_LINKED, symbol)
    if missing:
        yield missing
        return
    defined, command = facts.definitions(symbol), link_command(facts, symbol)
    if defined.empty:
        yield _undefined_here(facts, NOT_LINKED, symbol)
    elif command is None or command.is_shortened:
        yield finding(
            NOT_LINKED, symbol, "untestable", defines(defined, symbol), (command_missing(symbol),)
        )
    else:
        linked = [place_on(command, file) is not None for file in defined["file"]]
        status: Status = "refuted" if any(linked) else "supported"
        evidence = [*defines(defined, symbol), command_evidence(command, "the link command")]
        yield finding(NOT_LINKED, symbol, status, evidence)


def judge_order(facts: Facts, symbol: Symbol) -> Iterator[Finding]:
    """static-link-order."""
    missing = not_given(facts, ORDER, symbol)
    if missing:
        yield missing
        return
    defined, command = facts.definitions(symbol), link_command(facts, symbol)
    if defined.empty:
        yield _undefined_here(facts, ORDER, symbol)
    elif command is None or command.is_shortened:
        yield finding(
            ORDER, symbol, "untestable", defines(defined, symbol), (command_missing(symbol),)
        )
    else:
        yield _judge_places(facts, symbol, defined, command)


def _judge_places(facts: Facts, symbol: Symbol, defined: pd.DataFrame, command: Any) -> Finding:
    given = [place_on(command, file) for file in defined.loc[defined["member"] != "", "file"]]
    asked = [place_on(command, file) for file in facts.seen(symbol, "wanted")["file"]]
    archives = [place for place in given if place is not None]
    users = [place for place in asked if place is not None]
    is_before = bool(archives and users) and max(archives) < max(users)
    evidence = [
        *defines(defined, symbol),
        command_evidence(command, "the order on the link command"),
    ]
    return finding(ORDER, symbol, "supported" if is_before else "refuted", evidence)


def judge_wrong_arch(facts: Facts, symbol: Symbol) -> Iterator[Finding]:
    """wrong-arch-object."""
    told = _refused_in_its_link(facts, symbol)
    if told:
        yield finding(WRONG_ARCH, symbol, "supported", told[:3])
        return
    missing = not_given(facts, WRONG_ARCH, symbol)
    if missing:
        yield missing
        return
    platform = BY_NAME.get(symbol.platform)
    own = facts.objects[facts.objects["format"] == "elf"]
    own = facts.of_platform(own, symbol.platform)
    if platform is None or own.empty:
        return
    defining = facts.definitions(symbol)
    places = set(zip(defining["file"], defining["member_no"], strict=True))
    is_other = own["arch"] != platform.elf_arch
    of_other = [r for r in each(own[is_other]) if (r.file, r.member_no) in places]
    if of_other and len(of_other) == len(places):
        found = [
            Evidence(r.file, None, f"{r.member or 'the file'} is {r.arch}, not {platform.elf_arch}")
            for r in of_other
        ]
        yield finding(WRONG_ARCH, symbol, "supported", found[:3])
    elif defining.empty:
        yield _undefined_here(facts, WRONG_ARCH, symbol)
    else:
        yield finding(WRONG_ARCH, symbol, "refuted", _of_target(own[~is_other], platform.elf_arch))


def _refused_in_its_link(facts: Facts, symbol: Symbol) -> list[Evidence]:
    """What the link that wants the symbol said of foreign inputs; another link's are its own."""
    errors = facts.on(facts.link_errors, symbol.platform)
    wanted = [_place(r) for r in each(errors) if r.symbol == symbol.name]
    is_end = facts.lines["text"].str.contains("ld returned |linker command failed|linking with ")
    ends = [_place(r) for r in each(facts.lines[is_end])]

    def is_of_one_link(one: tuple[Any, ...], two: tuple[Any, ...]) -> bool:
        first, last = sorted((one[2], two[2]))
        between = [end for end in ends if end[:2] == one[:2] and first < end[2] < last]
        return one[:2] == two[:2] and not between

    refused = [r for r in each(errors) if r.kind == "wrong_arch"]
    return [
        Evidence(r.file, int(r.line_no), clip(r.detail_text))
        for r in refused
        if any(is_of_one_link(_place(r), one) for one in wanted)
    ]


def _place(row: Any) -> tuple[str, str, int]:
    return str(row.file), str(row.step_id), int(row.line_no)


def _of_target(rows: pd.DataFrame, arch: str) -> list[Evidence]:
    text = f"a definition is given, and {len(rows)} ELF objects and members are {arch}"
    return [Evidence(file, None, text) for file in rows["file"].head(1)]


def judge_hidden(facts: Facts, symbol: Symbol) -> Iterator[Finding]:
    """symbol-hidden."""
    missing = not_given(facts, HIDDEN, symbol)
    if missing:
        yield missing
        return
    rows = facts.seen(symbol, "defined")
    rows = rows[~rows["is_output"]]
    # Hidden inside one relocatable object is no barrier: a static link still resolves to it.
    shared = set(facts.objects.loc[facts.objects["kind"] == "shared", "file"])
    barred = rows["visibility"].isin(["HIDDEN", "INTERNAL"]) & rows["file"].isin(shared)
    usable = rows[(rows["bind"] != "LOCAL") & ~barred]
    kept_back = rows.drop(usable.index)
    if len(kept_back) and usable.empty:
        found = [
            Evidence(
                r.file, None, f"{r.member or 'the file'} defines it as {r.bind} {r.visibility}"
            )
            for r in each(kept_back)
        ]
        yield finding(HIDDEN, symbol, "supported", found[:3])
    elif rows.empty:
        yield _undefined_here(facts, HIDDEN, symbol)
    else:
        yield finding(HIDDEN, symbol, "refuted", defines(usable, symbol))


def defines(rows: pd.DataFrame, symbol: Symbol) -> list[Evidence]:
    return sightings_evidence(rows, f"defines {symbol.name}")[:3]


def finding(
    cause: str,
    symbol: Symbol,
    status: Status,
    evidence: Iterable[Evidence] = (),
    missing: Iterable[Missing] = (),
) -> Finding:
    family = "remainder" if cause == NOT_FOUND else "resolution"
    words = texts_of(family)[cause]
    return Finding.of(
        cause, "resolution", "cause", status, words.claim, platform=symbol.platform,
        symbol=symbol.name, evidence=evidence, missing=missing, fix=words.fix,
        experiment=words.experiment,
    )  # fmt: skip


_JUDGES = {
    NOT_LINKED: judge_not_linked,
    ORDER: judge_order,
    WRONG_ARCH: judge_wrong_arch,
    HIDDEN: judge_hidden,
}
CAUSES = tuple(
    Cause(cause, "resolution", "cause", each_symbol(judge)) for cause, judge in _JUDGES.items()
)
