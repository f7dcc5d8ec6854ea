"""Files that commands write: none is lost that was given, and what is written is told."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from diag import cli
from tests.at_prompt import LOG, AtPrompt, small_build

ELF = b"\x7fELF\x02\x01\x01" + bytes(57)


@pytest.fixture
def run(at_prompt: AtPrompt, monkeypatch, tmp_path):
    """Runs a command in a folder with inputs of each kind: (status, standard error)."""
    small_build(tmp_path)
    (tmp_path / "target").mkdir()
    (tmp_path / "target/a.o").write_bytes(ELF)
    (tmp_path / "target/report.txt").write_text("of the last run")
    (tmp_path / "image.json").write_text("[]")
    (tmp_path / "case").mkdir()
    (tmp_path / "case/case.toml").write_text(
        'logs = ["../build.log"]\ndockerfile = "../Dockerfile"\nobjects = ["../target"]\n'
    )
    os.link(tmp_path / "build.log", tmp_path / "hard.txt")
    (tmp_path / "soft.txt").symlink_to("build.log")
    monkeypatch.chdir(tmp_path)

    def called(*args: str) -> tuple[int, str]:
        ended = at_prompt(*args)
        return ended.status, ended.err

    return called


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


LOST = [
    "investigate build.log -o build.log",
    "investigate build.log --html build.log",
    "investigate build.log --notebook build.log",
    "investigate build.log -o ./target/../build.log",
    "investigate build.log -o hard.txt",
    "investigate build.log -o soft.txt --format json",
    "investigate --log linux/amd64=build.log -o build.log",
    "investigate build.log --dockerfile Dockerfile -o Dockerfile",
    "investigate build.log --objects linux/amd64=target/a.o --html target/a.o",
    "investigate build.log --objects target -o target/a.o",
    "investigate build.log --objects target/*.o -o target/a.o",
    "investigate build.log --dockerfile Dockerfile --base-image image.json -o image.json",
    "investigate build.log --dockerfile Dockerfile --build-config image.json:app -o image.json",
    "investigate case -o build.log",
    "investigate case/case.toml --html Dockerfile",
    "investigate case -o target/a.o",
    "investigate case -o case/case.toml",
    "compare case build.log -o build.log",
    "compare build.log case --format html -o Dockerfile",
    "log build.log -o build.log",
    "env Dockerfile -o Dockerfile",
    "probe Dockerfile -o Dockerfile",
    "symbols target -o target/a.o",
    "symbols -Ltarget -la --why x -o target/a.o",
    "isa target/a.o -o target/a.o",
    "investigate build.log -o page.html --html page.html --format json",
    "collect build.log --out build.log",
]


@pytest.mark.parametrize("words", LOST)
def test_what_was_given_is_not_overwritten(run, tmp_path, words: str) -> None:
    """By no option, path or link: status 2, the file named, and every file as it was."""
    before = contents(tmp_path)
    status, err = run(*words.split())
    told, help = err.splitlines()
    assert status == 2
    assert told.startswith("diag: ")
    assert help.startswith("  help: ")
    assert contents(tmp_path) == before


def test_a_log_of_standard_input_is_not_overwritten(tmp_path, monkeypatch, capsys) -> None:
    """`diag log - -o build.log < build.log`."""
    log = tmp_path / "build.log"
    log.write_text(LOG)
    with log.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(SystemExit) as ended:
            cli.main(["log", "-", "-o", str(log)])
    assert ended.value.code == 2
    assert "is not overwritten" in capsys.readouterr().err
    assert log.read_text() == LOG


@pytest.mark.parametrize(
    "words",
    [
        "investigate build.log --objects target -o target/report.txt",
        "env Dockerfile --build-arg OUT=old.txt --command make -o old.txt",
        "investigate build.log -o /dev/null",
    ],
)
def test_a_report_may_be_written_again(run, tmp_path, words: str) -> None:
    """In a folder of objects too, and where another word happens to be its name."""
    (tmp_path / "old.txt").write_text("old")
    status, err = run(*words.split())
    target = words.split()[-1]
    assert status in (0, 1)
    assert (f"written: {target}" in err) == (target != "/dev/null")
    assert (tmp_path / target).read_bytes() not in (b"old", b"of the last run")


REFUSED = [
    ("investigate build.log --html new/page.html", "its folder does not exist"),
    ("investigate build.log --notebook new/case.ipynb", "its folder does not exist"),
    ("investigate build.log -o new/x.json", "its folder does not exist"),
    ("investigate build.log --html target", "is a folder"),
    ("investigate build.log -o x.foo", ".json"),
    ("investigate build.log -o x.html", "--html x.html"),
    ("investigate build.log --html x.foo", "--html x.html"),
    ("investigate build.log --notebook x.txt", "--notebook x.ipynb"),
    ("log build.log -o x.csv", ".json"),
]


@pytest.mark.parametrize(("words", "told"), REFUSED)
def test_a_slip_in_a_name_is_refused_before_the_work(run, tmp_path, words: str, told: str) -> None:
    """No folder is made for it, no format guessed."""
    before = sorted(tmp_path.rglob("*"))
    status, err = run(*words.split())
    assert status == 2
    assert told in err
    assert len(err.splitlines()) == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_a_format_that_is_named_settles_the_suffix(run, tmp_path) -> None:
    """Whatever the file is called."""
    assert run("log", "build.log", "-o", "x.foo", "--format", "json")[1] == "written: x.foo\n"
    assert (tmp_path / "x.foo").read_text().startswith("{")


def test_what_is_written_is_told_harmless(run) -> None:
    """In one line, whatever the name holds."""
    assert run("log", "build.log", "-o", "a\n\x1b[31m.txt")[1].count("\n") == 1
    assert "\x1b" not in run("log", "build.log", "-o", "a\n\x1b[31m.txt")[1]


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("investigate target/..", "; logs in it: target/../build.log"),
        ("investigate build.lgo", "did you mean build.log?"),
        ("log build.lgo", "did you mean build.log?"),
        ("investigate --dockerfile Dokerfile", "did you mean Dockerfile?"),
        ("investigate --objects target/b.o", "did you mean target/a.o?"),
        ("investigate cas.toml", "give a folder"),
        ("investigate target", "  help: give a folder"),
    ],
)
def test_a_file_that_is_not_there_is_answered_with_a_near_one(run, words: str, near: str) -> None:
    """Of the same folder; of a folder without a case.toml, its logs."""
    status, err = run(*words.split())
    assert status == 2
    assert near in err


def test_diag_alone_is_its_help(run) -> None:
    """All of it, not one line cut short."""
    shutil.rmtree("target")
    status, err = run()
    assert status == 2
    assert err.startswith("Usage: diag")
    assert "investigate  Say why a build failed" in err
