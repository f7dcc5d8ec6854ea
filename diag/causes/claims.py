"""Family I: the claim that other compiler flags cure a missing definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diag.causes.facts import Facts, Symbol, clip, log_missing, objects_missing
from diag.causes.invites import has_rust
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.never_produced import judge_kernel_of
from diag.causes.texts import texts_of
from diag.causes.wants import defines
from diag.schema import each

FLAGS = "flags-can-matter"


def judge(facts: Facts) -> Iterator[Finding]:
    """flags-can-matter, for each missing symbol; on green platforms only where it is claimed."""
    is_set = any((frame["name"] == "RUSTFLAGS").any() for frame in (facts.env, facts.arrivals))
    for symbol in facts.wanted:
        if FLAGS in facts.claims or is_set or _invites(facts, symbol):
            yield _judge_symbol(facts, symbol)
    named = {symbol.platform for symbol in facts.wanted}
    if FLAGS in facts.claims:
        for platform in facts.judged:
            if platform not in named:
                yield _without_symbol(facts, platform)


def _invites(facts: Facts, symbol: Symbol) -> bool:
    """Whether RUSTFLAGS are in play though nothing sets them: a kernel is missing from a build in
    which Rust took part."""
    return has_rust(facts, symbol.platform) and judge_kernel_of(facts, symbol) is not None


def _judge_symbol(facts: Facts, symbol: Symbol) -> Finding:
    kernel = judge_kernel_of(facts, symbol)
    defined = facts.definitions(symbol)
    if kernel is not None and kernel.status == "supported":
        told = kernel.evidence[0]
        text = (
            f"{told.text} (the C compiler's words: rustc and its flags have no part in this object)"
        )
        found = [
            Evidence(told.file, told.line_no, clip(text)),
            *_arrived(facts, symbol.platform),
        ]
        found += _withheld(facts, symbol.platform) + list(facts.reference_evidence(symbol)[:1])
        return _finding(symbol.platform, symbol.name, "refuted", found)
    if len(defined):
        return _finding(symbol.platform, symbol.name, "refuted", defines(defined, symbol.name))
    missing = [] if facts.has_log else [log_missing(symbol.platform)]
    if not facts.has_objects(symbol.platform):
        missing.append(objects_missing(symbol.platform))
    if not missing:
        missing.append(_source_missing())
    evidence = facts.reference_evidence(symbol)
    return _finding(symbol.platform, symbol.name, "untestable", evidence, missing)


def _source_missing() -> Missing:
    return Missing(
        "what should produce the symbol",
        "whether flags can matter depends on which compiler makes the missing definition",
        ("git grep -n SYMBOL",),
    )


def _arrived(facts: Facts, platform: str) -> list[Evidence]:
    rows = facts.arrivals[(facts.arrivals["platform"] == platform) & facts.arrivals["is_same"]]
    rows = rows[rows["name"].str.endswith("FLAGS") & (rows["echoed"] != "")]
    return [Evidence.of_row(r, f"the flags did arrive: {r.name}={r.echoed}") for r in each(rows)][
        :1
    ]


def _withheld(facts: Facts, platform: str) -> list[Evidence]:
    rows = facts.env[(facts.env["platform"] == platform) & (facts.env["source"] == "cargo")]
    rows = rows[rows["lost_by"].astype(str) == "withheld-from-build-scripts"]
    text = (
        "with `--target` cargo compiles build scripts, which build the kernels, without RUSTFLAGS;"
        " a script may read them (CARGO_ENCODED_RUSTFLAGS), a C compiler does not"
    )
    return [Evidence(r.file, int(r.line_no), text) for r in each(rows)][:1]


def _without_symbol(facts: Facts, platform: str) -> Finding:
    outcome, evidence = facts.outcome(platform), facts.outcome_evidence(platform)
    if outcome == "linked":
        return _finding(platform, None, "refuted", evidence or _no_failure(facts))
    return _finding(platform, None, "untestable", evidence, (log_missing(platform),))


def _no_failure(facts: Facts) -> list[Evidence]:
    return [Evidence(facts.dockerfile or "", None, "no link failure on this platform to be cured")]


def _finding(
    platform: str,
    symbol: str | None,
    status: Status,
    evidence: Iterable[Evidence],
    missing: Iterable[Missing] = (),
) -> Finding:
    words = texts_of("claims")[FLAGS]
    return Finding.of(
        FLAGS, "claims", "claim", status, words.claim, platform=platform, symbol=symbol,
        evidence=evidence, missing=missing, experiment=words.experiment,
    )  # fmt: skip


CAUSES = (Cause(FLAGS, "claims", "claim", judge),)
