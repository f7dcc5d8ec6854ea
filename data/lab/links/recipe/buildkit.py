"""Builds a situation that is a Dockerfile by a real BuildKit: the log is `docker buildx build --progress=plain`.

The engine is that of data/avx512-link/recipe/lab; LAB names its folder (image.sh). What a failed RUN
leaves goes with its layer, so the objects come from a second build of the same lines that goes on
after the failure and copies its folder out.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path
from threading import Lock

from engine import MAGIC, MAX_KEPT, Built, WrongEndError, environment
from situation import MACHINES, Situation

LAB = Path(os.environ.get("LAB", "/tmp/links-buildkit"))
DOCKER = Path(__file__).resolve().parents[3] / "avx512-link" / "recipe" / "lab" / "docker.sh"
_ONE_AT_A_TIME = Lock()
# The last `make` of a RUN, with its words.
_MAKE = re.compile(r"\bmake\b(?P<words>[^&|;\n]*)$", re.MULTILINE)


def is_there() -> bool:
    """Whether an engine answers in LAB and has the image."""
    if not (LAB / "engine-run").is_dir():
        return False
    command = [str(DOCKER), str(LAB), "image", "inspect", "localhost/build-links:bookworm"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def build(situation: Situation, arch: str, linker_dir: Path) -> Built:
    """One platform of the Dockerfile, after the platforms of `before` on the same engine."""
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="links-") as name:
        context = Path(name) / "src"
        context.mkdir()
        _fill(context, situation, arch, linker_dir)
        for number, earlier in enumerate(situation.before.split()):
            _docker(context, "Dockerfile", earlier, ["--no-cache"] if number == 0 else [])
        fresh = [] if situation.before else ["--no-cache"]
        ended = _docker(context, "Dockerfile", arch, fresh)
        log = ended.stdout.decode(errors="replace")
        if ended.returncode == 0 or situation.symbol not in log:
            raise WrongEndError(f"should have failed over {situation.symbol}:\n{log[-3000:]}")
        return Built(log, False, None, _objects(context, situation, arch))


def _fill(context: Path, situation: Situation, arch: str, linker_dir: Path) -> None:
    """The files of the context, all of one old date, so that no machine's clock decides."""
    for path, text in (situation.files | {"Dockerfile": situation.dockerfile}).items():
        (context / path).parent.mkdir(parents=True, exist_ok=True)
        (context / path).write_text(text if text.endswith("\n") else text + "\n")
    env = environment(linker_dir, context.parent) | MACHINES[arch].variables()
    subprocess.run(["sh", "-ec", situation.prepare or "true"], cwd=context, env=env, check=True)
    for path in context.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def _docker(
    context: Path, dockerfile: str, arch: str, options: list[str]
) -> subprocess.CompletedProcess[bytes]:
    words = ["buildx", "build", "--network=none", "--progress=plain"]
    words += ["--platform", MACHINES[arch].platform, "-f", dockerfile, *options, "."]
    return subprocess.run(
        [str(DOCKER), str(LAB), *words],
        cwd=context, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300,
    )  # fmt: skip


def _objects(context: Path, situation: Situation, arch: str) -> dict[str, bytes]:
    lines, _, _ = situation.dockerfile.partition("\nFROM scratch")
    went_on = _MAKE.sub(r"make -k\g<words> || true; mkdir /kept; cp -r . /kept", lines)
    (context / "Dockerfile.kept").write_text(
        f"{went_on}\nFROM scratch\nCOPY --from=build /kept /\n"
    )
    out = context.parent / "out"
    ended = _docker(context, "Dockerfile.kept", arch, ["--output", f"type=local,dest={out}"])
    if ended.returncode:
        raise WrongEndError(f"objects: {ended.stdout.decode(errors='replace')[-2000:]}")
    found = {p.relative_to(out).as_posix(): p for p in sorted(out.rglob("*")) if p.is_file()}
    contents = {name: path.read_bytes() for name, path in found.items()}
    return {n: c for n, c in contents.items() if c.startswith(MAGIC) and len(c) <= MAX_KEPT}
