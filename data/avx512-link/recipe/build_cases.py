"""Builds the cases of cases.toml in the lab's engine and writes their folders.

Usage: build_cases.py LAB OUT [CASE ...]     (all cases where none is named)

For each case: one build of all platforms; where one failure cancels the rest, each platform alone; the objects that the
build left in its cache mount; the linked programs, run. What is recorded is what came out: nothing expects a result.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

RECIPE = Path(__file__).resolve().parent
TAG = "localhost/agent-mem-server:dev"
PROGRAM = "agent-mem-server"


@dataclass(frozen=True)
class Platform:
    name: str
    slug: str
    # Machine as case.toml names it, and the command that runs a program inside the toolchain image's root.
    machines: tuple[tuple[str, tuple[str, ...]], ...]


PLATFORMS = (
    Platform(
        "linux/amd64",
        "linux-amd64",
        (
            ("host", ()),
            ("qemu-x86_64 -cpu Haswell", ("/usr/bin/qemu-x86_64-static", "-cpu", "Haswell")),
        ),
    ),
    Platform(
        "linux/arm64",
        "linux-arm64",
        (("qemu-aarch64", ("/usr/bin/qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu")),),
    ),
    Platform(
        "linux/arm/v7",
        "linux-arm-v7",
        (("qemu-arm", ("/usr/bin/qemu-arm-static", "-L", "/usr/arm-linux-gnueabihf")),),
    ),
)

# All that the CPU check of the recipe's own program asks for.
AVX512 = frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})


@dataclass
class Lab:
    path: Path

    def docker(self, *arguments: str, cwd: Path, log: Path | None = None) -> int:
        command = [str(RECIPE / "lab/docker.sh"), str(self.path), *arguments]
        with (log or Path(os.devnull)).open("wb") as output:
            return subprocess.run(
                command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT, check=False
            ).returncode

    def engine_version(self) -> str:
        ask = [str(RECIPE / "lab/docker.sh"), str(self.path)]
        server = subprocess.check_output(
            [*ask, "version", "--format", "{{.Server.Version}}"], text=True
        ).strip()
        buildx = subprocess.check_output([*ask, "buildx", "version"], text=True).split()[1]
        return f"dockerd {server}, buildx {buildx}"


@dataclass
class Outcome:
    platform: Platform
    linked: bool
    log: str | None
    objects: list[str] = field(default_factory=list)
    runs: list[dict[str, object]] = field(default_factory=list)


def main() -> None:
    lab, out, wanted = (
        Lab(Path(sys.argv[1]).resolve()),
        Path(sys.argv[2]).resolve(),
        set(sys.argv[3:]),
    )
    cases = tomllib.loads((RECIPE / "cases.toml").read_text())["case"]
    unknown = wanted - {case["id"] for case in cases}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    for case in cases:
        if not wanted or case["id"] in wanted:
            build_case(lab, out, case)


def build_case(lab: Lab, out: Path, case: dict) -> None:
    folder = out / case["id"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = make_context(lab, case)
    shutil.copy(context / "Dockerfile.multiarch", folder)
    outcomes = build_platforms(lab, out, folder, context, case)
    write_case(folder, case, lab.engine_version(), outcomes)
    refuse_traces_of_this_machine(lab, folder)
    summary = ", ".join(
        f"{o.platform.name} {'links' if o.linked else 'FAILS'} {o.runs}" for o in outcomes
    )
    print(f"{case['id']}: {summary}", flush=True)


def make_context(lab: Lab, case: dict) -> Path:
    """The workspace and the Dockerfile as this case has them."""
    context = lab.path / "contexts" / case["id"]
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(RECIPE / "workspace", context, ignore=shutil.ignore_patterns("target"))
    shutil.copy(RECIPE / f"Dockerfile.multiarch.{case['form']}", context / "Dockerfile.multiarch")
    for patch in case.get("patches", []):
        reverse = ["--reverse"] if patch.startswith("-") else []
        command = [
            "patch",
            "-p1",
            "--no-backup-if-mismatch",
            "-i",
            str(RECIPE / "patches" / patch.removeprefix("-")),
        ]
        subprocess.run([*command, *reverse], cwd=context, check=True, stdout=subprocess.DEVNULL)
    for edit in case.get("edits", []):
        path = context / edit["file"]
        text = path.read_text()
        if text.count(edit["find"]) != edit.get("times", 1):
            sys.exit(
                f"{case['id']}: {edit['file']} has {text.count(edit['find'])} of {edit['find']!r}"
            )
        path.write_text(text.replace(edit["find"], edit["replace"]))
    return context


def command_line(platforms: list[str], progress: str) -> list[str]:
    """No step of a build needs a network, so none gets one."""
    return [
        *("buildx", "build", "--network=none", "--no-cache", f"--progress={progress}"),
        *("--platform", ",".join(platforms), "-t", TAG, "-f", "Dockerfile.multiarch", "."),
    ]


def build_platforms(lab: Lab, out: Path, folder: Path, context: Path, case: dict) -> list[Outcome]:
    names = [platform.name for platform in PLATFORMS]
    if case.get("rawjson"):
        forget_caches(lab, context)
        lab.docker(*command_line(names, "rawjson"), cwd=context, log=folder / "build.rawjson")
    forget_caches(lab, context)
    all_built = (
        lab.docker(*command_line(names, "plain"), cwd=context, log=folder / "build.log") == 0
    )
    outcomes = []
    for platform in PLATFORMS:
        outcome = Outcome(platform, linked=True, log=None)
        if not all_built:
            forget_caches(lab, context)
            outcome.log = f"{platform.slug}.log"
            build = command_line([platform.name], "plain")
            outcome.linked = lab.docker(*build, cwd=context, log=folder / outcome.log) == 0
        release = export_release(lab, context, platform)
        outcome.objects = keep_objects(out, folder, release, outcome.linked)
        if outcome.linked:
            outcome.runs = run_program(lab, release / PROGRAM, platform)
        outcomes.append(outcome)
    return outcomes


def forget_caches(lab: Lab, context: Path) -> None:
    """Cache mounts outlive --no-cache; without this, a build would find the objects of the one before."""
    lab.docker(
        "buildx", "prune", "--force", "--all", "--filter", "type=exec.cachemount", cwd=context
    )


def export_release(lab: Lab, context: Path, platform: Platform) -> Path:
    """A failed RUN takes its layer along; the cache mount stays and is copied by a second build."""
    target = lab.path / "release"
    shutil.rmtree(target, ignore_errors=True)
    export = ["buildx", "build", "--no-cache", "--network=none", "--platform", platform.name]
    export += [
        "--output",
        f"type=local,dest={target}",
        "-f",
        str(RECIPE / "lab/export.Dockerfile"),
        ".",
    ]
    log = lab.path / "export.log"
    if lab.docker(*export, cwd=context, log=log) != 0:
        sys.exit(log.read_text())
    return target


def keep_objects(out: Path, folder: Path, release: Path, linked: bool) -> list[str]:
    """What decides, each distinct file once under objects/; returns paths relative to the case folder."""
    patterns = [
        "build/kernels-*/output",
        "build/kernels-*/out/*.a",
        "deps/libkernels-*.rlib",
        "deps/libagent_mem_index-*.rlib",
    ]
    patterns += [PROGRAM] if linked else ["deps/agent_mem_server-*.rcgu.o"]
    kept = []
    for pattern in patterns:
        for path in sorted(release.glob(pattern)):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            place = out / "objects" / digest / path.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            kept.append(os.path.relpath(place, folder))
    return kept


def run_program(lab: Lab, program: Path, platform: Platform) -> list[dict[str, object]]:
    """Runs inside the toolchain image's root, so that the C library is bookworm's on any machine."""
    rootfs = lab.path / "rootfs"
    inside = rootfs / "tmp" / PROGRAM
    shutil.copy(program, inside)
    inside.chmod(0o755)
    rows = []
    for machine, prefix in platform.machines:
        command = ["chroot", str(rootfs), *prefix, f"/tmp/{PROGRAM}"]
        result = subprocess.run(
            command, env={"PATH": "/usr/bin"}, capture_output=True, text=True, check=False
        )
        print(
            f"  {machine}: {result.returncode} {(result.stdout + result.stderr).strip().splitlines()[-1:]}",
            flush=True,
        )
        row: dict[str, object] = {"machine": machine, "emulated": bool(prefix)}
        if platform.name == "linux/amd64":
            row["has_avx512"] = not prefix and host_has_avx512()
        # A shell's way of counting: 128 and the number of the signal.
        row["exit_code"] = result.returncode if result.returncode >= 0 else 128 - result.returncode
        if result.returncode < 0:
            row["signal"] = signal.Signals(-result.returncode).name
        rows.append(row)
    inside.unlink()
    return rows


def host_has_avx512() -> bool:
    words = Path("/proc/cpuinfo").read_text().split()
    return AVX512.issubset(words)


def write_case(folder: Path, case: dict, engine_version: str, outcomes: list[Outcome]) -> None:
    logs = ["build.log", *(outcome.log for outcome in outcomes if outcome.log)]
    command = "docker " + " ".join(command_line([platform.name for platform in PLATFORMS], "plain"))
    lines = [
        "# Written by recipe/build_cases.py.",
        f"title = {quoted(case['title'])}",
        'engine = "buildkit"',
        f"engine_version = {quoted(engine_version)}",
        f"command = {quoted(command)}",
        'dockerfile = "Dockerfile.multiarch"',
        f"logs = {listed(logs)}",
        f"claims = {listed(case['claims'])}",
        "",
        "[build_args]",
    ]
    for outcome in outcomes:
        lines += ["", *platform_lines(outcome)]
    (folder / "case.toml").write_text("\n".join(lines) + "\n")


def platform_lines(outcome: Outcome) -> list[str]:
    lines = ["[[platform]]", f"name = {quoted(outcome.platform.name)}"]
    if outcome.log:
        lines.append(f"log = {quoted(outcome.log)}")
    lines += [
        "objects = [",
        *(f"    {quoted(path)}," for path in outcome.objects),
        "]",
        f"linked = {literal(outcome.linked)}",
    ]
    if outcome.runs:
        decisive = outcome.runs[0]
        lines.append(f"ran = {literal(decisive['exit_code'] == 0)}")
        lines += [
            f"{key} = {literal(decisive[key])}"
            for key in ("exit_code", "signal")
            if key in decisive
        ]
    for row in outcome.runs:
        lines += [
            "",
            "[[platform.runs]]",
            *(f"{key} = {literal(value)}" for key, value in row.items()),
        ]
    return lines


def literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else quoted(str(value))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(items: list[str]) -> str:
    return "[" + ", ".join(map(quoted, items)) + "]"


def refuse_traces_of_this_machine(lab: Lab, folder: Path) -> None:
    traces = [str(lab.path).encode(), str(RECIPE).encode(), os.uname().nodename.encode() + b"."]
    for path in folder.rglob("*"):
        if path.is_file() and any(trace in path.read_bytes() for trace in traces):
            sys.exit(f"{path} names a path of this machine")


if __name__ == "__main__":
    main()
