"""Records what loaders say: `python make_loaders.py`, on Debian 12 amd64 as root or not.

Needs gcc, musl-tools, gcc-aarch64-linux-gnu, gcc-arm-linux-gnueabihf, qemu-user-static (without
binfmt), bash, dash, python3. Each case builds a library and a program, takes away or changes the library, and
runs the program; the log is what the terminal shows. truth.json holds the rows that the log must
give: the symbols are those that `nm -D` calls undefined and the changed library does not define;
the one at which glibc stops is that of the first relocation that `readelf -r` lists.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = Path("/tmp/diag-made/loaders")  # fixed, since glibc prints it
FILES = {
    "dep.c": "int lab_scale(int x) { return 2 * x; }\nint lab_shift(int x) { return x + 1; }\n",
    "void.c": "int lab_unrelated(void) { return 0; }\n",
    "prog.c": "int lab_scale(int), lab_shift(int);\n"
    "int main(int n, char **v) { return lab_scale(n) + lab_shift(n) - 4; }\n",
    "trap.c": "int main(void) { __builtin_trap(); }\n",
    "tls.c": "__thread char lab_arena[1 << 20]; char *lab_first(void) { return lab_arena; }\n",
    "open.py": "import ctypes, sys\nctypes.CDLL(sys.argv[1])\n",
    "one.map": "LAB_1.0 { global: lab_scale; lab_shift; local: *; };\n",
    "two.map": "LAB_1.0 { global: lab_shift; local: *; };\nLAB_2.0 { global: lab_scale; } LAB_1.0;\n",
}
GNU, MUSL, ARM = "gcc", "musl-gcc", "aarch64-linux-gnu-gcc"


def shared(compiler: str, source: str = "dep.c", options: str = "") -> str:
    return f"{compiler} -shared -fPIC {source} -o libdep.so {options}"


def program(compiler: str, name: str = "prog") -> str:
    return f"{compiler} prog.c -o {name} -L. -ldep '-Wl,-rpath,$ORIGIN' -Wl,-z,now"


def row(linker: str, kind: str, **fields: object) -> dict[str, object]:
    return {"linker": linker, "kind": kind, **fields}


# name: (commands that prepare, commands whose words are the log, rows that follow)
CASES: dict[str, tuple[list[str], list[str], list[dict[str, object] | str]]] = {
    "glibc-library": (
        [shared(GNU), program(GNU), "rm libdep.so"],
        ["./prog"],
        [row("ld.so", "library_not_found", object="libdep.so")],
    ),
    "glibc-symbol": (
        [shared(GNU), program(GNU), shared(GNU, "void.c")],
        ["./prog"],
        ["first"],
    ),
    "glibc-symbol-version": (
        [shared(GNU, options="-Wl,--version-script=one.map"), program(GNU), shared(GNU, "void.c")],
        ["./prog"],
        ["first"],
    ),
    "glibc-version": (
        [
            shared(GNU, options="-Wl,--version-script=two.map"),
            program(GNU),
            shared(GNU, options="-Wl,--version-script=one.map"),
        ],
        ["./prog"],
        [row("ld.so", "version", object="./prog", symbol="LAB_2.0")],
    ),
    "glibc-other-arch": (
        [shared(GNU), program(GNU), shared(ARM)],
        ["./prog"],  # glibc passes over a library of another machine, and then finds none
        [row("ld.so", "library_not_found", object="libdep.so")],
    ),
    "glibc-short": (
        [shared(GNU), program(GNU), "printf 'not a library' > libdep.so"],
        ["./prog"],
        [row("ld.so", "format", object=str(LAB / "libdep.so"))],
    ),
    "glibc-garbage": (
        [shared(GNU), program(GNU), "head -c 4096 /dev/zero | tr '\\0' x > libdep.so"],
        ["./prog"],
        [row("ld.so", "format", object=str(LAB / "libdep.so"))],
    ),
    "python-library": (
        [],
        ["python3 open.py libdep.so", "python3 open.py ./libnosuch.so"],
        [
            row("ld.so", "library_not_found", object="libdep.so"),
            row("ld.so", "library_not_found", object="./libnosuch.so"),
        ],
    ),
    "musl-library": (
        [shared(MUSL), program(MUSL), "rm libdep.so"],
        ["./prog"],
        [row("ld-musl", "library_not_found", object="libdep.so"), "symbols"],
    ),
    "musl-symbol": (
        [shared(MUSL), program(MUSL), shared(MUSL, "void.c")],
        ["./prog"],
        ["symbols"],
    ),
    "python-other-class": (
        ["arm-linux-gnueabihf-gcc -shared -fPIC dep.c -o libdep.so"],
        ["python3 open.py ./libdep.so"],
        [row("ld.so", "wrong_arch", object="./libdep.so")],
    ),
    "musl-garbage": (
        [shared(MUSL), program(MUSL), "head -c 4096 /dev/zero | tr '\\0' x > libdep.so"],
        ["./prog"],
        [row("ld-musl", "format", object="libdep.so"), "symbols"],
    ),
    # musl does not look at the machine: the program dies, which is no error of loading.
    "musl-other-arch": (
        [shared(MUSL), program(MUSL), shared(ARM, options="-nostdlib")],
        ["bash -c './prog; true'"],
        [],
    ),
    "musl-program": (
        [],
        ["/lib/ld-musl-x86_64.so.1 ./nosuch", "/lib/ld-musl-x86_64.so.1 ./prog.c"],
        [
            row("ld-musl", "library_not_found", object="./nosuch"),
            row("ld-musl", "format", object="./prog.c"),
        ],
    ),
    "exec-shells": (
        [f"{ARM} prog.c dep.c -o prog"],
        ["bash -c ./prog", "dash -c ./prog", "dash -c 'exec ./prog'", "bash -c 'exec ./prog'"],
        [
            row("exec", "wrong_arch", object="./prog"),
            row("exec", "wrong_arch", object=str(LAB / "prog")),  # bash's exec looks it up
        ],
    ),
    "exec-python": (
        [f"{ARM} prog.c dep.c -o prog"],
        ["python3 -c 'import subprocess; subprocess.run([\"./prog\"])'"],
        [row("exec", "wrong_arch", object="./prog")],
    ),
    "qemu-loader": (
        [f"{ARM} prog.c dep.c -o prog"],
        ["qemu-aarch64-static ./prog"],
        [row("qemu", "library_not_found", object="/lib/ld-linux-aarch64.so.1")],
    ),
    "qemu-arch": (
        [f"{GNU} prog.c dep.c -o prog"],
        ["qemu-aarch64-static ./prog"],
        [row("qemu", "wrong_arch", object="./prog")],
    ),
    # No errors of loading: a program that dies, a version that is only warned of, a clean run.
    "died": (
        [f"{GNU} trap.c -o trap", f"{ARM} -static trap.c -o trap-arm"],
        ["bash -c './trap; true'", "qemu-aarch64-static ./trap-arm"],
        [],
    ),
    "version-warning": (
        [shared(GNU, options="-Wl,--version-script=one.map"), program(GNU), shared(GNU)],
        ["./prog"],
        [],
    ),
    "clean": ([shared(GNU), program(GNU)], ["./prog; ldd ./prog | grep -c dep"], []),
}


def run(command: str) -> str:
    """What a terminal shows of the command. Core dumps are not wanted."""
    env = {"LC_ALL": "C", "PATH": "/usr/bin:/bin:/usr/sbin", "HOME": str(LAB)}
    script = f"ulimit -c 0; {command}"
    ran = subprocess.run(
        ["bash", "-c", script], cwd=LAB, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return ran.stdout.decode("utf-8", "replace")


def undefined() -> list[str]:
    """The program's symbols that the lab's library should have given, in nm's order."""
    listed = subprocess.run(["nm", "-D", "-u", LAB / "prog"], capture_output=True, text=True).stdout
    return [word for word in listed.split() if word.startswith("lab_")]


def relocated() -> list[str]:
    """The same symbols in the order of the program's relocations."""
    listed = subprocess.run(["readelf", "-rW", LAB / "prog"], capture_output=True, text=True).stdout
    return [word.partition("@")[0] for word in listed.split() if word.startswith("lab_")]


def record(name: str) -> list[dict[str, object]]:
    """Writes the case's log; its rows."""
    shutil.rmtree(LAB, ignore_errors=True)
    LAB.mkdir(parents=True)
    for file, text in FILES.items():
        (LAB / file).write_text(text)
    prepare, shown, rows = CASES[name]
    for command in prepare:
        subprocess.run(["bash", "-c", command], cwd=LAB, check=True)
    (HERE / f"{name}.log").write_text("".join(f"$ {command}\n{run(command)}" for command in shown))
    symbols = [row("ld-musl", "undefined", object="./prog", symbol=one) for one in undefined()]
    first = [
        row("ld.so", "undefined", object="./prog", symbol=one, is_lower_bound=True)
        for one in relocated()[:1]
    ]
    known = {"symbols": symbols, "first": first}
    return [one for told in rows for one in (known[told] if isinstance(told, str) else [told])]


if __name__ == "__main__":
    os.umask(0o022)
    truth = {name: record(name) for name in CASES}
    (HERE / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    shutil.rmtree(LAB)
