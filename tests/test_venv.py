"""tools/venv.sh on machines that lack something, played by small scripts on a PATH of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

VENV_SH = Path(__file__).resolve().parent.parent / "tools" / "venv.sh"

MAKING = "making .venv and installing into it what pyproject.toml names: a minute or two\n"
# Plays an interpreter: VERSION decides whether it fits, HAS lists the modules that it has.
PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >> {calls}
case "$1 $2" in
    "-c "*) case {version} in 3.1[1-9]*) exit 0 ;; *) exit 1 ;; esac ;;
    "--version "*) echo "Python {version}" ;;
    "-m pip") case " {has} " in *" pip "*) exit 0 ;; *) exit 1 ;; esac ;;
    "-m venv")
        case "$3" in
            --without-pip) kept="" folder=$4 needed=venv ;;
            *) kept=pip folder=$3 needed=ensurepip ;;
        esac
        case " {has} " in *" $needed "*) ;; *) mkdir -p "$folder/bin"; exit 1 ;; esac
        mkdir -p "$folder/bin"
        sed "s/ {has} / $kept /" "$0" > "$folder/bin/python"
        chmod +x "$folder/bin/python" ;;
    *) exit 64 ;;
esac
"""


class Machine:
    """A folder with a copy of venv.sh and nothing on its PATH but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        (folder / "checkout" / "tools").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(VENV_SH, folder / "checkout" / "tools")
        for tool in ("sh", "dirname", "basename", "rm", "mkdir", "sed", "chmod", "echo", "cat"):
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def python(self, name: str, version: str, has: str) -> Path:
        """Put an interpreter of that version with these modules on the PATH."""
        path = self.bin / name
        path.write_text(PYTHON.format(calls=self.calls, version=version, has=has))
        path.chmod(0o755)
        return path

    def setup(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run venv.sh, from another folder, as make would from its own."""
        command = ["sh", str(self.folder / "checkout" / "tools" / "venv.sh"), *arguments]
        environment = {"PATH": str(self.bin), **env}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    @property
    def installs(self) -> list[str]:
        """The calls that install something."""
        return [line for line in self.calls.read_text().splitlines() if " install " in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if os.name != "posix":
        pytest.skip("venv.sh is for POSIX shells")
    return Machine(tmp_path)


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The message: one line on standard error, status 1; before it at most what was begun."""
    assert done.returncode == 1
    assert done.stdout in ("", MAKING)
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_no_python_at_all_is_one_sentence(machine: Machine) -> None:
    """It says what is needed, that nothing was found, and what would help."""
    told = one_sentence(machine.setup())
    assert "3.11 or later and found no Python at all" in told
    assert "install python3.11" in told


def test_too_old_a_python_is_one_sentence(machine: Machine) -> None:
    """It names the version that was found; nothing is made."""
    machine.python("python3", "3.9.2", "ensurepip venv pip")
    assert "found Python 3.9.2" in one_sentence(machine.setup())
    assert not (machine.folder / "checkout" / ".venv").exists()


def test_a_newer_python_beside_an_old_one_is_taken(machine: Machine) -> None:
    """python3 is too old, python3.12 fits."""
    machine.python("python3", "3.9.2", "ensurepip venv pip")
    machine.python("python3.12", "3.12.1", "ensurepip venv pip")
    assert machine.setup().returncode == 0
    assert machine.installs == [
        "python -m pip install -qq --disable-pip-version-check --editable ."
    ]


def test_the_python_that_was_asked_for_is_the_one(machine: Machine) -> None:
    """PYTHON is taken, or refused with its version; no other is put in its place."""
    machine.python("python3", "3.12.1", "ensurepip venv pip")
    old = machine.python("other", "3.10.4", "ensurepip venv pip")
    told = one_sentence(machine.setup(PYTHON=str(old)))
    assert f"PYTHON={old} is Python 3.10.4" in told


def test_without_ensurepip_the_outer_pip_serves(machine: Machine) -> None:
    """Debian without python3-venv, with python3-pip: the environment has no pip of its own."""
    machine.python("python3", "3.11.2", "venv pip")
    done = machine.setup("test")
    assert (done.returncode, done.stdout, done.stderr) == (0, MAKING, "")
    assert machine.installs == [
        "python3 -m pip --python .venv/bin/python install -qq --disable-pip-version-check --editable .[test]"
    ]


def test_neither_ensurepip_nor_pip_is_one_sentence(machine: Machine) -> None:
    """It names the two packages of which one is enough."""
    machine.python("python3", "3.11.2", "venv")
    assert "install python3-venv or python3-pip" in one_sentence(machine.setup())


def test_no_venv_module_is_one_sentence(machine: Machine) -> None:
    """Pip alone is not enough; no half-made environment stays behind."""
    machine.python("python3", "3.11.2", "pip")
    assert "needs the venv module of Python 3.11.2" in one_sentence(machine.setup())


def test_an_environment_that_fits_is_kept(machine: Machine) -> None:
    """The second run makes no new one; it installs again, which is how changes arrive."""
    machine.python("python3", "3.11.2", "ensurepip venv pip")
    assert machine.setup().returncode == 0
    again = machine.setup("test")
    assert again.returncode == 0
    assert again.stdout == "installing what pyproject.toml names into .venv\n"
    calls = machine.calls.read_text().splitlines()
    assert sum(" -m venv " in f" {call} " for call in calls) == 1
    assert machine.installs[-1].endswith("--editable .[test]")
