"""The rule of tests/conftest.py, tried on small test files in a process of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
RUN_ONE = "def test_runs():\n    pass\n"
SKIP_ONE = "import pytest\ndef test_skips():\n    pytest.skip('no such tool')\n"
SKIP_MARK = "import pytest\n@pytest.mark.skip(reason='no such tool')\ndef test_skips():\n    pass\n"
SKIP_MODULE = "import pytest\npytest.skip('no such tool', allow_module_level=True)\n"


def run(folder: Path, text: str, no_skip: str) -> subprocess.CompletedProcess[str]:
    """Pytest over one file of that text beside one test that passes."""
    shutil.copy(CONFTEST, folder)
    (folder / "test_given.py").write_text(text)
    (folder / "test_other.py").write_text(RUN_ONE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    env = {**os.environ, "DIAG_NO_SKIP": no_skip, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("text", [SKIP_ONE, SKIP_MARK, SKIP_MODULE])
def test_a_skip_is_a_failure_where_nothing_may_be_skipped(tmp_path: Path, text: str) -> None:
    """Inside a test, by a mark, or of a whole module: the run fails and gives the reason."""
    done = run(tmp_path, text, "1")
    assert done.returncode not in (0, 5), done.stdout
    assert "no such tool" in done.stdout
    assert "skipped" not in done.stdout.splitlines()[-1]


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    """Without the variable the closing line counts it and the run passes."""
    done = run(tmp_path, SKIP_ONE, "0")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped" in done.stdout
