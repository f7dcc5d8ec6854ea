"""SARIF: the schema of OASIS, its results, places and fingerprints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from diag import schema
from diag.causes.model import Evidence
from diag.show.places import Places
from diag.show.sarif import sarif_log
from tests import handmade as h
from tests.ci_samples import ROOTS, hostile_verdict, official


def written(verdict: Any, case: Any = None, **given: Any) -> dict[str, Any]:
    """The log as a reader of the file has it."""
    return json.loads(json.dumps(sarif_log(Places(verdict, case), ROOTS, **given)))


VERDICTS = {
    "explained": h.verdict,
    "hostile": hostile_verdict,
    "undecided": lambda: h.verdict(outcome="undecided", cause=None, findings=(h.untestable(),)),
    "sound": lambda: h.verdict(outcome="no_failure", cause=None, findings=(), link_errors=schema.empty("link_errors")),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_sarif_is_as_oasis_publishes_it(name: str) -> None:
    """Schema and formats; and what GitHub asks for beyond: each result has a place and a rule, each
    rule is described."""
    verdict = VERDICTS[name]()
    log = written(verdict)
    assert [error.message[:200] for error in official().iter_errors(log)] == []
    (run,) = log["runs"]
    described = {"id", "shortDescription", "fullDescription", "help"}
    assert all(described <= rule.keys() for rule in run["tool"]["driver"]["rules"])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert len(result["locations"]) == 1
        for place in [*result["locations"], *result.get("relatedLocations", [])]:
            where = place["physicalLocation"]["artifactLocation"]
            assert run["artifacts"][where["index"]]["location"]["uri"] == where["uri"]
    assert log == written(verdict)


def test_only_what_is_supported_is_a_result() -> None:
    """GitHub makes an alert of every result; the others are notifications, and counts add up."""
    verdict = h.verdict()
    (run,) = written(verdict)["runs"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [(r["ruleId"], r["kind"], r["level"]) for r in run["results"]] == [
        ("kernel-object-not-built", "fail", "error")
    ]
    assert [(n["properties"]["kind"], n["level"]) for n in told] == [
        ("open", "note"), ("pass", "none"), ("pass", "none"),
    ]  # fmt: skip
    assert sum(run["properties"]["findings"].values()) == len(verdict.findings)
    assert "needs objects of linux/arm64" in told[0]["message"]["text"]


def test_a_result_names_its_places() -> None:
    """The first line of evidence, all others beside it, links to them in the message."""
    (run,) = written(h.verdict())["runs"]
    (result,) = run["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == f"app/{h.LOG}"
    assert place["physicalLocation"]["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert place["physicalLocation"]["region"] == {"startLine": 12}
    assert [one["id"] for one in result["relatedLocations"]] == [1, 2, 3]
    assert f"[{h.LOG}:12](1)" in result["message"]["text"]
    assert run["invocations"][0]["exitCode"] == 1


def test_a_failure_that_nothing_explains_is_a_result_too() -> None:
    """Code scanning shows that something is open, at the first word of a linker."""
    (run,) = written(VERDICTS["undecided"]())["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("failure-not-explained", "warning")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 40}
    assert not written(VERDICTS["sound"](), status=0)["runs"][0]["results"]


def test_a_fingerprint_outlives_a_line_that_moves() -> None:
    """It hangs on cause, platform and symbol, and on nothing else."""
    moved = h.finding(evidence=(Evidence(h.LOG, 99, "other words"),), claim="said otherwise")
    others = [
        h.finding(symbol="x"),
        h.finding(platform="linux/arm64"),
        h.finding(cause="archive-order"),
    ]
    one, same, *rest = (
        written(h.verdict(findings=(f,)))["runs"][0]["results"][0]["partialFingerprints"]
        for f in (h.finding(), moved, *others)
    )
    assert one == same
    assert len({json.dumps(each) for each in (one, *rest)}) == 4


@pytest.mark.parametrize(
    ("file", "uri", "base"),
    [
        ("a b/%41#?.log", "app/a%20b/%2541%23%3F.log", "%SRCROOT%"),
        ("../x.log", "x.log", "%SRCROOT%"),
        ("/tmp/x.log", "file:///tmp/x.log", None),
        ("../../x.log", "file:///x.log", None),
        ("-", "standard-input", None),
        ("image.tar!3f2a!/usr/lib/libx.so", "app/image.tar", "%SRCROOT%"),
    ],
)
def test_addresses_of_files(file: str, uri: str, base: str | None) -> None:
    """Relative below the work tree, absolute elsewhere; a member of a tar lies in the tar."""
    finding = h.finding(evidence=(Evidence(file, 3, "x"),))
    (result,) = written(h.verdict(findings=(finding,)))["runs"][0]["results"]
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (where["uri"], where.get("uriBaseId")) == (uri, base)


def test_a_message_holds_no_link_and_no_placeholder_of_strangers() -> None:
    """Brackets and braces are escaped as the standard says."""
    finding = h.finding(claim="[x](http://evil.example) {0} \\", evidence=(), fix=())
    (result,) = written(h.verdict(findings=(finding,)))["runs"][0]["results"]
    assert result["message"]["text"].startswith(r"\[x\](http://evil.example) {{0}} \\")
