"""What is clearly no build log is refused with a reason; no log is, however short or strange."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from diag import Case
from diag.cli import main
from diag.errors import InputError
from diag.read.linkers import read_log

ROOT = Path(__file__).parents[1]
PROSE = """\
Dear colleagues,

last week we talked about the way in which the team wants to go on. It was good to see that most of
you had thought about it before, and that the questions which came up were those of people who have
read the plan. What is left to do is to write it down for those who could not be there.

With kind regards
"""
# Pages that quote no message in a line of its own; what quotes one is left to the grammars.
PAGES = (
    "README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    "docs/README.md", "docs/DESIGN.md", "docs/fixes.md",
    "docs/gallery.md", "docs/lab.md", "docs/public-threads.md", "docs/terminal.md",
    *(f"docs/adr/{path.name}" for path in sorted(ROOT.glob("docs/adr/*.md"))),
)  # fmt: skip
SHORT_LOGS = (
    "undefined reference to `foo'",
    "main.o: undefined reference to foo",
    "multiple definition of `x'; a.o: first defined here",
    "collect2: error: ld returned 1 exit status",
    "make: *** [Makefile:4: all] Error 2",
    "make[2]: Nothing to be done for 'all'.",
    "CMake Error: The source directory does not exist.",
    "error[E0463]: can't find crate for `core`",
    "error: linking with `cc` failed: exit status: 1",
    "    Finished `release` profile [optimized] target(s) in 0.02s",
    "go: downloading golang.org/x/sys v0.30.0",
    "imports unsafe: cannot find package",
    "app\nfmt\nerrors",  # go build -v
    "npm ERR! code ELIFECYCLE",
    "added 57 packages, and audited 58 packages in 3s\n\n7 packages are looking for funding\n"
    "  run `npm fund` for details\n\nfound 0 vulnerabilities",
    "ERROR: Could not find a version that satisfies the requirement numpy",
    "Successfully installed numpy",
    "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting "
    "behaviour with the system package manager. It is recommended to use a virtual environment, and "
    "you can use an option if you know what you are doing and want to suppress this warning.",
    "Reading package lists...\nBuilding dependency tree...\nThe following additional packages will "
    "be installed:\n  gcc libc6-dev\nAfter this operation, there will be more of the disk in use.",
    "> Task :compileJava UP-TO-DATE\n\nBUILD SUCCESSFUL in 1s",
    "[INFO] BUILD SUCCESS",
    "INFO: Build completed successfully, 1 total action",
    "Killed",
    "Segmentation fault (core dumped)",
    "Illegal instruction",
    "exec /bin/sh: exec format error",
    "The command '/bin/sh -c make' returned a non-zero code: 2",
    "sh: 1: cc: not found",
    "/usr/bin/ld: main.o: dans la fonction « main »: référence indéfinie vers « foo »",
    "错误：未定义的引用",
    "Fehler: Befehl nicht gefunden",
    "+ cargo build --release",
    "cc -O2 -c a.c",
    "No broken requirements found.",
    "Everything is up to date",
)


def _logs() -> Iterator[Path]:
    """Every recorded log, but those that nobody may look at."""
    for top in ("data", "tests"):
        for folder, below, names in os.walk(ROOT / top):
            below[:] = [name for name in below if name not in ("heldout", "node_modules")]
            yield from (Path(folder, name) for name in names if name.endswith((".log", ".rawjson")))


def _is_taken(text: str | Path) -> bool:
    source = text if isinstance(text, Path) else text.encode()
    try:
        read_log(source, is_checked=True)
    except InputError as error:
        return "does not look like a build log" not in error.message
    return True


def test_every_recorded_log_is_taken() -> None:
    """Of every builder, linker and language that the lab has, also where nothing went wrong."""
    # Of the many links one linker tells enough: the others say the same of the same projects.
    logs = [path for path in _logs() if "links" not in path.parts or path.parts[-2] == "amd64-bfd"]
    assert len(logs) > 1000
    assert [path for path in logs if path.stat().st_size < 100_000 and not _is_taken(path)] == []


@pytest.mark.parametrize("text", SHORT_LOGS)
def test_a_short_log_is_taken(text: str) -> None:
    """One pasted line is enough, of any tool, in any language, failed or not."""
    assert _is_taken(text)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_this_project_is_refused(page: str) -> None:
    """Also where it speaks of messages within its sentences and tables."""
    assert not _is_taken(ROOT / page)


@pytest.mark.parametrize(
    "text",
    [PROSE, "this is not a log", "hello world\nhow are you", "Lorem ipsum dolor sit"],
)
def test_prose_and_junk_are_refused(text: str) -> None:
    """Sentences of people, and words in which nothing could be a tool's."""
    assert not _is_taken(text)


def test_a_log_in_a_page_is_read() -> None:
    """An issue that quotes its log is as good as the log: what decides is a line of its own."""
    message = "a.c:(.text+0x5): undefined reference to `foo'"
    told = f"# It does not build\n\n{PROSE}\n```\n/usr/bin/ld: a.o: in function `main':\n{message}\n```\n"
    assert _is_taken(told)
    assert _is_taken(f"{PROSE * 3}\n```\nnpm ERR! missing script\n```\n")
    assert not _is_taken(
        f"# Notes\n\n{PROSE}\nWhoever sees that the name was {message} has to wait.\n"
    )


def test_a_dockerfile_is_told_from_a_log() -> None:
    """With the option that takes it; the steps of a log that quote instructions are none."""
    dockerfile = "# syntax=docker/dockerfile:1\nFROM debian AS b\n\nRUN make \\\n  && false\n"
    with pytest.raises(
        InputError, match="like a Dockerfile\n  help: `diag investigate` takes it with"
    ):
        read_log(dockerfile.encode(), is_checked=True)
    assert _is_taken("FROM debian\nmake: *** [all] Error 2\n")


def test_the_refusal_ends_with_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line with file and what was looked for, one with what helps; of `diag log` as well."""
    (tmp_path / "notes.md").write_text(PROSE)
    for command in ("investigate", "log"):
        with pytest.raises(SystemExit) as ended:
            main([command, str(tmp_path / "notes.md")])
        told = capsys.readouterr().err.split("\n")
        assert ended.value.code == 2
        assert told[0].startswith(f"diag: {tmp_path}/notes.md: does not look like a build log: no")
        assert told[1].startswith("  help: a log is what the build printed: `docker buildx build")
        assert told[2:] == [""]


def test_in_python_it_is_a_row_of_errors(tmp_path: Path) -> None:
    """The rest of what was given is judged without it."""
    (tmp_path / "notes.md").write_text(PROSE)
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN make\n")
    case = Case(log=tmp_path / "notes.md", dockerfile=tmp_path / "Dockerfile")
    assert case.link_errors.empty
    assert case.errors["reason"].str.startswith("does not look like a build log").tolist() == [True]
    assert case.diagnose().outcome == "undecided"
