"""A log without steps tells by its last words that the build failed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diag import investigate
from diag.causes.advice import VERBOSE, WHOLE_LOG
from diag.read.buildlog import open_log
from diag.read.log_end import failure_at_end

ROOT = Path(__file__).parents[1]
COMPILE = "gcc -c a.c\na.c:3:10: fatal error: zlib.h: No such file or directory\ncompilation terminated.\n"


def outcome(text: str) -> tuple[str, int]:
    """How the build of the only platform ended, and the line that tells."""
    verdict = investigate(log=text.encode(), platforms="linux/amd64").verdict
    row = verdict.outcomes.fillna({"line_no": 0}).iloc[0]
    return row["outcome"], int(row["line_no"])


def last_words(text: str) -> int:
    """The line that tells of the failure; 0 where none does."""
    end = failure_at_end(open_log(text.encode()))
    return end.line_no if end else 0


@pytest.mark.parametrize(
    "end",
    [
        "make: *** [Makefile:3: a.o] Error 1\n",
        "ninja: build stopped: subcommand failed.\n",
        "error: could not compile `a` (bin) due to 1 previous error\n",
        "##[error]Process completed with exit code 2.\nPost job cleanup.\n",
    ],
)
def test_the_last_words_tell_of_a_failure(end):
    assert outcome(COMPILE + end) == ("failed", 4)


@pytest.mark.parametrize(
    "end",
    [
        "make: [Makefile:3: a.o] Error 1 (ignored)\n",
        "make[1]: *** [Makefile:3: a.o] Error 1\n",
        "make: *** [Makefile:3: a.o] Error 1\n[100%] Built target a\n",
        "make: Nothing to be done for 'all'.\n",
    ],
)
def test_a_failure_that_was_passed_over_is_none(end):
    assert outcome(COMPILE + end)[0] != "failed"


# The last words of tools, told at their first line, with the details that they print below.
FATAL = (
    "error: failed to run custom build command for `a-sys v1.0.0`\n\nCaused by:\n  process didn't exit successfully:"
    " `/t/build-script-main` (exit status: 101)\n  --- stderr\n  thread 'main' panicked at build.rs:1:1:\n"
    "warning: build failed, waiting for other jobs to finish...",
    "error[E0432]: unresolved import `a::b`\n --> src/main.rs:1:5\n  |\n1 | use a::b;\n  |     ^^^^",
    "error: linker `aarch64-linux-gnu-gcc` not found\n  |\n  = note: No such file or directory (os error 2)",
    "error: no matching package named `a` found\nlocation searched: registry".partition("\n")[0],
    "npm error code 2\nnpm error path /app\nnpm error command sh -c tsc && vite build",
    "npm ERR! code ELIFECYCLE\nnpm ERR! A complete log of this run can be found in:\nnpm ERR!     /root/x.log",
    "npm error Missing script: \"build\"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run",
    "error Command failed with exit code 1.\ninfo Visit https://yarn.example/run for documentation about this command.",
    "➤ YN0000: · Failed with errors in 2s 10ms",
    " ELIFECYCLE  Command failed with exit code 1.",
    " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\"",
    "gyp ERR! not ok",
    'cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH',
    "./main.go:9:2: undefined: f",
    "main.go:4:2: no required module provides package b.example/b; to add it:\n\tgo get b.example/b",
    "go: cannot find main module, but found .git/config in /src\n\tto create a module there, run:\n\tgo mod init",
    "CMake Error at CMakeLists.txt:9 (find_package):\n  Could not find a package\n\n",
    "CMake Error: The source directory \"/src\" does not exist.",
    "-- Configuring incomplete, errors occurred!\nSee also \"/b/CMakeFiles/CMakeOutput.log\".",
    "meson.build:3:0: ERROR: Dependency \"zlib\" not found, tried pkgconfig\n\nA full log can be found at /b/meson-log.txt",
    "configure: error: C compiler cannot create executables\nSee `config.log' for more details",
    "ERROR: No matching distribution found for numpy==9\n\n[notice] A new release of pip is available",
    "error: subprocess-exited-with-error\n\n  × python setup.py egg_info did not run\n  ╰─> See above for output.",
    "E: Unable to locate package libfoo-dev",
    "ERROR: unable to select packages:\n  foo (no such package):\n    required by: world[foo]",
    "src/main.ts(3,24): error TS2307: Cannot find module './a'.",
    "src/main.ts:3:24 - error TS2307: Cannot find module './a'.\n\n3 import a\n\nFound 1 error in src/main.ts:3".replace("\n3 import a\n", ""),
    "a.c:3:10: fatal error: zlib.h: No such file or directory\n    3 | #include <zlib.h>\n      |          ^~~~~~~~\ncompilation terminated.",
    "1 error generated.",
    "collect2: fatal error: ld terminated with signal 9 [Killed]\ncompilation terminated.",
    "BUILD FAILED in 2s\n1 actionable task: 1 executed",
    "[INFO] BUILD FAILURE\n[INFO] Total time: 2 s\n[ERROR] Failed to execute goal a:b".partition("\n[ERROR]")[0],
    "ERROR: Build did NOT complete successfully",
    "ninja: error: loading 'build.ninja': No such file or directory",
)  # fmt: skip


@pytest.mark.parametrize("end", FATAL)
def test_a_tools_fatal_error_at_the_end_is_a_failed_build(end):
    """Also where a runner writes the time before each line; at that line, not at its details."""
    lines = ["starting", *end.split("\n")]
    assert last_words("\n".join(lines) + "\n") == 2
    stamp = "2024-05-06T07:08:09.1234567Z "
    assert last_words("".join(f"{stamp}{line}\n" for line in lines)) == 2


@pytest.mark.parametrize("end", [end for end in FATAL if "BUILD" not in end and "Build" not in end])
@pytest.mark.parametrize(
    "after", ["test kernel ... ok", "    Finished `release` profile in 1s", "  ✓ refuses it"]
)
def test_what_went_on_well_after_it_did_not_fail(end, after):
    """A test that is to print an error, a first try before a second."""
    assert last_words(f"starting\n{end}\n{after}\n") == 0


@pytest.mark.parametrize(
    "end",
    [
        "checking for strerror... yes\nconfig.status: creating Makefile",
        "gcc -Wall -Werror -c error.c -o error.o",
        "gcc: error: unrecognized command-line option '-mfoo'",  # make asks so which flags there are
        "conftest.c:3:10: fatal error: a.h: No such file or directory\ncompilation terminated.",
        "<stdin>:1:2: error: #error no",
        "error: the message that a test wants to see",
        "0 errors, 3 warnings",
        "0 errors generated.",
        "npm warn deprecated a@1.0.0: This module is not supported",
        "npm WARN deprecated a@1.0.0: no error",
        "ERROR: pip's dependency resolver does not currently take into account all the packages",
        "go: downloading golang.example/x v0.30.0\ngo: no module dependencies to download",
        "error.go:12: a line of a test",
        "-- Looking for error_at_line - not found",
        "E: Some index files failed to download. They have been ignored, or old ones used instead.",
        "a.c:3:1: warning: unused variable [-Werror=no]",
        "a.c:3:1: error: wanted by the test\nrunning next",
        "make[1]: Leaving directory '/src'",
        "Found 0 errors. Watching for file changes.",
        "[WARNING] Failed to execute goal, passed over",
    ],
)  # fmt: skip
def test_words_of_errors_alone_are_no_failure(end):
    """Probes, flags, counts, warnings, and what other lines follow."""
    assert last_words(f"starting\n{end}\n") == 0


@pytest.mark.parametrize(
    "command", ["gcc -msse4.2 -c a.c", "+ gcc -msse4.2 -c a.c", "$ /usr/bin/gcc -c a.c"]
)
def test_a_flag_that_a_shown_command_is_refused_is_a_failure(command):
    """Where nobody shows the command it may be a question (see above)."""
    refused = "gcc: error: unrecognized command-line option '-msse4.2'\n"
    assert last_words(f"{command}\n{refused}") == 2
    assert last_words(f"{command}\nmake: Entering directory '/src'\n{refused}") == 0
    assert last_words(f"{command}\n{refused}{command} -O2\n") == 0


def test_no_recorded_build_that_succeeded_is_one_that_failed():
    """Of every builder, linker and wrapper that the lab has."""
    top = ROOT / "data" / "lab"
    parts = ("builders", "linkers", "wrappers", "loaders")
    logs = [log for part in parts for log in (top / part).rglob("*.log")]
    sound = [log for log in logs if re.search(r"(?:^|[-.])(?:ok|clean)\b", log.name)]
    assert len(sound) > 100
    assert [log for log in sound if failure_at_end(open_log(log)) is not None] == []


def test_the_line_is_counted_from_the_beginning_of_a_long_log():
    """Only the last bytes are looked at."""
    assert last_words("gcc -c a.c\n" * 20_000 + COMPILE) == 20_002


@pytest.mark.parametrize("end", FATAL[:3] + FATAL[12:14])
def test_its_complaint_is_quoted(end):
    """Where no link error and no explanation tells."""
    verdict = investigate(log=f"starting\n{end}\n".encode()).verdict
    assert verdict.outcomes["outcome"].tolist() == ["failed"]
    assert len(verdict.failure_lines) or verdict.cause


# -- what has a cause has failed, and what is asked for where nothing tells the end ---------------

PKG_CONFIG = (
    "cargo build --release\nrun pkg_config fail: pkg-config has not been configured to support"
    " cross-compilation.\n  Install a sysroot\nuploading what is there\n"
)


def test_a_bare_log_whose_failure_is_explained_has_failed():
    """At the line that shows the cause; its end is no question any more."""
    verdict = investigate(log=PKG_CONFIG.encode()).verdict
    assert (verdict.outcome, verdict.cause) == ("explained", "cross-pkgconfig-host-library")
    (row,) = verdict.to_json()["platforms"]
    assert (row["outcome"], row["line_no"]) == ("failed", 2)
    assert "definition-not-found" not in verdict
    assert outcome("gcc -c a.c\nuploading what is there\n")[0] == "unknown"


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("   Compiling a v0.1.0\n", VERBOSE["cargo"]),
        ("-- The C compiler identification is GNU 12.2.0\n", VERBOSE["cmake"]),
        ("make: Entering directory '/src'\n", VERBOSE["make"]),
        ("gcc -c a.c -o a.o\n", WHOLE_LOG),
    ],
)
def test_a_log_that_no_builder_wrote_is_asked_for_in_its_own_words(text, request_):
    """Who runs no docker cannot run its command; the toolchain's switch, or the whole output."""
    verdict = investigate(log=text.encode()).verdict
    steps = [step for f in verdict.findings for item in f.missing for step in item.how]
    assert steps == [request_]
