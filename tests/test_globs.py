"""Quoted patterns in the place of paths: what a shell would have made of them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.case import Case, open_case
from diag.cli import cli
from diag.read.globs import expand
from diag.read.objects import read_symbols, scan_objects
from tests.elf_builder import build_elf
from tests.tools import need

ONE = build_elf([(b"one", 0x12, 0, 1, 0, 4)])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders, hidden ones, links in a circle, a file whose name is a pattern."""
    top = tmp_path_factory.mktemp("globs")
    for name in ("a/b/x.o", "a/y.o", "a/.hidden/z.o", "a/b/.dot.o", "c/[x].o", "c/x.o", "top.o"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(ONE)
    (top / "a" / "round").symlink_to(top)
    (top / "c" / "again").symlink_to(top)
    (top / "c" / "dangling.o").symlink_to("nowhere")
    return top


PATTERNS = [
    "*.o", "*/*.o", "**/*.o", "a/**/*.o", "**/b/*", "a/*/", "**/**/x.o", "?/x.o", "c/[x].o",
    "c/[[]x].o", "[ac]/[!y]*.o", "a/.*/z.o", "**/.dot.o", "*/nothing.o", "**/b/**/x.o", "./a/*.o",
]  # fmt: skip


def of_bash(pattern: str, folder: Path) -> list[str]:
    """What bash makes of it, each path once."""
    script = f"shopt -s globstar nullglob; printf '%s\\n' {pattern}"
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, check=True)
    words = [os.path.normpath(w) for w in done.stdout.decode().splitlines() if w]
    return sorted(set(words))


def without_links(words: list[str]) -> list[str]:
    """Bash goes through the first link with `**`, and this kit through none."""
    return [word for word in words if not re.search("round/|again/", word)]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_are_those_of_bash(
    tree: Path, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With globstar; but a file that has the pattern for a name is that file."""
    need("bash")
    monkeypatch.chdir(tree)
    found = expand(pattern)
    if Path(pattern).exists():
        assert found is None
    else:
        assert without_links(found) == without_links(of_bash(pattern, tree))
    absolute = expand(f"{tree}/{pattern}")
    assert absolute == (None if found is None else [f"{tree}/{name}" for name in found])


PARTS = st.sampled_from(["*", "**", "a", "b", "?", "x*", "*.o", "[a-c]", "[!a]*", ".*"])


@settings(max_examples=25)
@given(st.lists(PARTS, min_size=1, max_size=4).filter(lambda parts: parts[-1] != "**"))
def test_random_patterns_are_those_of_bash(tree: Path, parts: list[str]) -> None:
    """Any sequence of such parts, below the tree."""
    pattern = "/".join(parts)
    found = expand(f"{tree}/{pattern}")
    if found is not None:
        kept = sorted({os.path.relpath(name, tree) for name in found} - {"."})
        of_shell = [word for word in of_bash(pattern, tree) if word != "."]
        assert without_links(kept) == without_links(of_shell)


def test_a_last_double_star_is_every_file(tree: Path) -> None:
    """Files, not the folders, which would be walked again."""
    assert expand(f"{tree}/a/**") == [f"{tree}/a/b/x.o", f"{tree}/a/y.o"]


@pytest.mark.parametrize("word", ["plain.o", "a\0*", "x" * 300 + "*", "[", "[a", "a/[]/b", ""])
def test_odd_words_raise_nothing(word: str) -> None:
    """No pattern, an unfinished one, a NUL, a name too long for any file."""
    assert expand(word) in (None, [])
    assert scan_objects([word] if word else []).objects.empty


def test_every_reader_takes_patterns(tree: Path) -> None:
    """The same as the paths one by one; no match is told."""
    by_hand = read_symbols(tree / "a" / "y.o", tree / "c" / "x.o")
    assert read_symbols(f"{tree}/[ac]/[xy].o").equals(by_hand)
    errors = scan_objects([f"{tree}/*.so", tree / "top.o"]).errors
    assert errors["reason"].tolist() == ["names no file"]
    assert errors["help"].iloc[0]


def test_cases_take_patterns(tree: Path) -> None:
    """In `objects` of a Case, also with a platform, and in case.toml from its own folder."""
    case = Case(objects={"linux/amd64": f"{tree}/a/**/*.o"})
    assert len(case.objects) == 2
    assert set(case.platform_of_file.values()) == {"linux/amd64"}
    empty = Case(objects=[f"{tree}/*.so"])
    assert empty.errors["reason"].tolist() == ["the pattern names no file"]
    folder = tree / "case[1]"
    folder.mkdir(exist_ok=True)
    (folder / "case.toml").write_text(
        '[[platform]]\nname = "linux/amd64"\nobjects = ["../c/?.o", "../*.none"]\n'
    )
    told = open_case(folder)
    assert [Path(file).name for file in told.objects["file"]] == ["x.o"]
    assert told.errors["reason"].tolist() == ["the pattern names no file"]


@pytest.mark.parametrize(
    "words",
    [["symbols"], ["symbols", "--details"], ["symbols", "--why", "one"], ["isa"]],
    ids=" ".join,
)
def test_commands_take_patterns(tree: Path, words: list[str]) -> None:
    """The output names each file that the pattern names, as it does for the words of a shell."""
    runner = CliRunner()
    files = [f"{tree}/a/y.o", f"{tree}/c/x.o"]
    quoted = runner.invoke(cli, [*words, f"{tree}/[ac]/[xy].o"], standalone_mode=False)
    given_apart = runner.invoke(cli, [*words, *files], standalone_mode=False)
    assert quoted.exception is None
    assert quoted.output == given_apart.output
    assert "y.o" in quoted.output
