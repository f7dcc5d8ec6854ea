"""Dockerfiles of tests through the environment flow: the rows of cargo, the cc crate and go."""

from __future__ import annotations

from typing import Any

import pandas as pd

from diag import schema
from diag.flow import env_at, env_rows
from diag.read.dockerfile import load_dockerfile

SEPARATOR = "\x1f"
EFFECTIVE, SCRIPTS = "rustflags (effective)", "rustflags (build scripts)"
GNU = "--target x86_64-unknown-linux-gnu"
ARM = "--target=aarch64-unknown-linux-gnu"
OF_TARGET = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"
BASE = {"PATH": "/bin", "HOME": "/home"}  # a base image whose environment is known


def env_of(text: str, **options: Any) -> pd.DataFrame:
    return schema.check(env_at(text.encode(), **{"platforms": "linux/amd64", **options}), "env")


def rows_of_tools(text: str, base_env: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """The rows of the tools at the last command, by name."""
    instructions = load_dockerfile(text.encode())
    rows = env_rows(instructions, platform="linux/amd64", base_env=base_env)
    return {row["name"]: row for row in rows if row["source"] != "shell"}
