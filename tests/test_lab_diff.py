"""tools/lab_diff.py: what two builds can differ in is named, and anything else is never passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import lab_diff
import pytest

from tests.tools import need

ROOT = Path(__file__).parent.parent

HOST = 'machine = "host"\nemulated = false\nhas_avx512 = '


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("bash: line 1:  9547 Aborted  ./p", "bash: line 1: 11974 Aborted  ./p", "process ids"),
        ("x/rustcSUCdsn/symbols.o", "x/rustcMSV3Jj/symbols.o", "names that compilers draw"),
        ("#7 DONE 0.6s", "#7 DONE 10.0s", "times"),
        ("#7 1.234 cc -c a.c", "#7 0.9 cc -c a.c", "times"),
        (f"@sha256:{'a' * 64}", f"@sha256:{'0' * 64}", "digests and sizes"),
        ("#1 CACHED\n#2 a\n", "#1 a\n#2 CACHED\n", "order of parallel steps"),
        ("[1/2] cc a\n[2/2] cc b\n", "[1/2] cc b\n[2/2] cc a\n", "order of parallel steps"),
        (
            f"{HOST}false\nexit_code = 0\n",
            f'{HOST}true\nexit_code = 139\nsignal = "SIGSEGV"\n',
            "the processor of the machine",
        ),
        (f"{HOST}false\nexit_code = 0\n[[", f"{HOST}false\nexit_code = 0\nran = true\n[[", "other"),
        # What a person has to see.
        ("undefined reference to `f'", "undefined reference to `g'", "other"),
        ("ld: a.o: in function `f': error", "ld: a.o: error", "other"),
        ("exit code: 2", "exit code: 1", "other"),
        ("rustc 1.95.0", "rustc 1.96.0", "other"),
        ("rustc 1.95.0 (a)", "rustc 1.96.0 (a)", "other"),
        ("GNU ld 2.40 ", "GNU ld 2.44 ", "other"),
        ("a\na\n", "a\na\na\n", "other"),
        ("one line\n", "one line\nand one more\n", "other"),
    ],
)
def test_each_difference_has_its_name(before: str, after: str, kind: str) -> None:
    """Of text: the last step that makes both equal."""
    assert lab_diff.why(before.encode(), after.encode()) == kind


def test_objects_are_never_made_equal() -> None:
    """Of objects it is only told that their compiler draws a number."""
    assert lab_diff.why(b"\x7fELF\xff1", b"\x7fELF\xff2") == "other"
    drawn = b"\x7fELF\xff.gnu.lto_.main"
    assert lab_diff.why(drawn + b"1", drawn + b"2") == "bytecode and coverage"


def test_a_work_tree_without_changes_is_equal() -> None:
    """The script runs, and counts the files of the folder that it is given."""
    need("git")
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    command = [sys.executable, str(ROOT / "tools" / "lab_diff.py"), "data/avx512-link/scoping"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "files are equal byte for byte" in done.stdout


@pytest.fixture
def rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lab of another day, in a repository that holds the one before."""
    need("git")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):  # a hook of git sets them
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(lab_diff, "ROOT", tmp_path)
    lab = tmp_path / "lab"
    lab.mkdir()
    for name in ("same", "timed", "otherwise", "gone"):
        (lab / f"{name}.log").write_text(f"#7 DONE 0.6s\n{name}\n")
    who = ["-c", "user.name=lab", "-c", "user.email=lab@example.org"]
    for command in (["init", "-q"], ["add", "lab"], [*who, "commit", "-q", "-m", "before"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return lab


def ran(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Status and words of the script on that lab."""
    monkeypatch.setattr(sys, "argv", ["lab_diff.py", "--files", "lab"])
    return lab_diff.main(), capsys.readouterr().out


def test_what_may_differ_is_counted_and_no_fault(rebuilt: Path, monkeypatch, capsys) -> None:
    """Another time of the clock: status 0."""
    (rebuilt / "timed.log").write_text("#7 DONE 10.0s\ntimed\n")
    status, told = ran(monkeypatch, capsys)
    assert (status, told.split()) == (
        0,
        ["3", "of", "4", "files", "are", "equal", "byte", "for", "byte", "1", "times"],
    )


def test_what_a_person_has_to_see_is_named(rebuilt: Path, monkeypatch, capsys) -> None:
    """Other words, a file that is gone and one that is new: status 1, each by its name."""
    (rebuilt / "otherwise.log").write_text("#7 DONE 0.6s\nno word of it\n")
    (rebuilt / "gone.log").unlink()
    (rebuilt / "new.log").write_text("")
    status, told = ran(monkeypatch, capsys)
    assert status == 1
    assert told.startswith("2 of 4 files are equal")
    named = [line.split() for line in told.splitlines()[-3:]]
    assert named == [[kind, f"lab/{name}.log"] for name, kind in
                     (("gone", "gone"), ("new", "new"), ("otherwise", "other"))]  # fmt: skip
