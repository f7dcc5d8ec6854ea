"""Builds one situation on one machine with one linker, and keeps what a person would have of it.

A situation is a small project: its files, what was there before (`prepare`: a vendored archive, an
older build), and the lines that its makefile runs. Real make, compilers and linkers run them in a
folder of their own; the log is their output, with the name of that folder and of temporary files
made stable. Nothing else of the log is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from situation import EMULATORS, FETCHED, MACHINES, TOOLCHAINS, Situation

VERSIONS = {"bfd": "GNU ld", "gold": "GNU gold", "lld": "LLD", "mold": "mold"}
MAX_KEPT = 40_000  # bytes of an object; larger ones (a static program) tell nothing more
SIGNALS = {"Segmentation fault": 139, "Illegal instruction": 132, "Aborted": 134, "Killed": 137}
MAGIC = (b"\x7fELF", b"!<arch>", b"!<thin>", b"BC\xc0\xde")


@dataclass(frozen=True)
class Built:
    """What one run left: the log, and the files kept by their path in the build folder."""

    log: str
    is_linked: bool
    ended: int | None
    files: dict[str, bytes]


class WrongEndError(Exception):
    """A build that failed where the situation says it links, or the reverse."""


def environment(linker_dir: Path, home: Path) -> dict[str, str]:
    """Nothing of the caller's but what a build needs."""
    fixed = {"LC_ALL": "C", "SOURCE_DATE_EPOCH": "1700000000", "HOME": str(home)}
    return fixed | {
        "PATH": f"{linker_dir}:{rust_folder()}:/usr/local/bin:/usr/bin:/bin",
        "COMPILER_PATH": str(linker_dir),
        "TOOLCHAINS": str(TOOLCHAINS),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
        "GOCACHE": str(home / ".gocache"),
    }


def rust_folder() -> str:
    """Where the rustc of this machine lies; a name that does not get into a log."""
    found = shutil.which("rustc", path=f"{os.environ['PATH']}:{Path.home()}/.cargo/bin")
    return str(Path(found).parent) if found else "/usr/bin"


def make_linker_dir(folder: Path) -> Path:
    """lld and mold by names that a cross compiler's -fuse-ld finds."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, program in (("ld.lld", "/usr/bin/ld.lld"), ("ld.mold", "/usr/bin/mold")):
        if not (folder / name).exists():
            (folder / name).symlink_to(program)
    for arch, debian in FETCHED.items():
        make_musl_wrapper(folder, arch, TOOLCHAINS / f"trixie-{debian}")
    return folder


def make_musl_wrapper(folder: Path, arch: str, root: Path) -> None:
    """A compiler for the unpacked musl, with its own specs at their new place; binutils by name."""
    machine = MACHINES[arch]
    libraries = next(root.glob("usr/lib/*-linux-musl*"), None)
    if libraries is None:
        return
    specs = (libraries / "musl-gcc.specs").read_text().replace("/usr/", f"{root}/usr/")
    (folder / f"{arch}.specs").write_text(specs)
    host = machine.triple.replace("musl", "gnu")
    gcc = "gcc" if host == "x86_64-linux-gnu" else f"{host}-gcc"
    name = machine.variables()["CC"]
    (folder / name).write_text(f'#!/bin/sh\nexec {gcc} "$@" -specs {folder}/{arch}.specs\n')
    (folder / name).chmod(0o755)
    for tool in ("ar", "nm", "ranlib", "strip", "objcopy") if machine.prefix else ():
        (folder / f"{machine.triple}-{tool}").symlink_to(f"/usr/bin/{host}-{tool}")


def check_linker(arch: str, linker: str, folder: Path, linker_dir: Path) -> None:
    """Fail where -fuse-ld= runs another linker than the one that was named."""
    cc = MACHINES[arch].variables()["CC"]
    command = [*cc.split(), f"-fuse-ld={linker}", "-nostdlib", "-Wl,--version"]
    env = environment(linker_dir, folder)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if VERSIONS[linker] not in done.stdout:
        raise WrongEndError(f"{arch}: -fuse-ld={linker} ran another linker: {done.stdout[:80]}")


def build(situation: Situation, arch: str, linker: str, linker_dir: Path) -> Built:
    """Run the situation's lines in a fresh folder."""
    if situation.objects_of:
        plain = replace(situation, objects_of="")
        others = build(plain, situation.objects_of, linker, linker_dir).files
        return replace(build(plain, arch, linker, linker_dir), files=others)
    with tempfile.TemporaryDirectory(prefix="links-") as name:
        folder = Path(name).resolve() / "src"
        folder.mkdir()
        for path, text in situation.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text if text.endswith("\n") or not text else text + "\n")
            if text.startswith("#!"):
                target.chmod(0o755)
        variables = _variables(situation, arch, linker)
        env = environment(linker_dir, folder.parent)
        env |= {name: f"{folder}/tools:{env[name]}" for name in ("PATH", "COMPILER_PATH")}
        if situation.prepare:
            _prepare(situation, folder, env | variables)
        hidden = situation.hide.replace("$TRIPLE", variables["TRIPLE"]).split()
        log, code = _make(situation.build, folder, env, variables, hidden)
        ended = None if situation.ended is None else _ended(log, code)
        _check_end(situation, arch, linker, log, code)
        is_linked = code == 0 or ended is not None
        return Built(stable(log, folder, linker_dir), is_linked, ended, _kept(folder, situation))


def _ended(log: str, code: int) -> int:
    """The program's exit status by what make says of it; 128 and the signal's number for a signal."""
    told = re.findall(r"make: \*\*\* \[Makefile:\d+: all\] (.+)", log) if code else ["Error 0"]
    words = told[-1].removesuffix(" (core dumped)")
    return SIGNALS[words] if words in SIGNALS else int(words.removeprefix("Error "))


def _variables(situation: Situation, arch: str, linker: str) -> dict[str, str]:
    machine = MACHINES[arch]
    fuse = "" if linker == "default" else f" -fuse-ld={linker}"
    variables = machine.variables()
    variables |= {"FUSE": fuse.strip(), "TRIPLE": machine.triple, "PREFIX": machine.prefix}
    # Pages of 64 kB would make each shared object of arm and arm64 70 kB long.
    variables["SMALL"] = "-Wl,-z,max-page-size=4096" if machine.triple[:3] in ("aar", "arm") else ""
    variables["RUN"] = EMULATORS.get(arch, "")
    for key in ("all", arch, linker, f"{arch}-{linker}"):
        variables |= situation.variables.get(key, {})
    for name, compiler in (("LINK", "CC"), ("LINKXX", "CXX")):
        variables.setdefault(name, variables[compiler] + fuse)
    return variables


def _prepare(situation: Situation, folder: Path, env: dict[str, str]) -> None:
    command = ["sh", "-ec", situation.prepare]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WrongEndError(f"{situation.name}: prepare: {done.stderr}")


def _make(
    lines: str, folder: Path, env: dict[str, str], variables: dict[str, str], hidden: list[str]
) -> tuple[str, int]:
    """The output of a makefile whose one rule runs the lines, both streams as one."""
    recipe = "\n".join(f"\t{line.strip()}" for line in lines.strip().splitlines())
    told = "".join(f"{name} = {value}\n" for name, value in variables.items())
    (folder / "Makefile").write_text(f"{told}.PHONY: all\nall:\n{recipe}\n")
    command = ["make", "--no-print-directory"]
    if hidden:
        mounts = "".join(mount_words(path) for path in hidden)
        command = ["unshare", "-m", "sh", "-ec", f"{mounts}exec {' '.join(command)}"]
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, timeout=300,
    )  # fmt: skip
    return done.stdout.decode(errors="replace"), done.returncode


def mount_words(hidden: str) -> str:
    """`mount` for a folder, or for FOLDER:OPTIONS."""
    path, _, options = hidden.partition(":")
    return f"mount -t tmpfs -o {options or 'mode=755'} none {path}; "


def _check_end(situation: Situation, arch: str, linker: str, log: str, code: int) -> None:
    is_meant = situation.applies(situation.passes, arch, linker)
    if situation.ended not in (None, -1, _ended(log, code)):
        raise WrongEndError(f"should have ended with {situation.ended}:\n{log[-3000:]}")
    is_meant = is_meant or (not situation.cause and not situation.ended) or situation.ended == 0
    is_meant = is_meant and not situation.fails
    if (code == 0) != is_meant:
        meant = "linked" if is_meant else "failed"
        raise WrongEndError(f"should have {meant}:\n{log[-3000:]}")
    default = "" if situation.ended is not None else situation.symbol
    said = default if situation.says is None else situation.says
    if code and said not in log:
        raise WrongEndError(f"failed, but not over {said}:\n{log[-3000:]}")


_TEMPORARY = re.compile(r"(?<=/tmp/|/src/)(?:cc|rustc|go-build|go-link-)\w{6,}")


def stable(log: str, folder: Path, linker_dir: Path) -> str:
    """The log with the build folder as /src and temporary names numbered as they come."""
    text = log.replace(str(folder), "/src").replace(str(folder.parent), "/home-of-build")
    text = re.sub(rf"{TOOLCHAINS}/\w+-\w+/usr/", "/usr/", text)
    text = re.sub(rf"{TOOLCHAINS}/\w+-\w+", "/opt/rootfs", text)
    text = text.replace(str(linker_dir), "/usr/bin")
    seen: dict[str, str] = {}
    for name in _TEMPORARY.findall(text):
        kind = re.match(r"cc|rustc|go-build|go-link-", name)
        assert kind is not None
        seen.setdefault(name, f"{kind[0]}{len(seen) + 1:06d}")
    return _TEMPORARY.sub(lambda found: seen[found[0]], text)


def _kept(folder: Path, situation: Situation) -> dict[str, bytes]:
    """Objects, archives, libraries and programs, and what the situation names besides."""
    unwanted = (*situation.drop.split(), "*/incremental/*", "*/build-script-build*")
    kept = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or _matches(name, unwanted):
            continue
        content = path.read_bytes()
        is_object = content.startswith(MAGIC) or path.suffix in (".o", ".a", ".so")
        is_object = is_object and len(content) <= MAX_KEPT
        if is_object or _matches(name, situation.keep.split()):
            kept[name] = content
    return kept


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
