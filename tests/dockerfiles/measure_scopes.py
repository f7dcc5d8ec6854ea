"""Record what a real BuildKit puts into the environment of each RUN of scopes/*.Dockerfile.

    python -m tests.dockerfiles.measure_scopes docker -H unix://SOCKET

Needs a docker with buildx and a static busybox; writes scopes/measured.json, which
tests/test_scopes.py compares with run_contexts.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7")
BUILD_ARGS: dict[str, list[dict[str, str]]] = {
    "build-args": [{}, {"V": "given", "G": "g", "N": "n", "UNUSED": "u"}],
    "platform-args": [{}, {"TARGETARCH": "mips"}],
    "platform-default": [{}, {"TARGETARCH": "mips"}],
    "env-against-arg": [{}, {"V": "given"}],
    "arg-before-from": [{}, {"V": "9"}],
    "global-without-default": [{}, {"V": "given"}],
    "late": [{}, {"http_proxy": "p", "NO_PROXY": "localhost", "ftp_proxy": ""}],
    "onbuild": [{}, {"C": "given"}],
    "path": [{}, {"PATH": "/bin:/given"}],
}
_SHOWN = re.compile(r"@@(?P<mark>\w+):(?P<env>[A-Za-z0-9+/=]*)")


def shown(log: str) -> dict[str, dict[str, str]]:
    """Mark of each `show` -> the environment that it printed."""
    found = {}
    for match in _SHOWN.finditer(log):
        pairs = base64.b64decode(match["env"]).decode().split("\0")
        found[match["mark"]] = dict(pair.split("=", 1) for pair in pairs if pair)
    return dict(sorted(found.items()))


def measure(
    docker: list[str], context: Path, dockerfile: Path, platform: str, args: dict[str, str]
) -> dict:
    given = [word for name, text in args.items() for word in ("--build-arg", f"{name}={text}")]
    command = [
        *docker, "buildx", "build", "--no-cache", "--network=host", "--progress=plain",
        "--platform", platform, *given, "-f", str(dockerfile), str(context),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    row = {"dockerfile": dockerfile.name, "platform": platform, "build_args": args}
    if done.returncode:
        row["error"] = done.stderr.strip().splitlines()[-1]
    return {**row, "runs": shown(done.stderr)}


def main() -> None:
    docker = sys.argv[1:]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copy(shutil.which("busybox") or "busybox", context / "busybox")
        shutil.copy(HERE / "show", context)
        for dockerfile in sorted((HERE / "scopes").glob("*.Dockerfile")):
            for args in BUILD_ARGS.get(dockerfile.name.split(".")[0], [{}]):
                rows += [measure(docker, context, dockerfile, p, args) for p in PLATFORMS]
    version = subprocess.run(
        [*docker, "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True
    ).stdout.strip()
    told = {"engine": f"docker {version}", "builds": rows}
    (HERE / "scopes" / "measured.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
