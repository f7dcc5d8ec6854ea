"""What tests need from the machine: present, or a skip with a plain reason (a failure in CI)."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def need(*programs: str) -> None:
    """Skip the test where a program is absent; fail there when DIAG_NO_SKIP=1 (CI)."""
    absent = [name for name in programs if shutil.which(name) is None]
    if absent:
        not_here(f"not installed here: {', '.join(absent)}")


def not_here(reason: str) -> NoReturn:
    """Skip the test for this reason; fail there when DIAG_NO_SKIP=1 (CI)."""
    if os.environ.get("DIAG_NO_SKIP") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
