"""Hostile RUN scripts: each comes to an end, in little time and memory, and says where it was cut.

python -m tests.test_hostile_scripts            # the list, as a table
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.hostile_scripts import HOSTILE

ROOT = Path(__file__).resolve().parent.parent
MAX_SECONDS = 5.0  # of CPU; two on a machine of its own
MAX_MB = 400  # beyond what the imports take; the largest text alone takes 300


def _rows(name: str) -> list[dict[str, Any]]:
    """What the flow says of X at each call of cargo, in plain values."""
    from diag.errors import InputError
    from diag.flow import env_rows
    from diag.read.dockerfile import load_dockerfile

    try:
        instructions = load_dockerfile(HOSTILE[name].dockerfile())
        rows = env_rows(instructions, platform="linux/amd64", command="cargo", name="X")
        wanted = ("argv_text", "status", "value", "condition")
        return [{key: row[key] for key in wanted} for row in rows]
    except InputError as error:
        return [{"argv_text": "", "status": "refused", "value": None, "condition": str(error)}]


def _measured(name: str) -> dict[str, Any]:
    """The rows of one script, with seconds and megabytes, from a process of its own."""
    reader, writer = os.pipe()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        try:
            text = json.dumps({"rows": _rows(name)})
        except BaseException:
            text = json.dumps({"rows": [], "traceback": traceback.format_exc()})
        with os.fdopen(writer, "w") as file:
            file.write(text)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        text = file.read()
    used = os.wait4(child, 0)[2]
    told = json.loads(text or '{"rows": [], "traceback": "killed"}')
    megabytes = max(used.ru_maxrss - before, 0) >> 10
    return {**told, "seconds": used.ru_utime + used.ru_stime, "megabytes": megabytes}


def _outcome(measured: dict[str, Any]) -> str:
    """The last row of the RUN in a few words."""
    rows = [row for row in measured["rows"] if row["argv_text"] != "cargo end"]
    if not rows:
        return measured.get("traceback", "no call is reached").strip().rpartition("\n")[2]
    value = f"X={rows[-1]['value'][:20]!a}" if rows[-1]["value"] is not None else rows[-1]["status"]
    return f"{value}: {rows[-1]['condition'][:110]!a}" if rows[-1]["condition"] else value


def main() -> None:
    """Print the table, or with --json what it is made of."""
    import diag.flow  # noqa: F401  (imported once, not in each child)

    gc.freeze()  # what is imported stays shared between the children
    for name in HOSTILE:
        measured = _measured(name)
        if "--json" in sys.argv[1:]:
            print(json.dumps({"name": name, **measured}), flush=True)
            continue
        numbers = f"{measured['seconds']:6.2f} s {measured['megabytes']:4d} MB"
        print(f"{name:<40} {numbers}  {_outcome(measured)}", flush=True)


# --- tests --------------------------------------------------------------------------------------


@cache
def _all() -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "tests.test_hostile_scripts", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one for one in found}


def test_hostile_scripts_end_and_say_where_they_were_cut() -> None:
    """Each in bounded time and memory, without a traceback, with the expected word of it."""
    wrong = {name: _outcome(one) for name, one in _all().items() if not _is_as_expected(name, one)}
    assert list(_all()) == list(HOSTILE)
    assert wrong == {}
    slow = {name: one["seconds"] for name, one in _all().items() if one["seconds"] > MAX_SECONDS}
    large = {name: one["megabytes"] for name, one in _all().items() if one["megabytes"] > MAX_MB}
    assert (slow, large) == ({}, {})


def _is_as_expected(name: str, one: dict[str, Any]) -> bool:
    hostile = HOSTILE[name]
    *rows, last = one["rows"] or [{}]
    if last.get("status") == "refused":
        return hostile.told in last["condition"] and bool(hostile.told)
    if last.get("argv_text") != "cargo end" or last["value"] != "last" or not rows:
        return False
    if not hostile.told:
        return rows[-1]["value"] == hostile.value and rows[-1]["condition"] is None
    return rows[-1]["value"] is None and hostile.told in (rows[-1]["condition"] or "")


@pytest.mark.parametrize("name", [name for name in HOSTILE if "without end" in name])
def test_calls_before_a_fault_keep_their_rows(name: str) -> None:
    """A script that does not parse: `cargo a` stands before the fault."""
    if HOSTILE[name].make().startswith("cargo a"):  # type: ignore[arg-type]
        first = _all()[name]["rows"][0]
        assert (first["argv_text"], first["status"]) == ("cargo a", "unset")


def test_many_rows_of_one_run_are_refused() -> None:
    """Thousands of variables at thousands of calls: told, not written out."""
    from diag.errors import InputError
    from diag.flow import env_at

    lines = "\n".join(f"c{n} $V{n}\nexport V{n}=1" for n in range(1010))
    with pytest.raises(InputError, match="rows"):
        env_at(f"FROM a\nRUN <<E\n{lines}\nE\n".encode(), platforms="linux/amd64")


if __name__ == "__main__":
    main()
