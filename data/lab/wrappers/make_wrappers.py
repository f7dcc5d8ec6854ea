"""Records link failures as build tools show them: `python make_wrappers.py`, on Debian 12 amd64.

Needs gcc, make, ninja-build, cmake, golang-go, and cargo (1.95) with mold and lld beside it. Two
programs want a C function that nobody defines. truth.json holds the rows that each log must give:
symbols, offsets and numbers of references by `objdump -r` on the objects. go and cargo name
objects and functions by chance; what the recipe cannot know of a row stands in its `not_known`,
and a test compares cargo's JSON with what the same cargo prints for people.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = Path("/tmp/diag-made/wrappers")
NAMES = ("alpha", "beta", "gamma")
CALLS = {"alpha": 2, "beta": 1, "gamma": 3}


def source(name: str) -> str:
    calls = " + ".join(f"lab_{name}_gone({n})" for n in range(CALLS[name]))
    return f"int lab_{name}_gone(int);\nint main(void) {{ return {calls}; }}\n"


def makefile() -> str:
    rules = "".join(
        f"{n}: {n}.o\n\t$(CC) $< -o $@\n{n}.o: {n}.c\n\t$(CC) -c $< -o $@\n" for n in NAMES
    )
    return f"all: {' '.join(NAMES)}\n{rules}"


def ninja() -> str:
    rules = "rule cc\n command = gcc -c $in -o $out\nrule link\n command = gcc $in -o $out\n"
    return rules + "".join(f"build {n}.o: cc {n}.c\nbuild {n}: link {n}.o\n" for n in NAMES)


CMAKE = "cmake_minimum_required(VERSION 3.20)\nproject(lab C)\n" + "".join(
    f"add_executable({name} {name}.c)\n" for name in NAMES
)
GO = """package main

// int lab_go_gone(int x);
import "C"

func main() { println(C.lab_go_gone(1)) }
"""
RUST = """extern "C" { fn lab_rust_gone(x: i32) -> i32; }
fn main() { println!("{}", unsafe { lab_rust_gone(1) + lab_rust_gone(2) }); }
"""
CARGO = '[package]\nname = "wrapped"\nversion = "0.1.0"\nedition = "2021"\n'
LINKERS = {"rust-lld": "", "ld.bfd": "-fuse-ld=bfd", "mold": "-fuse-ld=mold"}


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        (LAB / name).parent.mkdir(parents=True, exist_ok=True)
        (LAB / name).write_text(text)


def run(command: str, *, succeeds: bool = False, **extra: str) -> str:
    env = {
        **os.environ,
        "LC_ALL": "C",
        "CARGO_TERM_COLOR": "never",
        "HOME": os.environ["HOME"],
        **extra,
    }
    ran = subprocess.run(
        ["bash", "-c", command], cwd=LAB, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert (ran.returncode == 0) == succeeds, command
    return ran.stdout.decode()


def references(name: str) -> list[int]:
    """Where in .text the object refers to its missing function, by objdump."""
    listed = subprocess.run(
        ["objdump", "-r", LAB / f"{name}.o"], capture_output=True, text=True
    ).stdout
    return [int(at, 16) for at in re.findall(rf"([0-9a-f]+) R_\w+\s+lab_{name}_gone\b", listed)]


def undefined(name: str, folder: str = "") -> dict[str, object]:
    return {
        "linker": "ld.bfd",
        "kind": "undefined",
        "symbol": f"lab_{name}_gone",
        "object": f"{folder}{name}.o",
        "function": "main",
        "section": ".text",
        "source_file": f"{name}.c",
        "offset": references(name)[0],
        "n_refs": len(references(name)),
    }


def by_chance(linker: str, symbol: str, n_refs: int) -> dict[str, object]:
    """A row whose place has names that differ from run to run."""
    return {
        "linker": linker,
        "kind": "undefined",
        "symbol": symbol,
        "n_refs": n_refs,
        "not_known": ["object", "function", "source_file", "source_line"],
    }


def record(name: str, text: str, rows: list[dict[str, object]], truth: dict[str, object]) -> None:
    (HERE / f"{name}.log").write_text(text)
    truth[name] = rows


def record_clean(truth: dict[str, object]) -> None:
    """The same builds with the functions defined; tmpnam makes GNU ld warn, and rustc warns too."""
    given = "#include <stdio.h>\nint main(void) { char b[L_tmpnam]; return tmpnam(b) == 0; }\n"
    write({f"{name}.c": given for name in NAMES})
    write({f"cmake/{name}.c": given for name in NAMES})
    write(
        {
            "go/main.go": GO.replace(
                "int lab_go_gone(int x);", "static int lab_go_gone(int x) { return x; }"
            )
        }
    )
    write({"src/main.rs": "fn main() { let unused = 1; }\n"})
    cached = {"GOCACHE": str(LAB / "gocache"), "GOPATH": str(LAB / "gopath"), "GOFLAGS": "-mod=mod"}
    for name, command in {
        "clean-make": "rm -f *.o; make",
        "clean-ninja": "rm -f *.o .ninja*; touch *.c; ninja -v",
        "clean-cmake": "rm -rf cmake/out; cmake -S cmake -B cmake/out; cmake --build cmake/out",
        "clean-go": "cd go && go build -x 2>&1 | tail -30",
        "clean-cargo-json": "rm -rf target; cargo build --message-format=json",
        "clean-cargo-human": "rm -rf target; cargo build",
    }.items():
        record(name, run(command, succeeds=True, **cached), [], truth)


def main() -> None:
    truth: dict[str, object] = {}
    shutil.rmtree(LAB, ignore_errors=True)
    c_files = {f"{name}.c": source(name) for name in NAMES}
    write(
        {**c_files, "Makefile": makefile(), "build.ninja": ninja(), "cmake/CMakeLists.txt": CMAKE}
    )
    for name in NAMES:
        shutil.copy(LAB / f"{name}.c", LAB / "cmake" / f"{name}.c")
        subprocess.run(["gcc", "-c", f"{name}.c"], cwd=LAB, check=True)
    rows = [undefined(name) for name in NAMES]
    for tool in ("make -k", "make -k --output-sync=target -j3", "ninja -k0 -j1"):
        run_name = tool.replace(" ", "").replace("--output-sync=target", "-sync")
        text = run(f"rm -f *.o; {tool}")
        links = sorted(
            zip(NAMES, rows, strict=True), key=lambda one: text.index(f"cc {one[0]}.o -o")
        )
        record(run_name, text, [one for _, one in links], truth)
        for name in NAMES:
            subprocess.run(["gcc", "-c", f"{name}.c"], cwd=LAB, check=True)
    run_cmake = "cmake -S cmake -B cmake/out >cmake/configured && cmake --build cmake/out -- -k"
    in_cmake = [
        {**undefined(name), "object": f"CMakeFiles/{name}.dir/{name}.c.o"} for name in NAMES
    ]
    record("cmake", run(run_cmake), in_cmake, truth)
    write({"go/main.go": GO, "go/go.mod": "module lab\n\ngo 1.19\n"})
    go = run(
        "cd go && go build",
        GOCACHE=str(LAB / "gocache"),
        GOPATH=str(LAB / "gopath"),
        GOFLAGS="-mod=mod",
    )
    record("go", go, [by_chance("ld.bfd", "lab_go_gone", 1)], truth)
    write({"src/main.rs": RUST, "Cargo.toml": CARGO})
    for linker, option in LINKERS.items():
        flags = f"-C link-arg={option} -C link-self-contained=-linker" if option else ""
        for form in ("json", "human"):
            text = run(f"rm -rf target; cargo build --message-format={form}", RUSTFLAGS=flags)
            wanted = by_chance(linker, "lab_rust_gone", 2)
            record(f"cargo-{form}-{linker}", text, [wanted], truth)
    record_clean(truth)
    (HERE / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    shutil.rmtree(LAB)


if __name__ == "__main__":
    main()
