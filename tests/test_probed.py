"""A recorded probe is read back as it was, and what is none is told."""

from __future__ import annotations

import json

import pytest

from diag import schema
from diag.case import Case
from diag.errors import InputError
from diag.read.probed import read_probe

ROW = {
    "file": "Dockerfile", "platform": "linux/amd64", "run_no": 1, "command_no": 1, "path_no": 1,
    "name": "FLAGS", "stage": "0", "line_no": 2, "command": "make", "argv_text": "make",
    "source": "shell", "status": "set", "value": "-O2", "is_exported": True, "condition": None,
    "came_through": [], "lost_at": None, "lost_by": None, "shell": "dash",
}  # fmt: skip


def test_a_recording_is_the_frame_again(tmp_path):
    """Columns, types and values are those of the schema, with the shell beside them."""
    path = tmp_path / "probe.json"
    path.write_text(json.dumps([ROW, {**ROW, "shell": "bash"}]))
    frame = read_probe(path)
    schema.check(frame, "env")
    assert list(frame["shell"]) == ["dash", "bash"]
    assert set(frame["value"]) == {"-O2"}


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '[{"file": "x"}]', "[3]", json.dumps([{**ROW, "shell": None}])]
)
def test_what_is_no_recording_is_one_clear_error(tmp_path, text):
    """Nothing of it is guessed; the message names the file and how to record one."""
    path = tmp_path / "probe.json"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_probe(path)
    assert error.value.file == str(path)
    assert "diag probe" in (error.value.help or "")


def test_a_case_goes_on_without_a_broken_recording(tmp_path):
    """The error becomes a row; the rest of the case is used."""
    case = Case(dockerfile=b"FROM scratch\nENV A=1\n", probe=[tmp_path / "absent.json"])
    assert case.probe.empty
    assert list(case.errors["file"]) == [str(tmp_path / "absent.json")]


def test_a_recording_may_be_read_from_elsewhere() -> None:
    """Names in it start from `root`, in every place that a row cites; `file` replaces them all."""
    path = "data/avx512-link/probe/before.json"
    as_told, moved = read_probe(path), read_probe(path, root="..")
    called = read_probe(path, file="Dockerfile")
    assert len(as_told) == len(moved) == len(called)
    assert list(moved["file"]) == ["../" + name for name in as_told["file"]]
    assert set(called["file"]) == {"Dockerfile"}
    cited = called["came_through"].explode().dropna()
    assert cited.str.fullmatch(r"Dockerfile:\d+").all()
    told = moved["came_through"].explode().dropna()
    assert list(told) == ["../" + place for place in as_told["came_through"].explode().dropna()]
