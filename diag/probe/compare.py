"""The static flow against the probe: where they differ, one of them is wrong."""

from __future__ import annotations

from typing import Any

import pandas as pd

_COMMAND = ["platform", "run_no", "command_no"]
_KEY = [*_COMMAND, "name"]
COLUMNS = [
    *_KEY, "shell", "flow_status", "flow_value", "probe_status", "probe_value", "file", "line_no",
]  # fmt: skip
ABSENT = "absent"

# Conditions of the flow and the probe that do not tell of a branch.
_NO_BRANCH = ("the build stops before", "depends on")

_Fact = tuple[Any, ...]  # status, value, file, line, whether it is on a branch


def compare_flow_and_probe(flow: pd.DataFrame, probe: pd.DataFrame) -> pd.DataFrame:
    """Rows of both that do not say the same, one a command, name and shell.

    `flow` is a frame `env`, `probe` one with the column `shell`. Columns: platform, run_no,
    command_no, name, shell, flow_status, flow_value, probe_status, probe_value, file, line_no.
    A status is `absent` where one side has no such command. Where the flow keeps several ways
    (path_no) it agrees if one of them is the probe's. Rows of the flow that are not about the
    shell (source cargo, cc, go) are not compared. A command that the flow has on a branch only is
    not missed where the probe took another way. An unknown value of the flow against a known
    one of the probe is a difference too: whether it should be known is for the reader to say.
    """
    flow = flow[flow["source"].astype(str) == "shell"]
    probe = probe[probe["source"].astype(str) == "shell"]
    told: dict[tuple[Any, ...], list[_Fact]] = {}
    for key, fact in _facts(flow, _KEY):
        told.setdefault(key, []).append(fact)
    rows = []
    for shell, of_shell in probe.groupby("shell", sort=False):
        seen = dict(_facts(of_shell, _KEY))
        for key in dict.fromkeys([*told, *seen]):
            row = _difference(told.get(key, []), seen.get(key))
            if row is not None:
                rows.append(dict(zip(_KEY, key, strict=True)) | {"shell": shell} | row)
    return pd.DataFrame(rows, columns=COLUMNS).astype(_TYPES)


_TYPES = {
    column: "int64" if column in ("run_no", "command_no", "line_no") else "str"
    for column in COLUMNS
}


def _facts(frame: pd.DataFrame, key: list[str]) -> list[tuple[tuple[Any, ...], Any]]:
    columns = [frame[name].tolist() for name in key]
    facts = zip(
        frame["status"].astype(str),
        frame["value"].astype(object).where(frame["value"].notna(), None),
        frame["file"],
        frame["line_no"],
        [_is_on_a_branch(condition) for condition in frame["condition"]],
        strict=True,
    )
    return list(zip(zip(*columns, strict=True), facts, strict=True))


def _is_on_a_branch(condition: object) -> bool:
    """Whether a condition speaks of a way through the script, not of values or earlier RUNs."""
    texts = condition.split("; ") if isinstance(condition, str) else []
    return any(not text.startswith(_NO_BRANCH) for text in texts)


def _difference(told: list[_Fact], seen: _Fact | None) -> dict[str, Any] | None:
    if seen is not None and any(_same(fact, seen) for fact in told):
        return None
    if seen is None and all(is_on_a_branch for *_, is_on_a_branch in told):
        return None
    flow = told[0] if told else (ABSENT, None, *(seen or ())[2:])
    probe = seen if seen is not None else (ABSENT, None)
    return {
        "flow_status": flow[0],
        "flow_value": flow[1],
        "probe_status": probe[0],
        "probe_value": probe[1],
        "file": flow[2],
        "line_no": flow[3],
    }


def _same(flow: _Fact, probe: _Fact) -> bool:
    return bool(flow[0] == probe[0] and (flow[0] != "set" or flow[1] == probe[1]))
