"""Records what real shells make of the first incident's Dockerfiles, under data/avx512-link/probe.

python tools/record_probe.py            # needs bubblewrap, dash, bash and busybox
python tools/record_probe.py --check    # exit 1 where the shells of this machine say otherwise

forms.json: the three forms with each value of TARGETARCH. losses.json: every Dockerfile of
scoping/; losses-buildah.json: those whose ARG and ENV buildah reads otherwise. before.json: all that
`diag probe` says of the failing case, which its case.toml names. shells.json: whose answers they are.
One row a line, in the order in which they are made; what is missing is left out.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import diag
from diag.probe import SHELLS, shell_versions
from diag.schema import plain
from diag.scoping import VALUES

ROOT = Path(__file__).resolve().parent.parent
CASES = Path("data/avx512-link")  # from the root of the repository, as rows name their files
FORMS = [CASES / form / "Dockerfile.multiarch" for form in ("old-form", "before", "after")]
LOSSES = CASES / "scoping"


def recordings() -> dict[str, str]:
    """File name -> text."""
    engine_files = [path.relative_to(ROOT) for path in sorted((ROOT / LOSSES).glob("engine-*"))]
    frames = {
        "forms": diag.probe_scoping(FORMS, targetarch=VALUES),
        "losses": diag.probe_scoping(LOSSES),
        "losses-buildah": diag.probe_scoping(engine_files, engine="buildah"),
        "before": diag.probe_env(FORMS[1], shells=SHELLS),
    }
    texts = {f"{name}.json": as_lines(frame) for name, frame in frames.items()}
    versions = {shell: shell_versions()[shell] for shell in SHELLS}
    return texts | {"shells.json": json.dumps(versions, indent=2) + "\n"}


def as_lines(frame: pd.DataFrame) -> str:
    """A JSON list, one row a line, without what is missing."""
    rows = [told(row) for row in plain(frame).to_dict("records")]
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def told(row: dict[Any, Any]) -> dict[str, Any]:
    """The row without what is missing."""
    return {str(name): value for name, value in row.items() if value is not None}


def main() -> None:
    """Write, or with --check compare."""
    os.chdir(ROOT)
    folder = CASES / "probe"
    made = recordings()
    if "--check" in sys.argv[1:]:
        other = [name for name, text in made.items() if (folder / name).read_text() != text]
        sys.exit(f"differs from what is recorded: {', '.join(other)}" if other else 0)
    folder.mkdir(exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"{folder / name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
