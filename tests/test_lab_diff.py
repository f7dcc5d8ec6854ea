"""tools/lab_diff.py: what two builds can differ in is named, and anything else is never passed over."""

from __future__ import annotations

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
