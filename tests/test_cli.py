"""What every command keeps: exit status, help, one message for bad usage, nothing heavy imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from diag import cli

ROOT = Path(__file__).parent.parent


def shell(*args: str, **options) -> subprocess.CompletedProcess:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "diag", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_needs_nothing_heavy() -> None:
    """`diag --help` and `import diag` import neither pandas nor rich nor matplotlib."""
    code = (
        "import sys, diag, diag.cli\n"
        "try: diag.cli.main(['--help'])\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "print(sorted({'pandas', 'numpy', 'rich', 'matplotlib', 'pyarrow'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("[]\n")
    assert "investigate" in told.stdout


@pytest.mark.parametrize("command", list(cli._COMMANDS))
def test_each_command_has_help(diag, command: str) -> None:
    """Every command explains itself."""
    ended = diag(command, "--help")
    assert ended.status == 0
    assert "Usage: diag" in ended.out


@pytest.mark.parametrize(
    "args",
    [
        ("investigate",),
        ("investigate", "build.log", "--format", "xml"),
        ("investigate", "build.log", "--build-arg", "NOVALUE"),
        ("env", "Dockerfile", "--expect", "=x"),
        ("env",),
        ("compare", "build.log"),
        ("nonsense",),
    ],
)
def test_bad_usage_is_status_2_with_a_hint(diag, args: tuple[str, ...]) -> None:
    """Usage errors go to standard error and end with 2."""
    ended = diag(*args)
    assert ended.status == 2
    told, help = ended.err.splitlines()
    assert told.startswith("diag")
    assert help.startswith("  help: ")
    assert ended.out == ""


def test_a_fault_of_diag_itself_is_no_traceback(diag, monkeypatch) -> None:
    """An exception that nobody foresaw: one message that says whose fault it is."""
    monkeypatch.setattr("diag.verdict.diagnose", lambda *a, **k: 1 / 0)
    ended = diag("investigate", "build.log")
    assert ended.status == 2
    assert "an error in diag itself" in ended.err
    assert "ZeroDivisionError" in ended.err
    assert "Traceback" not in ended.err


def test_an_interrupt_is_quiet(diag, monkeypatch) -> None:
    """Ctrl-C ends with 130 and one line."""

    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("diag.verdict.diagnose", interrupted)
    ended = diag("investigate", "build.log")
    assert (ended.status, ended.err.strip()) == (130, "diag: interrupted")


def test_a_closed_pipe_is_quiet() -> None:
    """`diag explain | head -1`: no message, no traceback."""
    command = [sys.executable, "-m", "diag", "explain"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_public_names_are_there_and_lazy() -> None:
    """Every public name resolves; `diag.compare` stays the function when its module is loaded."""
    code = (
        "import diag, sys\n"
        "assert 'pandas' not in sys.modules\n"
        "import diag.compare\n"
        "assert all(callable(getattr(diag, name)) for name in diag.__all__)\n"
        "assert not hasattr(diag.compare, '__path__') and diag.compare.__name__ == 'compare'\n"
        "assert set(diag.__all__) <= set(dir(diag))\n"
        "try: diag.nonsense\n"
        "except AttributeError as error: assert 'nonsense' in str(error)\n"
        "else: raise SystemExit('a strange name was found')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_module_run_is_the_command() -> None:
    """`python -m diag` is `diag`."""
    told = shell("--version")
    assert (told.returncode, told.stdout[:5]) == (0, "diag ")
