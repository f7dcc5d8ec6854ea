"""An input that is not there, or holds nothing, is told at once and the same way for each kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import diag
from diag.cli import main
from diag.errors import InputError
from tests.buildlog_samples import PLAIN

KINDS = ("log", "dockerfile", "objects")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int | str | None, str, str]:
    """Exit status, standard output and error."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_is_a_row_from_the_beginning(kind: str, tmp_path: Path) -> None:
    """Before a frame is asked for and after: one row with the near name, in every display."""
    (tmp_path / "build.log").write_text(PLAIN)
    given: dict[str, Any] = {kind: str(tmp_path / "biuld.log")}
    case = diag.Case(**given)
    for _ in range(2):
        assert len(case.errors) == 1
        row = case.errors.iloc[0]
        assert row["file"] == str(tmp_path / "biuld.log")
        assert f"did you mean {tmp_path}/build.log?" in row["help"]
        shown: Any = case
        for told in (str(case), repr(case), shown._repr_html_(), shown._repr_markdown_()):
            assert "Could not be read" in told or "what is wrong" in told
            assert row["reason"] in told.replace("\n", " ")
        assert case.link_errors.empty
        assert case.instructions.empty
        assert case.symbols.empty
    with pytest.raises(InputError, match="did you mean"):
        case.diagnose()


def test_within_a_list_the_row_stands_first(tmp_path: Path) -> None:
    """One line has room for what matters."""
    from diag.show.display import one_line

    told = one_line(diag.Case(log=str(tmp_path / "absent.log"), title="a program"))
    assert told.startswith(f"<Case not read: {tmp_path}/absent.log: no such log; ")


def test_what_is_there_is_no_row(tmp_path: Path) -> None:
    """Neither a log, nor text, bytes or standard input."""
    (tmp_path / "build.log").write_text(PLAIN)
    for log in (tmp_path / "build.log", PLAIN, PLAIN.encode(), "-", None):
        assert diag.Case(log=log).errors.empty


def test_a_platform_of_which_nothing_is_there_stays(tmp_path: Path) -> None:
    """It was asked for: what is not known of it is said, not left out."""
    (tmp_path / "build.log").write_text(PLAIN)
    absent = str(tmp_path / "absent")
    log = {"linux/amd64": str(tmp_path / "build.log"), "linux/arm64": absent}
    objects = {"linux/arm/v7": absent}
    case = diag.Case(log=log, objects=objects)
    assert case.platforms == ("linux/amd64", "linux/arm64", "linux/arm/v7")
    assert len(case.errors) == 2


@pytest.mark.parametrize("name", [None, "notes.txt"])
def test_a_folder_without_objects_is_no_input(
    name: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone it ends with 2 and one line that says why; a log beside it is judged, and it is told."""
    folder = tmp_path / "target"
    folder.mkdir()
    if name:
        (folder / name).write_text("no object")
    reason = "the folder holds no object, archive or binary" if name else "the folder is empty"
    status, _, err = run(capsys, "investigate", "--objects", str(folder))
    assert status == 2
    assert err.startswith(f"diag: {folder}: {reason}\n  help: give the folder that the build wrote")
    assert err.count("\n") == 2
    (tmp_path / "build.log").write_text(PLAIN)
    status, out, err = run(
        capsys, "investigate", str(tmp_path / "build.log"), "--objects", f"linux/amd64={folder}"
    )
    assert status == 1
    assert "definition-not-found" in out
    assert f"diag: {folder}: {reason}\n" in err


def test_a_folder_with_a_build_scripts_output_alone_is_used(tmp_path: Path) -> None:
    """It holds no object, and yet what was wanted of it."""
    output = tmp_path / "build" / "blend-0123456789abcdef" / "output"
    output.parent.mkdir(parents=True)
    output.write_text("cargo:rustc-cfg=avx512\n")
    case = diag.Case(objects=str(tmp_path))
    assert len(case.objects) == 0
    assert len(case.build_script) == 1
    assert case.errors.empty


def test_a_wrong_claim_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the near ids; nobody waits for a long log, or types it, to be told of a slip."""
    monkeypatch.setattr("sys.stdin", None)  # whoever reads it fails
    monkeypatch.setattr("diag.cli_case.case_of", None)
    notebook = str(tmp_path / "case.ipynb")
    words = ("investigate", "-", "--notebook", notebook, "--claim", "kernel-object-not-build")
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith("diag: unknown cause 'kernel-object-not-build'\n  help: did you mean")
    assert "kernel-object-not-built" in err
