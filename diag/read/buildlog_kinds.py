"""What a line of output is, from its text and what stood before it in the same step.

cargo shows a build script's `cargo:warning=TEXT` as `warning: TEXT` (1.0 to 1.7x) or as
`warning: PACKAGE@VERSION: TEXT`. The first form is also rustc's and cargo's own. It is taken for
a build script's where crates are being compiled, cargo itself is not known to say so, and the
next line is not the ` --> file:line` that follows rustc's. What a compiler said inside such a
warning is the build script's line too.
"""

from __future__ import annotations

import re

_COMPILING = re.compile(r" *(?:Compiling|Checking|Fresh|Dirty|Running) \S")
_FINISHED = re.compile(r" *Finished ")
_WARNING = re.compile(r"warning: (?P<text>.*)", re.DOTALL)
_OF_PACKAGE = re.compile(r"[A-Za-z0-9_-]+@\d[\w.+-]*: ")
_ARROW = re.compile(r" *(?:-->|\||= (?:note|help): )")
# cargo's and rustc's own warnings that no ` -->` follows (cargo src/cargo, rustc summaries).
_OWN_WARNINGS = re.compile(
    r"unused (?:manifest key|config key|import)|`[\w-]+` \((?:lib|bin|test|bench|example|build script)\b"
    r"|build failed, waiting for other jobs|profiles for the non root package|virtual workspace"
    r"|some crates are on edition|the following packages contain code that will be rejected"
    r"|output filename collision|spurious network error|An explicit \[\[|patch `|Patch `"
    r"|package `.*` in Cargo\.lock is yanked|file .* found to be present in multiple build targets"
    r"|no edition set|dependency \(|version requirement|\d+ warnings? emitted|hard linking files"
    r"|could not canonicalize|linker stderr|linker stdout|unstable feature|target json"
)

_BUILD_SCRIPT = re.compile(
    r"cargo::?(?:warning|error|rerun-if|rustc-)[\w-]*=|\[[\w-]+ \d+\.\d+\.\d+[^\]]*\] cargo::?"
    r"|error: failed to run custom build command for |thread 'main'.* panicked at .*build\.rs"
)
_COMPILER = re.compile(
    r"[^\s:][^:]*:\d{1,9}(?::\d{1,9})?: (?:fatal )?(?:error|warning): "
    r"|(?:[^\s:]*/)?(?:[\w.+]+-)*(?:cc1|cc1plus|cc1obj|f951|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|as|gas|rustc|gfortran|nvcc)"
    r"(?:-\d[\d.]*)?(?:\.exe)?: (?:fatal |internal compiler )?(?:error|warning|note): "
    r"|(?:lto1|cc1plus|ptxas|nvlink|nasm|yasm|go) ?: ?(?:fatal|error)|ptxas (?:fatal|error) *: "
    r"|error(?:\[E\d{4}\])?: |\S+\.[sS]:\d+: Error: |(?:\S+|\{standard input\}): Assembler messages:"
    # MSVC: cl writes file(line), then its number; cl's own messages are D-numbered.
    r"|[^\s(][^(]{0,500}\(\d{1,9}(?:,\d{1,9})?\) ?: (?:fatal )?(?:error|warning) C\d{4}"
    r"|cl ?: [Cc]ommand line (?:error|warning) D\d{4}"
    r"|CMake (?:Error|Warning)\b|configure: error: "
)
_REFUSAL = re.compile(
    r"unrecognized command[- ]line option|unsupported option '|bad value .{1,80} for '-m|unknown target CPU"
)
_KILLED = re.compile(
    r"\(signal: \d|terminated with signal \d|terminated by signal|uncaught target signal \d"
    r"|\bKilled\b|: signal: killed\b|\boom-kill|[Oo]ut of memory|OutOfMemoryError|std::bad_alloc"
    r"|[Cc]annot allocate memory|memory allocation of \d+ bytes failed|Resource temporarily unavailable"
    r"|SIGKILL|exit code: 137\b|\*\*\* \[[^\]]*\] Error 1(?:37|39|32|34)\b"
    r"|[Nn]o space left on device|Segmentation fault|Illegal instruction|core dumped"
    r"|[Ee]xec format error"  # a program of another machine, and no emulator for it
)
_ARCHIVER = re.compile(
    r"(?:[^\s:]*/)?(?:[\w.+]+-)*(?:ar|ranlib|llvm-ar|gcc-ar|llvm-ranlib|libtool)(?:-\d+)?: "
    r"|(?:running: |\++ )?(?:[A-Z_]+=\S* )*\"?(?:[^\s\":]*/)?(?:[\w.+]+-)*(?:ar|ranlib|gcc-ar|llvm-ar)(?:-\d+)?\"? "
    r"\"?-?[a-zA-Z]+\"? .*\.(?:a|rlib|lib)\b"
    r"|[ar] - \S+\.o$"
)
_ECHO = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_CACHE = re.compile(r" +Fresh \S+ v\S+| *-+> Using cache|Using cache\b")
# In this order, from the line's start or anywhere in it.
_TABLE = (
    ("echo", _ECHO, "match"),
    ("build_script", _BUILD_SCRIPT, "match"),
    ("killed", _KILLED, "search"),
    ("archiver", _ARCHIVER, "match"),
    ("compiler", _COMPILER, "match"),
    ("compiler", _REFUSAL, "search"),
    ("cache", _CACHE, "match"),
)
_CALLS = tuple((kind, getattr(pattern, method)) for kind, pattern, method in _TABLE)

# What the tables look for, as patterns that RE2 has too (diag/read/skim.py): they let through all
# that the tables do, and perhaps more.
_FIRST = [pattern.pattern for pattern in (_WARNING, _COMPILING, _FINISHED)]


def _loosened(method: str) -> tuple[str, ...]:
    """The patterns of the table that are used by this method, without ends and long counts."""
    told = [pattern.pattern for _, pattern, used in _TABLE if used == method]
    return tuple(re.sub(r"\{\d+,\d{2,}\}", "*", text).replace("$", "") for text in told)


STARTS = (*_FIRST, *_loosened("match"))
ANYWHERE = _loosened("search")


class KindFinder:
    """Gives the lines of one step, in order, their kinds."""

    def __init__(self) -> None:
        self._is_compiling = False
        self.goes_on = False  # the next line may show that this one was rustc's

    def find(self, text: str) -> str:
        """The kind of an output line that is no linker's."""
        self.goes_on = False
        head = text[:4096]
        if (warned := _WARNING.match(head)) is not None:
            return self._warning(warned["text"])
        if _COMPILING.match(head):
            self._is_compiling = True
            return "cache" if _CACHE.match(head) else "output"
        if _FINISHED.match(head):
            self._is_compiling = False
            return "output"
        return _by_text(head)

    def pass_by(self) -> str:
        """The kind of a line that is known to hold nothing that `find` looks for."""
        self.goes_on = False
        return "output"

    def shows_rustc(self, text: str) -> bool:
        """Whether this line shows that the warning just before it was rustc's."""
        return self.goes_on and _ARROW.match(text) is not None

    def _warning(self, text: str) -> str:
        if _OF_PACKAGE.match(text):
            return "build_script"
        if not self._is_compiling or _OWN_WARNINGS.match(text):
            return "output"
        self.goes_on = True
        return "build_script"


def _by_text(head: str) -> str:
    return next((kind for kind, is_one in _CALLS if is_one(head)), "output")
