"""The `output` file of a Cargo build script: the directives that it printed.

Format: the Cargo Book, "Build Scripts", section "Outputs of the Build Script"; `cargo:KEY=VALUE`
and, since 1.77, `cargo::KEY=VALUE`. Cargo keeps the file beside the script's OUT_DIR.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema

MAX_BYTES = 8 << 20  # a build script that prints more than this is not read to its end
_DIRECTIVE = re.compile(r"cargo::?(?P<key>[a-z][a-z0-9_-]*)=(?P<value>.*)", re.IGNORECASE)
# target/<profile>/build/<package>-<16 hexadecimal digits>/out
_OUT_DIR = re.compile(r"[/\\]build[/\\](?P<package>[^/\\]+)-[0-9a-f]{16}(?:[/\\]|$)")
_NAMES = ("output", "stdout")


def is_build_script_output(path: Path) -> bool:
    """Whether a file looks like a build script's output, by its name and first bytes."""
    if path.name not in _NAMES and path.suffix != ".output":
        return False
    try:
        with path.open("rb") as stream:
            return b"cargo:" in stream.read(4096)
    except OSError:  # told where it is read as what else it may be
        return False


def read_build_script(*paths: str | Path) -> pd.DataFrame:
    """The `build_script` frame of one or more output files: a row for each line of output."""
    rows: list[dict[str, Any]] = []
    for path in paths:
        try:
            with Path(path).open("rb") as stream:
                text = stream.read(MAX_BYTES).decode("utf-8", "replace")
        except OSError:  # gone since it was found
            continue
        rows += parse_build_script(text.splitlines(), str(path))
    return schema.make("build_script", rows)


def parse_build_script(lines: Iterable[str], file: str) -> list[dict[str, Any]]:
    """Lines of output as rows of the `build_script` frame."""
    kept = list(lines)
    package = next(_packages([file, *kept]), None)
    rows = []
    for line_no, line in enumerate(kept, 1):
        directive = _DIRECTIVE.fullmatch(line.rstrip())
        key, value = directive.group("key", "value") if directive else ("", line)
        rows.append(
            {"file": file, "line_no": line_no, "package": package, "key": key, "value": value}
        )
    return rows


def _packages(texts: Iterable[str]) -> Iterator[str]:
    """Package names that paths into an OUT_DIR give away."""
    for text in texts:
        found = _OUT_DIR.search(text)
        if found:
            yield found["package"]
