"""Builds the cases of cases.toml in the lab's engine and writes their folders.

Usage: build_cases.py LAB OUT [CASE ...]     (all cases where none is named)

For each case: one build of all platforms; where one failure cancels the rest, each platform alone; the objects that the
build left in its cache mount; the linked programs, run. What is recorded is what came out: nothing expects a result.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import machines

RECIPE = Path(__file__).resolve().parent
TAG = "localhost/agent-mem-server:dev"
PROGRAM = "agent-mem-server"


# Platform, and how its files are called.
PLATFORMS = {
    "linux/amd64": "linux-amd64",
    "linux/arm64": "linux-arm64",
    "linux/arm/v7": "linux-arm-v7",
}


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
    platform: str
    linked: bool
    log: str | None
    objects: list[str] = field(default_factory=list)
    program: Path | None = None
    runs: list[machines.Run] = field(default_factory=list)


def main() -> None:
    lab, out = Lab(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve()
    cases = {
        case["id"]: case for case in tomllib.loads((RECIPE / "cases.toml").read_text())["case"]
    }
    wanted = sys.argv[3:] or list(cases)
    if unknown := set(wanted) - set(cases):
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    built = {name: build_case(lab, out, cases[name]) for name in wanted}
    run_with_avx512(lab, [outcome for outcomes in built.values() for outcome in outcomes])
    version = lab.engine_version()
    for name, outcomes in built.items():
        write_case(out / name, cases[name], version, outcomes)
        refuse_traces_of_this_machine(lab, out / name)
        for outcome in outcomes:
            print(name, outcome.platform, "links" if outcome.linked else "FAILS", *outcome.runs)


def run_with_avx512(lab: Lab, outcomes: list[Outcome]) -> None:
    """One boot for the programs of all cases."""
    programs = {o.program: o for o in outcomes if o.program and o.platform == "linux/amd64"}
    for program, rows in machines.run_with_avx512(lab.path, list(programs)).items():
        programs[program].runs += rows


def build_case(lab: Lab, out: Path, case: dict) -> list[Outcome]:
    print(f"building {case['id']}", flush=True)
    folder = out / case["id"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = make_context(lab, case)
    shutil.copy(context / "Dockerfile.multiarch", folder)
    return build_platforms(lab, out, folder, context, case)


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
    names = list(PLATFORMS)
    if case.get("rawjson"):
        lab.docker(*command_line(names, "rawjson"), cwd=context, log=folder / "build.rawjson")
    all_built = (
        lab.docker(*command_line(names, "plain"), cwd=context, log=folder / "build.log") == 0
    )
    outcomes = []
    for name, slug in PLATFORMS.items():
        outcome = Outcome(name, linked=True, log=None)
        if not all_built:
            outcome.log = f"{slug}.log"
            build = command_line([name], "plain")
            outcome.linked = lab.docker(*build, cwd=context, log=folder / outcome.log) == 0
        release = export_release(lab, context, name)
        outcome.objects = keep_objects(out, folder, release, outcome.linked)
        if outcome.linked:
            outcome.program = folder / outcome.objects[-1]
            outcome.runs = machines.run_here(lab.path, outcome.program, name)
        outcomes.append(outcome)
    return outcomes


def export_release(lab: Lab, context: Path, platform: str) -> Path:
    """A failed RUN takes its layer along; the cache mount stays and is copied by a second build."""
    target = lab.path / "release"
    shutil.rmtree(target, ignore_errors=True)
    # With --no-cache, BuildKit empties the cache mounts of a build before it starts: well for the builds of a case, fatal
    # here. A new argument makes the step run again instead.
    export = ["buildx", "build", "--network=none", "--build-arg", f"ATTEMPT={time.time_ns()}"]
    export += ["--platform", platform, "--output", f"type=local,dest={target}"]
    export += ["-f", str(RECIPE / "lab/export.Dockerfile"), "."]
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


def write_case(folder: Path, case: dict, engine_version: str, outcomes: list[Outcome]) -> None:
    command = "docker " + " ".join(command_line(list(PLATFORMS), "plain"))
    lines = [
        "# Written by recipe/build_cases.py.",
        f"title = {quoted(case['title'])}",
        'engine = "buildkit"',
        f"engine_version = {quoted(engine_version)}",
        f"command = {quoted(command)}",
        'dockerfile = "Dockerfile.multiarch"',
        'logs = ["build.log"]',
        *(['rawjson = "build.rawjson"'] if case.get("rawjson") else []),
        *([f"probe = {listed(case['probe'])}"] if case.get("probe") else []),
        f"claims = {listed(case['claims'])}",
        "",
        "[build_args]",
    ]
    for outcome in outcomes:
        lines += ["", *platform_lines(outcome)]
    (folder / "case.toml").write_text("\n".join(lines) + "\n")


def platform_lines(outcome: Outcome) -> list[str]:
    lines = ["[[platform]]", f"name = {quoted(outcome.platform)}"]
    if outcome.log:
        lines.append(f"log = {quoted(outcome.log)}")
    lines += [
        "objects = [",
        *(f"    {quoted(path)}," for path in outcome.objects),
        "]",
        f"linked = {literal(outcome.linked)}",
    ]
    if outcome.runs:
        decisive = max(outcome.runs, key=machines.badness)
        lines.append(f"ran = {literal(decisive['exit_code'] == 0)}")
        lines += [f"{k} = {literal(decisive[k])}" for k in ("exit_code", "signal") if k in decisive]
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
