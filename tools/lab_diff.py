"""What a rebuilt data/ has otherwise than the commit: `python tools/lab_diff.py [FOLDER ...] [--files]`.

Each file that git calls changed is laid beside the committed one; what no two builds have in common
(times, digests, numbers that tools draw, the order of parallel steps) is made equal step by step,
and the file is counted under the last step that it took. `other` is what a person has to look at: a
newer tool, or a recipe that is not reproducible. Ends with 1 where there is any.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Not made by a recipe.
OURS = re.compile(r"data/SHA256SUMS|.*/recipe/.*|.*\.(?:md|py|sh)|data/lab/linkers/catalogues\.c")
# Frames of a terminal, and messages that the engine sends when it has some: the clock cuts them, and
# the tests of the readers (tests/test_buildlog_*.py) say whether a new recording is as good.
BY_CLOCK = re.compile(r"data/lab/builders/.*|.*\.rawjson")
DRAWN, TWIN = "names that compilers draw", "the new name of another file"
# In this order; each is applied to what the ones before left.
STEPS = (
    ("process ids", re.compile(r"(?<=bash: line 1: )[ \d]{5,}(?= )"), "PID"),
    (
        "addresses of a crash",
        re.compile(r"(?<=^#)([\d ]\d) 0x[0-9a-f]{16} |(?<=^ #)(\d) 0x[0-9a-f]{16} ", re.M),
        "AT",
    ),
    (
        "the processor of the machine",
        re.compile(
            r'(?<=machine = "host"\nemulated = false\n)has_avx512 = .*\n(?:(?:exit_code|signal|output) = .*\n)*'
        ),
        "ENDED",
    ),
    (
        DRAWN,
        re.compile(
            r"(?<=/)rustc\w{6}\b|(?<=/)(?:cc|go-build|go-link-)\w{6,}|\b[0-9a-z]{5,}(?=\.rcgu\.o)"
            r"|\bcgu\.\d+(?=\.rcgu\.o)|(?<=[$]WORK/)b\d{3}|(?<=buildid )\S+"
        ),
        "DRAWN",
    ),
    (
        "times",
        re.compile(
            r"(?: \d+(?:\.\d+)?m?s)? done$|\b(?:\d+m )?\d+(?:\.\d+)?m?s\b|(?<=^#)(\d+) \d+\.\d+(?= )|^\d+\.\d+(?= )|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*\S*"
            r"|\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\b",
            re.M,
        ),
        "TIME",
    ),
    (
        "digests and sizes",
        re.compile(
            r"[0-9a-f]{64}|\b[0-9a-z]{25}\b|\b[0-9a-f]{12}\b|\b\d+(?:\.\d+)?[kM]?B(?=\b|TIME)"
        ),
        "DIGEST",
    ),
)
# Sections by which an object says that its compiler drew a number.
# (LLVM's number is one of the build folder too, and of no fixed length.)
DRAWN_INSIDE = (b".gnu.lto_", b"BC\xc0\xde", b"__gcov_", b".gcda")
# Where engine.py builds, in debug information and in what build scripts say; LLVM's number is a hash of it.
BUILD_FOLDER = re.compile(rb"(?<=/tmp/links-)\w{8}|(?<=[.]llvm[.])\d{15,20}")
# BuildKit says the last lines of a failed step again; where it cuts them is chance.
EXCERPT = re.compile(r"^------\n > \[.*?^------$", re.M | re.S)
STEP_NUMBERS = re.compile(r"^#\d+ |^\[\d+(?=/\d+\])", re.M)


def why(old: bytes, new: bytes) -> str:
    """The step after which two contents are equal, or `other`."""
    if BUILD_FOLDER.sub(b"", old) == BUILD_FOLDER.sub(b"", new):
        return "names of the build folder"
    try:
        before, after = old.decode(), new.decode()
    except UnicodeDecodeError:
        if all(b"/tmp/links-" in one and b".llvm." in one for one in (old, new)):
            return "names of the build folder"
        is_drawn = any(mark in old and mark in new for mark in DRAWN_INSIDE)
        return "bytecode and coverage" if is_drawn else "other"
    for name, pattern, word in STEPS:
        before, after = pattern.sub(word, before), pattern.sub(word, after)
        if before == after:
            return name
    before, after = STEP_NUMBERS.sub("#N ", before), STEP_NUMBERS.sub("#N ", after)
    before, after = EXCERPT.sub("", before), EXCERPT.sub("", after)
    # Progress lines come and go with the speed of the machine.
    first, second = Counter(before.splitlines()), Counter(after.splitlines())
    apart = {line for line in (first - second) + (second - first) if line}
    # A step's header comes again each time that its output goes on.
    apart -= {line for line in set(first) & set(second) if line.startswith("#N [")}
    return "order of parallel steps" if all(_is_progress(line) for line in apart) else "other"


def _is_progress(line: str) -> bool:
    known = r"#N (?:[.]{3}|(?:resolve|transferring|exporting|naming|unpacking) .*|.*\b(?:doneTIME|CACHED|DONE TIME))"
    return bool(re.fullmatch(known + r"|Sending build context.*", line))


def changed(folders: list[str]) -> dict[str, str]:
    """Files of the work tree that git calls changed, gone or new, with its letter."""
    command = ["git", "status", "--porcelain=v1", "-z", "--no-renames", "-uall", "--", *folders]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    rows = [(row[:2].strip(), row[3:]) for row in out.split("\0") if row]
    return {name: letter for letter, name in rows if not OURS.fullmatch(name)}


def of_commit(name: str) -> bytes:
    return subprocess.run(
        ["git", "show", f"HEAD:{name}"], cwd=ROOT, capture_output=True, check=True
    ).stdout


def reasons(letters: dict[str, str]) -> dict[str, str]:
    """Why each file is otherwise; a file of another drawn name is laid beside its old self."""
    drawn = {name: pattern for name, pattern, _ in STEPS}[DRAWN]
    new = {drawn.sub(DRAWN, name): name for name, letter in letters.items() if letter == "??"}
    told = {}
    for name, letter in letters.items():
        twin = new.get(drawn.sub(DRAWN, name), "") if letter == "D" else ""
        if twin:
            content = of_commit(name)
            for old, fresh in zip(drawn.findall(name), drawn.findall(twin), strict=True):
                content = content.replace(old.encode(), fresh.encode())  # a file tells its name
            after = (ROOT / twin).read_bytes()
            told[name] = DRAWN if content == after else why(content, after)
            told[twin] = TWIN
        elif told.get(name) != TWIN:
            told[name] = {"D": "gone", "??": "new"}.get(letter) or _why_file(name)
    return {name: kind for name, kind in told.items() if kind != TWIN}


def _why_file(name: str) -> str:
    kind = why(of_commit(name), (ROOT / name).read_bytes())
    return "cut by the clock" if kind == "other" and BY_CLOCK.fullmatch(name) else kind


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=["data"])
    parser.add_argument(
        "--files", action="store_true", help="name each file of other, gone and new"
    )
    chosen = parser.parse_args()
    told = reasons(changed(chosen.folders))
    listed = ["git", "ls-files", "--", *chosen.folders]
    names = subprocess.check_output(listed, cwd=ROOT, text=True).splitlines()
    n_files = sum(not OURS.fullmatch(name) for name in names)
    n_changed = sum(kind != "new" for kind in told.values())
    print(f"{n_files - n_changed} of {n_files} files are equal byte for byte")
    for kind, number in Counter(told.values()).most_common():
        print(f"{number:6} {kind}")
    odd = {name: kind for name, kind in told.items() if kind in ("other", "gone", "new")}
    if chosen.files:
        print(*(f"{kind:6} {name}" for name, kind in sorted(odd.items())), sep="\n")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
