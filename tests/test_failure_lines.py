"""What a failed step complained of is told where no explanation and no link error does."""

from __future__ import annotations

import html
import re

import pytest

import diag
from diag.show.complaints import TITLE, complaints
from diag.show.display_html import verdict_html
from diag.show.display_markdown import verdict_markdown
from diag.show.github import iter_annotations
from diag.show.github_summary import summary_markdown
from diag.show.notebook_sections import evidence_shown
from diag.show.places import Places
from diag.show.report import report_page
from diag.show.sentences import NO_LINK_ERROR, headline
from diag.show.terminal import as_plain_text, verdict_screen

HEAD = '#0 building with "multi" instance using docker-container driver\n\n'
OK = "#5 [linux/amd64 build 2/2] RUN make\n#5 1.1 src.c:3: error: a message that a passing step printed\n#5 DONE 1.2s\n\n"


def step(*said: str) -> str:
    """A failed step of arm64 that printed that."""
    lines = "".join(f"#6 2.{n} {line}\n" for n, line in enumerate(said))
    end = 'process "/bin/sh -c make" did not complete successfully: exit code: 2'
    return f"#6 [linux/arm64 build 2/2] RUN make\n{lines}#6 ERROR: {end}\n------\n > [linux/arm64 build 2/2] RUN make:\n2.0 {said[0]}\n------\nERROR: failed to solve: {end}\n"


def told(text: str) -> list[tuple[str, int, str]]:
    frame = diag.Case(log=text.encode()).diagnose().failure_lines
    return [(r.platform, int(r.line_no), r.text) for r in frame.itertuples()]


@pytest.mark.parametrize(
    "line",
    [
        "gcc: error: unrecognized command-line option '-fsettle'",
        "cc: error: unrecognized command-line option ‘-fsettle’",
        "hash.c:3:10: fatal error: settle.h: No such file or directory",
        "error[E0432]: unresolved import `std::arch::x86_64`",
        "hash.c(3): error C2065: 'x': undeclared identifier",
        "CMake Error at CMakeLists.txt:9 (find_package):",
        "npm ERR! Missing: left-pad@1.3.0 from lock file",
        "npm error Missing: left-pad@1.3.0 from lock file",
        "ERROR: No matching distribution found for numpy==9",
        "ModuleNotFoundError: No module named 'setuptools'",
        "E: Unable to locate package libfoo-dev",
        "fatal: could not read Username for 'origin': terminal prompts disabled",
        "/bin/sh: 1: cmake: not found",
        "sh: protoc: command not found",
        "thread 'main' panicked at build.rs:7:5:",
        "Cargo, the Rust package manager, is not installed or is not on PATH.",
        "./configure: Permission denied",
        "curl: (6) Could not resolve host: example.org",
        "Temporary failure resolving 'deb.example.org'",
        "Segmentation fault (core dumped)",
    ],
)
def test_a_complaint_of_a_failed_step_is_told(line: str) -> None:
    """Its own platform and line; not what another step printed, not the echo below the build."""
    log = HEAD + OK + step("compiling", line, "make: *** [Makefile:3: all] Error 1")
    assert told(log) == [("linux/arm64", 9, line)]


@pytest.mark.parametrize(
    "line",
    [
        "make: *** [Makefile:3: all] Error 1",
        "collect2: error: ld returned 1 exit status",
        'error: could not compile `app` (bin "app") due to 1 previous error',
        "compilation terminated.",
        "checking for strerror... yes",
        "0 errors, 3 warnings",
        "-- Looking for error_at_line - found",
    ],
)
def test_what_repeats_or_only_speaks_of_errors_is_not(line: str) -> None:
    """A follow-up, a probe, a count."""
    assert told(HEAD + step(line)) == []


def test_the_first_three_are_told_each_once() -> None:
    """A compiler's first complaint tells; the same words again are left out."""
    lines = [f"a.c:{n}: error: number {n}" for n in (1, 1, 2, 3, 4)]
    assert [text for _, _, text in told(HEAD + step(*lines))] == [lines[0], *lines[2:4]]


def test_of_a_log_without_steps_the_last_are_told() -> None:
    """What came before may be a probe that was expected to fail."""
    lines = [f"a.c:{n}: error: number {n}" for n in range(1, 6)]
    log = "gcc -c a.c\n" + "\n".join(lines) + "\nmake: *** [Makefile:3: a.o] Error 1\n"
    assert [text for _, _, text in told(log)] == lines[2:]


def test_a_probe_long_before_hides_no_end_that_says_less() -> None:
    """Of a log without steps: a compiler's complaint at its beginning is not why it ended."""
    panics = [f"thread '{n}' panicked at build.rs:{n}:1:" for n in range(1, 14)]
    log = "\n".join(["probe.c:1: error: no", *panics, "make: *** [Makefile:3: a.o] Error 1", ""])
    assert [text for _, _, text in told("gcc -c a.c\n" + log)] == panics[-3:]


def test_a_link_error_is_told_by_its_own_evidence() -> None:
    """Where the linker complained of the platform nothing is added."""
    line = "/usr/bin/ld: a.c:(.text+0x1): undefined reference to `f'"
    assert told(HEAD + step("gcc: error: something before", line)) == []


def test_the_json_has_them() -> None:
    """One key, a row a line."""
    line = "gcc: error: unrecognized command-line option '-fsettle'"
    verdict = diag.Case(log=(HEAD + step(line)).encode()).diagnose()
    (row,) = verdict.to_json()["failure_lines"]
    assert (row["platform"], row["line_no"], row["text"]) == ("linux/arm64", 4, line)


# -- on every screen -----------------------------------------------------------------------------

WORDS = "hash.c:3:10: fatal error: settle.h: No such file or directory"
LOG = HEAD + OK + step("compiling", WORDS)


def shown(form: str) -> str:
    """The case as one of the displays shows it, spaces made one."""
    case = diag.Case(log=LOG.encode())
    verdict = case.diagnose()
    told = {
        "screen": lambda: as_plain_text(verdict_screen(verdict, case)),
        "cell": lambda: verdict_html(verdict),
        "markdown": lambda: verdict_markdown(verdict),
        "summary": lambda: summary_markdown(verdict, case),
        "page": lambda: report_page(case, verdict),
        "notebook": lambda: evidence_shown(verdict)._repr_html_(),
        "annotations": lambda: "\n".join(
            one.message for one in iter_annotations(Places(verdict, case))
        ),
    }[form]()
    return " ".join(re.sub(r"<[^<>]*>", "", told).split())


@pytest.mark.parametrize(
    "form", ["screen", "cell", "markdown", "summary", "page", "notebook", "annotations"]
)
def test_every_display_shows_the_complaint_and_its_line(form: str) -> None:
    """At three in the morning nobody opens the JSON."""
    text = shown(form)
    assert WORDS in text
    assert "<bytes>:9" in html.unescape(text) or "9 hash.c" in text
    assert form == "annotations" or TITLE in text


def test_the_headline_quotes_the_first_complaint() -> None:
    """And says that no linker failed, instead of asking for objects."""
    verdict = diag.Case(log=LOG.encode()).diagnose()
    assert headline(verdict) == f"The build fails on linux/arm64: `{WORDS}`. {NO_LINK_ERROR}"
    assert not [f for f in verdict.findings if f.cause == "definition-not-found"]


def test_quotes_of_a_complaint_stay_quotes() -> None:
    """A backtick would end the quotation."""
    said = "error[E0432]: unresolved import `foo::bar`"
    verdict = diag.Case(log=(HEAD + step(said)).encode()).diagnose()
    assert "`error[E0432]: unresolved import 'foo::bar'`" in headline(verdict)


def test_platforms_that_say_the_same_are_told_together() -> None:
    """Three platforms that lack one package are one complaint."""
    other = step(WORDS).replace("arm64", "arm/v7").replace("#6", "#7")
    verdict = diag.Case(log=(HEAD + step(WORDS) + other).encode()).diagnose()
    (one,) = complaints(verdict)
    assert one.platforms == ("linux/arm64", "linux/arm/v7")
    assert [item.text for item in one.evidence] == [WORDS]


# -- npm and node-gyp mark every line as an error -------------------------------------------------

NPM = [
    "npm error code 1",
    "npm error path /app/node_modules/a",
    "npm error command failed",
    "npm error command sh -c node-gyp rebuild",
    "npm error a-install warn install No prebuilt binaries found (target=22.4.0)",
    "npm error gyp info it worked if it ends with ok",
    "npm error gyp ERR! find Python Python is not set from command line or npm configuration",
    "npm error gyp ERR! configure error",
    "npm error gyp ERR! stack Error: Could not find any Python installation to use",
    "npm error gyp ERR! stack at PythonFinder.fail (/n/find-python.js:306:11)",
    "npm error gyp ERR! System Linux 6.1.0-21-arm64",
    "npm error gyp ERR! cwd /app/node_modules/a",
    "npm error gyp ERR! node -v v22.4.0",
    "npm error gyp ERR! not ok",
    "npm error A complete log of this run can be found in: /root/debug-0.log",
]


@pytest.mark.parametrize("mark", ["npm error", "npm ERR!"])
def test_of_lines_that_all_bear_a_mark_those_are_told_that_say_what_was_wrong(mark: str) -> None:
    """Not the path, the command, the stack and the versions."""
    lines = [line.replace("npm error", mark, 1) for line in NPM]
    assert [text for _, _, text in told(HEAD + step(*lines))] == [lines[8]]


@pytest.mark.parametrize(
    "said",
    [
        "gyp ERR! stack Error: not found: make",
        "enoent ENOENT: no such file or directory, open '/app/package.json'",
        "404 Not Found - GET https://registry.example/a",
        "ERESOLVE could not resolve",
        "notarget No matching version found for a@9",
        "notsup Unsupported platform for a@1: wanted {...}",
        "../src/a.cc:3:10: fatal error: node.h: No such file or directory",
    ],
)
def test_what_npm_says_of_a_failure_stands_before_its_other_lines(said: str) -> None:
    """Only these are told, though every line has the mark."""
    lines = [*NPM[:4], f"npm error {said}", "npm error gyp ERR! configure error", *NPM[-3:]]
    assert [text for _, _, text in told(HEAD + step(*lines))] == [f"npm error {said}"]


def test_where_no_line_says_what_was_wrong_those_with_a_mark_are_told() -> None:
    """Less is better than nothing, as long as it is no path or command."""
    lines = [*NPM[:4], "npm error Exit handler never called!", NPM[-1]]
    assert [text for _, _, text in told(HEAD + step(*lines))] == [lines[4]]


@pytest.mark.parametrize(
    "line",
    [
        'cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH',
        "./main.go:9:2: undefined: f",
        '  Unable to find libclang: "couldn\'t find any valid shared libraries"',
        "  Could not find directory of OpenSSL installation",
    ],
)
def test_complaints_without_a_word_of_error_are_told(line: str) -> None:
    """Go's compiler says what is wrong and no more; a build script dies of a sentence."""
    assert [text for _, _, text in told(HEAD + step("compiling", line))] == [line.strip()]


def test_a_linkers_message_of_no_known_kind_is_quoted() -> None:
    """Nothing else would tell it."""
    said = "error: linker `aarch64-linux-gnu-gcc` not found"
    verdict = diag.Case(log=(HEAD + step("compiling", said)).encode()).diagnose()
    assert list(verdict.link_errors["kind"]) == ["other"]
    assert said in verdict.failure_lines["text"].tolist()
    assert NO_LINK_ERROR not in headline(verdict)


def test_what_a_build_script_died_of_stands_before_where_it_died() -> None:
    """The place alone is told where no line says why."""
    place = [
        "error: failed to run custom build command for `a-sys v1.0.0`",
        "  thread 'main' panicked at /r/a-sys-1.0.0/build.rs:604:31:",
    ]
    why = '  Unable to find libclang: "couldn\'t find any valid shared libraries"'
    lines = [text for _, _, text in told(HEAD + step(*place, why))]
    assert lines == [why.strip()]
    assert len(told(HEAD + step(*place))) == len(place)
