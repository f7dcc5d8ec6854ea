"""Dockerfiles of tests through the environment flow: its rows, or the last one of a variable."""

from __future__ import annotations

from typing import Any

import pandas as pd

from diag import schema
from diag.flow import env_at


def env_of(text: str, **options: Any) -> pd.DataFrame:
    return schema.check(env_at(text.encode(), **options), "env")


def row_of(text: str, name: str = "X", command: str = "cargo", **options: Any) -> dict[str, Any]:
    """The last row of the variable at the command, missing values as None."""
    frame = env_of(text, command=command, name=name, platforms=["linux/amd64"], **options)
    row = frame.iloc[-1].to_dict()
    return {key: None if isinstance(v, float) or v is pd.NA else v for key, v in row.items()}
