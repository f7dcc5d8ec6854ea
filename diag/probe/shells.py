"""The shells that a probe can use: which program each is, and its version."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from diag.errors import SandboxError

SHELLS = ("dash", "bash", "bash-posix", "busybox-ash")

# Folders searched beside PATH: a static busybox is often outside an ordinary user's PATH.
SYSTEM_FOLDERS = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin"

_PROGRAMS = {"dash": "dash", "bash": "bash", "bash-posix": "bash", "busybox-ash": "busybox"}
_ARGUMENTS = {
    "dash": ("/usr/bin/dash",),
    "bash": ("/usr/bin/bash",),
    "bash-posix": ("/usr/bin/bash", "--posix"),
    "busybox-ash": ("/usr/bin/ash",),
}
# Names of shells that a SHELL instruction may give, and the programs that they need here.
NAMED_SHELLS = {"bash": "bash", "dash": "dash", "ash": "busybox"}
_PACKAGES = {"busybox": "busybox-static"}


@dataclass(frozen=True)
class Shell:
    """One shell: its name in the frame, its program here, its command inside the sandbox."""

    name: str
    program: Path
    command: tuple[str, ...]

    @property
    def program_name(self) -> str:
        """Base name of the program inside the sandbox."""
        return self.command[0].rpartition("/")[2]


def find_program(name: str) -> Path | None:
    """Where a program of this machine is, by PATH and the system's own folders."""
    path = os.pathsep.join((os.environ.get("PATH", ""), SYSTEM_FOLDERS))
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def find_shells(names: Sequence[str] | None) -> tuple[list[Shell], list[str]]:
    """The shells of these names and what is absent; None asks for all that are here.

    Raises SandboxError for an unknown name, for an absent shell that was asked for, and where
    there is none at all.
    """
    wanted = SHELLS if names is None else tuple(dict.fromkeys(names))
    strangers = [name for name in wanted if name not in SHELLS]
    if strangers:
        raise SandboxError(f"unknown shells {strangers}\n  help: known: {', '.join(SHELLS)}")
    programs = {name: find_program(_PROGRAMS[name]) for name in wanted}
    absent = [name for name, program in programs.items() if program is None]
    found = [
        Shell(name, program, _ARGUMENTS[name])
        for name, program in programs.items()
        if program is not None
    ]
    if (absent and names is not None) or not found:
        raise SandboxError(_absence(absent))
    return found, absent


def _absence(names: Sequence[str]) -> str:
    programs = dict.fromkeys(_PROGRAMS[name] for name in names)
    packages = " ".join(_PACKAGES.get(program, program) for program in programs)
    return (
        f"not installed here: {', '.join(names)}\n"
        f"  help: apt-get install {packages} (or leave these shells out)"
    )


@lru_cache(maxsize=1)
def shell_versions() -> dict[str, str]:
    """Version of each shell that is here, by name in the frame; "not told" where it says none."""
    found, _ = find_shells(None)
    return {shell.name: _version(shell) for shell in found}


def _version(shell: Shell) -> str:
    program = _PROGRAMS[shell.name]
    if program == "bash":
        return _answer([str(shell.program), "-c", 'echo "bash $BASH_VERSION"'])
    if program == "busybox":
        return _answer([str(shell.program)]).partition(" multi-call")[0]
    # dash prints no version of itself: the package that it came in knows it.
    package = _answer(["dpkg-query", "-W", "-f", "dash ${Version}", "dash"])
    return package or _answer(["apk", "info", "-v", "dash"]) or "not told"


def _answer(argv: list[str]) -> str:
    """First line that a trusted program of this machine prints; empty if it cannot be run."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            env={"LC_ALL": "C", "PATH": SYSTEM_FOLDERS},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.partition("\n")[0]
