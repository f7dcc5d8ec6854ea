"""The import contract, the size of modules, and that only the probe leans on Linux."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import module_sizes
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "diag").rglob("*.py"))

# Modules and attributes that some platform with Python lacks; source: the availability notes of
# the standard library's documentation.
UNIX_MODULES = frozenset(
    [
        "crypt",
        "fcntl",
        "grp",
        "nis",
        "ossaudiodev",
        "posix",
        "pty",
        "pwd",
        "resource",
        "spwd",
        "syslog",
        "termios",
        "tty",
    ]
)
UNIX_CALLS = {
    "os": frozenset(
        [
            "chown",
            "chroot",
            "fork",
            "forkpty",
            "getegid",
            "geteuid",
            "getgid",
            "getuid",
            "getpgid",
            "killpg",
            "memfd_create",
            "mkfifo",
            "mknod",
            "nice",
            "openpty",
            "posix_spawn",
            "pread",
            "pwrite",
            "sched_getaffinity",
            "setegid",
            "seteuid",
            "setgid",
            "setsid",
            "setuid",
            "sysconf",
            "uname",
            "wait3",
            "wait4",
            "WIFSIGNALED",
        ]
    ),
    "signal": frozenset(
        ["SIGKILL", "SIGALRM", "SIGCHLD", "SIGHUP", "SIGPIPE", "alarm", "setitimer"]
    ),
    "mmap": frozenset(["MAP_PRIVATE", "MAP_SHARED", "PROT_READ"]),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of `folder`/.importlinter over the package beside it."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold() -> None:
    """Data flows one way, read is layered, causes see frames; every module has its place."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts") :]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("read/files.py", "import diag.verdict"),
        ("read/files.py", "import diag.read.linkers"),
        ("causes/facts.py", "import diag.read.files"),
        ("show/text.py", "import diag.read.files"),
        ("newcomer.py", "import diag.errors"),
    ],
)
def test_a_breach_is_seen(tmp_path: Path, module: str, line: str) -> None:
    """One import the wrong way, or a module without a place, breaks a contract."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "diag", tmp_path / "diag", ignore=ignore)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    with (tmp_path / "diag" / module).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr


def test_a_module_holds_one_idea() -> None:
    """At most 300 lines: where a file wants to grow past that, it holds two ideas."""
    assert module_sizes.too_long(ROOT) == []


@pytest.mark.parametrize("folder", module_sizes.FOLDERS)
def test_a_line_too_many_is_seen(tmp_path: Path, folder: str) -> None:
    """300 lines pass, 301 do not, at any depth of each folder that holds code."""
    deep = tmp_path / folder / "deep"
    deep.mkdir(parents=True)
    (deep / "fits.py").write_text("\n" * 300)
    (deep / "grew.py").write_text("\n" * 301)
    assert module_sizes.too_long(tmp_path) == [f"{folder}/deep/grew.py: 301 lines, more than 300"]


def unix_only(text: str) -> Iterator[str]:
    """What in a module's source is not to be had on every platform, with its line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".")[0] for alias in node.names]
            yield from (f"line {node.lineno}: {n}" for n in names if n in UNIX_MODULES)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            taken = {alias.name for alias in node.names} & UNIX_CALLS.get(source, frozenset())
            if source in UNIX_MODULES or taken:
                yield f"line {node.lineno}: {source} {sorted(taken)}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in UNIX_CALLS.get(node.value.id, frozenset()):
                yield f"line {node.lineno}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Constant) and str(node.value).startswith(("/proc/", "/sys/")):
            yield f"line {node.lineno}: {node.value}"


OUTSIDE_PROBE = [path for path in MODULES if "probe" not in path.parts]


def test_only_the_probe_leans_on_linux() -> None:
    """Everything else runs wherever Python does."""
    found = {path: list(unix_only(path.read_text(encoding="utf-8"))) for path in OUTSIDE_PROBE}
    assert {path.relative_to(ROOT).as_posix(): told for path, told in found.items() if told} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import resource",
        "from fcntl import flock",
        "import os\nif os.geteuid() == 0: pass",
        "from os import fork",
        "import signal\nsignal.alarm(1)",
        "import mmap\nmmap.mmap(3, 0, prot=mmap.PROT_READ)",
        "def cpus():\n    return open('/proc/cpuinfo').read()",
    ],
)
def test_a_call_of_linux_alone_is_seen(text: str) -> None:
    """Each way to lean on Linux is told, also inside a function."""
    assert list(unix_only(text))
