"""The documentation is run: commands, Python, links, tables and pages.

A fenced block labelled `sh`, `python` or `ipython` is executed where a reader would be: in a folder
with build.log, Dockerfile, target/, data/ and .venv. One that cannot be run here says why in a
comment before it (`<!-- not run: engine -->`); the reasons are few, and the blocks are counted.
Blocks of other languages are read by what reads them: Dockerfiles, case.toml and excerpts of logs by
the kit. Commands between backticks are held against the command line's own options.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import yaml

from tests.at_prompt import AtPrompt
from tests.docs_blocks import (
    BLOCKS,
    INLINE,
    NOT_RUN,
    PAGES,
    READ_LANGUAGES,
    REASONS,
    ROOT,
    RUN_LANGUAGES,
    Block,
    blocks_of,
    commands,
    counts,
    faults,
    fences_of,
    table_commands,
    to_run,
)
from tests.tools import need

CASE = ROOT / "data" / "avx512-link" / "before"
_SHELLS = re.compile(r"[][$`\\\\*?~|&;<>(){}#!\"]")  # what a shell would act on


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder: a log, a Dockerfile, objects of amd64, and the repository's data."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copy(CASE / "build.log", folder)
    shutil.copy(CASE / "Dockerfile.multiarch", folder / "Dockerfile")
    target = folder / "target"
    target.mkdir()
    stated = (CASE / "case.toml").read_text(encoding="utf-8")
    first_platform = stated.partition("[[platform]]")[2].partition("[[platform]]")[0]
    for number, name in enumerate(re.findall(r'"(\.\./objects/[^"]+)"', first_platform)):
        (target / str(number)).mkdir()
        shutil.copy(CASE / name, target / str(number))
    (folder / "data").symlink_to(ROOT / "data")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.mark.parametrize("block", to_run("sh"), ids=str)
def test_a_shell_block_works(block: Block, place: Path) -> None:
    """Each command ends with 0 or 1 (a failure was found), says something, shows no traceback."""
    for command in commands(block.text):
        run_as_reader(command, place)


def run_as_reader(command: str, place: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=place,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), f"{command}: {done.stderr}"
    assert (done.stdout + done.stderr).strip() or _is_silent(command), command
    assert "Traceback" not in done.stderr, command


def _is_silent(command: str) -> bool:
    """What changes the reader's own shell, or writes into a file, need not say anything."""
    return command.startswith(("eval ", "source ", ". ", "export ")) or ">" in command


@pytest.mark.parametrize("block", to_run("python"), ids=str)
def test_a_python_block_works(block: Block, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs as it stands, in the reader's folder."""
    monkeypatch.chdir(place)
    with redirect_stdout(io.StringIO()):
        exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("block", to_run("ipython"), ids=str)
def test_a_block_with_magics_works(
    block: Block, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs as the cells of a notebook would, in the reader's folder: a blank line parts cells."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.chdir(place)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for cell in block.text.split("\n\n"):
            done = shell.run_cell(cell)
            done.raise_error()
            assert done.success
    shell.history_manager.end_session()


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language in READ_LANGUAGES], ids=str)
def test_a_block_that_is_no_program_is_sound(block: Block, tmp_path: Path) -> None:
    """It is read by what would read it: a parser, or the kit itself."""
    READERS[block.language](block.text, tmp_path)


def _read_dockerfile(text: str, folder: Path) -> None:
    """A fragment stands in some stage; whatever it is, the engine would take it."""
    from diag import read_dockerfile

    whole = text if re.search(r"^FROM ", text, re.M) else f"FROM scratch\n{text}"
    assert len(read_dockerfile(io.BytesIO(whole.encode()))) >= 2


def _read_yaml(text: str, folder: Path) -> None:
    """Calls of diag in its scripts exist too."""
    for document in yaml.safe_load_all(text):
        assert isinstance(document, dict | list)
    lines = commands(re.sub(r"\$\{\{.*?\}\}", "X", text))
    called = [re.sub(r"^\s*(?:- )?(?:run: )?", "", line) for line in lines]
    assert [f for line in called if line.startswith("diag ") for f in faults(line)] == []


def _read_toml(text: str, folder: Path) -> None:
    """A case.toml is one that the kit opens, once the files that it names are there."""
    from diag import open_case

    stated = tomllib.loads(text)
    for table in (stated, *stated.get("platform", [])):
        for name in (table.get("log"), table.get("dockerfile"), *table.get("logs", ())):
            if name:
                (folder / name).write_text("")
        for name in table.get("objects", ()):
            (folder / name).mkdir()
    (folder / "case.toml").write_text(text)
    case = open_case(folder)
    assert list(case.asked) == [table["name"] for table in stated["platform"]]


def _read_text(text: str, folder: Path) -> None:
    """An excerpt of a log is one that the kit reads whole; no command hides in it."""
    from diag import read_log_lines

    lines = text.splitlines()
    assert read_log_lines(io.BytesIO(text.encode()))["line_no"].nunique() == len(lines)
    assert [line for line in lines if re.match(r"(?:[$%>] |diag )", line)] == []


READERS = {
    "dockerfile": _read_dockerfile,
    "json": lambda text, folder: json.loads(text),
    "yaml": _read_yaml,
    "toml": _read_toml,
    "text": _read_text,
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_block_escapes(page: Path) -> None:
    """Each fence of a page belongs to a block, and each block's language is on one of the lists."""
    blocks = blocks_of(page)
    assert fences_of(page) == 2 * len(blocks), "a fence that is indented, quoted or left open"
    assert {b.language for b in blocks} <= {*RUN_LANGUAGES, *READ_LANGUAGES}
    assert READERS.keys() == set(READ_LANGUAGES)


def test_blocks_that_are_not_run_say_why_and_are_counted(
    record_property: pytest.RecordProperty,
) -> None:
    """Reasons come from a closed list, stand only before code that runs, and stay the exception."""
    told = counts()
    record_property("documentation", told)
    print("documentation: " + ", ".join(f"{name} {number}" for name, number in told.items()))
    assert {b.reason for b in NOT_RUN} <= REASONS.keys()
    assert {b.language for b in NOT_RUN} <= set(RUN_LANGUAGES)
    marks = sum(page.read_text(encoding="utf-8").count("<!-- not run:") for page in PAGES)
    assert marks == len(NOT_RUN), "a reason stands before something that is no block"
    parts = [n for name, n in told.items() if name == "run" or name.startswith(("read", "not run"))]
    assert sum(parts) == told["blocks"]
    assert told["commands run"] > len(NOT_RUN)


@pytest.mark.parametrize("block", NOT_RUN, ids=str)
def test_a_block_that_is_not_run_is_sound_all_the_same(block: Block) -> None:
    """Its syntax is the shell's, and the commands and options of diag and make in it exist."""
    done = subprocess.run(
        ["bash", "-n", "-c", block.text], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [fault for command in commands(block.text) for fault in faults(command)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_between_backticks_exist(page: Path) -> None:
    """In prose and tables: command, options, make's target, our own script."""
    told = [fault for where, command in INLINE if where == page for fault in faults(command)]
    assert told == []


@pytest.mark.parametrize(
    "command", ["diag investigat x", "diag log --htm x", "x | diag symbols --wy f", "make tets",
                "diag env 'Dockerfile", "python tools/none.py"],
)  # fmt: skip
def test_a_command_that_does_not_exist_is_told(command: str) -> None:
    """The check itself: a slip in a name, an option or a quote is a fault."""
    assert list(faults(command))


@pytest.mark.parametrize("command", table_commands(ROOT / "README.md"))
def test_a_command_of_the_readme_works_as_it_stands(
    command: str, place: Path, at_prompt: AtPrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the reader's folder: 0 or 1, something said, no traceback. (Of such words a shell makes
    nothing else, so none is started; that `diag` is found by one is shown by the blocks.)"""
    if command.startswith("diag probe"):
        need("bwrap")
    assert not _SHELLS.search(re.sub(r"'[^']*'", "", command))
    monkeypatch.chdir(place)
    ended = at_prompt(*shlex.split(command)[1:])
    assert ended.status in (0, 1), ended.err
    assert ended.told.strip()
    assert "Traceback" not in ended.err
