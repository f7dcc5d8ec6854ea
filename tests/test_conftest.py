"""The rule of tests/conftest.py, tried on small test files in a process of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).with_name("conftest.py")
RUN_ONE = "def test_runs():\n    pass\n"
SKIPS = {
    "test": "import pytest\ndef test_skips():\n    pytest.skip('no such tool')\n",
    "mark": "import pytest\n@pytest.mark.skip(reason='no such tool')\ndef test_skips():\n    pass\n",
    "module": "import pytest\npytest.skip('no such tool', allow_module_level=True)\n",
}


def run(folder: Path, no_skip: str) -> subprocess.CompletedProcess[str]:
    """Pytest over a file of each kind of skip, beside one test that passes."""
    shutil.copy(CONFTEST, folder)
    for kind, text in SKIPS.items():
        (folder / f"test_{kind}.py").write_text(text)
    (folder / "test_other.py").write_text(RUN_ONE)
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--continue-on-collection-errors"]
    command += ["-p", "no:cacheprovider", str(folder)]
    env = {**os.environ, "DIAG_NO_SKIP": no_skip, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_skip_is_a_failure_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    """Inside a test, by a mark, or of a whole module: the run fails and gives the reason of each."""
    done = run(tmp_path, "1")
    assert done.returncode not in (0, 5), done.stdout
    for told in ("FAILED test_test.py::test_skips", "ERROR test_mark.py::test_skips"):
        assert f"{told} - DIAG_NO_SKIP=1 and this was not run" in done.stdout
    assert "ERROR test_module.py" in done.stdout
    assert done.stdout.count("DIAG_NO_SKIP=1 and this was not run: Skipped: no such tool") >= 3
    assert "1 failed, 1 passed, 2 errors" in done.stdout.splitlines()[-1]


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    """Without the variable the closing line counts them and the run passes."""
    done = run(tmp_path, "0")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 3 skipped" in done.stdout
