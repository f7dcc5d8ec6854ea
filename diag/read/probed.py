"""A recorded probe: what `diag probe --format json --output FILE` wrote, as its frame again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema
from diag.errors import InputError

MAX_BYTES = 256 << 20
EXTRA = ("shell", "targetarch")  # columns beside those of `env`; the second where it is told


def read_probe(*paths: str | Path, file: str | None = None, root: str | Path = "") -> pd.DataFrame:
    """The `env` frame with the further column `shell`, of one or more recordings.

    Where a row has `targetarch` (diag.probe_scoping), the frame has that column too. `file` is what
    the Dockerfile is called here; left out, the name that the recording has stays, and a relative
    one starts from the folder `root`. Raises InputError where a file is no list of such rows.
    """
    rows = [row for path in paths for row in _rows(Path(path))]

    def name_of(name: str) -> str:
        return file or (str(Path(root, name)) if root else name)

    renamed = [_renamed(row, name_of) for row in rows]
    extra = EXTRA[: 1 + any("targetarch" in row for row in rows)]
    return schema.make("env", renamed, extra=extra)


def _renamed(row: dict[str, Any], name_of: Callable[[str], str]) -> dict[str, Any]:
    """The row with another name of the file, in each place that it cites too."""
    old = row["file"]
    new = name_of(old)

    def place(text: str) -> str:
        return new + text.removeprefix(old) if text.startswith(f"{old}:") else text

    changed = {"file": new, "came_through": [place(text) for text in row["came_through"]]}
    if isinstance(row.get("lost_at"), str):
        changed["lost_at"] = place(row["lost_at"])
    return row | changed


def _rows(path: Path) -> list[dict[str, Any]]:
    help = "record it with: diag probe DOCKERFILE --format json --output FILE"
    try:
        with path.open("rb") as stream:
            rows = json.loads(stream.read(MAX_BYTES))
        if not isinstance(rows, list):
            raise ValueError("it holds no list of rows")
        schema.make("env", rows, extra=EXTRA)
        if not all(isinstance(row.get("shell"), str) for row in rows):
            raise ValueError("a row names no shell")
    except OSError as error:
        raise InputError(error.strerror or str(error), file=str(path), help=help) from None
    except (ValueError, TypeError, AttributeError, schema.SchemaError) as error:
        raise InputError(f"no recorded probe: {error}", file=str(path), help=help) from None
    return [dict(row) for row in rows]
