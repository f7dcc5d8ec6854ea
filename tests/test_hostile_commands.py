"""Hostile text in files: no command prints anything that steers, and JSON holds the text itself."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import diag
from diag.show.text import printable
from tests.at_prompt import AtPrompt
from tests.elf_builder import build_elf
from tests.hostile_words import HOSTILE, NEEDLE, STEERS

LOG = """\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#5 [linux/amd64 builder 2/2] RUN {text} make
#5 0.100 CFLAGS={text}
#5 0.400 /usr/bin/ld: {text}.o: in function `{text}':
#5 0.400 a.c:(.text+0x26): undefined reference to `{text}'
#5 0.400 /usr/bin/ld: cannot find -l{text}: No such file or directory
#5 0.400 collect2: error: ld returned 1 exit status
#5 ERROR: process "/bin/sh -c {text} make" did not complete successfully: exit code: 2
"""
DOCKERFILE = """\
FROM debian AS builder
ARG TARGETARCH
ENV CFLAGS {text}
RUN echo "{text}" && cargo build {text}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A log, a Dockerfile and a case.toml that hold it all."""
    left_out = ("attribute", "carriage", "lines")  # quotes and ends of lines are the files' own
    text = NEEDLE + " ".join(text for name, text in HOSTILE.items() if name not in left_out)
    data = text.encode("utf-8", "surrogatepass")
    for name, form in (("build.log", LOG), ("Dockerfile", DOCKERFILE)):
        (tmp_path / name).write_bytes(form.encode().replace(b"{text}", data))
    title = json.dumps(printable(text), ensure_ascii=False)
    (tmp_path / "case.toml").write_text(
        f'title = {title}\nlogs = ["build.log"]\ndockerfile = "Dockerfile"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "args",
    [("investigate", "."), ("log", "build.log"), ("env", "Dockerfile"), ("compare", ".", ".")],
    ids=lambda args: args[0],
)
def test_commands_print_nothing_that_steers(folder, at_prompt: AtPrompt, args) -> None:
    """From files to both streams: no code, no mark of direction, no traceback."""
    ended = at_prompt(*args)
    assert ended.status in (0, 1)
    assert not STEERS.search(ended.told)
    assert "error in diag itself" not in ended.told


def test_json_holds_the_text_itself(folder, at_prompt: AtPrompt) -> None:
    """JSON is data: it is read back whole, and holds no raw control character."""
    out = at_prompt("investigate", ".", "--format", "json").out
    assert json.loads(out)["link_errors"]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", out)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_a_file_whose_name_is_no_text_is_read(tmp_path, at_prompt: AtPrompt, monkeypatch) -> None:
    """A byte that is no UTF-8 in the name of a log, a Dockerfile, an object: cited as an escape."""
    monkeypatch.chdir(tmp_path)
    log, dockerfile, folder = ("b\udcff.log", "D\udcff", "o\udcff")
    Path(log).write_text("a.c:(.text+0x1): undefined reference to `f'\ncollect2: error: ld\n")
    Path(dockerfile).write_text("FROM x\nRUN make CFLAGS=-O2\n")
    Path(folder).mkdir()
    Path(folder, "x\udcff.o").write_bytes(build_elf([(b"f", 18, 0, 1, 0, 8)]))
    for args in (
        ["investigate", log, "--dockerfile", dockerfile, "--objects", folder, "--html", "x.html"],
        ["investigate", log, "--objects", folder, "--format", "json"],
        ["log", log],
        ["symbols", folder],
        ["isa", folder],
    ):
        told = at_prompt(*args).told
        assert "error in diag itself" not in told
        assert "\\xff" in told.replace("\\\\", "\\") or args[0] == "isa"
    verdict = diag.Case(log=log, dockerfile=dockerfile, objects=[folder]).diagnose()
    assert verdict.link_errors["file"].tolist() == [r"b\xff.log"]
