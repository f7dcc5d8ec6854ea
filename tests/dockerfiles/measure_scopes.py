"""Record what a real engine puts into the environment of each RUN of scopes/*.Dockerfile.

    python -m tests.dockerfiles.measure_scopes buildkit docker -H unix://SOCKET
    python -m tests.dockerfiles.measure_scopes buildah buildah --storage-driver vfs

Needs a docker with buildx, or a buildah that may run as root, and a static busybox; writes
scopes/ENGINE.json, which tests/test_scopes.py compares with run_contexts.
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

_VOLATILE = re.compile(r"0x[0-9a-f]+")


def shown(log: str) -> dict[str, dict[str, str]]:
    """Mark of each `show` -> the environment that it printed."""
    found = {}
    for match in _SHOWN.finditer(log):
        pairs = base64.b64decode(match["env"]).decode().split("\0")
        found[match["mark"]] = dict(pair.split("=", 1) for pair in pairs if pair)
    return dict(sorted(found.items()))


def command_of(engine: str, program: list[str]) -> list[str]:
    if engine == "buildah":
        return [*program, "bud", "--isolation=chroot", "--layers=false"]
    return [*program, "buildx", "build", "--no-cache", "--network=host", "--progress=plain"]


def measure(
    command: list[str], context: Path, dockerfile: Path, platform: str, args: dict[str, str]
) -> dict[str, object]:
    given = [word for name, text in args.items() for word in ("--build-arg", f"{name}={text}")]
    where = ["--platform", platform, "-f", str(dockerfile), str(context)]
    done = subprocess.run([*command, *given, *where], capture_output=True, text=True)
    row = {"dockerfile": dockerfile.name, "platform": platform, "build_args": args}
    if done.returncode:
        complaint = done.stderr.strip().splitlines()[-1]
        row["error"] = _VOLATILE.sub("...", complaint.replace(str(context), "CONTEXT"))[:200]
    return {**row, "runs": shown(done.stdout + done.stderr)}


def main() -> None:
    engine, *program = sys.argv[1:]
    platforms = PLATFORMS if engine == "buildkit" else PLATFORMS[-1:]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copy(shutil.which("busybox") or "busybox", context / "busybox")
        shutil.copy(HERE / "show", context)
        (context / "show").chmod(0o755)
        for dockerfile in sorted((HERE / "scopes").glob("*.Dockerfile")):
            for args in BUILD_ARGS.get(dockerfile.name.split(".")[0], [{}]):
                command = command_of(engine, program)
                rows += [measure(command, context, dockerfile, p, args) for p in platforms]
    version = subprocess.run([*program, "--version"], capture_output=True, text=True).stdout
    told = {"engine": version.strip(), "builds": rows}
    (HERE / "scopes" / f"{engine}.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
