"""Copies of this machine's shells and text tools, made once a process, bound into each sandbox.

Copies, so that the sandbox sees these files and nothing else of the machine. Shared libraries
are bound where the loader looks for them.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from diag.errors import SandboxError
from diag.flow import tool_names
from diag.probe.limits import DEFAULT_LIMITS, Limits
from diag.probe.scripts import ANSWERING, STUB, SUPERVISOR
from diag.probe.shells import find_program

# Programs that the sandbox's own scripts call (scripts.py).
_OWN_PROGRAMS = ("cat", "chmod", "env", "ln", "mkdir", "sleep", "tar", "timeout")
# Programs beside the builtins of their names: xargs, env and find start these.
_ALSO_BUILTIN = ("echo", "printf", "test", "[", "true", "false", "pwd")
_OWN_SHELLS = ("dash", "bash", "busybox")  # the first one here is the supervisor's sh
# Applets that stay in the private copy of busybox: its shell is probed, not its tools.
_KEPT_APPLETS = frozenset({b"ash", b"sh", b"busybox"})


@dataclass(frozen=True)
class Toolbox:
    """Folders to bind: `own` and `tools`; `libraries` maps places in the sandbox to files here."""

    folder: Path
    tools: tuple[str, ...]
    libraries: tuple[tuple[str, str], ...]

    @property
    def own(self) -> Path:
        return self.folder / "own"

    @property
    def tool_folder(self) -> Path:
        return self.folder / "tools"


@lru_cache(maxsize=4)
def toolbox(limits: Limits = DEFAULT_LIMITS) -> Toolbox:
    """The toolbox with the supervisor for these limits; SandboxError names what is absent."""
    folder = Path(tempfile.mkdtemp(prefix="diag-probe-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # the sandbox may run as another user than we do
    own, tools = folder / "own", folder / "tools"
    programs = [*_fill_own(own), *_fill_tools(tools)]
    libraries = _libraries_of(programs)
    _write_script(own / "stub", STUB)
    _write_script(own / "supervise", _supervisor(limits, [place for place, _ in libraries]))
    names = tuple(sorted({path.name for path in tools.iterdir()} - ANSWERING))
    return Toolbox(folder, names, tuple(libraries))


def _supervisor(limits: Limits, libraries: list[str]) -> str:
    excluded = ["./proc", "./dev", "./.probe", *(f".{place}" for place in libraries)]
    values = {
        "cpu": limits.cpu_seconds,
        "blocks": limits.file_size // 512,
        "kibibytes": limits.address_space // 1024,
        "processes": limits.processes,
        "excluded": " ".join(f"--exclude={place}" for place in excluded),
    }
    text = SUPERVISOR
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def _fill_own(own: Path) -> list[Path]:
    own.mkdir()
    found = {name: find_program(name) for name in _OWN_PROGRAMS}
    absent = [name for name, program in found.items() if program is None]
    shells = [program for program in map(find_program, _OWN_SHELLS) if program is not None]
    if absent or not shells:
        raise SandboxError(
            f"not installed here: {', '.join(absent or ['dash'])}\n"
            "  help: apt-get install coreutils tar dash"
        )
    found["sh"] = shells[0]
    return [_copy(program, own / name) for name, program in found.items() if program is not None]


def _fill_tools(tools: Path) -> list[Path]:
    tools.mkdir()
    wanted = {*tool_names.TEXT_TOOLS, *tool_names.WRAPPERS, *_ALSO_BUILTIN, "bash", "dash"}
    found = {name: find_program(name) for name in sorted(wanted)}
    copies = [_copy(program, tools / name) for name, program in found.items() if program]
    busybox = find_program("busybox")
    if busybox is not None:
        _write_program(tools / "ash", without_applets(busybox))
        copies.append(tools / "ash")
    return copies


def _copy(program: Path, place: Path) -> Path:
    shutil.copyfile(program, place)
    place.chmod(0o755)
    return place


def _write_program(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    place.chmod(0o755)


def _write_script(place: Path, text: str) -> None:
    _write_program(place, text.encode())


def without_applets(busybox: Path) -> bytes:
    """The program busybox with all applets but its shell renamed to names that none can type.

    A busybox built with FEATURE_SH_STANDALONE (Debian's is) runs its own wget, tar or uname
    before it looks at PATH, where the stubs are; the ash of an Alpine image looks at PATH.
    """
    content = busybox.read_bytes()
    listed = subprocess.run(
        [busybox, "--list"], stdin=subprocess.DEVNULL, capture_output=True, timeout=10
    ).stdout.split()
    table = b"".join(name + b"\0" for name in listed)
    if not table or content.count(table) != 1:
        return content  # other layouts of the table; check_stubs_win finds out whether it matters
    # The last letter only: the table is searched by halves and must stay in order.
    hidden = b"".join(
        (name if name in _KEPT_APPLETS else name[:-1] + b"\x01") + b"\0" for name in listed
    )
    return content.replace(table, hidden)


def _libraries_of(programs: list[Path]) -> list[tuple[str, str]]:
    """(place in the sandbox, file here) of every shared library, by the loader's own answer."""
    asked = subprocess.run(
        ["ldd", *map(str, programs)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    found: dict[str, str] = {}
    for line in asked.splitlines():
        for word in line.replace("=>", " ").split():
            if word.startswith("/") and not word.endswith(":") and Path(word).is_file():
                path = Path(word)
                found[str(path.parent.resolve() / path.name)] = str(path.resolve())
    return sorted(found.items())
