"""Errors at the prompt: an unusable file or a wrong word is told in one line, with help."""

from __future__ import annotations

import pytest

from tests.at_prompt import AtPrompt, small_build


@pytest.fixture
def run(at_prompt: AtPrompt, monkeypatch, tmp_path) -> AtPrompt:
    """Runs a command in a folder with one file of each kind."""
    small_build(tmp_path)
    (tmp_path / "empty").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40)
    monkeypatch.chdir(tmp_path)
    return at_prompt


READERS = {
    "investigate": ("investigate", "{}"),
    "investigate-dockerfile": ("investigate", "--dockerfile", "{}"),
    "investigate-objects": ("investigate", "--objects", "{}"),
    "compare": ("compare", "{}", "build.log"),
    "collect": ("collect", "{}", "--out", "out.tgz"),
    "log": ("log", "{}"),
    "env": ("env", "{}"),
    "probe": ("probe", "{}"),
    "symbols": ("symbols", "{}"),
    "symbols-details": ("symbols", "{}", "--details"),
    "symbols-why": ("symbols", "{}", "--why", "x"),
    "isa": ("isa", "{}"),
}

# Objects may be damaged, and folders may hold what is looked for: the sound rest is used.
USED = {
    ("investigate-objects", "folder"),
    ("investigate-objects", "empty"),
    *((name, "binary") for name in READERS if name.startswith(("symbols", "isa"))),
    ("investigate-objects", "binary"),
}
FILES = ("gone", "folder", "empty", "binary")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("reader", READERS)
def test_an_unusable_file_is_told_in_one_line_with_help(run, reader: str, file: str) -> None:
    """Status 2, the file's name, at most three lines, no traceback, nothing on standard output."""
    ended = run(*(word.format(file) for word in READERS[reader]))
    assert "Traceback" not in ended.err
    assert "diag itself" not in ended.err
    if (reader, file) in USED:
        return
    lines = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, "")
    assert lines[0].startswith(f"diag: {file}")
    assert len(lines) <= 3
    assert lines[-1].startswith("  help: ")
    assert max(map(len, lines)) < 400


WORDS = [
    (("explian",), "explain"),
    (("investigate", "build.log", "--format", "jsn"), "json"),
    (("investigate", "build.log", "--formt", "json"), "--format"),
    (("investigate", "build.log", "--template", "postmorten"), "postmortem"),
    (("investigate", "build.log", "--claim", "static-link-ordr"), "static-link-order"),
    (("investigate", "build.log", "--platform", "linux/amd46"), "linux/amd64"),
    (("investigate", "build.log", "--engine", "buildh"), "buildah"),
    (("compare", "build.log", "build.log", "--format", "htm"), "html"),
    (("env", "Dockerfile", "--name", "CFLAG"), "CFLAGS"),
    (("env", "Dockerfile", "--command", "mak"), "make"),
    (("isa", "binary", "--extension", "avx521"), "avx512"),
    (("explain", "kernel"), "kernel-object-not-built"),
    (("completion", "bsh"), "bash"),
    (("doctor", "--format", "jason"), "json"),
]


@pytest.mark.parametrize(("args", "near"), WORDS, ids=[" ".join(args) for args, _ in WORDS])
def test_a_wrong_word_is_answered_with_the_near_one(run, args: tuple[str, ...], near: str) -> None:
    """One line that says what is wrong, one of help with the name that may have been meant."""
    ended = run(*args)
    told, help = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, "")
    assert told.startswith("diag")
    assert help.startswith("  help: ")
    assert near in help


def test_an_error_steers_no_terminal_and_tells_no_secret(run) -> None:
    """What was typed is said back harmless and bounded."""
    ended = run("log", "\x1b[31m" + "x" * 5000 + "token=ghp_" + "a1B2" * 9)
    assert "\x1b" not in ended.err
    assert "a1B2a1B2" not in ended.err
    assert max(map(len, ended.err.splitlines())) < 700


def test_a_missing_package_is_named(run, monkeypatch) -> None:
    """No fault of diag's own: the package, and the command that tells how to get it."""

    def absent(*args: object, **kwargs: object) -> None:
        raise ModuleNotFoundError("No module named 'papermill'", name="papermill")

    monkeypatch.setattr("diag.verdict.diagnose", absent)
    ended = run("investigate", "build.log")
    assert ended.status == 2
    assert "package papermill" in ended.err
    assert "diag doctor" in ended.err
