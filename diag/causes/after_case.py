"""The claim that an export inside a `case` branch is lost at `esac`, tested by three witnesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from diag.causes.facts import Facts, at, clip, dockerfile_missing, line_of
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.texts import texts_of
from diag.schema import each

AFTER_CASE = "variables-lost-after-case"


def judge_after_case(facts: Facts) -> Iterator[Finding]:
    """The claim, tested by the flow, by the log's echo and by the probe, on each platform."""
    if not facts.has_dockerfile:
        if AFTER_CASE in facts.claims:
            yield from (
                _after_case(p, "untestable", missing=(dockerfile_missing(),)) for p in facts.judged
            )
        return
    if facts.case_assignments.empty:
        if AFTER_CASE in facts.claims:
            text = "no RUN of this Dockerfile assigns a variable inside a `case`"
            yield from (
                _after_case(p, "refuted", (Evidence(facts.dockerfile or "", 1, text),))
                for p in facts.judged
            )
        return
    for platform in facts.platforms:
        ways = list(_ways(facts, platform))
        if ways:
            yield _judge_ways(facts, platform, ways)


@dataclass(frozen=True)
class Way:
    """One variable that a `case` branch assigns, at one command after its `esac`."""

    row: Any
    esac_line: int
    assigned_at: str | None  # file:line inside the case that the value came through

    @property
    def is_kept(self) -> bool:
        return self.row.status in ("set", "empty") and self.assigned_at is not None


def _ways(facts: Facts, platform: str) -> Iterator[Way]:
    ends = dict(zip(facts.instructions["line_no"], facts.instructions["end_line_no"], strict=True))
    env = facts.env[(facts.env["platform"] == platform) & (facts.env["source"] == "shell")]
    keys = ["name", "case_line_no", "esac_line_no", "run_line_no"]
    for case in each(facts.case_assignments.drop_duplicates(keys)):
        last = ends.get(case.run_line_no, case.esac_line_no)
        rows = env[(env["name"] == case.name) & env["line_no"].between(case.esac_line_no, last)]
        inside = range(int(case.case_line_no), int(case.esac_line_no) + 1)
        for row in each(rows):
            yield Way(row, int(case.esac_line_no), _place_inside(row.came_through, inside))


def _place_inside(places: Iterable[str], lines: range) -> str | None:
    return next((place for place in places if line_of(place) in lines), None)


def _judge_ways(facts: Facts, platform: str, ways: list[Way]) -> Finding:
    unknown = [way for way in ways if way.row.status == "unknown"]
    kept = [way for way in ways if way.is_kept]
    if unknown and not kept:
        why = "the value hangs on the output of an outside command; run the script in real shells"
        probe = Missing(
            "what real shells do with this script", why, (_probe_command(facts, platform),)
        )
        return _after_case(platform, "untestable", _flow_evidence(unknown), (probe,))
    evidence = _flow_evidence(kept) + _probe_evidence(facts, platform, ways)
    evidence += _echo_evidence(facts, platform, {way.row.name for way in ways})
    if not kept:
        evidence = [_other_loss(way) for way in ways[:2]]
    return _after_case(platform, "refuted", tuple(evidence))


def _flow_evidence(ways: list[Way]) -> list[Evidence]:
    found = []
    for way in ways[:3]:
        place = way.assigned_at or f"{way.row.file}:{way.row.line_no}"
        value = (
            f"{way.row.name}={way.row.value}"
            if way.row.status == "set"
            else f"{way.row.name} is {way.row.status}"
        )
        text = f"assigned here, past esac (line {way.esac_line}), received by `{way.row.command}` at line {way.row.line_no}: {value}"
        found.append(at(place, clip(text)))
    return found


def _other_loss(way: Way) -> Evidence:
    lost_at = (
        way.row.lost_at if isinstance(way.row.lost_at, str) else f"{way.row.file}:{way.row.line_no}"
    )
    why = way.row.lost_by if isinstance(way.row.lost_by, str) else "no branch assigned it"
    text = f"{way.row.name} is {way.row.status} at `{way.row.command}` because of {why}, not because of esac"
    if why == "not-exported":
        text = f"past esac the shell has {way.row.name}; `{way.row.command}` is not handed it, as nothing exports it"
    return at(lost_at, text)


def _echo_evidence(facts: Facts, platform: str, names: set[str]) -> list[Evidence]:
    rows = facts.arrivals[
        (facts.arrivals["platform"] == platform) & facts.arrivals["name"].isin(names)
    ]
    return [
        Evidence.of_row(r, f"the log echoes {r.name}={r.echoed}")
        for r in each(rows[rows["is_same"]])
    ][:2]


def _probe_evidence(facts: Facts, platform: str, ways: list[Way]) -> list[Evidence]:
    if facts.probe.empty:
        return []
    names = {way.row.name for way in ways if way.is_kept}
    rows = facts.probe[(facts.probe["platform"] == platform) & facts.probe["name"].isin(names)]
    rows = rows[rows["status"] == "set"]
    shells = ", ".join(sorted(set(rows["shell"])))
    if rows.empty:
        return []
    first = rows.iloc[0]
    text = f"run for real in {shells}: {first['name']}={first['value']} at `{first['command']}`"
    return [Evidence(first["file"], int(first["line_no"]), clip(text))]


def _probe_command(facts: Facts, platform: str) -> str:
    return f"diag probe {facts.dockerfile or 'Dockerfile'} --platform {platform}"


def _after_case(
    platform: str,
    status: Status,
    evidence: Iterable[Evidence] = (),
    missing: Iterable[Missing] = (),
) -> Finding:
    words = texts_of("after_case")[AFTER_CASE]
    return Finding.of(
        AFTER_CASE, "after_case", "claim", status, words.claim, platform=platform,
        evidence=evidence, missing=missing, experiment=words.experiment,
    )  # fmt: skip


CAUSES = (Cause(AFTER_CASE, "after_case", "claim", judge_after_case),)
