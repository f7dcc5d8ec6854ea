"""How a log without steps ends: the last words of the tool, or of the CI runner, that failed."""

from __future__ import annotations

import mmap
import re
from typing import NamedTuple

from diag.read.buildlog import BuildLog
from diag.read.textlines import BLOCK, clean, clip

_TAIL = 64 << 10  # bytes; what a build script printed may stand below the tool's last word
_RUNNER = 4 << 10  # bytes; a runner cleans up after the failure, and says little of it
# Last words after which nothing is built: of the outermost make alone, as an inner one may be tried.
# `(ignored)` is make's word for a failure that it was told to pass over.
_FAILED = re.compile(
    r"""\bg?make:\ \*\*\*\ (?!.*\(ignored\)).*(?:Error\ \d+|Stop\.|Terminated|Killed|Segmentation\ fault)\s*$
      | \bninja:\ build\ stopped:\ (?!interrupted) | \berror:\ could\ not\ compile\ `
      | \#\#\[error\]Process\ completed\ with\ exit\ code\ [1-9]
      | \bERROR:\ Job\ failed:\ exit\ (?:code|status)\ [1-9]
      | \bBuild\ did\ NOT\ complete\ successfully | ^FAILURE:\ Build\ failed\ with | ^BUILD\ FAILED\b
      | ^\[INFO\]\ BUILD\ FAILURE""",
    re.VERBOSE,
)
# A tool's fatal error. Elsewhere it may be of a probe or a test: it has to be the last that is said.
_FATAL = re.compile(
    r"""^error(?:\[E\d+\]:|:\ (?:aborting\ due\ to|linking\ with\ `|linker\ `|no\ matching\ package
          |no\ such\ (?:sub)?command|the\ lock\ file|package\ `|toolchain\ '|cannot\ find[ ]
          |failed\ to\ (?:run\ custom\ build\ command|compile|download|get|load|parse|read|select|sync|unpack|verify)\b))
      | ^npm\ (?:ERR!|error)\ (?:code\ |errno\ |[Mm]issing\ script|Lifecycle\ script|Test\ failed)
      | ^error\ Command\ failed\ with\ exit\ code\ [1-9] | \bYN0000:.*\bFailed\ with\ errors
      | ^\W*ELIFECYCLE\b.*\b[Cc]ommand\ failed | ^\W*ERR_PNPM_\w+
      | ^(?:npm\ (?:ERR!|error)\ )?gyp\ ERR!\ not\ ok
      | ^cgo:\ .*(?:\bnot\ found\b|\bexit\ status\ [1-9]) | \blink:\ running\ \S+\ failed:
      | ^go:\ (?:build\ failed|cannot\ |could\ not\ |errors\ parsing\ |go\.mod\ file\ not\ found|inconsistent\ vendoring
          |updates\ to\ go\.\w+\ needed|.*:\ (?:invalid\ version|missing\ go\.sum\ entry|module\ lookup\ disabled
          |reading\ \S+:\ \d|unrecognized\ import\ path|verifying\ \S+:))
      | ^\S+\.go:\d+(?::\d+)?:\ (?:undefined:|undeclared|cannot\ |could\ not\ |syntax\ error|missing\ |not\ enough[ ]
          |too\ many\ |no\ required\ module|package\ \S+\ is\ not\ in|.*\b(?:imported|declared)\ (?:and|but)\ not\ used)
      | \bbuild\ constraints\ exclude\ all\ Go\ files\b
      | ^--\ Configuring\ incomplete,\ errors\ occurred! | ^ninja:\ error:[ ]
      | ^CMake\ Error(?::|\ at\ |\ in\ ) | ^\S*meson\.build:\d+:\d+:\ ERROR:[ ]
      | ^(?:\S*/)?configure(?:\.gnu)?:\ error:[ ]
      | ^(?:ERROR|error):\ (?:subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure
          |externally-managed-environment|[Ff]ailed[ -](?:building\ wheel|to[ -]build)\b
          |No\ matching\ distribution\ found|Cannot\ install\ |Command\ errored\ out|Invalid\ requirement
          |Could\ not\ (?:build\ wheels|find\ a\ version|install\ packages|open\ requirements\ file))
      | ^ERROR:\ unable\ to\ select\ packages: | ^E:\ (?!.*\bignored\b)
      | ^\S+?(?:\(\d+,\d+\):|:\d+:\d+\ -)\ error\ TS\d+: | ^error\ TS\d+:
      | ^(?!conftest|<|\{|-:|/tmp/)[^\s:]+:\d+(?::\d+)?:\ (?:fatal\ )?error:[ ]
      | ^(?!/tmp/)[^\s:]+\.[sS]:\d+:\ Error:[ ]
      | ^[1-9]\d*\ (?:warnings?\ and\ [1-9]\d*\ )?errors?\ generated\.
      | ^collect2:\ (?:fatal\ )?error:\ ld\ (?:returned|terminated) | \blinker\ command\ failed\ with\ exit\ code\ [1-9]
      | ^(?:\S*[/-])?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-[\d.]+)?:\ fatal\ error:\ (?!no\ input\ files)
      | ^\[ERROR\]\ Failed\ to\ execute\ goal | ^Execution\ failed\ for\ task\ '""",
    re.VERBOSE,
)  # fmt: skip
# What may stand below it: its own details and advice, an excerpt of the source, the shell's last word.
_DETAIL = re.compile(
    r"""^\s | ^$ | ^Caused\ by:$ | ^(?:note|help|hint|warning|Warning|WARNING)\b | ^npm\ (?:ERR!|error|notice|warn|WARN)(?:\ |$)
      | ^(?:npm\ (?:ERR!|error)\ )?gyp\ ERR!\ | ^\[(?:notice|ERROR)\]\ | ^ERROR:\ | ^\d+\ *\| | ^-->
      | ^(?:compilation\ terminated|For\ more\ information\ about|Some\ errors\ have\ detailed|Found\ [1-9]\d*\ errors?)\b
      | ^(?:A\ full\ log\ can\ be\ found|See\ (?:also\ |[`'"‘])|info\ Visit\ |\*\ (?:Try|Get\ more)|>\ (?:Run|Get)\ )
      | ^\S+:\d+(?::\d+)?:\ (?:note|warning):\ | :\ (?:In\ function\ |At\ top\ level) | ^In\ file\ included\ from[ ]
      | ^cc1(?:plus)?:\ | ^(?:Error:\ )?(?:[Ee]xit(?:ed)?|[Cc]ommand\ exited)\b.*\b[1-9]\d*$ | ^(?:real|user|sys)\s+\d""",
    re.VERBOSE,
)  # fmt: skip
_SOUND = re.compile(
    r"(?i)\b(?:Build|Job) succeeded\b|\[100%\] Built target|\bFinished `?(?:release|dev)\b"
)
# Below a fatal error that a test or a probe was to print.
_WENT_ON = re.compile(
    r"[✓✔√]|\.\.\. ok$|\bPASS(?:ED)?\b|\b\d+ pass(?:ed|ing)\b|(?<!exit )(?<!complete )\b[Ss]uccess(?:ful|fully)?\b"
    r"|\b(?:done|OK|up to date|as expected)$|\b0 errors\b|\b[Ff]inished in\b|\badded \d+ packages\b"
)


# A compiler that refuses a flag: makefiles ask so which flags there are, but do not show the question.
_REFUSES = re.compile(
    r"^(?P<driver>(?:\S*[/-])?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-[\d.]+)?): error: "
)


class LogEnd(NamedTuple):
    """The line that tells of the failure, and its number."""

    line_no: int
    text: str


def failure_at_end(log: BuildLog) -> LogEnd | None:
    """Where the last lines tell that the build failed, and nothing after that it went on well."""
    begin, lines = log.tail(_TAIL)
    read, is_last = 0, True  # is_last: below stand only details of what may be a fatal error
    for place in range(len(lines) - 1, -1, -1):
        number, raw = lines[place]
        text = clean(raw).rstrip()
        if _SOUND.search(text):
            return None
        before = lines[place - 1][1] if place else b""
        is_over = read <= _RUNNER and _FAILED.search(text)
        if is_over or (is_last and _is_fatal(text, before)):
            return LogEnd(_lines_before(log.text.data, begin) + number, clip(text))
        is_last = is_last and _DETAIL.search(text) is not None and not _WENT_ON.search(text)
        read += len(raw) + 1
        if not is_last and read > _RUNNER:
            return None
    return None


def _is_fatal(text: str, before: bytes) -> bool:
    """Whether a line is a tool's fatal error, by itself or after the command that the log shows."""
    refused = _REFUSES.match(text)
    called = re.sub(r"^[+$#] ", "", clean(before)).split(" ", 1)[0]
    is_answer = (
        refused is not None and called.rpartition("/")[2] == refused["driver"].rpartition("/")[2]
    )
    return is_answer or bool(_FAILED.search(text) or _FATAL.search(text))


def _lines_before(data: bytes | mmap.mmap, end: int) -> int:
    """The number of lines in the first bytes."""
    starts = range(0, end, BLOCK)
    return sum(data[start : min(start + BLOCK, end)].count(b"\n") for start in starts)
