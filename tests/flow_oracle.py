"""Real shells as an oracle for the flow: what `dump` received, call by call."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from diag.flow.file_store import FileStore
from diag.flow.interpret import interpret
from diag.flow.rows import rows_of
from diag.flow.values import RunContext, known
from diag.read.shell import parse_script
from diag.read.shell_walk import assigned_names

BUSYBOX = shutil.which("busybox") or "/bin/busybox"
SHELLS = {
    "dash": ("dash", "-c"),
    "bash": ("bash", "-c"),
    "bash-posix": ("bash", "--posix", "-c"),
    "busybox-ash": (BUSYBOX, "sh", "-c"),
}
# How a RUN names these shells to the flow.
FLOW_SHELLS = {**SHELLS, "busybox-ash": ("ash", "-c")}
GIVEN = {"V": "env value", "A": "amd64", "HOME": "/root"}
STUB = """\
#!/bin/dash
{ /bin/cat /proc/$$/environ; printf '\\n--end--\\n'; } >> %s
"""
# Names that shells set for their own ends.
NOT_COMPARED = frozenset({"PATH", "IFS", "HOME"})

Cell = tuple[str, str | None]  # status and value


@dataclass(frozen=True)
class Real:
    """What a real shell did: the environment of each call of `dump`."""

    calls: tuple[dict[str, str], ...]


def prepare(folder: Path) -> None:
    """The stub and an empty working folder.

    All are made before the first shell starts: a program that another thread's child still holds
    open for writing cannot be executed.
    """
    for place in (folder / "stubs", folder / "work"):
        place.mkdir(parents=True)
    stub = folder / "stubs/dump"
    stub.write_text(STUB % (folder / "record"))
    stub.chmod(0o755)


def run_real(script: str, shell: tuple[str, ...], folder: Path) -> Real:
    """Run a script of our own in a prepared folder."""
    record = folder / "record"
    env = {**GIVEN, "PATH": f"{folder}/stubs:{os.environ['PATH']}"}
    subprocess.run(
        [*shell, script], cwd=folder / "work", env=env, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    text = record.read_bytes().decode() if record.exists() else ""
    return Real(tuple(_environment(part) for part in text.split("\n--end--\n")[:-1]))


def _environment(text: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in text.split("\0") if entry)
    return {name: value for name, _, value in pairs}


def names_in(script: str) -> list[str]:
    """The variables that are compared for a script."""
    return sorted({*assigned_names(parse_script(script).items), "V"} - NOT_COMPARED)


def context_of(script: str, shell: tuple[str, ...], workdir: str = "/work") -> RunContext:
    """A RUN made by hand: one line of the file for each line of the script."""
    starts, offset = [], 0
    for number, line in enumerate(script.split("\n"), 10):
        starts.append((offset, number))
        offset += len(line) + 1
    env = {
        name: known(text, exported=True, came_through=("Dockerfile:2",))
        for name, text in GIVEN.items()
    }
    return RunContext(
        file="Dockerfile", stage="build", stage_no=0, run_no=1, line_no=10,
        end_line_no=10 + len(starts) - 1, platform="linux/arm64", run_platform="linux/arm64",
        engine="buildkit", shell=shell, script=script, line_starts=tuple(starts), env=env,
        workdir=workdir, stage_chain=(0,),
    )  # fmt: skip


def flow_rows(script: str, shell: tuple[str, ...], names: list[str] | None = None) -> list[dict]:
    """The rows that the flow gives for the script as a RUN."""
    wanted = tuple(names_in(script) if names is None else names)
    context, store = context_of(script, shell), FileStore()
    return list(rows_of(context, interpret(context, store, wanted), wanted, store.holes))


def flow_calls(rows: list[dict]) -> dict[int, dict[int, dict[str, Cell]]]:
    """command_no -> path_no -> name -> status and value."""
    found: dict[int, dict[int, dict[str, Cell]]] = {}
    for row in rows:
        if row["command"] == "dump":
            cells = found.setdefault(row["command_no"], {}).setdefault(row["path_no"], {})
            cells[row["name"]] = (row["status"], row["value"])
    return found


def cell(environment: dict[str, str], name: str) -> Cell:
    """What a command has of a variable in reality."""
    if name not in environment:
        return "unset", None
    return ("set" if environment[name] else "empty"), environment[name]
