"""What tests need from the machine: present, or a skip with a plain reason.

Where nothing may be skipped (CI, DIAG_NO_SKIP=1) conftest.py makes a failure of it.
"""

from __future__ import annotations

import shutil
from typing import NoReturn

import pytest


def need(*programs: str) -> None:
    """Skip the test where a program is absent."""
    absent = [name for name in programs if shutil.which(name) is None]
    if absent:
        not_here(f"not installed here: {', '.join(absent)}")


def not_here(reason: str) -> NoReturn:
    """Skip the test for this reason."""
    pytest.skip(reason)
