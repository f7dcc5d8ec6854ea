"""Scripts made to hang, to swell or to break what reads them: each a RUN, and what is said of it.

`told` stands in the condition of the row of X at the last call of cargo in the RUN, or in the
refusal of the whole file; empty where the text decides all the same: then `value` is what cargo
receives (None: X is unset). Where the script has a fault, `cargo a` before it keeps its row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

HEAD = b'FROM a\nSHELL ["/bin/bash", "-c"]\n'
TAIL = b"\nFROM a\nENV X=last\nRUN cargo end\n"


class Hostile(NamedTuple):
    """One script, made when it is wanted: some are large."""

    make: Callable[[], str | bytes]
    told: str
    value: str | None = None

    def dockerfile(self) -> bytes:
        """The script as the RUN of a Dockerfile; another stage follows it."""
        script = self.make()
        body = script.encode() if isinstance(script, str) else script
        if b"\n" in body:
            return HEAD + b"RUN <<'END OF RUN'\n" + body + b"\nEND OF RUN" + TAIL
        return HEAD + b"RUN " + body + TAIL


def _of(script: str | bytes, told: str, value: str | None = None) -> Hostile:
    return Hostile(lambda: script, told, value)


def _last(script: str, told: str, value: str | None = None) -> Hostile:
    return _of(f"{script}; cargo b", told, value)


def _nested(opening: str, inner: str, closing: str, told: str, value: str | None = None) -> Hostile:
    return Hostile(lambda: f"{opening * 1000}{inner}{closing * 1000}; cargo b", told, value)


def _lines(told: str, count: int, line: str, head: str = "", tail: str = "cargo b") -> Hostile:
    return Hostile(
        lambda: head + "\n".join(line.format(n) for n in range(count)) + "\n" + tail, told
    )


_ENDLESS = "was not followed to its end"
_DEEP, _CALLS = "nested", "nested calls"
_WAYS = "ways"
_LONG_A = "a" * 40

LOOPS = {
    "while": _last("while :; do :; done", _ENDLESS),
    "until": _last("until false; do export X=1; done", _ENDLESS),
    "while with a counter": _last("while :; do i=$((i+1)); export X=$i; done", _ENDLESS),
    "for without condition": _last("for ((;;)); do export X=1; done", _ENDLESS),
    "for that counts": _last("for ((i=0;;i++)); do export X=$i; done", _ENDLESS),
    "a million turns": _last("for i in $(seq 1000000); do export X=$i; done", "the list of `for i` (line 3)"),
    "nine loops in each other": _last(
        "".join(f"for i{n} in 1 2 3 4 5 6 7 8 9; do " for n in range(9)) + ":" + "; done" * 9, "steps"
    ),
    "loops over unknown input": _last(
        "while read a; do while read b; do export X=$X$a$b; done; done < /f", _WAYS
    ),
    "a loop on the clock": _last(
        "export X; while [ $(date +%s) -lt 9 ]; do X=$X$(date); done", "depends on"
    ),
    "a loop that calls for ever": _of("while true; do cargo b; done", ""),
}  # fmt: skip

CALLS = {
    "fork bomb": _last("f() { f & f & }; f", _CALLS),
    "recursion": _last("f() { X=$X$1a; f $1a; }; f", _CALLS),
    "recursion in a substitution": _last("f() { X=$(f); }; f", _CALLS),
    "arguments that double": _last('f() { f "$@" "$@"; }; f a', "words"),
    "set that doubles": _last("set -- a" + '; set -- "$@" "$@"' * 60, "words"),
    "array that doubles": _last("a=(x)" + '; a=("${a[@]}" "${a[@]}")' * 60, "words"),
    "eval of itself": _last("E='eval \"$E\"'; eval \"$E\"", _CALLS),
    "eval that grows": _last("E='E=\"$E:$E\"; eval \"$E\"'; eval \"$E\"", "is not run"),
    "a file that sources itself": _last("echo '. /f' > /f; . /f", _CALLS),
    "two files that source each other": _last("echo '. /g' > /f; echo '. /f' > /g; . /f", _CALLS),
    "a script that runs itself": _last("printf '#!/bin/sh\\n/f\\n/f\\n' > /f; chmod +x /f; /f", _CALLS),
    "sh -c of itself": _last("export E='sh -c \"$E\"'; sh -c \"$E\"", _CALLS),
    "trap in its own trap": _of("f() { trap f EXIT; exit; }; trap f EXIT; cargo b; exit", ""),
    "traps on every command": _last("trap 'trap : DEBUG; :' DEBUG; export X=1", "", "1"),
    "a trace that calls": _last("PS4='$(cargo c)'; set -x; export X=1", "", "1"),
    "ENV of sh": _of("echo 'export X=1' > /e; export ENV=/e; sh -c 'cargo b'", ""),
}  # fmt: skip

NESTS = {
    "1000 substitutions": _nested("echo $(", "", ")", _DEEP),
    "1000 quoted substitutions": _nested('"$(', "", ')"', _DEEP),
    "1000 subshells": _nested("( ", ":", " )", _DEEP),
    "1000 braces": _nested("{ ", ":", "; }", _DEEP),
    "1000 ifs": _nested("if :; then ", ":", "; fi", _DEEP),
    "1000 cases": _nested("case a in a) ", ":", ";; esac", _DEEP),
    "1000 functions": _nested("f() { ", ":", "; }", _DEEP),
    "1000 arithmetics": Hostile(lambda: f"export X={'$((' * 1000}1{'))' * 1000}; cargo b", _DEEP),
    "1000 parentheses in arithmetic": Hostile(
        lambda: f"export X=$(({'(' * 1000}1{')' * 1000})); cargo b", "characters after (("
    ),
    "1000 parameters": Hostile(lambda: f"export X={'${a:-' * 1000}1{'}' * 1000}; cargo b", _DEEP),
    "1000 brackets": Hostile(lambda: f"[[ {'( ' * 1000}a{' )' * 1000} ]]; cargo b", _DEEP),
    "1000 here-documents": Hostile(
        lambda: "cat <<E; " * 1000 + "export X=1; cargo b\n" + "a\nE\n" * 1000, "", "1"
    ),
}  # fmt: skip

GROWTH = {
    "60 branches": _last("; ".join(f"if c{n}; then X=${{X}}a; else X=${{X}}b; fi" for n in range(60)) + "; export X", _WAYS),
    "12 questions in a word": _last("export X=" + "".join(f"$(c{n} && echo a || echo b)" for n in range(12)), _WAYS),
    "60 unknown matches": _last("O=$(o); " + "; ".join(f"case $O in *{n}) X=${{X}}a;; esac" for n in range(60)) + "; export X", _WAYS),
    "text that doubles": _last("X=x" + "; X=$X$x$X" * 60 + "; export X", "characters"),
    "replacement that grows": _last("X=aaaaaaaaaa" + "; X=${X//a/aaaaaaaaaa}" * 9 + "; export X", "characters"),
    "file that doubles": _last("echo a > /f" + "; cat /f /f > /g; mv /g /f" * 60 + "; export X=$(cat /f)", "characters"),
    "file that eats itself": _last("echo a > /f" + "; cat /f >> /f" * 60 + "; export X=$(cat /f)", "characters"),
    "brace bomb": _last("export X=$(echo {1..1000000}{1..1000000})", "the brace expansion"),
    "60 braces": _last("export X=$(echo " + "{a,b}" * 60 + ")", "the brace expansion"),
    "range without end": _last("export X=$(echo {1..99999999999999999999})", "the brace expansion"),
    "3,500 variables": _lines("variables", 3_500, "V{0}={0}"),
    "4,000 prefixes": _lines("variables", 4_000, "V{0}=1 \\", tail=" cargo b"),
    "100,000 assignments": _lines("longer than 1000000 characters", 100_000, "LONGER_NAME=1"),
    "eval of 10 MB": Hostile(lambda: "V='" + "x" * 60_000 + "'\neval \"export X=" + "$V" * 175 + '"\ncargo b', "is not run"),
    "25,000 words": _lines("words", 25_000, "a \\", "echo ", "; cargo b"),
    "a line of 100 MB": Hostile(lambda: b"x" * (100 << 20), "larger than 16 MiB"),
    "a line of 70 kB": Hostile(lambda: b"x" * 70_000, "greater than max allowed size"),
}  # fmt: skip

TEXTS = {
    "here-document without end": _of("cargo a\ncat <<E\n$X\ncargo b", ""),
    "double quote without end": _of('cargo a\necho "; cargo b', "double quote without its end"),
    "single quote without end": _of("cargo a\necho '; cargo b", "single quote without its end"),
    "substitution without end": _of("cargo a\necho $(ls; cargo b", "does not parse at Dockerfile:"),
    "parameter without end": _of("cargo a\necho ${a; cargo b", "${ without its end"),
    "backtick without end": _of("cargo a\necho `ls; cargo b", "backtick without its end"),
    "if without end": _of("cargo a\nif true; then cargo b", "does not parse at Dockerfile:"),
    "60,000 parentheses": _of("cargo a\n" + "(" * 60_000 + "; cargo b", "characters after (("),
    "20,000 dollar signs": _last("export X=" + "$" * 20_000, "of the shell"),
    "NUL": _of(b"export X=a\0b; cargo b", "holds a NUL"),
    "control bytes": _of(b"export X=a\x01\x1b[31m\x7f; cargo b", "", "a\x01\x1b[31m\x7f"),
    "bytes that are no UTF-8": _of(b"export X=\xff\xfe; cargo b", "", "\ufffd\ufffd"),
    "characters that stand for the unknown": _of("export X=\U000f0000; cargo b", "private plane"),
    "surrogates": _last("export X=$(printf '\\uD800\\U7fffffff')", "", "\ufffd\ufffd"),
}  # fmt: skip

SEARCHES = {
    "sed: group repeated twice": _last(f"export X=$(echo {_LONG_A}! | sed -E 's/^(a+)+$/x/')", "output of"),
    "sed: forty optional letters": _last(f"export X=$(echo {_LONG_A} | sed -E 's/^{'a?' * 40}{_LONG_A}$/x/')", "output of"),
    "sed: repeats of repeats": _last(f"export X=$(echo {_LONG_A} | sed -E 's/((a{{1,99}}){{1,99}}){{1,99}}b/x/')", "output of"),
    "sed: back references": _last("export X=$(echo " + "a" * 3000 + " | sed -E 's/^(.*)(.*)(.*)\\1\\2\\3$/x/')", "output of"),
    "sed: a loop": _last("export X=$(echo a | sed ':a;s/a/aa/;ta')", "output of"),
    "tr: a set without end": _last("export X=$(echo a | tr a '[b*99999999999]')", "output of"),
    "=~ with repeats of repeats": _last(f"[[ {_LONG_A}! =~ ^(a+)+$ ]] && export X=1", "=~"),
    "case: forty stars": _last("case " + "a" * 2000 + " in " + "*a" * 40 + "*b) export X=1;; esac", ""),
    "case: extended patterns": _last(f"shopt -s extglob; case {_LONG_A} in +(+(+(a)))b) export X=1;; esac", "does not match"),
    "case: brackets without end": _last("case a in " + "[" * 20_000 + ") export X=1;; esac", ""),
    "##: seven stars": _last("V=" + "a" * 50_000 + "; export X=${V##*a*a*a*a*a*a*b}", "a long text"),
    "//: two stars": _last("V=" + "a" * 50_000 + "; export X=${V//a*a*b/b}", "a long text"),
}  # fmt: skip

NUMBERS = {
    "printf: width": _last("export X=$(printf '%999999999d' 1)", "output of"),
    "printf: width past 64 bits": _last("export X=$(printf '%99999999999999999999s' 1)", "output of"),
    "power": _last("export X=$((2**999999))", "", "0"),
    "power of powers": _last("export X=$((7**7**7))", "", "-3568518334133427593"),
    "multiplied sixty times": _last("x=3" + "; x=$((x*x))" * 60 + "; export X=$x", "the value of"),
    "literal of 1,900 digits": _last("export X=$((" + "9" * 1900 + "))", "the value of"),
    "a variable that is itself": _last("x=x; export X=$((x))", "nested calls"),
    "a subscript that calls": _last("x='a[$(cargo c)]'; export X=$((x))", "the value of"),
    "array index of 10**12": _last("a[1000000000000]=1; export X=${a[1000000000000]}", "array"),
    "substring past 64 bits": _last("V=abc; export X=${V:99999999999999999999}", "the value of"),
    "seq": _last("export X=$(seq 99999999999)", "output of"),
    "/dev/zero": _last("export X=$(cat /dev/zero)", "/dev/zero"),
    "yes": _last("export X=$(yes)", "output of"),
}  # fmt: skip

HOSTILE = {**LOOPS, **CALLS, **NESTS, **GROWTH, **TEXTS, **SEARCHES, **NUMBERS}
