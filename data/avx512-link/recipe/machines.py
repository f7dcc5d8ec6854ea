"""Runs linked programs on the machines that they are meant for: this one, emulated ones without AVX-512, emulated ones with.

A run is a row: machine, emulated, has_avx512 (amd64 alone), exit_code (as a shell counts: 128 and the signal's number),
signal where one ended it, output (the last line).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
from pathlib import Path

RECIPE = Path(__file__).resolve().parent
# Machine as case.toml names it, and what stands before a program inside the toolchain image's root.
MACHINES = {
    "linux/amd64": (
        ("host", ()),
        ("qemu-x86_64 -cpu Haswell", ("/usr/bin/qemu-x86_64-static", "-cpu", "Haswell")),
    ),
    "linux/arm64": (
        ("qemu-aarch64", ("/usr/bin/qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu")),
    ),
    "linux/arm/v7": (("qemu-arm", ("/usr/bin/qemu-arm-static", "-L", "/usr/arm-linux-gnueabihf")),),
}
BOCHS_MODELS = ("corei7_skylake_x",)
# All that the CPU check of the recipe's own program asks for.
AVX512 = frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})
TRANSCRIPT = re.compile(
    r"^BEGIN (?P<name>\S+)\n(?P<output>.*?)^ENDED (?P=name) (?P<status>\d+)$", re.M | re.S
)

Run = dict[str, object]


def run_here(lab: Path, program: Path, platform: str) -> list[Run]:
    """On this machine, in the toolchain image's root, so that the C library is bookworm's on any machine."""
    rootfs = lab / "rootfs"
    inside = rootfs / "tmp" / program.name
    shutil.copy(program, inside)
    inside.chmod(0o755)
    rows = []
    for machine, prefix in MACHINES[platform]:
        command = ["chroot", str(rootfs), *prefix, f"/tmp/{program.name}"]
        ended = subprocess.run(
            command,
            env={"PATH": "/usr/sbin:/usr/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        status = ended.returncode if ended.returncode >= 0 else 128 - ended.returncode
        row: Run = {"machine": machine, "emulated": bool(prefix)}
        if platform == "linux/amd64":
            row["has_avx512"] = not prefix and AVX512.issubset(
                Path("/proc/cpuinfo").read_text().split()
            )
        rows.append(row | end(status, ended.stdout))
    inside.unlink()
    return rows


def run_with_avx512(lab: Path, programs: list[Path]) -> dict[Path, list[Run]]:
    """On emulated machines with AVX-512, all programs in one boot of each; equal programs once."""
    by_digest = {hashlib.sha256(p.read_bytes()).hexdigest()[:12]: p for p in programs}
    rows: dict[str, list[Run]] = {digest: [] for digest in by_digest}
    for model in BOCHS_MODELS if programs else ():
        for digest, row in boot(lab, model, by_digest).items():
            rows[digest].append(row)
    return {p: rows[hashlib.sha256(p.read_bytes()).hexdigest()[:12]] for p in programs}


def boot(lab: Path, model: str, by_digest: dict[str, Path]) -> dict[str, Run]:
    staged = lab / "staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    for digest, program in by_digest.items():
        shutil.copy(program, staged / digest)
    command = [str(RECIPE / "lab/avx512-machine.sh"), str(lab), model, *map(str, staged.iterdir())]
    transcript = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {match["name"]: match for match in TRANSCRIPT.finditer(transcript)}
    has_avx512 = AVX512.issubset(found.pop("cpuinfo")["output"].split())
    machine: Run = {"machine": f"bochs {model}", "emulated": True, "has_avx512": has_avx512}
    return {
        name: machine | end(int(match["status"]), match["output"]) for name, match in found.items()
    }


def end(status: int, output: str) -> Run:
    row: Run = {"exit_code": status}
    if status > 128:
        row["signal"] = signal.Signals(status - 128).name
    lines = output.strip().splitlines()
    return row | ({"output": lines[-1]} if lines else {})


def badness(run: Run) -> tuple[bool, bool]:
    """The worst end decides: a machine on which the program passes may never have come to the place that kills it."""
    return "signal" in run, run["exit_code"] != 0
