"""The documentation is run: commands, Python, links, tables and pages.

A fenced block labelled `sh` or `python` is executed where a reader would be: in a folder with
build.log, Dockerfile, target/ and data/. One that cannot be run here says why in a comment before
it (`<!-- not run: engine -->`); the reasons are few, and the blocks are counted.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from diag.causes import CATALOGUE
from diag.cli import cli

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "data" / "avx512-link" / "before"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CAUSE_PAGES = ROOT / "docs" / "causes"
HEADINGS = [
    "What it looks like",
    "Why it happens",
    "How to tell it from its look-alikes",
    "Fix",
    "Limits",
    "References",
]
REASONS = {
    "engine": "needs a container engine",
    "conda": "needs conda",
    "setup": "sets up the environment in which the tests run",
}
RUNNABLE = ("sh", "python")
_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>\w+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")
_THREAD = re.compile(r"\b[\w.-]+/[\w.-]+#\d+\b")


@dataclass(frozen=True)
class Block:
    """One fenced block: its page, line (from 1), language, text, and why it is not run."""

    page: Path
    line: int
    language: str
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, m.start()) + 1, m["language"], m["text"], m["reason"])
        for m in _BLOCK.finditer(text)
    ]


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
RUN = [block for block in BLOCKS if block.language in RUNNABLE and block.reason is None]
NOT_RUN = [block for block in BLOCKS if block.reason is not None]


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
    return folder


def commands(block: Block) -> list[str]:
    """The commands of a shell block, continued lines joined."""
    joined = block.text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


SHELL = [(block, command) for block in RUN if block.language == "sh" for command in commands(block)]


@pytest.mark.parametrize(("block", "command"), SHELL, ids=lambda value: str(value)[:70])
def test_a_shell_command_works(block: Block, command: str, place: Path) -> None:
    """It ends with 0 or 1 (a failure was found), says something, and shows no traceback."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), f"{block}: {done.stderr}"
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


PYTHON = [block for block in RUN if block.language == "python"]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_a_python_block_works(block: Block, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs as it stands, in the reader's folder."""
    monkeypatch.chdir(place)
    with redirect_stdout(io.StringIO()):
        exec(compile(block.text, str(block), "exec"), {"__name__": "__main__"})


def test_blocks_that_are_not_run_say_why_and_are_counted(
    record_property: pytest.RecordProperty,
) -> None:
    """Reasons come from a closed list, stand only before code, and stay the exception."""
    counts = Counter(block.reason for block in NOT_RUN)
    record_property("blocks run", len(RUN))
    record_property("blocks not run", dict(counts))
    print(f"documentation: {len(RUN)} blocks run, not run: {dict(counts)}")
    assert counts.keys() <= REASONS.keys()
    assert {block.language for block in NOT_RUN} <= set(RUNNABLE)
    comments = sum(page.read_text(encoding="utf-8").count("<!-- not run:") for page in PAGES)
    assert comments == len(NOT_RUN), "a reason stands before something that is no block"
    assert len(RUN) >= 4
    assert sum(len(commands(block)) for block in RUN if block.language == "sh") >= 7


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the repository; code blocks hold none."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = [m["target"] for m in _LINK.finditer(text) if "://" not in m["target"]]
    assert [name for name in targets if not (page.parent / name).exists()] == []


def test_every_cause_has_its_page_and_every_page_its_cause() -> None:
    """The catalogue and docs/causes hold the same ids."""
    assert {page.stem for page in CAUSE_PAGES.glob("[a-z]*.md")} == CATALOGUE.keys()


@pytest.mark.parametrize("cause", sorted(CATALOGUE))
def test_a_cause_page_is_whole(cause: str) -> None:
    """Title, family and role as in the catalogue; each section is there, in order, and not empty."""
    text = (CAUSE_PAGES / f"{cause}.md").read_text(encoding="utf-8")
    entry = CATALOGUE[cause]
    assert text.startswith(f"# {cause}\n\nFamily `{entry.family}`, role `{entry.role}`")
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    assert parts[1::2] == HEADINGS
    assert all(len(part.split()) >= 5 for part in parts[2::2])
    assert _THREAD.search(parts[-1]) or parts[-1].strip().startswith("None: ")


def test_the_readme_lists_every_command() -> None:
    """The table of commands is that of the command line, in its order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `diag (\w+)` \|", text, re.MULTILINE) == list(cli.list_commands(None))


def test_the_number_of_causes_is_that_of_the_catalogue() -> None:
    """Where README and CHANGELOG count them."""
    for name in ("README.md", "CHANGELOG.md"):
        told = re.findall(r"\b(\d+) causes", (ROOT / name).read_text(encoding="utf-8"))
        assert told == [str(len(CATALOGUE))], name


def test_folders_of_the_readme_exist() -> None:
    """Its table of folders names what is there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[\w.]+/`(?:, )?)+) \|", text, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([\w.]+)/`", row)]
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / name), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_table_of_frames_is_that_of_the_schema() -> None:
    """DESIGN.md is in step with diag/schema_frames.py."""
    done = run_tool("docs_tables.py", "--check", "--quick")
    assert done.returncode == 0, done.stderr


def test_the_picture_shows_the_verdict_as_it_is() -> None:
    """The text of the screen in docs/images is what is shown today: else `python tools/picture.py`."""
    done = run_tool("picture.py", "--check")
    assert done.returncode == 0, done.stderr
    assert (ROOT / "docs" / "images" / "verdict.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_explain_names_the_page() -> None:
    """What `diag explain` points at exists, for each cause."""
    import diag

    for cause in CATALOGUE:
        (page,) = re.findall(r"docs/causes/[\w-]+\.md", diag.explain(cause))
        assert (ROOT / page).is_file()


def test_an_unknown_cause_is_told_with_its_neighbours() -> None:
    """A slip of the pen gets the right id as help."""
    import diag

    with pytest.raises(diag.InputError, match="did you mean static-link-order"):
        diag.explain("static-link-ordre")
