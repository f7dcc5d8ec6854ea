"""The real cc crate asked: which compiler and flags it takes, in many situations and versions.

    python -m tests.toolchain.record_cc FOLDER...      needs cargo, no network

Each FOLDER holds the source of one version as `cc`, and of what it needs beside it (`shlex-*`,
`find-msvc-tools-*`): Debian's packages librust-cc-dev, librust-shlex-dev and
librust-find-msvc-tools-dev hold them unpacked, and so does the vendor folder of its source package
rustc-web. Writes `cc.json`: the versions, and of each situation (environment, target) what each
version takes. A program that its variables name is made as one that calls cc.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.toolchain.situations_cc import HOST, SITUATIONS

HERE = Path(__file__).parent
MANIFEST = """\
[package]
name = "ask"
version = "0.1.0"
edition = "2021"
[features]
archiver = []
[dependencies]
cc = {{ path = "{folder}/cc" }}
[patch.crates-io]
"""
MAIN = """\
fn tell(what: &str, tool: cc::Tool) {
    println!("{what}\\tprogram\\t{}", tool.path().display());
    for arg in tool.args() {
        println!("{what}\\targ\\t{}", arg.to_string_lossy());
    }
}
fn main() {
    tell("CC", cc::Build::new().get_compiler());
    tell("CXX", cc::Build::new().cpp(true).get_compiler());
    #[cfg(feature = "archiver")]
    println!("AR\\tprogram\\t{}", cc::Build::new().get_archiver().get_program().to_string_lossy());
}
"""


def main(folders: list[Path]) -> None:
    found: list[dict[str, Any]] = [{**situation, "seen": {}} for situation in SITUATIONS]
    versions = []
    with tempfile.TemporaryDirectory(prefix="toolchain") as work:
        for folder in folders:
            version = _version(folder / "cc")
            versions.append(version)
            program = _built(folder, version, Path(work) / version)
            for situation in found:
                situation["seen"][version] = seen(program, situation)
    text = json.dumps({"versions": versions, "situations": found}, indent=1) + "\n"
    (HERE / "cc.json").write_text(text, encoding="utf-8")
    print(f"{len(found)} situations, cc {', '.join(versions)}")


def _version(crate: Path) -> str:
    text = (crate / "Cargo.toml").read_text(encoding="utf-8")
    return re.findall(r'(?m)^version = "(.*)"', text)[0]


def _built(folder: Path, version: str, work: Path) -> Path:
    (work / "src").mkdir(parents=True)
    manifest = MANIFEST.format(folder=folder.resolve())
    for crate in sorted(folder.glob("*-*")):
        name = re.sub(r"-[\d.]+$", "", crate.name)
        manifest += f'{name} = {{ path = "{crate.resolve()}" }}\n'
    (work / "Cargo.toml").write_text(manifest, encoding="utf-8")
    (work / "src" / "main.rs").write_text(MAIN, encoding="utf-8")
    command = ["cargo", "build", "-q", "--offline"]
    features = [] if version.startswith("1.0.") else ["--features", "archiver"]
    subprocess.run(
        [*command, *features], cwd=work, env={**os.environ, "RUSTFLAGS": "-Awarnings"}, check=True
    )
    return work / "target/debug/ask"


def seen(program: Path, situation: dict[str, Any]) -> dict[str, Any]:
    """The programs, the flags that are the situation's own (-D...), and whether defaults are there."""
    with tempfile.TemporaryDirectory(prefix="toolchain") as folder:
        _programs(Path(folder), situation["env"])
        path = f"{folder}:{os.environ['PATH']}"
        fixed = {"PATH": path, "HOST": HOST, "TARGET": situation["target"], "OPT_LEVEL": "0"}
        env = {**fixed, "OUT_DIR": folder, **situation["env"]}
        ran = subprocess.run(
            [program], env=env, cwd=folder, capture_output=True, text=True, check=False
        )
    if ran.returncode:
        return {"refused": True}
    rows = [line.split("\t", 2) for line in ran.stdout.splitlines() if line.count("\t") == 2]
    found: dict[str, Any] = {what: text for what, kind, text in rows if kind == "program"}
    for what, name in (("CC", "CFLAGS"), ("CXX", "CXXFLAGS")):
        args = [text for of, kind, text in rows if (of, kind) == (what, "arg")]
        found[name] = [word for word in args if word.startswith("-D") or word[:1] in "'\""]
    found["has_defaults"] = any(
        what == "CC" and text == "-ffunction-sections" for what, _, text in rows
    )
    return found


def _programs(folder: Path, env: dict[str, str]) -> None:
    for text in env.values():
        for word in text.split():
            if re.fullmatch(r"[a-z][\w+-]*", word):
                (folder / word).write_text('#!/bin/sh\nexec cc "$@"\n', encoding="utf-8")
                (folder / word).chmod(0o755)


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
