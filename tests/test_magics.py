"""The magics of `%load_ext diag`, in a real shell of IPython."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell

import diag
from diag.show.redact import MASK
from tests.at_prompt import LOG, SYMBOL, small_build

TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture(scope="module")
def loaded() -> Iterator[Any]:
    """A shell of its own, with the extension."""
    shell = InteractiveShell()
    shell.Completer.use_jedi = False  # it offers names of Python besides
    shell.run_cell("%load_ext diag", store_history=False)
    yield shell
    shell.run_cell("%unload_ext diag", store_history=False)
    assert "diag_log" not in shell.magics_manager.magics["cell"]
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(loaded, monkeypatch, tmp_path) -> Any:
    """The shell in a folder that holds build.log and Dockerfile."""
    small_build(tmp_path)
    monkeypatch.chdir(tmp_path)
    return loaded


def ran(shell: Any, cell: str) -> Any:
    """What the cell gives; it must succeed."""
    result = shell.run_cell(cell)
    assert result.success, result.error_in_exec or result.error_before_exec
    return result.result


def test_a_log_is_investigated(shell) -> None:
    """The line gives a verdict, with the options of the command."""
    verdict = ran(
        shell, "%diag_investigate build.log --dockerfile Dockerfile --claim no-branch-matched"
    )
    assert isinstance(verdict, diag.Verdict)
    assert verdict.link_errors["symbol"].tolist() == [SYMBOL]
    assert "no-branch-matched" in verdict
    assert len(verdict.errors) == 0
    ran(shell, "mine = %diag_investigate --log linux/amd64=build.log")
    assert isinstance(shell.user_ns["mine"], diag.Verdict)


def test_a_pasted_log_is_investigated_and_bound(shell) -> None:
    """The body of the cell is the log, as it stands; the case has the name that is given."""
    verdict = ran(shell, f"%%diag_log mycase --dockerfile Dockerfile\n{LOG}")
    case = shell.user_ns["mycase"]
    assert isinstance(case, diag.Case)
    assert verdict.link_errors["line_no"].tolist() == [LOG[: LOG.index("paint.c:")].count("\n") + 1]
    assert case.inputs.dockerfile == "Dockerfile"
    again = ran(shell, "%diag_investigate mycase --claim no-branch-matched")
    assert "no-branch-matched" in again
    assert ran(shell, f"%%diag_log\n{LOG}").outcome == verdict.outcome


def test_braces_and_variables_of_a_pasted_log_stay(shell) -> None:
    """IPython expands nothing within the log."""
    shell.user_ns["x"] = "filled in"
    ran(shell, "%%diag_log held\n$x {x} ${HOME} undefined reference to `f'\n%%diag_log\n!ls\n")
    assert shell.user_ns["held"].log_lines["text"].tolist()[0].startswith("$x {x} ${HOME}")
    assert len(shell.user_ns["held"].log_lines) == 3


def test_a_hostile_log_is_taken(shell) -> None:
    """Codes, zero bytes and half characters of a paste end in no traceback."""
    verdict = ran(shell, "%%diag_log\n\x1b[31m\x00 ld: cannot find -lx \u202e \udc80 $x$ <script>")
    assert "\x1b" not in str(verdict)


@pytest.mark.parametrize(
    ("cell", "told", "help"),
    [
        ("%diag_investigate absent.log", "absent.log: no such log", "check the path"),
        ("%diag_investigate", "give a case folder, a build log", "`%diag_investigate --help`"),
        ("%diag_investigate build.log --frob", "no such option: --frob;", "--help"),
        ("%diag_investigate build.log --formt json", "no such option", "verdict.to_json()"),
        ("%diag_investigate build.log --html x", "no such option", "!diag investigate"),
        ("%diag_investigate build.log --dockerfil x", "no such option", "--dockerfile?"),
        ("%diag_investigate 'build.log", "no closing quotation", "close the quotes"),
        ("%diag_investigate build.log --claim archive", "unknown cause 'archive'", "diag explain"),
        ("%diag_investigate build.log --platform plan9/x", "unknown platform", "linux/amd64"),
        ("%diag_investigate build.log --build-arg X", "write it as NAME=VALUE", "--help"),
        ("%diag_investigate -", "paste the log below %%diag_log", "--help"),
        ("%%diag_log build.log\nx", "is no name for a case", "%diag_investigate build.log"),
        ("%%diag_log class\nx", "is no name for a case", "--help"),
        ("%%diag_log x\n \n\t\n", "the cell holds no log", "--help"),
        (f"%diag_investigate {TOKEN}.log", f"{MASK}.log: no such log", "check the path"),
        ("%diag_investigate \x1b[31mred.log", "red.log: no such log", "check the path"),
    ],
)  # fmt: skip
def test_errors_are_one_line_with_help(shell, capsys, cell: str, told: str, help: str) -> None:
    """No traceback, and a run of all cells stops there."""
    assert not shell.run_cell(cell).success
    said = "".join(capsys.readouterr()).strip()
    assert said.startswith("UsageError: ")
    assert "\n" not in said
    assert told in said
    assert help in said
    assert "\x1b" not in said


def test_an_error_of_our_own_is_one_line(shell, capsys, monkeypatch) -> None:
    """And says how to report it; DIAG_DEBUG shows where it is."""
    monkeypatch.setattr(diag.Case, "diagnose", lambda self, claims=(): 1 / 0)
    shell.run_cell("%diag_investigate build.log")
    said = "".join(capsys.readouterr())
    assert "an error in diag itself" in said
    assert "Traceback" not in said
    monkeypatch.setenv("DIAG_DEBUG", "1")
    shell.run_cell("%diag_investigate build.log")
    assert "ZeroDivisionError" in "".join(capsys.readouterr())


def test_an_unusable_input_is_no_traceback_in_a_cell(shell, capsys, monkeypatch) -> None:
    """What is wrong, where, the text at fault and the help, masked; other errors stay as they are,
    and DIAG_DEBUG shows where one is."""
    shell.run_cell("import diag\ndiag.explain('kernel')")
    said = "".join(capsys.readouterr()).strip()
    assert said.startswith("InputError: unknown cause 'kernel'; help: did you mean kernel-object")
    assert "\n" not in said
    fault = "file='a', line=2, excerpt='x\\n  ^', help='close it'"
    shell.run_cell(f"raise diag.InputError('{TOKEN}\x1b[31m', {fault})")
    said = "".join(capsys.readouterr()).strip()
    assert said.splitlines() == [f"InputError: a:2: {MASK}; help: close it", "  | x", "  |   ^"]
    shell.run_cell("diag.explain()")
    assert "Traceback" in "".join(capsys.readouterr())
    monkeypatch.setenv("DIAG_DEBUG", "1")
    shell.run_cell("diag.explain('kernel')")
    assert "explanation.py" in "".join(capsys.readouterr())


def test_help_is_shown(shell, capsys) -> None:
    """`--help` lists the options and gives no verdict; `?` shows the usage."""
    assert ran(shell, "%diag_investigate --help") is None
    assert "--dockerfile FILE" in capsys.readouterr().out
    assert "CASE is a folder" in shell.object_inspect_text("%diag_investigate")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("%diag_investigate --do", ["--dockerfile"]),
        ("%%diag_log mycase --cl", ["--claim"]),
        ("%diag_investigate x --claim kernel-object-n", ["kernel-object-not-built"]),
        ("%diag_investigate x --platform linux/arm/v7", ["linux/arm/v7"]),
        ("%diag_investigate x --engine build", ["buildah", "buildkit"]),
        ("%diag_investigate bui", ["build.log"]),
        ("%diag_investigate build.log --dockerfile Dock", ["Dockerfile"]),
    ],
)
def test_options_names_and_paths_are_completed(shell, line: str, found: list[str]) -> None:
    """What stands there is offered; where a path stands, paths are."""
    with provisionalcompleter():
        offered = {one.text for one in shell.Completer.completions(line, len(line))}
    assert sorted(offered) == found


def test_the_verdict_is_shown_in_the_notebook(shell) -> None:
    """HTML for the notebook, text for the prompt."""
    data, _ = DisplayFormatter().format(ran(shell, f"%%diag_log\n{LOG}"))
    assert "<table" in data["text/html"]
    assert SYMBOL in data["text/plain"]
    assert Path("build.log").exists()
