"""What is known of each name that a link wants, and findings that tell of many names at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.link_inputs import is_whole, link_command, unread_inputs, why_of
from diag.causes.model import Evidence, Finding, Missing, Role, Status
from diag.causes.once import asked_once
from diag.causes.texts import texts_of
from diag.causes.toolchain import toolchain_of
from diag.join.resolved import IN_ORDER, RULES
from diag.join.why import Outcome, Why
from diag.schema import each

MAX_JUDGED = 300  # names of one platform that are looked into; the first ones of the log
MAX_SHOWN = 8
GNU_LD, LLD = "ld.bfd", "lld"  # of two rules, where the linker is not known
# The rule of diag/join/resolved.py that a linker follows, or comes nearest to.
_RULES = {
    "ld.bfd": "ld.bfd", "bfd": "ld.bfd", "gold": "gold", "ld.gold": "gold", "lld": "lld",
    "ld.lld": "lld", "rust-lld": "lld", "mold": "mold", "ld.mold": "mold", "wild": "lld",
    "ld64": "lld",
}  # fmt: skip

# Explanations that say more than "it is not there" of a name: they go first.
MORE_EXACT = (
    "kernel-object-not-built", "arch-source-missing-from-list", "asm-backend-disabled",
    "arch-guard-too-wide", "probe-and-guard-disagree", "glibc-archive-on-musl",
    "newer-glibc-archive", "musl-lfs64-removed", "musl-time64-skew", "libatomic-missing-wide",
    "libatomic-missing-subword", "outline-atomics-helpers-missing", "lse-init-getauxval",
    "compiler-rt-builtin-missing", "cpu-model-symbol-missing", "unwind-runtime-missing",
    "libstdcxx-not-linked", "cxx11-abi-mismatch", "inline-namespace-version-mismatch",
    "transitive-dso-missing", "library-not-linked", "instrumentation-runtime-missing",
    "language-linkage-mismatch", "signature-mismatch", "fortran-name-mismatch",
    "rust-symbol-mangled", "native-library-not-declared", "nostdlib-drops-runtime",
    "template-not-instantiated", "static-member-not-defined", "inline-not-emitted",
    "vtable-key-function-missing", "rtti-disabled", "tls-library-collision",
    "library-not-found", "static-library-missing", "entry-point-missing", "wrap-target-missing",
    "start-stop-gc", "symbol-version-missing", "dso-underlinked", "object-truncated",
    "thin-archive-broken", "ar-without-lto-plugin", "lto-plugin-not-loaded",
    "lto-foreign-bytecode", "lto-drops-symbol", "linker-oom-killed", "wrong-arch-object",
    "wrong-arch-prebuilt-archive", "wrong-cc-for-c-deps", "target-linker-not-set",
    "archive-without-index",
)  # fmt: skip


@dataclass(frozen=True)
class Want:
    """One name that a platform's link wants and does not get.

    `defined`: inputs that define it for others; `kept_back`: rows of `sightings` that define it
    for themselves alone. `rule`: how the linker that complained resolves; None where not known.
    """

    symbol: Symbol
    defined: pd.DataFrame = field(compare=False)
    kept_back: pd.DataFrame = field(compare=False)
    command: Any | None
    unread: tuple[str, ...]
    rule: str | None
    why: Why | None

    @property
    def has_line(self) -> bool:
        """The whole link command is known."""
        return is_whole(self.command)

    @property
    def is_all_read(self) -> bool:
        """The whole link command is known, and every input of it was read."""
        return self.has_line and not self.unread

    @property
    def is_any_order(self) -> bool:
        """The linker is known to remember every archive, so that no order matters to it."""
        return self.rule is not None and self.rule not in IN_ORDER

    @property
    def reads_once(self) -> bool:
        """The linker is known to read the line once, from left to right."""
        return self.rule in IN_ORDER

    def outcome(self, rule: str | None = None) -> Outcome | None:
        """How the name ends under that rule, or the linker's own."""
        asked = rule or self.rule
        ends = self.why.outcomes if self.why is not None else ()
        return next((end for end in ends if end.rule == asked), None)

    @property
    def reason(self) -> str:
        """Why it is left open by the linker's rule, in the words of diag/join/why.py; "" if not."""
        end = self.outcome() or self.outcome(GNU_LD)
        return end.reason if end is not None else ""


@asked_once
def wants_of(facts: Facts) -> list[Want]:
    """What each platform's link wants, the first MAX_JUDGED of each platform."""
    return [_want(facts, symbol) for symbol in _first(facts.wanted)]


def _first(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    counts: dict[str, int] = {}
    for symbol in symbols:
        counts[symbol.platform] = counts.get(symbol.platform, 0) + 1
        if counts[symbol.platform] <= MAX_JUDGED:
            yield symbol


def _want(facts: Facts, symbol: Symbol) -> Want:
    seen = facts.seen(symbol, "defined")
    seen = seen[~seen["is_output"]]
    # Hidden inside one relocatable object is no barrier: a static link still resolves to it.
    is_shared = seen["file"].isin(shared_files(facts))
    barred = seen["visibility"].isin(["HIDDEN", "INTERNAL"]) & is_shared
    usable = seen[(seen["bind"] != "LOCAL") & ~barred]
    command = link_command(facts, symbol)
    unread = tuple(unread_inputs(facts, command)) if command is not None else ()
    return Want(
        symbol, usable, seen.drop(usable.index), command, unread,
        _rule(facts, symbol, command), why_of(facts, symbol),
    )  # fmt: skip


@asked_once
def shared_files(facts: Facts) -> frozenset[str]:
    """The shared objects given."""
    return frozenset(facts.objects.loc[facts.objects["kind"] == "shared", "file"])


def linkers_of(facts: Facts, symbol: Symbol) -> frozenset[str]:
    """The linkers that complained of the symbol."""
    return frozenset(_linkers_by_name(facts).get(symbol.name, ()))


@asked_once
def _linkers_by_name(facts: Facts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = facts.link_errors.dropna(subset=["symbol"])
    for name, linker in zip(rows["symbol"], rows["linker"], strict=True):
        found.setdefault(name, set()).add(linker)
    return found


def _rule(facts: Facts, symbol: Symbol, command: Any | None) -> str | None:
    named = set(linkers_of(facts, symbol))
    if not named and command is not None and isinstance(command.linker, str):
        named = {command.linker}
    rules = {_RULES.get(linker, "") for linker in named}
    if len({rule in IN_ORDER for rule in rules}) != 1 or "" in rules:
        return None
    return min(rules, key=RULES.index)


# -- findings -------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What a judge says of one name."""

    status: Status
    evidence: list[Evidence]
    missing: tuple[Missing, ...] = ()
    fix: tuple[str, ...] = ()
    claim: str = ""


def told(
    facts: Facts, family: str, cause: str, symbol: Symbol, answer: Answer, *,
    covers: Iterable[str] = (), role: Role = "cause",
) -> Finding:  # fmt: skip
    """A finding in the words of texts/<family>.toml, with the fix for the toolchain at hand."""
    words = texts_of(family)[cause]
    fix = answer.fix or words.fix_with(toolchain_of(facts, symbol.platform))
    return Finding.of(
        cause, family, role, answer.status, answer.claim or words.claim, platform=symbol.platform,
        symbol=symbol.name, evidence=answer.evidence, missing=answer.missing, fix=fix,
        experiment=words.experiment, covers=covers,
    )  # fmt: skip


def each_want(
    family: str, cause: str, judge: Callable[[Facts, Want], Answer | None]
) -> Callable[[Facts], Iterator[Finding]]:
    """A judge of one name as a judge of all of them: one finding a platform and answer."""

    def judge_all(facts: Facts) -> Iterator[Finding]:
        groups: dict[Any, list[tuple[Want, Answer]]] = {}
        for want in wants_of(facts):
            answer = judge(facts, want)
            if answer is not None:
                artefacts = tuple(missing.artefact for missing in answer.missing)
                key = (want.symbol.platform, answer.status, artefacts, answer.fix)
                groups.setdefault(key, []).append((want, answer))
        for group in groups.values():
            yield _of_group(facts, family, cause, group)

    return judge_all


def _of_group(facts: Facts, family: str, cause: str, group: list[tuple[Want, Answer]]) -> Finding:
    first, answer = group[0]
    names = [want.symbol.name for want, _ in group]
    evidence = list(answer.evidence)
    evidence += [other.evidence[0] for _, other in group[1:] if other.evidence]
    evidence = list(dict.fromkeys(evidence))[: max(MAX_SHOWN, len(answer.evidence))]
    claim = answer.claim or texts_of(family)[cause].claim
    if len(names) > 1:
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        wanted = sum(symbol.platform == first.symbol.platform for symbol in facts.wanted)
        of = f" of {wanted:,}" if wanted > MAX_JUDGED else ""
        judged = f", of which the first {MAX_JUDGED} were looked into" if of else ""
        claim = f"{claim.removesuffix('.')} ({len(names)}{of} symbols{judged}: {shown})."
    answer = answer._replace(evidence=evidence, claim=claim)
    return told(facts, family, cause, first.symbol, answer, covers=names[1:])


def defines(rows: pd.DataFrame, name: str) -> list[Evidence]:
    """Rows of `sightings` as evidence that a member defines the name."""
    once = rows.drop_duplicates(["file", "member"]).head(3)
    return [Evidence.of_unit(r, f"defines {name}") for r in each(once)]
