#!/usr/bin/env python3
"""Stands where RUSTC_WRAPPER points: writes down what it is called with, and compiles nothing.

Cargo's questions to rustc (-vV, --print) are passed on, without the flags, so that these may be
any words. The "build script" that it makes writes
down its own environment.
"""

import json
import os
import re
import sys
import uuid
from pathlib import Path

LOG = Path(os.environ["TOOLCHAIN_LOG"])
SCRIPT = f"""#!{sys.executable}
import json, os, uuid
names = ("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "TARGET", "HOST", "CFLAGS", "CC", "RUSTC_LINKER")
env = {{name: os.environ[name] for name in names if name in os.environ}}
open(f"{LOG}/{{uuid.uuid4().hex}}.json", "w").write(json.dumps({{"unit": "env", **env}}))
"""


def value(args, name):
    return args[args.index(name) + 1] if name in args else ""


def main():
    rustc, *args = sys.argv[1:]
    if "--out-dir" not in args:
        os.execvp(rustc, [rustc, *question(args)])
    crate, kind = value(args, "--crate-name"), value(args, "--crate-type")
    extra = next((w[15:] for w in args if w.startswith("extra-filename=")), "")
    unit = {"unit": "build_script" if crate.startswith("build_script") else crate}
    unit["target"] = value(args, "--target")
    unit["flags"] = flags(args)
    unit["linker"] = next((w[7:] for w in args if w.startswith("linker=")), "")
    unit["given"] = [w for w in args if w.startswith("given")]
    (LOG / f"{uuid.uuid4().hex}.json").write_text(json.dumps(unit))
    out = Path(value(args, "--out-dir"))
    name = f"lib{crate}{extra}.so" if kind == "proc-macro" else f"{crate}{extra}"
    (out / name).write_text(SCRIPT if crate.startswith("build_script") else "")
    (out / name).chmod(0o755)
    (out / f"lib{crate}{extra}.rmeta").write_text("")
    (out / f"{crate}{extra}.d").write_text(f"{out / name}:\n")


def question(args):
    """Cargo's own words of a question to rustc."""
    own, pairs = (
        ("-", "-v", "-V", "-vV", "--verbose", "--version"),
        ("--crate-name", "--crate-type", "--target"),
    )
    kept = []
    for i, word in enumerate(args):
        if word in own or word.startswith("--print="):
            kept.append(word)
        elif word in pairs:
            kept += args[i : i + 2]
    return kept


def flags(args):
    """What cargo adds last: all after its own `-L dependency=` and `--extern`."""
    last = 0
    for i, word in enumerate(args[:-1]):
        own = word == "-L" and args[i + 1].startswith("dependency=")
        own = own or (word == "--extern" and re.match(r"mac=|proc_macro$", args[i + 1]))
        if own:
            last = i + 2
    return args[last:]


main()
