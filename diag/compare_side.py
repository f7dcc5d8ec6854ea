"""One of the cases that are compared: its facts, its verdict, and what the comparison asks of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from diag.case import Case
from diag.causes.facts import Facts, Symbol, clip
from diag.causes.masks import DUPLICATE, UNDEFINED
from diag.causes.model import Finding
from diag.causes.weak_names import WEAK
from diag.join import names_of_build
from diag.verdict import Verdict, gathered, judge

__all__ = ["Side", "words_of_both"]

_MASKS = (UNDEFINED, DUPLICATE)
_NUMBER = re.compile(r"\b[0-9a-f]{16}\b|\d+")


@dataclass(frozen=True)
class Side:
    """One case, judged. `linked`: platform -> whether the case's author says that it was linked, and
    the file that says so."""

    facts: Facts
    verdict: Verdict
    linked: Mapping[str, tuple[bool, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, symbols: Iterable[str] = ()) -> Side:
        """The case judged; `symbols` are looked for in its objects too, in any spelling."""
        key = frozenset(symbols)
        if key not in case.judged:  # one `before` is compared with many builds
            # A linker printed C++ names demangled, and the log of a build that links prints none.
            raw = dict(names_of_build(case.symbols, sorted(key)).raw)
            facts = gathered(case, symbols=key.union(*raw.values()))
            verdict = judge(case, facts)
            facts = replace(facts, raw_names={**raw, **facts.raw_names})
            case.judged[key] = cls(facts, verdict, case.linked)
        return case.judged[key]  # type: ignore[no-any-return]

    @property
    def symbols(self) -> set[str]:
        """What its links want and do not get, and what its causes are about: a green log of another
        build names no symbol."""
        named = {f.symbol for f in self.verdict.findings if f.status == "supported" and f.symbol}
        return {symbol.name for symbol in self.facts.wanted} | named

    def failure(self, platform: str) -> Finding | None:
        """The supported cause on that platform."""
        own = [f for f in self.verdict.findings if (f.platform or "") == platform]
        return next((f for f in own if f.status == "supported" and f.role == "cause"), None)

    def mask(self, platform: str, names: Collection[str] = ()) -> Finding | None:
        """What hides something on that platform: a switch, or a weak reference to one of `names`."""
        own = [f for f in self.verdict.findings if (f.platform or "") == platform]
        own = [f for f in own if f.status == "supported"]
        weak = [f for f in own if f.cause == WEAK and f.symbol in names]
        return next((f for f in own if f.cause in _MASKS), None) or next(iter(weak), None)

    def wanted(self, platform: str) -> list[Symbol]:
        """The symbols that its link for the platform wants and does not get."""
        return [symbol for symbol in self.facts.wanted if symbol.platform == platform]

    def complaints(self, platform: str) -> dict[str, str]:
        """What its linkers and its failed step say on that platform, by the text without numbers."""
        errors, lines = self.verdict.link_errors, self.verdict.failure_lines
        own = [*errors.loc[errors["platform"].fillna("") == platform, "detail_text"]]
        own += [*lines.loc[lines["platform"] == platform, "text"]]
        return {_NUMBER.sub("0", str(text).strip()): clip(str(text).strip()) for text in own}

    def about(self, platform: str) -> list[Symbol]:
        """The symbols that the failure is about: those wanted, else the one that its cause names."""
        failure = self.failure(platform)
        named = [Symbol(failure.symbol, platform)] if failure and failure.symbol else []
        return self.wanted(platform) or named

    def ran(self, platform: str) -> bool | None:
        """Whether the program ran to a good end; None where that was not tried."""
        return self.facts.ran(platform)


def words_of_both(old: Side, new: Side, platform: str) -> str:
    """That a failure of which a side knows no cause is told in the same words by both, or that where
    neither knows one a side says nothing; "" of other words."""
    before, after = old.complaints(platform), new.complaints(platform)
    same = [text for key, text in after.items() if key in before]
    if same:
        return f"it fails as before, with the same words: {same[0]}"
    if (before and after) or old.failure(platform) or new.failure(platform):
        return ""
    return "it fails in both, and nothing tells whether of the same cause"
