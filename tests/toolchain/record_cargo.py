"""Real cargo asked: which flags each unit of a small crate gets, in many situations.

    python -m tests.toolchain.record_cargo      needs rustup's cargo (stable and nightly), no network

Writes `cargo.json`: the version, and of each situation (environment, files, working folder, argv)
the flags of the crate, of its build script, of a procedural macro, the linker, what the build
script saw, or cargo's refusal. rustc is answered by itself where cargo only asks it, and by
`rustc_stub.py` where it would compile. `@/` in a situation stands before an absolute path.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.toolchain.situations_cargo import SITUATIONS

HERE = Path(__file__).parent
STUB = HERE / "rustc_stub.py"
CRATES = {
    "/proj/app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
    '[dependencies]\nmac = { path = "../mac" }\n',
    "/proj/app/src/main.rs": "fn main() {}\n",
    "/proj/app/build.rs": "fn main() {}\n",
    "/proj/mac/Cargo.toml": '[package]\nname = "mac"\nversion = "0.1.0"\nedition = "2021"\n'
    "[lib]\nproc-macro = true\n",
    "/proj/mac/src/lib.rs": "\n",
}


def main() -> None:
    version = subprocess.run(["cargo", "--version"], capture_output=True, text=True, check=True)
    found = [{**situation, "seen": seen(situation)} for situation in SITUATIONS]
    recording = {"version": version.stdout.split("(")[0].strip(), "situations": found}
    text = json.dumps(recording, indent=1, ensure_ascii=False) + "\n"
    (HERE / "cargo.json").write_text(text, encoding="utf-8")
    refused = sum("refused" in row["seen"] for row in found)
    print(f"{len(found)} situations, of which cargo refuses {refused}")


def seen(situation: dict[str, Any]) -> dict[str, Any]:
    """What cargo does of one situation."""
    with tempfile.TemporaryDirectory(prefix="toolchain") as folder:
        root = Path(folder)
        for path, text in {**CRATES, **situation.get("files", {})}.items():
            file = root / path[1:]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("@/", f"{root}/"), encoding="utf-8")
        for path in ("home", "log", "target"):
            (root / path).mkdir(exist_ok=True)
        ran = _run(situation, root)
        if ran.returncode:
            return {"refused": _reason(ran.stderr.replace(f"{root}/", "/"))}
        return _units(root)


def _run(situation: dict[str, Any], root: Path) -> subprocess.CompletedProcess[str]:
    given = {name: text.replace("@/", f"{root}/") for name, text in situation["env"].items()}
    env = {
        "PATH": os.environ["PATH"],
        "HOME": f"{root}/home",
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
        "CARGO_NET_OFFLINE": "true",
        "CARGO_TARGET_DIR": f"{root}/target",
        "RUSTC_WRAPPER": str(STUB),
        "TOOLCHAIN_LOG": f"{root}/log",
        **given,
    }
    argv = [word.replace("@/", f"{root}/") for word in situation["argv"]]
    cwd = root / situation.get("cwd", "/proj/app")[1:]
    cwd.mkdir(parents=True, exist_ok=True)
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = next((i for i, line in enumerate(lines) if line.startswith("error")), 0)
    told = [line for line in lines[first : first + 6] if STUB.name not in line]
    return " ".join(told)[:240]


def _units(root: Path) -> dict[str, Any]:
    units: dict[str, Any] = {}
    for path in sorted((root / "log").glob("*.json")):
        unit = json.loads(path.read_text(encoding="utf-8").replace(f"{root}/", "/"))
        name = unit.pop("unit")
        units.setdefault(name, []).append(unit)
    for name, found in units.items():
        distinct = [unit for i, unit in enumerate(found) if unit not in found[:i]]
        units[name] = sorted(distinct, key=lambda unit: str(unit.get("target")))
    return units


if __name__ == "__main__":
    if shutil.which("cargo") is None:
        sys.exit("cargo is not here")
    main()
