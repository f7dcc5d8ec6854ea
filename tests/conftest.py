"""What holds for every test: no skips in CI, no clock in hypothesis, one locale, no display.

With DIAG_NO_SKIP=1 (CI, where everything is installed) a skipped test, or a test module skipped as
a whole, is reported as failed: a test that never runs must not look green.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.at_prompt import AtPrompt, caller, small_build
from tests.tools import need

NO_SKIP = os.environ.get("DIAG_NO_SKIP") == "1"

# Tests import the scripts of tools/ as these import each other.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

os.environ.setdefault("MPLBACKEND", "Agg")
# Compilers, linkers and shells talk to the tests in one language.
os.environ["LC_ALL"] = "C.UTF-8"

# A slow machine is no failure; and in CI the same examples come every time.
settings.register_profile(
    "diag", deadline=None, derandomize=NO_SKIP, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("diag")


def _refuse_skip(report: Any) -> None:
    """Make a failure of a skip (an expected failure, xfail, is none)."""
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        told = report.longrepr
        reason = told[2] if isinstance(told, tuple) else told
        report.outcome = "failed"
        report.longrepr = f"DIAG_NO_SKIP=1 and this was not run: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    """Every phase of every test."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Every module that is collected."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Modules and tests are there to the end: the garbage collector need not walk them each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture
def at_prompt(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> AtPrompt:
    """Calls `diag` as one would at the prompt: tests/at_prompt.py."""
    return caller(capsys, monkeypatch)


@pytest.fixture
def diag(at_prompt: AtPrompt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AtPrompt:
    """Calls `diag` in a folder that holds a small build's build.log and Dockerfile."""
    small_build(tmp_path)
    monkeypatch.chdir(tmp_path)
    return at_prompt


@pytest.fixture
def sandbox_programs() -> None:
    """What the probe runs: its sandbox and its shells."""
    need("bwrap", "dash", "bash", "busybox")


@pytest.fixture(scope="session")
def incident_matrix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each change to the first incident did, as a file: tests/incident_matrix.py."""
    from tests.incident_matrix import matrix_file

    own = tmp_path_factory.getbasetemp()
    return matrix_file(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def walkthrough(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The project's notebooks and docs as pages: (folder, pages of notebooks)."""
    from walkthrough import write_walkthrough

    folder = tmp_path_factory.mktemp("walkthrough")
    return folder, write_walkthrough(folder)
