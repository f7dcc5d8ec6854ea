"""Random scripts over the constructs of the shell, for shells and flow to agree on."""

from __future__ import annotations

import random

NAMES = ("X", "Y", "Z", "V", "N")
VALUES = (
    "1", "a b", "'q r'", '"$X"', '"${Y:-d}"', "$Z", '"$X$Y"', "'$X'", '"a $V"', "${X#a}", '"${V%e}"',
    '"${X:+s}"', '$(echo "$Y")', '"$(printf %s "$X")"', "$((1+2))", '""', "~", "a=b", '"${N-u}"',
    '"${V#* }"', "${#V}", "`echo b`", '"$(cat f 2>/dev/null)"', '"$@"', "$*", '"$#"', "$?",
)  # fmt: skip
CONDITIONS = (
    "true", "false", '[ -n "$X" ]', '[ -z "$Y" ]', '[ "$X" = 1 ]', '[ "$Z" != "$Y" ]', "! false",
    'test -n "$N"', '[ "$X" = a -o -n "$Z" ]', '[ ! -n "$Y" ]', "[ -f f ]", "[ 1 -lt 2 ]",
    "case $X in a*) true;; *) false;; esac", 'echo "$X" | grep -q b',
)  # fmt: skip
PATTERNS = ("a*", "1", '"a b"', "*b", "?", "[0-9]", '""', "*", "x|1", "q*", "$Y", '"$Y"', "[!a]*")
OPTIONS = ("set -e", "set +e", "set -a", "set +a", "set -u", "shift", "true", "false")
# {x}: a name, {v} {w}: values, {q}: one that stays one word, {c}: a condition, {p} {r}: patterns,
# {s} {t}: commands, {n}: a number used once.
SIMPLE = (
    "{x}={v}", "export {x}={q}", "export {x}", "dump", "{x}={v} dump", "unset {x}", "echo {v} > f",
    "set -- {v} {w}", "{o}", "read -r {x} Y < f", "env {x}={q} dump", "eval '{x}=1; export {x}'",
    "sh -c 'export {x}=\"$V$X\"; dump'",
)  # fmt: skip
COMPOUND = (
    "if {c}; then {s}; else {t}; fi", "if {c}; then {s}; elif {c}; then {t}; fi", "({s})",
    "case {v} in {p}) {s};; {r}) {t};; esac", "for {x} in {v} {w}; do {s}; done", "{{ {s}; }}",
    "{s} | cat > g", "{c} && {s} || {t}", "f{n}() {{ {s}; }}; f{n} {v}", "{x}=$( {s} )",
    "f{n}() {{ local {x}={q}; {s}; }}; f{n}", "while true; do {s}; break; done",
    "i{n}=0; while [ $i{n} -lt 2 ]; do i{n}=$((i{n}+1)); {s}; done",
)  # fmt: skip
MAX_DEPTH = 3


class Scripts:
    """A source of random scripts; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def script(self) -> str:
        """A script that ends in `dump`."""
        body = "; ".join(self.command(0) for _ in range(self.random.randint(2, 5)))
        return f'echo "a b" > f; {body}; dump'

    def command(self, depth: int) -> str:
        pick = self.random.choice
        is_simple = depth >= MAX_DEPTH or self.random.random() < 0.5
        self.count += 1
        quoted = pick(VALUES)
        if " " in quoted and quoted[0] not in "'\"":
            quoted = f"'{quoted}'" if "'" not in quoted else '"d d"'
        return pick(SIMPLE if is_simple else COMPOUND).format(
            x=pick(NAMES), v=pick(VALUES), w=pick(VALUES), q=quoted, c=pick(CONDITIONS),
            p=pick(PATTERNS), r=pick(PATTERNS), o=pick(OPTIONS), n=self.count,
            s="" if is_simple else self.command(depth + 1),
            t="" if is_simple else self.command(depth + 1),
        )  # fmt: skip
