"""Bad input of commands: what, where, what would help; the sound part is used."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.at_prompt import SYMBOL
from tests.tools import need


def bad_inputs(folder: Path) -> None:
    """One file of each bad kind."""
    (folder / "empty.log").write_text("")
    (folder / "binary.log").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40)
    (folder / "folder.log").mkdir()
    (folder / "Broken").write_text("FROM debian\nRUN <<EOF\nnever ended\n")
    (folder / "text.o").write_text("no object")
    (folder / "case").mkdir()
    (folder / "case" / "case.toml").write_text('logs = ["gone.log"]\ndockerfile = "Gone"\n')
    (folder / "wrong").mkdir()
    (folder / "wrong" / "case.toml").write_text("logs = [")


BAD = [
    (("investigate", "gone.log"), "gone.log"),
    (("investigate", "empty.log"), "empty"),
    (("investigate", "folder.log"), "folder.log"),
    (("investigate", "binary.log"), "binary.log"),
    (("investigate", "--dockerfile", "Gone"), "Gone"),
    (("investigate", "--dockerfile", "Broken"), "Broken"),
    (("investigate", "--objects", "gone.o"), "gone.o"),
    (("investigate", "case"), "gone.log"),
    (("investigate", "wrong"), "not valid TOML"),
    (("investigate", "build.log", "--platform", "linux/amd46"), "linux/amd64"),
    (("investigate", "--log", "linux/arm46=build.log"), "linux/arm64"),
    (("investigate", "build.log", "--claim", "variables-lost"), "variables-lost-after-case"),
    (("investigate", "build.log", "--output", "no/such/folder/x"), "no/such/folder/x"),
    (("log", "gone.log"), "gone.log"),
    (("log", "empty.log"), "empty"),
    (("log", "folder.log"), "folder.log"),
    (("log", "binary.log"), "binary.log"),
    (("env", "Gone"), "Gone"),
    (("env", "Broken"), "Broken:2"),
    (("env", "folder.log"), "folder.log"),
    (("env", "Dockerfile", "--command", "mak"), "make"),
    (("env", "Dockerfile", "--name", "CFLAG"), "CFLAGS"),
    (("env", "Dockerfile", "--platform", "linux/amd46"), "linux/amd64"),
    (("probe", "Gone"), "Gone"),
    (("symbols", "gone.o"), "gone.o"),
    (("symbols", "text.o"), "text.o"),
    (("isa", "gone.o"), "gone.o"),
    (("compare", "gone.log", "build.log"), "gone.log"),
    (("explain", "kernel-object-not-build"), "kernel-object-not-built"),
]


@pytest.mark.parametrize(("args", "named"), BAD, ids=[" ".join(args) for args, _ in BAD])
def test_bad_input_is_one_clear_message(diag, tmp_path, args: tuple[str, ...], named: str) -> None:
    """Status 2; the message names the file or the near name; no traceback, no output."""
    bad_inputs(tmp_path)
    ended = diag(*args)
    assert ended.status == 2, ended
    assert named in ended.err
    assert "Traceback" not in ended.err
    assert "diag itself" not in ended.err
    assert ended.out == ""


def test_the_sound_part_is_used(diag, tmp_path) -> None:
    """A log that is gone beside one that is there: the verdict, and the gap on standard error."""
    bad_inputs(tmp_path)
    args = ("--log", "build.log", "--log", "gone.log", "--dockerfile", "Broken")
    ended = diag("investigate", *args)
    assert ended.status == 1
    assert SYMBOL in ended.out
    for name in ("gone.log", "Broken"):
        assert name in ended.err
        assert name in ended.out


def test_a_truncated_object_is_told_and_the_others_are_used(diag, tmp_path) -> None:
    """Half an object: an error row with its name; the whole one is read."""
    need("gcc")
    source = tmp_path / "a.c"
    source.write_text(f"int {SYMBOL}(void); int blend(void) {{ return {SYMBOL}(); }}\n")
    subprocess.run(["gcc", "-c", "-o", str(tmp_path / "a.o"), str(source)], check=True)
    whole = (tmp_path / "a.o").read_bytes()
    (tmp_path / "half.o").write_bytes(whole[: len(whole) // 2])
    ended = diag("symbols", "a.o", "half.o", "--name", SYMBOL)
    assert ended.status == 0
    assert "half.o" in ended.err
    assert SYMBOL in ended.out
    verdict = diag("investigate", "build.log", "--objects", "a.o", "--objects", "half.o")
    assert verdict.status == 1
    assert "half.o" in verdict.err
