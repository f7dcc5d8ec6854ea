"""The environment flow equals real shells, on snippets of every construct and on random scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from diag.flow.children import Process
from diag.flow.processes import Processes
from diag.flow.state import State
from tests.flow_oracle import (
    FLOW_SHELLS,
    SHELLS,
    Real,
    cell,
    flow_calls,
    flow_rows,
    names_in,
    prepare,
    run_real,
)
from tests.flow_random import NAMES, Scripts
from tests.flow_snippets import ALL
from tests.tools import need

GROUPS = sorted({title.partition(":")[0] for title in ALL})
TITLES = {"dash": "dash", "bash-posix": "bash", "busybox-ash": "busybox ash"}

# busybox takes `<` in `[[` for a redirection, so that a file of the image decides.
UNDECIDED = {("branches: double bracket quoted", "busybox-ash")}


@cache
def _real(group: str, shell: str) -> dict[str, Real]:
    """What a shell did with each snippet of a group."""
    scripts = {title: script for title, script in ALL.items() if title.startswith(group + ":")}
    return dict(zip(scripts, _run_all(list(scripts.values()), shell), strict=True))


def _run_all(scripts: list[str], shell: str) -> list[Real]:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(4) as pool:
        places = [Path(folder, str(number)) for number in range(len(scripts))]
        for place in places:
            prepare(place)
        return list(pool.map(run_real, scripts, [SHELLS[shell]] * len(scripts), places))


def _differences(
    script: str, rows: list[dict[str, Any]], real: Real, names: Iterable[str] = ()
) -> list[str]:
    """Where rows and reality part: another number of calls, another value, a value not known."""
    calls = flow_calls(rows)
    found = []
    if len(calls) != len(real.calls):
        found.append(f"{len(calls)} calls, really {len(real.calls)}")
    for number, environment in zip(sorted(calls), real.calls, strict=False):
        for name in names or names_in(script):
            told = {path[name] for path in calls[number].values()}
            if told != {cell(environment, name)}:
                found.append(f"call {number}, {name}: {told}, really {cell(environment, name)}")
    return found


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("group", GROUPS)
def test_flow_equals_a_real_shell(group: str, shell: str) -> None:
    """Every variable at every call is what the real shell hands over; nothing is left unknown."""
    need("dash", "bash", "busybox")
    for title, real in _real(group, shell).items():
        if (title, shell) in UNDECIDED:
            continue
        rows = flow_rows(ALL[title], FLOW_SHELLS[shell])
        rows = [row for row in rows if "before 0.5.11" not in (row["condition"] or "")]
        assert not _differences(ALL[title], rows, real), title


def _speaks_of(condition: str | None, title: str) -> bool:
    found = re.search(r"sh is ([a-z0-9. ]+?)(?:;|$)", condition or "")
    return not found or title in found[1].split(" or ")


@pytest.mark.parametrize("shell", TITLES)
@pytest.mark.parametrize("group", GROUPS)
def test_sh_may_be_any_of_its_shells(group: str, shell: str) -> None:
    """Under /bin/sh the ways whose condition names a shell, and no others, are that shell's."""
    need("dash", "bash", "busybox")
    for title, real in _real(group, shell).items():
        if (title, shell) in UNDECIDED:
            continue
        rows = flow_rows(ALL[title], ("/bin/sh", "-c"))
        rows = [row for row in rows if _speaks_of(row["condition"], TITLES[shell])]
        assert not _differences(ALL[title], rows, real), title


@pytest.mark.parametrize("shell", SHELLS)
def test_flow_equals_a_real_shell_on_random_scripts(
    shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty random scripts, the same ones each time: equal at every call, for every variable.

    So that the text decides everything, the flow is told that `dump` succeeds.
    """
    need("dash", "bash", "busybox")

    def succeed(self: Processes, process: Process, state: State) -> None:
        state.status = 0 if process.argv[0] == "dump" else 127

    monkeypatch.setattr(Processes, "_without_model", succeed)
    source = Scripts(20260725)
    scripts = [source.script() for _ in range(60)]
    for script, real in zip(scripts, _run_all(scripts, shell), strict=True):
        rows = flow_rows(script, FLOW_SHELLS[shell], list(NAMES))
        rows = [row for row in rows if "before 0.5.11" not in (row["condition"] or "")]
        assert not _differences(script, rows, real, NAMES), script


def test_the_oracle_can_fail() -> None:
    """The comparison sees a wrong value and a missing call."""
    need("dash")
    with TemporaryDirectory() as folder:
        prepare(Path(folder))
        real = run_real("export X=1; dump", SHELLS["dash"], Path(folder))
    wrong = flow_rows("export X=2; dump", FLOW_SHELLS["dash"])
    assert len(_differences("export X=1; dump", wrong, real)) == 1
    assert _differences("export X=1; dump", [], real) == ["0 calls, really 1"]
