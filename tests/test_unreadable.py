"""Paths that may not be looked at, lead in a circle, or end in a pipe: a row of `errors` or one line
that says so, and the rest is judged."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from diag.case import Case
from diag.paths import READABLE
from tests.buildlog_samples import PLAIN

ROOT = Path(__file__).parent.parent
_VERSION, _PASSES_MODES = 0x20080522, 0b110  # capset(2); CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@contextmanager
def without_privileges() -> Iterator[None]:
    """Modes of files count in this thread, as they do for everyone but root."""
    libc = ctypes.CDLL(None, use_errno=True)
    head, old = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(head, old) == 0
    new = (ctypes.c_uint32 * 6)(*old)
    new[0] &= ~_PASSES_MODES  # of those in effect; they stay permitted
    assert libc.capset(head, new) == 0
    try:
        yield
    finally:
        libc.capset(head, old)


@pytest.fixture
def closed(tmp_path) -> Iterator[Path]:
    """A folder of a log, a Dockerfile and an object that may neither be listed nor gone through."""
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "build.log").write_text(PLAIN)
    (folder / "Dockerfile").write_text("FROM alpine\n")
    (folder / "a.o").write_bytes(b"")
    (folder / "case.toml").write_text("")
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"objects": "."}, "cannot be listed: Permission denied"),
        ({"objects": "a.o"}, "the object cannot be looked at: Permission denied"),
        ({"objects": "*.o"}, "the pattern names no file"),
        ({"dockerfile": "Dockerfile"}, "the Dockerfile cannot be looked at: Permission denied"),
        ({"log": "build.log"}, "the log cannot be read: Permission denied"),
    ],
)
def test_what_is_closed_is_a_row_and_the_rest_is_judged(closed, given, reason):
    """Folder, object, Dockerfile or log: the failure that the other log shows is found."""
    ((name, path),) = given.items()
    closed_path = str(closed / path)
    logs = {"linux/amd64": PLAIN.encode()}
    logs |= {"linux/arm64": closed_path} if name == "log" else {}
    more = {name: [closed_path]} if name == "objects" else {name: closed_path}
    with without_privileges():
        verdict = (case := Case(**{**more, "log": logs})).diagnose()
    assert {finding.symbol for finding in verdict.findings} >= {"foo"}
    (row,) = case.errors.to_dict("records")
    assert (row["file"], row["reason"]) == (closed_path, reason)
    assert row["help"] == READABLE or path == "*.o"


def test_files_of_a_folder_that_is_only_listed_are_one_row(closed):
    """Their names are told, and that they cannot be looked at; not once for each."""
    closed.chmod(0o444)
    with without_privileges():
        case = Case(log=PLAIN.encode(), objects=closed)
        assert len(case.objects) == 0
    (row,) = case.errors.to_dict("records")
    assert Path(row["file"]).parent == closed
    assert row["reason"] == "cannot be looked at: Permission denied"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("loop", "the object cannot be looked at: Too many levels of symbolic links"),
        ("long", "the object cannot be looked at: File name too long"),
        ("pipe", "the object is neither a file nor a folder"),
        ("device", "the object is neither a file nor a folder"),
        ("dangling", "the object does not exist"),
    ],
)
def test_what_is_no_file_is_a_row(tmp_path, kind, reason):
    """Links in a circle, a name that no file can have, what would be waited for."""
    path = tmp_path / ("x" * 300 if kind == "long" else kind)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind != "long":
        path.symlink_to({"loop": path, "device": os.devnull, "dangling": "none"}[kind])
    case = Case(log=PLAIN.encode(), objects=path, dockerfile=path)
    assert {finding.symbol for finding in case.diagnose().findings} >= {"foo"}
    expected = {reason, reason.replace("object", "Dockerfile")}
    assert set(case.errors["reason"]) == expected


COMMANDS = (
    "env {}/Dockerfile", "isa {}", "isa {}/a.o", "symbols {}/a.o", "symbols {}", "log {}/build.log", "investigate {}",
    "investigate {}/build.log", "collect {}/build.log --out {}/out", "investigate - --html {}/r.html",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_what_it_may_not_read(closed, at_prompt, command):
    """In one line that names the path, and what would help: never a fault of diag's."""
    words = command.format(*[closed] * 2).split()
    with without_privileges():
        done = at_prompt(*words, stdin=PLAIN.encode())
    assert done.status == 2
    assert done.out == ""
    assert re.fullmatch(r"diag: .*Permission denied\n  help: .*\n", done.err)
    assert str(closed) in done.err


def test_paths_are_asked_in_one_place():
    """`Path.exists`, `is_file` and `is_dir` raise what they do not know: diag.paths answers."""
    asks = re.compile(r"\.(?:exists|is_file|is_dir)\(\)")
    modules = (ROOT / "diag").rglob("*.py")
    asking = {str(m.relative_to(ROOT)) for m in modules if asks.search(m.read_text())}
    allowed = ("diag/read/files.py", "diag/probe/")  # an entry of a listing; the probe's own files
    assert [name for name in asking if not name.startswith(allowed)] == []
