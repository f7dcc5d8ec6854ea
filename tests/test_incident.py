"""The first incident, from real builds to verdicts: what the evidence of data/ must lead to."""

from __future__ import annotations

import shutil
import tomllib
from functools import cache
from pathlib import Path

import pytest

import diag
from diag.case import Case
from diag.case_inputs import read_case_toml
from diag.compare import compare
from diag.verdict import Verdict, diagnose
from tests.incident_cases import CASES, DATA, NOTEBOOKS, opened

AMD64, ARM64, ARMV7 = "linux/amd64", "linux/arm64", "linux/arm/v7"
KERNEL = "kernel-object-not-built"
SYMBOL = "sum_4bit_dist_table_32bytes_batch_avx512"


@pytest.fixture(autouse=True)
def in_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cases' paths lead from."""
    monkeypatch.chdir(NOTEBOOKS)


@cache
def judged(name: str) -> Verdict:
    """The verdict on one case folder."""
    return diagnose(opened(name))


def toml(name: str) -> dict:
    """What the recipe recorded of one case."""
    return tomllib.loads((DATA / name / "case.toml").read_text())


def test_before_names_the_kernel_that_was_not_built():
    """The headline, with the skipped kernel's line, the undefined reference and the absence."""
    verdict = judged("before")
    assert (verdict.outcome, verdict.cause) == ("explained", KERNEL)
    finding = verdict[KERNEL]
    assert (finding.status, finding.platform, finding.symbol) == ("supported", AMD64, SYMBOL)
    texts = [item.text for item in finding.evidence]
    assert any("skipping" in text for text in texts)
    assert any(f"undefined reference to `{SYMBOL}'" in text for text in texts)
    assert any("none defines it" in text and SYMBOL in text for text in texts)


@pytest.mark.parametrize("claim", ["variables-lost-after-case", "flags-can-matter"])
def test_before_refutes_what_the_reports_believed(claim):
    """Both claims stay in the table, refuted, with evidence, on the platform that failed."""
    own = [f for f in judged("before").all(claim) if f.platform == AMD64]
    assert [f.status for f in own] == ["refuted"]
    assert own[0].evidence


@pytest.mark.parametrize("platform", [ARM64, ARMV7])
def test_before_finds_no_failure_elsewhere(platform):
    """The other platforms link, and nothing is blamed on them."""
    verdict = judged("before")
    outcomes = dict(zip(verdict.outcomes["platform"], verdict.outcomes["outcome"], strict=True))
    assert outcomes[platform] == "linked"
    blamed = [f for f in verdict.findings if f.platform == platform and f.status == "supported"]
    assert [f for f in blamed if f.role == "cause"] == []


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_agrees_with_what_really_happened(name):
    """A platform that did not link, or died, is explained; one that did both is not blamed."""
    verdict = judged(name)
    outcomes = verdict.outcomes.set_index("platform")
    for platform in toml(name)["platform"]:
        row = outcomes.loc[platform["name"]]
        assert (row["outcome"] == "linked") == platform["linked"], platform["name"]
        causes = {
            f.cause
            for f in verdict.findings
            if f.platform == platform["name"] and f.status == "supported" and f.role == "cause"
        }
        has_moved = COMPARED.get(name, ("", None))[0] == "moved"
        if not platform["linked"] or (platform.get("ran") is False and not has_moved):
            assert KERNEL in causes, platform["name"]
        elif platform.get("ran") is False:
            # The kernel was made, and the program dies of something else: no cause is claimed.
            assert KERNEL not in causes
            assert verdict.outcome == "undecided"
        elif causes:
            # It ran where it was run, and yet the link hid something: that must be the finding.
            assert "undefined-ignored" in causes, platform["name"]


@pytest.mark.parametrize("name", CASES)
def test_every_citation_exists(name):
    """Each file named as evidence is there, and each line number lies within it."""
    for finding in judged(name).findings:
        for item in finding.evidence:
            path = Path(item.file)
            assert path.exists(), (finding.cause, item)
            if item.line_no is not None:
                n_lines = path.read_bytes().count(b"\n") + 1
                assert 1 <= item.line_no <= n_lines, (finding.cause, item)


def without(what: str) -> Verdict:
    """The verdict on `before` with one kind of artefact taken away, and nothing told instead."""
    given = read_case_toml(DATA / "before")
    given = {key: given[key] for key in ("log", "objects", "dockerfile", "claims") if key != what}
    return diagnose(Case(**given, platforms=[AMD64, ARM64, ARMV7]))


@pytest.mark.parametrize(
    ("what", "undecided", "artefact"),
    [
        ("dockerfile", "variables-lost-after-case", "Dockerfile"),
        ("dockerfile", "log-from-other-dockerfile", "Dockerfile"),
        ("log", "log-from-other-dockerfile", "build log"),
        ("objects", "duplicate-ignored", "objects"),
    ],
)
def test_what_needs_a_missing_artefact_is_untestable_and_says_how_to_get_it(
    what, undecided, artefact
):
    """Taken away one at a time: no guess, a name, and commands."""
    findings = [f for f in without(what).all(undecided) if f.platform in (AMD64, None)]
    assert findings
    assert {f.status for f in findings} == {"untestable"}
    assert any(
        artefact in missing.artefact and missing.how for f in findings for missing in f.missing
    )


@pytest.mark.parametrize("what", ["dockerfile", "log", "objects"])
def test_no_finding_turns_wrong_when_an_artefact_is_taken_away(what):
    """What was refuted is never supported with less evidence, and the reverse."""
    whole = {(f.cause, f.platform): f.status for f in judged("before").findings}
    for finding in without(what).findings:
        known = whole.get((finding.cause, finding.platform))
        if known and finding.status != "untestable":
            assert finding.status == known, finding


def renamed(folder: Path, names: dict[str, str]) -> Path:
    """A copy of the case with names changed in every file; equal lengths keep the objects whole."""
    copy = folder / "case"
    shutil.copytree(DATA / "before", copy)
    for shared in ("objects", "probe"):
        shutil.copytree(DATA / shared, folder / shared)
    for path in [*folder.rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            for old, new in names.items():
                assert len(old) == len(new)
                content = content.replace(old.encode(), new.encode())
            path.write_bytes(content)
            path.rename(path.with_name(_renamed(path.name, names)))
    toml = copy / "case.toml"
    toml.write_text(_renamed(toml.read_text(), names))
    return copy


def _renamed(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    "symbol",
    ["mix_9bit_lane_chart_77octets_chunk_avx512", "blend_the_codes_of_one_block_in_one_pass"],
    ids=["another symbol", "no instruction-set word, no file stem"],
)
def test_other_names_give_the_same_verdict(tmp_path, symbol):
    """Symbol, crates, program and files renamed: nothing in the kit knows those of the recipe."""
    symbol = symbol.ljust(len(SYMBOL), "x")[: len(SYMBOL)]
    names = {SYMBOL: symbol, "dist_table": "lane_chart", "f16_dot": "h2o_mix", "kernels": "numeric"}
    names |= {"agent_mem": "pilot_log", "agent-mem": "pilot-log"}
    verdict = diagnose(diag.open_case(renamed(tmp_path, names)))
    whole = judged("before")
    assert verdict.cause == whole.cause
    assert verdict[KERNEL].symbol == symbol
    statuses = [[(f.cause, f.platform, f.status) for f in v.findings] for v in (verdict, whole)]
    assert statuses[0] == statuses[1]


COMPARED = {
    "after": ("unproven", None),
    "old-form": ("unproven", None),
    "one-cfg-per-object": ("cured", None),
    "explicit-march": ("cured", None),
    "unresolved-ignored": ("masked", "undefined-ignored"),
    "defsym-zero": ("masked", "undefined-ignored"),
    "cc-wrapper": ("cured", None),
    "cflags-x86-64": ("cured", None),
    "cflags-sapphirerapids": ("moved", None),
    "plus-avx512": ("unproven", None),
}


@pytest.mark.parametrize(("name", "result"), COMPARED.items())
def test_compare_tells_a_cure_from_a_mask(name, result):
    """What each intervention did to the cause, by the objects and not by a green build."""
    comparison = compare(opened("before"), opened(name))
    assert (comparison.result, comparison.by) == result
    assert comparison.evidence


def test_a_cure_is_shown_by_the_definition_itself():
    """The objects of the fixed build want the symbol and one member defines it: that is cited."""
    before, after = opened("before"), opened("explicit-march")
    texts = [item.text for item in compare(before, after).evidence]
    assert any(f"defines {SYMBOL}, once" in text for text in texts)
    assert not any("any more" in text for text in texts)


def test_a_log_of_another_revision_is_told():
    """The old form's log beside the newer Dockerfile: drift, with both places."""
    case = Case(
        log=DATA / "old-form" / "build.log",
        dockerfile=DATA / "before" / "Dockerfile.multiarch",
        platforms=[AMD64, ARM64, ARMV7],
    )
    finding = diagnose(case)["log-from-other-dockerfile"]
    assert finding.status == "supported"
    assert {Path(item.file).name for item in finding.evidence} == {
        "build.log",
        "Dockerfile.multiarch",
    }


def test_a_cure_counts_only_if_the_failure_returns_without_it():
    """The fix taken out again: the same failure proves it, a green build does not."""
    before, after = opened("before"), opened("explicit-march")
    assert compare(before, after, before).result == "cured"
    assert compare(before, after, after).result == "unproven"


def test_taking_a_fix_out_is_worse():
    """From the fixed build back to the broken one."""
    after, before = opened("explicit-march"), opened("before")
    comparison = compare(after, before)
    assert comparison.result == "worse"


def test_without_the_linked_program_a_cure_is_not_proven():
    """Objects that happen not to want the symbol prove nothing: others may."""
    given = read_case_toml(DATA / "one-cfg-per-object")
    few = {p: [f for f in files if f.suffix == ".a"] for p, files in given["objects"].items()}
    after = Case(**{**given, "objects": few})
    assert compare(opened("before"), after).result == "unproven"


def test_the_end_of_a_run_is_cited_where_it_is_told():
    """The log knows nothing of how the program ended: case.toml does."""
    told = [e for e in judged("defsym-zero")["undefined-ignored"].evidence if "was run" in e.text]
    assert [Path(e.file).name for e in told] == ["case.toml"]
