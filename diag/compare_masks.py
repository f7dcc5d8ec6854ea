"""A switch that a change added to the link, and that hides what failed before: also where only the
two logs are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from diag.causes.facts import Facts, Symbol, sightings_evidence
from diag.causes.masks import (
    DUPLICATE,
    IGNORES_DUPLICATES,
    IGNORES_UNDEFINED,
    NEXT,
    UNDEFINED,
    flag_evidence,
)
from diag.causes.model import Evidence
from diag.join import distinct_definitions

__all__ = ["added_mask", "permitted"]

_KEEPS_OUTPUT = re.compile(r"(?<![\w-])--?noinhibit-exec\b")
_SHARED_MAY_WANT = re.compile(
    r"(?<![\w-])--?allow-shlib-undefined\b"
    rf"|(?<![\w-])--?unresolved-symbols{NEXT}ignore-in-shared-libs\b"
)
# What permits what a linker refused, of another kind than an open name or a second definition.
# Sources: the manuals of GNU ld 2.40 and lld 14, command-line options.
_PERMITS = {
    "wrong_arch": r"(?<![\w-])--?(?:no-warn-mismatch|accept-unknown-input-arch)\b",
    "format": r"(?<![\w-])--?(?:no-warn-mismatch|accept-unknown-input-arch)\b",
    "relocation": rf"(?<![\w-])-z{NEXT}?notext\b",
    "version": r"(?<![\w-])--?allow-shlib-undefined\b",
}
_SHARED = r"\.so(?:\.\d+)*$"


def added_mask(
    old: Facts, new: Facts, platform: str, symbols: Sequence[Symbol]
) -> tuple[str, list[Evidence]] | None:
    """The cause that hides one of the symbols, and where its switch stands. None where the build
    before held the switch too, or the objects show that it hides nothing."""
    for symbol in symbols:
        now = Symbol(symbol.name, platform)
        for switch in _switches(old.errors_of(symbol), now):
            found = flag_evidence(new, platform, switch.pattern)
            if not found or flag_evidence(old, platform, switch.pattern):
                continue
            objects = _still_there(new, now, switch)
            if objects is not None:
                return switch.cause, [*found, *objects]
    return None


def permitted(old: Facts, new: Facts, platform: str) -> tuple[None, list[Evidence]] | None:
    """Where a switch stands that came with the change and permits what the linker refused before: the
    inputs are what they were."""
    kinds = old.on(old.link_errors, platform)["kind"].unique()
    patterns = [_PERMITS[kind] for kind in kinds if kind in _PERMITS]
    for pattern in [*patterns, _KEEPS_OUTPUT.pattern] if len(kinds) else []:
        found = flag_evidence(new, platform, re.compile(pattern))
        if found and not flag_evidence(old, platform, re.compile(pattern)):
            return None, found
    return None


class _Switch(NamedTuple):
    """A switch of a linker and the cause that tells of it; `defines`: it gives the name an address,
    so that the output defines what nobody wrote."""

    cause: str
    pattern: re.Pattern[str]
    defines: bool = False


def _switches(errors: pd.DataFrame, symbol: Symbol) -> list[_Switch]:
    """What could hide these errors. A switch for what shared libraries want hides only that."""
    undefined = errors[errors["kind"] == "undefined"]
    found: list[_Switch] = []
    if len(undefined):
        name = re.escape(symbol.name)
        given = re.compile(
            rf"(?<![\w-])--?(?:defsym{NEXT}{name}=[^\s,]+|wrap{NEXT}{name}(?![\w.$@]))"
        )
        found += [_Switch(UNDEFINED, IGNORES_UNDEFINED), _Switch(UNDEFINED, given, defines=True)]
        by = undefined["object"].fillna("")
        if by.str.contains(_SHARED, regex=True).astype(bool).all():
            found.append(_Switch(UNDEFINED, _SHARED_MAY_WANT))
    if (errors["kind"] == "duplicate").any():
        found += [_Switch(DUPLICATE, IGNORES_DUPLICATES), _Switch(DUPLICATE, _KEEPS_OUTPUT)]
    return found


def _still_there(new: Facts, now: Symbol, switch: _Switch) -> list[Evidence] | None:
    """What the objects show of it; without objects nothing, and the switch alone tells."""
    if not new.has_objects(now.platform):
        return []
    wanted = new.seen(now, "wanted")
    defined = distinct_definitions(new.definitions(now), new.objects)
    if switch.cause == DUPLICATE:
        is_double = len(defined) > 1
        return sightings_evidence(defined, f"defines {now.name}") if is_double else None
    made = new.seen(now, "defined")
    is_made = made["is_output"].any() and not switch.defines
    imported = wanted["is_output"] & wanted["version"].notna()
    is_got = len(defined) > 0 and not switch.defines  # a name made by --defsym is taken from there
    if wanted.empty or is_got or is_made or imported.any():
        return None  # it got a definition: the switch hides nothing of this name
    by = "the switch" if len(defined) else "no object given"
    text = f"wants {now.name}, which {by} defines"
    return sightings_evidence(wanted, text)
