"""What the command line says of itself and of slips: enough to go on with, at any hour."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from diag.cli import _COMMANDS, cli
from tests.at_prompt import AtPrompt, small_build


@pytest.fixture
def diag(at_prompt: AtPrompt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AtPrompt:
    """Runs a command in a folder that holds build.log and Dockerfile."""
    small_build(tmp_path)
    (tmp_path / "second.log").write_text("cc: error: no input files\n")
    (tmp_path / "empty.log").write_text("")
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile.app").write_text("FROM debian\n")
    (tmp_path / "plain").write_text("FROM debian\nRUN make all\n")
    monkeypatch.chdir(tmp_path)
    return at_prompt


@pytest.mark.parametrize("name", list(_COMMANDS))
def test_each_option_says_what_it_does(name: str) -> None:
    """No option of any command stands in its help without a word."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize(
    "name", [name for name in _COMMANDS if name not in ("explain", "completion")]
)
def test_help_tells_the_exit_status_that_a_script_asks_for(diag: AtPrompt, name: str) -> None:
    """Where it says more than that the command could be used."""
    told = " ".join(diag(name, "--help").out.split())
    assert "Exit status: 0 " in told or "exit status is 1" in told


SLIPS = (
    (("build.log",), "diag: no such command 'build.log'", "did you mean diag investigate build.log?"),
    (("investigate", "build.log", "second.log"), "unexpected", "did you mean --log second.log?"),
    (("investigate", "build.log", "--claim"), "diag investigate: option '--claim'", "see diag inv"),
    (("investigate", "--dockerfile", "docker"), "is a folder", "mean docker/Dockerfile.app?"),
    (("investigate", "docker"), "no such case", "case.toml, the log itself, or --log"),
    (("investigate", "-"), "the log is empty", "`docker buildx build . 2>&1 | diag investigate -`"),
    (("log", "empty.log"), "the log is empty", "`docker buildx build . > build.log 2>&1`"),
    (("log", "Dockerfile"), "like a Dockerfile", "`diag investigate` takes it with --dockerfile"),
    (("symbols", "build.log"), "is text", "`diag investigate` takes a log as it is"),
    (("env", "plain", "--command", "cargo"), "no RUN calls 'cargo'", "no call in it receives a var"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "said", "help"), SLIPS)
def test_a_slip_is_answered_with_what_is_meant(
    diag: AtPrompt, words: tuple[str, ...], said: str, help: str
) -> None:
    """One line of error, one of help, status 2."""
    ended = diag(*words)
    error, hint, rest = ended.err.split("\n")
    assert (ended.status, ended.out, rest) == (2, "", "")
    assert said in error
    assert help in hint


def test_what_is_given_is_not_what_is_meant(diag: AtPrompt) -> None:
    """A folder in place of a file is no near name of itself."""
    assert "did you mean" not in diag("investigate", "--dockerfile", ".").err.replace(
        "did you mean Dockerfile? ", ""
    )


def test_compare_explains_its_words_as_its_results_do(diag: AtPrompt) -> None:
    """The help has the very sentences that results are shown with."""
    from diag.show.comparison_words import RESULT_WORDS

    told = " ".join(diag("compare", "--help").out.split())
    for result, words in RESULT_WORDS.items():
        assert f"{result} {words}" in told
