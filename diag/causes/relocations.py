"""Two sides of a link that do not fit: protected data, thread-local storage, distances."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from diag.causes.facts import Facts, objects_missing
from diag.causes.link_said import about, errors_of, errors_with, said
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.searched import having
from diag.causes.wants import Answer
from diag.schema import each

FAMILY = "relocations"
PROTECTED = "copy-relocation-protected"
OVERFLOW = "relocation-overflow"
TLS = "tls-mismatch"
# GNU ld, gold and mold name the visibility; lld says only that it cannot preempt the symbol.
_COPY = re.compile(
    r"copy relocation against non-copyable protected symbol [`'](?P<a>[^'`]+)'|cannot make copy relocation for protected symbol '(?P<b>[^']+)'"
    r"|non-canonical reference to canonical protected function [`'](?P<c>[^'`]+)'"
)
_PREEMPT = re.compile(r"cannot preempt symbol: (?P<a>[^\s;]+)")
_ABSOLUTE = re.compile(r"relocation \S+ cannot refer to absolute symbol: (?P<a>[^\s;]+)")
_FAR = re.compile(r"against undefined (?:weak )?symbol")


def _names(rows: pd.DataFrame, pattern: re.Pattern[str]) -> list[str]:
    found = (pattern.search(str(text)) for text in rows["detail_text"])
    return [next(part for part in m.groups() if part) for m in found if m]


def _symbols_of(facts: Facts, platform: str, names: list[str]) -> pd.DataFrame:
    """Rows of `symbols` of these names in the platform's inputs."""
    rows = facts.symbols[facts.symbols["name"].isin(names)]
    outputs = set(facts.objects.loc[facts.objects["kind"] == "executable", "file"])
    is_own = [
        facts.platform_of_file.get(f, "") == platform and f not in outputs for f in rows["file"]
    ]
    return rows[pd.Series(is_own, index=rows.index, dtype=bool)]


def _as_evidence(rows: pd.DataFrame, what: str) -> list[Evidence]:
    once = rows.drop_duplicates(["file", "member"]).head(3)
    return [Evidence.of_unit(r, f"{what} {r.name} ({r.type}, {r.visibility})") for r in each(once)]


# -- copy-relocation-protected --------------------------------------------------------------------


def judge_protected(facts: Facts) -> Iterator[Finding]:
    """copy-relocation-protected: the linker names it; of lld's words the library decides."""
    for platform in facts.judged:
        errors = errors_with(facts, platform, _COPY)
        unsaid = errors_with(facts, platform, _PREEMPT)
        names = _names(errors, _COPY) + _names(unsaid, _PREEMPT)
        if not names:
            continue
        own = _symbols_of(facts, platform, names)
        defined = own[own["is_defined"].astype(bool)]
        protected = defined[defined["visibility"] == "PROTECTED"]
        evidence = [*said(errors), *said(unsaid), *_as_evidence(protected, "defines")]
        if len(errors) or len(protected):
            answer = Answer("supported", evidence)
        elif len(defined):
            answer = Answer("refuted", evidence + _as_evidence(defined, "defines"))
        else:
            answer = Answer("untestable", evidence, (_library_missing(platform, names[0]),))
        yield about(facts, FAMILY, PROTECTED, platform, names, answer)


def _library_missing(platform: str, name: str) -> Missing:
    return Missing(
        "the shared library that the linker names",
        f"whether {name} is PROTECTED in it is in its dynamic symbol table",
        (f"readelf -W --dyn-syms LIBRARY | grep {name}", *objects_missing(platform).how[:1]),
    )


# -- relocation-overflow --------------------------------------------------------------------------


def judge_overflow(facts: Facts) -> Iterator[Finding]:
    """relocation-overflow: the linker says that a place is too far away."""
    for platform in facts.judged:
        rows = errors_of(facts, platform)
        rows = rows[rows["kind"] == "overflow"]
        far = rows[~having(rows["detail_text"], _FAR)]
        if rows.empty:
            continue
        names = [str(name) for name in rows["symbol"].dropna()]
        if len(far):
            answer = Answer("supported", said(far) + _large_sections(facts, platform))
        else:  # an undefined weak name is at address 0, far from everything
            missing = (objects_missing(platform),)
            answer = Answer("untestable", said(rows), missing)
        yield about(facts, FAMILY, OVERFLOW, platform, names, answer)


def _large_sections(facts: Facts, platform: str) -> list[Evidence]:
    """The largest sections of the inputs, where they are large at all."""
    if not facts.has_objects(platform):
        return []
    rows = facts.of_platform(facts.details, platform)
    rows = rows[(rows["kind"] == "section") & rows["size_bytes"].notna()]
    rows = rows[rows["size_bytes"] >= 1 << 27].sort_values("size_bytes", ascending=False).head(3)
    return [
        Evidence(
            r.file,
            None,
            f"{r.member or 'the file itself'}: section {r.name} of {int(r.size_bytes)} bytes",
        )
        for r in each(rows)
    ]


# -- tls-mismatch ---------------------------------------------------------------------------------


def judge_tls(facts: Facts) -> Iterator[Finding]:
    """tls-mismatch: the linker says so, or one side has the type TLS and the other has not."""
    for platform in facts.judged:
        rows = errors_of(facts, platform)
        errors = rows[rows["kind"] == "tls"]
        unsaid = errors_with(facts, platform, _ABSOLUTE)
        names = [str(name) for name in errors["symbol"].dropna()] + _names(unsaid, _ABSOLUTE)
        if not len(errors) and not len(unsaid):
            continue
        own = _symbols_of(facts, platform, names)
        sides = [
            *_as_evidence(own[own["type"] == "TLS"], "has"),
            *_as_evidence(own[own["type"] != "TLS"], "has"),
        ]
        is_split = (own["type"] == "TLS").any() and (own["type"] != "TLS").any()
        evidence = [*said(errors), *said(unsaid), *sides]
        if len(errors) or is_split:
            answer = Answer("supported", evidence)
        elif len(own):
            answer = Answer("refuted", evidence)
        else:
            answer = Answer("untestable", evidence, (objects_missing(platform),))
        yield about(facts, FAMILY, TLS, platform, names, answer)


CAUSES = (
    Cause(PROTECTED, FAMILY, "cause", judge_protected),
    Cause(TLS, FAMILY, "cause", judge_tls),
    Cause(OVERFLOW, FAMILY, "cause", judge_overflow),
)  # fmt: skip
