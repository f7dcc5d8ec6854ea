"""`diag investigate --notebook`: filled and executed, or refused with one message."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from diag import cli
from diag.errors import InputError
from diag.show import notebook_run as run
from diag.show.redact import Redactor
from tests import notebook_rules as rules
from tests.notebook_case import DOCKERFILE, LINKS, LOG, ROOT, SECRET
from tests.notebook_outputs import outputs


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    """Runs `diag` in a folder of its own: (status, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run_it(*args: str, piped: bytes = b"") -> tuple[int, str]:
        stream = SimpleNamespace(
            buffer=SimpleNamespace(read=lambda *_: piped), isatty=lambda: False
        )
        monkeypatch.setattr("sys.stdin", stream)
        with pytest.raises(SystemExit) as ended:
            cli.main(list(args))
        return int(ended.value.code or 0), capsys.readouterr().err

    return run_it


def test_a_log_from_a_pipe_with_secrets_becomes_a_notebook(command: Any, tmp_path: Path) -> None:
    """The log is kept beside it; paths are from its folder; no secret is in any of the files."""
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.replace("-O2", f"-D{SECRET}"))
    args = ("--dockerfile", "Dockerfile", "--build-arg", f"NPM_TOKEN={SECRET}")
    log = LOG.strip().replace("cc main.o", f"cc -D{SECRET}").encode()
    (tmp_path / "out").mkdir()
    status, err = command("investigate", "-", *args, "--notebook", "out/case.ipynb", piped=log)
    assert (status, err) == (1, "written: out/case.stdin.log, out/case.ipynb\n")
    source = run.parameters_cell(nbformat.read(tmp_path / "out/case.ipynb", as_version=4))["source"]
    assert 'log = "case.stdin.log"' in source
    assert 'dockerfile = "../Dockerfile"' in source
    assert "frobnicate" in outputs(tmp_path / "out/case.ipynb")
    assert "case.stdin.log:3" in outputs(tmp_path / "out/case.ipynb")
    for file in (tmp_path / "out").iterdir():
        assert SECRET not in file.read_text()
        assert str(tmp_path) not in file.read_text()


def test_a_case_folder_becomes_a_postmortem(command: Any, tmp_path: Path) -> None:
    """With the cause of its platform, and what people have to write. It may be written again until
    somebody has written in it."""
    for name in ("arm64", "arm64-bfd"):
        shutil.copytree(LINKS / "prebuilt-for-the-host" / name, tmp_path / name)
    args = ("investigate", "arm64-bfd", "--notebook", "post.ipynb", "--template", "postmortem")
    assert command(*args) == (1, "written: post.ipynb\n")
    text = outputs(tmp_path / "post.ipynb")
    assert "linux/arm64: ✘ failed; wrong-arch-prebuilt-archive" in text
    assert "to be written" in text
    run.check_target(tmp_path / "post.ipynb")
    notebook = nbformat.read(tmp_path / "post.ipynb", as_version=4)
    notebook.cells[-1]["source"] = "We learned a lot."
    nbformat.write(notebook, tmp_path / "post.ipynb")
    status, err = command(*args)
    assert status == 2
    assert err.startswith("diag: post.ipynb: is not overwritten")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("log", "--template", "postmortem"), "--template is the template of --notebook"),
        (("log", "--notebook", "."), "is a folder"),
        (("log", "--notebook", "log/x.ipynb"), "cannot be written"),
        (("log", "--notebook", "log"), "is not overwritten"),
    ],
)
def test_bad_words_end_with_one_message(
    command: Any, tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    """Status 2, one message, nothing lost."""
    (tmp_path / "log").write_text(LOG)
    status, err = command("investigate", *args)
    assert status == 2
    assert told in err
    assert "Traceback" not in err
    assert (tmp_path / "log").read_text() == LOG


@pytest.mark.parametrize(
    "error",
    [
        PapermillExecutionError(3, 1, "x()", "NameError", f"no\nname {SECRET}", []),
        RuntimeError("Kernel died"),
    ],
)
def test_a_cell_that_fails_is_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    monkeypatch.setattr(
        papermill, "execute_notebook", lambda *_, **__: (_ for _ in ()).throw(error)
    )
    mask = Redactor(frozenset([SECRET]))
    with pytest.raises(InputError) as told:
        run.write_notebook(tmp_path / "x.ipynb", "investigate", {}, mask)
    assert "\n" not in str(told.value)
    assert SECRET not in str(told.value)
    assert not (tmp_path / "x.ipynb").exists()


def test_a_cell_shows_one_output() -> None:
    """In a kernel rich shows an empty output beside what it prints, unless it is told not to."""
    notebook = nbformat.read(ROOT / "notebooks" / "investigate.ipynb", as_version=4)
    counts = [len(cell.get("outputs", [])) for _, cell in rules.code_cells(notebook)]
    assert counts == [0] + [1] * (len(counts) - 1)
