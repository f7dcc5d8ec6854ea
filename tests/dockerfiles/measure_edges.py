"""Record what a real BuildKit says to each Dockerfile of edge_cases.py.

    python -m tests.dockerfiles.measure_edges docker -H unix://SOCKET

Needs a docker with buildx; writes edges.json: name -> "" where the build goes through, else the
engine's complaint. tests/test_dockerfile.py compares.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.dockerfiles.edge_cases import EDGES

HERE = Path(__file__).parent
_VOLATILE = re.compile(r"ref \S+")


def complaint(docker: list[str], context: Path, text: bytes) -> str:
    (context / "Dockerfile").write_bytes(text)
    command = [*docker, "buildx", "build", "--progress=plain", "--platform", "linux/amd64"]
    done = subprocess.run([*command, str(context)], capture_output=True, text=True)
    said = done.stderr.strip().splitlines()[-1] if done.returncode else ""
    return _VOLATILE.sub("ref ...", said)


def main() -> None:
    docker = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copy(HERE / "show", context)
        said = {name: complaint(docker, context, text) for name, text in EDGES.items()}
    version = subprocess.run(
        [*docker, "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True
    ).stdout.strip()
    told = {"engine": f"docker {version}", "said": said}
    (HERE / "edges.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
