"""At the prompt: pipes, interrupts and locales, completion, `diag doctor`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version as installed
from pathlib import Path

import pytest
from click.shell_completion import FishComplete, ShellComplete, ZshComplete
from jsonschema import Draft202012Validator

from diag import cli, cli_about
from diag.knowledge import table
from tests.at_prompt import COLOURS, LOG
from tests.tools import need

ROOT = Path(__file__).parent.parent


def shell(*args: str, **env: str) -> subprocess.CompletedProcess:
    """The command as a process of its own, on pipes."""
    bare = {name: value for name, value in os.environ.items() if name not in COLOURS}
    command = [sys.executable, "-m", "diag", *args]
    return subprocess.run(command, capture_output=True, check=False, env={**bare, **env})


# -- pipes, interrupts, locales -------------------------------------------------------------------


def test_a_reader_that_leaves_changes_no_status(tmp_path) -> None:
    """`diag investigate x | head -1`: nothing on standard error, and still status 1."""
    (tmp_path / "build.log").write_text(LOG)
    command = [sys.executable, "-m", "diag", "investigate", str(tmp_path / "build.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


# Standard input that is interrupted once it is awaited, neither before nor never: a job in the
# background would ignore the signal.
AWAITED = """\
import io, os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
class Awaited(io.RawIOBase):
    def readable(self):
        return True
    def readinto(self, into):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
sys.stdin = io.TextIOWrapper(io.BufferedReader(Awaited()))
from diag.cli import main
main(["env", "-"])
"""


def test_an_interrupt_while_waiting_is_one_line() -> None:
    """Ctrl-C where standard input is awaited: status 130."""
    ended = subprocess.run([sys.executable, "-c", AWAITED], capture_output=True, check=False)
    assert ended.returncode == 130
    assert ended.stderr.lstrip() == b"diag: interrupted\n"  # a terminal has ^C before it


def test_a_locale_without_utf8_gets_ascii() -> None:
    """Signs of the screens have a spelling, what else there is is escaped: no traceback."""
    told = shell("doctor", LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    text = told.stdout.decode("ascii")
    assert b"Traceback" not in told.stderr
    assert "+ " in text
    assert "\\u2714" not in text
    assert re.search(r"UTF-8 +x missing", text)


@pytest.mark.parametrize("columns", [40, 250])
def test_piped_text_has_no_code_and_no_padding(columns: int, diag, monkeypatch) -> None:
    """Neither an escape nor a blank at a line's end; COLUMNS is obeyed."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for args in (("investigate", "build.log"), ("log", "build.log"), ("explain", "pic")):
        text = diag(*args).out
        assert "\x1b" not in text
        assert all(line == line.rstrip() and len(line) <= columns for line in text.splitlines())


# -- completion -----------------------------------------------------------------------------------

COMPLETED = [
    (["expl"], "explain"),
    (["explain", "static-link"], "static-link-order"),
    (["investigate", "--claim", "static-link"], "static-link-order"),
    (["investigate", "--platform", "linux/arm"], "linux/arm/v7"),
    (["log", "--platform", "linux/s"], "linux/s390x"),
    (["investigate", "--objects", "linux/a"], "linux/arm64="),
    (["collect", "--log", "linux/s"], "linux/s390x="),
    (["isa", "--extension", "avx512v"], "avx512vl"),
    (["investigate", "--form"], "--format"),
    (["investigate", "--format", "sa"], "sarif"),
    (["completion", "f"], "fish"),
]


@pytest.mark.parametrize(("words", "wanted"), COMPLETED)
def test_words_are_completed(words: list[str], wanted: str) -> None:
    """Commands, options, their values, causes, platforms and extensions."""
    asked = ShellComplete(cli.cli, {}, "diag", "_DIAG_COMPLETE")
    assert wanted in [item.value for item in asked.get_completions(words[:-1], words[-1])]


@pytest.mark.parametrize(("name", "kind"), [("zsh", ZshComplete), ("fish", FishComplete)])
def test_scripts_are_clicks_own(diag, name: str, kind: type[ShellComplete]) -> None:
    """What `diag completion` prints for shells that are not run here."""
    assert diag("completion", name).out == kind(cli.cli, {}, "diag", "_DIAG_COMPLETE").source()


def test_a_real_bash_completes(tmp_path) -> None:
    """The script in bash itself: a cause of which the beginning is typed."""
    need("bash")
    command = tmp_path / "diag"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m diag "$@"\n')
    command.chmod(0o755)
    script = (
        'eval "$(diag completion bash)"; COMP_WORDS=(diag explain static-link-o); COMP_CWORD=2; '
    )
    script += '_diag_completion diag; echo "${COMPREPLY[@]}"; complete -p diag'
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, env=env
    )
    first, second = told.stdout.splitlines()
    assert first == "static-link-order"
    assert second.endswith("_diag_completion diag")


# -- doctor ---------------------------------------------------------------------------------------


def test_doctor_knows_what_the_project_needs() -> None:
    """Each dependency of pyproject.toml with its least version, and nothing that is none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = dict(word.split(">=") for word in project["dependencies"])
    packages = table("parts")["packages"]
    assert {name: part.get("least") for name, part in packages.items()} == {
        **wanted,
        "ipykernel": None,
    }
    assert project["requires-python"] == f">={cli_about.PYTHON}"
    assert installed("click")


def test_doctor_tells_what_is_missing_and_too_old(diag, monkeypatch) -> None:
    """Status 1 for what is needed, and the command for each; 0 where only an optional part lacks."""
    schema = json.loads((ROOT / "docs/schemas/doctor.schema.json").read_text(encoding="utf-8"))
    monkeypatch.setattr("shutil.which", lambda name: None)
    optional = diag("doctor", "--format", "json")
    Draft202012Validator(schema).validate(json.loads(optional.out))
    assert optional.status == 0
    text = diag("doctor").out
    assert "All that diag needs is here. Not here, and not needed: bwrap" in text
    assert "$ apt install bubblewrap" in text
    old = {"pandas": "2.3.1", "rich": None}
    true = cli_about._version
    monkeypatch.setattr(cli_about, "_version", lambda name: old.get(name, true(name)))
    ended = diag("doctor", "--format", "json")
    rows = {row["part"]: row for row in json.loads(ended.out)}
    assert ended.status == 1
    assert {n: rows[n]["status"] for n in ("pandas", "rich", "numpy")} == {
        "pandas": "too old",
        "rich": "missing",
        "numpy": "ok",
    }
    assert "pip install 'pandas>=3.0'" in rows["pandas"]["get"] or "conda" in rows["pandas"]["get"]
    told = diag("doctor").out
    assert "Needed and not here: pandas and rich." in told
    assert "2.3.1, too old: 3.0 is needed" in told


def test_doctor_needs_nothing_that_it_looks_for() -> None:
    """Without pandas and rich it still says that they are missing."""
    code = (
        "import sys\n"
        "for name in ('pandas', 'rich'): sys.modules[name] = None\n"
        "from diag.cli import main; main(['doctor'])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert "pandas" in told.stdout
