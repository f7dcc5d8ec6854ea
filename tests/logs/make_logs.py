"""Rebuilds the cargo logs of this folder: `python make_logs.py` with cargo, gcc, ld.bfd and mold.

A crate whose build script prints two `cargo:warning` lines and whose program calls a C function
twice that nobody defines; rustc warns once. Built under a fixed path, so that a log differs only
where the tools do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CRATE = Path("/tmp/diag-logs/app")
LINKERS = {"rust-lld": "", "ld-bfd": "-fuse-ld=bfd", "mold": "-fuse-ld=mold"}
FILES = {
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "build.rs": (
        "fn main() {\n"
        '    println!("cargo:warning=skipping the fast kernel: the compiler refused it");\n'
        "    println!(\"cargo:warning=cc1: error: bad value 'native' for '-march=' switch\");\n"
        "}\n"
    ),
    "src/main.rs": (
        'extern "C" { fn fast_kernel(x: i32) -> i32; }\n'
        "fn main() {\n"
        "    let unused = 3;\n"
        '    println!("{}", unsafe { fast_kernel(1) + fast_kernel(2) });\n'
        "}\n"
    ),
}


def build(option: str) -> str:
    """What cargo prints for the crate, linked with that option."""
    shutil.rmtree(CRATE, ignore_errors=True)
    for name, text in FILES.items():
        path = CRATE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    flags = f"-C link-arg={option} -C link-self-contained=-linker" if option else ""
    env = {**os.environ, "LC_ALL": "C", "RUSTFLAGS": flags, "CARGO_TERM_COLOR": "never"}
    ran = subprocess.run(["cargo", "build"], cwd=CRATE, env=env, capture_output=True, text=True)
    return ran.stderr


if __name__ == "__main__":
    version = subprocess.run(["cargo", "--version"], capture_output=True, text=True).stdout
    for linker, option in LINKERS.items():
        name = f"cargo-{version.split()[1]}-{linker}.log"
        (HERE / name).write_text(build(option))
