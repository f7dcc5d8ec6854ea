"""Explanations beside each other: the more exact one tells, and a claim is always answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from diag.causes.facts import Facts, Symbol, log_missing, objects_missing
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.stale import STALE
from diag.schema import each

MAX_MISSING = 3  # artefacts that a finding asks for on behalf of its rivals
# General words for what these tell exactly: which input it is and how it came there, whose the two
# are, in which form or for which machine the library is there, whose version it is, what cut it.
_WAITS_FOR = {
    "wrong-arch-object": ("wrong-arch-prebuilt-archive", "wrong-cc-for-c-deps"),
    "duplicate-definition": (
        "tls-library-collision", "rust-runtime-duplicated", "duplicate-native-crate",
    ),
    "library-not-found": (
        "cross-pkgconfig-host-library", "wrong-arch-prebuilt-archive", "thin-archive-broken",
        "unwind-runtime-missing",
    ),
    "symbol-version-missing": (
        "newer-glibc-archive", "runtime-glibc-too-old", "musl-time64-skew", "glibc-archive-on-musl",
        "dso-underlinked", "stale-build-output",
    ),
    "object-truncated": ("lto-foreign-bytecode", "thin-archive-broken"),
}  # fmt: skip
_OF_NAMES = frozenset(
    ["symbol-version-missing", "symbol-hidden"]
)  # an open rival about another name is none
# A hidden copy of a well-known library's function may be a namesake of the one that is meant: as
# long as the library is open, that the copy is hidden is no answer, and outdoes nothing.
_NAMESAKES = {"symbol-hidden": "library-not-linked"}
_Held = dict[tuple[str | None, str], list[Finding]]

# Explanations that take the objects for what today's sources make: they are no more than one of
# two where an input of the link may be of an earlier build.
_OF_TODAYS_SOURCES = frozenset({
    "signature-mismatch", "vtable-key-function-missing", "static-member-not-defined",
    "template-not-instantiated", "inline-not-emitted", "language-linkage-mismatch", "rtti-disabled",
    "fortran-name-mismatch", "rust-symbol-mangled", "arch-source-missing-from-list",
})  # fmt: skip


def explained_once(findings: Iterable[Finding], catalogue: Mapping[str, Cause]) -> list[Finding]:
    """What a more exact explanation covers is told by that one, and refuted here.

    A finding about several symbols is outdone where each of them is explained, or the platform as
    a whole. One about a whole platform is outdone by any that it names in `yields_to`.
    """
    kept = list(findings)
    kept = _without_doubted(kept, catalogue)
    open_ones = _open(kept)
    kept = [_beside_namesake(finding, open_ones) for finding in kept]
    held: _Held = {}
    for finding in kept:
        if finding.status == "supported" and finding.role == "cause":
            for name in dict.fromkeys((*finding.symbols, "")):
                held.setdefault((finding.platform, name), []).append(finding)
    open_ones = _open(kept)
    circle = _in_circles(kept, catalogue, held)
    told = (
        _left_open(f, circle[id(f)]) if id(f) in circle
        else _outdone(f, catalogue[f.cause].yields_to, held)
        for f in kept
    )  # fmt: skip
    return [_held_back(f, catalogue[f.cause].yields_to, open_ones) for f in told]


def _open(findings: Iterable[Finding]) -> _Held:
    """What more exact explanations could not decide, by platform and symbol."""
    found: _Held = {}
    for finding in findings:
        if finding.status == "untestable" and finding.role == "cause":
            for name in finding.symbols:
                found.setdefault((finding.platform, name), []).append(finding)
    return found


def _without_doubted(findings: list[Finding], catalogue: Mapping[str, Cause]) -> list[Finding]:
    """Left open where an input may be older than its source: a clean build would tell. So is what
    yields to such an explanation."""
    open_ones = _open(findings)
    stale: dict[tuple[str | None, str], Finding] = {
        place: other
        for place, found in open_ones.items()
        for other in found
        if other.cause == STALE
    }
    told = {
        (f.platform, n, f.cause) for f in findings if f.status == "supported" for n in f.symbols
    }
    kept = []
    for finding in findings:
        asked = (finding.cause, *catalogue[finding.cause].yields_to)
        doubted = [c for c in asked if c in _OF_TODAYS_SOURCES]
        places = [(finding.platform, n) for n in finding.symbols if n]
        first = next(
            (stale[p] for p in places if p in stale and any((*p, c) in told for c in doubted)), None
        )
        if finding.status == "supported" and first is not None:
            finding = _untold(finding, first.missing)
        kept.append(finding)
    return kept


def _beside_namesake(finding: Finding, open_ones: _Held) -> Finding:
    other = next(
        (
            rival
            for name in finding.symbols
            for rival in open_ones.get((finding.platform, name), ())
            if rival.cause == _NAMESAKES.get(finding.cause)
        ),
        None,
    )
    if finding.status != "supported" or other is None:
        return finding
    return _untold(finding, other.missing)


def _untold(finding: Finding, missing: tuple[Missing, ...]) -> Finding:
    """The same, left open until these are seen."""
    return replace(finding, status="untestable", missing=missing, fix=())


def _beside(finding: Finding, rivals: list[Finding]) -> Finding:
    """Left open until what settles its rivals is seen, where there are any."""
    if not rivals:
        return finding
    missing = dict.fromkeys(m for other in rivals for m in other.missing)
    return _untold(finding, tuple(missing)[:MAX_MISSING])


def _waiting(finding: Finding, open_ones: _Held) -> Finding:
    """What says less of the same file or name, while what says more of it is invited and open."""
    is_of_names = finding.cause in _OF_NAMES
    rivals = [
        other
        for (platform, name), found in open_ones.items()
        for other in found
        if platform == finding.platform
        and other.cause in _WAITS_FOR[finding.cause]
        and not (is_of_names and name and name not in finding.symbols)
    ]
    return _beside(finding, rivals)


def _held_back(finding: Finding, asked: tuple[str, ...], open_ones: _Held) -> Finding:
    """The remainder is no answer where something more exact is invited and cannot be told."""
    if finding.status != "supported":
        return finding
    if finding.cause in _WAITS_FOR:
        return _waiting(finding, open_ones)
    if asked != ("*",):
        return finding
    rivals = [
        other
        for name in finding.symbols
        for other in open_ones.get((finding.platform, name), ())
        if name and other.cause != finding.cause
    ]
    return _beside(finding, rivals)


def _outdone(finding: Finding, asked: tuple[str, ...], held: _Held) -> Finding:
    if finding.status == "refuted" or not asked:
        return finding
    exact = [_more_exact(finding, name, asked, held) for name in finding.symbols]
    first = exact[0]
    if first is None or None in exact:
        return finding
    place = first.evidence[0] if first.evidence else Evidence("", None, "")
    told = replace(place, text=f"explained by {first.cause}: {place.text}")
    return replace(finding, status="refuted", evidence=(told,), missing=(), fix=(), experiment=None)


def _in_circles(
    findings: list[Finding], catalogue: Mapping[str, Cause], held: _Held
) -> dict[int, Finding]:
    """Those that only explain one another away, by id, each with the one that it yields to. What a
    surviving explanation outdoes, straight or through others, is not among them."""
    by: dict[int, list[Finding]] = {}
    for one in findings:
        if one.status == "supported" and one.role == "cause":
            asked = catalogue[one.cause].yields_to
            exact = [_all_more_exact(one, name, asked, held) for name in one.symbols]
            by[id(one)] = [other for own in exact for other in own] if all(exact) else []
    settled = {key for key, others in by.items() if not others}
    size = -1
    while size != len(settled):
        size = len(settled)
        settled |= {key for key, others in by.items() if any(id(o) in settled for o in others)}
    return {key: others[0] for key, others in by.items() if key not in settled}


def _left_open(finding: Finding, other: Finding) -> Finding:
    """Two that speak of the same name and neither outdoes the other: the sources tell."""
    name = finding.symbol or "the name"
    missing = Missing(
        f"whose {name} the caller means",
        f"{finding.cause} and {other.cause} both fit what was given, and each has another cure",
        (f"git grep -nw '{name}'",),
    )
    return _untold(finding, (missing,))


def _more_exact(finding: Finding, name: str, asked: tuple[str, ...], held: _Held) -> Finding | None:
    return next(iter(_all_more_exact(finding, name, asked, held)), None)


def _all_more_exact(
    finding: Finding, name: str, asked: tuple[str, ...], held: _Held
) -> list[Finding]:
    """The findings that explain the symbol better. `*` stands for any that names a symbol: what
    is not known of a whole platform stays unknown."""
    if not asked:
        return []
    if asked == ("*",):
        found = [f for f in held.get((finding.platform, name), ()) if name]
    else:
        of_platform = [f for f in held.get((finding.platform, ""), ()) if not f.symbol]
        every = [*held.get((finding.platform, name), ()), *of_platform]
        found = [f for f in every if f.cause in asked]
    return [other for other in found if other.cause != finding.cause]


def answer_claims(
    facts: Facts, findings: Iterable[Finding], catalogue: Mapping[str, Cause]
) -> Iterator[Finding]:
    """One finding a platform for each claimed cause of which its own judge said nothing.

    Nothing that was given fits its signature: what the linker really said, or a good end, refutes
    it; where neither was given it cannot be told.
    """
    told = {finding.cause for finding in findings}
    for claim in dict.fromkeys(facts.claims):
        if claim not in told:
            yield from (_answer(facts, catalogue[claim], one) for one in facts.judged)


def _answer(facts: Facts, cause: Cause, platform: str) -> Finding:
    symbol = Symbol("", platform)
    errors = facts.on(facts.link_errors, platform).drop_duplicates(["kind", "symbol"]).head(3)
    said = [Evidence.of_row(r, r.detail_text) for r in each(errors)]
    if said:
        return cause.finding("refuted", symbol, said, role="claim")
    if facts.outcome(platform) == "linked" and facts.ran(platform) is not False:
        return cause.finding("refuted", symbol, facts.outcome_evidence(platform), role="claim")
    missing = objects_missing(platform) if facts.has_log else log_missing(platform)
    return cause.finding("untestable", symbol, (), (missing,), role="claim")
